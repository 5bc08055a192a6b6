//! What is wrong with statistics tables.

use super::{Axis, From, Line, StatTable};
use crate::catalogue::{File, read_all};
use crate::lint::Fault;
use crate::{Catalogue, indicator::Measure};

/// Faults of all tables.
pub fn check(catalogue: &Catalogue, files: &[File]) -> Vec<Fault> {
    let mut faults = Vec::new();
    // What cannot be read was reported when it was loaded.
    for (path, table, document) in read_all::<StatTable>(files, "tables/", &mut Vec::new()) {
        let mut say = |at: &str, message: String| faults.push(Fault::soft(path, document.line(at), message));
        if path != format!("tables/{}.yaml", table.table) {
            say("table", format!("table 名“{}”与文件名不一致", table.table));
        }
        for (axis, at) in [(table.groups.as_ref(), "groups"), (Some(&table.rows), "rows"), (Some(&table.columns), "columns")] {
            if let Some(message) = axis.and_then(|axis| wrong(catalogue, axis)) {
                say(at, message);
            }
        }
        if let Some(behind) = &table.behind {
            match catalogue.kind(&behind.kind) {
                None => say("behind", format!("没有名为“{}”的表单", behind.kind)),
                Some(kind) => {
                    for filter in behind.filters.keys() {
                        let stem = filter.split("__").next().unwrap_or(filter);
                        let system = matches!(stem, "id" | "region" | "town" | "year" | "event_date" | "owner" | "state");
                        if !system && kind.field(stem).is_none() && !kind.refs.contains_key(stem) {
                            say("behind", format!("{}没有字段“{stem}”", kind.title));
                        }
                    }
                }
            }
        }
        for code in table.see.iter().filter(|code| !catalogue.indicators.contains_key(*code)) {
            say("see", format!("指标“{code}”没有定义"));
        }
        for name in table.persons.iter().filter(|name| catalogue.kind(name).is_none()) {
            say("persons", format!("没有名为“{name}”的表单"));
        }
        for (i, line) in table.lines.iter().enumerate() {
            let at = format!("lines.{i}");
            if line.sql.is_some() == line.none.is_some() {
                say(&at, "sql 与 none 应写且只写一个".into());
            }
            if table.axes().any(|a| a.from == From::Lines) && (line.key.is_empty() || line.label.is_empty()) {
                say(&at, "以各行为轴的表，每行要有 key 和 label".into());
            }
            if !matches!(table.measure_of(line), Measure::Count | Measure::Rate) {
                say(&at, "统计表只有 count 和 rate".into());
            }
            facts_wrong(catalogue, line).into_iter().for_each(|message| say(&at, message));
        }
    }
    faults
}

/// Is there such a fact?
pub fn is_fact(catalogue: &Catalogue, name: &str) -> bool {
    catalogue.kinds.values().any(|k| k.kind == name || k.facts.contains_key(name))
}

/// What is wrong with the facts, and the records behind, of a line.
pub fn facts_wrong(catalogue: &Catalogue, line: &Line) -> Vec<String> {
    let mut found = Vec::new();
    for fact in &line.facts {
        if !is_fact(catalogue, fact) {
            found.push(format!("事实表“{fact}”不存在"));
        }
        if line.sql.as_ref().is_some_and(|sql| !sql.contains(fact.as_str())) {
            found.push(format!("计算语句没有用到事实表“{fact}”"));
        }
    }
    if let Some(kind) = &line.record {
        if catalogue.kind(kind).is_none() {
            found.push(format!("没有名为“{kind}”的表单"));
        }
        let sql = line.sql.as_deref().unwrap_or_default();
        for column in ["record", "label", "owner"].iter().filter(|column| !sql.contains(&format!("AS {column}"))) {
            found.push(format!("写了 record 的计算语句要给出列 {column}（… AS {column}）"));
        }
    }
    found
}

/// What is wrong with an axis.
pub fn wrong(catalogue: &Catalogue, axis: &Axis) -> Option<String> {
    if let Some(list) = &axis.list {
        let Some(list) = catalogue.list(list) else { return Some(format!("代码表“{list}”不存在")) };
        if let Some(column) = axis.only.keys().find(|column| !list.extra.contains(column)) {
            return Some(format!("代码表“{}”没有列“{column}”", list.name));
        }
    }
    match axis.from {
        From::Codes if axis.list.is_none() => Some("from: codes 要写 list".into()),
        From::Keys if axis.keys.is_empty() => Some("from: keys 要写 keys".into()),
        From::Years if axis.span == 0 => Some("span 应不小于 1".into()),
        _ => None,
    }
}
