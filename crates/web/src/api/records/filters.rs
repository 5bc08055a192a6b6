//! Which fields of a kind can be asked for, and how: one rule for requests and for the documentation.

use crate::api::given;
use crate::api::problem::{Answer, Failure};
use zhijian_kinds::{Field, FieldType, Kind};
use zhijian_records::port::Op;

/// A field that lists can be filtered by.
#[derive(Debug, Clone)]
pub struct Filterable {
    /// Path.
    pub path: String,
    /// Chinese title.
    pub title: String,
    /// Code list of its values.
    pub codes: Option<String>,
    /// What its values look like.
    pub values: Values,
    /// The ways, the plain one first.
    pub ops: &'static [Op],
}

/// What the values of a field look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// Text or code.
    Text,
    /// Number.
    Number,
    /// Day.
    Day,
    /// Instant with offset.
    Moment,
    /// Yes or no.
    Truth,
}

const TEXT: &[Op] = &[Op::Eq, Op::In, Op::Prefix, Op::Contains, Op::Empty];
const CODE: &[Op] = &[Op::Eq, Op::In, Op::Prefix, Op::Empty];
const LIST: &[Op] = &[Op::Contains, Op::Empty];
const NUMBER: &[Op] = &[Op::Eq, Op::In, Op::Gte, Op::Lte, Op::Empty];
const DAY: &[Op] = &[Op::Eq, Op::Gte, Op::Lte, Op::Empty];
const RANGE: &[Op] = &[Op::Gte, Op::Lte];
const SINGLE: &[Op] = &[Op::Eq, Op::Empty];
const BLIND: &[Op] = &[Op::Eq];
const PLACE: &[Op] = &[Op::Eq, Op::In, Op::Prefix];

/// Columns that every kind has.
const SYSTEM: [(&str, &str, Values, &[Op]); 8] = [
    ("id", "记录号", Values::Text, &[Op::Eq, Op::In]),
    ("region", "属地（县级代码）", Values::Text, PLACE),
    ("town", "乡级代码", Values::Text, PLACE),
    ("year", "事件年份", Values::Number, &[Op::Eq, Op::In, Op::Gte, Op::Lte]),
    ("event_date", "事件日期", Values::Day, DAY),
    ("owner", "所属单位的记录号", Values::Text, &[Op::Eq, Op::In]),
    ("state", "办理状态", Values::Text, &[Op::Eq, Op::In]),
    ("recorded_from", "保存时刻", Values::Moment, RANGE),
];

/// Ending of a parameter's name for a way of comparing.
#[must_use]
pub const fn suffix(op: Op) -> &'static str {
    match op {
        Op::Eq => "",
        Op::In => "__in",
        Op::Prefix => "__prefix",
        Op::Contains => "__contains",
        Op::Gte => "__gte",
        Op::Lte => "__lte",
        Op::Empty => "__empty",
    }
}

/// What a way of comparing means.
#[must_use]
pub const fn meaning(op: Op) -> &'static str {
    match op {
        Op::Eq => "等于",
        Op::In => "等于其中之一（逗号分隔）",
        Op::Prefix => "开头是",
        Op::Contains => "包含",
        Op::Gte => "不小于",
        Op::Lte => "不大于",
        Op::Empty => "为空（值写 true）",
    }
}

/// The fields of a kind that lists can be filtered by.
#[must_use]
pub fn of(kind: &Kind) -> Vec<Filterable> {
    let system = SYSTEM.iter().map(|(path, title, values, ops)| Filterable {
        path: (*path).to_owned(),
        title: (*title).to_owned(),
        codes: None,
        values: *values,
        ops,
    });
    let references = kind.refs.iter().map(|(path, rule)| Filterable {
        path: path.clone(),
        title: format!("{}（记录号）", rule.title),
        codes: None,
        values: Values::Text,
        ops: &[Op::Eq, Op::In, Op::Empty],
    });
    let mut all: Vec<Filterable> = system.chain(references).collect();
    for field in &kind.fields {
        if let Some(filterable) = one(field).filter(|f| all.iter().all(|known| known.path != f.path)) {
            all.push(filterable);
        }
    }
    all
}

