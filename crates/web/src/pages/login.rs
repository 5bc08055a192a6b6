//! Signing in.

use crate::app::App;
use crate::error::PageError;
use crate::layout::{self, Frame};
use crate::{assets, links, posted, session, words};
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use zhijian_records::accounts::SignInError;

/// `GET /login`
pub async fn show(State(app): State<App>, headers: HeaderMap, RawQuery(query): RawQuery) -> Result<Response, PageError> {
    if session::find(&app, &headers).await?.is_some() {
        return Ok(Redirect::to("/").into_response());
    }
    let next =
        posted::pairs(query.unwrap_or_default().as_bytes()).into_iter().find(|(n, _)| n == "next").map(|(_, v)| v).unwrap_or_default();
    Ok(form(&app, "", &next, None).into_response())
}

/// `POST /login`
pub async fn submit(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Result<Response, PageError> {
    let fields = posted::pairs(&body);
    let get = |name: &str| fields.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    let (login, next) = (get("login").trim(), get("next"));
    match app.door.sign_in(login, get("password")).await {
        Ok(signed) => {
            let to = if signed.account.must_change { links::PASSWORD } else { inside(next) };
            Ok(([(header::SET_COOKIE, session::cookie(&headers, &signed.secret))], Redirect::to(to)).into_response())
        }
        Err(SignInError::Door(error)) => Err(error.into()),
        Err(refused) => {
            let status =
                if matches!(refused, SignInError::Locked { .. }) { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::UNAUTHORIZED };
            Ok((status, form(&app, login, next, Some(&refused.to_string()))).into_response())
        }
    }
}

/// Only addresses of this site may follow a sign-in.
fn inside(next: &str) -> &str {
    if next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') && !next.contains(char::is_control) { next } else { "/" }
}

fn form(app: &App, login: &str, next: &str, refused: Option<&str>) -> Markup {
    let body = html! {
        div.login {
            div.login-card {
                img src=(assets::url("app/logo.svg")) alt="" width="48" height="48";
                h1 { (words::PRODUCT_LONG) }
                p.muted { (app.region_name()) }
                @if let Some(message) = refused { div.notice.notice-error role="alert" #refused { (message) } }
                form method="post" action="/login" {
                    input type="hidden" name="next" value=(next);
                    div.field {
                        label for="login" { "账号" }
                        input.form-control #login name="login" value=(login) required autocomplete="username" autocapitalize="none" spellcheck="false" autofocus[refused.is_none()] aria-describedby=[refused.map(|_| "refused")];
                    }
                    div.field {
                        label for="password" { "密码" }
                        input.form-control #password type="password" name="password" required autocomplete="current-password" autofocus[refused.is_some()];
                    }
                    button.btn.btn-primary.w-100 type="submit" { "登录" }
                }
            }
        }
    };
    layout::page(&Frame { title: "登录", bare: true, ..Frame::new(app) }, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        for (next, expected) in
            [("/records/exam?x=1", "/records/exam?x=1"), ("//evil", "/"), ("https://evil", "/"), ("/\\evil", "/"), ("", "/")]
        {
            assert_eq!(inside(next), expected, "{next}");
        }
    }
}
