//! The list of statistics tables.

use super::{PAGE, TITLE};
use crate::app::App;
use crate::board::place::Territory;
use crate::{Frame, PageError, Signed, layout, words};
use axum::extract::State;
use maud::{Markup, html};

/// `GET /tables`
pub async fn page(signed: Signed, State(app): State<App>) -> Result<Markup, PageError> {
    Territory::of(&app, &signed.caller)?;
    let body = html! {
        (super::page::style())
        div.plan-cards {
            @for table in app.catalogue().tables.values() {
                section.card.plan-card {
                    h2 { a href=(format!("{PAGE}/{}", table.table)) { (table.title) } }
                    p { (table.help) }
                    p.muted.board-small { (table.rows.title) " × " (table.columns.title) " · 依据：" (words::basis(&table.basis)) }
                }
            }
        }
        p { a href="/plans" { "规划看板" } " · " a href="/indicators" { "指标定义" } }
    };
    Ok(layout::page(&Frame { title: TITLE, signed: Some(&signed), active: PAGE, ..Frame::new(&app) }, body))
}
