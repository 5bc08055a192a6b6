//! What is called for, as a document; and how it is taken back.

use super::around::Around;
use super::call::{Call, Makes};
use crate::door::{Door, DoorError};
use crate::port::Stored;
use crate::submit::Entry;
use crate::{Caller, clock};
use serde_json::{Map, Value, json};
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::Draft;

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Became {
    /// Made, or taken back.
    Done,
    /// It was there, or gone, or is somebody's work by now.
    Nothing,
    /// The door refused it.
    Refused,
}

/// Why an untouched thing was taken back. Only what was taken back so comes again by itself.
const CHANGED: &str = "来源记录已变更，不再需要";

/// State and field of a thing that was taken back.
const fn taken_back(makes: Makes) -> Option<&'static str> {
    match makes {
        Makes::Task(_) => Some("cancel_reason"),
        Makes::Card(_) => Some("delete_reason"),
        Makes::Aid(_) => Some("end_reason"),
        Makes::Patient => None,
    }
}

/// Makes what a record calls for, unless it is there.
pub(super) async fn make(around: &Around<'_>, stored: &Stored, call: &Call, reason: &str) -> Result<Became, DoorError> {
    let door = around.door;
    let employer = around.employer_of(stored).await?;
    let region = region_of(stored, employer.as_ref());
    let key = identity(call, stored, employer.as_ref());
    let document = Source { around, stored, call, employer: employer.as_ref() }.document(key)?;
    if let Some(there) = around.keyed(call.makes.kind(), &document, &region).await? {
        return again(door, call, &there, reason).await;
    }
    let kind = door.kind(call.makes.kind())?;
    let draft = Draft::from_json(&kind, &document);
    match door.submit(&caller(&region), &kind.kind, &draft, entry(reason)).await {
        Ok(_) => Ok(Became::Done),
        Err(DoorError::Exists { .. }) => Ok(Became::Nothing),
        Err(DoorError::Invalid(problems)) => {
            let fields: Vec<&str> = problems.iter().filter(|p| p.level == zhijian_kinds::Level::Error).map(|p| p.field.as_str()).collect();
            tracing::warn!(
                kind = kind.kind,
                source = stored.kind,
                id = stored.id,
                ?fields,
                "a reaction could not file what its record calls for"
            );
            Ok(Became::Refused)
        }
        Err(error @ (DoorError::Store { .. } | DoorError::Vault(_))) => Err(error),
        Err(error) => {
            tracing::warn!(kind = kind.kind, source = stored.kind, id = stored.id, %error, "a reaction could not file what its record calls for");
            Ok(Became::Refused)
        }
    }
}

/// What was taken back because its cause had gone is opened again; anything else stays as people left it.
async fn again(door: &Door, call: &Call, there: &Stored, reason: &str) -> Result<Became, DoorError> {
    let Some(field) = taken_back(call.makes) else { return Ok(Became::Nothing) };
    let by_us = there.document().get(field).and_then(Value::as_str) == Some(CHANGED);
    if there.retracted || there.state != "cancelled" || !by_us {
        return Ok(Became::Nothing);
    }
    step(door, there, "reopen", &Map::new(), reason).await
}

/// Takes back what a record no longer calls for, when nobody has begun with it.
pub(super) async fn take_back(around: &Around<'_>, stored: &Stored, call: &Call, reason: &str) -> Result<Became, DoorError> {
    let Some(field) = taken_back(call.makes).filter(|_| !call.of_employer) else { return Ok(Became::Nothing) };
    let door = around.door;
    let employer = around.employer_of(stored).await?;
    let mut key = identity(call, stored, employer.as_ref());
    if let Makes::Aid(_) = call.makes {
        let id_no = door.clear(stored)?.get("id_no").cloned().unwrap_or_default();
        key.insert("id_no".into(), id_no);
    }
    let there = around.keyed(call.makes.kind(), &key, &region_of(stored, employer.as_ref())).await?;
    let Some(there) = there.filter(|t| !t.retracted) else { return Ok(Became::Nothing) };
    let initial = door.kind(&there.kind)?.states.as_ref().map(|s| s.initial.clone()).unwrap_or_default();
    let history = door.store.history(&there.kind, &there.id).await.map_err(Door::store_error(&there.kind))?;
    // Taking back and opening again change the state; an amendment by somebody does not.
    let untouched = there.state == initial && history.windows(2).all(|pair| pair[0].state != pair[1].state);
    if !untouched {
        return Ok(Became::Nothing);
    }
    let given = json!({ field: CHANGED });
    step(door, &there, "cancel", given.as_object().unwrap_or(&Map::new()), reason).await
}

