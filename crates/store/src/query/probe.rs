//! Whether a list is walked in its order or looked up and sorted.
//!
//! A page needs fifty rows. Walking the index of the order finds them soon when many rows match, and looking up the matching rows and
//! sorting them is quick when few do. SQLite does not weigh the page's end in this choice, so a short count of each indexed filter
//! decides it; PostgreSQL decides by its statistics.

use super::condition;
use super::scope::Access;
use crate::dialect::{Dialect, Expression};
use crate::engine::Engine;
use crate::sql::Sql;
use zhijian_records::port::{Op, Query, StoreError};

/// Rows that are looked up and sorted rather than walked to: reading them takes some ten milliseconds.
const FEW: i64 = 2_000;

/// How to find the rows of a page.
pub(super) async fn access<'a>(engine: &Engine, query: &Query, sort: &'a Expression) -> Result<Access<'a>, StoreError> {
    let table = engine.table(&query.kind)?;
    if engine.backend.dialect() != Dialect::Sqlite || query.as_of.is_some() || !table.sorted.contains(&sort.sql) {
        return Ok(Access::Lookup);
    }
    for filter in &query.filters {
        let expression = Dialect::Sqlite.expression(&filter.column)?;
        let looked_up = matches!(filter.op, Op::Eq | Op::In | Op::Prefix) && expression.sql != sort.sql;
        let indexed = table.sorted.contains(&expression.sql) || filter.op == Op::Eq && condition::is_owner(&filter.column);
        if !looked_up || !indexed {
            continue;
        }
        let mut sql = Sql::new("查询列表", format!("SELECT count(*) FROM (SELECT 1 FROM {} WHERE ", table.newest.table));
        condition::push(&mut sql, Dialect::Sqlite, filter, None)?;
        sql.push(" LIMIT ").bind(FEW + 1).push(")");
        let found = engine.backend.read(sql).await?.first_mut().map_or(0, |row| row.int(0));
        if found <= FEW {
            return Ok(Access::Lookup);
        }
    }
    Ok(Access::Walk(&sort.sql))
}
