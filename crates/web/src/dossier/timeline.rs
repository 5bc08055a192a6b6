//! What happened, newest first: one line an event, many cards or samples of one day as one line.

use super::ask::{Rows, day, shown};
use crate::app::App;
use crate::links;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Events on the page, and when all of the rows at hand are asked for.
const FEW: usize = 30;

/// One event.
#[derive(Debug)]
struct Event {
    day: String,
    kind: String,
    title: String,
    text: String,
    address: String,
}

/// What of a record its line says.
fn words(kind: &str) -> &'static [&'static str] {
    match kind {
        "declaration" => &["decl_type", "exposed_total"],
        "construction_project" => &["project_name", "status"],
        "diagnosis" => &["disease", "stage"],
        "training" => &["trainee_group", "content"],
        "steward_agreement" => &["provider_name", "status"],
        "collective_contract" => &["contract_type", "valid_to"],
        "inspection" => &["inspection_kind", "result"],
        "violation" => &["facts", "case_status"],
        "exam_summary" => &["institution", "summary_no"],
        _ => &[],
    }
}

/// Kinds of which a day's records are one event: who or what they were made by, and what they are counted in.
fn together(kind: &str) -> Option<(&'static str, &'static str)> {
    match kind {
        "measurement" => Some(("agency", "个样品")),
        "exam" => Some(("institution", "人次")),
        "training" => Some(("content", "人次")),
        _ => None,
    }
}

fn events<'a>(app: &App, employer: &str, all: impl Iterator<Item = &'a Rows>) -> Vec<Event> {
    let mut events = Vec::new();
    for rows in all {
        let kind = &rows.kind;
        let event_date = kind.event_date.as_deref().unwrap_or("event_date");
        if let Some((by, unit)) = together(&kind.kind) {
            let mut days: BTreeMap<(&str, String), usize> = BTreeMap::new();
            for view in rows.views.iter().filter(|view| !day(kind, view).is_empty()) {
                *days.entry((day(kind, view), shown(app, kind, view, by))).or_default() += 1;
            }
            events.extend(days.into_iter().map(|((on, by), n)| Event {
                day: on.to_owned(),
                kind: kind.kind.clone(),
                title: kind.title.clone(),
                text: format!("{n} {unit}{}{by}", if by.is_empty() { "" } else { " · " }),
                address: format!("{}{}", links::list(&kind.kind), links::query(&[("employer_id", employer), (event_date, on)])),
            }));
        } else {
            events.extend(rows.views.iter().filter(|view| !day(kind, view).is_empty()).map(|view| {
                Event {
                    day: day(kind, view).to_owned(),
                    kind: kind.kind.clone(),
                    title: kind.title.clone(),
                    text: words(&kind.kind)
                        .iter()
                        .map(|path| shown(app, kind, view, path))
                        .filter(|text| !text.is_empty())
                        .collect::<Vec<_>>()
                        .join(" · "),
                    address: links::record(&kind.kind, &view.id),
                }
            }));
        }
    }
    events.sort_by(|a, b| b.day.cmp(&a.day).then_with(|| a.kind.cmp(&b.kind)));
    events
}

/// The section; `only` names a kind, or is empty.
#[must_use]
pub fn body<'a>(app: &App, employer: &str, all: impl Iterator<Item = &'a Rows> + Clone, only: &str, whole: bool) -> Markup {
    let cut: Vec<&str> = all.clone().filter(|rows| rows.more).map(|rows| rows.kind.title.as_str()).collect();
    let events = events(app, employer, all);
    let mut kinds: Vec<(&str, &str)> = events.iter().map(|e| (e.kind.as_str(), e.title.as_str())).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let chosen: Vec<&Event> = events.iter().filter(|e| only.is_empty() || e.kind == only).collect();
    let most = if whole { usize::MAX } else { FEW };
    let address = |kind: &str, whole: bool| {
        let mut pairs = Vec::new();
        if !kind.is_empty() {
            pairs.push(("events", kind));
        }
        if whole {
            pairs.push(("all", "true"));
        }
        format!("{}{}#timeline", super::employer_file(employer), links::query(&pairs))
    };
    html! {
        @if events.is_empty() { p.muted { "没有可列的事项。" } } @else {
            nav.tabs.no-print aria-label="时间轴筛选" {
                a href=(address("", whole)) aria-current=[only.is_empty().then_some("page")] { "全部" }
                @for (kind, title) in &kinds { a href=(address(kind, whole)) aria-current=[(only == *kind).then_some("page")] { (title) } }
            }
            ol.file-events { @for e in chosen.iter().take(most) { li {
                time datetime=(e.day) { (e.day) }
                a href=(e.address) { (e.title) }
                span { (e.text) }
            } } }
            @if !cut.is_empty() { p.muted { "较早的没有列入：" (cut.join("、")) "，见各自列表。" } }
            @if chosen.len() > most { p.file-more { a href=(address(only, true)) { "显示全部 " (chosen.len()) " 项" } } }
        }
    }
}
