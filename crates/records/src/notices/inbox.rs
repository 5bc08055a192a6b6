//! The inbox: a reader's notices while it may still see what they are about. List, counts and outlets go through the same question.

use super::failed;
use super::port::{AskNotices, Kept};
use crate::access;
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Filter, Instant, Op, Query};
use crate::read::{View, display};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use zhijian_kinds::notice::{Level, Notice, filled};

/// Most unread notices that are counted; more are shown as “99+” anyway.
const COUNTED: u32 = 500;
/// Notices looked at in one step while a page is filled.
const STEP: u32 = 100;
/// Most steps for one page: a reader who lost the sight of everything does not keep the server busy.
const STEPS: usize = 20;
/// Records asked for in one query.
const IDS: usize = 200;

/// A question for the inbox.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inbox {
    /// Unread ones only.
    pub unread: bool,
    /// Of this level only.
    pub level: Option<Level>,
    /// Of this notice only.
    pub notice: Option<String>,
    /// Older than this one.
    pub before: Option<String>,
    /// Most.
    pub limit: u32,
}

/// A notice as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Id.
    pub id: String,
    /// Notice, by definition.
    pub notice: String,
    /// Its title.
    pub title: String,
    /// Level.
    pub level: Level,
    /// What it says.
    pub text: String,
    /// Kind of the record, or empty.
    pub kind: String,
    /// Record, or empty.
    pub record: String,
    /// Page to go to besides records, or empty.
    pub link: String,
    /// When.
    pub at: Instant,
    /// When it was read, 0 when it was not.
    pub read: Instant,
}

/// A page of them.
#[derive(Debug, Clone, Default)]
pub struct InboxPage {
    /// Newest first.
    pub rows: Vec<Shown>,
    /// Position of the next page.
    pub next: Option<String>,
}

impl Door {
    /// The caller's own notices, newest first.
    ///
    /// # Errors
    /// The store failed.
    pub async fn inbox(&self, caller: &Caller, asked: &Inbox) -> Result<InboxPage, DoorError> {
        let limit = asked.limit as usize;
        let mut ask = AskNotices {
            login: caller.login.clone(),
            unread: asked.unread,
            level: asked.level.map(|l| l.word().to_owned()),
            notice: asked.notice.clone(),
            before: asked.before.clone(),
            limit: STEP.max(asked.limit + 1),
        };
        let mut rows: Vec<Kept> = Vec::new();
        let mut steps = 0;
        let mut ended = false;
        while rows.len() <= limit && !ended && steps < STEPS {
            let found = self.store.notices(&ask).await.map_err(failed)?;
            ended = found.len() < ask.limit as usize;
            ask.before = found.last().map(|n| n.id.clone());
            rows.extend(self.seen(caller, found).await?);
            steps += 1;
        }
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more {
            rows.last().map(|n| n.id.clone())
        } else if ended {
            None
        } else {
            ask.before
        };
        let mut shown = Vec::new();
        for kept in rows {
            shown.push(self.shown(caller, kept).await?);
        }
        Ok(InboxPage { rows: shown, next })
    }

    /// Unread notices that the caller sees, by level: the most pressing first. Counted up to five hundred.
    ///
    /// # Errors
    /// The store failed.
    pub async fn unread(&self, caller: &Caller) -> Result<Vec<(Level, u64)>, DoorError> {
        let ask = AskNotices { login: caller.login.clone(), unread: true, limit: COUNTED, ..AskNotices::default() };
        let found = self.store.notices(&ask).await.map_err(failed)?;
        let seen = self.seen(caller, found).await?;
        let count = |level: Level| seen.iter().filter(|n| n.level == level.word()).count() as u64;
        Ok(Level::ALL.into_iter().map(|level| (level, count(level))).collect())
    }

    /// Opens one: it is read from now on.
    ///
    /// # Errors
    /// Not the caller's, or about something that it may not see any more; the store failed.
    pub async fn open_notice(&self, caller: &Caller, id: &str) -> Result<Shown, DoorError> {
        let kept = self.store.notice(&caller.login, id).await.map_err(failed)?.ok_or(DoorError::NotFound)?;
        let kept = self.seen(caller, vec![kept]).await?.pop().ok_or(DoorError::NotFound)?;
        self.store.set_read(&caller.login, std::slice::from_ref(&kept.id), self.now()).await.map_err(failed)?;
        self.shown(caller, kept).await
    }

    /// Marks one as read or unread.
    ///
    /// # Errors
    /// Not the caller's; the store failed.
    pub async fn mark_notice(&self, caller: &Caller, id: &str, read: bool) -> Result<(), DoorError> {
        self.store.notice(&caller.login, id).await.map_err(failed)?.ok_or(DoorError::NotFound)?;
        let at = if read { self.now() } else { 0 };
        self.store.set_read(&caller.login, &[id.to_owned()], at).await.map_err(failed).map(drop)
    }

