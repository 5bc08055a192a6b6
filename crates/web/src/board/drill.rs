//! One indicator of a plan: figure, course over the years, breakdowns, and the units behind it.

use super::asked::Asked;
use super::figures::{self, BASE_YEAR, Question};
use super::lines::{self, Line};
use super::place::{self, Territory};
use super::{bullet, definition, forecast, numbers, parts, ranking, slices, unit_list};
use crate::app::App;
use crate::{Frame, PageError, Signed, layout, words};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde_json::json;
use zhijian_kinds::{Plan, Target};
use zhijian_lake::{Answer, PlanRow};
use zhijian_records::access::Wish;

/// What the page is about.
pub struct Subject<'a> {
    /// State.
    pub app: &'a App,
    /// Who asks.
    pub signed: &'a Signed,
    /// What may be seen.
    pub territory: &'a Territory<'a>,
    /// The question.
    pub question: Question<'a>,
    /// The query as it came.
    pub asked: &'a Asked,
    /// Address of the page.
    pub path: String,
    /// The caller may see the units one by one.
    pub lists: bool,
}

impl Subject<'_> {
    /// The list or the breakdown as a file, when one is asked for.
    pub(super) async fn file(&self) -> Result<Option<Response>, PageError> {
        match unit_list::file(self).await? {
            Some(file) => Ok(Some(file)),
            None => slices::file(self).await,
        }
    }

    /// The whole page, `top` being where the tree of places begins. Without a plan's row there are no targets.
    pub(super) async fn page(
        &self,
        title: &str,
        crumbs: &[(&str, String)],
        top: &str,
        figure: &Markup,
        row: Option<&PlanRow>,
    ) -> Result<Response, PageError> {
        let (app, asked, when) = (self.app, self.asked, self.question.when());
        let frame = Frame {
            title,
            signed: Some(self.signed),
            active: "/plans",
            breadcrumbs: crumbs,
            scripts: &["vendor/echarts.js", "app/board.js"],
            ..Frame::new(app)
        };
        let body = html! {
            (super::style())
            (parts::switch(&self.path, app, asked, when))
            (parts::tree(self.territory, &self.path, asked, &self.question.params.region, top))
            (figure)
            (parts::stand(app, when))
            section.card.board-definition { h2 { "定义" } (definition::facts(app, &self.question)) }
            (course(self, row).await?)
            (ranking::section(self, row).await?)
            (forecast::section(self, row).await?)
            (slices::section(self, row).await?)
            (unit_list::section(self).await?)
        };
        Ok(layout::page(&frame, body).into_response())
    }

    /// A number that opens the list behind it, for those who may see the list.
    pub fn figure(&self, text: &str, changes: &[(&str, &str)]) -> Markup {
        if text == lines::NOTHING || !self.lists {
            return html! { (text) };
        }
        let all: Vec<(&str, &str)> = changes.iter().copied().chain([("page", "")]).collect();
        html! { a href=(format!("{}#units", self.asked.here(&self.path, &all))) { (text) } }
    }
}

/// The plan's row for an indicator, or the row that it is a part of.
fn target<'a>(app: &App, plan: &'a Plan, code: &str) -> Option<&'a Target> {
    let is_part = |t: &&Target| {
        t.parts.iter().any(|p| p == code) || app.catalogue().indicators.get(&t.indicator).is_some_and(|i| i.parts.iter().any(|p| p == code))
    };
    plan.targets.iter().find(|t| t.indicator == code).or_else(|| plan.targets.iter().find(is_part))
}

