//! Statistics tables: definitions, and a table for a region and year, always inside the caller's territory.

use super::client::Client;
use super::given::Given;
use super::operation::{Holds, Param};
use super::problem::Answer;
use crate::app::App;
use crate::board::{export, place::Territory};
use crate::tables::grid::{self, Cell, Grid, Row};
use crate::tables::{self, sheet};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use zhijian_kinds::StatTable;
use zhijian_kinds::indicator::Measure;
use zhijian_records::clock::shown;
use zhijian_records::port::Action;

/// Parameters of a table.
pub const TABLE: [Param; 3] = [
    Param::needed("year", Holds::Number(2000, 2100), "年度"),
    Param::new("region", Holds::Text, "区划代码：自己的区划或其下级"),
    Param::new("format", Holds::OneOf(&["json", "csv", "xlsx"]), "格式，默认 json"),
];

/// `GET /tables`
pub async fn list(client: Client, State(app): State<App>) -> Answer<Json<Value>> {
    Territory::of(&app, &client.caller)?;
    let items: Vec<Value> = app.catalogue().tables.values().map(head).collect();
    Ok(Json(json!({"items": items, "next": null})))
}

fn head(table: &StatTable) -> Value {
    json!({
        "table": table.table,
        "title": table.title,
        "help": table.help,
        "basis": table.basis,
        "measure": table.measure,
        "unit": table.unit,
        "rows_title": table.rows.title,
        "columns_title": table.columns.title,
    })
}

/// `GET /tables/{table}`
pub async fn read(client: Client, State(app): State<App>, Path(name): Path<String>, given: Given) -> Answer<Response> {
    let table = tables::table(&app, &name)?;
    let territory = Territory::of(&app, &client.caller)?;
    let node = territory.choose(None, given.text("region"))?;
    let year: i32 = given.number("year").unwrap_or_default();
    let grid = grid::fill(&app, &territory, table, &node, year).await?;
    let format = given.text("format");
    if matches!(format, "csv" | "xlsx") {
        let note = format!("统计表 {name} {year} {node} {format}");
        app.door.note(&client.caller, Action::Export, "table", "", &note, "api").await?;
        return Ok(export::file(&sheet::of(&app, &client.caller, table, &node, year, &grid), format)?);
    }
    let mut answer = head(table);
    answer["region"] = json!(node);
    answer["region_name"] = json!(app.catalogue().regions.full_name(&node));
    answer["year"] = json!(year);
    answer["stand"] = json!(shown(app.lake.stand()));
    answer["columns"] = grid.columns.iter().map(|c| json!({"key": c.key, "label": c.label})).collect();
    answer["rows"] = rows(table, &grid);
    Ok(Json(answer).into_response())
}

fn rows(table: &StatTable, grid: &Grid) -> Value {
    let mut all = Vec::new();
    for group in &grid.groups {
        let heading = group.key.as_ref().map_or("", |key| key.label.as_str());
        for row in &group.rows {
            all.push(json!({
                "group": heading,
                "key": row.key.key,
                "label": row.key.label,
                "note": row.note,
                "none": row.none,
                "sum": row.sum,
                "cells": row.cells.iter().map(|cell| told(table, row, cell)).collect::<Vec<_>>(),
                "total": row.total.as_ref().map(|cell| told(table, row, cell)),
            }));
        }
    }
    Value::Array(all)
}

fn told(table: &StatTable, row: &Row, cell: &Cell) -> Value {
    let number = |x: f64| (!cell.withheld && !row.none).then_some(x);
    json!({
        "numerator": number(cell.numerator),
        "denominator": number(cell.denominator).filter(|_| row.measure == Measure::Rate),
        "gap": cell.gap(table, row),
        "display": if row.none { String::new() } else { cell.text(table, row) },
    })
}
