//! Declarations: the last one and what it said, and all of them.

use super::ask::{Rows, shown};
use super::parts;
use crate::app::App;
use crate::links;
use crate::pages::records::cells;
use maud::{Markup, html};

const SAID: [&str; 11] = [
    "decl_type",
    "declared_on",
    "status",
    "exposed_total",
    "hazards",
    "tested",
    "points.total_tested",
    "points.total_over",
    "exam_due",
    "examined",
    "suspected",
];
const COLUMNS: [&str; 7] = ["declared_on", "decl_type", "decl_year", "exposed_total", "status", "accepted_on", "receipt_no"];

/// The section.
#[must_use]
pub fn body(app: &App, rows: &Rows) -> Markup {
    html! {
        @if let Some(last) = rows.views.first() {
            h3 { "最近一次申报 " a.quiet href=(links::record(&rows.kind.kind, &last.id)) { (shown(app, &rows.kind, last, "declared_on")) } }
            dl.facts { @for path in SAID.iter().filter(|path| cells::given(&last.data, path)) {
                div.fact.wide[*path == "hazards"] { dt { (cells::title(&rows.kind, path)) } dd { (shown(app, &rows.kind, last, path)) } }
            } }
        }
        (parts::table(app, rows, &COLUMNS))
    }
}
