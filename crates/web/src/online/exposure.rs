//! Exposure from readings: `GET /online/devices/{id}/exposure`, a day of a device with its shifts, each figure with how it was reckoned.

use super::{PAGE, TITLE, address, notice, number, style};
use crate::app::App;
use crate::error::PageError;
use crate::layout::{self, Frame};
use crate::session::Signed;
use crate::{links, posted};
use axum::extract::{Path, RawQuery, State};
use maud::{Markup, html};
use serde_json::Value;
use time::Date;
use zhijian_calc::workplace::Limit;
use zhijian_gateway::Device;
use zhijian_gateway::exposure::{Day, Figure, Measure, SHORT_SHARE, Short};
use zhijian_kinds::dates;
use zhijian_telemetry::windows::VALID_DAY;

/// Its name.
const NAME: &str = "班次与日接触水平";

/// `GET /online/devices/{id}/exposure`
pub async fn show(signed: Signed, State(app): State<App>, Path(id): Path<String>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    let view = app.door.open(&signed.caller, "device", &id, None).await?;
    let number_of = view.data.get("device_no").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut on = app.door.today();
    for (name, value) in posted::pairs(query.unwrap_or_default().as_bytes()) {
        match name.as_str() {
            "on" if value.is_empty() => {}
            "on" => on = value,
            _ => return Err(PageError::BadRequest(format!("不认识查询参数“{name}”"))),
        }
    }
    let wrong = || PageError::BadRequest(format!("日期“{on}”应写作 2026-03-05，且不晚于今天"));
    let date = dates::parse_iso(&on).filter(|_| on <= app.door.today()).ok_or_else(wrong)?;
    let device = app.online.as_ref().and_then(|hub| hub.register.device(&number_of));
    let page = here(&id);
    let beside = |days: i64| date.checked_add(time::Duration::days(days)).map(dates::iso);
    let body = html! {
        (style())
        (notice())
        form.due-filter method="get" action=(page) {
            div { label for="on-day" { "日期" } input.form-control #on-day type="date" name="on" value=(on) max=(app.door.today()) required; }
            button.btn.btn-primary type="submit" { "查看" }
            @if let Some(before) = beside(-1) { a.btn href={(page) "?on=" (before)} { "前一天" } }
            @if let Some(after) = beside(1).filter(|after| *after <= app.door.today()) { a.btn href={(page) "?on=" (after)} { "后一天" } }
            a.quiet href=(links::list_by("online_shift", "device_no", &number_of)) { "已保存的班次值" }
        }
        @match &device {
            Some(device) => (section(&app, device, date).await?),
            None => p.muted { "设备登记尚未生效，或本服务没有启用在线监测。" },
        }
    };
    let back = format!("{number_of} {}", view.data.get("name").and_then(Value::as_str).unwrap_or_default());
    let crumbs = [(TITLE, PAGE.to_owned()), (back.trim(), address(&id))];
    let frame = Frame { title: NAME, signed: Some(&signed), active: PAGE, breadcrumbs: &crumbs, ..Frame::new(&app) };
    Ok(layout::page(&frame, body))
}

fn here(id: &str) -> String {
    format!("{}/exposure", address(id))
}

/// Today on the device's own page.
pub(super) async fn today(app: &App, id: &str, device: &Device) -> Result<Markup, PageError> {
    let Some(date) = dates::parse_iso(&app.door.today()) else { return Ok(Markup::default()) };
    Ok(html! {
        section.card {
            h2 { "今天的接触水平" }
            (section(app, device, date).await?)
            p { a href=(here(id)) { "其他日期" } }
        }
    })
}

async fn section(app: &App, device: &Device, date: Date) -> Result<Markup, PageError> {
    let Some(hub) = &app.online else { return Ok(html! { p.muted { "本服务没有启用在线监测。" } }) };
    let now_ms = app.door.now().div_euclid(1000);
    let day = Day::of(app.catalogue(), &*hub.store, device, date, now_ms).await.map_err(PageError::failed("读取监测数据"))?;
    let title = |measure: Measure| app.catalogue().list("ONMEASURE").map_or(measure.code(), |list| list.label(measure.code())).to_owned();
    Ok(html! {
        (whole(device, &day))
        @if device.text("shift_begins").is_empty() || device.number("shift_hours").is_none() {
            p.notice.notice-info { "设备登记没有班次（开始时刻、时长），不能得出 8 小时接触水平；登记后自动计算。" a href=(links::record("device", &device.id)) { "去登记" } }
        } @else if day.shifts.is_empty() { p.muted { "当日的班次还没有开始。" } } @else {
            div.table-wrap { table.list.small {
                thead { tr {
                    th scope="col" { "班次" } th scope="col" { "指标" } th.num scope="col" { "值" } th scope="col" { "限值" } th scope="col" { "比较" }
                    th.num scope="col" { "最高 15 分钟均值" } th.num scope="col" { "有效率" } th scope="col" { "怎样得出" }
                } }
                tbody { @for figure in &day.shifts { (row(device, figure, &title(figure.measure), now_ms)) } }
            } }
        }
        @if !day.limits.shift.why.is_empty() { p.muted { (day.limits.shift.why) } }
        p.muted {
            "只用质量标志为 0 的数据；有效率不低于 " (number(VALID_DAY * 100.0)) " % 才给出指标值（B5，设计）；15 分钟均值要求的有效率未注明出处，比照取 " (number(SHORT_SHARE * 100.0)) " %。限值按当日有效的版本。"
        }
    })
}

fn whole(device: &Device, day: &Day) -> Markup {
    let window = &day.window;
    html! {
        div.about.on-day { dl {
            dt { "日期" } dd { (dates::iso(day.on)) }
            dt { "全天有效率" }
            dd {
                (number((window.availability() * 1000.0).round() / 10.0)) " %（" (window.present) " / " (window.required) " 个时段）"
                @if !window.valid { " " span.state-badge.badge-look { "不足 75 %" } }
                @if day.over_range > 0 { " " span.on-window-over { "超量程 " (day.over_range) " 条未计入，实际可能更高" } }
            }
            dt { "全天均值" } dd { @if let Some(mean) = window.mean { (three(mean)) " " (device.unit) } @else { "没有有效数据" } }
            @if let Some(short) = &day.short { dt { "全天最高 15 分钟均值" } dd { (quarter(device, short)) } }
        } }
    }
}

fn row(device: &Device, figure: &Figure, title: &str, now_ms: i64) -> Markup {
    let window = &figure.window;
    let going = now_ms < figure.shift.span.end_ms;
    html! { tr {
        td data-label="班次" { span { (figure.shift.begins) " 起 " (number(figure.shift.span.hours().0)) " 小时" @if going { " " span.muted { "进行中" } } } }
        td data-label="指标" { (title) }
        td.num data-label="值" { @if let Some(value) = figure.value { span { strong { (three(value)) } " " small.muted { (device.unit) } } } @else { span.muted { "—" } } }
        td data-label="限值" { @if let Some(limit) = &figure.limit { (named(limit)) } @else { span.muted { "—" } } }
        td data-label="比较" {
            @match figure.over() {
                Some(true) => { span.on-window-over { "高于限值（提示）" } },
                Some(false) => { "不高于限值" },
                None => { span.muted { @if figure.why.is_empty() { "—" } @else { (figure.why) } } },
            }
        }
        td.num data-label="最高 15 分钟均值" {
            @if let Some(short) = &figure.short { (quarter(device, short)) } @else { span.muted { "—" } }
            @if let Some(peaks) = figure.peaks.as_ref().filter(|peaks| peaks.found.excursions > 0 || !peaks.found.violations.is_empty()) {
                br; small { "峰接触 " (peaks.found.excursions) " 次" @if !peaks.words().is_empty() { "；" span.on-window-over { "不符合：" (peaks.words()) "（提示）" } } }
            }
        }
        td.num data-label="有效率" { (number((window.availability() * 1000.0).round() / 10.0)) " %" @if figure.over_range > 0 { br; small.on-window-over { "超量程 " (figure.over_range) " 条未计入" } } }
        td data-label="怎样得出" { details { summary { "计算过程" } (how(device, figure)) } }
    } }
}

fn how(device: &Device, figure: &Figure) -> Markup {
    let window = &figure.window;
    let hours = figure.shift.span.hours().0;
    let energy = figure.measure == Measure::Lex8h;
    html! {
        ol.on-steps {
            li { "取 " (super::moment(figure.shift.span.start_ms)) " 至 " (super::moment(figure.shift.span.end_ms)) " 质量标志为 0 的数据，" @if energy { "每分钟按能量平均" } @else { "每个时段取平均" } "。" }
            li { "有值的时段 " (window.present) " 个，应有 " (window.required) " 个，有效率 " (number((window.availability() * 1000.0).round() / 10.0)) " %；缺的时段视同其余时段。" }
            @if let Some(mean) = window.mean { li { "班次均值 " (three(mean)) " " (device.unit) "。" } }
            @if let (Some(value), Some(mean)) = (figure.value, window.mean) {
                li {
                    (figure.measure.formula())
                    @match figure.measure {
                        Measure::Lex8h => { " = " (three(mean)) " + 10·lg(" (number(hours)) " / 8) = " (three(value)) },
                        Measure::Twa8 => { " = " (three(mean)) " × " (number(hours)) " / 8 = " (three(value)) },
                        Measure::Wbgt | Measure::Mean => { " = " (three(value)) },
                    }
                    " " (device.unit) "。"
                }
            }
            @if figure.over_range > 0 { li { "超过设备测量上限的数据 " (figure.over_range) " 条没有计入：实际接触水平可能更高。" } }
            @if let Some(peaks) = &figure.peaks {
                li {
                    "峰接触（没有 PC-STEL 的因素，GBZ 2.1-2019）：班次内每 15 分钟取均值，超过 3 倍 PC-TWA（" (number(3.0 * peaks.pc_twa)) " " (device.unit) "）的相邻时段并为一次，共 " (peaks.found.excursions) " 次，最高为 PC-TWA 的 " (three(peaks.found.max_ratio)) " 倍；规则：任何时候不超过 5 倍，每次不超过 15 分钟，每班不超过 4 次，间隔不短于 60 分钟。"
                    @if peaks.words().is_empty() { "没有不符合的。" } @else { "不符合：" (peaks.words()) "。" }
                }
            }
            @if let Some(limit) = &figure.limit { li { "限值 " (named(limit)) "，表 " (limit.table) @if !limit.seq.is_empty() { " 序号 " (limit.seq) } "。" } }
            @if !figure.why.is_empty() { li { (figure.why) "。" } }
        }
    }
}

fn quarter(device: &Device, short: &Short) -> Markup {
    let at = super::moment(short.highest.start_ms);
    html! { span {
        span class=[(short.over() == Some(true)).then_some("on-window-over")] { (three(short.highest.mean)) " " small { (device.unit) } }
        " " small.muted { (at.get(11..16).unwrap_or_default()) " 起" @if let Some(limit) = &short.limit { "；" (named(limit)) @if short.over() == Some(true) { "，高于限值（提示）" } } }
    } }
}

fn named(limit: &Limit) -> Markup {
    html! { span { (limit.kind.word()) " " (number(limit.value)) " " (limit.unit.symbol()) " " small.muted { (limit.edition) } } }
}

/// Three significant digits for concentrations, one decimal for levels: more than a device can tell is not shown.
fn three(value: f64) -> String {
    crate::calculators::numbers::significant(value, if value.abs() >= 100.0 { 4 } else { 3 })
}