/// `GET /plans/{plan}/{indicator}`
pub async fn page(
    signed: Signed,
    State(app): State<App>,
    Path((name, code)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, PageError> {
    let plan = figures::plan(&app, &name)?;
    let def = figures::indicator(&app, &code)?;
    let target = target(&app, plan, &code).ok_or_else(|| PageError::NotFound("这部规划没有这个指标".into()))?;
    let territory = Territory::of(&app, &signed.caller)?;
    let node = territory.choose(Some(plan), asked.text("region"))?;
    let when = asked.when(figures::newest_year(&app).await?)?;
    let question = Question::new(&territory, Some(plan), def, &node, when);
    let lists = place::unit_scope(&app, &signed.caller, def, Wish::Read).is_some();
    let path = format!("/plans/{name}/{code}");
    let subject = Subject { app: &app, signed: &signed, territory: &territory, question, asked: &asked, path, lists };
    if let Some(file) = subject.file().await? {
        return Ok(file);
    }
    let only = Plan { targets: vec![target.clone()], ..plan.clone() };
    let rows = figures::evaluate(&app, &territory, &only, &node, when).await?;
    let title = if target.indicator == code { target.name.as_str() } else { def.name.as_str() };
    let crumbs = [(words::BOARD, "/plans".to_owned()), (plan.title.as_str(), asked.elsewhere(&format!("/plans/{name}"), &[]))];
    let figure = html! { @for row in &rows { (figure(&subject, row)) } };
    subject.page(title, &crumbs, &territory.node_of(plan).unwrap_or_default(), &figure, rows.first()).await
}

/// Value, target, status and distance at a glance.
fn figure(subject: &Subject<'_>, row: &PlanRow) -> Markup {
    let code = &subject.question.def.code;
    let part = row.parts.iter().find(|p| p.answer.indicator == *code && row.indicator != *code);
    let line = part.map_or_else(|| Line::of(row), |part| Line::of_part(part, row));
    let goal = Line::of(row);
    html! {
        dl.board-figure {
            div.main { dt { "值" } dd { strong { (line.value) } " " (bullet::light(line.status)) @if !line.interval.is_empty() { div.interval { "95% 区间 " (line.interval) } } } }
            div { dt { "分子" } dd { (subject.figure(&line.numerator, &[("which", "numerator")])) } }
            div { dt { "分母" } dd { (subject.figure(&line.denominator, &[("which", "denominator")])) } }
            div { dt { "2020年基数" } dd { (goal.baseline) } }
            div { dt { "2023年目标" } dd { (goal.target_2023) } }
            div { dt { "2025年目标" } dd { (goal.target_2025) } }
            @if !line.gap.is_empty() { div { dt { "差距" } dd { (line.gap) @if !line.still.is_empty() { div.board-small { (subject.figure(&line.still, &[("which", "missing")])) } } } } }
        }
        @if part.is_none() { (bullet::of(row)) }
        @if part.is_none() && subject.lists && !line.still.is_empty() { p { a href=(subject.asked.elsewhere(&format!("{}/closing", subject.path), &[])) { "补差测算：先办哪些单位" } } }
    }
}

/// The same figure year by year: chart and table.
async fn course(subject: &Subject<'_>, row: Option<&PlanRow>) -> Result<Markup, PageError> {
    let years = subject.question.years(subject.app, BASE_YEAR).await?;
    let goal = |value: &Option<serde_json::Value>| value.as_ref().and_then(numbers::number);
    let unit = &subject.question.def.unit;
    let percent = unit == "percent" && subject.question.def.measure != zhijian_kinds::indicator::Measure::Change;
    let targets: Vec<(i32, Option<f64>)> =
        row.map_or_else(Vec::new, |row| vec![(2023, goal(&row.target_2023)), (2025, goal(&row.target_2025))]);
    let chart = json!({
        "unit": if percent { "%" } else { "" },
        "years": years.iter().map(|(year, _)| year).collect::<Vec<_>>(),
        "values": years.iter().map(|(_, answer)| answer.value).collect::<Vec<_>>(),
        "low": years.iter().map(|(_, answer)| answer.interval.map(|i| i.low)).collect::<Vec<_>>(),
        "high": years.iter().map(|(_, answer)| answer.interval.map(|i| i.high)).collect::<Vec<_>>(),
        "goals": targets.iter().filter_map(|(year, goal)| goal.map(|g| json!({"year": year, "value": g}))).collect::<Vec<_>>(),
    });
    Ok(html! {
        section.card.board-course {
            h2 { "历年" }
            div.chart-and-table {
                @if years.len() > 1 { div.chart data-chart="course" data-from="course-data" role="img" aria-label="历年变化，数值见右表" {} (parts::data("course-data", &chart)) }
                div.table-wrap { (course_table(subject, &years)) }
            }
        }
    })
}

fn course_table(subject: &Subject<'_>, years: &[(i32, Answer)]) -> Markup {
    let unit = &subject.question.def.unit;
    let number = |n: Option<f64>| n.map_or_else(|| lines::NOTHING.into(), numbers::grouped);
    html! {
        table.slim {
            thead { tr { th scope="col" { "年度" } th.num scope="col" { "分子" } th.num scope="col" { "分母" } th.num scope="col" { "值" } } }
            tbody {
                @for (year, answer) in years {
                    @let text = year.to_string();
                    tr.here[*year == subject.question.params.year] {
                        th scope="row" { a href=(subject.asked.here(&subject.path, &[("year", &text), ("as_of", ""), ("page", "")])) { (year) } }
                        td.num { (number(answer.numerator)) }
                        td.num { (number(answer.denominator)) }
                        td.num { (lines::value(answer, unit)) }
                    }
                }
            }
        }
    }
}
