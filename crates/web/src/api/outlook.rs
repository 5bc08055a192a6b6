//! A plan's rows at the end of an open year, and what each place adds to the gap against a target; reckoned by the code of the pages.

use super::client::Client;
use super::given::Given;
use super::problem::{Answer, Failure};
use crate::app::App;
use crate::board::figures::{self, Question, When};
use crate::board::forecast::{self, Row, Told};
use crate::board::lines::Line;
use crate::board::outlook;
use crate::board::place::Territory;
use crate::board::{export, parts, ranking};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use zhijian_calc::forecast::{CAVEAT, METHOD};
use zhijian_kinds::{Plan, dates};
use zhijian_records::clock::shown;
use zhijian_records::port::Action;

fn head(app: &App, plan: &Plan, node: &str, when: When) -> Value {
    json!({
        "plan": plan.plan,
        "title": plan.title,
        "region": node,
        "region_name": app.catalogue().regions.full_name(node),
        "year": when.year,
        "as_of": parts::cut_short(app, when).map(dates::iso),
        "known_at": when.known_at.map(shown),
        "stand": shown(app.lake.stand()),
    })
}

fn when(given: &Given) -> When {
    When { year: given.number("year").unwrap_or_default(), as_of: given.day("as_of"), known_at: given.moment("known_at") }
}

/// `GET /plans/{plan}/forecast`
pub async fn forecast(client: Client, State(app): State<App>, Path(name): Path<String>, given: Given) -> Answer<Response> {
    let plan = figures::plan(&app, &name)?;
    let territory = Territory::of(&app, &client.caller)?;
    let node = territory.choose(Some(plan), given.text("region"))?;
    let when = when(&given);
    let rows = forecast::rows(&app, &territory, plan, &node, when).await?;
    let format = given.text("format");
    if matches!(format, "csv" | "xlsx") {
        let note = format!("年末预测 {name} {} {node} {format}", when.year);
        app.door.note(&client.caller, Action::Export, "plan", "", &note, "api").await?;
        return Ok(export::file(&forecast::sheet(&app, &client.caller, &format!("{} 年末预测", plan.title), &node, when, &rows), format)?);
    }
    let open = outlook::open_until(&app, when);
    let mut answer = head(&app, plan, &node, when);
    answer["method"] = json!(METHOD);
    answer["caveat"] = json!(CAVEAT);
    answer["until"] = json!(open.map(dates::iso));
    answer["closed"] = json!(open.is_none().then(|| outlook::closed(&app, when)));
    answer["rows"] = rows.iter().map(told).collect();
    Ok(Json(answer).into_response())
}

fn told(row: &Row) -> Value {
    let (line, told) = (Line::of(&row.row), Told::of(row));
    let found = row.outlook.as_ref();
    let forecast = found
        .and_then(|o| o.forecast)
        .map(|f| json!({"value": f.value, "low": f.low, "high": f.high, "slope": f.slope, "points": f.points}));
    let months = found.map(|o| o.months.iter().map(|(day, value)| json!({"until": dates::iso(*day), "value": value})).collect::<Vec<_>>());
    json!({
        "seq": row.row.seq,
        "indicator": row.row.indicator,
        "name": row.row.name,
        "unit": row.row.unit,
        "value": row.row.answer.value,
        "display": line.value,
        "target": row.row.target,
        "target_year": row.row.target_year,
        "status": row.row.status,
        "gap": line.gap,
        "forecast": forecast,
        "forecast_display": told.value,
        "judged": told.judged,
        "months": months.unwrap_or_default(),
    })
}

/// `GET /plans/{plan}/indicators/{code}/gap`
pub async fn gap(client: Client, State(app): State<App>, Path((name, code)): Path<(String, String)>, given: Given) -> Answer<Json<Value>> {
    let plan = figures::plan(&app, &name)?;
    let def = figures::indicator(&app, &code)?;
    let targets: Vec<_> = plan.targets.iter().filter(|t| t.indicator == code).cloned().collect();
    if targets.is_empty() {
        return Err(Failure::not_found("这部规划没有这项指标"));
    }
    let territory = Territory::of(&app, &client.caller)?;
    let node = territory.choose(Some(plan), given.text("region"))?;
    let when = when(&given);
    let only = Plan { targets, ..plan.clone() };
    let row = figures::evaluate(&app, &territory, &only, &node, when).await?.into_iter().next();
    let goal = row.as_ref().and_then(|row| outlook::goal(&row.test, row.target.as_ref()));
    let question = Question::new(&territory, Some(plan), def, &node, when);
    let ranked = ranking::places(&app, &territory, &question, goal).await?;
    let mut answer = head(&app, plan, &node, when);
    answer["indicator"] = json!(code);
    answer["name"] = json!(question.name());
    answer["value"] = json!(row.as_ref().and_then(|row| row.answer.value));
    answer["display"] = json!(row.as_ref().map(|row| &row.answer.display));
    answer["goal"] = json!(goal);
    answer["target_year"] = json!(row.as_ref().and_then(|row| row.target_year));
    answer["status"] = json!(row.as_ref().map(|row| row.status));
    answer["places"] = ranked
        .iter()
        .map(|place| {
            let slice = &place.slice;
            json!({
                "region": slice.key,
                "name": slice.label,
                "numerator": slice.numerator,
                "denominator": slice.denominator,
                "value": slice.value,
                "display": slice.display,
                "units": place.added.as_ref().map(|a| a.units),
                "points": place.added.as_ref().map(|a| a.points),
                "share": place.added.as_ref().map(|a| a.share),
            })
        })
        .collect();
    Ok(Json(answer))
}
