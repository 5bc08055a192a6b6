//! Leases as advisory locks on connections of their own; the server releases them when the connection ends.

use super::fault;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};
use zhijian_records::port::{Lease, StoreError};

const DOING: &str = "取得独占锁";

/// Holds the lock as long as the connection is open.
struct ConnectionLease {
    connection: Option<PgConnection>,
}

impl Lease for ConnectionLease {}

impl Drop for ConnectionLease {
    fn drop(&mut self) {
        // Saying goodbye releases the lock at once; without a runtime the server notices the closed connection a little later.
        if let (Some(connection), Ok(runtime)) = (self.connection.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(connection.close());
        }
    }
}

/// Takes the lease, or says `None` when another holder has it.
pub(super) async fn take(options: &PgConnectOptions, name: &str) -> Result<Option<Box<dyn Lease>>, StoreError> {
    let fault = |error| fault::translate(DOING, error);
    let mut connection = options.connect().await.map_err(fault)?;
    let text = "SELECT pg_try_advisory_lock(hashtextextended('zhijian.lease.' || current_schema() || '.' || $1::text, 0))";
    let taken: bool = sqlx::query_scalar(text).bind(name).fetch_one(&mut connection).await.map_err(fault)?;
    if taken {
        return Ok(Some(Box::new(ConnectionLease { connection: Some(connection) })));
    }
    connection.close().await.map_err(fault)?;
    Ok(None)
}