async fn step(door: &Door, there: &Stored, step: &str, given: &Map<String, Value>, reason: &str) -> Result<Became, DoorError> {
    let kind = door.kind(&there.kind)?;
    let draft = Draft::from_json(&kind, given);
    match door.advance(&caller(&there.region), &there.kind, &there.id, there.rev, step, &draft, entry(reason)).await {
        Ok(_) => Ok(Became::Done),
        Err(error @ (DoorError::Store { .. } | DoorError::Vault(_))) => Err(error),
        // Somebody has begun with it meanwhile.
        Err(_) => Ok(Became::Nothing),
    }
}

fn caller(region: &str) -> Caller {
    Caller { region: region.to_owned(), ..Caller::system("reactions") }
}

fn entry(reason: &str) -> Entry<'_> {
    Entry { source: "system", reason, idempotency: None }
}

/// The region under which the natural key stands: the employer's where there is one.
fn region_of(stored: &Stored, employer: Option<&Stored>) -> String {
    employer.map_or(&stored.region, |e| &e.region).clone()
}

/// The fields of the natural key.
fn identity(call: &Call, stored: &Stored, employer: Option<&Stored>) -> Map<String, Value> {
    let cause = employer.filter(|_| call.of_employer).unwrap_or(stored);
    let mut key = Map::new();
    let mut set = |name: &str, value: &str| key.insert(name.into(), Value::String(value.into()));
    match call.makes {
        Makes::Task(reason) => {
            set("reason", reason);
            set("item", &call.item);
        }
        Makes::Card(card) => _ = set("card", card),
        Makes::Aid(aid) => _ = set("aid_type", aid),
        Makes::Patient => return key,
    }
    set("source_kind", &cause.kind);
    set("source_id", &cause.id);
    key
}

/// What a document is made from.
struct Source<'a> {
    around: &'a Around<'a>,
    stored: &'a Stored,
    call: &'a Call,
    employer: Option<&'a Stored>,
}

/// Field of the source → field of what is made.
type Copies = &'static [(&'static str, &'static str)];

const PERSON: Copies = &[("person_name", "person_name"), ("id_type", "id_type"), ("id_no", "id_no")];
const PLACE: Copies = &[("workshop", "workshop"), ("post", "post")];
const CARD: Copies = &[
    ("sex", "sex"),
    ("birth_date", "birth_date"),
    ("phone", "phone"),
    ("post", "post"),
    ("hazards", "hazards"),
    ("exposure_started_on", "exposure_started_on"),
    ("exposure_years", "exposure_years"),
    ("suspected_disease", "suspected_disease"),
    ("disease", "disease"),
    ("stage", "stage"),
    ("degree", "degree"),
    ("pneu_report", "report_kind"),
    ("institution", "report_unit"),
    ("institution_uscc", "report_unit_uscc"),
];
const AID: Copies = &[
    ("phone", "phone"),
    ("county", "county"),
    ("town", "town"),
    ("basis_kind", "basis_kind"),
    ("certificate_no", "certificate_no"),
    ("pneu_kind", "pneu_kind"),
    ("stage", "stage"),
    ("former_employer", "former_employer"),
    ("employer_state", "employer_state"),
];
const PATIENT: Copies = &[
    ("sex", "sex"),
    ("birth_date", "birth_date"),
    ("phone", "phone"),
    ("hazards", "hazards"),
    ("stage", "stage"),
    ("diagnosed_on", "diagnosed_on"),
    ("institution", "diagnosis_org"),
    ("certificate_no", "certificate_no"),
];

