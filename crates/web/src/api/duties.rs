//! Open duties: list and numbers, the caller's share.

use super::client::Client;
use super::given::Given;
use super::operation::{Holds, Param};
use super::problem::{Answer, Failure};
use crate::app::App;
use crate::duties::asked::Asked;
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use zhijian_records::duties::Ask;

/// Words of the parts.
const PART: &[&str] = &["overdue", "soon", "later", "paused"];

/// Parameters of the list.
pub const LIST: [Param; 5] = [
    Param::new("part", Holds::OneOf(PART), "overdue 逾期，soon 临期，later 未到期，paused 中止；不填为全部"),
    Param::new("duty", Holds::Text, "事项，如 exam_case_report"),
    Param::new("day", Holds::Day, "到期日"),
    Param::new("cursor", Holds::Text, "上一页的 next"),
    Param::new("limit", Holds::Number(1, 500), "每页条数，默认 50"),
];

/// `GET /duties`
pub async fn list(client: Client, State(app): State<App>, given: Given) -> Answer<Json<Value>> {
    let text = |name: &str| given.text(name).to_owned();
    let asked = Asked { part: text("part"), duty: text("duty"), day: text("day"), after: text("cursor") };
    if !asked.duty.is_empty() && !app.catalogue().duties.contains_key(&asked.duty) {
        return Err(Failure::parameter("duty", &asked.duty, "GET /duties/counts 所列的事项"));
    }
    if !asked.after.is_empty() && asked.after.split('~').count() != 3 {
        return Err(Failure::parameter("cursor", &asked.after, "上一页的 next"));
    }
    let limit: u32 = given.number("limit").unwrap_or(50);
    let mut rows = app.door.duties(&client.caller, Ask { limit: limit + 1, ..asked.ask(&app.door.today()) }).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|r| format!("{}~{}~{}", r.due_on, r.id, r.duty));
    let items: Vec<Value> = rows
        .iter()
        .map(|r| {
            let duty = app.catalogue().duties.get(&r.duty);
            json!({
                "duty": r.duty, "title": duty.map(|d| &d.title), "rule": duty.map(|d| &d.rule), "step": duty.and_then(|d| d.step.as_ref()),
                "kind": r.kind, "id": r.id, "region": r.region, "since": r.since, "due_on": r.due_on, "warn_on": r.warn_on,
                "paused": r.paused, "doubtful": r.doubtful,
            })
        })
        .collect();
    Ok(Json(json!({"items": items, "next": next})))
}

/// `GET /duties/counts`
pub async fn counts(client: Client, State(app): State<App>) -> Answer<Json<Value>> {
    let counts = app.door.duty_counts(&client.caller, Ask::default()).await?;
    let items: Vec<Value> = counts
        .iter()
        .map(|c| {
            let title = app.catalogue().duties.get(&c.duty).map(|d| &d.title);
            json!({"duty": c.duty, "title": title, "overdue": c.overdue, "soon": c.soon, "later": c.later, "paused": c.paused})
        })
        .collect();
    Ok(Json(json!({"items": items, "next": null})))
}
