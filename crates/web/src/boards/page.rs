//! `GET /boards/{board}`: the panels side by side; with `screen=1` dark, large and without the frame.

use super::fill::{Asking, Filled};
use super::{PAGE, TITLE, chart, filters, style, table, tiles};
use crate::app::App;
use crate::board::asked::Asked;
use crate::board::parts;
use crate::board::place::Territory;
use crate::{Frame, PageError, Signed, layout, words};
use axum::extract::{Path, State};
use maud::{Markup, html};
use std::error::Error;
use zhijian_kinds::boards::{Chart, Panel};
use zhijian_lake::LakeError;

/// Seconds between two looks of a large screen.
const REFRESH: u32 = 120;

/// `GET /boards/{board}`
pub async fn page(signed: Signed, State(app): State<App>, Path(name): Path<String>, asked: Asked) -> Result<Markup, PageError> {
    let board = super::board(&app, &name)?;
    let territory = Territory::of(&app, &signed.caller)?;
    let asking = Asking::of(&app, &signed.caller, &territory, board, &asked).await?;
    let filled = futures::future::join_all(board.panels.iter().map(|panel| asking.fill(panel))).await;
    let screen = asked.text("screen") == "1";
    let path = format!("{PAGE}/{name}");
    let crumbs = [(TITLE, PAGE.to_owned())];
    let frame = Frame {
        title: &board.title,
        signed: Some(&signed),
        active: PAGE,
        breadcrumbs: if screen { &[] } else { &crumbs },
        actions: actions(&asked, &path, screen),
        scripts: &["vendor/echarts.js", "app/boards.js"],
        screen,
        ..Frame::new(&app)
    };
    let nothing = !filled.is_empty() && filled.iter().all(|f| f.as_ref().is_ok_and(Filled::empty));
    let again = (screen && asked.text("refresh") != "0").then(|| asked.here(&path, &[]));
    let body = html! {
        (style())
        @if !screen {
            p.table-help { (board.help) }
            (filters::form(&app, board, &path, &asked, asking.when))
            (parts::tree(&territory, &path, &asked, &asking.node, &territory.home))
        }
        div #board-body hx-get=[again.as_deref()] hx-trigger=[again.as_ref().map(|_| format!("every {REFRESH}s"))] hx-select="#board-body" hx-swap="outerHTML" {
            (stand(&asking))
            (crate::maps::not_begun(&app, asking.when.year))
            @if nothing { p.notice.notice-info { "所选年度、区划和筛选条件下没有任何数据。" @if !asking.narrow.is_empty() { a href=(asked.here(&path, &[("industry", ""), ("size", "")])) { "清除筛选" } "，" } "或换一个年度、上一级区划。" } }
            div.panels {
                @for (panel, filled) in board.panels.iter().zip(&filled) { (section(&asking, panel, filled)) }
            }
        }
        @if !screen && !board.see.is_empty() {
            p { "相关：" @for (n, (title, address)) in board.see.iter().enumerate() { @if n > 0 { " · " } a href=(address) { (title) } } }
        }
    };
    Ok(layout::page(&frame, body))
}

fn actions(asked: &Asked, path: &str, screen: bool) -> Markup {
    html! {
        @if screen {
            @if asked.text("refresh") == "0" { a.btn href=(asked.here(path, &[("refresh", "")])) { "自动刷新" } }
            @else { a.btn href=(asked.here(path, &[("refresh", "0")])) { "停止自动刷新" } }
            a.btn href=(asked.here(path, &[("screen", ""), ("refresh", "")])) { "退出大屏" }
        } @else {
            a.btn href=(asked.here(path, &[("screen", "1")])) { "大屏显示" }
        }
    }
}

