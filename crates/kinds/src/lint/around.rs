//! Faults of `around:`: names that point nowhere, ties that nothing can find, and messages that would tell of a person.

use crate::access::Reach;
use crate::kind::{AroundRule, FieldType, Kind};
use crate::{Catalogue, yaml::Document};

/// The owner of a record, in place of a field.
const OWNER: &str = "owner";

/// Checks all variables of a kind; says place and message.
pub(super) fn check(catalogue: &Catalogue, kind: &Kind, document: &Document, say: &mut impl FnMut(usize, String)) {
    for (name, rule) in &kind.around {
        let mut fault = |at: &str, message: String| say(document.line(&format!("around.{name}{at}")), message);
        if kind.field(name).is_some() || kind.refs.contains_key(name) || matches!(name.as_str(), "today" | "found") {
            fault("", format!("“{name}”已是该表单的字段"));
        }
        match catalogue.kind(&rule.kind) {
            None => fault(".kind", format!("表单“{}”不存在", rule.kind)),
            Some(other) => {
                tied(kind, rule, other, &mut fault);
                chosen(kind, rule, other, &mut fault);
                taken(rule, other, &mut fault);
            }
        }
        used(kind, name, rule, document, say);
    }
}

fn tied(kind: &Kind, rule: &AroundRule, other: &Kind, fault: &mut impl FnMut(&str, String)) {
    let ways = usize::from(rule.reference.is_some()) + usize::from(rule.by.is_some()) + usize::from(!rule.same.is_empty());
    if ways != 1 {
        fault("", "ref、by、same 须写且只写一个".into());
    }
    if let Some(reference) = &rule.reference
        && kind.refs.get(reference).is_none_or(|r| r.kind != other.kind)
    {
        fault(".ref", format!("“{reference}”不是对{}的引用", other.title));
    }
    match rule.by.as_deref() {
        Some(OWNER) if !owned(other, kind) => fault(".by", format!("{}不属于{}", other.title, kind.title)),
        Some(by) if by != OWNER && other.refs.get(by).is_none_or(|r| r.kind != kind.kind) => {
            fault(".by", format!("{}的“{by}”不是对{}的引用", other.title, kind.title));
        }
        _ => {}
    }
    for (at, (ours, theirs)) in rule.same.iter().enumerate() {
        let (mine, yours) = (comparable(kind, ours), comparable(other, theirs));
        if mine.is_none() || mine != yours {
            fault(".same", format!("{}的“{ours}”与{}的“{theirs}”不能比较", kind.title, other.title));
        } else if at == 0 && !found_by(other, theirs) {
            fault(".same", format!("{}的“{theirs}”没有索引，按它查找会遍历全部记录；请在该字段写 x-index", other.title));
        }
    }
}

/// What two values must have in common to be compared: the class of a token, or that both are plain.
fn comparable(kind: &Kind, path: &str) -> Option<String> {
    if path == OWNER {
        return kind.owner.as_ref().and_then(|o| kind.refs.get(o)).map(|r| r.kind.clone());
    }
    if let Some(reference) = kind.refs.get(path) {
        return Some(reference.kind.clone());
    }
    let field = kind.field(path)?;
    match (&field.ty, field.private.is_some()) {
        (FieldType::Text | FieldType::Code(_) | FieldType::Integer | FieldType::Date, false) => Some(String::new()),
        (FieldType::Text, true) if field.blind => Some(format!("{:?}", field.format)),
        _ => None,
    }
}

fn found_by(other: &Kind, path: &str) -> bool {
    // What narrows somebody's share has an index, and so has what the list is sorted by.
    let sorted = || other.list.sort.as_deref().is_some_and(|sort| sort.trim_start_matches('-') == path);
    path == OWNER || other.field(path).is_some_and(|f| f.index) || sorted() || narrowed(other, path)
}

/// Does the policy narrow what somebody sees by this field?
fn narrowed(other: &Kind, path: &str) -> bool {
    other.rights.allowed.iter().any(|allowed| match allowed.row.scope {
        Reach::Person => path == "id_no",
        Reach::Own => allowed.row.by.as_deref() == Some(path),
        _ => false,
    })
}

fn owned(other: &Kind, kind: &Kind) -> bool {
    other.owner.as_ref().and_then(|o| other.refs.get(o)).is_some_and(|r| r.kind == kind.kind)
}

fn chosen(kind: &Kind, rule: &AroundRule, other: &Kind, fault: &mut impl FnMut(&str, String)) {
    for state in &rule.states {
        if other.states.as_ref().is_none_or(|s| s.list.iter().all(|s| s.code != *state)) {
            fault(".states", format!("{}没有状态“{state}”", other.title));
        }
    }
    for wanted in rule.only.iter().filter(|w| other.field(&w.field).is_none_or(|f| f.private.is_some())) {
        fault(".only", format!("{}没有公开字段“{}”", other.title, wanted.field));
    }
    let Some(window) = &rule.within else { return };
    if other.event_date.is_none() {
        fault(".within", format!("{}没有事件日期", other.title));
    }
    let ours = window.of.as_ref().or(kind.event_date.as_ref());
    if ours.and_then(|path| kind.field(path)).is_none_or(|f| f.ty != FieldType::Date) {
        fault(".within", format!("“{}”不是{}的日期字段", ours.map_or("event_date", String::as_str), kind.title));
    }
}

fn taken(rule: &AroundRule, other: &Kind, fault: &mut impl FnMut(&str, String)) {
    if rule.take.forms() != 1 {
        fault(".take", "newest、oldest、set、count、min、max、sum 须写且只写一个".into());
    }
    for path in rule.take.fields() {
        let whole = other.field(path);
        let (group, member) = path.split_once('.').unwrap_or((path, ""));
        let part = other.field(group).and_then(|f| match &f.ty {
            FieldType::Group(members) => members.iter().find(|m| m.path == member).map(|_| f),
            _ => None,
        });
        match whole.or(part) {
            None if other.refs.contains_key(path) => {}
            None => fault(".take", format!("{}没有字段“{path}”", other.title)),
            // What is private in another record is not told, not even by a rule's answer.
            Some(field) if field.private.is_some() => fault(".take", format!("{}的“{path}”是个人信息，不能取", other.title)),
            Some(_) => {}
        }
    }
    for path in [&rule.take.sum].into_iter().flatten() {
        if other.field(path).is_some_and(|f| !f.ty.is_numeric()) {
            fault(".take", format!("{}的“{path}”不是数", other.title));
        }
    }
}

fn used(kind: &Kind, name: &str, rule: &AroundRule, document: &Document, say: &mut impl FnMut(usize, String)) {
    let mut looked_at = false;
    for (i, check) in kind.checks.iter().enumerate() {
        let (in_rule, in_found) = kind.names_around(i, name);
        looked_at |= in_rule;
        let shown = in_found || check.message.contains(&format!("{{{name}}}")) || check.message.contains(&format!("{{{name}."));
        if shown && !in_rule {
            say(document.line(&format!("checks.{i}")), format!("提示中的“{name}”不在规则中"));
        }
        if shown && rule.of_person(kind) {
            say(document.line(&format!("checks.{i}")), format!("“{name}”是按个人查到的，提示中不能写出其内容"));
        }
    }
    if !looked_at {
        say(document.line(&format!("around.{name}")), format!("没有校验用到“{name}”"));
    }
    if kind.asks_when(name).is_some_and(|names| names.iter().any(|n| kind.around.contains_key(n))) {
        say(document.line(&format!("around.{name}.when")), "when 只能用本表单的字段".into());
    }
}
