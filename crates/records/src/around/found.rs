//! The records found, by what ties them.

use super::Subject;
use super::ties::{self, Tie};
use crate::door::Door;
use crate::port::{Column, Filter, KeyHash, Op, Query, StoreError};
use crate::prepare;
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap};
use zhijian_kinds::Kind;
use zhijian_kinds::intake::get_path;
use zhijian_kinds::kind::AroundRule;

/// Values that one question asks for.
const TOGETHER: usize = 500;
/// Records read in one go.
const PAGE: u32 = 5_000;

/// One of the other records.
pub(super) struct Record {
    /// Its id, empty for a row that is not written yet.
    pub id: String,
    /// Its natural key.
    pub key: KeyHash,
    /// Its event date, ISO or empty.
    pub on: String,
    owner: String,
    /// Its document; private fields are not looked at.
    pub document: Map<String, Value>,
    /// Its place in the chunk, when it is a row of the chunk.
    at: Option<usize>,
}

impl Record {
    /// Does a row at this place of the chunk see it? What is written is seen by all.
    pub fn before(&self, at: usize) -> bool {
        self.at.is_none_or(|own| own < at)
    }

    fn has(&self, path: &str, forms: &[String]) -> bool {
        if path == ties::OWNER {
            return forms.contains(&self.owner);
        }
        match get_path(&self.document, path) {
            Some(Value::String(text)) => forms.contains(text),
            Some(Value::Number(number)) => forms.contains(&number.to_string()),
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).any(|item| forms.iter().any(|f| f == item)),
            _ => false,
        }
    }
}

/// Records by the value that ties them.
#[derive(Default)]
pub(super) struct Records {
    by: HashMap<String, Vec<Record>>,
}

impl Records {
    /// Those that a tie leads to, the latest event first.
    pub fn of<'a>(&'a self, tie: &Tie, other: impl Fn(&Record) -> bool) -> Vec<&'a Record> {
        let all = tie.forms.iter().filter_map(|form| self.by.get(form)).flatten();
        let within = |record: &Record| {
            tie.from.as_ref().is_none_or(|from| record.on >= *from)
                && tie.to.as_ref().is_none_or(|to| !record.on.is_empty() && record.on <= *to)
        };
        let mut found: Vec<&Record> =
            all.filter(|record| other(record) && within(record) && tie.also.iter().all(|(path, forms)| record.has(path, forms))).collect();
        found.sort_by(|a, b| (&b.on, &b.id).cmp(&(&a.on, &a.id)));
        found
    }

    fn put(&mut self, tie: String, record: Record) {
        self.by.entry(tie).or_default().push(record);
    }
}

/// Asks for the records that the ties lead to; says in how many questions.
pub(super) async fn ask(door: &Door, rule: &AroundRule, other: &Kind, ties: &[Option<Tie>]) -> Result<(Records, u64), StoreError> {
    let ties: Vec<&Tie> = ties.iter().flatten().collect();
    let values: BTreeSet<&str> = ties.iter().flat_map(|tie| &tie.forms).map(String::as_str).collect();
    let column = ties::column(rule);
    let mut filters = filters(rule);
    // A window that is closed for all closes the question too.
    if let Some(from) = ties.iter().map(|tie| tie.from.as_deref()).collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().min()) {
        filters.push(Filter::system("event_date", Op::Gte, from));
    }
    if let Some(to) = ties.iter().map(|tie| tie.to.as_deref()).collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().max()) {
        filters.push(Filter::system("event_date", Op::Lte, to));
    }
    let mut records = Records::default();
    let mut questions = 0;
    // A comma separates values.
    let (single, several): (Vec<&str>, Vec<&str>) = values.into_iter().partition(|value| value.contains(','));
    let asked = several.chunks(TOGETHER).map(|chunk| (Op::In, chunk.join(","))).chain(single.iter().map(|v| (Op::Eq, (*v).to_owned())));
    for (op, value) in asked {
        let by = Filter { column: column.clone(), op, value };
        let mut query = Query {
            limit: PAGE,
            // Not the order of an index: the records are looked up by what ties them, not walked.
            sort: Column::System("recorded_from".into()),
            ..Query::everything(&other.kind, std::iter::once(by).chain(filters.iter().cloned()).collect())
        };
        loop {
            questions += 1;
            let page = door.store.query(&query).await?;
            for stored in page.rows {
                let document = stored.document();
                let Some(tie) = tied(&column, &stored.id, &stored.owner, &document) else { continue };
                records.put(tie, Record { id: stored.id, key: stored.key, on: stored.event_date, owner: stored.owner, document, at: None });
            }
            query.cursor = page.next;
            if query.cursor.is_none() {
                break;
            }
        }
    }
    Ok((records, questions))
}

/// The states and values that a rule asks for.
fn filters(rule: &AroundRule) -> Vec<Filter> {
    let states = (!rule.states.is_empty()).then(|| Filter::system("state", Op::In, &rule.states.join(",")));
    states.into_iter().chain(rule.only.iter().map(|w| Filter::field(&w.field, Op::In, &w.is.join(",")))).collect()
}

fn tied(column: &Column, id: &str, owner: &str, document: &Map<String, Value>) -> Option<String> {
    match column {
        Column::System(name) if name == "id" => Some(id.to_owned()),
        Column::System(_) => Some(owner.to_owned()),
        Column::Field { path, .. } => match get_path(document, path)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        },
    }
}

/// The rows of the chunk itself, as records of their kind that will be written before those that come after them.
pub(super) fn siblings(door: &Door, kind: &Kind, rule: &AroundRule, subjects: &[Subject<'_>], records: &mut Records) {
    if subjects.len() < 2 {
        return;
    }
    let column = ties::column(rule);
    let tied_by = match &column {
        Column::System(name) if name == ties::OWNER => ties::OWNER,
        Column::Field { path, .. } => path.as_str(),
        Column::System(_) => return,
    };
    let state = |row: &Map<String, Value>| {
        let field = kind.states.as_ref().map(|s| s.field.as_str()).unwrap_or_default();
        get_path(row, field).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    for (at, subject) in subjects.iter().enumerate().filter(|(_, s)| s.row.sound()) {
        let row = &subject.row;
        let Some(tie) = ties::forms(door, kind, &row.document, &row.owner, tied_by).and_then(|forms| forms.into_iter().next()) else {
            continue;
        };
        let (document, _) = prepare::split(kind, &door.vault, row.document.clone());
        let record = Record {
            id: String::new(),
            key: prepare::natural_key(kind, &door.vault, &row.document, &row.region),
            on: prepare::event_day(kind, &row.document),
            owner: row.owner.clone(),
            document,
            at: Some(at),
        };
        if (rule.states.is_empty() || rule.states.contains(&state(&row.document))) && rule.only.iter().all(|w| record.has(&w.field, &w.is))
        {
            records.put(tie, record);
        }
    }
}
