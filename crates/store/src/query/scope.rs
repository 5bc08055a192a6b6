//! The access scope as SQL. It is part of every list, count and search, so that nothing outside it can even be inferred.

use super::condition::push_prefix;
use crate::sql::Sql;
use zhijian_records::port::Scope;

/// Digits of a county's code; longer prefixes name townships.
const COUNTY_DIGITS: usize = 6;

/// Appends ` AND (…)`; a scope without any part allows nothing.
pub(super) fn push(sql: &mut Sql, scope: &Scope) {
    if scope.all {
        return;
    }
    sql.push(" AND (1 = 0");
    // An empty prefix would mean everything, which only `all` may say.
    for region in scope.regions.iter().filter(|region| !region.is_empty()) {
        sql.push(" OR ");
        let column = if region.len() > COUNTY_DIGITS { "town" } else { "region" };
        push_prefix(sql, column, region);
    }
    push_any(sql, "owner", &scope.owners);
    push_any(sql, "id", &scope.ids);
    sql.push(")");
}

fn push_any(sql: &mut Sql, column: &str, values: &[String]) {
    let values: Vec<&String> = values.iter().filter(|value| !value.is_empty()).collect();
    if values.is_empty() {
        return;
    }
    sql.push(&format!(" OR {column} IN ("));
    for (index, value) in values.into_iter().enumerate() {
        if index > 0 {
            sql.push(", ");
        }
        sql.bind(value.as_str());
    }
    sql.push(")");
}
