//! Opening a database.

use super::{Postgres, fault};
use crate::backend::Backend;
use crate::sql::bad;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use zhijian_records::port::StoreError;

const DOING: &str = "打开数据库";

/// Most connections, leases not counted.
const CONNECTIONS: u32 = 16;

/// Connections that write. Commits wait for one another, so more would only keep readers from theirs.
const WRITERS: usize = 4;

/// Connects to `postgres://user:password@host:port/database`.
pub(crate) async fn open(url: &str) -> Result<Arc<dyn Backend>, StoreError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|error| bad(format!("数据库地址无效：{error}")))?
        .application_name("zhijian")
        // Lists differ wildly in how many rows their bound values match: one plan for all values would often be the wrong one.
        .options([("plan_cache_mode", "force_custom_plan"), ("jit", "off")])
        .disable_statement_logging();
    // One plain attempt says at once what is wrong; the pool would try again and again.
    let mut first = options.connect().await.map_err(|error| fault::translate(DOING, error))?;
    check(&mut first).await?;
    first.close().await.map_err(|error| fault::translate(DOING, error))?;
    let pool =
        PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(Duration::from_secs(20)).connect_lazy_with(options.clone());
    Ok(Arc::new(Postgres { options, pool, writers: Arc::new(Semaphore::new(WRITERS)) }))
}

async fn check(connection: &mut PgConnection) -> Result<(), StoreError> {
    if show(connection, "server_encoding").await? != "UTF8" {
        return Err(StoreError::Failed { doing: DOING.into(), source: "the database's encoding must be UTF8".into() });
    }
    for setting in ["fsync", "synchronous_commit"] {
        if show(connection, setting).await? == "off" {
            tracing::warn!(setting, "the server is set up to lose acknowledged writes in a crash");
        }
    }
    Ok(())
}

async fn show(connection: &mut PgConnection, setting: &str) -> Result<String, StoreError> {
    let text = AssertSqlSafe(format!("SHOW {setting}"));
    sqlx::query_scalar(text).fetch_one(connection).await.map_err(|error| fault::translate(DOING, error))
}
