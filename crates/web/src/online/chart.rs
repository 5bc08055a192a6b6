//! `GET /online/devices/{id}/chart`: a series for the chart, lowest, highest and mean value a piece, so that no peak is lost and thousands of points stay few.

use super::hub;
use super::series::{Cut, cut, span};
use crate::app::App;
use crate::error::PageError;
use crate::session::Signed;
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use serde_json::{Value, json};
use zhijian_telemetry::readings::Series;

/// `[[ms, low, high, mean], …]`
pub async fn data(
    signed: Signed,
    State(app): State<App>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, PageError> {
    let view = app.door.open(&signed.caller, "device", &id, None).await?;
    let (_, _, hours) = *span(&query.unwrap_or_default())?;
    let text = |name: &str| view.data.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let series = Series { device: text("device_no"), factor: text("hazard") };
    let Cut { from, to, width } = cut(app.door.now().div_euclid(1000), hours);
    let pieces = hub(&app)?.store.buckets(&series, from, to, width).await.map_err(PageError::failed("读取监测数据"))?;
    let points: Vec<Value> = pieces.iter().map(|piece| json!([piece.start_ms, piece.low, piece.high, piece.mean()])).collect();
    Ok(Json(
        json!({"from": from, "to": to, "width": width, "unit": text("unit"), "points": points, "note": "在线数据只作提示，不是法定检测结果"}),
    ))
}
