//! `GET /online/wall`: all posts for a large screen: tiles by gravity, numbers of each state, the newest alarms. It follows by itself; without scripts the
//! browser asks again every half minute.

use super::posts::{Filter, badge, counted, nothing, states, value};
use super::scene::{Post, Scene};
use super::{PAGE, TITLE, address, alarms, employer, hub, live, may, moment};
use crate::app::App;
use crate::error::PageError;
use crate::layout::{self, Frame};
use crate::links;
use crate::session::Signed;
use axum::extract::{RawQuery, State as Shared};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use maud::{Markup, html};
use serde_json::Value;
use std::collections::HashSet;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, Interval};
use zhijian_gateway::Live;
use zhijian_records::Caller;
use zhijian_records::port::Op;
use zhijian_records::read::ListRequest;
use zhijian_telemetry::readings::Series;

/// The page.
pub(super) const WALL: &str = "/online/wall";
/// Its name.
pub(super) const WALL_TITLE: &str = "监测大屏";
/// Tiles at most.
const TILES: usize = 96;
/// Alarms on the wall.
const ALARMS: u32 = 8;
/// How often the wall is told of changes at most.
const PACE: Duration = Duration::from_secs(3);

/// `GET /online/wall`
pub async fn show(signed: Signed, Shared(app): Shared<App>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    may(&app, &signed)?;
    let filter = Filter::read(&query.unwrap_or_default())?;
    let inside = inside(&app, &signed.caller, &filter).await?;
    let piece = filter.with("/online/wall/piece", filter.state, 0);
    let stream = filter.with("/online/wall/live", filter.state, 0);
    let body = html! {
        link rel="stylesheet" href=(crate::assets::url("app/online.css"));
        link rel="stylesheet" href=(crate::assets::url("app/wall.css"));
        noscript { meta http-equiv="refresh" content="30"; }
        div.wall {
            header.wall-head {
                h1 { (app.region_name()) " " (WALL_TITLE) }
                p.wall-note { "在线数据只作提示，不是法定检测结果：不计入工作场所合格率（I-04），不单独作为处罚证据。" }
                p.wall-link #wall-link role="status" {}
                a href=(PAGE) { "返回" (TITLE) }
            }
            div #wall data-piece=(piece) data-live=(stream) { (inside) }
        }
    };
    let frame = Frame { title: WALL_TITLE, bare: true, scripts: &["app/wall.js"], ..Frame::new(&app) };
    Ok(layout::page(&frame, body))
}

/// `GET /online/wall/piece`: what changes on the wall.
pub async fn piece(signed: Signed, Shared(app): Shared<App>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    may(&app, &signed)?;
    inside(&app, &signed.caller, &Filter::read(&query.unwrap_or_default())?).await
}

async fn inside(app: &App, caller: &Caller, filter: &Filter) -> Result<Markup, PageError> {
    let scene = Scene::of(app, caller, &filter.asked).await?;
    let posts = scene.posts();
    let newest = newest(app, caller).await?;
    let chosen: Vec<&Post> = posts.iter().filter(|post| filter.state.is_none_or(|state| post.state == state)).collect();
    let shown = app.door.now().div_euclid(1000);
    Ok(html! {
        div.wall-counts {
            (states(filter, WALL, &counted(&posts)))
            p { (posts.len()) " 个岗位 · " (scene.devices.len()) " 台设备 · " (scene.alarms.len()) " 起报警持续中 · 更新于 " time { (moment(shown)) } }
        }
        div.wall-main {
            @if chosen.is_empty() { (nothing(filter, WALL)) } @else {
                ul.wall-tiles #wall-tiles aria-label="岗位" { @for post in chosen.iter().take(TILES) { (tile(app, post)) } }
            }
            aside.wall-side aria-label="最新报警" {
                h2 { "最新报警" }
                @if newest.is_empty() { p { "没有未关闭的报警。" } } @else { ol { @for alarm in &newest {
                    @let text = |name: &str| alarm.data.get(name).and_then(Value::as_str).unwrap_or_default();
                    li {
                        (alarms::level(app, text("level")))
                        " " a href=(links::record("alarm", &alarm.id)) { (employer(alarm)) " " (text("post")) }
                        span { (app.catalogue().list("HAZARD").map_or(text("hazard"), |list| list.label(text("hazard")))) " "
                            @if alarm.data.contains_key("peak") { "峰值 " (alarms::peak(alarm)) " " (text("unit")) } }
                        span { (alarms::short(alarm, "started_at")) " · " @if text("ended_at").is_empty() { "持续中" } @else { "已恢复" } " · " (alarms::state(app, alarm)) }
                    }
                } } }
            }
        }
        p.wall-more #wall-more data-posts=(chosen.len()) { @if chosen.len() > TILES { "另有 " (chosen.len() - TILES) " 个状态较轻的岗位未列出" } }
    })
}

