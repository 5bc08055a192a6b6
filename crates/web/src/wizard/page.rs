//! `GET /declare/{id}/{step}`: one step with its progress, hints, differences from the last filing, and what is wrong.

use super::steps::{self, STEPS, Step};
use super::{KIND, PAGE, TITLE, hints, review, start, step_page};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::forms::filled::Filled;
use crate::forms::input::{Form, field};
use crate::forms::sections::{input_id, sections};
use crate::layout::{self, Frame, token};
use crate::pages::records::cells;
use crate::session::Signed;
use crate::{assets, words};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use zhijian_kinds::intake::get_path;
use zhijian_kinds::{Field, Kind, Level, Problem};
use zhijian_records::DoorError;
use zhijian_records::access::Wish;
use zhijian_records::read::{View, display};

/// Style sheet.
#[must_use]
pub fn style() -> Markup {
    html! { link rel="stylesheet" href=(assets::url("app/exams.css")); }
}

/// A step as it is drawn.
pub(super) struct Drawn<'a> {
    pub view: &'a View,
    pub at: usize,
    pub step: Step,
    pub filled: &'a Filled,
    pub problems: &'a [Problem],
    pub notice: Markup,
    pub more: &'a str,
}

/// The draft, if the caller may go on with it.
pub(super) async fn draft(app: &App, signed: &Signed, id: &str) -> Result<View, PageError> {
    let view = app.door.open(&signed.caller, KIND, id, None).await?;
    if view.may.contains(&Wish::Amend) { Ok(view) } else { Err(DoorError::NotAllowed { kind: "申报向导".into() }.into()) }
}

/// May it still be changed here?
pub(super) fn open(view: &View) -> bool {
    matches!(view.state.as_str(), "draft" | "returned") && !view.retracted
}

/// Type of a declaration.
pub(super) fn decl_type(view: &View) -> &str {
    view.data.get("decl_type").and_then(serde_json::Value::as_str).unwrap_or_default()
}

