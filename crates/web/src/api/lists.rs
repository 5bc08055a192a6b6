//! Named lists: which there are, and their rows.

use super::client::Client;
use super::given::Given;
use super::operation::{Holds, Param};
use super::problem::Answer;
use crate::app::App;
use crate::board::figures::{self, When};
use crate::board::place::Territory;
use crate::lists::question::Question;
use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Map, Value, json};
use zhijian_records::access::Wish;
use zhijian_records::clock::shown;

/// Parameters of the rows.
pub const ROWS: [Param; 9] = [
    Param::new("year", Holds::Number(2000, 2100), "年度；默认为数据最全的最近一年"),
    Param::new("as_of", Holds::Day, "截止日；默认为该年 12 月 31 日 24 时，本年度为今天"),
    Param::new("known_at", Holds::Moment, "按当时已入库的数据"),
    Param::new("region", Holds::Text, "区划代码：自己的区划或其下级"),
    Param::new("town", Holds::Text, "乡镇街道代码"),
    Param::new("q", Holds::Text, "名称中的字"),
    Param::new("where", Holds::Text, "名单自己的条件与可设的数，如 threshold=80;risk_class=1"),
    Param::new("cursor", Holds::Number(0, i64::MAX), "上一页的 next"),
    Param::new("limit", Holds::Number(1, 500), "每页条数，默认 50"),
];

/// `GET /lists`: those that the caller sees.
pub async fn all(client: Client, State(app): State<App>) -> Json<Value> {
    let items: Vec<Value> = crate::lists::of(&app, &client.caller)
        .iter()
        .map(|def| {
            json!({
                "list": def.list, "title": def.title, "group": def.group, "help": def.help, "basis": def.basis, "serves": def.serves,
                "kind": def.kind, "rows": def.rows, "columns": def.columns, "filters": def.filters, "options": def.options,
                "options_help": def.options_help, "ask": def.ask, "partner": def.partner, "action": def.action,
            })
        })
        .collect();
    Json(json!({"items": items, "next": null}))
}

/// `GET /lists/{list}`
pub async fn rows(client: Client, State(app): State<App>, Path(name): Path<String>, given: Given) -> Answer<Json<Value>> {
    crate::lists::question::find(&app, &client.caller, &name, Wish::Read)?;
    let territory = Territory::of(&app, &client.caller)?;
    let year = match given.number("year") {
        Some(year) => year,
        None => figures::newest_year(&app).await?,
    };
    let when = When { year, as_of: given.day("as_of"), known_at: given.moment("known_at") };
    let own: Vec<(&str, &str)> = given.text("where").split(';').filter_map(|pair| pair.split_once('=')).collect();
    let value = |name: &str| match name {
        "region" | "town" | "q" => given.text(name).to_owned(),
        _ => own.iter().find(|(n, _)| *n == name).map_or_else(String::new, |(_, v)| (*v).to_owned()),
    };
    let question = Question::new(&app, &territory, &client.caller, &name, Wish::Read, when, value)?;
    let offset: u64 = given.number("cursor").unwrap_or_default();
    let page = question.rows(&app, offset, given.number("limit").unwrap_or(50)).await?;
    let names: Vec<&String> = question.def.columns.keys().collect();
    let items: Vec<Value> = page
        .rows
        .iter()
        .map(|row| {
            let values: Map<String, Value> = names.iter().zip(&row.values).map(|(name, value)| ((*name).clone(), json!(value))).collect();
            json!({"kind": question.def.kind, "record": row.record, "label": row.label, "region": row.region, "town": row.town, "values": values})
        })
        .collect();
    let end = offset + page.rows.len() as u64;
    let next = (end < page.total && !page.rows.is_empty()).then(|| end.to_string());
    Ok(Json(json!({
        "list": name, "title": question.def.title, "region": question.params.region, "year": year,
        "stand": shown(app.lake.stand()), "total": page.total, "items": items, "next": next,
    })))
}
