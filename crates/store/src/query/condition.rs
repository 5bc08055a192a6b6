//! Filters and search fragments as SQL conditions.

use super::{number, typed, whole_number};
use crate::dialect::{Dialect, Expression, ValueType};
use crate::sql::{List, Sql, bad};
use zhijian_records::port::{Column, Filter, Op, StoreError};

/// Appends the condition of a filter; `walked` is the order of a list that is walked, whose own index serves its filters too.
pub(super) fn push(sql: &mut Sql, dialect: Dialect, filter: &Filter, walked: Option<&str>) -> Result<(), StoreError> {
    let mut expression = dialect.expression(&filter.column)?;
    if walked.is_some_and(|order| order != expression.sql) {
        expression.sql = dialect.unindexed(&format!("({})", expression.sql));
    }
    match filter.op {
        Op::Eq => push_compared(sql, &expression, "=", &filter.value)?,
        Op::Gte => push_compared(sql, &expression, ">=", &filter.value)?,
        Op::Lte => push_compared(sql, &expression, "<=", &filter.value)?,
        Op::In => push_in(sql, dialect, &expression, &filter.value)?,
        Op::Prefix if expression.values == ValueType::Text => push_prefix(sql, &expression.sql, &filter.value),
        Op::Contains => push_contains(sql, dialect, &filter.column, &expression, &filter.value)?,
        Op::Empty => push_empty(sql, &expression),
        Op::Prefix => return Err(bad("数字列不能按开头筛选")),
    }
    // The owners' index leaves out records without one, and is used when the condition says so too.
    if walked.is_none() && matches!(filter.op, Op::Eq | Op::In) && !filter.value.is_empty() && is_owner(&filter.column) {
        sql.push(" AND owner <> ''");
    }
    Ok(())
}

/// Is it the column of the owner?
pub(super) fn is_owner(column: &Column) -> bool {
    matches!(column, Column::System(name) if name == "owner")
}

fn push_compared(sql: &mut Sql, expression: &Expression, operator: &str, value: &str) -> Result<(), StoreError> {
    let value = typed(expression.values, value)?;
    sql.push(&format!("{} {operator} ", expression.sql)).bind(value);
    Ok(())
}

fn push_in(sql: &mut Sql, dialect: Dialect, expression: &Expression, values: &str) -> Result<(), StoreError> {
    let values = values.split(',').map(str::trim);
    let list = match expression.values {
        ValueType::Text => List::Texts(values.map(str::to_owned).collect()),
        ValueType::Int => List::Ints(values.map(whole_number).collect::<Result<_, _>>()?),
        ValueType::Real => List::Reals(values.map(number).collect::<Result<_, _>>()?),
    };
    sql.bind_list(dialect, &expression.sql, list);
    Ok(())
}

/// Begins with: a range, so that an index serves it and no character is a wildcard.
pub(crate) fn push_prefix(sql: &mut Sql, expression: &str, prefix: &str) {
    sql.push(&format!("({expression} >= ")).bind(prefix);
    if let Some(end) = after_prefix(prefix) {
        sql.push(&format!(" AND {expression} < ")).bind(end);
    }
    sql.push(")");
}

/// The least text that is greater than all texts with the prefix.
fn after_prefix(prefix: &str) -> Option<String> {
    let mut text = prefix.to_owned();
    while let Some(last) = text.pop() {
        let next = match last {
            '\u{D7FF}' => Some('\u{E000}'),
            other => char::from_u32(u32::from(other) + 1),
        };
        if let Some(next) = next {
            text.push(next);
            return Some(text);
        }
    }
    None
}

/// Texts contain the fragment, arrays contain the element.
fn push_contains(sql: &mut Sql, dialect: Dialect, column: &Column, expression: &Expression, value: &str) -> Result<(), StoreError> {
    sql.push("(");
    let placeholder = sql.placeholder(value);
    match column {
        Column::System(_) if expression.values == ValueType::Text => {
            sql.push(&dialect.contains(&expression.sql, &placeholder));
        }
        Column::System(_) => return Err(bad("数字列不能按包含筛选")),
        Column::Field { path, .. } => {
            let (is_array, has_element) = dialect.array_contains(path, &placeholder)?;
            let has_text = dialect.contains(&dialect.text_field(path)?, &placeholder);
            sql.push(&format!("CASE WHEN {is_array} THEN {has_element} ELSE {has_text} END"));
        }
    }
    sql.push(")");
    Ok(())
}

fn push_empty(sql: &mut Sql, expression: &Expression) {
    let column = &expression.sql;
    match expression.values {
        ValueType::Text => sql.push(&format!("({column} IS NULL OR {column} IN ('', '[]', '{{}}'))")),
        ValueType::Int => sql.push(&format!("{column} = 0")),
        ValueType::Real => sql.push(&format!("{column} IS NULL")),
    };
}

/// Appends the condition that one of the alternatives is found; `a&b` needs both.
pub(super) fn push_search(sql: &mut Sql, dialect: Dialect, alternatives: &[String]) {
    sql.push("(1 = 0");
    for alternative in alternatives {
        sql.push(" OR (1 = 1");
        for fragment in alternative.split('&').filter(|fragment| !fragment.is_empty()) {
            sql.push(" AND ");
            let placeholder = sql.placeholder(fragment);
            sql.push(&dialect.contains("search", &placeholder));
        }
        sql.push(")");
    }
    sql.push(")");
}

#[cfg(test)]
mod tests {
    use super::after_prefix;

    #[test]
    fn the_end_of_a_prefix_is_the_next_text() {
        let rows: &[(&str, &str, Option<&str>)] = &[
            ("a digit is counted up", "1303", Some("1304")),
            ("nine becomes the character after it", "19", Some("1:")),
            ("Chinese counts by code point", "北", Some("匘")),
            ("surrogates are no characters", "\u{D7FF}", Some("\u{E000}")),
            ("the last character of all is dropped", "a\u{10FFFF}", Some("b")),
            ("nothing comes after the last text", "\u{10FFFF}", None),
            ("no prefix has no end", "", None),
        ];
        for (why, prefix, end) in rows {
            assert_eq!(after_prefix(prefix).as_deref(), *end, "{why}");
        }
    }
}
