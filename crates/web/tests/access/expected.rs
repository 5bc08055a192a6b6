//! The policy read a second time, straight from its rows and the stored record, without the compiler that is under test.

use crate::people::{Person, document};
use serde_json::Value;
use std::collections::BTreeSet;
use zhijian_kinds::Kind;
use zhijian_kinds::access::{Reach, Row, Wish, With};
use zhijian_records::port::Stored;

/// What somebody may do with a record.
#[derive(Debug, Default)]
pub struct Expected {
    /// Deeds.
    pub may: Vec<Wish>,
    /// Fields that may be seen.
    pub fields: BTreeSet<String>,
    /// Private fields may be revealed.
    pub reveals: bool,
}

/// `clients`: employers that the person's organisation serves; `person`: token of the person's identity number.
pub fn of(kind: &Kind, record: &Stored, person: &Person, clients: &[String], token: &str) -> Expected {
    let mut out = Expected::default();
    for row in kind.rights.def.allow.iter().filter(|row| row.roles.contains(&person.role)) {
        if !reaches(kind, record, row, person, clients, token) {
            continue;
        }
        for wish in &row.may {
            if !out.may.contains(wish) {
                out.may.push(*wish);
            }
        }
        if row.may.contains(&Wish::Read) {
            out.reveals |= row.may.contains(&Wish::Reveal);
            out.fields.extend(kind.fields.iter().map(|f| f.path.clone()).filter(|path| seen(kind, row, path)));
        }
    }
    out
}

/// Does the row's scope hold this record for the person?
fn reaches(kind: &Kind, record: &Stored, row: &Row, person: &Person, clients: &[String], token: &str) -> bool {
    let data = document(record);
    match row.scope {
        Reach::All => true,
        Reach::Region if person.region.len() == 9 => record.town == person.region,
        Reach::Region => {
            let prefix = person.region.trim_end_matches("00");
            !person.region.is_empty() && record.region.starts_with(prefix)
        }
        Reach::Organisation if kind.owner.is_none() => record.id == person.organisation,
        Reach::Organisation => !person.organisation.is_empty() && record.owner == person.organisation,
        Reach::Own => {
            let mut value = Some(&Value::Null);
            for (depth, step) in row.by.as_ref().unwrap().split('.').enumerate() {
                value = if depth == 0 { data.get(step) } else { value.and_then(|v| v.get(step)) };
            }
            let text = value.and_then(Value::as_str).unwrap_or_default();
            let own = match row.with {
                With::Id => &person.organisation,
                With::Name => &person.organisation_name,
                With::County => &person.region,
            };
            !own.is_empty() && text == own
        }
        Reach::Person => !token.is_empty() && data.get("id_no").and_then(Value::as_str) == Some(token),
        Reach::Clients if kind.owner.is_none() => clients.contains(&record.id),
        Reach::Clients => clients.contains(&record.owner),
        Reach::Granted => false,
    }
}

fn seen(kind: &Kind, row: &Row, path: &str) -> bool {
    let Some(view) = row.view.as_ref().map(|name| &kind.rights.def.views[name]) else { return true };
    let named = |list: &[String]| list.iter().any(|n| n == path || path.split('.').next() == Some(n));
    (view.only.is_empty() || named(&view.only)) && !named(&view.hide)
}

/// The highest that a role may do with any record of a kind when its scope is not empty for the person.
pub fn ever(kind: &Kind, person: &Person, clients: &[String], wish: Wish) -> bool {
    kind.rights.def.allow.iter().filter(|row| row.roles.contains(&person.role) && row.may.contains(&wish)).any(|row| match row.scope {
        Reach::All => true,
        Reach::Region => !person.region.is_empty(),
        Reach::Organisation => !person.organisation.is_empty(),
        Reach::Own if row.with == With::Id => !person.organisation.is_empty(),
        Reach::Own if row.with == With::County => person.region.len() == 6,
        Reach::Own => !person.organisation_name.is_empty(),
        Reach::Person => person.near && !person.id_no.is_empty(),
        Reach::Clients => !clients.is_empty(),
        Reach::Granted => false,
    })
}
