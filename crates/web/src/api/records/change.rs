//! Writes: file, replace, change, move on, retract. Each is one call of the door.

use super::{Document, Receipt, address, etag, remarks, seen};
use crate::api::body::Sent;
use crate::api::client::Client;
use crate::api::problem::{Answer, Failure};
use crate::app::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use zhijian_kinds::Kind;
use zhijian_kinds::intake::{Cell, Draft, Place};
use zhijian_records::DoorError;
use zhijian_records::submit::{Entry, Saved};

/// Longest key of an idempotent request.
const KEY_LENGTH: usize = 128;

fn entry(reason: &str) -> Entry<'_> {
    Entry { source: "api", reason, idempotency: None }
}

fn written(kind: &str, saved: Saved) -> Response {
    let tag = etag(saved.rev);
    ([tag], Json(Receipt::new(kind, saved))).into_response()
}

/// The key of an idempotent request; it belongs to the account and the kind, so that nobody meets another's request.
fn key(client: &Client, kind: &str, headers: &HeaderMap) -> Answer<Option<String>> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(key) if (1..=KEY_LENGTH).contains(&key.len()) => Ok(Some(format!("api:{}:{kind}:{key}", client.caller.login))),
        _ => Err(Failure::parameter("Idempotency-Key", "", "1 到 128 个 ASCII 字符")),
    }
}

/// `POST /records/{kind}`
pub async fn submit(
    client: Client,
    State(app): State<App>,
    Path(kind): Path<String>,
    headers: HeaderMap,
    mut sent: Sent,
) -> Answer<Response> {
    let found = app.door.kind(&kind)?;
    let (data, reason) = (sent.object("data")?, sent.text("reason")?);
    sent.finish()?;
    let idempotency = key(&client, &kind, &headers)?;
    let repeatable = idempotency.is_some();
    let draft = Draft::from_json(&found, &data);
    let saved = match app.door.submit(&client.caller, &kind, &draft, Entry { idempotency, ..entry(&reason) }).await {
        Err(DoorError::Exists { id }) => return Err(exists(&app, &client, &kind, id).await),
        saved => saved?,
    };
    if repeatable && app.door.store.find(&kind, &saved.id).await.is_ok_and(|found| found.is_none()) {
        // The key gave the outcome of an earlier request, whose record is another one than this document's.
        return Err(Failure::new("key-reused", "该幂等键已用于另一份内容，请换一个键"));
    }
    let place = address(&kind, &saved.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], written(&kind, saved)).into_response())
}

/// The other record's id is told only to those who may see it.
async fn exists(app: &App, client: &Client, kind: &str, id: String) -> Failure {
    match app.door.open(&client.caller, kind, &id, None).await {
        Ok(_) => DoorError::Exists { id }.into(),
        Err(_) => Failure::new("exists", "已有相同的记录"),
    }
}

/// `PUT /records/{kind}/{id}`: fields that are not sent become empty.
pub async fn replace(
    client: Client,
    State(app): State<App>,
    Path((kind, id)): Path<(String, String)>,
    headers: HeaderMap,
    mut sent: Sent,
) -> Answer<Response> {
    let seen = seen(&headers)?;
    let (data, reason) = (sent.object("data")?, sent.text("reason")?);
    let answers = remarks::answers(&mut sent)?;
    sent.finish()?;
    let found = app.door.kind(&kind)?;
    let draft = whole(&found, &data);
    Ok(written(&kind, app.door.amend_answering(&client.caller, &kind, &id, seen, &draft, &answers, entry(&reason)).await?))
}

/// A draft that speaks of every field a person can fill.
fn whole(kind: &Kind, data: &Document) -> Draft {
    let mut draft = Draft::from_json(kind, data);
    for field in kind.fields.iter().filter(|f| !f.read_only) {
        let place = Place::Field(field.path.clone());
        if draft.cells.iter().all(|(p, _)| *p != place) {
            draft.cells.push((place, Cell::Json(Value::Null)));
        }
    }
    draft
}

/// `PATCH /records/{kind}/{id}`: a merge patch (RFC 7396); `null` empties a field.
pub async fn amend(
    client: Client,
    State(app): State<App>,
    Path((kind, id)): Path<(String, String)>,
    headers: HeaderMap,
    mut sent: Sent,
) -> Answer<Response> {
    let seen = seen(&headers)?;
    let (data, reason) = (sent.object("data")?, sent.text("reason")?);
    let answers = remarks::answers(&mut sent)?;
    sent.finish()?;
    let found = app.door.kind(&kind)?;
    let draft = Draft::from_json(&found, &data);
    Ok(written(&kind, app.door.amend_answering(&client.caller, &kind, &id, seen, &draft, &answers, entry(&reason)).await?))
}

/// `POST /records/{kind}/{id}/transitions/{transition}`
pub async fn advance(
    client: Client,
    State(app): State<App>,
    Path((kind, id, transition)): Path<(String, String, String)>,
    headers: HeaderMap,
    mut sent: Sent,
) -> Answer<Response> {
    let seen = seen(&headers)?;
    let (data, reason) = (sent.object_or_empty("data")?, sent.text("reason")?);
    let said = remarks::given(&mut sent)?;
    sent.finish()?;
    let found = app.door.kind(&kind)?;
    if found.transitions.iter().all(|t| t.id != transition) {
        return Err(Failure::not_found(format!("“{}”没有办理步骤“{transition}”", found.title)));
    }
    let draft = Draft::from_json(&found, &data);
    Ok(written(&kind, app.door.advance_remarking(&client.caller, &kind, &id, seen, &transition, &draft, &said, entry(&reason)).await?))
}

/// `DELETE /records/{kind}/{id}`: retracts; the record stays with its history.
pub async fn retract(
    client: Client,
    State(app): State<App>,
    Path((kind, id)): Path<(String, String)>,
    headers: HeaderMap,
    mut sent: Sent,
) -> Answer<Response> {
    let seen = seen(&headers)?;
    let reason = sent.text("reason")?;
    sent.finish()?;
    Ok(written(&kind, app.door.retract(&client.caller, &kind, &id, seen, entry(&reason)).await?))
}
