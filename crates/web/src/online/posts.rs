//! `GET /online/posts`: posts with their devices and the worst state of each.

use super::scene::{Asked, Post, Scene, Seen, State};
use super::{PAGE, TITLE, address, employer, may, moment, notice, style, views};
use crate::app::App;
use crate::error::PageError;
use crate::layout::{self, Frame};
use crate::session::Signed;
use crate::{links, posted, words};
use axum::extract::{RawQuery, State as Shared};
use maud::{Markup, html};
use zhijian_telemetry::windows::Quality;

/// The page.
pub(super) const POSTS: &str = "/online/posts";
/// Its name.
pub(super) const POSTS_TITLE: &str = "岗位状态";
/// Posts of a page.
const ROWS: usize = 50;

/// What an address of posts, the wall or the map asks for.
#[derive(Debug, Default)]
pub(super) struct Filter {
    /// Which devices.
    pub asked: Asked,
    /// Which state; `None` is all.
    pub state: Option<State>,
    /// Which page.
    pub page: usize,
}

impl Filter {
    /// Reads an address.
    ///
    /// # Errors
    /// An unknown parameter, or a value that cannot be.
    pub fn read(query: &str) -> Result<Self, PageError> {
        let mut filter = Self::default();
        for (name, value) in posted::pairs(query.as_bytes()) {
            let wrong = || PageError::BadRequest(format!("参数 {name} 的值“{value}”无法识别"));
            match name.as_str() {
                "hazard" => filter.asked.hazard = value,
                "q" => filter.asked.q = value,
                "region" if value.len() <= 9 && value.bytes().all(|b| b.is_ascii_digit()) => {
                    filter.asked.region = zhijian_kinds::Regions::prefix(&value).to_owned();
                }
                "state" if value.is_empty() => {}
                "state" => filter.state = Some(State::of_word(&value).ok_or_else(wrong)?),
                "page" => filter.page = value.parse().ok().filter(|page| *page < 1000).ok_or_else(wrong)?,
                "region" => return Err(wrong()),
                _ => return Err(PageError::BadRequest(format!("不认识查询参数“{name}”"))),
            }
        }
        Ok(filter)
    }

    /// Whether anything is left out.
    pub const fn narrow(&self) -> bool {
        !(self.asked.hazard.is_empty() && self.asked.q.is_empty() && self.asked.region.is_empty() && self.state.is_none())
    }

    /// The address of a page of the same.
    pub fn with(&self, path: &str, state: Option<State>, page: usize) -> String {
        let page = if page == 0 { String::new() } else { page.to_string() };
        let pairs = [
            ("hazard", self.asked.hazard.as_str()),
            ("q", &self.asked.q),
            ("region", &self.asked.region),
            ("state", state.map_or("", State::word)),
            ("page", &page),
        ];
        let some: Vec<(&str, &str)> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        format!("{path}{}", links::query(&some))
    }
}

/// `GET /online/posts`
pub async fn show(signed: Signed, Shared(app): Shared<App>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    may(&app, &signed)?;
    let filter = Filter::read(&query.unwrap_or_default())?;
    let scene = Scene::of(&app, &signed.caller, &filter.asked).await?;
    let all = scene.posts();
    let chosen: Vec<&Post> = all.iter().filter(|post| filter.state.is_none_or(|state| post.state == state)).collect();
    let from = filter.page * ROWS;
    let body = html! {
        (style())
        (notice())
        (views(POSTS))
        (states(&filter, POSTS, &counted(&all)))
        (search(&app, &filter, POSTS))
        @if scene.more { p.notice.notice-warning { "设备超过 " (super::scene::MOST) " 台，只看了前一部分；请用条件缩小范围。" } }
        @if chosen.is_empty() { (nothing(&filter, POSTS)) } @else {
            (table(&app, chosen.iter().skip(from).take(ROWS).copied()))
            nav.pager aria-label="翻页" {
                @if filter.page > 0 { a.btn href=(filter.with(POSTS, filter.state, filter.page - 1)) { "上一页" } }
                @if chosen.len() > from + ROWS { a.btn href=(filter.with(POSTS, filter.state, filter.page + 1)) { "下一页" } }
                span.muted { "共 " (chosen.len()) " 个岗位" }
            }
            (legend())
        }
    };
    let crumbs = [(words::DESK, "/".to_owned()), (TITLE, PAGE.to_owned())];
    let frame = Frame { title: POSTS_TITLE, signed: Some(&signed), active: PAGE, breadcrumbs: &crumbs, ..Frame::new(&app) };
    Ok(layout::page(&frame, body))
}

/// Number of posts of each state.
pub(super) fn counted(posts: &[Post]) -> Vec<(State, usize)> {
    State::ALL.into_iter().map(|state| (state, posts.iter().filter(|post| post.state == state).count())).collect()
}

/// States with their numbers, each a way to the posts of that state.
pub(super) fn states(filter: &Filter, path: &str, counts: &[(State, usize)]) -> Markup {
    html! {
        ul.on-counts aria-label="状态" {
            @for (state, count) in counts.iter().filter(|(state, count)| *count > 0 || filter.state == Some(*state)) { li {
                a href=(filter.with(path, (filter.state != Some(*state)).then_some(*state), 0)) aria-current=[(filter.state == Some(*state)).then_some("true")] {
                    (badge(*state)) strong { (count) }
                }
            } }
        }
    }
}

