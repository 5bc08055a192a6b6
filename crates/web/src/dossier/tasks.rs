//! Open duties of the employer's records that are on the caller's desk.

use super::parts;
use crate::app::App;
use crate::duties;
use crate::error::PageError;
use crate::links;
use crate::session::Signed;
use maud::{Markup, html};
use zhijian_records::duties::{Ask, DutyRow};

/// Most duties.
pub const MOST: u32 = 30;

/// Duties of records that the employer owns, and of its own register entry.
///
/// # Errors
/// The store failed.
pub async fn of(app: &App, signed: &Signed, employer: &str) -> Result<Option<Vec<DutyRow>>, PageError> {
    if app.door.duty_parts(&signed.caller).is_empty() {
        return Ok(None);
    }
    let owned = Ask { owner: Some(employer.to_owned()), limit: MOST + 1, ..Ask::default() };
    let own = Ask { record: Some(("employer".into(), employer.to_owned())), limit: MOST + 1, ..Ask::default() };
    let (owned, own) = futures::future::try_join(app.door.duties(&signed.caller, owned), app.door.duties(&signed.caller, own)).await?;
    let mut all = owned;
    all.extend(own);
    all.sort_by(|a, b| (&a.due_on, &a.id, &a.duty).cmp(&(&b.due_on, &b.id, &b.duty)));
    all.dedup();
    Ok(Some(all))
}

/// The section.
#[must_use]
pub fn body(app: &App, rows: &[DutyRow]) -> Markup {
    let today = app.door.today();
    let most = MOST as usize;
    html! {
        @if rows.is_empty() { (parts::none("没有未办结的期限事项。")) } @else {
            ul.due-list.file-duties { @for r in rows.iter().take(most) { li {
                a href=(links::record(&r.kind, &r.id)) { (app.catalogue().duties.get(&r.duty).map_or("", |d| d.title.as_str())) span.muted { " " (app.catalogue().kind(&r.kind).map_or("", |k| k.title.as_str())) } }
                span { (duties::when(r, &today)) }
            } } }
            @if rows.len() > most { p.file-more { a href=(duties::PAGE) { "只列出最早到期的 " (most) " 项，查看全部待办" } } }
        }
    }
}
