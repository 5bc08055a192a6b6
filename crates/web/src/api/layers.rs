//! The map: its layers, one layer's numbers by place, and the records behind them; filled by the code that fills the page.

use super::boards::{LISTING, listed, which};
use super::client::Client;
use super::given::Given;
use super::operation::{Holds, Param};
use super::plan_params::{FORMAT, REGION};
use super::problem::{Answer, Failure};
use crate::app::App;
use crate::board::asked::Asked;
use crate::board::figures::{self, When};
use crate::board::place::{self, Territory};
use crate::board::{export, parts};
use crate::boards::units::List;
use crate::links::query;
use crate::maps::places::{self, Filled, Place, Target};
use crate::maps::{self, page, sheet};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use zhijian_kinds::{Layer, dates};
use zhijian_lake::BehindCell;
use zhijian_records::access::Wish;
use zhijian_records::clock::shown;
use zhijian_records::port::Action;

const YEAR: Param = Param::new("year", Holds::Number(2000, 2100), "年度，默认数据最新的一年");
const MONTH: Param = Param::new("month", Holds::Number(1, 12), "截至该月底；默认全年");

/// Parameters of a layer.
pub const LAYER: [Param; 4] = [YEAR, MONTH, REGION, FORMAT];
/// Parameters of the records behind a place's number.
pub const UNITS: [Param; 6] = [YEAR, MONTH, REGION, LISTING[0], LISTING[1], LISTING[2]];

/// `GET /layers`
pub async fn list(client: Client, State(app): State<App>) -> Answer<Json<Value>> {
    Territory::of(&app, &client.caller)?;
    let items: Vec<Value> = app.catalogue().layers.values().map(head).collect();
    Ok(Json(json!({"items": items, "next": null})))
}

fn head(layer: &Layer) -> Value {
    json!({
        "layer": layer.layer,
        "title": layer.title,
        "group": layer.group,
        "help": layer.help,
        "basis": layer.basis,
        "measure": layer.measure,
        "unit": layer.unit,
        "darker": layer.darker,
        "definition": {
            "file": format!("layers/{}.yaml", layer.layer),
            "indicator": layer.indicator,
            "record": layer.query.as_ref().and_then(|q| q.record.as_ref()),
            "formula": layer.query.as_ref().map(|q| &q.formula),
            "options": layer.options,
        },
        "page": format!("{}{}", maps::PAGE, query(&[("layer", layer.layer.as_str())])),
    })
}

async fn when(app: &App, given: &Given) -> Answer<When> {
    let asked = Asked::of(["year", "month"].into_iter().map(|name| (name.to_owned(), given.text(name).to_owned())));
    Ok(page::when(&asked, figures::newest_year(app).await?)?)
}

fn layer<'a>(app: &'a App, name: &str) -> Answer<&'a Layer> {
    app.catalogue().layers.get(name).ok_or_else(|| Failure::not_found("没有这个图层"))
}

/// `GET /layers/{layer}`
pub async fn read(client: Client, State(app): State<App>, Path(name): Path<String>, given: Given) -> Answer<Response> {
    let layer = layer(&app, &name)?;
    let territory = Territory::of(&app, &client.caller)?;
    let node = territory.choose(None, given.text("region"))?;
    let when = when(&app, &given).await?;
    let filled = places::fill(&app, &territory, layer, &node, when).await?;
    let format = given.text("format");
    if matches!(format, "csv" | "xlsx") {
        let note = format!("一张网 {name} {} {node} {format}", when.year);
        app.door.note(&client.caller, Action::Export, "map", "", &note, "api").await?;
        return Ok(export::file(&sheet::of(&app, &client.caller, layer, &node, when, &filled), format)?);
    }
    let mut answer = head(layer);
    stand(&mut answer, &app, &node, when);
    let asking = Asking { app: &app, client: &client, territory: &territory, layer, node: &node, when };
    let Filled { rate, places, total } = filled;
    answer["rate"] = json!(rate);
    answer["places"] = places.iter().map(|place| told(&asking, place)).collect();
    answer["total"] = json!(total.map(|total| told(&asking, &Place { code: node.clone(), ..total })));
    Ok(Json(answer).into_response())
}

