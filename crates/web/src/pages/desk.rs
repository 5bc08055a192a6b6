//! The role's desk (工作台): what there is, what is new, one click to act.

use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::icons::icon;
use crate::layout::{self, Frame, kinds_of};
use crate::pages::records::cells;
use crate::pages::{exports, import};
use crate::session::Signed;
use crate::{links, words};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use zhijian_kinds::Kind;
use zhijian_records::DoorError;
use zhijian_records::access::{self, Wish};
use zhijian_records::exports::Standing;
use zhijian_records::port::Op;
use zhijian_records::read::ListRequest;

/// "New" means within this many days.
const DAYS: i64 = 7;
const DAY: i64 = 86_400_000_000;
/// States of a tile.
const STATES: usize = 4;

/// Numbers of a kind.
struct Tile<'a> {
    kind: &'a Kind,
    /// `None` for roles that file without reading.
    total: Option<u64>,
    fresh: u64,
    states: Vec<(String, u64)>,
}

/// `GET /`
pub async fn show(signed: Signed, State(app): State<App>, headers: HeaderMap) -> Result<Response, PageError> {
    let groups = kinds_of(&app, &signed);
    let mut tiles = Vec::new();
    for (heading, kinds) in &groups {
        let counted = kinds.iter().map(|kind| tile(&app, &signed, kind));
        tiles.push((*heading, futures::future::try_join_all(counted).await?));
    }
    let files = groups.iter().flat_map(|(_, kinds)| kinds).any(|k| access::may(&signed.caller, k, Wish::Import));
    let jobs = if files { import::latest(&app, &signed, 5).await? } else { Vec::new() };
    let waiting = waiting(&app, &signed).await?;
    let flash = Flash::of(&headers);
    let body = html! {
        (flash.notice())
        (greeting(&app, &signed))
        (crate::warnings::desk(&app, &signed).await?)
        (crate::duties::desk(&app, &signed).await?)
        (crate::remarks::desk(&app, &signed).await?)
        (crate::exams::desk(&app, &signed).await?)
        div.desk {
            div.desk-main {
                @for (heading, tiles) in &tiles {
                    @if !tiles.is_empty() {
                        section.tiles { h2 { (heading) } div.tile-grid { @for tile in tiles { (card(&signed, tile)) } } }
                    }
                }
                @if tiles.iter().all(|(_, t)| t.is_empty()) { (no_records(&signed)) }
            }
            aside.desk-side {
                @if waiting > 0 { section.card { h2 { "待审批" } p { a href=(exports::PAGE) { "导出申请 " (waiting) " 件" } } } }
                (quick(&signed, files, !groups.is_empty()))
                @if files { section.card { h2 { "最近导入" } (import::table(&app, &jobs, true)) } }
            }
        }
    };
    let frame = Frame { title: words::DESK, signed: Some(&signed), active: "/", ..Frame::new(&app) };
    Ok(([(header::SET_COOKIE, Flash::gone())], layout::page(&frame, body)).into_response())
}

/// Requests for export that wait for this person.
async fn waiting(app: &App, signed: &Signed) -> Result<usize, DoorError> {
    if !signed.caller.has_any(&app.catalogue().roles.exports.approvers) {
        return Ok(0);
    }
    let requests = app.door.export_requests(&signed.caller).await?;
    Ok(requests.iter().filter(|r| r.standing == Standing::Asked && app.door.decides(&signed.caller, r)).count())
}

async fn tile<'a>(app: &App, signed: &Signed, kind: &'a Kind) -> Result<Tile<'a>, DoorError> {
    if !access::may(&signed.caller, kind, Wish::Read) {
        return Ok(Tile { kind, total: None, fresh: 0, states: Vec::new() });
    }
    let since = zhijian_records::clock::start_of(&app.door.today()).unwrap_or_default() - (DAYS - 1) * DAY;
    let all = ListRequest { limit: 1, ..ListRequest::default() };
    let fresh = ListRequest { filters: vec![("recorded_from".into(), Op::Gte, since.to_string())], ..all.clone() };
    let total = app.door.count(&signed.caller, &kind.kind, &all, words::COUNT_LIMIT).await?;
    let fresh = if total == 0 { 0 } else { app.door.count(&signed.caller, &kind.kind, &fresh, words::COUNT_LIMIT).await? };
    // Grouping reads every row; beyond the counting limit the list's own filters serve better.
    let states = match &kind.states {
        Some(states) if total > 0 && total < words::COUNT_LIMIT && access::shown(&signed.caller, kind, &states.field) => {
            app.door.count_by(&signed.caller, &kind.kind, &all, "state").await?
        }
        _ => Vec::new(),
    };
    Ok(Tile { kind, total: Some(total), fresh, states })
}

fn card(signed: &Signed, tile: &Tile<'_>) -> Markup {
    let kind = tile.kind;
    let list = layout::home(signed, kind);
    let files = access::may(&signed.caller, kind, Wish::File);
    html! {
        article.tile.tile-none[tile.total == Some(0)] {
            div.tile-head {
                a.tile-title href=(list) { (kind.title) }
                @if files { a.tile-new href=(links::new(&kind.kind)) aria-label={"新建" (kind.title)} title={"新建" (kind.title)} { (icon("plus")) } }
            }
            p.tile-number {
                @match tile.total { Some(total) => { strong { (words::count(total)) } span.muted { " 条" } }, None => span.muted { "可填报，不可查看" } }
                @if tile.fresh > 0 { a.tile-fresh href={(list) "?sort=-recorded_from"} { "近7日 " (words::count(tile.fresh)) } }
            }
            @if !tile.states.is_empty() {
                ul.tile-states {
                    @for (code, count) in tile.states.iter().filter(|(code, _)| !code.is_empty()).take(STATES) {
                        li { a href=(links::list_by(&kind.kind, "state", code)) { (cells::state(kind, code)) span.num { (count) } } }
                    }
                }
            }
        }
    }
}

fn greeting(app: &App, signed: &Signed) -> Markup {
    let roles: Vec<&str> = signed.account.roles.iter().map(|r| words::role(r)).collect();
    let place = if signed.account.region.is_empty() {
        app.region_name().to_owned()
    } else {
        app.catalogue().regions.full_name(&signed.account.region)
    };
    html! { p.lead { (signed.account.name) " · " (roles.join("、")) " · " (place) " · " span.date { (app.door.today()) } } }
}

fn quick(signed: &Signed, files: bool, reads: bool) -> Markup {
    html! {
        section.card.quick {
            h2 { "快捷操作" }
            ul {
                @if files { li { a href="/import" { (icon("import")) "导入表格" } } }
                @if reads { li { a href="/search" { (icon("search")) "查询单位或人员" } } }
                li { a href="/plans" { (icon("board")) (words::BOARD) } }
                li { a href="/kinds" { (icon("help")) "表单与填报说明" } }
                @if signed.is("R01") { li { a href="/accounts" { (icon("people")) (words::ACCOUNTS) } } }
            }
        }
    }
}

fn no_records(signed: &Signed) -> Markup {
    html! {
        div.empty-state {
            p.empty-title { "您的角色不直接查看记录" }
            @if signed.is("R01") { p { "可以在" a href="/accounts" { "账号管理" } "中维护账号，在" a href="/codes" { "代码表" } "和" a href="/kinds" { "表单说明" } "中查阅定义。" } }
            @else { p { "可以在" a href="/plans" { "规划看板" } "中查看汇总指标。" } }
        }
    }
}
