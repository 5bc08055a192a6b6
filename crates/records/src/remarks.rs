//! Remarks (意见): what a reviewer wrote at single fields when it returned a record for correction.
//!
//! They are a part of the document, beside the fields, so that they have what the record has: revisions, the chain, access, backup. What is said about a
//! private field is sealed with that field, since it may repeat its value; whoever does not see a field hears nothing about it. A remark stays open
//! until the field is changed or the filer answers (decision 0019).

use crate::access::{self, Sight, Wish};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Instant, Op, Revision};
use crate::read::{ListRequest, masked};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zhijian_kinds::intake::get_path;
use zhijian_kinds::{FieldType, Kind, Level, Problem};

/// Member of a document that holds the remarks.
pub const REMARKS: &str = "_remarks";
/// Member that holds the sealed texts of remarks about private fields, by id of the remark.
const SEALED: &str = "_remark_texts";
/// Longest text of a remark or an answer, characters.
pub const LONGEST: usize = 500;
/// Most remarks that one record keeps.
const MOST: usize = 300;
/// Most returned records of a kind that a desk counts: it reads each of them.
const COUNTED: u32 = 100;

/// A remark at a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// Id within the record.
    pub id: String,
    /// Field.
    pub field: String,
    /// Row of a repeated group, from 0; `None`: the whole field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// What was said; empty in the stored document where it is sealed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Who said it.
    pub by: String,
    /// Its roles then, separated by `,`.
    pub role: String,
    /// When.
    pub at: Instant,
    /// Revision that the record was returned with.
    pub rev: Revision,
    /// How it was settled; `None` while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Settled>,
}

/// How a remark was settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// The field was changed; otherwise it was answered.
    pub changed: bool,
    /// The answer, where there is one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub answer: String,
    /// By whom.
    pub by: String,
    /// When.
    pub at: Instant,
    /// In which revision.
    pub rev: Revision,
}

/// A remark to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewRemark {
    /// Field.
    pub field: String,
    /// Row of a repeated group, from 0.
    pub row: Option<u32>,
    /// What is said.
    pub text: String,
}

/// An answer to a remark.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// Which remark.
    pub remark: String,
    /// The answer.
    pub text: String,
}

/// Open remarks of returned records of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// Kind.
    pub kind: String,
    /// State of returned records, to filter by.
    pub state: String,
    /// Records.
    pub records: u64,
    /// Open remarks that the caller sees.
    pub remarks: u64,
    /// There are more records than were counted.
    pub more: bool,
}

/// Who settles or remarks, when, in which revision.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hand<'a> {
    pub caller: &'a Caller,
    pub at: Instant,
    pub rev: Revision,
}

/// The remarks of a document in clear; their sealed texts are in it already.
fn of(document: &Map<String, Value>) -> Vec<Remark> {
    let mut all: Vec<Remark> = document.get(REMARKS).and_then(|v| serde_json::from_value(v.clone()).ok()).unwrap_or_default();
    for remark in &mut all {
        if let Some(texts) = document.get(SEALED).and_then(|texts| texts.get(&remark.id)) {
            unseal(remark, texts);
        }
    }
    all
}

fn unseal(remark: &mut Remark, texts: &Value) {
    let text = |name: &str| texts.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    remark.text = text("text");
    if let Some(settled) = &mut remark.settled {
        settled.answer = text("answer");
    }
}

fn put(document: &mut Map<String, Value>, all: &[Remark]) {
    document.shift_remove(SEALED);
    match serde_json::to_value(all) {
        Ok(value) if !all.is_empty() => drop(document.insert(REMARKS.into(), value)),
        _ => drop(document.shift_remove(REMARKS)),
    }
}

fn private(kind: &Kind, field: &str) -> bool {
    kind.field(field).is_some_and(|f| f.private.is_some())
}

