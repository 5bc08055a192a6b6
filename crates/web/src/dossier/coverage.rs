//! Health examinations by year: who should have been examined, who was, and with what conclusions.
//!
//! “Should” is what the declaration of the year and the summary reports say; the roster says how many are exposed now. Numbers of cards
//! come from the door's own counts, by the caller's view: an employer sees conclusions, never values.

use super::ask::{self, Rows, number};
use super::parts;
use crate::app::App;
use crate::error::PageError;
use crate::links;
use crate::session::Signed;
use crate::words;
use maud::{Markup, html};
use std::collections::BTreeMap;
use zhijian_records::DoorError;
use zhijian_records::port::Op;
use zhijian_records::read::ListRequest;

const EXAM: &str = "exam";
/// Years that are told, the newest ones.
const YEARS: usize = 5;

/// What is known of one year.
#[derive(Debug, Default, Clone)]
struct Year {
    declared: Option<(f64, f64)>,
    summed: Option<(f64, f64)>,
    cards: u64,
    conclusions: BTreeMap<String, u64>,
}

/// A year, its cards, and their numbers by conclusion.
type CardsOfYear = (String, u64, Vec<(String, u64)>);

/// Numbers of exam cards by year and conclusion.
#[derive(Debug)]
pub struct Cards {
    /// Cards of all years.
    pub total: u64,
    by_year: Vec<CardsOfYear>,
    exposed: Option<u64>,
}

/// Counts the cards; `None` where the caller may not read them.
///
/// # Errors
/// The store failed.
pub async fn cards(app: &App, signed: &Signed, employer: &str) -> Result<Option<Cards>, PageError> {
    let kind = app.door.kind(EXAM)?;
    if !ask::readable(signed, &kind) {
        return Ok(None);
    }
    let of = |year: Option<&str>| {
        let mut filters = vec![("owner".to_owned(), Op::Eq, employer.to_owned())];
        filters.extend(year.map(|year| ("year".to_owned(), Op::Eq, year.to_owned())));
        ListRequest { filters, limit: 1, ..ListRequest::default() }
    };
    let mut years = match app.door.count_by(&signed.caller, EXAM, &of(None), "year").await {
        Err(DoorError::BadRequest(_)) => return Ok(None),
        years => years?,
    };
    let total = years.iter().map(|(_, cards)| cards).sum();
    years.retain(|(year, _)| year != "0");
    years.sort_by(|a, b| b.0.cmp(&a.0));
    years.truncate(YEARS);
    let each = years.iter().map(|(year, cards)| async {
        let conclusions = app.door.count_by(&signed.caller, EXAM, &of(Some(year.as_str())), "conclusion").await?;
        Ok::<_, DoorError>((year.clone(), *cards, conclusions))
    });
    let by_year = futures::future::try_join_all(each).await?;
    let roster = app.door.kind("exposed_worker")?;
    let mut exposed = None;
    if ask::readable(signed, &roster) {
        exposed = Some(app.door.count(&signed.caller, "exposed_worker", &of(None), words::COUNT_LIMIT).await?);
    }
    Ok(Some(Cards { total, by_year, exposed }))
}

fn table_of(cards: Option<&Cards>, declarations: Option<&Rows>, summaries: Option<&Rows>) -> BTreeMap<String, Year> {
    let mut years: BTreeMap<String, Year> = BTreeMap::new();
    // Newest first, so the last declaration of a year stands.
    for view in declarations.iter().flat_map(|rows| &rows.views) {
        let (Some(year), Some(due)) = (number(view, "decl_year"), number(view, "exam_due")) else { continue };
        let found = years.entry(format!("{year}")).or_default();
        found.declared.get_or_insert((due, number(view, "examined").unwrap_or_default()));
    }
    for view in summaries.iter().flat_map(|rows| &rows.views) {
        let (Some(year), Some(due)) = (number(view, "summary_year"), number(view, "due")) else { continue };
        let sum = years.entry(format!("{year}")).or_default().summed.get_or_insert((0.0, 0.0));
        sum.0 += due;
        sum.1 += number(view, "examined").unwrap_or_default();
    }
    for (year, number, conclusions) in cards.iter().flat_map(|cards| &cards.by_year) {
        let found = years.entry(year.clone()).or_default();
        found.cards = *number;
        found.conclusions = conclusions.iter().cloned().collect();
    }
    years
}

/// The section; `None` where the caller sees neither cards nor summary reports.
#[must_use]
pub fn body(app: &App, employer: &str, cards: Option<&Cards>, declarations: Option<&Rows>, summaries: Option<&Rows>) -> Option<Markup> {
    if cards.is_none() && summaries.is_none() {
        return None;
    }
    let years = table_of(cards, declarations, summaries);
    let list = app.catalogue().list("CONC");
    let codes: Vec<(&str, &str)> = list.map(|l| l.codes.iter().map(|c| (c.code.as_str(), c.label.as_str())).collect()).unwrap_or_default();
    let address = |kind: &str, pairs: &[(&str, &str)]| {
        let mut all = vec![("employer_id", employer)];
        all.extend_from_slice(pairs);
        format!("{}{}", links::list(kind), links::query(&all))
    };
    let pair = |pair: Option<(f64, f64)>| match pair {
        Some((due, done)) if due > 0.0 => format!("{done} / {due}（{:.0} %）", 100.0 * done / due),
        Some((due, done)) => format!("{done} / {due}"),
        None => words::NONE.to_owned(),
    };
    Some(html! {
        @if let Some(exposed) = cards.and_then(|c| c.exposed) { p { "名册在列接害劳动者 " (parts::counted(exposed, &format!("{}{}", links::list("exposed_worker"), links::query(&[("owner", employer)])))) " 人。" } }
        @if years.is_empty() { (parts::none("没有检查记录。")) } @else {
            div.table-wrap tabindex="0" role="region" aria-label="各年检查" { table.list.small {
                thead { tr {
                    th scope="col" { "年度" } th.num scope="col" { "申报实检 / 应检" } th.num scope="col" { "总结实检 / 应检" }
                    @if cards.is_some() { th.num scope="col" { "个案" } @for (_, label) in &codes { th.num scope="col" { (label) } } }
                } }
                tbody { @for (name, year) in years.iter().rev().take(YEARS) { tr {
                    td.date data-label="年度" { (name) }
                    td.num data-label="申报实检 / 应检" { @if year.declared.is_some() { a href=(address("declaration", &[("decl_year", name)])) { (pair(year.declared)) } } @else { (words::NONE) } }
                    td.num data-label="总结实检 / 应检" { @if year.summed.is_some() { a href=(address("exam_summary", &[("summary_year", name)])) { (pair(year.summed)) } } @else { (words::NONE) } }
                    @if cards.is_some() {
                        td.num data-label="个案" { (parts::counted(year.cards, &address(EXAM, &[("year", name)]))) }
                        @for (code, label) in &codes { td.num data-label=(label) { (parts::counted(year.conclusions.get(*code).copied().unwrap_or_default(), &address(EXAM, &[("year", name), ("conclusion", code)]))) } }
                    }
                } } }
            } }
            p.muted { "应检人数取该年度最近一次申报和各总结报告所填；个案为本平台收到的检查个案数，一人多次检查计多次。" }
        }
    })
}