fn one(field: &Field) -> Option<Filterable> {
    if field.private.is_some() && !field.blind {
        return None;
    }
    let (values, ops, codes) = match &field.ty {
        _ if field.private.is_some() => (Values::Text, BLIND, None),
        FieldType::Text => (Values::Text, TEXT, None),
        FieldType::Code(list) => (Values::Text, CODE, Some(list.clone())),
        FieldType::Codes(list) => (Values::Text, LIST, Some(list.clone())),
        FieldType::Texts => (Values::Text, LIST, None),
        FieldType::Integer | FieldType::Number => (Values::Number, NUMBER, None),
        FieldType::Boolean => (Values::Truth, SINGLE, None),
        FieldType::Date => (Values::Day, DAY, None),
        FieldType::DateTime => (Values::Text, DAY, None),
        FieldType::Group(_) | FieldType::Object => return None,
    };
    Some(Filterable { path: field.path.clone(), title: field.title.clone(), codes, values, ops })
}

/// Reads the filters of a request.
///
/// # Errors
/// Names the parameter that the kind does not have, or the value that makes no sense.
pub fn read(kind: &Kind, given: &[(String, String)]) -> Answer<Vec<(String, Op, String)>> {
    let known = of(kind);
    given.iter().map(|(name, value)| read_one(&known, name, value)).collect()
}

fn read_one(known: &[Filterable], name: &str, value: &str) -> Answer<(String, Op, String)> {
    let hit = known.iter().find_map(|f| {
        let rest = name.strip_prefix(f.path.as_str())?;
        // `field__eq` is for fields that have the name of another parameter (a measurement's `limit`).
        f.ops.iter().find(|op| rest == suffix(**op) || (**op == Op::Eq && rest == "__eq")).map(|op| (f, *op))
    });
    let Some((field, op)) = hit else {
        let stem = name.split("__").next().unwrap_or(name);
        let near: Vec<String> = known.iter().filter(|f| f.path == stem).flat_map(names).collect();
        let all = known.iter().map(|f| f.path.as_str());
        return Err(if near.is_empty() {
            given::unknown(name, value, all)
        } else {
            given::unknown(name, value, near.iter().map(String::as_str))
        });
    };
    Ok((field.path.clone(), op, worth(field, op, name, value)?))
}

/// Names of the parameters of a field.
pub fn names(field: &Filterable) -> Vec<String> {
    field.ops.iter().map(|op| format!("{}{}", field.path, suffix(*op))).collect()
}

/// A value as the store compares it.
fn worth(field: &Filterable, op: Op, name: &str, value: &str) -> Answer<String> {
    let fail = |expected: &str| Err(Failure::parameter(name, value, expected));
    if op == Op::Empty {
        return if value == "true" { Ok(String::new()) } else { fail("true") };
    }
    if value.is_empty() {
        return fail("一个值；查询空值请用 __empty=true");
    }
    match field.values {
        Values::Number if value.split(',').any(|part| part.trim().parse::<f64>().is_err()) => fail("数字"),
        Values::Day if zhijian_kinds::dates::parse_iso(value).is_none() => fail("日期，如 2020-12-31"),
        Values::Truth if !matches!(value, "true" | "false") => fail("true 或 false"),
        Values::Moment => match given::moment(value) {
            Some(at) if value.len() == 10 && op == Op::Gte => Ok((at - DAY_LENGTH).to_string()),
            Some(at) => Ok(at.to_string()),
            None => fail("日期或带时区的时刻"),
        },
        _ => Ok(value.to_owned()),
    }
}

/// From the last microsecond of a day to its first.
const DAY_LENGTH: i64 = 86_400_000_000 - 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_follow_the_type_of_the_field() {
        let rows = [
            ("result", "1", Some(("result", Op::Eq, "1"))),
            ("result__in", "1,2", Some(("result", Op::In, "1,2"))),
            ("inspected_on__gte", "2020-01-01", Some(("inspected_on", Op::Gte, "2020-01-01"))),
            ("inspected_on__gte", "yesterday", None),
            ("exposed_total__lte", "many", None),
            ("hazard_present", "true", Some(("hazard_present", Op::Eq, "true"))),
            ("hazard_present", "yes", None),
            ("employer_name__contains", "钢", Some(("employer_name", Op::Contains, "钢"))),
            ("remark__empty", "true", Some(("remark", Op::Empty, ""))),
            ("exposed_total__contains", "3", None),
            ("present_person", "张三", None),
            ("no_such_field", "1", None),
            ("result", "", None),
            ("recorded_from__gte", "1970-01-02", Some(("recorded_from", Op::Gte, "57600000000"))),
        ];
        let catalogue = zhijian_kinds::Catalogue::embedded();
        let kind = &catalogue.kinds["inspection"];
        for (name, value, expected) in rows {
            let got = read(kind, &[(name.to_owned(), value.to_owned())]).ok().and_then(|mut f| f.pop());
            let expected = expected.map(|(f, op, v)| (f.to_owned(), op, v.to_owned()));
            assert_eq!(got, expected, "{name}={value}");
        }
    }
}
