//! Duplicates: candidates, merging, undoing.

use super::seen;
use crate::api::body::Sent;
use crate::api::client::Client;
use crate::api::problem::Answer;
use crate::app::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use zhijian_records::submit::Entry;

/// `GET /records/{kind}/duplicates`
pub async fn candidates(client: Client, State(app): State<App>, Path(kind): Path<String>) -> Answer<Json<Value>> {
    let found = app.door.duplicates(&client.caller, &kind).await?;
    let pair = |p: &zhijian_records::merge::Candidate| json!({"one": p.one, "other": p.other, "why": p.why.iter().map(|w| w.title()).collect::<Vec<_>>()});
    let items: Vec<Value> = found.pairs.iter().map(pair).collect();
    Ok(Json(json!({"items": items, "looked": found.looked, "complete": !found.more})))
}

/// `POST /records/{kind}/{id}/merge`: the record goes into another one.
pub async fn merge(
    client: Client,
    State(app): State<App>,
    Path((kind, id)): Path<(String, String)>,
    headers: HeaderMap,
    mut sent: Sent,
) -> Answer<StatusCode> {
    let own = seen(&headers)?;
    let (into, reason) = (sent.text("into")?, sent.text("reason")?);
    let other = sent.number("into_revision")?;
    sent.finish()?;
    let entry = Entry { source: "api", reason: &reason, idempotency: None };
    app.door.merge(&client.caller, &kind, (&id, &into), (own, other), entry).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /records/{kind}/{id}/unmerge`
pub async fn undo(client: Client, State(app): State<App>, Path((kind, id)): Path<(String, String)>, mut sent: Sent) -> Answer<StatusCode> {
    let reason = sent.text("reason")?;
    sent.finish()?;
    app.door.unmerge(&client.caller, &kind, &id, Entry { source: "api", reason: &reason, idempotency: None }).await?;
    Ok(StatusCode::NO_CONTENT)
}
