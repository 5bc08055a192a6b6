//! `GET /boards/{board}/{panel}/units`

use super::fill::Asking;
use super::units::{self, Behind};
use super::{PAGE, TITLE};
use crate::app::App;
use crate::board::Refusal;
use crate::board::asked::Asked;
use crate::board::place::Territory;
use crate::{PageError, Signed};
use axum::extract::{Path, State};
use axum::response::Response;
use zhijian_kinds::StatTable;
use zhijian_kinds::boards::{Panel, Source};
use zhijian_kinds::tables::{From, Line};
use zhijian_lake::{BehindCell, Params};

/// The cell whose units are listed, held against the panel and the asker's territory.
#[derive(Debug)]
pub struct Cell {
    /// The panel's table.
    pub table: Box<StatTable>,
    /// The line that counts.
    pub line: Line,
    /// The question; its scope becomes that of the records' kind.
    pub params: Params,
    /// Row and column.
    pub cell: BehindCell,
    /// Time, place and keys in words.
    pub about: String,
}

/// The cell that `row` and `column` of the query name.
///
/// # Errors
/// The panel is an indicator's or a table's, there is no such line, a place outside.
pub fn cell(asking: &Asking<'_>, panel: &Panel) -> Result<Cell, Refusal> {
    let (app, asked, when) = (asking.app, asking.asked, asking.when);
    let Some(Source::Table(table)) = panel.source(asking.board, &app.catalogue().tables).filter(|_| panel.table.is_none()) else {
        return Err(Refusal::NotFound("这个面板的名单在指标页或统计表查看"));
    };
    let (row, column) = (asked.text("row"), asked.text("column"));
    let line = line(&table, row).ok_or(Refusal::NotFound("这个数没有可打开的名单"))?.clone();
    let place =
        [(table.rows.from, row), (table.columns.from, column)].into_iter().find(|(from, key)| *from == From::Regions && !key.is_empty());
    let codes = |from: From, key: &str| -> Vec<String> {
        let told = !matches!(from, From::Regions | From::Lines | From::One) && !key.is_empty();
        if told { key.split(',').map(str::to_owned).collect() } else { Vec::new() }
    };
    if let Some((_, code)) = place
        && !asking.territory.sees(code)
    {
        return Err(Refusal::OUTSIDE);
    }
    let cell = BehindCell {
        place: place.map(|(_, code)| code.to_owned()).unwrap_or_default(),
        row: codes(table.rows.from, row),
        column: codes(table.columns.from, column),
    };
    let mut about = format!("{}年 · {}", when.year, app.catalogue().regions.full_name(&asking.node));
    for (title, key) in [(&table.rows.title, row), (&table.columns.title, column)] {
        if !key.is_empty() {
            about.push_str(&format!(" · {title}：{}", label(app, &table, title, key)));
        }
    }
    Ok(Cell { line, params: asking.params(asking.narrows(panel)), cell, about, table })
}

/// `GET /boards/{board}/{panel}/units`
pub async fn page(
    signed: Signed,
    State(app): State<App>,
    Path((name, panel)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, PageError> {
    let board = super::board(&app, &name)?;
    let panel = board.panel(&panel).ok_or(Refusal::NotFound("看板没有这个面板"))?;
    let territory = Territory::of(&app, &signed.caller)?;
    let asking = Asking::of(&app, &signed.caller, &territory, board, &asked).await?;
    let Cell { table, line, params, cell, about } = cell(&asking, panel)?;
    let back = [("row", ""), ("column", ""), ("which", ""), ("page", ""), ("format", "")];
    let behind = Behind {
        app: &app,
        signed: &signed,
        table: &table,
        line: &line,
        params,
        cell,
        asked: &asked,
        path: format!("{PAGE}/{name}/{}/units", panel.panel),
        active: PAGE,
        crumbs: vec![(TITLE, PAGE.to_owned()), (board.title.as_str(), asked.here(&format!("{PAGE}/{name}"), &back))],
        about,
    };
    units::page(behind).await
}

fn line<'a>(table: &'a StatTable, row: &str) -> Option<&'a Line> {
    let line = match table.rows.from {
        From::Lines => table.lines.iter().find(|line| line.key == row),
        _ => table.lines.first().filter(|_| table.lines.len() == 1),
    };
    line.filter(|line| line.record.is_some())
}

/// A key in words.
fn label(app: &App, table: &StatTable, title: &str, key: &str) -> String {
    let axis = if table.rows.title == title { &table.rows } else { &table.columns };
    let first = key.split(',').next().unwrap_or(key);
    match axis.from {
        From::Regions => app.catalogue().regions.name(key).to_owned(),
        From::Lines => table.lines.iter().find(|line| line.key == key).map_or(key, |line| line.label.as_str()).to_owned(),
        From::Keys => axis.keys.get(key).map_or(key, String::as_str).to_owned(),
        From::Codes | From::Data => {
            axis.list.as_deref().and_then(|list| app.catalogue().list(list)).map_or(first, |list| list.label(first)).to_owned()
        }
        From::Years | From::Months | From::One => key.to_owned(),
    }
}
