//! Checks that look at other records (`around:` of a kind).
//!
//! The platform asks, whatever the caller may see. A chunk of rows asks once a variable and five hundred owners, persons or references, never
//! once a row, and only for variables that a check of one of its rows would look at.

mod found;
mod take;
mod ties;

use crate::access::{self, Wish};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{KeyHash, StoreError};
use crate::prepare::{self, Prepared};
use serde_json::{Map, Value};
use zhijian_kinds::{Kind, Problem};

/// A record on its way through the door, and what tells it from others.
pub(crate) struct Subject<'a> {
    /// The record.
    pub row: &'a mut Prepared,
    /// Its id, when it is there already.
    pub id: Option<&'a str>,
}

/// Runs the checks of records of one kind that look at other records; adds their problems and says how many questions were asked of the store.
/// Of records of the same kind, a row sees those before it in its chunk too.
pub(crate) async fn check(door: &Door, kind: &Kind, today: &str, subjects: &mut [Subject<'_>]) -> Result<u64, StoreError> {
    if kind.around.is_empty() {
        return Ok(0);
    }
    let asks: Vec<Vec<usize>> = subjects.iter().map(|s| kind.asks_around(&s.row.document, today)).collect();
    if asks.iter().all(Vec::is_empty) {
        return Ok(0);
    }
    let mut questions = 0;
    let mut around: Vec<Map<String, Value>> = vec![Map::new(); subjects.len()];
    for (index, (name, rule)) in kind.around.iter().enumerate() {
        let Some(other) = door.catalogue.kind(&rule.kind) else { continue };
        let asking: Vec<usize> = (0..subjects.len()).filter(|at| asks[*at].contains(&index)).collect();
        if asking.is_empty() {
            continue;
        }
        let ties: Vec<Option<ties::Tie>> = asking.iter().map(|at| ties::tie(door, kind, rule, &subjects[*at])).collect();
        let (mut records, asked) = found::ask(door, rule, other, &ties).await?;
        questions += asked;
        if rule.kind == kind.kind && rule.reference.is_none() {
            found::siblings(door, kind, rule, subjects, &mut records);
        }
        for (at, tie) in asking.into_iter().zip(ties) {
            let Some(tie) = tie else { continue };
            let keys: Vec<KeyHash> = own_keys(door, kind, rule.kind == kind.kind, &subjects[at]);
            let mine =
                records.of(&tie, |record| !keys.contains(&record.key) && Some(record.id.as_str()) != subjects[at].id && record.before(at));
            if let Some(value) = take::value(&rule.take, mine) {
                around[at].insert(name.clone(), value);
            }
        }
    }
    for (subject, around) in subjects.iter_mut().zip(around) {
        let problems = kind.check_around(&subject.row.document, &around, today);
        subject.row.problems.extend(problems);
        subject.row.sort(kind);
    }
    Ok(questions)
}

/// The natural keys of a record that must not find itself.
fn own_keys(door: &Door, kind: &Kind, same_kind: bool, subject: &Subject<'_>) -> Vec<KeyHash> {
    if same_kind { prepare::natural_keys(kind, &door.vault, &subject.row.document, &subject.row.region) } else { Vec::new() }
}

impl Door {
    /// What the checks that look at other records say of a record as it is, as far as the caller sees the fields they speak of.
    ///
    /// # Errors
    /// There is no such record for the caller; the store or the vault failed.
    pub async fn noticed_around(&self, caller: &Caller, kind: &str, id: &str) -> Result<Vec<Problem>, DoorError> {
        let kind = self.kind(kind)?;
        let failed = || Self::store_error(&kind.kind);
        if kind.around.is_empty() {
            return Ok(Vec::new());
        }
        let stored = self.store.find(&kind.kind, id).await.map_err(failed())?.filter(|r| !r.retracted).ok_or(DoorError::NotFound)?;
        let sight = access::sight_of(&access::arms(caller, &kind, Wish::Read), &stored).ok_or(DoorError::NotFound)?;
        let mut row = Prepared {
            document: self.clear(&stored)?,
            region: stored.region.clone(),
            town: stored.town.clone(),
            owner: stored.owner.clone(),
            ..Prepared::default()
        };
        check(self, &kind, &self.today(), &mut [Subject { row: &mut row, id: Some(&stored.id) }]).await.map_err(failed())?;
        sight.conceal(&mut row.problems);
        // What was concealed speaks of fields that the caller does not see.
        row.problems.retain(|problem| !problem.field.is_empty());
        Ok(row.problems)
    }
}