/// Place, time, moment of the data, rule editions.
fn stand(answer: &mut Value, app: &App, node: &str, when: When) {
    let (day, editions) = parts::editions_at(app, when);
    answer["region"] = json!(node);
    answer["region_name"] = json!(app.catalogue().regions.full_name(node));
    answer["year"] = json!(when.year);
    answer["as_of"] = json!(parts::cut_short(app, when).map(dates::iso));
    answer["stand"] = json!(shown(app.lake.stand()));
    answer["editions"] =
        json!({"on": day, "rules": editions.iter().map(|e| json!({"title": e.title, "rule": e.rule, "id": e.id})).collect::<Vec<_>>()});
}

struct Asking<'a> {
    app: &'a App,
    client: &'a Client,
    territory: &'a Territory<'a>,
    layer: &'a Layer,
    node: &'a str,
    when: When,
}

fn told(asking: &Asking<'_>, place: &Place) -> Value {
    let number = |x: Option<f64>| x.filter(|_| !place.withheld);
    json!({
        "region": place.code,
        "name": place.name,
        "numerator": number(Some(place.numerator)),
        "denominator": number(place.denominator),
        "value": place.value,
        "display": place.shown,
        "withheld": place.withheld,
        "below": below(asking, place),
        "records": if place.withheld || place.code.is_empty() { None } else { records(asking, &place.code) },
    })
}

/// Year and month as the query gives them.
fn time(when: When) -> (String, String) {
    (when.year.to_string(), when.as_of.map(|day| u8::from(day.month()).to_string()).unwrap_or_default())
}

/// The address of the layer inside a place, where there are places below.
fn below(asking: &Asking<'_>, place: &Place) -> Option<String> {
    let code = place.code.as_str();
    let there = !code.is_empty() && code != asking.node && asking.territory.sees(code) && !asking.territory.children(code).is_empty();
    let (year, month) = time(asking.when);
    let pairs = [("year", year.as_str()), ("month", &month), ("region", code)];
    there.then(|| format!("{}/layers/{}{}", super::BASE, asking.layer.layer, filled_in(&pairs)))
}

fn filled_in(pairs: &[(&str, &str)]) -> String {
    query(&pairs.iter().copied().filter(|(_, value)| !value.is_empty()).collect::<Vec<_>>())
}

/// The address of the units that a place's number counts; nothing where the caller gets no list.
fn records(asking: &Asking<'_>, code: &str) -> Option<String> {
    let (year, month) = time(asking.when);
    match places::target(asking.app, &asking.client.caller, asking.territory, asking.layer, asking.node)? {
        Target::Indicator { plan, code: indicator } => {
            let def = asking.app.catalogue().indicators.get(&indicator)?;
            place::unit_scope(asking.app, &asking.client.caller, def, Wish::Read)?;
            let as_of = asking.when.as_of.map(dates::iso).unwrap_or_default();
            let pairs = [
                ("which", "numerator"),
                ("plan", plan.as_deref().unwrap_or_default()),
                ("year", &year),
                ("as_of", &as_of),
                ("region", code),
            ];
            Some(format!("{}/indicators/{indicator}/units{}", super::BASE, filled_in(&pairs)))
        }
        Target::Units => {
            let pairs = [("year", year.as_str()), ("month", &month), ("region", code), ("which", "numerator")];
            Some(format!("{}/layers/{}/units{}", super::BASE, asking.layer.layer, filled_in(&pairs)))
        }
    }
}

/// `GET /layers/{layer}/units`
pub async fn units(client: Client, State(app): State<App>, Path(name): Path<String>, given: Given) -> Answer<Json<Value>> {
    let layer = layer(&app, &name)?;
    let territory = Territory::of(&app, &client.caller)?;
    let node = territory.choose(None, given.text("region"))?;
    let when = when(&app, &given).await?;
    let (Some(table), Some(line)) = (layer.table(), layer.query.as_ref()) else {
        return Err(Failure::not_found("这个图层的名单在指标的名单中读取"));
    };
    let (params, cell) = (places::params(&territory, &node, when), BehindCell::default());
    let list = List { table: &table, line, params: &params, cell: &cell, which: which(&given) };
    let mut answer = json!({"layer": layer.layer, "title": layer.title});
    stand(&mut answer, &app, &node, when);
    listed(&app, &client, &list, &given, answer).await
}
