//! `GET /exams/orders/{id}`: an order with its list, where both sides act.

use super::{order_parts, style};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame};
use crate::links;
use crate::pages::records::{cells, step};
use crate::session::Signed;
use crate::words;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use maud::html;
use zhijian_records::DoorError;
use zhijian_records::access::Wish;
use zhijian_records::exams::{Lines, ORDER};

/// Fields of the head.
const HEAD: [&str; 10] = [
    "employer_name",
    "contact",
    "phone",
    "institution",
    "period_from",
    "period_to",
    "headcount",
    "sent_on",
    "return_reason",
    "cancel_reason",
];

/// `GET /exams/orders/{id}`
pub async fn show(signed: Signed, State(app): State<App>, Path(id): Path<String>, headers: HeaderMap) -> Result<Response, PageError> {
    let kind = app.door.kind(ORDER)?;
    let view = app.door.open(&signed.caller, ORDER, &id, None).await?;
    let lines = match app.door.lines_of_order(&signed.caller, &id).await {
        Ok(lines) => Some(lines),
        // Some offices read orders and not their lists.
        Err(DoorError::NotAllowed { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let moves = view.may.contains(&Wish::Advance);
    let employer = moves && (signed.is("R08") || signed.is("R09"));
    let today = app.door.today();
    let flash = Flash::of(&headers);
    let none = Lines::default();
    let list = lines.as_ref().unwrap_or(&none);
    let booking = moves && matches!(view.state.as_str(), "confirmed" | "scheduled" | "examining");
    let slots = if booking { order_parts::open_slots(&app, &signed, &view, &today).await? } else { Vec::new() };
    let body = html! {
        (style())
        (flash.notice())
        section.card {
            dl.exam-head { @for path in HEAD { @if cells::given(&view.data, path) {
                div { dt { (cells::title(&kind, path)) } dd { (cells::cell(&app, &kind, path, &view)) } }
            } } }
        }
        (step::card(&app, &signed, &kind, &view))
        @if employer && matches!(view.state.as_str(), "draft" | "returned") { (order_parts::send(&app, &signed, &view).await?) }
        @match &lines {
            Some(lines) => {
                (order_parts::numbers(lines))
                (order_parts::list(&app, &signed, &view, lines, booking.then_some(slots.as_slice()), &today))
            }
            None => p.muted { "名单不在您的查看范围。" },
        }
        @if employer && order_parts::unmet(list).next().is_some() && !matches!(view.state.as_str(), "draft" | "cancelled") {
            (order_parts::reasons(&app, &signed, &view, list))
        }
        @if employer && !matches!(view.state.as_str(), "examining" | "done" | "cancelled") { (order_parts::cancel(&signed, &view)) }
    };
    let number = cells::name(&app, &kind, &view.data);
    let title = format!("{} {number}", kind.title);
    let crumbs = [(words::DESK, "/".to_owned()), (kind.title.as_str(), links::list(ORDER))];
    let actions = html! { a.btn href=(links::record(ORDER, &id)) { "委托记录" } };
    let frame =
        Frame { title: &title, signed: Some(&signed), active: &links::list(ORDER), breadcrumbs: &crumbs, actions, ..Frame::new(&app) };
    Ok(([(header::SET_COOKIE, Flash::gone())], layout::page(&frame, body)).into_response())
}
