//! Remarks at fields, in answers and in bodies.

use crate::api::body::Sent;
use crate::api::problem::Failure;
use serde_json::{Map, Value, json};
use zhijian_records::clock::shown;
use zhijian_records::read::View;
use zhijian_records::remarks::{Answer, NewRemark, Remark};

/// The remarks that the caller sees; rows count from 1.
pub(super) fn told(view: &View) -> Vec<Value> {
    view.remarks.iter().map(one).collect()
}

fn one(remark: &Remark) -> Value {
    json!({
        "id": remark.id,
        "field": remark.field,
        "row": remark.row.map(|row| u64::from(row) + 1),
        "text": remark.text,
        "by": remark.by,
        "role": remark.role,
        "at": shown(remark.at),
        "revision": remark.rev,
        "settled": remark.settled.as_ref().map(|s| json!({
            "changed": s.changed, "answer": s.answer, "by": s.by, "at": shown(s.at), "revision": s.rev,
        })),
    })
}

/// Remarks that go with a step: `[{field, row, text}]`.
///
/// # Errors
/// Something else was sent.
pub(super) fn given(sent: &mut Sent) -> Result<Vec<NewRemark>, Failure> {
    let read = |mut members: Map<String, Value>| {
        let (field, text) = (text(&mut members, "field")?, text(&mut members, "text")?);
        let row = match members.shift_remove("row") {
            None | Some(Value::Null) => None,
            Some(row) => Some(row.as_u64().filter(|n| *n > 0).and_then(|n| u32::try_from(n - 1).ok())?),
        };
        members.is_empty().then_some(NewRemark { field, row, text })
    };
    list(sent, "remarks", read, "[{\"field\": 字段, \"row\": 第几行（从1数，可不给）, \"text\": 意见}]")
}

/// Answers that go with a change: `[{remark, text}]`.
///
/// # Errors
/// Something else was sent.
pub(super) fn answers(sent: &mut Sent) -> Result<Vec<Answer>, Failure> {
    let read = |mut members: Map<String, Value>| {
        let answer = Answer { remark: text(&mut members, "remark")?, text: text(&mut members, "text")? };
        members.is_empty().then_some(answer)
    };
    list(sent, "answers", read, "[{\"remark\": 意见编号, \"text\": 答复}]")
}

fn text(members: &mut Map<String, Value>, name: &str) -> Option<String> {
    match members.shift_remove(name)? {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn list<T>(sent: &mut Sent, name: &str, read: impl Fn(Map<String, Value>) -> Option<T>, expected: &str) -> Result<Vec<T>, Failure> {
    let items = sent.list(name)?;
    let read: Option<Vec<T>> = items.into_iter().map(|item| if let Value::Object(members) = item { read(members) } else { None }).collect();
    read.ok_or_else(|| Failure::parameter(name, "", expected))
}
