//! One page of a list by keyset: its cost does not grow with the page number.
//!
//! Rows without a sort value come first when ascending and last when descending. From a position on, rows with and rows without a
//! value are read as two ranges, each of which an index serves.

use super::cursor::Cursor;
use super::scope::Access;
use super::{probe, rows_of};
use crate::dialect::Expression;
use crate::engine::Engine;
use crate::row::{STORED_WIDTH, stored_columns};
use crate::sql::{Sql, Value};
use zhijian_records::port::{Page, Query, StoreError, Stored};

/// A part of the list in its order.
enum Range {
    /// All of it.
    Whole,
    /// Rows with a value, after this one.
    ValuesAfter(Value, String),
    /// Rows with a value.
    Values,
    /// Rows without a value.
    Blanks,
    /// Rows without a value, after this id.
    BlanksAfter(String),
}

/// Reads a page.
pub(crate) async fn page(engine: &Engine, query: &Query) -> Result<Page, StoreError> {
    let sort = engine.backend.dialect().expression(&query.sort)?;
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let access = probe::access(engine, query, &sort).await?;
    let mut rows: Vec<(Stored, Value)> = Vec::new();
    for range in ranges(query, &sort)? {
        // One more than asked for tells whether there is a next page.
        let missing = (limit + 1).saturating_sub(rows.len());
        if missing == 0 {
            break;
        }
        rows.extend(read(engine, query, &sort, access, range, missing).await?);
    }
    let next = if rows.len() > limit && limit > 0 {
        rows.truncate(limit);
        rows.last().map(|(row, value)| Cursor::after(query, value.clone(), &row.id).write()).transpose()?
    } else {
        rows.truncate(limit);
        None
    };
    Ok(Page { rows: rows.into_iter().map(|(row, _)| row).collect(), next })
}

fn ranges(query: &Query, sort: &Expression) -> Result<Vec<Range>, StoreError> {
    let Some(text) = &query.cursor else { return Ok(vec![Range::Whole]) };
    let cursor = Cursor::read(query, text)?;
    let id = cursor.id.clone();
    Ok(match (cursor.value(), query.descending) {
        (Value::Null, false) => vec![Range::BlanksAfter(id), Range::Values],
        (Value::Null, true) => vec![Range::BlanksAfter(id)],
        (value, true) if sort.nullable => vec![Range::ValuesAfter(value, id), Range::Blanks],
        (value, _) => vec![Range::ValuesAfter(value, id)],
    })
}

async fn read(
    engine: &Engine,
    query: &Query,
    sort: &Expression,
    access: Access<'_>,
    range: Range,
    limit: usize,
) -> Result<Vec<(Stored, Value)>, StoreError> {
    // As of an instant both tables are one source, which has the end of a revision as a column.
    let columns = stored_columns(query.as_of.is_none());
    let mut sql = Sql::new("查询列表", format!("SELECT {columns}, {} AS sort_value FROM ", sort.sql));
    rows_of(engine, query, access, &mut sql)?;
    push_range(&mut sql, sort, &range, query.descending);
    push_order(&mut sql, engine, sort, &range, query.descending);
    sql.push(" LIMIT ").bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let rows = engine.backend.read(sql).await?;
    Ok(rows
        .into_iter()
        .map(|mut row| {
            let value = row.take(STORED_WIDTH);
            (row.stored(&query.kind), value)
        })
        .collect())
}

fn push_range(sql: &mut Sql, sort: &Expression, range: &Range, descending: bool) {
    let column = &sort.sql;
    let beyond = if descending { "<" } else { ">" };
    match range {
        Range::Whole => {}
        Range::Values => {
            sql.push(&format!(" AND {column} IS NOT NULL"));
        }
        Range::Blanks => {
            sql.push(&format!(" AND {column} IS NULL"));
        }
        Range::BlanksAfter(id) => {
            sql.push(&format!(" AND {column} IS NULL AND id {beyond} ")).bind(id.as_str());
        }
        Range::ValuesAfter(value, id) => {
            // The first comparison says nothing new, but is the one that an index can serve.
            sql.push(&format!(" AND {column} {beyond}= ")).bind(value.clone());
            sql.push(&format!(" AND ({column} {beyond} ")).bind(value.clone());
            sql.push(&format!(" OR id {beyond} ")).bind(id.as_str()).push(")");
        }
    }
}

fn push_order(sql: &mut Sql, engine: &Engine, sort: &Expression, range: &Range, descending: bool) {
    let direction = if descending { " DESC" } else { " ASC" };
    let sorted = !matches!(range, Range::Blanks | Range::BlanksAfter(_)) && sort.sql != "id";
    sql.push(" ORDER BY ");
    if sorted {
        let nulls = if sort.nullable { engine.backend.dialect().nulls(descending) } else { "" };
        sql.push(&format!("{}{direction}{nulls}, ", sort.sql));
    }
    sql.push("id").push(direction);
}
