//! `GET /online/devices/{id}/live`: readings of a device as they become durable (server-sent events).

use super::hub;
use crate::app::App;
use crate::error::PageError;
use crate::session::Signed;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use zhijian_gateway::Live;
use zhijian_telemetry::readings::Series;

/// A stream ends after this long; the browser begins another, and access is asked anew.
const LASTS: Duration = Duration::from_secs(600);

/// The stream.
pub async fn events(
    signed: Signed,
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, PageError> {
    let view = app.door.open(&signed.caller, "device", &id, None).await?;
    let text = |name: &str| view.data.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let series = Series { device: text("device_no"), factor: text("hazard") };
    let watch = hub(&app)?.watch();
    // Who does not ask for events gets none to wait for.
    let listens = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("text/event-stream"));
    let end = tokio::time::Instant::now() + if listens { LASTS } else { Duration::ZERO };
    let stream = futures::stream::unfold((watch, series), move |(mut watch, series)| async move {
        loop {
            let received = tokio::time::timeout_at(end, watch.recv()).await.ok()?;
            let event = match received {
                Ok(Live(arrival)) if arrival.series == series => {
                    let reading = arrival.reading;
                    let data = json!({"at": reading.at_ms, "value": reading.value, "q": reading.quality.code(), "shown": super::moment(reading.at_ms)});
                    Event::default().data(data.to_string())
                }
                Ok(_) => continue,
                // Fell behind: the page asks for the chart again.
                Err(RecvError::Lagged(_)) => Event::default().event("again").data("1"),
                Err(RecvError::Closed) => return None,
            };
            return Some((Ok(event), (watch, series)));
        }
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}
