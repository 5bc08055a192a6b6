//! On the system page: messages that no outlet took, and sending them again.

use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::token;
use crate::posted::Posted;
use crate::session::Signed;
use crate::words;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use zhijian_records::notices::port::Standing;

/// Messages that are listed.
const SHOWN: u32 = 50;

/// The card.
///
/// # Errors
/// The caller is no administrator; the store failed.
pub async fn card(app: &App, signed: &Signed) -> Result<Markup, PageError> {
    let failed = app.door.letters(&signed.caller, Some(Standing::Failed), SHOWN).await?;
    let counts = app.door.letter_counts().await?;
    let sum = |standing: Standing| counts.iter().filter(|(_, s, _)| *s == standing).map(|(_, _, n)| n).sum::<u64>();
    let outlets: Vec<&str> = app.gate.outlets.iter().map(|(_, title)| *title).collect();
    Ok(html! {
        section.card {
            h2 { "通知渠道" }
            dl.facts {
                div.fact { dt { "已配置" } dd { @if outlets.is_empty() { "无（通知只在站内）" } @else { (outlets.join("、")) } } }
                div.fact { dt { "待发送" } dd { (words::count(sum(Standing::Waiting))) } }
                div.fact { dt { "已发送" } dd { (words::count(sum(Standing::Sent))) } }
                div.fact { dt { "未送达" } dd { (words::count(sum(Standing::Failed))) } }
            }
            @if !failed.is_empty() {
                div.table-wrap { table.list.small {
                    thead { tr { th scope="col" { "时间" } th scope="col" { "渠道" } th scope="col" { "账号" } th.num scope="col" { "尝试" } th scope="col" { "原因" } th scope="col" { "操作" } } }
                    tbody { @for letter in &failed { tr {
                        td.date data-label="时间" { (words::moment(letter.at)) }
                        td data-label="渠道" { (letter.outlet) }
                        td data-label="账号" { (letter.login) }
                        td.num data-label="尝试" { (letter.attempts) }
                        td.text data-label="原因" { (letter.fault) }
                        td data-label="操作" { form method="post" action="/system/letters" { (token(signed)) input type="hidden" name="id" value=(letter.id); button.btn.btn-sm type="submit" { "重发" } } }
                    } } }
                } }
                form method="post" action="/system/letters" data-once { (token(signed)) button.btn type="submit" { "全部重发" } }
            }
        }
    })
}

/// `POST /system/letters`
pub async fn resend(State(app): State<App>, posted: Posted) -> Result<Response, PageError> {
    let id = Some(posted.get("id")).filter(|id| !id.is_empty());
    let number = app.door.resend_letters(&posted.signed.caller, id, "web").await?;
    let told = Flash::done(&format!("{number} 条消息将重新发送")).cookie();
    Ok(([(header::SET_COOKIE, told)], Redirect::to(crate::pages::system::PAGE)).into_response())
}