/// Place, time, moment of the data.
pub fn stand(asking: &Asking<'_>) -> Markup {
    let app = asking.app;
    html! {
        p.board-stand {
            strong { (app.catalogue().regions.full_name(&asking.node)) " · " (asking.when.year) "年" }
            @if let Some(day) = parts::cut_short(app, asking.when) { "（截至 " (zhijian_kinds::dates::iso(day)) "）" }
            " · 数据截至 " time { (words::moment(app.lake.stand())) }
            " · 规则按事件日期取用，版本见各面板口径"
        }
    }
}

/// Says when the filters do not hold for a panel.
pub fn remark(asking: &Asking<'_>, filled: &Filled) -> Markup {
    html! { @if !asking.narrow.is_empty() && !filled.narrowed { p.board-small.muted { "本面板不受行业、规模筛选影响。" } } }
}

fn section(asking: &Asking<'_>, panel: &Panel, filled: &Result<Filled, LakeError>) -> Markup {
    let address = asking.asked.here(&format!("{PAGE}/{}/{}", asking.board.board, panel.panel), &[("screen", ""), ("refresh", "")]);
    let export = |format: &str| {
        asking.asked.here(&format!("{PAGE}/{}/{}", asking.board.board, panel.panel), &[("screen", ""), ("refresh", ""), ("format", format)])
    };
    let screen = asking.asked.text("screen") == "1";
    if let Err(error) = filled {
        tracing::error!(panel = panel.panel, board = asking.board.board, error = error as &dyn Error, "a panel cannot be evaluated");
    }
    html! {
        section.card.panel.wide[panel.wide] id=(format!("panel-{}", panel.panel)) {
            h2 { a href=(address) { (panel.title) } }
            @match filled {
                Err(error) => {
                    p.notice.notice-error { "面板“" (panel.title) "”计算失败：" (error) "。其他面板不受影响；请管理员检查 definitions/boards/" (asking.board.board) ".yaml 中的 " (panel.panel) "。" }
                }
                Ok(filled) => {
                    @if !panel.help.is_empty() && !screen { p.board-small.muted { (panel.help) } }
                    (remark(asking, filled))
                    (picture(asking, panel, filled, &format!("data-{}", panel.panel)))
                    @if panel.chart != Chart::Number && !filled.empty() && panel.chart == Chart::Table { (table::table(asking, panel, filled)) }
                    @else if panel.chart != Chart::Number && !filled.empty() && !screen { details.panel-table { summary { "数据表" span.visually-hidden { "：" (panel.title) } } (table::table(asking, panel, filled)) } }
                    @if !screen {
                        p.panel-foot {
                            a href=(address) { "口径与定义" span.visually-hidden { "：" (panel.title) } }
                            " · " a href=(export("xlsx")) download { "Excel" span.visually-hidden { "：" (panel.title) } }
                            " · " a href=(export("csv")) download { "CSV" span.visually-hidden { "：" (panel.title) } }
                        }
                    }
                }
            }
        }
    }
}

/// Tiles or the chart; says so when there is nothing.
pub fn picture(asking: &Asking<'_>, panel: &Panel, filled: &Filled, id: &str) -> Markup {
    if filled.empty() {
        return html! { p.panel-empty { "所选年度、区划" @if filled.narrowed && !asking.narrow.is_empty() { "和筛选条件" } "下没有数据。" } };
    }
    if panel.chart == Chart::Number {
        return tiles::tiles(asking, panel, filled);
    }
    let Some(data) = chart::data(asking, panel, filled) else { return Markup::default() };
    let rows = data["labels"].as_array().map_or(0, Vec::len);
    let upright = matches!(panel.chart, Chart::Line | Chart::Columns | Chart::Funnel);
    let height = match rows {
        _ if upright => "h-m",
        0..=5 => "h-s",
        6..=11 => "h-m",
        _ => "h-l",
    };
    html! {
        div class=(format!("chart panel-chart {height}")) data-panel=(id) role="img" aria-label=(format!("{}图，数值见数据表", panel.title)) {}
        (parts::data(id, &data))
    }
}
