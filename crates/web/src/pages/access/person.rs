//! Whose account it is: records about the person with this identity number are the account's own (domain A.2 R10).

use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::token;
use crate::links;
use crate::posted::Posted;
use crate::session::Signed;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};

/// The card on an account's page.
///
/// # Errors
/// The store failed.
pub async fn card(app: &App, signed: &Signed, login: &str) -> Result<Markup, PageError> {
    let tied = app.door.tied_person(login).await?;
    Ok(html! {
        form.record-form.narrow method="post" action={"/accounts/" (links::encode(login)) "/person"} data-once {
            (token(signed))
            section.card {
                h2 { "本人证件号" }
                p.hint { @if tied { "已登记。" } @else { "未登记。" } "劳动者账号凭此查看本人的记录；只保存加密后的比对值，不显示号码。留空保存即取消。" }
                div.field { label for="person" { "证件号码" } input.form-control #person name="person" autocomplete="off" maxlength="18"; }
                div.form-bar { button.btn type="submit" { "保存" } }
            }
        }
    })
}

/// `POST /accounts/{login}/person`
pub async fn tie(State(app): State<App>, Path(login): Path<String>, posted: Posted) -> Result<Response, PageError> {
    if !posted.signed.administers(&app) {
        return Err(PageError::NotAllowed("账号由平台管理员维护".into()));
    }
    let failed = |source| zhijian_records::DoorError::Store { kind: "账号".into(), source };
    if app.door.store.account(&login).await.map_err(failed)?.is_none() {
        return Err(PageError::NotFound("没有这个账号".into()));
    }
    app.door.tie_person(&posted.signed.caller, &login, posted.get("person").trim()).await?;
    let done = Flash::done(&format!("账号 {login} 的本人证件号已保存。")).cookie();
    Ok(([(header::SET_COOKIE, done)], Redirect::to(&format!("/accounts/{}", links::encode(&login)))).into_response())
}
