//! Writes what signals do through the door, as the system.

use super::documents::{self, CLOSED};
use super::machine::{self, Episode, Observation, Step};
use super::settings::Settings;
use super::{KIND, SCAN, Signal};
use crate::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Filter, Op, Query, Stored};
use crate::submit::Entry;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use zhijian_kinds::intake::Draft;
use zhijian_kinds::warning::{Thresholds, Warning};

/// What became of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Became {
    Nothing,
    Opened,
    Changed,
    Refused,
}

/// Writes warnings of one round.
pub(super) struct Scribe<'a> {
    pub door: &'a Door,
    pub settings: &'a Settings,
    /// The day that counts as today: the real one, or that of a look back.
    pub today: &'a str,
    employers: HashMap<String, Option<Place>>,
}

/// Where an employer is.
#[derive(Debug, Clone)]
struct Place {
    name: String,
    uscc: String,
    region: String,
    town: String,
}

impl<'a> Scribe<'a> {
    pub fn new(door: &'a Door, settings: &'a Settings, today: &'a str) -> Self {
        Self { door, settings, today, employers: HashMap::new() }
    }

    /// County of a signal.
    pub async fn region(&mut self, signal: &Signal) -> Result<String, DoorError> {
        Ok(self.place(&signal.employer).await?.map_or_else(|| signal.region.clone(), |p| p.region))
    }

    /// Applies a signal whose level is known.
    pub async fn apply(&mut self, rule: &Warning, thresholds: &Thresholds, signal: &Signal) -> Result<Became, DoorError> {
        let key = dedupe(rule, signal);
        let mut known = self.episodes(&key).await?;
        let seen =
            Observation { source: signal.source.clone(), on: signal.on.clone(), level: signal.level, value: signal.value, late: false };
        let before = known.len().saturating_sub(1);
        // An old event seen again belongs to the episode that has it.
        let told =
            |(_, e): &(Stored, Episode)| e.observations.iter().any(|o| o.source == seen.source && o.on == seen.on && o.level == seen.level);
        if seen.source != SCAN && known[..before].iter().any(told) {
            return Ok(Became::Nothing);
        }
        let latest = known.pop();
        match machine::step(latest.as_ref().map(|(_, e)| e), &seen, self.today, rule.quiet_days) {
            Step::Nothing => Ok(Became::Nothing),
            Step::Open(episode) => self.open(rule, thresholds, signal, &key, &episode).await,
            Step::Update(episode) => match &latest {
                Some((stored, _)) => self.update(rule, thresholds, signal, stored, &episode).await,
                None => Ok(Became::Nothing),
            },
        }
    }

    /// Raises a held warning whose quiet period is over.
    pub async fn wake(&mut self, rule: &Warning, stored: &Stored) -> Result<Became, DoorError> {
        let document = stored.document();
        let key = super::text(&document, "dedupe");
        let known = self.episodes(&key).await?;
        // Only the newest may wake.
        let Some((newest, episode)) = known.last().filter(|(newest, _)| newest.id == stored.id) else { return Ok(Became::Nothing) };
        let Some(next) = machine::wake(episode, self.today, rule.quiet_days) else { return Ok(Became::Nothing) };
        let now = next.observations.iter().max_by(|a, b| (&a.on, &a.source).cmp(&(&b.on, &b.source)));
        let signal = Signal {
            key: key.split_once('/').map(|(_, rest)| rest.to_owned()).unwrap_or_default(),
            subject: super::text(&document, "subject"),
            employer: newest.owner.clone(),
            region: newest.region.clone(),
            source: now.map(|o| o.source.clone()).unwrap_or_default(),
            on: now.map(|o| o.on.clone()).unwrap_or_default(),
            level: Some(next.level),
            value: now.and_then(|o| o.value),
            evidence: evidence_of(&document),
            inputs: super::text(&document, "inputs"),
        };
        let (on, thresholds) = self.settings.rule(rule, &newest.region, self.today);
        if !on {
            return Ok(Became::Nothing);
        }
        self.open(rule, &thresholds, &signal, &key, &next).await
    }

    /// All warnings about a subject, oldest episode first.
    async fn episodes(&self, key: &str) -> Result<Vec<(Stored, Episode)>, DoorError> {
        let query = Query::everything(KIND, vec![Filter::field("dedupe", Op::Eq, key)]);
        let rows = self.door.store.all(query).await.map_err(Door::store_error(KIND))?;
        let mut all: Vec<(Stored, Episode)> = rows
            .into_iter()
            .map(|stored| {
                let episode = documents::episode(&stored);
                (stored, episode)
            })
            .collect();
        all.sort_by_key(|(_, e)| e.number);
        Ok(all)
    }

