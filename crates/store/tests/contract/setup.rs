//! A fresh database for each case.

use sqlx::{AssertSqlSafe, Connection};
use std::sync::Arc;
use tempfile::TempDir;
use zhijian_records::port::{Column, Store, StoreError};
use zhijian_store::TableSpec;

/// Which database a case runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// A database of one case.
pub struct Base {
    pub database: Database,
    pub url: String,
    pub store: Arc<dyn Store>,
    _folder: TempDir,
}

impl Base {
    /// Opens the same database a second time.
    pub async fn open_again(&self) -> Result<Arc<dyn Store>, StoreError> {
        zhijian_store::open(&self.url, &tables()).await
    }

    /// Changes the database behind the store's back.
    pub async fn tamper(&self, statement: &str) -> u64 {
        match self.database {
            Database::Sqlite => {
                let mut connection = sqlx::SqliteConnection::connect(&self.url).await.unwrap();
                sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap().rows_affected()
            }
            Database::Postgres => {
                let mut connection = sqlx::PgConnection::connect(&self.url).await.unwrap();
                sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap().rows_affected()
            }
        }
    }

    /// Names of the indexes of a table.
    pub async fn indexes(&self, table: &str) -> Vec<String> {
        match self.database {
            Database::Sqlite => {
                let mut connection = sqlx::SqliteConnection::connect(&self.url).await.unwrap();
                let text = "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = $1";
                sqlx::query_scalar(text).bind(table).fetch_all(&mut connection).await.unwrap()
            }
            Database::Postgres => {
                let mut connection = sqlx::PgConnection::connect(&self.url).await.unwrap();
                let text = "SELECT indexname::text FROM pg_indexes WHERE schemaname = current_schema() AND tablename = $1";
                sqlx::query_scalar(text).bind(table).fetch_all(&mut connection).await.unwrap()
            }
        }
    }
}

/// Runs a case on a fresh database.
pub async fn run(database: Database, case: impl AsyncFnOnce(&Base)) {
    let Some((url, folder)) = fresh(database).await else { return };
    let store = zhijian_store::open(&url, &tables()).await.unwrap();
    let base = Base { database, url, store, _folder: folder };
    case(&base).await;
    remove(&base).await;
}

/// Address of a database that has nothing in it yet.
async fn fresh(database: Database) -> Option<(String, TempDir)> {
    let folder = tempfile::tempdir().unwrap();
    if database == Database::Sqlite {
        return Some((format!("sqlite://{}/base.sqlite", folder.path().display()), folder));
    }
    let server = postgres()?;
    let schema = format!("zhijian_test_{}", uuid::Uuid::now_v7().simple());
    let mut connection = sqlx::PgConnection::connect(&server).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).execute(&mut connection).await.unwrap();
    let separator = if server.contains('?') { '&' } else { '?' };
    Some((format!("{server}{separator}options[search_path]={schema}"), folder))
}

/// Address of the server, `None` when it is left out on purpose.
fn postgres() -> Option<String> {
    if let Ok(url) = std::env::var("ZHIJIAN_TEST_POSTGRES") {
        return Some(url);
    }
    let skipped = std::env::var("ZHIJIAN_SKIP_POSTGRES").is_ok_and(|value| value == "1");
    assert!(skipped, "no PostgreSQL: run scripts/with-postgres.sh, or set ZHIJIAN_SKIP_POSTGRES=1 to leave it out");
    None
}

/// Tidies a server that somebody else runs.
async fn remove(base: &Base) {
    if base.database == Database::Postgres {
        base.tamper("DO $$ BEGIN EXECUTE 'DROP SCHEMA ' || quote_ident(current_schema()) || ' CASCADE'; END $$").await;
    }
}

/// Kinds of the tests.
pub fn tables() -> Vec<TableSpec> {
    let field = |path: &str, numeric| Column::Field { path: path.into(), numeric };
    vec![
        TableSpec { kind: "exam".into(), indexes: vec![field("result", false), field("score", true), field("design.stage", false)] },
        TableSpec { kind: "employer".into(), indexes: vec![field("name", false)] },
    ]
}
