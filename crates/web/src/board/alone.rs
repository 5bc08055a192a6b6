//! `GET /indicators/{code}/figure`: one indicator of a place, also when no plan of the place has a row for it: figure, years, breakdowns, and the
//! units behind it.

use super::asked::Asked;
use super::drill::{self, Subject};
use super::figures::{self, Question};
use super::place::{self, Territory};
use super::{definition, forecast, lines, numbers, parts, ranking, slices, unit_list};
use crate::app::App;
use crate::{Frame, PageError, Signed, layout, words};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use zhijian_lake::Answer;
use zhijian_records::access::Wish;

/// Its address.
#[must_use]
pub fn address(code: &str) -> String {
    format!("/indicators/{code}/figure")
}

/// `GET /indicators/{code}/figure`
pub async fn page(signed: Signed, State(app): State<App>, Path(code): Path<String>, asked: Asked) -> Result<Response, PageError> {
    let def = figures::indicator(&app, &code)?;
    let territory = Territory::of(&app, &signed.caller)?;
    let node = territory.choose(None, asked.text("region"))?;
    let when = asked.when(figures::newest_year(&app).await?)?;
    // Options of the place's plan hold, as on the boards that lead here.
    let question = Question::new(&territory, crate::maps::plan_of(&app, &territory, &node), def, &node, when);
    let lists = place::unit_scope(&app, &signed.caller, def, Wish::Read).is_some();
    let subject = Subject { app: &app, signed: &signed, territory: &territory, question, asked: &asked, path: address(&code), lists };
    if let Some(file) = unit_list::file(&subject).await? {
        return Ok(file);
    }
    if let Some(file) = slices::file(&subject).await? {
        return Ok(file);
    }
    let answer = subject.question.answer(&app).await?;
    let crumbs =
        [(words::BOARD, "/plans".to_owned()), ("指标", "/indicators".to_owned()), (def.code.as_str(), format!("/indicators/{code}"))];
    let frame = Frame {
        title: subject.question.name(),
        signed: Some(&signed),
        active: "/plans",
        breadcrumbs: &crumbs,
        scripts: &["vendor/echarts.js", "app/board.js"],
        ..Frame::new(&app)
    };
    let body = html! {
        (super::style())
        (parts::switch(&subject.path, &app, &asked, when))
        (parts::tree(&territory, &subject.path, &asked, &node, &territory.home))
        (figure(&subject, &answer))
        (parts::stand(&app, when))
        section.card.board-definition { h2 { "定义" } (definition::facts(&app, &subject.question)) }
        (drill::course(&subject, None).await?)
        (ranking::section(&subject, None).await?)
        (forecast::section(&subject, None).await?)
        (slices::section(&subject, None).await?)
        (unit_list::section(&subject).await?)
    };
    Ok(layout::page(&frame, body).into_response())
}

/// The value at a glance.
fn figure(subject: &Subject<'_>, answer: &Answer) -> Markup {
    let number = |n: Option<f64>| n.map_or_else(|| lines::NOTHING.into(), numbers::grouped);
    html! {
        dl.board-figure {
            div.main {
                dt { "值" }
                dd { strong { (lines::value(answer, &subject.question.def.unit)) } @if answer.interval.is_some() { div.interval { "95% 区间 " (lines::interval(answer)) } } }
            }
            div { dt { "分子" } dd { (subject.figure(&number(answer.numerator), &[("which", "numerator")])) } }
            div { dt { "分母" } dd { (subject.figure(&number(answer.denominator), &[("which", "denominator")])) } }
        }
    }
}
