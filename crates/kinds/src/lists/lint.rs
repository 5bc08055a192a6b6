//! What is wrong with the lists: names that point nowhere.

use super::{Holds, NamedList, Rows};
use crate::Catalogue;
use crate::catalogue::{File, read_all};
use crate::lint::Fault;

/// Faults of `lists/*.yaml` that show only beside the other definitions.
pub(crate) fn check(catalogue: &Catalogue, files: &[File]) -> Vec<Fault> {
    let mut faults = Vec::new();
    // What cannot be read was reported when it was loaded.
    for (path, def, document) in read_all::<NamedList>(files, "lists/", &mut Vec::new()) {
        for (at, message) in of_list(catalogue, &def, path) {
            faults.push(Fault::soft(path, document.line(at), message));
        }
    }
    faults
}

fn of_list(catalogue: &Catalogue, def: &NamedList, path: &str) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let mut say = |wrong: bool, at: &'static str, message: String| {
        if wrong {
            found.push((at, message));
        }
    };
    say(path != format!("lists/{}.yaml", def.list), "list", format!("“{}”与文件名不一致", def.list));
    say(def.roles.is_empty(), "roles", "没有写明哪些角色可看".into());
    for role in &def.roles {
        say(!catalogue.roles.roles.contains_key(role), "roles", format!("角色“{role}”不存在"));
    }
    for fact in &def.facts {
        let known = catalogue.kinds.values().any(|k| k.kind == *fact || k.facts.contains_key(fact));
        say(!known, "facts", format!("事实表“{fact}”不存在"));
        say(!def.sql.contains(fact.as_str()), "facts", format!("列出了事实表“{fact}”，查询中没有用到"));
    }
    // A fact that is read and not named would be told to people who may not see it.
    for kind in catalogue.kinds.values() {
        for fact in std::iter::once(&kind.kind).chain(kind.facts.keys()) {
            say(reads(&def.sql, fact) && !def.facts.contains(fact), "facts", format!("查询用到事实表“{fact}”，没有列在 facts 中"));
        }
    }
    for rq in &def.serves {
        let numbered = rq.strip_prefix("RQ-").is_some_and(|n| n.len() == 3 && n.bytes().all(|b| b.is_ascii_digit()));
        say(!numbered, "serves", format!("需求编号“{rq}”应为 RQ-加三位数字"));
    }
    for option in def.options.keys() {
        say(!def.options_help.contains_key(option), "options_help", format!("没有说明选项“{option}”的含义"));
    }
    for option in &def.ask {
        let number = def.options.get(option).is_some_and(serde_json::Value::is_number);
        say(!number, "ask", format!("“{option}”不是取数值的选项"));
    }
    if let Some(code) = &def.follows {
        say(!catalogue.indicators.contains_key(code), "follows", format!("指标“{code}”没有定义"));
    }
    for (name, column) in &def.columns {
        say(NamedList::ALWAYS.contains(&name.as_str()), "columns", format!("列名“{name}”已有固定含义"));
        if let Some(list) = &column.codes {
            say(!catalogue.codes.contains_key(list), "columns", format!("代码表“{list}”不存在"));
            say(column.holds != Holds::Text, "columns", format!("“{name}”是代码，不是数值或日期"));
        }
    }
    for name in def.filters.iter().map(String::as_str).chain(def.sort.iter().map(|s| s.trim_start_matches('-'))) {
        say(!def.columns.contains_key(name), "columns", format!("没有列“{name}”"));
    }
    if let Some(partner) = &def.partner {
        let known = catalogue.list("PARTNER").is_some_and(|list| list.codes.iter().any(|c| c.code == *partner));
        say(!known, "partner", format!("代码表 PARTNER 中没有“{partner}”"));
    }
    let Some(kind) = catalogue.kind(&def.kind) else {
        say(true, "kind", format!("没有名为“{}”的表单", def.kind));
        return found;
    };
    for path in &def.show {
        say(kind.field(path).is_none(), "show", format!("{}没有字段“{path}”", kind.title));
    }
    say(def.rows == Rows::Place && !def.show.is_empty(), "show", "按地点列出的名单没有记录的字段".into());
    if let Some(field) = &def.leads {
        say(kind.field(field).is_none(), "leads", format!("{}没有字段“{field}”", kind.title));
    }
    found
}

/// Does the query read this table?
fn reads(sql: &str, table: &str) -> bool {
    let words: Vec<&str> = sql.split_whitespace().collect();
    words.windows(2).any(|w| matches!(w[0].to_ascii_uppercase().as_str(), "FROM" | "JOIN") && w[1].trim_end_matches([')', ',']) == table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_where_it_stands_behind_from_or_join() {
        assert!(reads("SELECT 1 FROM patient p", "patient"));
        assert!(reads("SELECT 1 FROM x LEFT JOIN\n patient ON true", "patient"));
        assert!(reads("WITH a AS (SELECT id FROM patient) SELECT 1", "patient"));
        assert!(!reads("SELECT patient FROM patient_coverage", "patient"));
    }
}