fn tile(app: &App, post: &Post) -> Markup {
    let hazard = |code: &str| app.catalogue().list("HAZARD").map_or(code.to_owned(), |list| list.label(code).to_owned());
    html! {
        li class={"wall-tile on-side-" (post.state.word())} {
            p.wall-post { strong { (post.name()) } (badge(post.state)) }
            @if let Some(first) = post.devices.first() { p.wall-employer { (employer(&first.view)) } }
            @for device in post.devices.iter().take(2) {
                p.wall-value { a href=(address(&device.view.id)) { (hazard(device.text("hazard"))) } span { (value(device)) } }
            }
            @if let ([only], Some(last)) = (post.devices.as_slice(), post.devices.first().and_then(|d| d.last.as_ref())) {
                p.wall-employer { (only.text("device_no")) " " (moment(last.reading.at_ms)) }
            }
            @if post.devices.len() > 2 { p.wall-employer { "另有 " (post.devices.len() - 2) " 台设备" } }
        }
    }
}

/// Alarms that nobody has closed, the newest first.
async fn newest(app: &App, caller: &Caller) -> Result<Vec<zhijian_records::read::View>, PageError> {
    let filters = vec![("status".to_owned(), Op::In, "raised,pushed,acknowledged,handling,removed".to_owned())];
    alarms::asked(app, caller, ListRequest { filters, limit: ALARMS, sort: Some("-started_at".into()), ..ListRequest::default() }).await
}

struct Streamed {
    app: App,
    caller: Caller,
    mine: HashSet<Series>,
    watch: broadcast::Receiver<Live>,
    ticks: Interval,
    /// A reading of the caller's devices came since the wall was told last.
    fresh: bool,
    mark: Option<String>,
    end: Instant,
}

impl Streamed {
    async fn next(&mut self) -> Option<Event> {
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(self.end) => return None,
                received = self.watch.recv() => match received {
                    Ok(Live(arrival)) => self.fresh = self.fresh || self.mine.contains(&arrival.series),
                    Err(RecvError::Lagged(_)) => self.fresh = true,
                    Err(RecvError::Closed) => return None,
                },
                _ = self.ticks.tick() => {
                    let Ok(rows) = newest(&self.app, &self.caller).await else { continue };
                    let mark = alarms::mark(&rows);
                    if std::mem::take(&mut self.fresh) || self.mark.as_ref() != Some(&mark) {
                        self.mark = Some(mark);
                        return Some(Event::default().event("changed").data("1"));
                    }
                }
            }
        }
    }
}

/// `GET /online/wall/live`: that something on the wall has changed, every three seconds at most.
pub async fn events(
    signed: Signed,
    Shared(app): Shared<App>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, PageError> {
    may(&app, &signed)?;
    let filter = Filter::read(&query.unwrap_or_default())?;
    let watch = hub(&app)?.watch();
    let scene = Scene::of(&app, &signed.caller, &filter.asked).await?;
    let mine = scene.devices.iter().map(|d| Series { device: d.text("device_no").into(), factor: d.text("hazard").into() }).collect();
    let streamed = Streamed {
        caller: signed.caller.clone(),
        app,
        mine,
        watch,
        ticks: live::ticks(PACE),
        fresh: false,
        mark: None,
        end: live::end(&headers),
    };
    let stream = futures::stream::unfold(streamed, |mut streamed| async move {
        let event = streamed.next().await?;
        Some((Ok(event), streamed))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}
