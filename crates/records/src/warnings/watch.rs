//! Brings signals to warnings: of records from the outbox, of queries and duties by going over them again.
//!
//! Every step may be repeated: what a signal did is found again in the warning, and positions move after the work.

use super::machine::Standing;
use super::scribe::{Became, Scribe, is_closed, push};
use super::settings::Settings;
use super::{Facts, KIND, SCAN, SETTINGS, Signal, of_duties, of_records, of_row};
use crate::clock::day_of;
use crate::door::{Door, DoorError};
use crate::duties::Clerk;
use crate::port::{Action, Event, Filter, Op, Query, Stored};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use zhijian_kinds::dates;
use zhijian_kinds::warning::{Judged, Source, Warning};

/// Its name among the consumers of the outbox, and of its lease.
pub const CONSUMER: &str = "warnings";
/// Setting: days between an event and its recording beyond which a record raises nothing, so that imported history does not flood the desks.
pub const HORIZON: &str = "warnings.horizon_days";
/// Its value when it is not set (design).
const HORIZON_DAYS: i64 = 400;
/// Setting: day, state of the facts and instant of the last scan of queries.
const SCANNED: &str = "warnings.scanned";
/// The same of the duties.
const SCANNED_DUTIES: &str = "warnings.scanned_duties";
/// Minutes between scans while facts change (design).
const SCAN_MINUTES: i64 = 30;
const MINUTE: i64 = 60_000_000;
/// Events looked at in one step.
const EVENTS: u32 = 16;

/// What a round did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Round {
    /// New warnings.
    pub opened: u64,
    /// Warnings that changed.
    pub changed: u64,
    /// Refused by the door: the log names rule and fields.
    pub refused: u64,
    /// Moved on to those who deal with them.
    pub pushed: u64,
    /// Rules that could not be asked, with what went wrong.
    pub failed: BTreeMap<String, String>,
}

impl Round {
    fn count(&mut self, became: Became) {
        match became {
            Became::Nothing => {}
            Became::Opened => self.opened += 1,
            Became::Changed => self.changed += 1,
            Became::Refused => self.refused += 1,
        }
    }
}

/// Watches.
#[derive(Clone)]
pub struct Watch {
    door: Door,
    facts: Arc<dyn Facts>,
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Watch")
    }
}

impl Watch {
    /// For a deployment.
    #[must_use]
    pub fn new(door: Door, facts: Arc<dyn Facts>) -> Self {
        Self { door, facts }
    }

    /// Follows the records, scans when it is time, raises what was held and moves new warnings on. `None` when another process is at it.
    ///
    /// # Errors
    /// The store or the vault failed; the next call goes on where this one stopped.
    pub async fn catch_up(&self) -> Result<Option<Round>, DoorError> {
        let Some(_lease) = self.door.store.lease(CONSUMER).await.map_err(failed())? else { return Ok(None) };
        let today = self.door.today();
        let mut round = Round::default();
        let settings = self.follow(&today, &mut round).await?;
        let facts = format!("{today}@{}@{}", self.facts.stand(), settings.mark());
        self.scan_when_due(SCANNED, &facts, |rule| !of_duty(rule), &settings, &today, &mut round).await?;
        if Clerk::new(self.door.clone()).settled().await?.is_some() {
            let position = self.door.store.position(crate::duties::CONSUMER).await.map_err(failed())?;
            let duties = format!("{today}@{position}@{}", settings.mark());
            self.scan_when_due(SCANNED_DUTIES, &duties, of_duty, &settings, &today, &mut round).await?;
        }
        self.raise_held(&settings, &today, &mut round).await?;
        self.push_new(&today, &mut round).await?;
        Ok(Some(round))
    }

    /// Goes over all queries and duties as of a day, whatever was scanned before.
    ///
    /// # Errors
    /// As [`Self::catch_up`].
    pub async fn scan(&self, today: &str, only: Option<&str>) -> Result<Option<Round>, DoorError> {
        let Some(_lease) = self.door.store.lease(CONSUMER).await.map_err(failed())? else { return Ok(None) };
        let settings = Settings::read(&self.door).await?;
        let mut round = Round::default();
        for rule in self.door.catalogue.warnings.values().filter(|r| r.ready() && only.is_none_or(|o| o == r.warning)) {
            self.scan_rule(rule, &settings, today, &mut round).await?;
        }
        self.raise_held(&settings, today, &mut round).await?;
        self.push_new(today, &mut round).await?;
        Ok(Some(round))
    }