/// Parts a document for keeping: texts about private fields go to the sealed part.
pub(crate) fn hide(kind: &Kind, public: &mut Map<String, Value>, sealed: &mut Map<String, Value>) {
    if !public.contains_key(REMARKS) {
        return;
    }
    let mut all = of(public);
    for remark in all.iter_mut().filter(|r| private(kind, &r.field)) {
        let answer = remark.settled.as_mut().map(|s| std::mem::take(&mut s.answer)).unwrap_or_default();
        let texts = serde_json::json!({"text": std::mem::take(&mut remark.text), "answer": answer});
        sealed.insert(format!("{SEALED}.{}", remark.id), texts);
    }
    put(public, &all);
}

/// Takes the remarks out of a stored document and gives those that are seen: texts about a private field are masked as the field is.
pub(crate) fn seen(
    kind: &Kind,
    public: &mut Map<String, Value>,
    sealed: &mut Map<String, Value>,
    sight: &Sight,
    reveal: bool,
) -> Vec<Remark> {
    let mut all = of(public);
    public.shift_remove(REMARKS);
    for remark in &mut all {
        if let Some(texts) = sealed.get(&format!("{SEALED}.{}", remark.id)) {
            unseal(remark, texts);
        }
        if private(kind, &remark.field) && !(reveal && sight.clears(&remark.field)) {
            let hide = |text: &mut String| {
                if !text.is_empty() {
                    *text = masked(&Value::Null);
                }
            };
            hide(&mut remark.text);
            if let Some(settled) = &mut remark.settled {
                hide(&mut settled.answer);
            }
        }
    }
    sealed.retain(|path, _| !path.starts_with(SEALED));
    all.retain(|remark| sight.shows(&remark.field));
    all
}

/// Does the step return a record for correction, so that remarks may go with it?
#[must_use]
pub fn returns(step: &zhijian_kinds::kind::Transition) -> bool {
    step.needs.iter().any(|field| field == "return_reason")
}

/// Makes the remarks of a step that returns.
///
/// # Errors
/// Unknown or unseen fields, rows that are not there, texts that are too long.
pub(crate) fn raise(
    kind: &Kind,
    document: &mut Map<String, Value>,
    new: &[NewRemark],
    sight: &Sight,
    hand: Hand<'_>,
) -> Result<(), DoorError> {
    if new.is_empty() {
        return Ok(());
    }
    let mut all = of(document);
    let problems: Vec<Problem> = new.iter().filter_map(|remark| wrong(kind, document, remark, sight)).collect();
    if !problems.is_empty() {
        return Err(DoorError::Invalid(problems));
    }
    if all.len() + new.len() > MOST {
        return Err(DoorError::BadRequest(format!("一条记录最多保留 {MOST} 条意见，请把意见合并后再退回")));
    }
    for remark in new {
        all.push(Remark {
            id: format!("{}-{}", hand.rev, all.iter().filter(|r| r.rev == hand.rev).count() + 1),
            field: remark.field.clone(),
            row: remark.row,
            text: remark.text.trim().to_owned(),
            by: hand.caller.login.clone(),
            role: hand.caller.roles.join(","),
            at: hand.at,
            rev: hand.rev,
            settled: None,
        });
    }
    put(document, &all);
    Ok(())
}

fn wrong(kind: &Kind, document: &Map<String, Value>, remark: &NewRemark, sight: &Sight) -> Option<Problem> {
    let problem = |expected: &str, found: &str, title: &str| {
        Some(Problem::new(Level::Error, "E_REMARK", &remark.field, &format!("对“{title}”的意见"), found, expected))
    };
    let Some(field) = kind.field(&remark.field).filter(|f| sight.shows(&f.path)) else {
        return problem("您能看到的字段", &remark.field, &remark.field);
    };
    let length = remark.text.trim().chars().count();
    if length == 0 || length > LONGEST {
        return problem(&format!("1 到 {LONGEST} 字"), &format!("{length} 字"), &field.title);
    }
    let rows = get_path(document, &field.path).and_then(Value::as_array).map_or(0, Vec::len);
    match (&field.ty, remark.row) {
        (_, None) => None,
        (FieldType::Group(_), Some(row)) if (row as usize) < rows => None,
        (_, Some(row)) => problem(&format!("第 1 到 {rows} 行"), &format!("第 {} 行", u64::from(row) + 1), &field.title),
    }
}

