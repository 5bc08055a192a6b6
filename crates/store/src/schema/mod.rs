//! Tables: the fixed ones by numbered migrations, those of the kinds after them.

mod kinds;
mod migrate;

pub(crate) use kinds::{KindTable, create_kinds};
pub(crate) use migrate::migrate;

use crate::backend::Writing;
use crate::dialect::Dialect;
use crate::sql::Sql;
use zhijian_records::port::StoreError;

/// Two programs that start together must not both create the tables: the second one waits. (In SQLite every writing transaction
/// is exclusive anyway.)
async fn lock(tx: &mut dyn Writing, dialect: Dialect) -> Result<(), StoreError> {
    if dialect == Dialect::Postgres {
        let text = "SELECT pg_advisory_xact_lock(hashtextextended('zhijian.schema.' || current_schema(), 0))";
        tx.fetch(Sql::new("升级数据库结构", text)).await?;
    }
    Ok(())
}

/// Type of a column, as far as inserting must know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnType {
    Text,
    Int,
    Blob,
    Json,
}

/// A table as the destination of many rows.
#[derive(Debug)]
pub(crate) struct Target {
    /// Table.
    pub table: String,
    /// Columns in the order of the values.
    pub columns: &'static [(&'static str, ColumnType)],
    /// Rows that exist already are left alone.
    pub ignore_existing: bool,
}

impl Target {
    /// `INSERT INTO table (columns)`.
    pub fn insert_into(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        format!("INSERT INTO {} ({})", self.table, names.join(", "))
    }

    /// What happens to rows that exist.
    pub fn ending(&self) -> &'static str {
        if self.ignore_existing { " ON CONFLICT DO NOTHING" } else { "" }
    }
}
