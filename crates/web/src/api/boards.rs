//! Boards: what there is, a board's panels with their numbers, and the records behind a number; filled by the code that fills the pages.

use super::client::Client;
use super::given::Given;
use super::operation::{Holds, Param};
use super::plan_params::{FORMAT, REGION};
use super::problem::{Answer, Failure};
use crate::app::App;
use crate::board::asked::Asked;
use crate::board::place::{self, Territory};
use crate::board::{export, parts};
use crate::boards::fill::{Asking, Filled, value};
use crate::boards::links::{self, Link, Target};
use crate::boards::units::List;
use crate::boards::{self, sheet, unit_page, units};
use crate::links::query;
use crate::tables::grid::{Cell, Row};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::error::Error;
use zhijian_kinds::boards::Panel;
use zhijian_kinds::indicator::Measure;
use zhijian_kinds::{Board, dates};
use zhijian_lake::{BehindPage, LakeError, Which};
use zhijian_records::access::Wish;
use zhijian_records::clock::shown;
use zhijian_records::port::Action;

const YEAR: Param = Param::new("year", Holds::Number(2000, 2100), "年度，默认数据最新的一年");
const AS_OF: Param = Param::new("as_of", Holds::Day, "截止日；默认为该年 12 月 31 日 24 时，本年度为今天");
const KNOWN_AT: Param = Param::new("known_at", Holds::Moment, "按当时已入库的数据计算");
const INDUSTRY: Param = Param::new("industry", Holds::Text, "行业门类或代码；只对可筛选的面板有效");
const SIZE: Param = Param::new("size", Holds::Text, "企业规模代码；只对可筛选的面板有效");

/// Which units of a number are listed, and which part of the list.
pub const LISTING: [Param; 3] = [
    Param::new(
        "which",
        Holds::OneOf(&["numerator", "denominator", "missing"]),
        "numerator 计入的（默认），denominator 全部，missing 未达成的",
    ),
    Param::new("cursor", Holds::Number(0, i64::MAX), "上一页的 next"),
    Param::new("limit", Holds::Number(1, 1000), "每页条数，默认 50"),
];
/// Parameters of a board.
pub const BOARD: [Param; 6] = [YEAR, AS_OF, KNOWN_AT, REGION, INDUSTRY, SIZE];
/// Parameters of a panel.
pub const PANEL: [Param; 7] = [YEAR, AS_OF, KNOWN_AT, REGION, INDUSTRY, SIZE, FORMAT];
/// Parameters of the records behind a number.
pub const UNITS: [Param; 8] = [
    YEAR,
    AS_OF,
    KNOWN_AT,
    REGION,
    INDUSTRY,
    SIZE,
    Param::new("row", Holds::Text, "行的 key；不给为全部"),
    Param::new("column", Holds::Text, "列的 key；不给为全部"),
];

/// `GET /boards`
pub async fn list(client: Client, State(app): State<App>) -> Answer<Json<Value>> {
    Territory::of(&app, &client.caller)?;
    let items: Vec<Value> = app.catalogue().boards.values().map(|board| head(&app, board)).collect();
    Ok(Json(json!({"items": items, "next": null})))
}

fn head(app: &App, board: &Board) -> Value {
    json!({
        "board": board.board,
        "title": board.title,
        "help": board.help,
        "basis": board.basis,
        "filters": board.filters,
        "page": format!("{}/{}", boards::PAGE, board.board),
        "panels": board.panels.iter().map(|panel| json!({"panel": panel.panel, "title": panel.title, "chart": panel.chart, "definition": definition(app, board, panel)})).collect::<Vec<_>>(),
    })
}

/// What a panel's numbers are: indicators, a table, or the queries of its own file.
fn definition(app: &App, board: &Board, panel: &Panel) -> Value {
    let indicators = panel.indicators.iter().map(|code| {
        let def = app.catalogue().indicators.get(code);
        json!({"code": code, "name": def.map(|d| &d.name), "basis": def.map(|d| &d.basis)})
    });
    let basis = if panel.basis.is_empty() { &board.basis } else { &panel.basis };
    json!({
        "file": format!("boards/{}.yaml", board.board),
        "indicators": indicators.collect::<Vec<_>>(),
        "by": panel.by,
        "table": panel.table,
        "lines": panel.lines.iter().map(|line| json!({"key": line.key, "label": line.label, "formula": line.formula, "record": line.record})).collect::<Vec<_>>(),
        "basis": basis,
        "options": panel.options,
    })
}

/// The query as pages read it.
fn asked(given: &Given) -> Asked {
    let names = ["year", "as_of", "known_at", "region", "industry", "size", "row", "column"];
    Asked::of(names.into_iter().map(|name| (name.to_owned(), given.text(name).to_owned())))
}