/// Settles open remarks: those whose field or row is another one now, and those that are answered.
///
/// # Errors
/// An answer to a remark that is not there, is settled, or is about a field that the caller does not see.
pub(crate) fn settle(
    document: &mut Map<String, Value>,
    old: &Map<String, Value>,
    answers: &[Answer],
    sight: &Sight,
    hand: Hand<'_>,
) -> Result<(), DoorError> {
    let mut all = of(old);
    if all.iter().all(|r| r.settled.is_some()) && answers.is_empty() {
        return Ok(());
    }
    for answer in answers {
        let known = all.iter().any(|r| r.id == answer.remark && r.settled.is_none() && sight.shows(&r.field));
        let length = answer.text.trim().chars().count();
        if !known {
            return Err(DoorError::BadRequest(format!("没有待答复的意见“{}”", answer.remark)));
        }
        if length == 0 || length > LONGEST {
            return Err(DoorError::BadRequest(format!("答复有 {length} 字，应为 1 到 {LONGEST} 字")));
        }
    }
    for remark in all.iter_mut().filter(|r| r.settled.is_none()) {
        let changed = value_at(document, remark) != value_at(old, remark);
        let answer = answers.iter().find(|a| a.remark == remark.id).map(|a| a.text.trim().to_owned());
        if changed || answer.is_some() {
            let (by, at, rev) = (hand.caller.login.clone(), hand.at, hand.rev);
            remark.settled = Some(Settled { changed, answer: answer.unwrap_or_default(), by, at, rev });
        }
    }
    put(document, &all);
    Ok(())
}

fn value_at<'a>(document: &'a Map<String, Value>, remark: &Remark) -> Option<&'a Value> {
    let value = get_path(document, &remark.field)?;
    match remark.row {
        None => Some(value),
        Some(row) => value.get(row as usize),
    }
}

impl Door {
    /// Open remarks of returned records that the caller may amend, by kind: what waits for correction on its desk.
    ///
    /// # Errors
    /// The store failed.
    pub async fn returned(&self, caller: &Caller) -> Result<Vec<Returned>, DoorError> {
        let mut out = Vec::new();
        for kind in self.catalogue.kinds.values() {
            let Some(state) = kind.transitions.iter().find(|step| returns(step)).map(|step| step.to.clone()) else { continue };
            let arms = access::arms(caller, kind, Wish::Amend);
            if arms.is_empty() || !access::shown(caller, kind, kind.states.as_ref().map_or("", |s| s.field.as_str())) {
                continue;
            }
            let request = ListRequest { filters: vec![("state".into(), Op::Eq, state.clone())], limit: COUNTED, ..ListRequest::default() };
            let Ok(query) = self.narrowed(kind, &arms, &request, None) else { continue };
            // Counting is answered by an index; a list of none would first walk all records in its order.
            if self.store.count(&query, 1).await.map_err(Self::store_error(&kind.kind))? == 0 {
                continue;
            }
            let page = self.store.query(&query).await.map_err(Self::store_error(&kind.kind))?;
            let mut found = Returned { kind: kind.kind.clone(), state, records: 0, remarks: 0, more: page.next.is_some() };
            for row in &page.rows {
                let Some(sight) = access::sight_of(&arms, row) else { continue };
                found.records += 1;
                let open = of(&row.document()).into_iter().filter(|r| r.settled.is_none() && sight.shows(&r.field));
                found.remarks += open.count() as u64;
            }
            if found.records > 0 {
                out.push(found);
            }
        }
        Ok(out)
    }
}
