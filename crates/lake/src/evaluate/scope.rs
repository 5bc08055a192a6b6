//! What an asker may see, as a condition on unit rows.
//!
//! The condition is part of the query, so it holds for totals, breakdowns and lists alike, and part of the text under which
//! an answer is kept, so that no answer reaches somebody with another scope.

use zhijian_records::port::Scope;

use super::literal::text;

/// A condition over the columns `region`, `town`, `owner` and `record` of a unit.
pub(crate) fn condition(scope: &Scope) -> String {
    if scope.all {
        return "TRUE".into();
    }
    let mut parts: Vec<String> = scope.regions.iter().map(|prefix| within(prefix)).collect();
    if !scope.owners.is_empty() {
        parts.push(format!("owner IN {}", list(&scope.owners)));
    }
    if !scope.ids.is_empty() {
        parts.push(format!("record IN {}", list(&scope.ids)));
    }
    if parts.is_empty() { "FALSE".into() } else { format!("({})", parts.join(" OR ")) }
}

/// Units in a region: a prefix of up to six digits, or a township of nine.
pub(super) fn within(prefix: &str) -> String {
    if !prefix.bytes().all(|b| b.is_ascii_digit()) {
        return "FALSE".into();
    }
    match prefix.len() {
        0 => "TRUE".into(),
        1..=6 => format!("region LIKE '{prefix}%'"),
        _ => format!("town LIKE '{prefix}%'"),
    }
}

fn list(values: &[String]) -> String {
    let quoted: Vec<String> = values.iter().map(|v| text(v)).collect();
    format!("({})", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_the_union_of_its_parts_and_nothing_without_parts() {
        let scope = |regions: &[&str], owners: &[&str]| Scope {
            regions: regions.iter().map(|r| (*r).to_owned()).collect(),
            owners: owners.iter().map(|o| (*o).to_owned()).collect(),
            ..Scope::default()
        };
        let rows = [
            ("no part allows nothing", scope(&[], &[]), "FALSE"),
            ("a county", scope(&["130302"], &[]), "(region LIKE '130302%')"),
            ("a township", scope(&["130302001"], &[]), "(town LIKE '130302001%')"),
            ("a county or own records", scope(&["1303"], &["e1"]), "(region LIKE '1303%' OR owner IN ('e1'))"),
            ("no wildcard slips in", scope(&["%"], &[]), "(FALSE)"),
        ];
        for (why, scope, expected) in rows {
            assert_eq!(condition(&scope), expected, "{why}");
        }
        assert_eq!(condition(&Scope { all: true, ..Scope::default() }), "TRUE");
    }
}
