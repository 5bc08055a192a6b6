//! Suspected and confirmed cases, as the caller may see them.

use super::ask::Rows;
use super::parts;
use crate::app::App;
use maud::{Markup, html};

const SUSPECTED: [&str; 6] = ["person_name", "post", "hazards", "examined_on", "suspected_disease", "status"];
const CONFIRMED: [&str; 7] = ["person_name", "post", "disease", "stage", "conclusion", "diagnosed_on", "status"];

/// The section; `None` where the caller may see neither.
#[must_use]
pub fn body(app: &App, suspected: Option<&Rows>, confirmed: Option<&Rows>) -> Option<Markup> {
    if suspected.is_none() && confirmed.is_none() {
        return None;
    }
    Some(html! {
        @if let Some(rows) = suspected { h3 { "检查发现的疑似职业病" } (parts::table(app, rows, &SUSPECTED)) }
        @if let Some(rows) = confirmed { h3 { "职业病诊断" } (parts::table(app, rows, &CONFIRMED)) }
    })
}
