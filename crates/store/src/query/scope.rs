//! The access scope as SQL. It is part of every list, count and search, so that nothing outside it can even be inferred.

use super::condition::push_prefix;
use crate::dialect::Dialect;
use crate::sql::Sql;
use zhijian_records::port::{Scope, StoreError};

/// Digits of a county's code; longer prefixes name townships.
const COUNTY_DIGITS: usize = 6;

/// Digits of a township's code.
const TOWNSHIP_DIGITS: usize = 9;

/// Appends ` AND (…)`; a scope without any part allows nothing.
pub(super) fn push(sql: &mut Sql, dialect: Dialect, scope: &Scope) -> Result<(), StoreError> {
    if scope.all {
        return Ok(());
    }
    let mut before = " AND (";
    // An empty prefix would mean everything, which only `all` may say.
    for region in scope.regions.iter().filter(|region| !region.is_empty()) {
        sql.push(before);
        before = " OR ";
        push_region(sql, region);
    }
    if push_any(sql, before, "owner", &scope.owners) {
        // Already so, but SQLite takes the index of records that have an owner only when it is told.
        sql.push(" AND owner <> ''");
        before = " OR ";
    }
    if push_any(sql, before, "id", &scope.ids) {
        before = " OR ";
    }
    // A field that is nobody's must not match an account that has no organisation or person.
    for held in scope.fields.iter().filter(|held| !held.value.is_empty()) {
        sql.push(before).push(&format!("({} = ", dialect.text_field(&held.path)?)).bind(held.value.as_str());
        if !held.region.is_empty() {
            sql.push(" AND ");
            push_region(sql, &held.region);
        }
        sql.push(")");
        before = " OR ";
    }
    sql.push(if before == " OR " { ")" } else { " AND 1 = 0" });
    Ok(())
}

fn push_region(sql: &mut Sql, region: &str) {
    match region.len() {
        COUNTY_DIGITS => {
            sql.push("region = ").bind(region);
        }
        1..COUNTY_DIGITS => push_prefix(sql, "region", region),
        TOWNSHIP_DIGITS => {
            sql.push("town = ").bind(region);
        }
        _ => push_prefix(sql, "town", region),
    }
}

/// Appends `column IN (…)` when there are values, and says whether.
fn push_any(sql: &mut Sql, before: &str, column: &str, values: &[String]) -> bool {
    let values: Vec<&String> = values.iter().filter(|value| !value.is_empty()).collect();
    if values.is_empty() {
        return false;
    }
    sql.push(&format!("{before}{column} IN ("));
    for (index, value) in values.into_iter().enumerate() {
        if index > 0 {
            sql.push(", ");
        }
        sql.bind(value.as_str());
    }
    sql.push(")");
    true
}
