//! A merge undone.

use super::{PAGE, TITLE, undo};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame, token};
use crate::pages::records::cells;
use crate::posted::Posted;
use crate::session::Signed;
use crate::{links, words};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use zhijian_kinds::Kind;
use zhijian_records::DoorError;
use zhijian_records::submit::Entry;

/// `GET /duplicates/{kind}/{loser}`
pub async fn show(signed: Signed, State(app): State<App>, Path((kind, loser)): Path<(String, String)>) -> Result<Markup, PageError> {
    let kind = app.door.kind(&kind)?;
    page(&app, &signed, &kind, &loser, "").await
}

/// `POST /duplicates/{kind}/{loser}`
pub async fn submit(State(app): State<App>, Path((kind, loser)): Path<(String, String)>, posted: Posted) -> Result<Response, PageError> {
    let kind = app.door.kind(&kind)?;
    let entry = Entry { source: "web", reason: posted.get("_reason").trim(), idempotency: None };
    match app.door.unmerge(&posted.signed.caller, &kind.kind, &loser, entry).await {
        Ok(()) => {
            let flash = Flash::done("已撤销合并，两条记录恢复为合并前的样子。");
            Ok(([(header::SET_COOKIE, flash.cookie())], Redirect::to(&links::record(&kind.kind, &loser))).into_response())
        }
        Err(DoorError::BadRequest(message)) => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&app, &posted.signed, &kind, &loser, &message).await?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn page(app: &App, signed: &Signed, kind: &Kind, loser: &str, wrong: &str) -> Result<Markup, PageError> {
    let survivor = app.door.open(&signed.caller, &kind.kind, loser, None).await?;
    let merged = survivor.merged.iter().find(|m| m.id == loser);
    let Some(merged) = merged else { return Err(PageError::BadRequest("该记录没有并入其他记录".into())) };
    let since = app.door.came_since(kind, &survivor.id, merged.at).await?;
    let name = cells::name(app, kind, &survivor.data);
    let body = html! {
        @if !wrong.is_empty() { div.notice.notice-error role="alert" tabindex="-1" data-focus { p { (wrong) } } }
        form.record-form.narrow method="post" action=(undo(&kind.kind, loser)) data-once {
            (token(signed))
            section.card {
                p { (merged.by) " 于 " (words::moment(merged.at)) " 把记录 " code { (loser) } " 并入“" (name) "”，原因：" (merged.reason) }
                p { a.btn.btn-sm href=(links::record(&kind.kind, &survivor.id)) { "打开存续的记录" } }
                p { "撤销后，当时改为指向存续记录的，重新指向原记录；合并之后的其他修改保留。" }
                @if since > 0 { p.notice.notice-warning { "合并之后存续记录下新增了 " (since) " 条记录。它们留在存续记录下，属于原记录的请撤销后逐条更正。" } }
                div.field { label for="reason" { "撤销原因" span.mark-required { "必填" } } input.form-control #reason name="_reason" required maxlength="200"; }
            }
            div.form-bar { button.btn.btn-danger type="submit" { "撤销合并" } a.btn href={(PAGE) "?kind=" (kind.kind)} { "取消" } }
        }
    };
    let crumbs = [(TITLE, format!("{PAGE}?kind={}", kind.kind))];
    Ok(layout::page(&Frame { title: "撤销合并", signed: Some(signed), active: PAGE, breadcrumbs: &crumbs, ..Frame::new(app) }, body))
}
