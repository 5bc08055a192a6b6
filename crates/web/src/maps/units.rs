//! The records behind a number of the map.

use super::{PAGE, TITLE, places};
use crate::app::App;
use crate::board::Refusal;
use crate::board::asked::Asked;
use crate::board::figures;
use crate::board::place::Territory;
use crate::boards::units::{self, Behind};
use crate::{PageError, Signed};
use axum::extract::State;
use axum::response::Response;
use zhijian_lake::BehindCell;

/// `GET /map/units`
pub async fn page(signed: Signed, State(app): State<App>, asked: Asked) -> Result<Response, PageError> {
    let layer = super::layer(&app, asked.text("layer"))?;
    let territory = Territory::of(&app, &signed.caller)?;
    let node = territory.choose(None, asked.text("region"))?;
    let when = super::page::when(&asked, figures::newest_year(&app).await?)?;
    let (Some(table), Some(line)) = (layer.table(), layer.query.as_ref()) else {
        return Err(Refusal::NotFound("这个图层的名单在指标页查看").into());
    };
    let behind = Behind {
        app: &app,
        signed: &signed,
        table: &table,
        line,
        params: places::params(&territory, &node, when),
        cell: BehindCell::default(),
        asked: &asked,
        path: "/map/units".to_owned(),
        active: PAGE,
        crumbs: vec![(TITLE, asked.here(PAGE, &[("which", ""), ("page", ""), ("format", "")]))],
        about: format!("{} · {}", super::view::until(when), app.catalogue().regions.full_name(&node)),
    };
    units::page(behind).await
}
