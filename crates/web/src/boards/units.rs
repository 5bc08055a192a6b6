//! The records behind a number: just the units that it counts, a page at a time, and as a file.

use super::style;
use crate::app::App;
use crate::board::asked::{Asked, PAGE as ROWS};
use crate::board::{Refusal, export, parts, place};
use crate::{Frame, PageError, Signed, layout, links, words};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use zhijian_exchange::write::{Cell, Table};
use zhijian_kinds::tables::Line;
use zhijian_kinds::{Kind, StatTable};
use zhijian_lake::{BehindCell, BehindPage, BehindRow, LakeError, Params, Which};
use zhijian_records::Caller;
use zhijian_records::access::Wish;
use zhijian_records::port::Action;

/// Most rows of a file.
const FILE: u64 = 50_000;

/// What the list is of.
pub struct Behind<'a> {
    /// State.
    pub app: &'a App,
    /// Who asks.
    pub signed: &'a Signed,
    /// Table or layer.
    pub table: &'a StatTable,
    /// The line whose units are listed.
    pub line: &'a Line,
    /// The question; its scope becomes that of the records' kind.
    pub params: Params,
    /// The cell.
    pub cell: BehindCell,
    /// The query as it came.
    pub asked: &'a Asked,
    /// Address of the list.
    pub path: String,
    /// Menu entry.
    pub active: &'static str,
    /// Way to the list.
    pub crumbs: Vec<(&'a str, String)>,
    /// Time, place and what it is narrowed to, in words.
    pub about: String,
}

/// The units of a cell, as pages and the API list them.
#[derive(Debug)]
pub struct List<'a> {
    /// Table or layer.
    pub table: &'a StatTable,
    /// The line whose units are listed.
    pub line: &'a Line,
    /// The question; its scope becomes that of the records' kind.
    pub params: &'a Params,
    /// The cell.
    pub cell: &'a BehindCell,
    /// Which of its units.
    pub which: Which,
}

/// The kind of the records that a line counts.
///
/// # Errors
/// It names none: there is no list.
pub fn kind<'a>(app: &'a App, line: &Line) -> Result<&'a Kind, Refusal> {
    let kind = line.record.as_ref().and_then(|name| app.catalogue().kind(name)).map(AsRef::as_ref);
    kind.ok_or(Refusal::NotFound("这个数没有可打开的名单"))
}

impl List<'_> {
    /// Some of them; `None` for those who may not see (or export) the records whole.
    ///
    /// # Errors
    /// The lake failed.
    pub async fn read(&self, app: &App, caller: &Caller, wish: Wish, offset: u64, limit: u64) -> Result<Option<BehindPage>, LakeError> {
        let Some(kind) = self.line.record.as_ref().and_then(|name| app.catalogue().kind(name)) else { return Ok(None) };
        let Some(scope) = place::kind_scope(caller, kind, wish) else { return Ok(None) };
        let params = Params { scope, ..self.params.clone() };
        app.evaluator.behind(self.table, self.line, &params, self.cell, self.which, offset, limit).await.map(Some)
    }
}

/// The list, for those who may read the records whole.
///
/// # Errors
/// The caller may not; the lake failed.
pub async fn page(behind: Behind<'_>) -> Result<Response, PageError> {
    let Behind { app, signed, asked, .. } = behind;
    let kind = kind(app, behind.line)?;
    let format = asked.text("format");
    let file = matches!(format, "csv" | "xlsx");
    let wish = if file { Wish::Export } else { Wish::Read };
    let (offset, limit) = if file { (0, FILE) } else { ((asked.page() - 1) * ROWS, ROWS) };
    let list = List { table: behind.table, line: behind.line, params: &behind.params, cell: &behind.cell, which: which(asked) };
    let found = list.read(app, &signed.caller, wish, offset, limit).await.map_err(PageError::failed("读取名单"))?;
    let Some(found) = found else {
        if file {
            return Err(Refusal::NotAllowed("导出名单由可以导出该表单的人员办理").into());
        }
        return Ok(closed(&behind, kind));
    };
    if file {
        let note = format!("名单 {} {} {format} {} 条", behind.table.table, behind.params.year, found.rows.len());
        app.door.note(&signed.caller, Action::Export, &kind.kind, "", &note, "web").await?;
        return export::file(&sheet(&behind, kind, &found), format);
    }
    let title = format!("{} 名单", behind.table.title);
    let to = |format: &str| asked.here(&behind.path, &[("format", format), ("page", "")]);
    let exports = place::kind_scope(&signed.caller, kind, Wish::Export).is_some() && found.total > 0;
    let frame = Frame {
        title: &title,
        signed: Some(signed),
        active: behind.active,
        breadcrumbs: &behind.crumbs,
        actions: html! { @if exports { a.btn href=(to("xlsx")) download { "导出 Excel" } a.btn href=(to("csv")) download { "CSV" } } },
        ..Frame::new(app)
    };
    Ok(layout::page(&frame, body(&behind, kind, &found)).into_response())
}

