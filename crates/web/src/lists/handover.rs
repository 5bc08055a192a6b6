//! Handing a list to the department that acts on it: the file, and the record of the handing over.

use super::export;
use super::question::Question;
use crate::app::App;
use crate::board::asked::Asked;
use crate::pages::records::cells;
use crate::{PageError, Signed, links};
use maud::{Markup, html};
use zhijian_records::access::{self, Wish};
use zhijian_records::port::Op;
use zhijian_records::read::{ListRequest, View};

/// Kind of the records of handing over.
const KIND: &str = "list_handover";
/// Handings over that the page names.
const SHOWN: u32 = 5;

/// The section below a list.
///
/// # Errors
/// The store failed.
pub async fn section(app: &App, signed: &Signed, question: &Question<'_>, asked: &Asked, total: u64) -> Result<Markup, PageError> {
    let def = question.def;
    let exports = super::scope(app, &signed.caller, def, Wish::Export).is_some() && total > 0;
    let before = earlier(app, signed, question).await?;
    let files = app.catalogue().kind(KIND).is_some_and(|kind| access::may(&signed.caller, kind, Wish::File));
    let partner = def.partner.as_deref().map(|code| (code, app.catalogue().list("PARTNER").map_or(code, |l| l.label(code))));
    Ok(html! {
        section.card.list-handover {
            div.board-section-head {
                h2 { @if let Some((_, name)) = partner { "移交" (name) } @else { "办理" } }
                @if exports { (export::dialog(app, signed, question, asked)) }
            }
            p { (def.action) }
            @if let Some((code, _)) = partner {
                @if before.is_empty() { p.muted { "还没有移交记录。" } } @else { (table(app, &before)) }
                @if files { p { a.btn href=(new(app, question, code, total)) { "登记一次移交" } " " a href=(links::list_by(KIND, "list", &def.list)) { "全部移交记录" } } }
            }
        }
    })
}

async fn earlier(app: &App, signed: &Signed, question: &Question<'_>) -> Result<Vec<View>, PageError> {
    let Some(kind) = app.catalogue().kind(KIND) else { return Ok(Vec::new()) };
    if question.def.partner.is_none() || !access::may(&signed.caller, kind, Wish::Read) {
        return Ok(Vec::new());
    }
    let filters = vec![("list".to_owned(), Op::Eq, question.def.list.clone())];
    let request = ListRequest { filters, sort: Some("-event_date".into()), limit: SHOWN, ..ListRequest::default() };
    Ok(app.door.list(&signed.caller, KIND, &request).await?.rows)
}

fn table(app: &App, rows: &[View]) -> Markup {
    let kind = app.catalogue().kind(KIND);
    html! {
        div.table-wrap { table.slim {
            thead { tr { th scope="col" { "移交日期" } th scope="col" { "地区" } th.num scope="col" { "条数" } th scope="col" { "反馈" } th scope="col" { "状态" } } }
            tbody { @for view in rows { @if let Some(kind) = kind { tr {
                th scope="row" { a href=(links::record(KIND, &view.id)) { (cells::cell(app, kind, "handed_on", view)) } }
                td { (app.catalogue().regions.name(&view.region)) }
                td.num { (cells::cell(app, kind, "rows", view)) }
                td { (cells::cell(app, kind, "feedback", view)) }
                td { (cells::cell(app, kind, "status", view)) }
            } } } }
        } }
    }
}

/// The form of a handing over, filled in as far as the page knows.
fn new(app: &App, question: &Question<'_>, partner: &str, total: u64) -> String {
    let (year, rows, today) = (question.params.year.to_string(), total.to_string(), app.door.today());
    let pairs = [
        ("list", question.def.list.as_str()),
        ("list_title", &question.def.title),
        ("county", &question.params.region),
        ("list_year", &year),
        ("partner", partner),
        ("rows", &rows),
        ("handed_on", &today),
    ];
    format!("{}{}", links::new(KIND), links::query(&pairs))
}