    async fn open(
        &mut self,
        rule: &Warning,
        thresholds: &Thresholds,
        signal: &Signal,
        key: &str,
        episode: &Episode,
    ) -> Result<Became, DoorError> {
        let place = self.place(&signal.employer).await?;
        let region = place.as_ref().map_or_else(|| signal.region.clone(), |p| p.region.clone());
        let mut fields = documents::fields(rule, thresholds, episode, signal, None, self.today);
        let mut set = |name: &str, value: Value| _ = fields.insert(name.to_owned(), value);
        set("rule", json!(rule.warning));
        set("rule_title", json!(rule.title));
        set("measure", json!(rule.measure));
        set("subject", json!(signal.subject.chars().take(300).collect::<String>()));
        set("dedupe", json!(key));
        set("episode", json!(episode.number));
        set("raised_on", json!(self.today));
        set("county", json!(region));
        if let Some(place) = &place {
            set("employer_name", json!(place.name));
            set("uscc", json!(place.uscc));
            if !place.town.is_empty() {
                set("town", json!(place.town));
            }
        }
        let kind = self.door.kind(KIND)?;
        let draft = Draft::from_json(&kind, &fields);
        let reason = format!("预警 {} {}", rule.warning, rule.title);
        let saved = self.door.submit(&caller(&region), KIND, &draft, entry(&reason)).await;
        outcome(saved.map(|_| Became::Opened), rule, key)
    }

    async fn update(
        &self,
        rule: &Warning,
        thresholds: &Thresholds,
        signal: &Signal,
        old: &Stored,
        episode: &Episode,
    ) -> Result<Became, DoorError> {
        let fields = documents::fields(rule, thresholds, episode, signal, Some(old), self.today);
        let kind = self.door.kind(KIND)?;
        let draft = Draft::from_json(&kind, &fields);
        let what = episode.changes.last().map_or("", |c| c.what);
        let reason =
            format!("预警 {} 信号变化：{}", rule.warning, documents::CHANGE_WORDS.iter().find(|(w, _)| *w == what).map_or("", |(_, t)| t));
        let saved = self.door.amend(&caller(&old.region), KIND, &old.id, old.rev, &draft, entry(&reason)).await;
        outcome(saved.map(|_| Became::Changed), rule, &old.id)
    }

    async fn place(&mut self, employer: &str) -> Result<Option<Place>, DoorError> {
        if employer.is_empty() {
            return Ok(None);
        }
        if let Some(known) = self.employers.get(employer) {
            return Ok(known.clone());
        }
        let stored = self.door.store.find("employer", employer).await.map_err(Door::store_error("employer"))?;
        let place = stored.map(|s| {
            let document = s.document();
            Place { name: super::text(&document, "name"), uscc: super::text(&document, "uscc"), region: s.region, town: s.town }
        });
        self.employers.insert(employer.to_owned(), place.clone());
        Ok(place)
    }
}

/// What tells a warning's subject apart over all rules.
pub(super) fn dedupe(rule: &Warning, signal: &Signal) -> String {
    let key = format!("{}/{}", rule.warning, signal.key);
    if key.chars().count() <= 200 {
        return key;
    }
    // Long names of posts: their digest tells them apart as well.
    let digest = crate::audit::hex(&<sm3::Sm3 as sm3::Digest>::digest(key.as_bytes()));
    format!("{}/{digest}", rule.warning)
}

fn evidence_of(document: &Map<String, Value>) -> Vec<(String, String)> {
    let rows = document.get("evidence").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let word = |row: &Value, name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    rows.iter().map(|row| (word(row, "evidence_kind"), word(row, "evidence_id"))).collect()
}

/// Moves what was just raised on to those who deal with it.
pub(super) async fn push(door: &Door, stored: &Stored, today: &str) -> Result<Became, DoorError> {
    let kind = door.kind(KIND)?;
    let given = json!({"pushed_on": today});
    let draft = Draft::from_json(&kind, given.as_object().unwrap_or(&Map::new()));
    match door.advance(&caller(&stored.region), KIND, &stored.id, stored.rev, "push", &draft, entry("推送预警")).await {
        Ok(_) => Ok(Became::Changed),
        Err(error @ (DoorError::Store { .. } | DoorError::Vault(_))) => Err(error),
        // Somebody has taken it up already.
        Err(_) => Ok(Became::Nothing),
    }
}

/// Is it closed?
pub(super) fn is_closed(stored: &Stored) -> bool {
    stored.state == CLOSED
}

fn outcome(saved: Result<Became, DoorError>, rule: &Warning, about: &str) -> Result<Became, DoorError> {
    match saved {
        Ok(became) => Ok(became),
        Err(error @ (DoorError::Store { .. } | DoorError::Vault(_))) => Err(error),
        // Another process was faster; the next round sees what it wrote.
        Err(DoorError::Exists { .. } | DoorError::Stale { .. }) => Ok(Became::Nothing),
        Err(error) => {
            let fields = match &error {
                DoorError::Invalid(problems) => problems.iter().map(|p| p.field.clone()).collect(),
                _ => Vec::new(),
            };
            tracing::warn!(rule = rule.warning, about, ?fields, %error, "a warning could not be written");
            Ok(Became::Refused)
        }
    }
}

fn caller(region: &str) -> Caller {
    Caller { region: region.to_owned(), ..Caller::system("warnings") }
}

fn entry(reason: &str) -> Entry<'_> {
    Entry { source: "system", reason, idempotency: None }
}
