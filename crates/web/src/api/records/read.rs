//! One record, its history, and its private fields in clear.

use super::{etag, shape};
use crate::api::body::Sent;
use crate::api::client::Client;
use crate::api::problem::{Answer, Failure};
use crate::app::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// `GET /records/{kind}/{id}`
pub async fn read(
    client: Client,
    State(app): State<App>,
    Path((kind, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer<Response> {
    let view = app.door.open(&client.caller, &kind, &id, None).await?;
    let tag = etag(view.rev);
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|v| *v == tag.1);
    if known {
        return Ok((StatusCode::NOT_MODIFIED, [tag]).into_response());
    }
    Ok(([tag], Json(shape(&view))).into_response())
}

/// `GET /records/{kind}/{id}/history`
pub async fn history(client: Client, State(app): State<App>, Path((kind, id)): Path<(String, String)>) -> Answer<Json<Value>> {
    let revisions = app.door.history(&client.caller, &kind, &id).await?;
    let items: Vec<Value> = revisions.iter().map(shape).collect();
    Ok(Json(json!({"items": items, "next": null})))
}

/// `POST /records/{kind}/{id}/reveal`: the private fields in clear, for a purpose that goes on record first.
pub async fn reveal(
    client: Client,
    State(app): State<App>,
    Path((kind, id)): Path<(String, String)>,
    mut sent: Sent,
) -> Answer<Json<Value>> {
    let purpose = sent.text("purpose")?;
    sent.finish()?;
    let purposes = crate::purposes::all(&app);
    if !purposes.contains(&purpose.as_str()) {
        return Err(Failure::parameter("purpose", &purpose, &purposes.join("、")));
    }
    let view = app.door.reveal(&client.caller, &kind, &id, &purpose, "api").await?;
    Ok(Json(shape(&view)))
}
