//! Is everything well: the store, the lake, the disk. For machines at `/health` and `/metrics`, for administrators at `/system`.

use crate::app::App;
use crate::visit::Visit;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use zhijian_lake::CONSUMER;
use zhijian_records::DoorError;
use zhijian_records::port::StoreError;

/// Least free space of the data folder, bytes; below it the answer is no longer well.
const LEAST_FREE: u64 = 500 * 1024 * 1024;
/// A lake further behind than this is not well, seconds.
const LONGEST_LAG: i64 = 600;
/// Most commits counted as waiting.
const MOST_WAITING: u32 = 10_000;

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Health {
    /// The store answers.
    pub store: bool,
    /// Commits that the lake has not taken in (counted up to ten thousand).
    pub waiting: u64,
    /// Age of the oldest of them, seconds.
    pub lag: i64,
    /// Free bytes where the data folder is; `None` when that cannot be asked.
    pub free: Option<u64>,
    /// Sessions used within the idle time-out.
    pub sessions: u64,
}

impl Health {
    /// Looks.
    pub async fn look(app: &App) -> Self {
        let free = rustix::fs::statvfs(&app.home).ok().map(|v| v.f_bavail.saturating_mul(v.f_frsize));
        match Self::ask(app).await {
            Ok(found) => Self { free, ..found },
            Err(error) => {
                crate::error::log_chain(&error);
                Self { free, ..Self::default() }
            }
        }
    }

    async fn ask(app: &App) -> Result<Self, DoorError> {
        let failed = |source: StoreError| DoorError::Store { kind: "health".into(), source };
        let store = &app.door.store;
        let taken_in = store.position(CONSUMER).await.map_err(failed)?;
        let waiting = store.events(taken_in, MOST_WAITING).await.map_err(failed)?;
        let now = app.door.now();
        let lag = waiting.first().map_or(0, |event| (now - event.at).max(0) / 1_000_000);
        let idle = app.door.security().await?.idle();
        let sessions = store.sessions_since(now - idle).await.map_err(failed)?;
        Ok(Self { store: true, waiting: u64::try_from(waiting.len()).unwrap_or_default(), lag, free: None, sessions })
    }

    /// The lake is near enough.
    #[must_use]
    pub fn lake_well(&self) -> bool {
        self.lag <= LONGEST_LAG
    }

    /// There is room.
    #[must_use]
    pub fn disk_well(&self) -> bool {
        self.free.is_none_or(|free| free >= LEAST_FREE)
    }

    /// All of it.
    #[must_use]
    pub fn well(&self) -> bool {
        self.store && self.lake_well() && self.disk_well()
    }
}

/// May this request see figures: a token with the scope, or the machine itself where the settings allow it?
async fn trusted(app: &App, visit: &Visit, headers: &HeaderMap) -> Result<bool, DoorError> {
    if let Some(token) = crate::api::bearer(headers) {
        return Ok(app.door.token(token).await?.is_some_and(|(token, _)| token.may("metrics")));
    }
    Ok(visit.local && app.door.security().await?.local_metrics == 1)
}

/// `GET /health`: whether all is well, for anybody; figures for those who may see them.
pub async fn show(State(app): State<App>, visit: Visit, headers: HeaderMap) -> Response {
    let health = Health::look(&app).await;
    let status = if health.well() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let word = |well: bool| if well { "ok" } else { "failing" };
    let mut body = json!({"status": word(health.well())});
    if health.store && trusted(&app, &visit, &headers).await.unwrap_or_default() {
        body = json!({
            "status": word(health.well()),
            "version": env!("CARGO_PKG_VERSION"),
            "store": word(health.store),
            "lake": {"status": word(health.lake_well()), "lag_seconds": health.lag, "outbox_depth": health.waiting},
            "disk": {"status": word(health.disk_well()), "free_bytes": health.free},
            "sessions": health.sessions,
        });
    }
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// `GET /metrics`
pub async fn metrics(State(app): State<App>, visit: Visit, headers: HeaderMap) -> Result<Response, crate::PageError> {
    if !trusted(&app, &visit, &headers).await? {
        let challenge = [(header::WWW_AUTHENTICATE, "Bearer realm=\"zhijian\", scope=\"metrics\"")];
        return Ok((StatusCode::UNAUTHORIZED, challenge, "须有 metrics 权限的令牌").into_response());
    }
    let health = Health::look(&app).await;
    app.gate.metrics.letters(&app.door.letter_counts().await?);
    app.gate.metrics.online(&crate::online::figures::figures(&app));
    let text = app.gate.metrics.text(health.sessions, health.waiting, health.lag);
    Ok(([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response())
}
