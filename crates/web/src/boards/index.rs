//! The list of boards.

use super::{PAGE, TITLE};
use crate::app::App;
use crate::board::place::Territory;
use crate::{Frame, PageError, Signed, layout, words};
use axum::extract::State;
use maud::{Markup, html};

/// `GET /boards`
pub async fn page(signed: Signed, State(app): State<App>) -> Result<Markup, PageError> {
    Territory::of(&app, &signed.caller)?;
    let body = html! {
        (super::style())
        div.plan-cards {
            @for board in app.catalogue().boards.values() {
                @let address = format!("{PAGE}/{}", board.board);
                section.card.plan-card {
                    h2 { a href=(address) { (board.title) } }
                    p { (board.help) }
                    p.muted.board-small { (board.panels.len()) " 个面板 · 依据：" (words::basis(&board.basis.replace("unsourced", "未注明出处"))) }
                    p.board-small { a href=(format!("{address}?screen=1")) { "大屏显示" span.visually-hidden { "：" (board.title) } } }
                }
            }
        }
        p { a href="/plans" { (words::BOARD) } " · " a href=(crate::maps::PAGE) { (crate::maps::TITLE) } " · " a href=(crate::tables::PAGE) { (crate::tables::TITLE) } " · " a href="/indicators" { "指标定义" } }
    };
    Ok(layout::page(&Frame { title: TITLE, signed: Some(&signed), active: PAGE, ..Frame::new(&app) }, body))
}