    /// Marks everything as read; gives the instant by which that can be taken back, and the number of notices.
    ///
    /// # Errors
    /// The store failed.
    pub async fn mark_all_read(&self, caller: &Caller) -> Result<(Instant, u64), DoorError> {
        let now = self.now();
        let mut number = 0;
        loop {
            let ask = AskNotices { login: caller.login.clone(), unread: true, limit: COUNTED, ..AskNotices::default() };
            let ids: Vec<String> = self.store.notices(&ask).await.map_err(failed)?.into_iter().map(|n| n.id).collect();
            if ids.is_empty() {
                return Ok((now, number));
            }
            number += self.store.set_read(&caller.login, &ids, now).await.map_err(failed)?;
        }
    }

    /// Takes that back.
    ///
    /// # Errors
    /// The store failed.
    pub async fn undo_all_read(&self, caller: &Caller, at: Instant) -> Result<u64, DoorError> {
        if at <= 0 {
            return Ok(0);
        }
        self.store.unread_again(&caller.login, at).await.map_err(failed)
    }

    /// Those of some notices about which the caller may still read the record. Notices that left the definitions are not shown.
    pub(super) async fn seen(&self, caller: &Caller, found: Vec<Kept>) -> Result<Vec<Kept>, DoorError> {
        let mut wanted: HashMap<&str, HashSet<&str>> = HashMap::new();
        for notice in found.iter().filter(|n| !n.kind.is_empty()) {
            wanted.entry(&notice.kind).or_default().insert(&notice.record);
        }
        let mut visible: HashSet<(String, String)> = HashSet::new();
        for (name, ids) in wanted {
            let Some(kind) = self.catalogue.kind(name) else { continue };
            let ids: Vec<&str> = ids.into_iter().collect();
            for ids in ids.chunks(IDS) {
                let query = Query {
                    scope: access::scope(caller, kind),
                    limit: u32::try_from(IDS).unwrap_or(u32::MAX),
                    ..Query::everything(name, vec![Filter::system("id", Op::In, &ids.join(","))])
                };
                let page = self.store.query(&query).await.map_err(failed)?;
                visible.extend(page.rows.into_iter().map(|r| (r.kind, r.id)));
            }
        }
        let known = |n: &Kept| self.catalogue.notices.contains_key(&n.notice);
        let sees = |n: &Kept| n.kind.is_empty() || visible.contains(&(n.kind.clone(), n.record.clone()));
        Ok(found.into_iter().filter(|n| known(n) && sees(n)).collect())
    }

    /// Fills the text with what the caller sees of the record.
    async fn shown(&self, caller: &Caller, kept: Kept) -> Result<Shown, DoorError> {
        let view = if kept.kind.is_empty() { None } else { self.open(caller, &kept.kind, &kept.record, None).await.ok() };
        let params: Map<String, Value> = serde_json::from_str(&kept.params).unwrap_or_default();
        let notice = self.catalogue.notices.get(&kept.notice);
        let link = match params.get("job").and_then(Value::as_str) {
            Some(job) => format!("/import/{job}"),
            None => params.get("link").and_then(Value::as_str).unwrap_or_default().to_owned(),
        };
        Ok(Shown {
            title: notice.map(|n| n.title.clone()).unwrap_or_default(),
            text: notice.map(|n| self.text(n, &params, view.as_ref())).unwrap_or_default(),
            level: Level::of_word(&kept.level).unwrap_or(Level::Info),
            id: kept.id,
            notice: kept.notice,
            kind: kept.kind,
            record: kept.record,
            link,
            at: kept.at,
            read: kept.read,
        })
    }

    fn text(&self, notice: &Notice, params: &Map<String, Value>, view: Option<&View>) -> String {
        let given = |name: &str| params.get(name).and_then(Value::as_str).map(str::to_owned);
        let duty = given("duty").and_then(|name| self.catalogue.duties.get(&name));
        let kind = view.and_then(|v| self.catalogue.kind(&v.kind));
        filled(&notice.text, |name| match (name, view, kind) {
            ("duty", ..) => duty.map(|d| d.title.clone()),
            ("rule", ..) => duty.map(|d| d.rule.clone()),
            ("record", _, Some(kind)) => Some(kind.title.clone()),
            ("region", Some(view), _) => Some(self.catalogue.regions.name(&view.region).to_owned()),
            ("state", _, Some(kind)) => {
                let code = given("state")?;
                kind.states.as_ref()?.list.iter().find(|s| s.code == code).map(|s| s.title.clone())
            }
            (name, Some(view), Some(kind)) if kind.field(name).is_some() => Some(display(&self.catalogue, kind, name, &view.data)),
            _ => given(name),
        })
    }
}
