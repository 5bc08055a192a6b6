//! Follows the outbox and lets reactions act on what changed.
//!
//! Every step may be repeated: what is called for is looked up before it is made, and the position moves after the work. What is made
//! or taken back is also held against the newest revision, so that an old event seen again changes nothing.

use super::around::Around;
use super::call::Call;
use super::write::{Became, make, take_back};
use super::{ALL, Reaction};
use crate::clock::day_of;
use crate::door::{Door, DoorError};
use crate::port::{Action, Event, Stored};
use zhijian_kinds::dates;

/// Its name among the consumers of the outbox, and of its lease.
const CONSUMER: &str = "reactions";
/// Setting: days between an event and its recording beyond which nothing is set off, so that imported history does not flood the desks.
pub const HORIZON: &str = "reactions.horizon_days";
/// Its value when it is not set (design).
pub const HORIZON_DAYS: i64 = 400;
/// Events looked at in one step.
const EVENTS: u32 = 16;

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Made, or opened again.
    pub made: u64,
    /// Taken back.
    pub taken_back: u64,
    /// Refused by the door: the log names record and fields.
    pub refused: u64,
}

/// Lets reactions act.
#[derive(Debug, Clone)]
pub struct Reactor {
    door: Door,
}

impl Reactor {
    /// For a deployment.
    #[must_use]
    pub fn new(door: Door) -> Self {
        Self { door }
    }

    /// Acts on everything that was recorded since the last call. `None` when another process is at it.
    ///
    /// # Errors
    /// The store or the vault failed; the next call goes on where this one stopped.
    pub async fn catch_up(&self) -> Result<Option<Tally>, DoorError> {
        self.run(None).await
    }

    /// Goes through everything that was ever recorded again, as after a wider horizon was set. What is there already stays as it is.
    ///
    /// # Errors
    /// As [`Self::catch_up`]; the next call begins anew.
    pub async fn again(&self) -> Result<Option<Tally>, DoorError> {
        self.run(Some(0)).await
    }

    async fn run(&self, from: Option<i64>) -> Result<Option<Tally>, DoorError> {
        let store = &self.door.store;
        let failed = || Door::store_error("联动");
        let Some(_lease) = store.lease(CONSUMER).await.map_err(failed())? else { return Ok(None) };
        let horizon = store.setting(HORIZON).await.map_err(failed())?.and_then(|days| days.parse().ok()).unwrap_or(HORIZON_DAYS);
        let mut tally = Tally::default();
        let mut from = match from {
            Some(from) => from,
            None => store.position(CONSUMER).await.map_err(failed())?,
        };
        loop {
            let events = store.events(from, EVENTS).await.map_err(failed())?;
            let Some(last) = events.last().map(|e| e.seq) else { return Ok(Some(tally)) };
            let around = Around::new(&self.door);
            for event in &events {
                self.event(&around, event, horizon, &mut tally).await?;
            }
            // The position only moves forward.
            store.set_position(CONSUMER, last).await.map_err(failed())?;
            from = last;
        }
    }

    async fn event(&self, around: &Around<'_>, event: &Event, horizon: i64, tally: &mut Tally) -> Result<(), DoorError> {
        let reactions: Vec<&dyn Reaction> = ALL.into_iter().filter(|r| r.about().kind == event.kind).collect();
        // Sealing again and erasing change nothing that was said.
        if reactions.is_empty() || matches!(event.action, Action::Reseal | Action::Erase) {
            return Ok(());
        }
        for stored in self.door.store.of_commit(&event.kind, event.seq).await.map_err(Door::store_error(&event.kind))? {
            let before = self.before(&stored).await?;
            for reaction in &reactions {
                self.react(around, *reaction, before.as_ref(), &stored, horizon, tally).await?;
            }
        }
        Ok(())
    }

    async fn before(&self, stored: &Stored) -> Result<Option<Stored>, DoorError> {
        if stored.rev <= 1 {
            return Ok(None);
        }
        let history = self.door.store.history(&stored.kind, &stored.id).await.map_err(Door::store_error(&stored.kind))?;
        Ok(history.into_iter().find(|r| r.rev + 1 == stored.rev))
    }

    async fn react(
        &self,
        around: &Around<'_>,
        reaction: &dyn Reaction,
        before: Option<&Stored>,
        stored: &Stored,
        horizon: i64,
        tally: &mut Tally,
    ) -> Result<(), DoorError> {
        if before.is_none() && !reaction.when_new() {
            return Ok(());
        }
        let was = before.map(|r| self.calls(reaction, r)).unwrap_or_default();
        let is = self.calls(reaction, stored);
        let gone: Vec<&Call> = was.iter().filter(|w| !is.iter().any(|i| i.same(w))).collect();
        let recorded = day_of(stored.recorded_from);
        let recent = |call: &Call| call.on.is_empty() || dates::days_between(&call.on, &recorded).is_some_and(|days| days <= horizon);
        let new: Vec<&Call> = is.iter().filter(|i| !was.iter().any(|w| w.same(i)) && recent(i)).collect();
        if gone.is_empty() && new.is_empty() {
            return Ok(());
        }
        let Some(newest) = self.door.store.find(&stored.kind, &stored.id).await.map_err(Door::store_error(&stored.kind))? else {
            return Ok(());
        };
        if crate::vault::is_erased(&newest.secret) {
            return Ok(());
        }
        let now = self.calls(reaction, &newest);
        for call in gone.into_iter().filter(|call| !now.iter().any(|n| n.same(call))) {
            if take_back(around, &newest, call, &self.reason(stored, "不再成立")).await? == Became::Done {
                tally.taken_back += 1;
            }
        }
        for call in new {
            // As the record stands now: its particulars may have been mended since.
            let Some(call) = now.iter().find(|n| n.same(call)) else { continue };
            if !reaction.stands(around, &newest, call).await? {
                continue;
            }
            match make(around, &newest, call, &self.reason(stored, reaction.about().name)).await? {
                Became::Done => tally.made += 1,
                Became::Refused => tally.refused += 1,
                Became::Nothing => {}
            }
        }
        Ok(())
    }

    fn calls(&self, reaction: &dyn Reaction, stored: &Stored) -> Vec<Call> {
        if stored.retracted { Vec::new() } else { reaction.calls(&self.door.catalogue, &stored.state, &stored.document()) }
    }

    /// The cause, for the audit line: which record, which revision, which reaction; nothing about a person.
    fn reason(&self, stored: &Stored, what: &str) -> String {
        let title = self.door.catalogue.kind(&stored.kind).map_or(stored.kind.as_str(), |k| k.title.as_str());
        format!("联动 {what}：{title} {} 第{}版", stored.id, stored.rev)
    }
}
