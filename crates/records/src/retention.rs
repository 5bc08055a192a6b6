//! Retention and erasure (保存期限与到期删除): which records' time is over, legal holds that keep them all the same, and the destruction of private parts. What is
//! destroyed is the sealed part of every revision with its blind tokens, search text and keys; the public document remains for counts, and the
//! audit chain stays true, since it covers the commitment that is left.

use crate::access::{self, Coordinates};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Action, Instant, Lease, Partition, Query, Rewrite, RewriteLine, Rewriting, Stored};
use crate::read::column;
use crate::vault::{GONE, erased, is_erased, replace_tokens};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zhijian_kinds::intake::get_path;
use zhijian_kinds::protection::Retention;
use zhijian_kinds::{Kind, dates};

/// Where holds are kept.
const HOLD: &str = "hold/";
/// Lease of holds and erasures: none overtakes the other.
const LEASE: &str = "retention";

/// A record whose time is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Due {
    /// Kind.
    pub kind: String,
    /// Record.
    pub id: String,
    /// County.
    pub region: String,
    /// Day from which the term counts.
    pub from: String,
    /// Last day of the term.
    pub until: String,
    /// Somebody keeps it all the same.
    pub hold: Option<Hold>,
}

/// A legal hold (法定保全): the record is kept whatever its term says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Kind.
    pub kind: String,
    /// Record.
    pub id: String,
    /// County of the record.
    pub region: String,
    /// Who placed it.
    pub by: String,
    /// When.
    pub at: Instant,
    /// Why.
    pub reason: String,
    /// Lifted: when, by whom and why.
    pub lifted: Option<(Instant, String, String)>,
}

/// What a run came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Erasure {
    /// Records whose time is over.
    pub due: u64,
    /// Private parts destroyed.
    pub erased: u64,
    /// Kept by a hold.
    pub held: u64,
}

impl Door {
    /// May the caller see what is due and place holds?
    #[must_use]
    pub fn keeps(&self, caller: &Caller) -> bool {
        caller.system || caller.has_any(&self.catalogue.roles.retention.hold)
    }

    fn keeper(&self, caller: &Caller) -> Result<(), DoorError> {
        if self.keeps(caller) { Ok(()) } else { Err(DoorError::NotAllowed { kind: "保存期限".into() }) }
    }

    /// Records in the caller's region whose time is over, at most `most`; of one kind when given.
    ///
    /// # Errors
    /// Not the caller's role; the store failed.
    pub async fn due(&self, caller: &Caller, kind: Option<&str>, most: usize) -> Result<Vec<Due>, DoorError> {
        self.keeper(caller)?;
        let mut found = Vec::new();
        let partitions = self.store.partitions().await.map_err(Self::store_error(LEASE))?;
        for rule in self.catalogue.retention.values().filter(|r| r.years.is_some() && kind.is_none_or(|k| k == r.kind)) {
            let kind = self.kind(&rule.kind)?;
            for partition in partitions.iter().filter(|p| p.kind == rule.kind && self.may_be_due(&kind, rule, p)) {
                if !access::inside(&access::territory(caller), place(&partition.region)) && !caller.system && caller.region.len() <= 6 {
                    continue;
                }
                let mut cursor = None;
                loop {
                    let (rows, next) = self.store.scan(partition, cursor, 500).await.map_err(Self::store_error(&kind.kind))?;
                    for row in rows.iter().filter(|row| row.recorded_to.is_none()) {
                        if !access::inside(&access::territory(caller), Coordinates::of(row, &Map::new())) {
                            continue;
                        }
                        if let Some((from, until)) = self.over(&kind, rule, row).await? {
                            let hold = self.hold_on(&kind.kind, &row.id).await?;
                            found.push(Due { kind: kind.kind.clone(), id: row.id.clone(), region: row.region.clone(), from, until, hold });
                            if found.len() >= most {
                                return Ok(found);
                            }
                        }
                    }
                    cursor = next;
                    if cursor.is_none() {
                        break;
                    }
                }
            }
        }
        Ok(found)
    }

    /// Partitions whose years are too young are not read.
    fn may_be_due(&self, kind: &Kind, rule: &Retention, partition: &Partition) -> bool {
        let this_year: i32 = self.today().get(..4).and_then(|y| y.parse().ok()).unwrap_or(0);
        let by_event = rule.from.is_some() && rule.from == kind.event_date;
        !by_event || partition.year <= this_year - i32::try_from(rule.years.unwrap_or(0)).unwrap_or(0)
    }

