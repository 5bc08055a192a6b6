//! Numbered migrations of the fixed tables. They run by themselves when a database is opened, each once, never backwards.

use crate::backend::{Backend, Writing};
use crate::dialect::Dialect;
use crate::sql::Sql;
use zhijian_records::port::StoreError;

/// One step; both databases have it under the same number.
struct Migration {
    sqlite: &'static str,
    postgres: &'static str,
}

/// Step `n` is at index `n - 1`.
const MIGRATIONS: &[Migration] = &[
    Migration {
        sqlite: include_str!("../../migrations/sqlite/0001_base.sql"),
        postgres: include_str!("../../migrations/postgres/0001_base.sql"),
    },
    Migration {
        sqlite: include_str!("../../migrations/sqlite/0002_audit.sql"),
        postgres: include_str!("../../migrations/postgres/0002_audit.sql"),
    },
    Migration {
        sqlite: include_str!("../../migrations/sqlite/0003_identity.sql"),
        postgres: include_str!("../../migrations/postgres/0003_identity.sql"),
    },
    Migration {
        sqlite: include_str!("../../migrations/sqlite/0004_duties.sql"),
        postgres: include_str!("../../migrations/postgres/0004_duties.sql"),
    },
    Migration {
        sqlite: include_str!("../../migrations/sqlite/0005_notices.sql"),
        postgres: include_str!("../../migrations/postgres/0005_notices.sql"),
    },
    Migration {
        sqlite: include_str!("../../migrations/sqlite/0006_readings.sql"),
        postgres: include_str!("../../migrations/postgres/0006_readings.sql"),
    },
    Migration {
        sqlite: include_str!("../../migrations/sqlite/0007_hours.sql"),
        postgres: include_str!("../../migrations/postgres/0007_hours.sql"),
    },
    Migration {
        sqlite: include_str!("../../migrations/sqlite/0008_readings_reopened.sql"),
        postgres: include_str!("../../migrations/postgres/0008_readings_reopened.sql"),
    },
];

const DOING: &str = "升级数据库结构";

/// Brings the fixed tables up to date in one transaction.
pub(crate) async fn migrate(backend: &dyn Backend) -> Result<(), StoreError> {
    let dialect = backend.dialect();
    let mut tx = backend.begin().await?;
    super::lock(&mut *tx, dialect).await?;
    tx.script(DOING, "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)").await?;
    let found = version(&mut *tx).await?;
    let supported = MIGRATIONS.len();
    let done = usize::try_from(found).unwrap_or_default();
    if done > supported {
        tx.rollback().await?;
        return Err(StoreError::TooNew { found, supported: i64::try_from(supported).unwrap_or_default() });
    }
    for migration in MIGRATIONS.iter().skip(done) {
        let text = match dialect {
            Dialect::Sqlite => migration.sqlite,
            Dialect::Postgres => migration.postgres,
        };
        tx.script(DOING, text).await?;
    }
    if done < supported {
        tx.run(Sql::new(DOING, "DELETE FROM schema_version")).await?;
        tx.run(Sql::with(DOING, "INSERT INTO schema_version (version) VALUES ($1)", [i64::try_from(supported).unwrap_or_default().into()]))
            .await?;
        tracing::info!(from = found, to = supported, "database schema brought up to date");
    }
    tx.commit().await
}

async fn version(tx: &mut dyn Writing) -> Result<i64, StoreError> {
    let rows = tx.fetch(Sql::new(DOING, "SELECT version FROM schema_version")).await?;
    Ok(rows.into_iter().next().map_or(0, |mut row| row.int(0)))
}

#[cfg(test)]
mod tests {
    /// A migration file that nobody runs, or one that only one database has, is forgotten work.
    #[test]
    fn every_migration_file_is_listed_for_both_databases() {
        for folder in ["sqlite", "postgres"] {
            let path = format!("{}/migrations/{folder}", env!("CARGO_MANIFEST_DIR"));
            let files = std::fs::read_dir(&path).map(Iterator::count).unwrap_or_default();
            assert_eq!(files, super::MIGRATIONS.len(), "files in {path}");
        }
    }
}
