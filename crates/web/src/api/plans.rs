//! Plans and indicators: figures, breakdowns and the units behind them, always inside the caller's territory.

use super::client::Client;
use super::given::Given;
use super::problem::{Answer, Failure};
use crate::app::App;
use crate::board::figures::{self, List, Question, When};
use crate::board::place::Territory;
use crate::board::{Refusal, export, parts, sheets};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use zhijian_kinds::{Indicator, Plan};
use zhijian_lake::{Dimension, UnitFilter, Which};
use zhijian_records::access::Wish;
use zhijian_records::clock::shown;
use zhijian_records::port::Action;

/// Most rows of an exported list.
const EXPORTED: u64 = 100_000;

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotAllowed(why) => Self::not_allowed(why),
            Refusal::NotFound(why) => Self::not_found(why),
            Refusal::BadRequest(why) => Self::bad_request(why),
        }
    }
}

fn when(given: &Given) -> When {
    When { year: given.number("year").unwrap_or_default(), as_of: given.day("as_of"), known_at: given.moment("known_at") }
}

/// `GET /plans`: the caller's own first.
pub async fn list(client: Client, State(app): State<App>) -> Answer<Json<Value>> {
    let territory = Territory::of(&app, &client.caller)?;
    let (own, others): (Vec<&Plan>, Vec<&Plan>) = app.catalogue().plans.values().partition(|plan| territory.node_of(plan).is_some());
    let items: Vec<Value> = own.into_iter().chain(others).map(|plan| plan_shape(&app, &territory, plan)).collect();
    Ok(Json(json!({"items": items, "next": null})))
}

fn plan_shape(app: &App, territory: &Territory<'_>, plan: &Plan) -> Value {
    json!({
        "plan": plan.plan,
        "title": plan.title,
        "region": plan.region,
        "region_name": app.catalogue().regions.full_name(&plan.region),
        "period": plan.period,
        "note": plan.note,
        "evaluated_at": territory.node_of(plan),
        "targets": plan.targets,
    })
}

/// `GET /plans/{plan}/evaluation`
pub async fn evaluation(client: Client, State(app): State<App>, Path(name): Path<String>, given: Given) -> Answer<Response> {
    let plan = figures::plan(&app, &name)?;
    let territory = Territory::of(&app, &client.caller)?;
    let node = territory.choose(Some(plan), given.text("region"))?;
    let when = when(&given);
    let rows = figures::evaluate(&app, &territory, plan, &node, when).await?;
    let format = given.text("format");
    if matches!(format, "csv" | "xlsx") {
        let note = format!("规划评估 {name} {} {node} {format}", when.year);
        app.door.note(&client.caller, Action::Export, "plan", "", &note, "api").await?;
        return Ok(export::file(&sheets::plan(&app, &client.caller, plan, &node, when, &rows), format)?);
    }
    let mut answer = head(&app, &node, when);
    answer["plan"] = json!(plan.plan);
    answer["title"] = json!(plan.title);
    answer["rows"] = dated(json!(rows));
    Ok(Json(answer).into_response())
}

fn head(app: &App, node: &str, when: When) -> Value {
    json!({
        "region": node,
        "region_name": app.catalogue().regions.full_name(node),
        "year": when.year,
        "as_of": parts::cut_short(app, when).map(zhijian_kinds::dates::iso),
        "known_at": when.known_at.map(shown),
        "stand": shown(app.lake.stand()),
    })
}

/// Instants of figures as people and other programs read them.
fn dated(mut value: Value) -> Value {
    match &mut value {
        Value::Array(items) => items.iter_mut().for_each(|item| *item = dated(item.take())),
        Value::Object(members) => {
            if let Some(stand) = members.get_mut("stand") {
                *stand = json!(stand.as_i64().map(shown));
            }
            for (_, member) in members.iter_mut().filter(|(_, m)| m.is_array() || m.is_object()) {
                *member = dated(member.take());
            }
        }
        _ => {}
    }
    value
}

fn question<'a>(app: &'a App, territory: &Territory<'_>, code: &str, given: &Given) -> Answer<Question<'a>> {
    let def = figures::indicator(app, code)?;
    let plan = match given.text("plan") {
        "" => None,
        name => Some(figures::plan(app, name)?),
    };
    let node = territory.choose(plan, given.text("region"))?;
    Ok(Question::new(territory, plan, def, &node, when(given)))
}