    /// First and last day of a record's term when it is over and there is something to destroy.
    async fn over(&self, kind: &Kind, rule: &Retention, row: &Stored) -> Result<Option<(String, String)>, DoorError> {
        let (Some(years), Some(from)) = (rule.years, &rule.from) else { return Ok(None) };
        if row.secret.is_empty() || is_erased(&row.secret) {
            return Ok(None);
        }
        let public = row.document();
        let mut day = get_path(&public, from).and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(mut until) = later(&day, years) else { return Ok(None) };
        let today = self.today();
        if until >= today {
            return Ok(None);
        }
        if rule.latest_of_person
            && let Some(newest) = self.newest_day(kind, from, row).await?
            && newest > day
        {
            day = newest;
            match later(&day, years) {
                Some(end) if end < today => until = end,
                _ => return Ok(None),
            }
        }
        Ok(Some((day, until)))
    }

    /// The latest day of any record of the same person.
    async fn newest_day(&self, kind: &Kind, from: &str, row: &Stored) -> Result<Option<String>, DoorError> {
        let document = self.clear(row)?;
        let Some(field) = kind.field("id_no").filter(|f| f.blind) else { return Ok(None) };
        let Some(id_no) = get_path(&document, &field.path).and_then(Value::as_str) else { return Ok(None) };
        let by_day = Query { sort: column(kind, from)?, ..Query::newest(&kind.kind, vec![self.token_filter(field, id_no)]) };
        let page = self.store.query(&by_day).await.map_err(Self::store_error(&kind.kind))?;
        let newest = page.rows.first().map(Stored::document);
        Ok(newest.and_then(|data| get_path(&data, from).and_then(Value::as_str).map(str::to_owned)))
    }

    /// Destroys the private parts of records whose time is over. With `dry` it only counts.
    ///
    /// # Errors
    /// Not the system itself or no reason; the store failed: what was destroyed by then stays destroyed.
    pub async fn erase_due(&self, caller: &Caller, kind: Option<&str>, dry: bool, reason: &str) -> Result<Erasure, DoorError> {
        if !caller.system {
            return Err(DoorError::NotAllowed { kind: "到期删除".into() });
        }
        if !dry && reason.trim().is_empty() {
            return Err(DoorError::BadRequest("请写明删除依据".into()));
        }
        let mut done = Erasure::default();
        for due in self.due(caller, kind, usize::MAX).await? {
            done.due += 1;
            if due.hold.is_some() {
                done.held += 1;
            } else if !dry && self.erase(caller, &due.kind, &due.id, reason).await? {
                done.erased += 1;
            }
        }
        Ok(done)
    }

    /// Destroys the private part of one record, if its time is over and nobody holds it at this moment.
    async fn erase(&self, caller: &Caller, kind: &str, id: &str, reason: &str) -> Result<bool, DoorError> {
        let _lease = self.keeping().await?;
        let kind = self.kind(kind)?;
        let rule = self.catalogue.retention.get(&kind.kind).ok_or(DoorError::NotFound)?;
        let rows = self.store.history(&kind.kind, id).await.map_err(Self::store_error(&kind.kind))?;
        let newest = rows.last().ok_or(DoorError::NotFound)?;
        let Some((_, until)) = self.over(&kind, rule, newest).await? else { return Ok(false) };
        if self.hold_on(&kind.kind, id).await?.is_some() {
            return Ok(false);
        }
        let mut key = [0_u8; 16];
        getrandom::fill(&mut key).map_err(|_| crate::vault::VaultError::Random)?;
        let rewrites: Vec<Rewrite> = rows
            .iter()
            .map(|row| Rewrite {
                id: row.id.clone(),
                rev: row.rev,
                was: (row.secret.clone(), row.data.clone()),
                secret: erased(&row.secret),
                data: replace_tokens(&row.data, |_| Some(GONE.to_owned())).into_owned(),
                // The natural key may be a hash of the identity number.
                key: Some(key),
                found_by: Some((String::new(), Vec::new())),
            })
            .collect();
        let line = RewriteLine {
            action: Action::Erase,
            stamp: self.stamp(caller, &format!("{reason}（{}；保存至 {until}）", rule.basis), "console"),
            record: id.to_owned(),
            partitions: rows.iter().map(|row| (row.region.clone(), row.year)).collect(),
        };
        let all = rewrites.len() as u64;
        let work = Rewriting { kind: kind.kind.clone(), rewrites, line: Some(line), checkpoint: None, at: self.now() };
        crate::backup::begin_anew(self).await.map_err(Self::store_error(&kind.kind))?;
        let done = self.store.rewrite(work).await.map_err(Self::store_error(&kind.kind))?;
        // Sealed again or saved at the same moment: the next run finds what is left.
        Ok(done == all)
    }

