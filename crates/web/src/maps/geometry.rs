//! Boundaries as GeoJSON: embedded ones, or files of the same name from the folder `maps_dir`, so that an office can use its own survey.

use crate::app::App;
use crate::board::Refusal;
use crate::{PageError, Signed};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use zhijian_kinds::Regions;
use zhijian_kinds::catalogue::embedded_bytes;

/// Files that hold boundaries by division code, the more detailed first.
const FILES: [&str; 2] = ["regions_counties", "china_provinces"];
/// The file of an office's own boundaries of counties.
pub const COUNTIES_FILE: &str = "regions_counties.geojson";
/// Largest file that is read from the folder, bytes.
const LARGEST: u64 = 32 << 20;
/// Deepest way up the tree.
const LEVELS: usize = 8;

/// What is drawn for a place: its parts, or its own outline when no part has a boundary.
#[derive(Debug, Clone, Default)]
pub struct Shapes {
    /// Features; the property `code` says whose.
    pub features: Vec<Value>,
    /// Places below that have a boundary.
    pub drawn: BTreeSet<String>,
    /// West, south, east, north, degrees.
    pub bounds: Option<[f64; 4]>,
}

/// The text of a file: from the folder when it is there and is JSON, else the embedded one.
fn text(app: &App, name: &str) -> Option<Vec<u8>> {
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if !plain {
        return None;
    }
    let file = format!("{name}.geojson");
    own(&app.maps, &file).or_else(|| embedded_bytes(&format!("maps/{file}")))
}

/// The office's own file; `None`, and a line in the log, when it cannot be used.
#[must_use]
pub fn own(folder: &std::path::Path, file: &str) -> Option<Vec<u8>> {
    let path = folder.join(file);
    let size = std::fs::metadata(&path).ok()?.len();
    if size > LARGEST {
        tracing::warn!(path = %path.display(), size, "map file is too large; the embedded one is used");
        return None;
    }
    let bytes = std::fs::read(&path).ok()?;
    let right = serde_json::from_slice::<Value>(&bytes).is_ok_and(|v| v["features"].is_array());
    if !right {
        tracing::warn!(path = %path.display(), "map file is no GeoJSON FeatureCollection; the embedded one is used");
    }
    right.then_some(bytes)
}

fn features(app: &App, name: &str) -> Vec<Value> {
    let parsed = text(app, name).and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    match parsed {
        Some(Value::Object(mut map)) => match map.remove("features") {
            Some(Value::Array(list)) => list,
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// What is drawn for a place. A part without a boundary of its own (a city) is drawn as those of its counties.
#[must_use]
pub fn shapes(app: &App, node: &str) -> Shapes {
    let regions = &app.catalogue().regions;
    let mut found = Shapes::default();
    let mut outline = None;
    for name in FILES {
        // A coarser file only fills in what the more detailed one lacks.
        let known = found.drawn.clone();
        for feature in features(app, name) {
            let code = feature["properties"]["code"].as_str().unwrap_or_default().to_owned();
            if code == node {
                outline.get_or_insert(drawn_as(&feature, node, regions));
            } else if let Some(part) = part_of(regions, &code, node).filter(|part| !known.contains(*part)) {
                found.features.push(drawn_as(&feature, part, regions));
                found.drawn.insert(part.to_owned());
            }
        }
    }
    if found.features.is_empty() {
        found.features.extend(outline);
    }
    found.bounds = bounds(&found.features);
    found
}

/// The place directly below `node` in which `code` lies.
fn part_of<'a>(regions: &'a Regions, code: &str, node: &str) -> Option<&'a str> {
    let mut at = regions.get(code)?;
    for _ in 0..LEVELS {
        if at.parent == node {
            return Some(&at.code);
        }
        at = regions.get(&at.parent)?;
    }
    None
}

fn drawn_as(feature: &Value, code: &str, regions: &Regions) -> Value {
    json!({"type": "Feature", "properties": {"code": code, "name": regions.name(code)}, "geometry": feature["geometry"]})
}

fn bounds(features: &[Value]) -> Option<[f64; 4]> {
    let mut found: Option<[f64; 4]> = None;
    let mut stack: Vec<&Value> = features.iter().map(|f| &f["geometry"]["coordinates"]).collect();
    while let Some(value) = stack.pop() {
        let Some(items) = value.as_array() else { continue };
        match (items.first().and_then(Value::as_f64), items.get(1).and_then(Value::as_f64)) {
            (Some(x), Some(y)) => {
                let [west, south, east, north] = found.unwrap_or([x, y, x, y]);
                found = Some([west.min(x), south.min(y), east.max(x), north.max(y)]);
            }
            _ => stack.extend(items),
        }
    }
    found
}

/// `GET /maps/{name}`: a whole file.
pub async fn whole(_signed: Signed, State(app): State<App>, Path(name): Path<String>) -> Result<Response, PageError> {
    let bytes = text(&app, name.trim_end_matches(".geojson")).ok_or(Refusal::NotFound("没有这张地图"))?;
    Ok(geojson(bytes))
}

/// `GET /maps/below/{region}`: what is drawn for a place.
pub async fn below(_signed: Signed, State(app): State<App>, Path(code): Path<String>) -> Result<Response, PageError> {
    if app.catalogue().regions.get(&code).is_none() {
        return Err(Refusal::NotFound("没有这个区划").into());
    }
    let collection = json!({"type": "FeatureCollection", "features": shapes(&app, &code).features});
    Ok(geojson(collection.to_string().into_bytes()))
}

fn geojson(bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/geo+json"), (header::CACHE_CONTROL, "private, max-age=600")], bytes).into_response()
}

/// `GET /maps/notice`: whose boundaries these are, under which licences.
pub async fn notice(_signed: Signed) -> Response {
    let bytes = embedded_bytes("maps/NOTICE.md").unwrap_or_default();
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], bytes).into_response()
}
