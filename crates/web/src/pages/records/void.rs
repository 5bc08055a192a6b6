//! Retracting a record, for a reason.

use super::cells;
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame, token};
use crate::links;
use crate::posted::Posted;
use crate::session::Signed;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use zhijian_kinds::Kind;
use zhijian_records::DoorError;
use zhijian_records::access::Wish;
use zhijian_records::read::View;
use zhijian_records::submit::Entry;

/// `GET /records/{kind}/{id}/retract`
pub async fn show(signed: Signed, State(app): State<App>, Path((kind, id)): Path<(String, String)>) -> Result<Markup, PageError> {
    let kind = app.door.kind(&kind)?;
    let view = app.door.open(&signed.caller, &kind.kind, &id, None).await?;
    if !view.may.contains(&Wish::Retract) {
        return Err(DoorError::NotAllowed { kind: kind.title.clone() }.into());
    }
    Ok(page(&app, &signed, &kind, &view, ""))
}

/// `POST /records/{kind}/{id}/retract`
pub async fn submit(State(app): State<App>, Path((kind, id)): Path<(String, String)>, posted: Posted) -> Result<Response, PageError> {
    let kind = app.door.kind(&kind)?;
    let signed = &posted.signed;
    let seen: u32 = posted.get("_rev").parse().map_err(|_| PageError::BadRequest("缺少版本号，请重新打开记录".into()))?;
    let entry = Entry { source: "web", reason: posted.get("_reason").trim(), idempotency: None };
    match app.door.retract(&signed.caller, &kind.kind, &id, seen, entry).await {
        Ok(_) => Ok(([(header::SET_COOKIE, Flash::done("记录已作废，历史仍可查阅。").cookie())], Redirect::to(&links::list(&kind.kind)))
            .into_response()),
        Err(DoorError::Invalid(problems)) => {
            let view = app.door.open(&signed.caller, &kind.kind, &id, None).await?;
            let message = problems.first().map_or("", |p| p.message.as_str());
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&app, signed, &kind, &view, message)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

fn page(app: &App, signed: &Signed, kind: &Kind, view: &View, wrong: &str) -> Markup {
    let (list, record) = (links::list(&kind.kind), links::record(&kind.kind, &view.id));
    let name = cells::name(app, kind, &view.data);
    let body = html! {
        form.record-form.narrow method="post" action=(links::about(&kind.kind, &view.id, "retract")) data-once {
            (token(signed))
            input type="hidden" name="_rev" value=(view.rev);
            section.card {
                p { "作废后，这条记录不再列出和统计，但内容和历史会一直保留。" }
                div.field.has-error[!wrong.is_empty()] {
                    label for="reason" { "作废原因" span.mark-required { "必填" } }
                    textarea.form-control #reason name="_reason" rows="2" maxlength="200" required aria-invalid=[(!wrong.is_empty()).then_some("true")] {}
                    @if !wrong.is_empty() { p.said.said-error { (wrong) } }
                }
            }
            div.form-bar { button.btn.btn-danger type="submit" { "确认作废" } a.btn href=(record) { "取消" } }
        }
    };
    let crumbs = [(kind.title.as_str(), list.clone()), (name.as_str(), record.clone())];
    layout::page(&Frame { title: "作废记录", signed: Some(signed), active: &list, breadcrumbs: &crumbs, ..Frame::new(app) }, body)
}