    async fn follow(&self, today: &str, round: &mut Round) -> Result<Settings, DoorError> {
        let store = &self.door.store;
        let mut settings = Settings::read(&self.door).await?;
        let horizon = store.setting(HORIZON).await.map_err(failed())?.and_then(|days| days.parse().ok()).unwrap_or(HORIZON_DAYS);
        let mut from = store.position(CONSUMER).await.map_err(failed())?;
        loop {
            let events = store.events(from, EVENTS).await.map_err(failed())?;
            let Some(last) = events.last().map(|e| e.seq) else { return Ok(settings) };
            if events.iter().any(|e| e.kind == SETTINGS) {
                settings = Settings::read(&self.door).await?;
            }
            for event in &events {
                self.event(event, &settings, horizon, today, round).await?;
            }
            store.set_position(CONSUMER, last).await.map_err(failed())?;
            from = last;
        }
    }

    async fn event(&self, event: &Event, settings: &Settings, horizon: i64, today: &str, round: &mut Round) -> Result<(), DoorError> {
        let rules: Vec<&Warning> = self.door.catalogue.warnings.values().filter(|r| r.ready() && of_kind(r, &event.kind)).collect();
        if rules.is_empty() || matches!(event.action, Action::Reseal | Action::Erase) {
            return Ok(());
        }
        let mut scribe = Scribe::new(&self.door, settings, today);
        for stored in self.door.store.of_commit(&event.kind, event.seq).await.map_err(failed())? {
            let recorded = day_of(stored.recorded_from);
            if dates::days_between(&stored.event_date, &recorded).is_some_and(|days| days > horizon) {
                continue;
            }
            let Some(newest) = self.door.store.find(&stored.kind, &stored.id).await.map_err(failed())? else { continue };
            let before = self.before(&stored).await?;
            for rule in &rules {
                self.one(rule, &mut scribe, &newest, before.as_ref(), today, round).await?;
            }
        }
        Ok(())
    }

    async fn before(&self, stored: &Stored) -> Result<Option<Stored>, DoorError> {
        if stored.rev <= 1 {
            return Ok(None);
        }
        let history = self.door.store.history(&stored.kind, &stored.id).await.map_err(failed())?;
        Ok(history.into_iter().find(|r| r.rev + 1 == stored.rev))
    }

    /// What a record as it stands tells a rule; and what it was about before and is not any more.
    async fn one(
        &self,
        rule: &Warning,
        scribe: &mut Scribe<'_>,
        newest: &Stored,
        before: Option<&Stored>,
        today: &str,
        round: &mut Round,
    ) -> Result<(), DoorError> {
        let Some(part) = rule.part(&newest.kind) else { return Ok(()) };
        let (on, thresholds) = scribe.settings.rule(rule, &newest.region, today);
        if !on {
            return Ok(());
        }
        let now = of_records::signal(&self.door, &part, newest, &thresholds, today);
        let then = before.and_then(|old| of_records::gone(&self.door, part.source, old));
        if let Some(then) = then.filter(|then| now.as_ref().is_none_or(|now| now.key != then.key)) {
            round.count(scribe.apply(rule, &thresholds, &then).await?);
        }
        if let Some(now) = now {
            round.count(scribe.apply(rule, &thresholds, &now).await?);
        }
        Ok(())
    }

    /// Scans rules on another day, and when what they look at has changed and the pause is over; `mark` tells one state from another.
    async fn scan_when_due(
        &self,
        setting: &str,
        mark: &str,
        wanted: fn(&Warning) -> bool,
        settings: &Settings,
        today: &str,
        round: &mut Round,
    ) -> Result<(), DoorError> {
        let scanned = self.door.store.setting(setting).await.map_err(failed())?.unwrap_or_default();
        let (at, last) = scanned.split_once(' ').unwrap_or_default();
        let another_day = !last.starts_with(&format!("{today}@"));
        let waited = self.door.now() - at.parse::<i64>().unwrap_or_default() >= SCAN_MINUTES * MINUTE;
        if last == mark || !(another_day || waited) {
            return Ok(());
        }
        for rule in self.door.catalogue.warnings.values().filter(|rule| rule.ready() && wanted(rule)) {
            self.scan_rule(rule, settings, today, round).await?;
        }
        self.door.store.set_setting(setting, &format!("{} {mark}", self.door.now())).await.map_err(failed())
    }

