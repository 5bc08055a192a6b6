//! Who looked at one record.

use super::rows;
use crate::app::App;
use crate::error::PageError;
use crate::layout::{self, Frame};
use crate::session::Signed;
use crate::{links, posted};
use axum::extract::{Path, RawQuery, State};
use maud::{Markup, html};
use zhijian_records::access::{self, Wish};

/// Lines of a page.
const LINES: u32 = 50;

/// `GET /records/{kind}/{id}/audit`
pub async fn show(
    signed: Signed,
    State(app): State<App>,
    Path((kind, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Markup, PageError> {
    let kind = app.door.kind(&kind)?;
    let pairs = posted::pairs(query.unwrap_or_default().as_bytes());
    let before = match pairs.iter().find(|(name, _)| name == "before") {
        Some((_, text)) => Some(text.parse().map_err(|_| PageError::BadRequest(format!("翻页位置“{text}”不是序号")))?),
        None => None,
    };
    let lines = app.door.looks(&signed.caller, &kind.kind, &id, before, LINES).await?;
    let names = rows::names(&app).await?;
    let page = links::about(&kind.kind, &id, "audit");
    let next = lines.last().filter(|_| lines.len() == LINES as usize).map(|line| format!("{page}?before={}", line.seq));
    let body = html! {
        p.lead { "谁看过、改过这条" (kind.title) "（记录号 " code { (id) } "），何时，为什么。整批导入写入的版本见该记录的“历史”。" }
        @if lines.is_empty() {
            div.empty-state { p.empty-title { "没有人单独查看或修改过" } p { "查看完整信息、修改、紧急访问和指派会显示在这里。" } }
        } @else { (rows::table(&app, &signed, Some(&names), &lines)) }
        (rows::pager(before.map(|_| page.as_str()), next.as_deref()))
    };
    let mut crumbs = Vec::new();
    if access::may(&signed.caller, &kind, Wish::Read) {
        crumbs.push((kind.title.as_str(), links::list(&kind.kind)));
        crumbs.push(("记录", links::record(&kind.kind, &id)));
    }
    let frame =
        Frame { title: "谁看过这条记录", signed: Some(&signed), active: super::PAGE, breadcrumbs: &crumbs, ..Frame::new(&app) };
    Ok(layout::page(&frame, body))
}
