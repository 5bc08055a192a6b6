//! The notifier: follows the audit chain (what was done to records) and the clock (what duties ask for), and writes notices.
//!
//! It survives a stop at any point: the position moves after the work, and what was told carries a mark that is never written twice.

use super::people::{People, Whom};
use super::port::{Mark, Telling};
use super::telling::{Composer, Matter};
use super::timing::Timing;
use super::{duties, events, failed};
use crate::access::Coordinates;
use crate::door::{Door, DoorError};
use crate::duties::Clerk;
use crate::port::{Action, AuditLine, Instant, Stored};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use zhijian_kinds::notice::Notice;

/// Its name among the consumers of the chain, and of its lease.
const CONSUMER: &str = "notices";
/// Setting: since when notices are told on this deployment.
const BEGUN: &str = "notices.begun";
/// Lines looked at in one step.
const LINES: u32 = 64;
/// The clock is looked at again after this long.
const PAUSE: Instant = 60_000_000;
/// And after this long when records were written.
const SHORT: Instant = 10_000_000;

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told {
    /// Things told.
    pub matters: u64,
    /// Notices written.
    pub notices: u64,
    /// Messages for outlets.
    pub letters: u64,
}

/// Writes notices.
#[derive(Debug)]
pub struct Notifier {
    door: Door,
    clerk: Clerk,
    /// Names of the outlets that this deployment has.
    outlets: Vec<String>,
    /// The day and moment of the last look at the clock.
    last: Mutex<(String, Instant)>,
    /// Records were written since.
    wrote: AtomicBool,
}

/// One run.
pub(super) struct Round<'a> {
    pub door: &'a Door,
    pub timing: Timing,
    pub now: Instant,
    pub begun: Instant,
    outlets: &'a [String],
    people: Option<People<'a>>,
}

impl<'a> Round<'a> {
    /// Accounts, read when somebody is to be told.
    pub async fn people(&mut self) -> Result<&mut People<'a>, DoorError> {
        let people = match self.people.take() {
            Some(people) => people,
            None => People::of(self.door).await?,
        };
        Ok(self.people.insert(people))
    }

    pub async fn compose(&mut self, notice: &Notice, mark: Mark, matter: &Matter, readers: Vec<String>) -> Result<Telling, DoorError> {
        let (timing, now, outlets) = (self.timing.clone(), self.now, self.outlets);
        let people = self.people().await?;
        Ok(Composer { outlets, timing: &timing, now }.telling(people, notice, mark, matter, readers))
    }

    pub async fn write(&self, telling: &Telling, told: &mut Told) -> Result<(), DoorError> {
        self.write_all(telling, told).await.map(drop)
    }

    /// `false` when it had been told before.
    pub async fn write_all(&self, telling: &Telling, told: &mut Told) -> Result<bool, DoorError> {
        let new = self.door.store.tell(telling).await.map_err(failed)?;
        if new {
            told.matters += 1;
            told.notices += telling.notices.len() as u64;
            told.letters += telling.notices.iter().map(|n| n.letters.len() as u64).sum::<u64>();
        }
        Ok(new)
    }
}

impl Notifier {
    /// For a deployment with these outlets.
    #[must_use]
    pub fn new(door: Door, outlets: Vec<String>) -> Self {
        let clerk = Clerk::new(door.clone());
        Self { door, clerk, outlets, last: Mutex::default(), wrote: AtomicBool::new(false) }
    }

    /// Tells everything that is to be told by now. `None` when another process is at it.
    ///
    /// # Errors
    /// The store failed; the next call goes on where this one stopped.
    pub async fn catch_up(&self) -> Result<Option<Told>, DoorError> {
        let Some(_lease) = self.door.store.lease(CONSUMER).await.map_err(failed)? else { return Ok(None) };
        let mut told = Told::default();
        let timing = self.door.timing().await?;
        let begun = self.begin().await?;
        let mut round = Round { door: &self.door, timing, now: self.door.now(), begun, outlets: &self.outlets, people: None };
        while let Some(wrote) = self.lines(&mut round, &mut told).await? {
            self.wrote.fetch_or(wrote, Ordering::Relaxed);
        }
        if self.pause_is_over(&round, if self.wrote.load(Ordering::Relaxed) { SHORT } else { PAUSE }) {
            events::tell(&mut round, &mut told).await?;
            self.duties(&mut round, &mut told).await?;
        }
        Ok(Some(told))
    }

    /// From when on things are told: what was recorded before the first run never is.
    async fn begin(&self) -> Result<Instant, DoorError> {
        let store = &self.door.store;
        if let Some(begun) = store.setting(BEGUN).await.map_err(failed)?.and_then(|text| text.parse().ok()) {
            return Ok(begun);
        }
        let now = self.door.now();
        let (head, _) = store.audit_head().await.map_err(failed)?;
        store.set_position(CONSUMER, head).await.map_err(failed)?;
        store.set_setting(BEGUN, &now.to_string()).await.map_err(failed)?;
        Ok(now)
    }