    /// What a rule's query or duties give; what they no longer give has cleared.
    async fn scan_rule(&self, rule: &Warning, settings: &Settings, today: &str, round: &mut Round) -> Result<(), DoorError> {
        let found: Vec<(Signal, super::Row)> = match &rule.source {
            Source::Record(_) => return Ok(()),
            Source::Duty(of) => {
                // While the table is being made anew a duty that is not in it may well be open: nothing has cleared.
                let Some(_settled) = Clerk::new(self.door.clone()).settled().await? else {
                    round.failed.insert(rule.warning.clone(), "应办事项正在更新，下次再判".to_owned());
                    return Ok(());
                };
                of_duties::signals(&self.door, of, today).await?
            }
            Source::Query(_) | Source::Statistic(_) | Source::Forecast(_) => match self.facts.rows(rule, today).await {
                Ok(rows) => rows.into_iter().map(|row| (of_row(rule, &row, today, None), row)).collect(),
                Err(message) => {
                    tracing::error!(rule = rule.warning, message, "a warning rule could not be asked");
                    round.failed.insert(rule.warning.clone(), message);
                    return Ok(());
                }
            },
        };
        let mut scribe = Scribe::new(&self.door, settings, today);
        let mut standing: HashSet<String> = HashSet::new();
        for (signal, row) in found {
            let region = scribe.region(&signal).await?;
            let (on, thresholds) = settings.rule(rule, &region, today);
            if !on {
                standing.insert(super::scribe::dedupe(rule, &signal));
                continue;
            }
            if let Judged::Level(level) = rule.judge(&row, &thresholds, today) {
                standing.insert(super::scribe::dedupe(rule, &signal));
                round.count(scribe.apply(rule, &thresholds, &Signal { level: Some(level), region, ..signal }).await?);
            }
        }
        self.clear(rule, &standing, &mut scribe, round).await
    }

    async fn clear(&self, rule: &Warning, standing: &HashSet<String>, scribe: &mut Scribe<'_>, round: &mut Round) -> Result<(), DoorError> {
        let signals = [Standing::Present, Standing::Held].map(Standing::word).join(",");
        let filters = vec![Filter::field("rule", Op::Eq, &rule.warning), Filter::field("signal", Op::In, &signals)];
        for stored in self.all(filters).await? {
            let key = super::text(&stored.document(), "dedupe");
            if standing.contains(&key) || (is_closed(&stored) && super::text(&stored.document(), "signal") == Standing::Present.word()) {
                continue;
            }
            let (on, thresholds) = scribe.settings.rule(rule, &stored.region, scribe.today);
            if !on {
                continue;
            }
            let signal = Signal {
                key: key.split_once('/').map(|(_, rest)| rest.to_owned()).unwrap_or_default(),
                subject: String::new(),
                employer: stored.owner.clone(),
                region: stored.region.clone(),
                source: SCAN.into(),
                on: scribe.today.to_owned(),
                level: None,
                value: None,
                evidence: Vec::new(),
                inputs: String::new(),
            };
            round.count(scribe.apply(rule, &thresholds, &signal).await?);
        }
        Ok(())
    }

    async fn raise_held(&self, settings: &Settings, today: &str, round: &mut Round) -> Result<(), DoorError> {
        let held = self.all(vec![Filter::field("signal", Op::Eq, Standing::Held.word())]).await?;
        let mut scribe = Scribe::new(&self.door, settings, today);
        for stored in held {
            let name = super::text(&stored.document(), "rule");
            if let Some(rule) = self.door.catalogue.warnings.get(&name) {
                round.count(scribe.wake(rule, &stored).await?);
            }
        }
        Ok(())
    }

    async fn push_new(&self, today: &str, round: &mut Round) -> Result<(), DoorError> {
        for stored in self.all(vec![Filter::system("state", Op::Eq, "triggered")]).await? {
            if push(&self.door, &stored, today).await? == Became::Changed {
                round.pushed += 1;
            }
        }
        Ok(())
    }

    async fn all(&self, filters: Vec<Filter>) -> Result<Vec<Stored>, DoorError> {
        self.door.store.all(Query { limit: 500, ..Query::everything(KIND, filters) }).await.map_err(failed())
    }
}

fn of_duty(rule: &Warning) -> bool {
    matches!(rule.source, Source::Duty(_))
}

fn of_kind(rule: &Warning, kind: &str) -> bool {
    rule.part(kind).is_some()
}

fn failed() -> impl FnOnce(crate::port::StoreError) -> DoorError {
    Door::store_error(KIND)
}
