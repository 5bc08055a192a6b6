//! Issuing from a page.

use super::{address, purpose};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::pages::records::reveal;
use crate::posted::Posted;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use zhijian_documents::Wanted;
use zhijian_records::DoorError;

/// `POST /records/{kind}/{id}/documents`
pub async fn submit(State(app): State<App>, Path((kind, id)): Path<(String, String)>, posted: Posted) -> Result<Response, PageError> {
    let purpose = purpose(&app, &posted.signed, &kind, &id);
    let wanted =
        Wanted { kind: &kind, id: &id, document: posted.get("document"), purpose: &purpose, source: "web", site: &app.gate.public_url };
    let issued = zhijian_documents::issue(&app.door, &posted.signed.caller, wanted).await?;
    let said = Flash::done(&format!("已出具《{}》，编号 {}，校验码 {}。", issued.content.title, issued.number, issued.code));
    Ok(([(header::SET_COOKIE, said.cookie())], Redirect::to(&address(&kind, &id))).into_response())
}

/// `POST /records/{kind}/{id}/documents/purpose`: remembered for the session; what is done under it goes on record when it is done.
pub async fn state_purpose(
    State(app): State<App>,
    Path((kind, id)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, PageError> {
    let kind = app.door.kind(&kind)?;
    let view = app.door.open(&posted.signed.caller, &kind.kind, &id, None).await?;
    if !zhijian_documents::fill::opens(&kind, &view) {
        return Err(DoorError::NotAllowed { kind: format!("{}·查看完整信息", kind.title) }.into());
    }
    reveal::purpose(&app, &posted)?;
    app.purposes.remember(&posted.signed, &kind.kind, &id, app.door.now(), posted.get("purpose"), posted.get("remark"));
    Ok(Redirect::to(&address(&kind.kind, &id)).into_response())
}
