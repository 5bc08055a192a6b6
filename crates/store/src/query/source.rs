//! Where rows come from: the newest revisions, or those that were the newest at an instant.

use crate::row::stored_columns;
use crate::schema::KindTable;
use crate::sql::Sql;
use zhijian_records::port::Instant;

/// Appends the table, or both tables cut at the instant.
pub(super) fn push(sql: &mut Sql, table: &KindTable, as_of: Option<Instant>) {
    let (newest, older) = (&table.newest.table, &table.older.table);
    let Some(at) = as_of else {
        sql.push(newest);
        return;
    };
    sql.push(&format!("(SELECT {}, search FROM {newest} WHERE recorded_from <= ", stored_columns(true))).bind(at);
    sql.push(&format!(" UNION ALL SELECT {}, search FROM {older} WHERE recorded_from <= ", stored_columns(false))).bind(at);
    sql.push(" AND recorded_to > ").bind(at).push(") AS revisions");
}
