//! Second factors of the own account: authenticator apps, passkeys, recovery codes, links to the identity provider.

use super::{done, owner, page, password_field};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::token;
use crate::links::{self, FACTORS};
use crate::posted::Posted;
use crate::session::Signed;
use crate::visit::Visit;
use crate::{qr, words};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use zhijian_records::DoorError;
use zhijian_records::accounts::{Enrolment, factor};
use zhijian_records::port::Factor;

const TITLE: &str = "双因素登录";

/// `GET /me/factors`
pub async fn show(signed: Signed, State(app): State<App>, headers: HeaderMap) -> Result<Response, PageError> {
    let body = html! { (Flash::of(&headers).notice()) (overview(&app, &signed, None).await?) };
    Ok(([(header::SET_COOKIE, Flash::gone())], page(&app, &signed, TITLE, &["app/passkeys.js"], body)).into_response())
}

async fn again(app: &App, signed: &Signed, message: &str) -> Result<Response, PageError> {
    let body = overview(app, signed, Some(message)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(app, signed, TITLE, &["app/passkeys.js"], body)).into_response())
}

async fn overview(app: &App, signed: &Signed, wrong: Option<&str>) -> Result<Markup, PageError> {
    let proofs = app.door.proofs(&signed.account.login).await?;
    Ok(html! {
        @if signed.factor_first { div.notice.notice-warning role="status" { "您的角色须使用双因素登录。请启用验证器或通行密钥，之后即可继续。" } }
        @if let Some(message) = wrong { div.notice.notice-error role="alert" { (message) } }
        section.card.narrow {
            h2 { "验证器应用" }
            p.hint { "手机上的验证器应用每 30 秒生成一个 6 位验证码，登录时在密码之后输入。" }
            (listed(app, signed, factor::TOTP, &proofs.totp))
            details open[proofs.totp.is_empty()] { summary { "添加验证器" }
                form method="post" action="/me/factors/totp" data-once { (token(signed))
                    div.form-grid { div.field { label for="totp-name" { "名称" } input.form-control #totp-name name="name" maxlength="40" placeholder="如：办公手机"; } (password_field(app, signed, "totp-password")) }
                    button.btn.btn-primary type="submit" { "下一步" }
                }
            }
        }
        section.card.narrow {
            h2 { "通行密钥" }
            p.hint { "用指纹、面容、设备密码或安全钥匙登录，不需要输入密码，也不会被假冒网站骗走。" }
            (listed(app, signed, factor::PASSKEY, &proofs.passkeys))
            @if app.gate.passkeys.is_some() {
                details { summary { "添加通行密钥" }
                    form data-passkey-form { (token(signed))
                        div.form-grid { div.field { label for="passkey-name" { "名称" } input.form-control #passkey-name name="name" maxlength="40" placeholder="如：办公电脑"; } (password_field(app, signed, "passkey-password")) }
                        button.btn.btn-primary type="submit" { "注册通行密钥" }
                        noscript { p.muted { "注册通行密钥需要启用脚本。" } }
                    }
                }
            } @else { p.muted { "本平台未启用通行密钥（须由运维配置 https 域名 public_url）。" } }
        }
        @if proofs.second() {
            section.card.narrow {
                h2 { "恢复码" }
                p { "还剩 " strong { (proofs.recovery) } " 个。手机不在身边时，每个恢复码可代替验证码登录一次。" }
                form method="post" action="/me/factors/recovery" data-once { (token(signed)) div.form-grid { (password_field(app, signed, "recovery-password")) } button.btn type="submit" { "生成新的恢复码" } p.hint { "原有恢复码随即作废。" } }
            }
        }
        @if let Some(sso) = &app.gate.sso {
            section.card.narrow {
                h2 { "单点登录" }
                p.hint { "关联后可用“" (sso.name) "”登录本账号。" }
                (listed(app, signed, factor::SSO, &proofs.subjects))
                form method="post" action="/me/factors/sso" data-once { (token(signed)) div.form-grid { (password_field(app, signed, "sso-password")) } button.btn type="submit" { "关联身份" } }
            }
        }
    })
}

fn listed(app: &App, signed: &Signed, kind: &str, all: &[Factor]) -> Markup {
    html! {
        @if all.is_empty() { p.muted { "尚未设置。" } } @else {
            ul.plain.factor-list { @for found in all { li {
                details { summary { strong { (found.name) } " " span.muted { (words::moment(found.created)) " 添加，" @if found.used > 0 { "最近使用 " (words::moment(found.used)) } @else { "未使用过" } } }
                    form method="post" action={"/me/factors/" (kind) "/" (links::encode(&found.id)) "/remove"} data-once { (token(signed)) div.form-grid { (password_field(app, signed, &format!("remove-{}", short(&found.id)))) } button.btn.btn-danger type="submit" { "移除" } }
                }
            } } }
        }
    }
}

/// Enough of an id to tell fields of a page apart.
fn short(id: &str) -> String {
    id.chars().filter(char::is_ascii_alphanumeric).take(16).collect()
}

/// `POST /me/factors/totp`: a fresh secret to scan.
pub async fn begin(State(app): State<App>, visit: Visit, posted: Posted) -> Result<Response, PageError> {
    if let Some(message) = owner(&app, &posted, &visit).await? {
        return again(&app, &posted.signed, &message).await;
    }
    let enrolment = app.door.enrol_totp(&posted.signed.caller, posted.get("name")).await?;
    Ok(scan(&app, &posted.signed, &enrolment, None).into_response())
}

fn scan(app: &App, signed: &Signed, enrolment: &Enrolment, wrong: Option<&str>) -> Markup {
    let body = html! {
        @if let Some(message) = wrong { div.notice.notice-error role="alert" #wrong { (message) } }
        section.card.narrow {
            ol.scan-steps {
                li { "用验证器应用扫描二维码：" (qr::code(&enrolment.address, "验证器二维码")) details { summary { "无法扫描？手动输入密钥" } p.password { code { (enrolment.secret) } } p.hint { "类型：基于时间，SHA-1，6 位，30 秒。" } } }
                li { "输入应用显示的 6 位验证码："
                    form method="post" action={"/me/factors/totp/" (enrolment.id)} data-once { (token(signed))
                        div.form-grid { div.field { label for="code" { "验证码" } input.form-control #code name="code" required inputmode="numeric" autocomplete="one-time-code" maxlength="8" autofocus aria-describedby=[wrong.map(|_| "wrong")]; } }
                        div.form-bar { button.btn.btn-primary type="submit" { "启用" } a.btn href=(FACTORS) { "取消" } }
                    }
                }
            }
        }
    };
    page(app, signed, "添加验证器", &[], body)
}

/// `POST /me/factors/totp/{id}`: the first code.
pub async fn confirm(State(app): State<App>, Path(id): Path<String>, posted: Posted) -> Result<Response, PageError> {
    let signed = &posted.signed;
    match app.door.confirm_totp(&signed.caller, &signed.session, &id, posted.get("code")).await {
        Ok(codes) if codes.is_empty() => Ok(done("验证器已启用。", FACTORS)),
        Ok(codes) => Ok(shown_once(&app, signed, &codes).into_response()),
        Err(DoorError::BadRequest(message)) => {
            let enrolment = app.door.open_enrolment(&signed.caller, &id).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, scan(&app, signed, &enrolment, Some(&message))).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /me/factors/recovery`
pub async fn recovery(State(app): State<App>, visit: Visit, posted: Posted) -> Result<Response, PageError> {
    if let Some(message) = owner(&app, &posted, &visit).await? {
        return again(&app, &posted.signed, &message).await;
    }
    let codes = app.door.renew_recovery(&posted.signed.caller).await?;
    Ok(shown_once(&app, &posted.signed, &codes).into_response())
}

fn shown_once(app: &App, signed: &Signed, codes: &[String]) -> Markup {
    let body = html! {
        section.card.narrow {
            p { "双因素登录已启用。请保存这些恢复码，" strong { "只显示这一次" } "；每个只能用一次。" }
            ul.recovery-codes { @for code in codes { li { code { (code) } } } }
            p.hint { "打印或抄写后与手机分开存放。遗失时可在“双因素登录”中生成新的恢复码，或请管理员重置。" }
            p { a.btn.btn-primary href=(FACTORS) { "我已保存" } }
        }
    };
    page(app, signed, "恢复码", &[], body)
}

/// `POST /me/factors/{kind}/{id}/remove`
pub async fn remove(
    State(app): State<App>,
    Path((kind, id)): Path<(String, String)>,
    visit: Visit,
    posted: Posted,
) -> Result<Response, PageError> {
    if let Some(message) = owner(&app, &posted, &visit).await? {
        return again(&app, &posted.signed, &message).await;
    }
    app.door.remove_factor(&posted.signed.caller, &kind, &id).await?;
    Ok(done("已移除。", FACTORS))
}

/// `POST /me/factors/sso`: off to the provider, to come back with the subject. By a link, since a form may not lead to another site here.
pub async fn link(State(app): State<App>, visit: Visit, headers: HeaderMap, posted: Posted) -> Result<Response, PageError> {
    let sso = app.gate.sso.as_ref().ok_or_else(crate::pages::login::no_sso)?;
    if let Some(message) = owner(&app, &posted, &visit).await? {
        return again(&app, &posted.signed, &message).await;
    }
    let (address, journey) = sso.leave(app.door.now(), &posted.signed.account.login, FACTORS).await?;
    let body = html! { section.card.narrow { p { "请前往“" (sso.name) "”登录要关联的身份，完成后自动返回。" } p { a.btn.btn-primary href=(address) { "前往" } " " a.btn href=(FACTORS) { "取消" } } } };
    let cookie = crate::pages::sso_cookie::set(&app, &headers, &journey)?;
    Ok(([(header::SET_COOKIE, cookie)], page(&app, &posted.signed, "关联单点登录", &[], body)).into_response())
}
