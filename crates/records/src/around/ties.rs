//! What ties a record to others: a value of ours that is one of theirs.

use super::Subject;
use crate::door::Door;
use crate::port::Column;
use crate::prepare;
use serde_json::{Map, Value};
use zhijian_kinds::intake::get_path;
use zhijian_kinds::kind::{AroundRule, Window};
use zhijian_kinds::{Kind, dates};

/// Word for the owner of a record.
pub(super) const OWNER: &str = "owner";

/// How one record looks for others.
pub(super) struct Tie {
    /// The value that is looked for, and the forms it has under older keys of the blind index.
    pub forms: Vec<String>,
    /// Further fields of theirs that must have one of the forms.
    pub also: Vec<(String, Vec<String>)>,
    /// First and last event date, either open.
    pub from: Option<String>,
    pub to: Option<String>,
}

/// The tie of a record by a rule; `None` when it has not what ties it.
pub(super) fn tie(door: &Door, kind: &Kind, rule: &AroundRule, subject: &Subject<'_>) -> Option<Tie> {
    let document = &subject.row.document;
    let mut pairs = rule.same.iter();
    let forms = match (&rule.reference, &rule.by) {
        (Some(reference), _) => vec![get_path(document, reference).and_then(Value::as_str)?.to_owned()],
        (_, Some(_)) => vec![subject.id?.to_owned()],
        _ => forms(door, kind, document, &subject.row.owner, pairs.next()?.0)?,
    };
    let also = pairs
        .map(|(ours, theirs)| Some((theirs.clone(), self::forms(door, kind, document, &subject.row.owner, ours)?)))
        .collect::<Option<Vec<_>>>()?;
    let (from, to) = match &rule.within {
        Some(window) => span(kind, window, document)?,
        None => (None, None),
    };
    Some(Tie { forms, also, from, to })
}

/// The forms of a value of a record: the one that is written first.
pub(super) fn forms(door: &Door, kind: &Kind, document: &Map<String, Value>, owner: &str, path: &str) -> Option<Vec<String>> {
    if path == OWNER {
        return (!owner.is_empty()).then(|| vec![owner.to_owned()]);
    }
    let value = get_path(document, path)?;
    match (kind.field(path), value) {
        (Some(field), Value::String(text)) if field.blind => Some(door.vault.tokens(field, text)),
        (_, Value::String(text)) if !text.is_empty() => Some(vec![text.clone()]),
        (_, Value::Number(number)) => Some(vec![number.to_string()]),
        _ => None,
    }
}

/// The column of theirs in which the value stands.
pub(super) fn column(rule: &AroundRule) -> Column {
    let field = |path: &str| Column::Field { path: path.to_owned(), numeric: false };
    match (&rule.reference, &rule.by) {
        (Some(_), _) => Column::System("id".into()),
        (_, Some(by)) if by == OWNER => Column::System(OWNER.into()),
        (_, Some(by)) => field(by),
        _ => match rule.same.values().next().map(String::as_str) {
            Some(OWNER) | None => Column::System(OWNER.into()),
            Some(theirs) => field(theirs),
        },
    }
}

/// First and last day of a window; `None` when the record has no such date.
fn span(kind: &Kind, window: &Window, document: &Map<String, Value>) -> Option<(Option<String>, Option<String>)> {
    let day = match &window.of {
        Some(path) => get_path(document, path).and_then(Value::as_str)?.to_owned(),
        None => prepare::event_day(kind, document),
    };
    dates::parse_iso(&day)?;
    let moved = |days: Option<i64>, months: Option<i64>, sign: i64| match (days, months) {
        (None, None) => None,
        (days, months) => dates::add_months(&day, sign * months.unwrap_or_default())
            .and_then(|day| dates::add_days(&day, sign * days.unwrap_or_default())),
    };
    Some((moved(window.days_before, window.months_before, -1), moved(window.days_after, window.months_after, 1)))
}
