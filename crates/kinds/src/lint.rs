//! What `zhijian check` finds: file, line, what is wrong.

mod around;

use crate::catalogue::File;
use crate::kind::{FieldType, Kind};
use crate::yaml::Document;
use crate::{Catalogue, yaml};
use std::fmt;

/// A fault of a definition file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// File below `definitions/`.
    pub file: String,
    /// Line from 1.
    pub line: usize,
    /// What is wrong and what is expected.
    pub message: String,
    /// The definition cannot be used.
    pub fatal: bool,
}

impl Fault {
    /// A fault that keeps the definition from being used.
    #[must_use]
    pub fn fatal(file: &str, line: usize, message: impl Into<String>) -> Self {
        Self { file: file.into(), line, message: message.into(), fatal: true }
    }

    pub(crate) fn soft(file: &str, line: usize, message: impl Into<String>) -> Self {
        Self { fatal: false, ..Self::fatal(file, line, message) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// Checks that need all files: names that point somewhere, header words that are ambiguous, examples that pass.
#[must_use]
pub fn cross_check(catalogue: &Catalogue, files: &[File]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, content) in files.iter().filter(|(p, _)| p.starts_with("kinds/") && p.ends_with(".yaml")) {
        let (Ok(kind), Ok(document)) = (Kind::parse(content), yaml::parse(content)) else { continue };
        check_kind(catalogue, path, &kind, &document, &mut faults);
        around::check(catalogue, &kind, &document, &mut |line, message| faults.push(Fault::soft(path, line, message)));
    }
    for (path, content) in files.iter().filter(|(p, _)| p.starts_with("plans/") && p.ends_with(".yaml")) {
        let Ok((plan, document)) = yaml::read::<crate::Plan>(content) else { continue };
        if catalogue.regions.get(&plan.region).is_none() {
            faults.push(Fault::soft(path, document.line("region"), format!("区划代码“{}”不存在", plan.region)));
        }
        for (i, target) in plan.targets.iter().enumerate() {
            for code in std::iter::once(&target.indicator).chain(&target.parts) {
                if !catalogue.indicators.contains_key(code) {
                    faults.push(Fault::soft(path, document.line(&format!("targets.{i}")), format!("指标“{code}”没有定义")));
                }
            }
        }
    }
    for (path, content) in files.iter().filter(|(p, _)| p.starts_with("indicators/") && p.ends_with(".yaml")) {
        let Ok((indicator, document)) = yaml::read::<crate::Indicator>(content) else { continue };
        for fact in &indicator.facts {
            let known = catalogue.kinds.values().any(|k| k.kind == *fact || k.facts.contains_key(fact))
                || fact.starts_with("code_")
                || fact == "region"
                || fact == "town";
            if !known {
                faults.push(Fault::soft(path, document.line("facts"), format!("事实表“{fact}”不存在")));
            }
        }
    }
    faults.extend(crate::tables::check(catalogue, files));
    faults.extend(crate::boards::check(catalogue, files));
    faults.extend(crate::layers::check(catalogue, files));
    faults.extend(crate::matches::check(catalogue, files));
    faults.extend(crate::access::check(catalogue, files));
    faults.extend(crate::protection::check(catalogue, files));
    faults.extend(crate::due::check(catalogue, files));
    faults.extend(crate::paper::check(catalogue, files));
    faults.extend(crate::notice::check(catalogue, files));
    faults.extend(crate::lists::check(catalogue, files));
    faults.extend(crate::warning::check(catalogue, files));
    faults
}

fn check_kind(catalogue: &Catalogue, path: &str, kind: &Kind, document: &Document, faults: &mut Vec<Fault>) {
    let mut say = |at: &str, message: String| faults.push(Fault::soft(path, document.line(at), message));
    let known = |name: &str| kind.field(name).is_some() || kind.refs.contains_key(name);
    let at = |p: &str| format!("properties.{}", p.replace('.', ".properties."));
    for field in &kind.fields {
        let mut lists: Vec<&str> = Vec::new();
        collect_lists(&field.ty, &mut lists);
        lists.extend(field.pivot.as_ref().and_then(|p| p.list.as_deref()));
        for list in lists {
            if !catalogue.codes.contains_key(list) {
                say(&at(&field.path), format!("代码表“{list}”不存在"));
            }
        }
        if let Some(class) = &field.class
            && !kind.reject_order.contains(class)
        {
            say(&at(&field.path), format!("x-class“{class}”不在 reject_order 中"));
        }
        for other in field.unit_from.iter().map(String::as_str).chain(field.year_from.iter().flat_map(|f| f.split(','))) {
            if !known(other) {
                say(&at(&field.path), format!("字段“{other}”不存在"));
            }
        }
        if let Some(m) = &field.measured {
            for other in std::iter::once(&m.below).chain(m.limit.iter()).chain(m.none.iter()).chain(m.lod_from.iter()) {
                if !known(other) {
                    say(&at(&field.path), format!("x-measured 的字段“{other}”不存在"));
                }
            }
        }
        if field.blind && field.private.is_none() {
            say(&at(&field.path), "x-blind 只用于 x-private 字段".into());
        }
        if let Some(pattern) = field.pivot.as_ref().and_then(|p| p.pattern.as_ref())
            && regex::Regex::new(pattern).is_err()
        {
            say(&at(&field.path), format!("正则表达式“{pattern}”无效"));
        }
    }
    let named: [(&str, Vec<&String>); 6] = [
        ("natural_key", kind.natural_key.iter().collect()),
        ("event_date", kind.event_date.iter().collect()),
        ("list", kind.list.columns.iter().chain(&kind.list.filters).collect()),
        ("search", kind.search.iter().collect()),
        ("lookup", kind.lookup.values().flatten().collect()),
        ("unique_by", kind.unique_by.iter().flat_map(|u| &u.fields).collect()),
    ];
    for (word, names) in named {
        for name in names {
            if !known(name) && !matches!(name.as_str(), "region" | "town" | "state" | "event_date") {
                say(word, format!("字段“{name}”不存在"));
            }
        }
    }
    for name in [&kind.region.county, &kind.region.town].into_iter().flatten() {
        if !known(name) {
            say("region", format!("字段“{name}”不存在"));
        }
    }
    if let Some(from) = &kind.region.from
        && !kind.refs.contains_key(from)
    {
        say("region", format!("引用“{from}”不存在"));
    }
    if let Some(owner) = &kind.owner
        && !kind.refs.contains_key(owner)
    {
        say("owner", format!("引用“{owner}”不存在"));
    }
    if let Some(host) = &kind.host {
        let at = |name: &str| kind.refs.get_index_of(name);
        let after = kind.owner.as_deref().and_then(at).zip(at(host)).is_some_and(|(owner, host)| owner < host);
        if !after {
            say("host", format!("引用“{host}”应写在 owner 的引用之后"));
        }
    }
    for (name, rule) in &kind.refs {
        let place = format!("refs.{name}");
        match catalogue.kind(&rule.kind) {
            None => say(&place, format!("表单“{}”不存在", rule.kind)),
            Some(target) => {
                for way in &rule.by {
                    if !known(&way.field) {
                        say(&place, format!("字段“{}”不存在", way.field));
                    }
                    if !target.lookup.contains_key(&way.way) {
                        say(&place, format!("表单“{}”没有 lookup“{}”", rule.kind, way.way));
                    }
                }
            }
        }
    }
    for (i, rule) in kind.checks.iter().enumerate() {
        for field in rule.fields.iter().chain(&rule.optional) {
            if !known(field) && !kind.fields.iter().any(|f| f.path.starts_with(&format!("{field}."))) {
                say(&format!("checks.{i}"), format!("字段“{field}”不存在"));
            }
        }
        if let Some(class) = rule.class.as_ref().filter(|c| c.starts_with("E_"))
            && rule.level == crate::Level::Error
            && !kind.reject_order.contains(class)
        {
            say(&format!("checks.{i}"), format!("class“{class}”不在 reject_order 中"));
        }
    }
    for (i, rule) in kind.derive.iter().enumerate() {
        let place = format!("derive.{i}");
        for target in rule.targets() {
            if !known(target) && !kind.fields.iter().any(|f| f.path.starts_with(&format!("{target}."))) {
                say(&place, format!("字段“{target}”不存在"));
            }
        }
        if rule.call.is_some() == rule.cel.is_some() {
            say(&place, "call 与 cel 须有且只有一个".into());
        }
        if rule.call.is_some() && rule.set.contains('.') {
            say(&place, format!("call 的结果应放在一个字段里，不能是“{}”", rule.set));
        }
        for (name, argument) in &rule.with {
            let at = format!("{place}.with.{name}");
            for field in argument.fields() {
                if !known(field) {
                    say(&at, format!("字段“{field}”不存在"));
                }
            }
            for (group, member) in argument.members() {
                let there =
                    matches!(kind.field(group).map(|f| &f.ty), Some(FieldType::Group(members)) if members.iter().any(|m| m.path == member));
                if !there {
                    say(&at, format!("“{group}”没有成员“{member}”"));
                }
            }
        }
    }
    for (name, rule) in &kind.facts {
        if !known(&rule.each) {
            say(&format!("facts.{name}"), format!("字段“{}”不存在", rule.each));
        }
    }
    ambiguous_headers(kind, &mut say);
    if kind.examples.is_empty() {
        say("kind", "至少需要一个 examples".into());
    }
}

fn collect_lists<'a>(ty: &'a FieldType, out: &mut Vec<&'a str>) {
    match ty {
        FieldType::Code(list) | FieldType::Codes(list) => out.push(list),
        FieldType::Group(members) => members.iter().for_each(|m| collect_lists(&m.ty, out)),
        _ => {}
    }
}

/// Two fields that answer to the same header.
fn ambiguous_headers(kind: &Kind, say: &mut impl FnMut(&str, String)) {
    let mut seen: std::collections::HashMap<String, &str> = std::collections::HashMap::new();
    for field in kind.fields.iter().filter(|f| !f.read_only) {
        for word in std::iter::once(&field.title).chain(&field.aka) {
            let key = crate::text::word_key(word);
            if let Some(other) = seen.insert(key, &field.path)
                && other != field.path
            {
                say(
                    &format!("properties.{}", field.path.replace('.', ".properties.")),
                    format!("表头“{word}”同时属于 {other} 和 {}", field.path),
                );
            }
        }
    }
}
