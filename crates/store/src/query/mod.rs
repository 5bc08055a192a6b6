//! List queries: which rows, in which order, from which position.

mod condition;
mod cursor;
mod duties;
mod page;
mod probe;
mod scope;
mod source;

pub(crate) use condition::push_prefix;
pub(crate) use page::page;

use crate::dialect::Dialect;
use crate::engine::Engine;
use crate::sql::{Sql, Value, bad};
use scope::Access;
use zhijian_records::port::{Column, Query, StoreError};

/// Most values of [`count_by`].
const MOST_VALUES: i64 = 200;

/// Number of rows, counted up to `at_most`.
pub(crate) async fn count(engine: &Engine, query: &Query, at_most: u64) -> Result<u64, StoreError> {
    let mut sql = Sql::new("统计记录数", "SELECT count(*) FROM (SELECT 1 FROM ");
    rows_of(engine, query, Access::Lookup, &mut sql)?;
    sql.push(" LIMIT ").bind(i64::try_from(at_most).unwrap_or(i64::MAX)).push(") AS counted");
    let rows = engine.backend.read(sql).await?;
    Ok(rows.into_iter().next().map_or(0, |mut row| u64::try_from(row.int(0)).unwrap_or_default()))
}

/// Number of rows by value of a column, largest first; rows without a value count under the empty text.
pub(crate) async fn count_by(engine: &Engine, query: &Query, column: &Column) -> Result<Vec<(String, u64)>, StoreError> {
    let value = as_text(engine.backend.dialect(), column)?;
    let mut sql = Sql::new("分组统计", format!("SELECT {value} AS value, count(*) AS number FROM "));
    rows_of(engine, query, Access::Lookup, &mut sql)?;
    sql.push(&format!(" GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_VALUES}"));
    let rows = engine.backend.read(sql).await?;
    Ok(rows.into_iter().map(|mut row| (row.text(0), u64::try_from(row.int(1)).unwrap_or_default())).collect())
}

fn as_text(dialect: Dialect, column: &Column) -> Result<String, StoreError> {
    Ok(match column {
        Column::System(_) => format!("CAST({} AS TEXT)", dialect.expression(column)?.sql),
        Column::Field { path, .. } => format!("coalesce({}, '')", dialect.text_field(path)?),
    })
}

/// Appends the source and the condition of a query: everything but the columns, the order and the position.
fn rows_of(engine: &Engine, query: &Query, access: Access<'_>, sql: &mut Sql) -> Result<(), StoreError> {
    let table = engine.table(&query.kind)?;
    let dialect = engine.backend.dialect();
    source::push(sql, table, query.as_of);
    sql.push(" WHERE retracted = 0");
    scope::push(sql, dialect, &query.scope, access)?;
    for filter in &query.filters {
        sql.push(" AND ");
        condition::push(sql, dialect, filter, access.walked())?;
    }
    for alternatives in &query.search {
        sql.push(" AND ");
        condition::push_search(sql, dialect, alternatives);
    }
    Ok(())
}

/// A text read as the number that a column holds.
fn whole_number(text: &str) -> Result<i64, StoreError> {
    text.trim().parse().map_err(|_| bad(format!("“{text}”不是整数")))
}

fn number(text: &str) -> Result<f64, StoreError> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(|| bad(format!("“{text}”不是数字")))
}

fn typed(values: crate::dialect::ValueType, text: &str) -> Result<Value, StoreError> {
    use crate::dialect::ValueType;
    Ok(match values {
        ValueType::Text => Value::Text(text.to_owned()),
        ValueType::Int => Value::Int(whole_number(text)?),
        ValueType::Real => Value::Real(number(text)?),
    })
}
