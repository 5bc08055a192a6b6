//! The watermark (水印) of pages that show identified data: who looks at them and when, over the whole page, on the screen and on paper.
//!
//! The picture has an address of its own, since the content security policy allows no inline style: a style sheet names it as background, and the browser
//! asks for it with the session. A line of text says the same to who prints without backgrounds.

use crate::app::App;
use crate::session::Signed;
use crate::words;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

/// Name, account and time.
#[must_use]
pub fn line(app: &App, signed: &Signed) -> String {
    format!("{} {} {}", signed.account.name, signed.account.login, words::moment(app.door.now()))
}

/// The layer over the page, and the line for print.
#[must_use]
pub fn layer(app: &App, signed: &Signed) -> Markup {
    html! {
        div.watermark aria-hidden="true" {}
        p.watermark-line { "含个人信息，请勿外传 · " (line(app, signed)) }
    }
}

/// `GET /watermark.svg`: one tile.
pub async fn tile(signed: Signed, State(app): State<App>) -> Response {
    let svg = html! {
        svg xmlns="http://www.w3.org/2000/svg" width="360" height="200" viewBox="0 0 360 200" {
            g transform="rotate(-20 180 100)" fill="#1f2937" fill-opacity="0.11" font-family="sans-serif" font-size="15" text-anchor="middle" {
                text x="180" y="95" { (signed.account.name) " " (signed.account.login) }
                text x="180" y="117" { (words::moment(app.door.now())) }
            }
        }
    };
    ([(header::CONTENT_TYPE, "image/svg+xml")], svg.into_string()).into_response()
}
