//! `GET /online/devices/{id}/live`: readings of a device as they become durable, and that its alarms have changed (server-sent events).

use super::{alarms, hub};
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
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, Interval, MissedTickBehavior};
use zhijian_gateway::Live;
use zhijian_records::Caller;
use zhijian_telemetry::readings::{Kept, Series};
use zhijian_telemetry::windows::Quality;

/// A stream ends after this long; the browser begins another, and access is asked anew.
const LASTS: Duration = Duration::from_secs(600);
/// How often a stream asks whether alarms have changed. People's steps and other processes change them too, so it is the records that are asked.
const LOOKS: Duration = Duration::from_secs(2);

/// How long a stream lasts: who does not ask for events gets none to wait for.
pub(super) fn end(headers: &HeaderMap) -> Instant {
    let listens = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("text/event-stream"));
    Instant::now() + if listens { LASTS } else { Duration::ZERO }
}

/// The clock of a stream.
pub(super) fn ticks(every: Duration) -> Interval {
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

struct Streamed {
    app: App,
    caller: Caller,
    series: Series,
    watch: broadcast::Receiver<Live>,
    ticks: Interval,
    /// What the alarms were when they were last told.
    mark: Option<String>,
    /// State of the record, for devices out of use.
    registered: String,
    last: Option<Kept>,
    /// Upper end of the device's range.
    range_high: Option<f64>,
    /// The state that was told last.
    told: &'static str,
    end: Instant,
}

impl Streamed {
    async fn next(&mut self) -> Option<Event> {
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(self.end) => return None,
                received = self.watch.recv() => match received {
                    Ok(Live(arrival)) if arrival.series == self.series => {
                        let reading = arrival.reading;
                        if self.last.as_ref().is_none_or(|last| last.reading.at_ms <= reading.at_ms) {
                            self.last = Some(Kept { reading, arrived_ms: arrival.arrived_ms });
                        }
                        let q = reading.quality.code();
                        let quality = self.app.catalogue().list("QFLAG").map_or_else(String::new, |list| list.label(&q.to_string()).to_owned());
                        // What the page shows for a bound; other values it writes itself.
                        let text = (reading.quality == Quality::OverRange)
                            .then(|| super::value_text(&Kept { reading, arrived_ms: arrival.arrived_ms }, self.range_high));
                        let data = json!({
                            "at": reading.at_ms, "value": reading.value, "q": q, "shown": super::moment(reading.at_ms), "quality": quality, "text": text,
                        });
                        return Some(Event::default().data(data.to_string()));
                    }
                    Ok(_) => {}
                    // Fell behind: the page asks for the chart again.
                    Err(RecvError::Lagged(_)) => return Some(Event::default().event("again").data("1")),
                    Err(RecvError::Closed) => return None,
                },
                _ = self.ticks.tick() => {
                    if let Some(event) = self.state() {
                        return Some(event);
                    }
                    // Not to be asked now: asked again at the next tick.
                    let Ok(rows) = alarms::of_device(&self.app, &self.caller, &self.series.device).await else { continue };
                    let mark = alarms::mark(&rows);
                    if self.mark.as_ref() != Some(&mark) {
                        self.mark = Some(mark);
                        return Some(Event::default().event("alarms").data("1"));
                    }
                }
            }
        }
    }
}

impl Streamed {
    /// Whether the device is on line, when that has changed: a device that falls silent sends nothing that would say so.
    fn state(&mut self) -> Option<Event> {
        let device = self.app.online.as_ref().and_then(|hub| hub.register.device(&self.series.device));
        let now_ms = self.app.door.now().div_euclid(1000);
        let (code, class) = super::state(device.as_deref(), &self.registered, self.last.as_ref(), now_ms);
        if self.told == code {
            return None;
        }
        self.told = code;
        let title = super::state_title(&self.app, code);
        Some(Event::default().event("state").data(json!({"title": title, "class": class}).to_string()))
    }
}

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
    let hub = hub(&app)?;
    let watch = hub.watch();
    let last = hub.store.last(std::slice::from_ref(&series)).await.map_err(PageError::failed("读取监测数据"))?.into_iter().next().flatten();
    let streamed = Streamed {
        caller: signed.caller.clone(),
        series,
        watch,
        ticks: ticks(LOOKS),
        mark: None,
        registered: view.state.clone(),
        range_high: view.data.get("range_high").and_then(Value::as_f64),
        last,
        told: "",
        end: end(&headers),
        app: app.clone(),
    };
    // The first tick tells the alarms as they are: whatever changed between page and stream is not missed.
    let stream = futures::stream::unfold(streamed, |mut streamed| async move {
        let event = streamed.next().await?;
        Some((Ok(event), streamed))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}
