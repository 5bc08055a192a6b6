//! `GET /map`: choice of layer and time, the map, and the same numbers as a table.

use super::geometry;
use super::view::{self, View};
use super::{PAGE, TITLE, places, points, sheet};
use crate::app::App;
use crate::board::asked::Asked;
use crate::board::figures::{self, When};
use crate::board::place::Territory;
use crate::board::{Refusal, export};
use crate::{Frame, PageError, Signed, layout};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use std::error::Error;
use time::util::days_in_month;
use time::{Date, Month};
use zhijian_records::port::Action;

/// The time asked for: a year, or the year up to the end of a month.
///
/// # Errors
/// A year or month that is none.
pub fn when(asked: &Asked, newest: i32) -> Result<When, Refusal> {
    let when = asked.when(newest)?;
    let month: u8 = match asked.text("month") {
        "" => return Ok(when),
        text => text.parse().ok().filter(|m| (1..=12).contains(m)).ok_or(Refusal::BadRequest("月份应为 1 到 12 的整数"))?,
    };
    let end = Month::try_from(month).ok().and_then(|m| Date::from_calendar_date(when.year, m, days_in_month(m, when.year)).ok());
    Ok(When { as_of: end.filter(|_| month < 12), ..when })
}

/// `GET /map`
pub async fn page(signed: Signed, State(app): State<App>, asked: Asked) -> Result<Response, PageError> {
    let layer = super::layer(&app, asked.text("layer"))?;
    let territory = Territory::of(&app, &signed.caller)?;
    let node = territory.choose(None, asked.text("region"))?;
    let when = when(&asked, figures::newest_year(&app).await?)?;
    // A layer that cannot be evaluated leaves the others, the map and the way down in use.
    let filled = places::fill(&app, &territory, layer, &node, when).await.map_err(|error| {
        tracing::error!(layer = layer.layer, error = &error as &dyn Error, "a layer of the map cannot be evaluated");
        error.to_string()
    });
    let format = asked.text("format");
    if matches!(format, "csv" | "xlsx") {
        let filled = filled.map_err(|why| PageError::BadRequest(format!("图层“{}”计算失败：{why}", layer.title)))?;
        let note = format!("一张网 {} {} {node} {format}", layer.layer, when.year);
        app.door.note(&signed.caller, Action::Export, "map", "", &note, "web").await?;
        return export::file(&sheet::of(&app, &signed.caller, layer, &node, when, &filled), format);
    }
    let shapes = geometry::shapes(&app, &node);
    let marks = points::clusters(&app, &signed.caller, &territory, layer, &node, when, points::frame(&shapes)).await;
    let marks = marks.unwrap_or_else(|error| {
        tracing::error!(layer = layer.layer, error = &error as &dyn Error, "the points of a layer cannot be evaluated");
        None
    });
    let filled = filled.map(|mut filled| {
        places::sort(&mut filled.places, asked.text("sort"));
        filled
    });
    let view = View { app: &app, signed: &signed, territory: &territory, layer, node: &node, when, asked: &asked, shapes: &shapes };
    let frame = Frame {
        title: TITLE,
        signed: Some(&signed),
        active: PAGE,
        actions: exports(&asked, when),
        scripts: &["vendor/echarts.js", "app/map.js"],
        ..Frame::new(&app)
    };
    Ok(layout::page(&frame, view::body(&view, &filled, marks.as_ref())).into_response())
}

fn exports(asked: &Asked, when: When) -> Markup {
    let year = when.year.to_string();
    let with = |format: &str| asked.here(PAGE, &[("year", &year), ("format", format)]);
    html! {
        a.btn href=(with("xlsx")) download { "导出 Excel" }
        a.btn href=(with("csv")) download { "CSV" }
    }
}
