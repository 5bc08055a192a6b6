//! `GET /indicators/{code}/figure`: one indicator of a place, also when no plan of the place has a row for it: figure, years, breakdowns, and the
//! units behind it.

use super::asked::Asked;
use super::drill::Subject;
use super::figures::{self, Question};
use super::place::{self, Territory};
use super::{lines, numbers};
use crate::app::App;
use crate::{PageError, Signed, words};
use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use zhijian_lake::Answer;
use zhijian_records::access::Wish;

/// Where an indicator is shown: in its plan, else alone.
#[must_use]
pub fn address(plan: Option<&str>, code: &str) -> String {
    plan.map_or_else(|| format!("/indicators/{code}/figure"), |plan| format!("/plans/{plan}/{code}"))
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
    let subject = Subject { app: &app, signed: &signed, territory: &territory, question, asked: &asked, path: address(None, &code), lists };
    if let Some(file) = subject.file().await? {
        return Ok(file);
    }
    let answer = subject.question.answer(&app).await?;
    let crumbs =
        [(words::BOARD, "/plans".to_owned()), ("指标", "/indicators".to_owned()), (def.code.as_str(), format!("/indicators/{code}"))];
    subject.page(subject.question.name(), &crumbs, &territory.home, &figure(&subject, &answer), None).await
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
