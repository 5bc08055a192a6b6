//! Moving a record on in its workflow.

use super::cells;
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::forms::draft;
use crate::forms::filled::Filled;
use crate::forms::input::{Form, field};
use crate::layout::{self, Frame, token};
use crate::links;
use crate::posted::Posted;
use crate::remarks;
use crate::session::Signed;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use zhijian_kinds::kind::Transition;
use zhijian_kinds::{Field, Kind, Level, Problem};
use zhijian_records::DoorError;
use zhijian_records::access::Wish;
use zhijian_records::read::View;
use zhijian_records::remarks::{NewRemark, returns};
use zhijian_records::submit::Entry;

/// Steps that are possible for the caller now.
pub fn possible<'a>(app: &App, signed: &Signed, kind: &'a Kind, view: &View) -> Vec<&'a Transition> {
    let today = app.door.today();
    let open = !view.retracted;
    let fits = |(index, step): &(usize, &'a Transition)| {
        open && view.may.contains(&Wish::Advance)
            && step.from.contains(&view.state)
            && signed.caller.has_any(&step.roles)
            && zhijian_records::transfer::is_theirs(&signed.caller, kind, step, &view.data)
            && kind.transition_applies(*index, &view.data, &today)
    };
    kind.transitions.iter().enumerate().filter(fits).map(|(_, step)| step).collect()
}

/// The state with its buttons, for the detail page.
#[must_use]
pub fn card(app: &App, signed: &Signed, kind: &Kind, view: &View) -> Markup {
    let Some(states) = &kind.states else { return Markup::default() };
    let title = kind.field(&states.field).map_or("办理状态", |f| f.title.as_str());
    let steps = possible(app, signed, kind, view);
    html! {
        section.card.flow {
            h2 { (title) }
            p.state-now { (cells::state(kind, &view.state)) }
            @if !steps.is_empty() {
                div.buttons {
                    @for step in steps {
                        @if step.needs.is_empty() {
                            form method="post" action=(links::step(&kind.kind, &view.id, &step.id)) data-once {
                                (token(signed))
                                input type="hidden" name="_rev" value=(view.rev);
                                button.btn type="submit" { (step.title) }
                            }
                        } @else { a.btn href=(links::step(&kind.kind, &view.id, &step.id)) { (step.title) "…" } }
                    }
                }
            }
        }
    }
}

fn transition<'a>(kind: &'a Kind, step: &str) -> Result<&'a Transition, PageError> {
    kind.transitions.iter().find(|t| t.id == step).ok_or_else(|| PageError::NotFound(format!("“{}”没有办理步骤“{step}”", kind.title)))
}

fn allowed(signed: &Signed, kind: &Kind, view: &View, step: &Transition) -> Result<(), PageError> {
    if view.may.contains(&Wish::Advance) && signed.caller.has_any(&step.roles) {
        return Ok(());
    }
    Err(DoorError::NotAllowed { kind: format!("{}·{}", kind.title, step.title) }.into())
}

fn needs<'a>(kind: &'a Kind, step: &Transition) -> Vec<&'a Field> {
    step.needs.iter().filter_map(|path| kind.field(path)).filter(|f| !f.read_only).collect()
}

/// `GET /records/{kind}/{id}/steps/{step}`: asks for the fields that the step needs.
pub async fn show(
    signed: Signed,
    State(app): State<App>,
    Path((kind, id, step)): Path<(String, String, String)>,
) -> Result<Markup, PageError> {
    let kind = app.door.kind(&kind)?;
    let view = app.door.open(&signed.caller, &kind.kind, &id, None).await?;
    let step = transition(&kind, &step)?;
    allowed(&signed, &kind, &view, step)?;
    let filled = Filled::of(&app, &signed, &kind, &view.data, needs(&kind, step));
    Ok(page(&app, &signed, &kind, &view, step, &filled, &[], &[]))
}

