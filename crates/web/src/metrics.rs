//! Running figures in the text format of Prometheus: requests by route template and status, durations, imported rows. Route templates only, never
//! addresses, accounts or records, so that nothing personal is told.

use crate::app::App;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::time::Instant;

/// Bounds of the duration buckets, seconds.
const BOUNDS: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Became {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Letters {
    outlet: String,
    standing: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Figure {
    figure: &'static str,
}

/// The figures of this process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    durations: Family<Route, Histogram>,
    rows: Family<Became, Counter>,
    sessions: Gauge,
    outbox: Gauge,
    lag: Gauge,
    letters: Family<Letters, Gauge>,
    online: Family<Figure, Gauge>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("zhijian");
        let requests = Family::default();
        let durations: Family<Route, Histogram> = Family::new_with_constructor(|| Histogram::new(BOUNDS));
        let (rows, sessions, outbox, lag) = (Family::default(), Gauge::default(), Gauge::default(), Gauge::default());
        registry.register("http_requests", "Requests by route template and status", requests.clone());
        registry.register("http_request_duration_seconds", "Time until the answer begins", durations.clone());
        registry.register("import_rows", "Rows of imports by outcome", rows.clone());
        registry.register("sessions", "Sessions used within the idle time-out", sessions.clone());
        registry.register("outbox_depth", "Commits that the lake has not taken in", outbox.clone());
        registry.register("lake_lag_seconds", "Age of the oldest commit that the lake has not taken in", lag.clone());
        let letters: Family<Letters, Gauge> = Family::default();
        registry.register("notice_letters", "Messages of notices by outlet and standing", letters.clone());
        let online: Family<Figure, Gauge> = Family::default();
        registry.register("online", "On-line monitoring: gateways, external broker, archive of readings", online.clone());
        Self { online, registry, requests, durations, rows, sessions, outbox, lag, letters }
    }
}

impl Metrics {
    /// Counts rows of an import.
    pub fn imported(&self, outcome: &'static str, rows: u64) {
        self.rows.get_or_create(&Became { outcome }).inc_by(rows);
    }

    /// Takes over how gateways, broker and archive stand.
    pub fn online(&self, figures: &[(&'static str, u64)]) {
        for (figure, value) in figures {
            self.online.get_or_create(&Figure { figure }).set(i64::try_from(*value).unwrap_or(i64::MAX));
        }
    }

    /// Takes over how many messages of notices stand where.
    pub fn letters(&self, counts: &[(String, zhijian_records::notices::port::Standing, u64)]) {
        for (outlet, standing, number) in counts {
            let gauge = self.letters.get_or_create(&Letters { outlet: outlet.clone(), standing: standing.word() });
            gauge.set(i64::try_from(*number).unwrap_or(i64::MAX));
        }
    }

    /// The figures as text, with those that are read when asked.
    #[must_use]
    pub fn text(&self, sessions: u64, outbox: u64, lag: i64) -> String {
        self.sessions.set(i64::try_from(sessions).unwrap_or(i64::MAX));
        self.outbox.set(i64::try_from(outbox).unwrap_or(i64::MAX));
        self.lag.set(lag);
        let mut out = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut out, &self.registry);
        out
    }
}

/// Counts each request once.
pub async fn count(State(app): State<App>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str).to_owned();
    let method = match request.method().as_str() {
        "GET" | "HEAD" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        // Anybody may send any word; it must not make a new series.
        _ => "other",
    };
    let response = next.run(request).await;
    let metrics = &app.gate.metrics;
    metrics.durations.get_or_create(&Route { route: route.clone() }).observe(begun.elapsed().as_secs_f64());
    metrics.requests.get_or_create(&Answered { method, route, status: response.status().as_u16() }).inc();
    response
}
