//! `GET /verify/{code}`: is a copy genuine? For everybody, without signing in, and paced: codes cannot be tried out.

use crate::app::App;
use crate::error::PageError;
use crate::layout::{self, Frame};
use crate::{links, visit};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use zhijian_documents::check::{Found, by_code};
use zhijian_records::DoorError;
use zhijian_records::port::{Admission, Instant, Pace};

/// The page that asks for a code.
pub const PAGE: &str = "/verify";

const SECOND: Instant = 1_000_000;
/// Codes that are wrong before an address must wait, and how long (design).
const PACE: Pace = Pace { free: 10, pause: 10 * SECOND, longest: 600 * SECOND, forget: 900 * SECOND };

/// `GET /verify`
pub async fn ask(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    let given = crate::posted::pairs(query.unwrap_or_default().as_bytes()).into_iter().find(|(n, _)| n == "code").map(|(_, v)| v);
    match given.as_deref().map(str::trim).filter(|code| !code.is_empty()) {
        Some(code) => Redirect::to(&format!("{PAGE}/{}", links::encode(code))).into_response(),
        None => page(&app, html! { (form("")) }).into_response(),
    }
}

/// `GET /verify/{code}`
pub async fn show(State(app): State<App>, Path(code): Path<String>, headers: HeaderMap) -> Result<Response, PageError> {
    let store = |source| DoorError::Store { kind: "verify".into(), source };
    let (now, key) = (app.door.now(), format!("verify:{}", visit::address(&headers)));
    if let Admission::Paused(until) = app.door.store.admit(&key, now, PACE).await.map_err(store)? {
        let seconds = (until - now).max(0) / SECOND + 1;
        let body = html! { p.notice.notice-warning role="alert" { "校验过于频繁，请 " (seconds) " 秒后再试。" } (form(&code)) };
        return Ok((StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds.to_string())], page(&app, body)).into_response());
    }
    let Some(found) = by_code(&app.door, &code).await? else {
        let body = html! {
            div.notice.notice-error role="alert" { strong { "没有这个校验码。" } " 请核对是否输错；如与文书上印的一致，该文书不是本平台出具的。" }
            (form(&code))
        };
        return Ok((StatusCode::NOT_FOUND, page(&app, body)).into_response());
    };
    // A code that is right is no guess.
    app.door.store.forgive(&key, Some(1)).await.map_err(store)?;
    Ok(page(&app, html! { (answer(&found)) (form("")) }).into_response())
}

fn answer(found: &Found) -> Markup {
    html! {
        @if found.voided {
            div.notice.notice-error role="status" { strong { "已作废。" } " 该文书由本平台出具，但已作废，不再有效。" }
        } @else {
            div.notice.notice-ok role="status" { strong { "有效。" } " 该文书由本平台出具。请核对下列内容与文书一致。" }
        }
        dl.facts {
            div { dt { "文书" } dd { (found.title) } }
            div { dt { "编号" } dd { (found.number) } }
            div { dt { "出具单位" } dd { (found.issuer) } }
            div { dt { "出具日期" } dd.date { (found.issued_on) } }
            div { dt { "内容摘要（SM3）" } dd.digest { code { (found.content_digest) } } }
            div { dt { "文件摘要（SM3）" } dd.digest { code { (found.file_digest) } } }
        }
        p.hint { "此处不显示文书的具体内容和任何个人信息。PDF 文件可用 " code { "zhijian document verify 文件.pdf" } " 逐字节核对。" }
    }
}

fn form(code: &str) -> Markup {
    html! {
        form method="get" action=(PAGE) {
            div.field {
                label for="code" { "校验码" }
                input.form-control #code name="code" value=(code) required maxlength="40" autocapitalize="characters" autocomplete="off" spellcheck="false" aria-describedby="code-hint";
                p.hint #code-hint { "印在文书页脚，16 位，如 7K3M-9QXT-2WHD-5RVB；可不输连字符。" }
            }
            button.btn.btn-primary.w-100 type="submit" { "核对" }
        }
    }
}

fn page(app: &App, body: Markup) -> Markup {
    let body = html! {
        div.login { div.login-card.check-card {
            img src=(crate::assets::url("app/logo.svg")) alt="" width="48" height="48";
            h1 { "文书校验" }
            p.muted { (crate::words::PRODUCT_LONG) " " (app.region_name()) }
            (body)
        } }
    };
    layout::page(&Frame { title: "文书校验", bare: true, ..Frame::new(app) }, body)
}