impl Source<'_> {
    fn document(&self, key: Map<String, Value>) -> Result<Map<String, Value>, DoorError> {
        let Self { stored, call, .. } = *self;
        let clear = self.around.door.clear(stored)?;
        let catalogue = &self.around.door.catalogue;
        let mut made = key;
        let mut copy = |fields: Copies| {
            for (from, to) in fields {
                if let Some(value) = clear.get(*from).filter(|v| !v.is_null()) {
                    made.insert((*to).into(), value.clone());
                }
            }
        };
        if !call.of_employer && stored.kind != "employer" && stored.kind != "measurement" {
            copy(PERSON);
        }
        match call.makes {
            Makes::Task(_) if call.of_employer => {}
            Makes::Task(_) => copy(PLACE),
            Makes::Card(_) => copy(CARD),
            Makes::Aid(_) => copy(AID),
            Makes::Patient => copy(PATIENT),
        }
        let recorded = clock::day_of(stored.recorded_from);
        let on = if call.on.is_empty() { recorded } else { call.on.clone() };
        let mut set = |name: &str, value: &str| {
            if !value.is_empty() {
                made.insert(name.into(), Value::String(value.into()));
            }
        };
        if call.makes == Makes::Patient {
            set("county", &stored.region);
            set("registered_on", &on);
            set("basis_kind", "1");
            set("found_by", "职业病诊断");
            set("remark", "现住址待核实，暂按用人单位所在县区建档");
            set("pneu_kind", pneu_kind(catalogue, clear.get("disease").and_then(Value::as_str).unwrap_or_default()));
        } else {
            set("found_on", &on);
        }
        if let Some(employer) = self.employer.map(Stored::document) {
            let text = |name: &str| employer.get(name).and_then(Value::as_str).unwrap_or_default();
            let [name, uscc] = if call.makes == Makes::Patient { ["former_employer", "former_uscc"] } else { ["employer_name", "uscc"] };
            set(name, text("name"));
            set(uscc, text("uscc"));
        }
        match call.makes {
            Makes::Task(reason) => {
                set("title", &call.title);
                set("detail", &call.detail);
                set("hazard", call.hazard.as_deref().unwrap_or_default());
                if let Some((due_on, basis)) = call.since.as_deref().and_then(|since| due(catalogue, reason, since)) {
                    set("due_on", &due_on);
                    set("due_basis", &basis);
                }
            }
            Makes::Aid(_) => {
                set("found_by", &call.title);
            }
            Makes::Card(_) | Makes::Patient => {}
        }
        Ok(made)
    }
}

/// When a task for a reason is due, and on what basis: the reason's row of the deadline register, or its days (list TASK).
fn due(catalogue: &Catalogue, reason: &str, since: &str) -> Option<(String, String)> {
    let list = catalogue.list("TASK")?;
    let column = |name: &str| list.column(reason, name).filter(|text| !text.is_empty());
    if let Some(id) = column("rule") {
        let part = column("part").and_then(|p| p.parse().ok()).unwrap_or(1);
        let rule = catalogue.deadlines.rule(id, part, since)?;
        return Some((catalogue.deadlines.due(rule, since, 0)?.on, rule.basis.clone()));
    }
    let days: i64 = column("days")?.parse().ok()?;
    Some((zhijian_kinds::dates::add_days(since, days)?, column("basis").unwrap_or_default().to_owned()))
}

/// The kind of pneumoconiosis of a disease, by the columns of list PNEU; empty when it is none.
fn pneu_kind<'a>(catalogue: &'a Catalogue, disease: &str) -> &'a str {
    let Some(list) = catalogue.list("PNEU").filter(|_| !disease.is_empty()) else { return "" };
    let is = |code: &zhijian_kinds::Code| ["occdis_2013", "occdis_2024"].iter().any(|column| list.of(code, column) == Some(disease));
    list.codes.iter().find(|code| is(code)).map_or("", |code| &code.code)
}
