//! Examinations from the roster to the result: 应检名单, 体检委托, 号源 and 未检名单, for the employer, the clinic and the office.

mod booking;
mod capacity;
mod cards;
mod due;
mod due_list;
mod order;
mod order_parts;
mod release;
mod slots;
mod unexamined;

pub use cards::desk;

use crate::app::App;
use crate::error::PageError;
use crate::session::Signed;
use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use zhijian_records::access::{self, Wish};
use zhijian_records::exams::{ORDER, SLOT, WORKER};

/// Who is due.
pub const DUE: &str = "/exams/due";
/// Its name.
pub const DUE_TITLE: &str = "应检名单";
/// Places of clinics.
pub const SLOTS: &str = "/exams/slots";
/// Its name.
pub const SLOTS_TITLE: &str = "号源日历";
/// Who was not examined.
pub const UNEXAMINED: &str = "/exams/unexamined";
/// Its name.
pub const UNEXAMINED_TITLE: &str = "未检名单";
/// Places against need.
pub const CAPACITY: &str = "/exams/capacity";
/// Its name.
pub const CAPACITY_TITLE: &str = "体检能力与应检";
/// Name of an order's page.
pub const ORDER_TITLE: &str = "名单与预约";

/// Routes of these pages.
pub fn router() -> Router<App> {
    Router::new()
        .route(DUE, get(due::show).post(due::order))
        .route(cards::FIGURES, get(cards::figures))
        .route(UNEXAMINED, get(unexamined::show))
        .route(SLOTS, get(slots::show).post(release::submit))
        .route(CAPACITY, get(capacity::show))
        .route("/exams/orders/{id}", get(order::show))
        .route("/exams/orders/{id}/send", post(booking::send))
        .route("/exams/orders/{id}/cancel", post(booking::cancel))
        .route("/exams/orders/{id}/book", post(booking::book))
        .route("/exams/orders/{id}/reasons", post(booking::reasons))
}

/// Address of an order's page.
#[must_use]
pub fn order_page(id: &str) -> String {
    format!("/exams/orders/{id}")
}

/// Menu entries for somebody: address, name.
#[must_use]
pub fn menu(app: &App, signed: &Signed) -> Vec<(&'static str, &'static str)> {
    let may = |kind: &str, wish| app.catalogue().kind(kind).is_some_and(|kind| access::may(&signed.caller, kind, wish));
    let employer = signed.is("R08") || signed.is("R09");
    let mut entries = Vec::new();
    if employer && may("exposed_worker", Wish::Reveal) {
        entries.push((DUE, DUE_TITLE));
    }
    if employer && may(WORKER, Wish::Read) {
        entries.push((UNEXAMINED, UNEXAMINED_TITLE));
    }
    if may(SLOT, Wish::Read) && (employer || signed.is("R11")) {
        entries.push((SLOTS, SLOTS_TITLE));
    }
    if may(SLOT, Wish::Read) && !employer && !signed.is("R11") {
        entries.push((CAPACITY, CAPACITY_TITLE));
    }
    entries
}

/// Refuses who may not do this with any record of a kind.
fn allow(app: &App, signed: &Signed, kind: &str, wish: Wish) -> Result<(), PageError> {
    let kind = app.door.kind(kind)?;
    Ok(zhijian_records::Door::allow(&signed.caller, &kind, wish)?)
}

/// The employer that a page is about: the account's own, or the one in the address.
fn employer<'a>(signed: &'a Signed, asked: &'a str) -> &'a str {
    let own = signed.is("R08") || signed.is("R09");
    if own && !signed.account.organisation.is_empty() { &signed.account.organisation } else { asked }
}

/// Somebody who is responsible for many employers chooses one first.
fn choose(title: &str) -> Markup {
    html! {
        div.empty-state {
            p.empty-title { (title) "按用人单位查看" }
            p { "请在" a href="/records/employer" { "用人单位名录" } "中打开一家单位，从那里进入。" }
        }
    }
}

/// Back to a page with a sentence.
fn back(to: &str, sentence: &str) -> Response {
    let flash = crate::flash::Flash::done(sentence);
    ([(header::SET_COOKIE, flash.cookie())], Redirect::to(to)).into_response()
}

/// The order's way from a record, see [`crate::dossier::of_record`].
#[must_use]
pub fn of_record(kind: &str, id: &str) -> Option<(&'static str, String)> {
    (kind == ORDER).then(|| (ORDER_TITLE, order_page(id)))
}

/// Style sheet of these pages.
fn style() -> Markup {
    html! { link rel="stylesheet" href=(crate::assets::url("app/exams.css")); }
}