/// The page for those who see aggregates only: it says so and holds no row.
fn closed(behind: &Behind<'_>, kind: &Kind) -> Response {
    let title = format!("{} 名单", behind.table.title);
    let frame =
        Frame { title: &title, signed: Some(behind.signed), active: behind.active, breadcrumbs: &behind.crumbs, ..Frame::new(behind.app) };
    let words =
        html! { p.notice.notice-info { "您的角色只看汇总。这个数背后的" (kind.title) "名单，由可以查看该表单全部内容的人员打开。" } };
    layout::page(&frame, words).into_response()
}

/// The units asked for: those that count, unless said otherwise.
fn which(asked: &Asked) -> Which {
    Which::named(asked.text("which")).unwrap_or(Which::Numerator)
}

fn body(behind: &Behind<'_>, kind: &Kind, found: &BehindPage) -> Markup {
    let (asked, path) = (behind.asked, behind.path.as_str());
    let rate = behind.table.measure_of(behind.line) == zhijian_kinds::indicator::Measure::Rate;
    let now = which(asked);
    let tab = |which: Which, name: &str, word: &str| html! { a href=(asked.here(path, &[("which", name), ("page", "")])) aria-current=[(which == now).then_some("true")] { (word) } };
    html! {
        (style())
        p.lead { (if behind.line.formula.is_empty() { behind.table.help.as_str() } else { behind.line.formula.as_str() }) }
        p.board-stand { (behind.about) " · 数据截至 " time { (words::moment(behind.app.lake.stand())) } " · 共 " strong { (found.total) } " 条，每条可打开" (kind.title) }
        @if rate { nav.board-tabs aria-label="名单" { (tab(Which::Numerator, "numerator", "计入分子的")) (tab(Which::Missing, "missing", "未达成的")) (tab(Which::Denominator, "denominator", "全部分母")) } }
        @if found.rows.is_empty() { p.notice.notice-info { "没有符合条件的记录。可返回看板换一个年度、区划或筛选条件。" } }
        @else {
            div.table-wrap {
                table.list {
                    caption.visually-hidden { (behind.table.title) }
                    thead { tr { th scope="col" { "名称" } th scope="col" { "区县" } th scope="col" { "乡镇街道" } @if rate { th scope="col" { "计入" } } } }
                    tbody { @for row in &found.rows { (line(behind.app, kind, row, rate)) } }
                }
            }
            (parts::paging(asked, path, found.total))
        }
    }
}

fn line(app: &App, kind: &Kind, row: &BehindRow, rate: bool) -> Markup {
    let regions = &app.catalogue().regions;
    let label = if row.label.trim().is_empty() { "（未命名）" } else { row.label.trim() };
    html! {
        tr {
            th scope="row" data-label="名称" { @if row.record.is_empty() { (label) } @else { a.row-link href=(links::record(&kind.kind, &row.record)) { (label) } } }
            td data-label="区县" { (regions.name(&row.region)) }
            td data-label="乡镇街道" { @if row.town.is_empty() { (words::NONE) } @else { (regions.name(&row.town)) } }
            @if rate { td data-label="计入" { (if row.numerator >= row.denominator { "分子" } else { "仅分母" }) } }
        }
    }
}

fn sheet(behind: &Behind<'_>, kind: &Kind, found: &BehindPage) -> Table {
    let regions = &behind.app.catalogue().regions;
    let caller = &behind.signed.caller;
    Table {
        title: format!("{} 名单 {}年", behind.table.title, behind.params.year),
        notes: vec![
            format!("{}；数据截至 {}", behind.about, words::moment(behind.app.lake.stand())),
            format!("共 {} 条{}", found.total, if found.total > FILE { "，只导出前 50,000 条" } else { "" }),
            format!("导出：{}（{}），{}", caller.name, caller.login, words::moment(behind.app.door.now())),
        ],
        columns: vec![("名称", 48), ("区县", 16), ("乡镇街道", 16), ("分子", 8), ("分母", 8), ("表单", 16), ("记录号", 36)],
        rows: found
            .rows
            .iter()
            .map(|row| {
                vec![
                    row.label.clone().into(),
                    regions.name(&row.region).into(),
                    regions.name(&row.town).into(),
                    Cell::Number(row.numerator),
                    Cell::Number(row.denominator),
                    kind.title.clone().into(),
                    row.record.clone().into(),
                ]
            })
            .collect(),
    }
}