/// `POST /records/{kind}/{id}/steps/{step}`
pub async fn submit(
    State(app): State<App>,
    Path((kind, id, step)): Path<(String, String, String)>,
    posted: Posted,
) -> Result<Response, PageError> {
    let kind = app.door.kind(&kind)?;
    let signed = &posted.signed;
    let step = transition(&kind, &step)?;
    let view = app.door.open(&signed.caller, &kind.kind, &id, None).await?;
    allowed(signed, &kind, &view, step)?;
    let seen: u32 = posted.get("_rev").parse().map_err(|_| PageError::BadRequest("缺少版本号，请重新打开记录".into()))?;
    let fields = needs(&kind, step);
    let filled = Filled::from_body(&app, signed, &kind, &posted.fields, fields.iter().copied());
    // Said here already, beside the field.
    let missing: Vec<Problem> = fields
        .iter()
        .filter(|f| filled.get(&f.path).is_none_or(|held| held.is_empty()))
        .map(|f| Problem::new(Level::Error, "E_REQUIRED", &f.path, &f.title, "", "填写后才能继续"))
        .collect();
    let said = remarks::given(&posted);
    if !missing.is_empty() {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&app, signed, &kind, &view, step, &filled, &missing, &said)).into_response());
    }
    let given = draft(&kind, fields.iter().copied(), &filled, None);
    let entry = Entry { source: "web", reason: posted.get("_reason").trim(), idempotency: None };
    match app.door.advance_remarking(&signed.caller, &kind.kind, &id, seen, &step.id, &given, &said, entry).await {
        Ok(saved) => {
            let to =
                kind.states.as_ref().and_then(|s| s.list.iter().find(|s| s.code == step.to)).map_or(step.to.as_str(), |s| s.title.as_str());
            let flash = Flash::saved(&format!("已{}，现为“{to}”。", step.title), &saved.problems);
            Ok(([(header::SET_COOKIE, flash.cookie())], Redirect::to(&links::record(&kind.kind, &id))).into_response())
        }
        Err(DoorError::Invalid(problems)) => {
            let view = app.door.open(&signed.caller, &kind.kind, &id, None).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&app, signed, &kind, &view, step, &filled, &problems, &said)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

#[expect(clippy::too_many_arguments, reason = "the record, the step, and what was typed and is wrong")]
fn page(
    app: &App,
    signed: &Signed,
    kind: &Kind,
    view: &View,
    step: &Transition,
    filled: &Filled,
    problems: &[Problem],
    said: &[NewRemark],
) -> Markup {
    let (list, record) = (links::list(&kind.kind), links::record(&kind.kind, &view.id));
    let today = app.door.today();
    let name = cells::name(app, kind, &view.data);
    let fields = needs(kind, step);
    let form = Form { app, signed, kind, filled, problems, masked: false, today: &today, more: "", remarks: &[] };
    let elsewhere: Vec<&Problem> =
        problems.iter().filter(|p| p.level == Level::Error && !fields.iter().any(|f| f.path == p.field)).collect();
    let body = html! {
        @if !elsewhere.is_empty() {
            div.notice.notice-error role="alert" {
                p { "记录本身还有需要修改的地方，请先" a href=(links::edit(&kind.kind, &view.id)) { "修改记录" } "：" }
                ul { @for problem in elsewhere { li { (problem.message) } } }
            }
        }
        form.record-form.narrow[!returns(step)] method="post" action=(links::step(&kind.kind, &view.id, &step.id)) data-once {
            (token(signed))
            input type="hidden" name="_rev" value=(view.rev);
            section.card {
                p { "当前状态：" (cells::state(kind, &view.state)) " → " (cells::state(kind, &step.to)) }
                div.form-grid {
                    @for f in &fields { (field(&form, &Field { required: true, ..(*f).clone() })) }
                    div.field.wide { label for="reason" { "说明" } input.form-control #reason name="_reason" maxlength="200" placeholder="会记入历史（可不填）"; }
                }
            }
            @if returns(step) { (remarks::inputs(app, kind, view, said)) }
            div.form-bar { button.btn.btn-primary type="submit" { (step.title) } a.btn href=(record) { "取消" } }
        }
    };
    let crumbs = [(kind.title.as_str(), list.clone()), (name.as_str(), record.clone())];
    layout::page(&Frame { title: &step.title, signed: Some(signed), active: &list, breadcrumbs: &crumbs, ..Frame::new(app) }, body)
}
