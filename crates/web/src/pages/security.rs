//! Security settings, for platform administrators: lengths, pauses, time-outs, who needs a second factor.

use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame, token};
use crate::posted::Posted;
use crate::session::Signed;
use crate::words;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use maud::{Markup, html};
use zhijian_records::accounts::{SETTINGS, SecurityPolicy};
use zhijian_records::{Caller, DoorError};

const PAGE: &str = "/security";

/// Route of the page.
pub fn router() -> Router<App> {
    Router::new().route(PAGE, get(show).post(save))
}

fn administrator(app: &App, caller: &Caller) -> Result<(), PageError> {
    app.door.administrator(caller).map_err(|_| PageError::NotAllowed("安全设置由平台管理员维护".into()))
}

/// `GET /security`
async fn show(signed: Signed, State(app): State<App>, headers: HeaderMap) -> Result<Response, PageError> {
    administrator(&app, &signed.caller)?;
    let policy = app.door.security().await?;
    let body = html! { (Flash::of(&headers).notice()) (form(&signed, &policy, &[], None)) };
    Ok(([(header::SET_COOKIE, Flash::gone())], page(&app, &signed, body)).into_response())
}

fn page(app: &App, signed: &Signed, body: Markup) -> Markup {
    layout::page(&Frame { title: words::SECURITY, signed: Some(signed), active: PAGE, ..Frame::new(app) }, body)
}

/// `POST /security`
async fn save(State(app): State<App>, posted: Posted) -> Result<Response, PageError> {
    administrator(&app, &posted.signed.caller)?;
    let before = app.door.security().await?;
    let roles = posted.all("factor_roles").map(str::to_owned).collect();
    let outcome = before.with(&posted.fields).map(|policy| SecurityPolicy { factor_roles: roles, ..policy });
    let saved = match outcome {
        Ok(policy) => app.door.set_security(&posted.signed.caller, &policy).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(()) => Ok(([(header::SET_COOKIE, Flash::done("安全设置已保存，立即生效。").cookie())], Redirect::to(PAGE)).into_response()),
        Err(DoorError::BadRequest(message)) => {
            let body = form(&posted.signed, &before, &posted.fields, Some(&message));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&app, &posted.signed, body)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

fn form(signed: &Signed, policy: &SecurityPolicy, given: &[(String, String)], wrong: Option<&str>) -> Markup {
    let value = |name: &str| given.iter().find(|(n, _)| n == name).map_or_else(|| policy.get(name).to_string(), |(_, v)| v.clone());
    let needs = |code: &str| {
        if given.is_empty() {
            policy.factor_roles.iter().any(|r| r == code)
        } else {
            given.iter().any(|(n, v)| n == "factor_roles" && v == code)
        }
    };
    html! {
        p.lead { "每次修改记入审计链，立即生效。数值为平台约定，国家标准只要求设定而未规定数值。" }
        @if let Some(message) = wrong { div.notice.notice-error role="alert" { (message) } }
        form.record-form.narrow method="post" action=(PAGE) data-once { (token(signed))
            section.card { div.form-grid {
                @for setting in SETTINGS {
                    div.field {
                        label for=(setting.name) { (setting.title) }
                        input.form-control id=(setting.name) name=(setting.name) value=(value(setting.name)) required inputmode="numeric" aria-describedby={(setting.name) "-hint"};
                        p.hint id={(setting.name) "-hint"} { (setting.least) "～" (setting.most) "。" (setting.help) }
                    }
                }
            } }
            section.card { h2 #roles-label { "须使用双因素登录的角色" }
                p.hint { "这些角色的账号未启用验证器或通行密钥前，登录后只能进行设置。单点登录的双因素由身份服务方负责，平台仍要求本平台的第二因素。" }
                div.checks role="group" aria-labelledby="roles-label" { @for (code, name) in words::ROLES { label.check { input type="checkbox" name="factor_roles" value=(code) checked[needs(code)]; span { (name) " " small.muted { (code) } } } } }
            }
            div.form-bar { button.btn.btn-primary type="submit" { "保存" } }
        }
    }
}
