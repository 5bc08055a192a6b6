//! One notice in the list.

use crate::app::App;
use crate::error::PageError;
use crate::layout::token;
use crate::pages::records::cells;
use crate::session::Signed;
use crate::words;
use maud::{Markup, html};
use zhijian_kinds::notice::Level;
use zhijian_records::DoorError;
use zhijian_records::notices::Shown;
use zhijian_records::read::View;

/// Columns of the record that tell it from others.
const COLUMNS: usize = 2;

/// Records that notices are about, as the caller sees them.
///
/// # Errors
/// The store failed.
pub async fn records(app: &App, signed: &Signed, rows: &[Shown]) -> Result<Vec<Option<View>>, PageError> {
    let opened = rows.iter().map(|row| async move {
        if row.kind.is_empty() {
            return Ok(None);
        }
        match app.door.open(&signed.caller, &row.kind, &row.record, None).await {
            Ok(view) => Ok(Some(view)),
            Err(DoorError::NotFound | DoorError::NotAllowed { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    });
    Ok(futures::future::try_join_all(opened).await?)
}

/// A badge for the level.
#[must_use]
pub fn level(level: Level) -> Markup {
    let tone = match level {
        Level::Urgent => "badge-stop",
        Level::Attention => "badge-look",
        Level::Info => "badge-plain",
    };
    html! { span class={"state-badge " (tone)} { (level.title()) } }
}

/// The row. Opening it is a form, since it changes what is read.
#[must_use]
pub fn row(app: &App, signed: &Signed, shown: &Shown, view: Option<&View>, back: &str) -> Markup {
    let unread = shown.read == 0;
    html! {
        li.notice-row.notice-unread[unread] {
            div.notice-head {
                (level(shown.level))
                strong { (shown.title) }
                time.muted { (words::moment(shown.at)) }
            }
            div.notice-body {
                form method="post" action={"/notices/" (shown.id) "/open"} {
                    (token(signed))
                    button.link-button type="submit" { @if unread { span.visually-hidden { "未读：" } } (shown.text) }
                }
                @if let Some(view) = view { (about(app, shown, view)) }
            }
            form.notice-mark method="post" action={"/notices/" (shown.id) "/mark"} {
                (token(signed))
                input type="hidden" name="back" value=(back);
                input type="hidden" name="read" value=(if unread { "1" } else { "0" });
                button.btn.btn-sm type="submit" { (if unread { "标为已读" } else { "标为未读" }) }
            }
        }
    }
}

fn about(app: &App, shown: &Shown, view: &View) -> Markup {
    let Some(kind) = app.catalogue().kind(&shown.kind) else { return Markup::default() };
    let columns = kind.list.columns.iter().filter(|c| cells::class(kind, c) == "text").take(COLUMNS);
    html! {
        span.notice-record.muted {
            (kind.title) "："
            @for (index, column) in columns.enumerate() { @if index > 0 { " · " } (cells::cell(app, kind, column, view)) }
        }
    }
}