/// Search and hazard.
pub(super) fn search(app: &App, filter: &Filter, path: &str) -> Markup {
    let hazard =
        app.catalogue().list("HAZARD").filter(|_| !filter.asked.hazard.is_empty()).map(|list| list.label(&filter.asked.hazard).to_owned());
    html! {
        form.due-filter method="get" action=(path) {
            div { label for="on-q" { "设备、用人单位" } input.form-control #on-q type="search" name="q" value=(filter.asked.q) autocomplete="off"; }
            @if !filter.asked.hazard.is_empty() { input type="hidden" name="hazard" value=(filter.asked.hazard); }
            @if !filter.asked.region.is_empty() { input type="hidden" name="region" value=(filter.asked.region); }
            @if let Some(state) = filter.state { input type="hidden" name="state" value=(state.word()); }
            button.btn.btn-primary type="submit" { "查找" }
            @if let Some(hazard) = &hazard { span { "只看 " strong { (hazard) } } }
            @if filter.narrow() { a.quiet href=(path) { "清除" } }
        }
    }
}

/// How a state comes about.
pub(super) fn legend() -> Markup {
    html! {
        details.on-legend { summary { "状态怎样得出" }
            ul {
                li { (badge(State::High)) " " (badge(State::Alarm)) " " (badge(State::Notice)) " 报警还没有恢复，取它现在的级别；级别按设备的设定值（GBZ/T 223，据转引）。" }
                li { (badge(State::OverRange)) " 最近一条数据超过设备的测量上限（HJ 212 标志 T，或 q=5），又没有报警：实际值不低于所示的值（≥），设备测不出它是否达到更高的级别。这样的数据不计入接触水平。" }
                li { (badge(State::Fault)) " 最近一条数据的质量标志为故障或维护。" (badge(State::Calibrating)) " 为校准。" }
                li { (badge(State::Offline)) " 超过 5 个上传间隔没有数据（未注明出处，平台约定）。" }
                li { (badge(State::Fine)) " 以上都没有。" (badge(State::Stopped)) " 登记为停用。" }
                li { "岗位取其设备中最差的一台。" }
            }
        }
    }
}

/// Where there is nothing.
pub(super) fn nothing(filter: &Filter, path: &str) -> Markup {
    html! {
        div.empty-state {
            @if filter.narrow() { p.empty-title { "没有符合条件的岗位" } p { a href=(path) { "查看全部" } } } @else {
                p.empty-title { "还没有在线监测设备" }
                p { "在" a href=(links::list("device")) { "设备登记" } "中登记后，岗位会出现在这里。" }
            }
        }
    }
}

/// A state as a badge: its word says it, a sign and colour help.
pub(super) fn badge(state: State) -> Markup {
    html! { span class={"on-badge on-" (state.word())} { (state.title()) } }
}

/// A device's newest value with its unit.
pub(super) fn value(device: &Seen) -> Markup {
    html! {
        @if let Some(last) = &device.last { span { (super::value_text(last, device.number("range_high"))) " " small.muted { (device.text("unit")) } @if last.reading.quality == Quality::OverRange { " " small { "超量程" } } } } @else { span.muted { (words::NONE) } }
    }
}

fn table<'a>(app: &App, posts: impl Iterator<Item = &'a Post>) -> Markup {
    let hazard = |code: &str| app.catalogue().list("HAZARD").map_or(code.to_owned(), |list| list.label(code).to_owned());
    html! {
        div.table-wrap { table.list {
            thead { tr {
                th scope="col" { "岗位" } th scope="col" { "用人单位" } th scope="col" { "岗位状态" } th scope="col" { "设备" } th scope="col" { "危害因素" }
                th.num scope="col" { "最新值" } th scope="col" { "时刻" } th scope="col" { "设备状态" }
            } }
            tbody { @for post in posts { @for (place, device) in post.devices.iter().enumerate() { tr {
                td data-label="岗位" { @if place == 0 { strong { (post.name()) } } @else { span.muted { (post.name()) } } }
                td data-label="用人单位" { (employer(&device.view)) }
                td data-label="岗位状态" { @if place == 0 { (badge(post.state)) } @else { span.muted { "同上" } } }
                td data-label="设备" { a href=(address(&device.view.id)) { (device.text("device_no")) } }
                td data-label="危害因素" { (hazard(device.text("hazard"))) }
                td.num data-label="最新值" { (value(device)) }
                td.date data-label="时刻" { @if let Some(last) = &device.last { (moment(last.reading.at_ms)) } @else { span.muted { (words::NONE) } } }
                td data-label="设备状态" { @if let Some(alarm) = &device.alarm { a href=(links::record("alarm", alarm)) { (badge(device.state)) } } @else { (badge(device.state)) } }
            } } } }
        } }
    }
}

/// Posts of one employer with their worst state, for its file; `None` where the caller may read no devices.
///
/// # Errors
/// The store failed.
pub async fn of_employer(app: &App, signed: &Signed, employer: &str) -> Result<Option<Markup>, PageError> {
    if !super::shown(app, signed) {
        return Ok(None);
    }
    let scene = Scene::of(app, &signed.caller, &Asked { owner: employer.to_owned(), ..Asked::default() }).await?;
    let posts = scene.posts();
    Ok(Some(html! {
        (style())
        (notice())
        @if posts.is_empty() { p.muted { "没有在线监测设备。" } } @else { (table(app, posts.iter())) }
    }))
}