/// `GET /declare/{id}/{step}`
pub async fn show(
    signed: Signed,
    State(app): State<App>,
    Path((id, slug)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let view = draft(&app, &signed, &id).await?;
    if !open(&view) {
        return Ok(Redirect::to(&format!("{PAGE}/{id}")).into_response());
    }
    let (at, step) = steps::step(&slug).unwrap_or((0, STEPS[0]));
    let kind = app.door.kind(KIND)?;
    let filled = Filled::of(&app, &signed, &kind, &view.data, steps::fields(&kind, step.slug, decl_type(&view)));
    let problems = review::problems(&kind, &view, &app.door.today());
    let notice = Flash::of(&headers).notice();
    let markup = page(&app, &signed, &Drawn { view: &view, at, step, filled: &filled, problems: &problems, notice, more: "" }).await?;
    Ok(([(header::SET_COOKIE, Flash::gone())], markup).into_response())
}

/// The page with a status.
pub(super) async fn again(app: &App, signed: &Signed, status: StatusCode, drawn: &Drawn<'_>) -> Result<Response, PageError> {
    Ok((status, page(app, signed, drawn).await?).into_response())
}

async fn page(app: &App, signed: &Signed, drawn: &Drawn<'_>) -> Result<Markup, PageError> {
    let kind = app.door.kind(KIND)?;
    let today = app.door.today();
    let Drawn { view, at, step, filled, problems, more, .. } = *drawn;
    let wanted: Vec<&Field> = steps::fields(&kind, step.slug, decl_type(view)).collect();
    let paths: Vec<&str> = wanted.iter().map(|f| f.path.as_str()).collect();
    let here: Vec<Problem> = problems.iter().filter(|p| paths.contains(&p.field.as_str())).cloned().collect();
    let form = Form { app, signed, kind: &kind, filled, problems: &here, masked: true, remarks: &[], today: &today, more };
    let last = start::last(app, signed, &signed.account.organisation, &view.id).await?;
    let body = html! {
        (style())
        (drawn.notice)
        @if view.state == "returned" { div.notice.notice-warning role="alert" { strong { "退回：" } (display(app.catalogue(), &kind, "return_reason", &view.data)) } }
        (progress(&kind, view, at, problems))
        p.lead { (step.lead) }
        @if step.slug == "check" { (review::summary(app, &kind, view, problems)) }
        form.record-form method="post" action=(step_page(&view.id, step.slug)) data-once data-dirty {
            (token(signed))
            input type="hidden" name="_rev" value=(view.rev);
            div.form-body {
                // The first button is what Enter presses.
                button.visually-hidden type="submit" name="do" value="next" tabindex="-1" aria-hidden="true" { "下一步" }
                @if step.slug == "hazards" { (hints::card(app, &kind, view).await?) }
                @for section in sections(wanted.iter().copied()) {
                    section.card { h2 { (section.title) } div.form-grid { @for f in &section.fields { (field(&form, f)) } } }
                }
                @if let Some(last) = &last { (differences(app, &kind, last, view, &wanted)) }
                (buttons(at))
            }
        }
    };
    let title = format!("{TITLE}：{}", step.title);
    let crumbs = [(words::DESK, "/".to_owned()), (TITLE, PAGE.to_owned())];
    Ok(layout::page(&Frame { title: &title, signed: Some(signed), active: PAGE, breadcrumbs: &crumbs, ..Frame::new(app) }, body))
}

fn buttons(at: usize) -> Markup {
    html! {
        div.form-bar {
            @if at > 0 { button.btn type="submit" name="do" value="back" formnovalidate { "上一步" } }
            @if at + 1 < STEPS.len() { button.btn.btn-primary type="submit" name="do" value="next" formnovalidate { "保存，下一步" } }
            @else { button.btn.btn-primary type="submit" name="do" value="submit" formnovalidate { "提交申报" } }
            button.btn type="submit" name="do" value="save" formnovalidate { "保存草稿" }
            span.muted { "每一步都保存在平台上，随时可以离开，回来继续。" }
        }
    }
}

/// All steps with what each still lacks.
fn progress(kind: &Kind, view: &View, at: usize, problems: &[Problem]) -> Markup {
    html! {
        nav aria-label="申报步骤" { ol.wizard-steps { @for (index, step) in STEPS.iter().enumerate() {
            @let missing = review::missing(kind, view, step.slug).len();
            @let wrong = problems.iter().filter(|p| p.level >= Level::Warning && review::step_of(kind, &p.field) == Some(step.slug)).count();
            li { a href=(step_page(&view.id, step.slug)) aria-current=[(index == at).then_some("step")] {
                (index + 1) " " (step.title)
                span { @if missing == 0 && wrong == 0 { "已填全" } @else {
                    @if missing > 0 { "缺 " (missing) " 项" } @if missing > 0 && wrong > 0 { " · " } @if wrong > 0 { "疑问 " (wrong) }
                } }
            } }
        } } }
    }
}

/// What differs from the last filing, field by field.
fn differences(app: &App, kind: &Kind, last: &View, view: &View, fields: &[&Field]) -> Markup {
    let shown = |data, path: &str| display(app.catalogue(), kind, path, data);
    let changed: Vec<(&Field, String, String)> = fields
        .iter()
        .filter(|f| f.private.is_none() && get_path(&last.data, &f.path) != get_path(&view.data, &f.path))
        .map(|f| (*f, shown(&last.data, &f.path), shown(&view.data, &f.path)))
        .filter(|(_, before, now)| before != now)
        .collect();
    html! {
        @if !changed.is_empty() {
            details.card #differences { summary { "与上次申报（" (shown(&last.data, "declared_on")) "）不同 " (changed.len()) " 项" }
                div.table-wrap { table.list.small {
                    thead { tr { th scope="col" { "项目" } th scope="col" { "上次" } th scope="col" { "这次" } } }
                    tbody { @for (f, before, now) in &changed { tr {
                        td.text data-label="项目" { a href={"#" (input_id(&f.path))} { (cells::title(kind, &f.path)) } }
                        td.text data-label="上次" { @if before.is_empty() { (words::NONE) } @else { (before) } @if start::of_one_filing(&f.path) { span.muted { "（不复制）" } } }
                        td.text.wizard-changed data-label="这次" { @if now.is_empty() { (words::NONE) } @else { (now) } }
                    } } }
                } }
            }
        }
    }
}
