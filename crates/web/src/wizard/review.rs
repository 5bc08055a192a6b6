//! What is missing and what the checks say, by step; and what comes after handing in.

use super::steps::{self, STEPS};
use super::{KIND, PAGE, TITLE, page, start, step_page};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::forms::sections::input_id;
use crate::layout::{self, Frame};
use crate::pages::records::cells;
use crate::session::Signed;
use crate::{links, words};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde_json::Value;
use zhijian_kinds::{Field, Kind, Level, Problem};
use zhijian_records::read::{View, display};

/// What the checks say of the form as if it were handed in now. Private fields are masked here; the door looks at them when it is saved.
#[must_use]
pub fn problems(kind: &Kind, view: &View, today: &str) -> Vec<Problem> {
    let mut document = view.data.clone();
    if let Some(states) = &kind.states {
        document.insert(states.field.clone(), Value::String("submitted".into()));
    }
    document.retain(|name, _| !name.starts_with('_'));
    for name in kind.refs.keys() {
        document.shift_remove(name);
    }
    let mut found: Vec<Problem> = kind.check_schema(&mut document.clone());
    found.extend(kind.check_rules(&document, today));
    found.retain(|p| p.level >= Level::Warning && !p.field.is_empty() && kind.field(&p.field).is_none_or(|f| f.private.is_none()));
    found
}

/// The step in which a field is asked.
#[must_use]
pub fn step_of(kind: &Kind, path: &str) -> Option<&'static str> {
    let field = kind.field(path).or_else(|| kind.field(path.split('.').next().unwrap_or(path)))?;
    steps::of(field)
}

/// Fields of a step that should be filled in and are not.
#[must_use]
pub fn missing<'a>(kind: &'a Kind, view: &'a View, slug: &'a str) -> Vec<&'a Field> {
    let decl_type = page::decl_type(view);
    let said = |path: &str| view.data.get(path).and_then(Value::as_bool);
    steps::fields(kind, slug, decl_type)
        .filter(|f| f.wanted && !cells::given(&view.data, &f.path))
        // Without a test or an examination there is nothing to say about it.
        .filter(|f| f.group != "本周期检测" || f.path == "tested" || said("tested") != Some(false))
        .filter(|f| f.group != "职业健康监护" || f.path == "exam_done" || said("exam_done") != Some(false))
        .collect::<Vec<_>>()
}

/// Everything that is missing or doubtful, by step, with ways to the fields.
#[must_use]
pub fn summary(app: &App, kind: &Kind, view: &View, problems: &[Problem]) -> Markup {
    let to = |slug: &str, path: &str| format!("{}#{}", step_page(&view.id, slug), input_id(path));
    let errors = problems.iter().filter(|p| p.level == Level::Error).count();
    let doubts = problems.iter().filter(|p| p.level == Level::Warning).count();
    let lacking: usize = STEPS.iter().map(|step| missing(kind, view, step.slug).len()).sum();
    html! {
        section.card #review {
            h2 { "核对" }
            @if errors + doubts + lacking == 0 { p { "应填的都填了，校验没有疑问，可以提交。" } }
            @else { p { "缺 " (lacking) " 项应填内容，校验疑问 " (doubts) " 处，必须修改 " (errors) " 处。" @if errors == 0 { "缺项和疑问不妨碍提交，但受理时可能被退回。" } } }
            @for step in STEPS {
                @let missing = missing(kind, view, step.slug);
                @let wrong: Vec<&Problem> = problems.iter().filter(|p| step_of(kind, &p.field) == Some(step.slug)).collect();
                @if !missing.is_empty() || !wrong.is_empty() {
                    h3 { a href=(step_page(&view.id, step.slug)) { (step.title) } }
                    ul {
                        @for p in &wrong { li { a href=(to(step.slug, &p.field)) { (p.message) } @if p.level == Level::Error { " " span.state-badge.badge-stop { "必须修改" } } } }
                        @if !missing.is_empty() { li { "应填未填：" @for (i, f) in missing.iter().enumerate() { @if i > 0 { "、" } a href=(to(step.slug, &f.path)) { (f.title) } } } }
                    }
                }
            }
            p.muted { "填报单位：" (display(app.catalogue(), kind, "employer_name", &view.data)) }
        }
    }
}

/// `GET /declare/{id}`: where a filing that was handed in stands.
pub async fn receipt(signed: Signed, State(app): State<App>, Path(id): Path<String>, headers: HeaderMap) -> Result<Response, PageError> {
    let view = page::draft(&app, &signed, &id).await?;
    if page::open(&view) {
        return Ok(Redirect::to(&step_page(&id, if view.state == "returned" { "check" } else { "unit" })).into_response());
    }
    let kind = app.door.kind(KIND)?;
    let row = |path: &str| html! { div { dt { (cells::title(&kind, path)) } dd { (cells::cell(&app, &kind, path, &view)) } } };
    let owner = view.data.get("employer_id").and_then(Value::as_str).unwrap_or_default();
    let body = html! {
        (page::style())
        (Flash::of(&headers).notice())
        section.card {
            h2 { "申报回执" }
            dl.exam-head { @for path in ["employer_name", "decl_type", "decl_year", "declared_on", "status", "accepted_on", "receipt_no", "receipt_on"] { (row(path)) } }
            @if cells::given(&view.data, "receipt_no") { p { a.btn href=(links::about(KIND, &id, "print")) { "打印申报表与回执" } } }
            @else if view.state == "submitted" || view.state == "accepted" { p { "申报已交到卫生健康部门，受理后在这里给出回执编号；如被退回，理由和要改的地方也在这里。" } }
        }
        (start::deadline(&app, &signed, owner).await?)
        p { a href=(links::record(KIND, &id)) { "打开申报记录" } " · " a href=(PAGE) { "回到申报向导" } " · " a href=(crate::exams::DUE) { (crate::exams::DUE_TITLE) } }
    };
    let crumbs = [(words::DESK, "/".to_owned()), (TITLE, PAGE.to_owned())];
    let frame = Frame { title: "申报回执", signed: Some(&signed), active: PAGE, breadcrumbs: &crumbs, ..Frame::new(&app) };
    Ok(([(header::SET_COOKIE, Flash::gone())], layout::page(&frame, body)).into_response())
}