/// `GET /boards/{board}`: a panel that cannot be evaluated says so; the others stand.
pub async fn read(client: Client, State(app): State<App>, Path(name): Path<String>, given: Given) -> Answer<Json<Value>> {
    let board = boards::board(&app, &name)?;
    let territory = Territory::of(&app, &client.caller)?;
    let asked = asked(&given);
    let asking = Asking::of(&app, &client.caller, &territory, board, &asked).await?;
    let filled = futures::future::join_all(board.panels.iter().map(|panel| asking.fill(panel))).await;
    let mut answer = stand(&asking);
    answer["panels"] = board.panels.iter().zip(&filled).map(|(panel, filled)| told(&asking, panel, filled)).collect();
    Ok(Json(answer))
}

/// `GET /boards/{board}/{panel}`
pub async fn panel(client: Client, State(app): State<App>, Path((name, panel)): Path<(String, String)>, given: Given) -> Answer<Response> {
    let board = boards::board(&app, &name)?;
    let panel = board.panel(&panel).ok_or_else(|| Failure::not_found("看板没有这个面板"))?;
    let territory = Territory::of(&app, &client.caller)?;
    let asked = asked(&given);
    let asking = Asking::of(&app, &client.caller, &territory, board, &asked).await?;
    let filled = asking.fill(panel).await?;
    let format = given.text("format");
    if matches!(format, "csv" | "xlsx") {
        let note = format!("看板 {name}/{} {} {} {format}", panel.panel, asking.when.year, asking.node);
        app.door.note(&client.caller, Action::Export, "board", "", &note, "api").await?;
        return Ok(export::file(&sheet::of(&asking, panel, &filled), format)?);
    }
    let mut answer = stand(&asking);
    answer["panel"] = told(&asking, panel, &Ok(filled));
    Ok(Json(answer).into_response())
}

/// Board, place, time, moment of the data, rule editions.
fn stand(asking: &Asking<'_>) -> Value {
    let (app, when) = (asking.app, asking.when);
    let (day, editions) = parts::editions_at(app, when);
    json!({
        "board": asking.board.board,
        "title": asking.board.title,
        "region": asking.node,
        "region_name": app.catalogue().regions.full_name(&asking.node),
        "year": when.year,
        "as_of": parts::cut_short(app, when).map(dates::iso),
        "known_at": when.known_at.map(shown),
        "industry": asking.asked.text("industry"),
        "size": asking.asked.text("size"),
        "stand": shown(app.lake.stand()),
        "editions": {"on": day, "rules": editions.iter().map(|e| json!({"title": e.title, "rule": e.rule, "id": e.id})).collect::<Vec<_>>()},
    })
}

fn told(asking: &Asking<'_>, panel: &Panel, filled: &Result<Filled, LakeError>) -> Value {
    let mut answer = json!({
        "panel": panel.panel,
        "title": panel.title,
        "help": panel.help,
        "chart": panel.chart,
        "unit": panel.unit,
        "page": asking.asked.here(&format!("{}/{}/{}", boards::PAGE, asking.board.board, panel.panel), &[]),
        "definition": definition(asking.app, asking.board, panel),
        "error": null,
    });
    match filled {
        Ok(filled) => {
            answer["narrowed"] = json!(filled.narrowed);
            answer["columns"] = filled.grid.columns.iter().map(|c| json!({"key": c.key, "label": c.label})).collect();
            answer["rows"] = filled
                .rows()
                .enumerate()
                .map(|(at, (group, row))| line(asking, panel, filled, at, group.map_or("", |k| k.label.as_str()), row))
                .collect();
        }
        Err(error) => {
            tracing::error!(panel = panel.panel, board = asking.board.board, error = error as &dyn Error, "a panel cannot be evaluated");
            answer["error"] = json!(format!("面板“{}”计算失败：{error}", panel.title));
        }
    }
    answer
}

fn line(asking: &Asking<'_>, panel: &Panel, filled: &Filled, at: usize, group: &str, row: &Row) -> Value {
    let cell = |cell: &Cell, column| {
        // A cell of a table in which nothing fell is a nought; an indicator without an answer is not.
        let there = cell.found || !matches!(filled.link, Link::Indicator(_));
        let number = |x: f64| (!cell.withheld && !row.none && there).then_some(x);
        json!({
            "numerator": number(cell.numerator),
            "denominator": number(cell.denominator).filter(|_| row.measure == Measure::Rate),
            "value": number(0.0).and_then(|_| value(row, cell)),
            "display": if row.none { String::new() } else { filled.text(at, row, cell) },
            "withheld": cell.withheld,
            "records": if cell.withheld || row.none { None } else { records(asking, panel, filled, row, column) },
        })
    };
    let target = filled.targets.get(&at).map(|row| json!({"target": row.target, "target_year": row.target_year, "status": row.status}));
    json!({
        "group": group,
        "key": row.key.key,
        "label": row.key.label,
        "measure": row.measure,
        "note": row.note,
        "none": row.none,
        "sum": row.sum,
        "plan": target,
        "cells": row.cells.iter().zip(&filled.grid.columns).map(|(c, column)| cell(c, Some(column))).collect::<Vec<_>>(),
        "total": row.total.as_ref().map(|total| cell(total, None)),
    })
}