    fn pause_is_over(&self, round: &Round<'_>, pause: Instant) -> bool {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.0 != round.door.today() || round.now - last.1 >= pause || round.now < last.1
    }

    async fn duties(&self, round: &mut Round<'_>, told: &mut Told) -> Result<(), DoorError> {
        // While the table is being made anew a duty that is not in it may well be open.
        let Some(_settled) = self.clerk.settled().await? else { return Ok(()) };
        duties::steps(round, told).await?;
        duties::ends(round, told).await?;
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = (round.door.today(), round.now);
        self.wrote.store(false, Ordering::Relaxed);
        Ok(())
    }

    /// Takes up some lines of the chain, and says whether any is more than a look; `None` when there were none.
    async fn lines(&self, round: &mut Round<'_>, told: &mut Told) -> Result<Option<bool>, DoorError> {
        let store = &self.door.store;
        let from = store.position(CONSUMER).await.map_err(failed)?;
        let lines = store.audit(from, LINES).await.map_err(failed)?;
        let Some(last) = lines.last().map(|l| l.seq) else { return Ok(None) };
        for line in &lines {
            self.line(round, line, told).await?;
        }
        store.set_position(CONSUMER, last).await.map_err(failed)?;
        Ok(Some(lines.iter().any(|l| !matches!(l.action, Action::View | Action::SignIn | Action::SignInFailed | Action::SignOut))))
    }

    async fn line(&self, round: &mut Round<'_>, line: &AuditLine, told: &mut Told) -> Result<(), DoorError> {
        // What was recorded before the first run tells nobody, also when the chain is read again after a restore.
        if line.stamp.at < round.begun {
            return Ok(());
        }
        // A workbook of past years tells nobody; what it obliges to lies on the desks.
        if !matches!(line.action, Action::Submit | Action::Amend | Action::Advance) {
            return Ok(());
        }
        let catalogue = Arc::clone(&self.door.catalogue);
        if !catalogue.notices.values().any(|n| n.on.records.contains(&line.kind)) {
            return Ok(());
        }
        for stored in self.door.store.of_commit(&line.kind, line.seq).await.map_err(failed)? {
            let history = self.door.store.history(&stored.kind, &stored.id).await.map_err(failed)?;
            let before = history.iter().find(|r| r.rev + 1 == stored.rev);
            for notice in catalogue.notices.values() {
                if self.holds(notice, &stored) && !before.is_some_and(|r| self.holds(notice, r)) {
                    self.came_about(round, notice, line, &stored, &history, told).await?;
                }
            }
        }
        Ok(())
    }

    fn holds(&self, notice: &Notice, stored: &Stored) -> bool {
        !stored.retracted && notice.holds(&stored.kind, &stored.state, &stored.document(), &self.door.today())
    }

    async fn came_about(
        &self,
        round: &mut Round<'_>,
        notice: &Notice,
        line: &AuditLine,
        stored: &Stored,
        history: &[Stored],
        told: &mut Told,
    ) -> Result<(), DoorError> {
        let Some(kind) = self.door.catalogue.kind(&stored.kind) else { return Ok(()) };
        let mut whom = Whom { reach: notice.reach, ..Whom::default() };
        for who in &notice.to {
            match who.as_str() {
                // A register entry is its own organisation.
                "owner" if kind.owner.is_none() => whom.organisation.clone_from(&stored.id),
                "owner" => whom.organisation.clone_from(&stored.owner),
                "filer" => whom.login = self.filer(history).await?,
                role => whom.roles.push(role.to_owned()),
            }
        }
        let data = stored.document();
        let mut readers = round.people().await?.for_record(&whom, kind, Coordinates::of(stored, &data)).await?;
        readers.retain(|login| *login != line.stamp.actor);
        let key = format!("{}/{}/{}/{}", notice.notice, stored.kind, stored.id, stored.rev);
        let matter = Matter { kind: stored.kind.clone(), record: stored.id.clone(), params: vec![("state", stored.state.clone())] };
        let telling = round.compose(notice, Mark { key, ..Mark::default() }, &matter, readers).await?;
        round.write(&telling, told).await
    }

    /// Who filed the first revision.
    async fn filer(&self, history: &[Stored]) -> Result<String, DoorError> {
        let Some(first) = history.first() else { return Ok(String::new()) };
        let line = self.door.store.audit(first.commit - 1, 1).await.map_err(failed)?.into_iter().next();
        Ok(line.filter(|l| l.seq == first.commit).map(|l| l.stamp.actor).unwrap_or_default())
    }
}
