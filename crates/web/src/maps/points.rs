//! Where things stand: clusters for the part of the map that is looked at.

use super::geometry::{self, Shapes};
use super::places;
use crate::app::App;
use crate::board::Refusal;
use crate::board::asked::Asked;
use crate::board::figures::{self, When};
use crate::board::place::{self, Territory};
use crate::{PageError, Signed, links};
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use zhijian_kinds::{Layer, layers::Points};
use zhijian_lake::{LakeError, Params, PointFrame};
use zhijian_records::Caller;
use zhijian_records::access::Wish;

/// Squares side by side: more circles would cover the colours below them.
const ACROSS: f64 = 11.0;

/// The points of a layer, for those who may read the records behind them whole.
pub fn open<'a>(app: &App, caller: &Caller, layer: &'a Layer) -> Option<&'a Points> {
    let points = layer.points.as_ref()?;
    place::kind_scope(caller, app.catalogue().kind(&points.kind)?, Wish::Read).map(|_| points)
}

/// The clusters of a layer inside a part of the map.
///
/// # Errors
/// The lake failed.
pub async fn clusters(
    app: &App,
    caller: &Caller,
    territory: &Territory<'_>,
    layer: &Layer,
    node: &str,
    when: When,
    bounds: [f64; 4],
) -> Result<Option<Value>, LakeError> {
    let Some(points) = open(app, caller, layer) else { return Ok(None) };
    let Some(kind) = app.catalogue().kind(&points.kind) else { return Ok(None) };
    let Some(scope) = place::kind_scope(caller, kind, Wish::Read) else { return Ok(None) };
    let [west, south, east, north] = bounds;
    let step = (east - west).max((north - south) * 1.3) / ACROSS;
    let params = Params { scope, ..places::params(territory, node, when) };
    let found = app.evaluator.points(&layer.layer, points, &params, PointFrame { west, south, east, north, step }).await?;
    let marks: Vec<Value> = found
        .clusters
        .iter()
        .map(|c| {
            let href = if c.record.is_empty() { String::new() } else { links::record(&points.kind, &c.record) };
            json!({"at": [c.lon, c.lat], "n": c.count, "name": c.label, "href": href})
        })
        .collect();
    let total: u64 = found.clusters.iter().map(|c| c.count).sum();
    Ok(Some(json!({"title": points.title, "total": total, "misplaced": found.misplaced, "list": points.misplaced, "marks": marks})))
}

/// The part of the map that holds a place; half a degree around nothing.
pub fn frame(shapes: &Shapes) -> [f64; 4] {
    shapes.bounds.map_or([73.0, 3.0, 136.0, 54.0], |[w, s, e, n]| [w - 0.1, s - 0.1, e + 0.1, n + 0.1])
}

/// `GET /map/points`
pub async fn answer(signed: Signed, State(app): State<App>, asked: Asked) -> Result<Json<Value>, PageError> {
    let layer = super::layer(&app, asked.text("layer"))?;
    let territory = Territory::of(&app, &signed.caller)?;
    let node = territory.choose(None, asked.text("region"))?;
    let when = super::page::when(&asked, figures::newest_year(&app).await?)?;
    let number = |name: &str| asked.text(name).parse::<f64>().ok().filter(|v| v.is_finite());
    let bounds = match asked.text("west") {
        "" => frame(&geometry::shapes(&app, &node)),
        _ => match [number("west"), number("south"), number("east"), number("north")] {
            [Some(w), Some(s), Some(e), Some(n)] if w < e && s < n => [w.max(-180.0), s.max(-90.0), e.min(180.0), n.min(90.0)],
            _ => return Err(Refusal::BadRequest("地图范围应为西、南、东、北四个经纬度，西小于东、南小于北").into()),
        },
    };
    let found = clusters(&app, &signed.caller, &territory, layer, &node, when, bounds).await.map_err(PageError::failed("读取点位"))?;
    // Whoever may not read the records gets no marks, as where there are none.
    Ok(Json(found.unwrap_or_else(|| json!({"title": "", "total": 0, "misplaced": 0, "marks": []}))))
}