    /// Places a hold.
    ///
    /// # Errors
    /// Not the caller's role or region; no reason; the store failed.
    pub async fn hold(&self, caller: &Caller, kind: &str, id: &str, reason: &str) -> Result<(), DoorError> {
        self.keeper(caller)?;
        if reason.trim().is_empty() {
            return Err(DoorError::BadRequest("请写明保全原因".into()));
        }
        let kind = self.kind(kind)?;
        let row = self.near(caller, &kind, id).await?;
        let _lease = self.keeping().await?;
        if self.hold_on(&kind.kind, id).await?.is_some() {
            return Err(DoorError::BadRequest("该记录已在保全中".into()));
        }
        let hold = Hold {
            kind: kind.kind.clone(),
            id: row.id,
            region: row.region,
            by: caller.login.clone(),
            at: self.now(),
            reason: reason.trim().chars().take(500).collect(),
            lifted: None,
        };
        self.note(caller, Action::Hold, &kind.kind, id, &format!("保全：{}", hold.reason), "web").await?;
        self.keep_hold(&hold).await
    }

    /// Lifts a hold.
    ///
    /// # Errors
    /// There is none in the caller's region; no reason; the store failed.
    pub async fn lift(&self, caller: &Caller, kind: &str, id: &str, reason: &str) -> Result<(), DoorError> {
        self.keeper(caller)?;
        if reason.trim().is_empty() {
            return Err(DoorError::BadRequest("请写明解除保全的原因".into()));
        }
        let _lease = self.keeping().await?;
        let mut hold = self.hold_on(kind, id).await?.ok_or(DoorError::NotFound)?;
        if !access::inside(&access::territory(caller), place(&hold.region)) {
            return Err(DoorError::NotFound);
        }
        let reason: String = reason.trim().chars().take(500).collect();
        self.note(caller, Action::Hold, kind, id, &format!("解除保全：{reason}"), "web").await?;
        hold.lifted = Some((self.now(), caller.login.clone(), reason));
        self.keep_hold(&hold).await
    }

    /// Holds in the caller's region that are in force.
    ///
    /// # Errors
    /// Not the caller's role; the store failed.
    pub async fn holds(&self, caller: &Caller) -> Result<Vec<Hold>, DoorError> {
        self.keeper(caller)?;
        let all = self.store.settings(HOLD).await.map_err(Self::store_error(LEASE))?;
        let seen = |hold: &Hold| hold.lifted.is_none() && access::inside(&access::territory(caller), place(&hold.region));
        Ok(all.iter().filter_map(|(_, text)| serde_json::from_str(text).ok()).filter(seen).collect())
    }

    async fn hold_on(&self, kind: &str, id: &str) -> Result<Option<Hold>, DoorError> {
        let kept = self.store.setting(&format!("{HOLD}{kind}/{id}")).await.map_err(Self::store_error(LEASE))?;
        Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).filter(|hold: &Hold| hold.lifted.is_none()))
    }

    async fn keep_hold(&self, hold: &Hold) -> Result<(), DoorError> {
        let text = serde_json::to_string(hold).map_err(|_| DoorError::BadRequest("无法保存".into()))?;
        self.store.set_setting(&format!("{HOLD}{}/{}", hold.kind, hold.id), &text).await.map_err(Self::store_error(LEASE))
    }

    async fn near(&self, caller: &Caller, kind: &Kind, id: &str) -> Result<Stored, DoorError> {
        let row = self.store.find(&kind.kind, id).await.map_err(Self::store_error(&kind.kind))?.ok_or(DoorError::NotFound)?;
        if access::inside(&access::territory(caller), Coordinates::of(&row, &Map::new())) { Ok(row) } else { Err(DoorError::NotFound) }
    }

    async fn keeping(&self) -> Result<Box<dyn Lease>, DoorError> {
        for _ in 0..100 {
            if let Some(lease) = self.store.lease(LEASE).await.map_err(Self::store_error(LEASE))? {
                return Ok(lease);
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        Err(DoorError::BadRequest("另一个保全或删除操作正在进行，请稍后再试".into()))
    }
}

fn place(region: &str) -> Coordinates<'_> {
    static NOTHING: std::sync::OnceLock<Map<String, Value>> = std::sync::OnceLock::new();
    Coordinates { id: "", region, town: "", owner: "", data: NOTHING.get_or_init(Map::new) }
}

/// The same day so many years later; of 29 February the 28th.
fn later(day: &str, years: u32) -> Option<String> {
    let date = dates::parse_iso(day)?;
    let year = date.year() + i32::try_from(years).ok()?;
    let moved = date.replace_year(year).or_else(|_| date.replace_day(28).and_then(|d| d.replace_year(year))).ok()?;
    Some(dates::iso(moved))
}