/// The address of the units that a number counts, below this API; nothing where the caller gets no list.
fn records(asking: &Asking<'_>, panel: &Panel, filled: &Filled, row: &Row, column: Option<&crate::tables::axes::Key>) -> Option<String> {
    let at = |path: String, pairs: &[(&str, &str)]| {
        let pairs: Vec<(&str, &str)> = pairs.iter().copied().filter(|(_, value)| !value.is_empty()).collect();
        format!("{}{path}{}", super::BASE, query(&pairs))
    };
    let year = asking.when.year.to_string();
    match links::target(asking, panel, filled, row, column)? {
        Target::Table(name) => Some(at(format!("/tables/{name}"), &[("year", &year), ("region", &asking.node)])),
        Target::Indicator { plan, code, pairs } => {
            place::unit_scope(asking.app, asking.caller, asking.app.catalogue().indicators.get(&code)?, Wish::Read)?;
            let mut all: Vec<(&str, &str)> = vec![("which", "numerator"), ("plan", plan.as_deref().unwrap_or_default())];
            all.extend(pairs.iter().map(|(name, value)| (*name, value.as_str())));
            Some(at(format!("/indicators/{code}/units"), &all))
        }
        Target::Units { row, column } => {
            let narrow = |name: &str| if filled.narrowed { asking.asked.text(name) } else { "" };
            let pairs = [
                ("year", year.as_str()),
                ("as_of", asking.asked.text("as_of")),
                ("known_at", asking.asked.text("known_at")),
                ("region", &asking.node),
                ("industry", narrow("industry")),
                ("size", narrow("size")),
                ("row", &row),
                ("column", &column),
                ("which", "numerator"),
            ];
            Some(at(format!("/boards/{}/{}/units", asking.board.board, panel.panel), &pairs))
        }
    }
}

/// `GET /boards/{board}/{panel}/units`
pub async fn behind(
    client: Client,
    State(app): State<App>,
    Path((name, panel)): Path<(String, String)>,
    given: Given,
) -> Answer<Json<Value>> {
    let board = boards::board(&app, &name)?;
    let panel = board.panel(&panel).ok_or_else(|| Failure::not_found("看板没有这个面板"))?;
    let territory = Territory::of(&app, &client.caller)?;
    let asked = asked(&given);
    let asking = Asking::of(&app, &client.caller, &territory, board, &asked).await?;
    let cell = unit_page::cell(&asking, panel)?;
    let list = List { table: &cell.table, line: &cell.line, params: &cell.params, cell: &cell.cell, which: which(&given) };
    let mut answer = stand(&asking);
    answer["about"] = json!(cell.about);
    listed(&app, &client, &list, &given, answer).await
}

/// Which units are asked for: those that count, unless said otherwise.
pub fn which(given: &Given) -> Which {
    Which::named(given.text("which")).unwrap_or(Which::Numerator)
}

/// A part of a list of units, for those who may read the records whole.
///
/// # Errors
/// The line names no records, or the caller may not; the lake failed.
pub async fn listed(app: &App, client: &Client, list: &List<'_>, given: &Given, mut answer: Value) -> Answer<Json<Value>> {
    let kind = units::kind(app, list.line)?;
    let (offset, limit): (u64, u64) = (given.number("cursor").unwrap_or_default(), given.number("limit").unwrap_or(50));
    let found = list.read(app, &client.caller, Wish::Read, offset, limit).await?;
    let BehindPage { rows, total } = found.ok_or_else(|| Failure::not_allowed("您的角色只能查看汇总数，不能查看名单"))?;
    let end = offset + rows.len() as u64;
    answer["which"] = json!(list.which);
    answer["kind"] = json!(kind.kind);
    answer["total"] = json!(total);
    answer["next"] = json!((end < total && !rows.is_empty()).then(|| end.to_string()));
    answer["items"] = rows
        .iter()
        .map(|row| {
            let address = (!row.record.is_empty()).then(|| format!("{}/records/{}/{}", super::BASE, kind.kind, row.record));
            json!({"record": row.record, "address": address, "label": row.label, "region": row.region, "town": row.town, "numerator": row.numerator, "denominator": row.denominator})
        })
        .collect();
    Ok(Json(answer))
}
