//! `POST /api/v1/readings`: readings of devices that speak HTTP. A device signs itself with its number and secret, no account.

use super::hub;
use crate::api::problem::Failure;
use crate::app::App;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use zhijian_gateway::batch::{self, Rejected, Request};

/// Who sends: `Authorization: Bearer DEVICE:SECRET`.
fn sender(headers: &HeaderMap) -> Option<(&str, &str)> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    text.strip_prefix("Bearer ")?.trim().split_once(':')
}

/// 200 only when everything is on the disk.
pub async fn take(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Response {
    let Ok(hub) = hub(&app) else { return Failure::not_found("本服务没有启用在线监测").into_response() };
    let Some((sender, secret)) = sender(&headers) else {
        return Failure::new("not-signed-in", "应有 Authorization: Bearer 设备编号:设备密码").into_response();
    };
    let has = |name: header::HeaderName, word: &str| headers.get(name).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains(word));
    let request =
        Request { sender, secret, csv: has(header::CONTENT_TYPE, "csv"), gzip: has(header::CONTENT_ENCODING, "gzip"), body: &body };
    match batch::take(hub, request).await {
        Ok(receipt) => Json(json!({"received": receipt.received, "counts": receipt.counts})).into_response(),
        Err(Rejected::Who) => Failure::new("not-signed-in", Rejected::Who.to_string()).into_response(),
        Err(error @ Rejected::Body(_)) => Failure::new("bad-request", error.to_string()).into_response(),
        Err(error @ Rejected::Large) => Failure::new("too-large", error.to_string()).into_response(),
        Err(error @ Rejected::Kept(_)) => {
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "30")], error.to_string()).into_response()
        }
    }
}
