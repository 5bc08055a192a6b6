//! Who the employer is; its sites, posts and their hazards.

use super::ask::{shown, text};
use crate::app::App;
use crate::pages::records::{cells, detail};
use maud::{Markup, html};
use zhijian_kinds::intake::get_path;
use zhijian_kinds::{FieldType, Kind};
use zhijian_records::read::View;

const BASICS: [&str; 24] = [
    "name",
    "uscc",
    "former_names",
    "county",
    "town",
    "address",
    "industry",
    "size",
    "registration_type",
    "org_type",
    "risk_class",
    "risk_reason",
    "status",
    "staff_total",
    "dispatched",
    "exposed_total",
    "occ_disease_cum",
    "legal_rep",
    "principal",
    "principal_phone",
    "contact_name",
    "contact_phone",
    "mgmt_org",
    "updated_on",
];
const GROUPS: [&str; 4] = ["sites", "posts", "post_hazards", "rad_devices"];

/// The basics; contacts stay masked here.
#[must_use]
pub fn basics(app: &App, kind: &Kind, view: &View) -> Markup {
    html! {
        dl.facts { @for path in BASICS.iter().filter(|path| cells::given(&view.data, path)) {
            div.fact {
                dt { (cells::title(kind, path)) }
                dd { (shown(app, kind, view, path)) @if let Some(unit) = kind.field(path).and_then(|f| f.unit.as_ref()) { span.unit-note { (unit) } } }
            }
        } }
        p.file-more { a href=(crate::links::record(&kind.kind, &view.id)) { "打开用人单位记录" } }
    }
}

/// Sites, posts and hazards; `None` where the view hides them all.
#[must_use]
pub fn posts(app: &App, kind: &Kind, view: &View) -> Option<Markup> {
    let seen: Vec<&str> = GROUPS.into_iter().filter(|path| !view.hidden.iter().any(|h| h == path)).collect();
    if seen.is_empty() {
        return None;
    }
    let there: Vec<&str> = seen.into_iter().filter(|path| cells::given(&view.data, path)).collect();
    Some(html! {
        @if there.is_empty() { p.muted { "没有登记工作场所、岗位和危害因素。" } }
        @for path in there { @if let Some((field, FieldType::Group(members))) = kind.field(path).map(|f| (f, &f.ty)) { (detail::group(app, field, members, get_path(&view.data, path))) } }
        @let processes = text(view, "processes");
        @if !processes.is_empty() { h3 { (cells::title(kind, "processes")) } p { (processes) } }
    })
}
