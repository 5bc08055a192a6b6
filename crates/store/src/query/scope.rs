//! The access scope as SQL. It is part of every list, count and search, so that nothing outside it can even be inferred.

use super::condition::push_prefix;
use crate::dialect::Dialect;
use crate::sql::Sql;
use zhijian_records::port::{Scope, StoreError};

/// Digits of a county's code; longer prefixes name townships.
const COUNTY_DIGITS: usize = 6;

/// Digits of a township's code.
const TOWNSHIP_DIGITS: usize = 9;

/// How the rows of a query are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access<'a> {
    /// By the index that the planner thinks best.
    Lookup,
    /// By walking the index of the order, this expression: scope and filters only pass over rows. Right for the first rows of many.
    Walk(&'a str),
}

impl<'a> Access<'a> {
    /// The order that is walked.
    pub fn walked(self) -> Option<&'a str> {
        match self {
            Self::Lookup => None,
            Self::Walk(order) => Some(order),
        }
    }
}

/// Appends ` AND (…)`; a scope without any part allows nothing.
pub(super) fn push(sql: &mut Sql, dialect: Dialect, scope: &Scope, access: Access<'_>) -> Result<(), StoreError> {
    if scope.all {
        return Ok(());
    }
    let mut before = " AND (";
    // A scope of owners, single records or a person's field is small: it is looked up however the list is sorted.
    let fields = scope.fields.iter().map(|held| &held.value);
    let small = scope.owners.iter().chain(&scope.ids).chain(fields).any(|value| !value.is_empty());
    let column = |name: &str| if access.walked().is_some() && !small { dialect.unindexed(name) } else { name.to_owned() };
    let (region_column, town_column) = (column("region"), column("town"));
    // An empty prefix would mean everything, which only `all` may say.
    for region in scope.regions.iter().filter(|region| !region.is_empty()) {
        sql.push(before);
        before = " OR ";
        push_region(sql, region, &region_column, &town_column);
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
            push_region(sql, &held.region, "region", "town");
        }
        sql.push(")");
        before = " OR ";
    }
    sql.push(if before == " OR " { ")" } else { " AND 1 = 0" });
    Ok(())
}

fn push_region(sql: &mut Sql, region: &str, region_column: &str, town_column: &str) {
    match region.len() {
        COUNTY_DIGITS => {
            sql.push(&format!("{region_column} = ")).bind(region);
        }
        1..COUNTY_DIGITS => push_prefix(sql, region_column, region),
        TOWNSHIP_DIGITS => {
            sql.push(&format!("{town_column} = ")).bind(region);
        }
        _ => push_prefix(sql, town_column, region),
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