/// `GET /indicators`
pub async fn indicators(_: Client, State(app): State<App>) -> Json<Value> {
    let items: Vec<Value> = app.catalogue().indicators.values().map(definition).collect();
    Json(json!({"items": items, "next": null}))
}

fn definition(def: &Indicator) -> Value {
    json!({
        "code": def.code,
        "id": def.id,
        "name": def.name,
        "measure": def.measure,
        "unit": def.unit,
        "direction": def.direction,
        "period": def.period,
        "numerator": def.numerator,
        "denominator": def.denominator,
        "basis": def.basis,
        "facts": def.facts,
        "options": def.options,
        "options_help": def.options_help,
        "dimensions": def.dimensions,
        "parts": def.parts,
        "sql": def.sql,
    })
}

/// `GET /indicators/{code}`: the definition; with a year also the figure.
pub async fn indicator(client: Client, State(app): State<App>, Path(code): Path<String>, given: Given) -> Answer<Json<Value>> {
    let def = figures::indicator(&app, &code)?;
    let mut answer = definition(def);
    if !given.text("year").is_empty() {
        let territory = Territory::of(&app, &client.caller)?;
        let question = question(&app, &territory, &code, &given)?;
        answer["asked"] = head(&app, &question.params.region, question.when());
        answer["answer"] = dated(json!(question.answer(&app).await?));
    }
    Ok(Json(answer))
}

/// `GET /indicators/{code}/breakdown`
pub async fn breakdown(client: Client, State(app): State<App>, Path(code): Path<String>, given: Given) -> Answer<Response> {
    let territory = Territory::of(&app, &client.caller)?;
    let question = question(&app, &territory, &code, &given)?;
    let by = Dimension::named(given.text("by")).ok_or_else(|| Failure::parameter("by", given.text("by"), "分解维度"))?;
    let slices = question.breakdown(&app, by).await?;
    let format = given.text("format");
    if matches!(format, "csv" | "xlsx") {
        let note = format!("指标分解 {code} {} {} {format}", by.name(), question.params.year);
        app.door.note(&client.caller, Action::Export, "plan", "", &note, "api").await?;
        return Ok(export::file(&sheets::breakdown(&app, &client.caller, &question, crate::board::dimension_word(by), &slices), format)?);
    }
    let mut answer = head(&app, &question.params.region, question.when());
    answer["indicator"] = json!(code);
    answer["by"] = json!(by);
    answer["items"] = json!(slices);
    Ok(Json(answer).into_response())
}

/// `GET /indicators/{code}/units`
pub async fn units(client: Client, State(app): State<App>, Path(code): Path<String>, given: Given) -> Answer<Response> {
    let territory = Territory::of(&app, &client.caller)?;
    let question = question(&app, &territory, &code, &given)?;
    let which = Which::named(given.text("which")).unwrap_or(Which::Missing);
    let format = given.text("format");
    let exported = matches!(format, "csv" | "xlsx");
    let offset: u64 = given.number("cursor").unwrap_or_default();
    let list = List { which, filter: filter(&given), offset, limit: if exported { EXPORTED } else { given.number("limit").unwrap_or(50) } };
    let wish = if exported { Wish::Export } else { Wish::Read };
    let page = question.units(&app, &client.caller, wish, &list).await?;
    let page = page.ok_or_else(|| Failure::not_allowed("您的角色只能查看汇总数，不能查看或导出名单"))?;
    if exported {
        let note = format!("指标名单 {code} {} {} {format}", given.text("which"), question.params.year);
        app.door.note(&client.caller, Action::Export, "plan", "", &note, "api").await?;
        return Ok(export::file(&sheets::units(&app, &client.caller, &question, which, &page.rows), format)?);
    }
    let end = offset + page.rows.len() as u64;
    let mut answer = head(&app, &question.params.region, question.when());
    answer["indicator"] = json!(code);
    answer["which"] = json!(which);
    answer["total"] = json!(page.total);
    answer["items"] = json!(page.rows);
    answer["next"] = json!((end < page.total && !page.rows.is_empty()).then(|| end.to_string()));
    Ok(Json(answer).into_response())
}

fn filter(given: &Given) -> UnitFilter {
    let text = |name: &str| given.text(name).to_owned();
    UnitFilter {
        text: text("q"),
        region: String::new(),
        town: text("town"),
        industry: text("industry"),
        size: text("size"),
        hazard: text("hazard"),
        month: text("month"),
    }
}
