//! Pneumoconiosis: the patient's entry, aid, and follow-up visits.

use super::ask::{Rows, shown};
use super::parts;
use crate::app::App;
use crate::links;
use crate::pages::records::cells;
use maud::{Markup, html};

const PATIENT: [&str; 17] = [
    "pneu_kind",
    "stage",
    "diagnosed_on",
    "complications",
    "basis_kind",
    "former_employer",
    "employer_state",
    "injury_recognised",
    "disability_grade",
    "coverage",
    "income_class",
    "household_people",
    "need_kinds",
    "needs",
    "station_name",
    "living",
    "last_visit_on",
];
const VISITS: [&str; 9] = ["visited_on", "way", "result", "mmrc", "cat_score", "oxygen", "complications", "coverage", "next_on"];

/// Assessments: what is shown of each.
pub const ASSESSMENTS: [&str; 7] = ["assessed_on", "station_name", "mmrc", "cat_score", "walk", "effect", "plan_items"];
/// Aid: what is shown of each case.
pub const AID: [&str; 6] = ["found_on", "aid_type", "department", "decided_on", "amount", "status"];
/// Referrals: what is shown of each.
pub const REFERRALS: [&str; 6] = ["asked_on", "referral_kind", "from_org", "to_org", "answered_on", "status"];

/// Entry and aid.
#[must_use]
pub fn patient(app: &App, rows: &Rows) -> Markup {
    html! {
        @if rows.views.is_empty() { (parts::none("没有尘肺病患者档案。")) }
        @for view in &rows.views {
            dl.facts { @for path in PATIENT.iter().filter(|path| cells::given(&view.data, path)) {
                div.fact { dt { (cells::title(&rows.kind, path)) } dd { (shown(app, &rows.kind, view, path)) } }
            } }
            p.file-more { a href=(links::record(&rows.kind.kind, &view.id)) { "打开患者档案" } }
        }
    }
}

/// Follow-up visits.
#[must_use]
pub fn visits(app: &App, rows: &Rows) -> Markup {
    parts::table(app, rows, &VISITS)
}
