//! What is asked of the due list, its numbers, rows and file. Numbers and rows come from the same selection, so they match.

use super::{DUE, order_page};
use crate::app::App;
use crate::error::PageError;
use crate::pages::records::cells;
use crate::session::Signed;
use crate::{links, posted, words};
use maud::{Markup, html};
use zhijian_exchange::write::{Cell, Table};
use zhijian_kinds::dates;
use zhijian_records::exams::{DueRow, Roster};

/// Days ahead that count as soon (design: as the duties' first warning).
const SOON_DAYS: i64 = 30;

/// States that are offered: code, title.
const STATES: [(&str, &str); 7] = [
    ("", "全部"),
    ("unbooked", "应检未约"),
    ("overdue", "逾期"),
    ("soon", "30 日内到期"),
    ("later", "未到期"),
    ("ordered", "已委托"),
    ("none", "无应检"),
];

/// The address.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Employer.
    pub employer: String,
    /// One of the states.
    pub state: String,
    /// Code of list EXAM.
    pub exam_type: String,
    /// Code of list HAZARD.
    pub hazard: String,
    /// `due`, `-due`, `post`.
    pub sort: String,
    /// File instead of page.
    pub format: String,
    /// Page, from 1.
    pub page: usize,
}

impl Asked {
    /// Reads the address.
    ///
    /// # Errors
    /// Something unknown is asked for.
    pub fn read(query: &str) -> Result<Self, PageError> {
        let mut asked = Self { page: 1, ..Self::default() };
        for (name, value) in posted::pairs(query.as_bytes()) {
            match name.as_str() {
                "employer" => asked.employer = value,
                "state" if STATES.iter().any(|(code, _)| *code == value) => asked.state = value,
                "type" => asked.exam_type = value,
                "hazard" => asked.hazard = value,
                "sort" if matches!(value.as_str(), "" | "due" | "-due" | "post") => asked.sort = value,
                "format" => asked.format = value,
                "page" => asked.page = value.parse().unwrap_or(1).max(1),
                _ => return Err(PageError::BadRequest(format!("应检名单没有条件“{name}={value}”"))),
            }
        }
        Ok(asked)
    }

    /// The same with one thing changed, from the first page.
    #[must_use]
    pub fn only(&self, name: &str, value: &str) -> String {
        let now = [
            ("employer", self.employer.as_str()),
            ("state", &self.state),
            ("type", &self.exam_type),
            ("hazard", &self.hazard),
            ("sort", &self.sort),
        ];
        let mut pairs: Vec<(&str, &str)> = now.into_iter().filter(|(n, v)| *n != name && !v.is_empty()).collect();
        if !value.is_empty() {
            pairs.push((name, value));
        }
        format!("{DUE}{}", links::query(&pairs))
    }
}

/// Where a worker stands.
#[must_use]
pub fn state(row: &DueRow, today: &str) -> &'static str {
    let Some(due) = &row.due else { return "none" };
    if row.ordered.is_some() {
        return "ordered";
    }
    let left = dates::days_between(today, &due.due_on).unwrap_or_default();
    if left < 0 {
        "overdue"
    } else if left <= SOON_DAYS {
        "soon"
    } else {
        "later"
    }
}

/// Due by now or soon, and without a place in a clinic's day.
#[must_use]
pub fn unbooked(row: &DueRow, today: &str) -> bool {
    let near = row.due.as_ref().is_some_and(|due| dates::days_between(today, &due.due_on).is_some_and(|left| left <= SOON_DAYS));
    near && row.ordered.as_ref().is_none_or(|line| !line.booked)
}

fn stands(row: &DueRow, wanted: &str, today: &str) -> bool {
    wanted.is_empty() || if wanted == "unbooked" { unbooked(row, today) } else { state(row, today) == wanted }
}

/// The rows that are asked for, in order.
#[must_use]
pub fn chosen<'a>(app: &App, roster: &'a Roster, asked: &Asked, today: &str) -> Vec<&'a DueRow> {
    let kind = app.catalogue().kind("exposed_worker");
    let post = |row: &DueRow| kind.map(|k| zhijian_records::read::display(app.catalogue(), k, "post", &row.view.data)).unwrap_or_default();
    let due = |row: &DueRow| row.due.as_ref().map_or_else(|| "9999".to_owned(), |due| due.due_on.clone());
    let mut rows: Vec<&DueRow> = roster
        .rows
        .iter()
        .filter(|row| stands(row, &asked.state, today))
        .filter(|row| asked.exam_type.is_empty() || row.due.as_ref().is_some_and(|due| due.exam_type == asked.exam_type))
        .filter(|row| asked.hazard.is_empty() || row.due.as_ref().is_some_and(|due| due.hazards.iter().any(|h| h.hazard == asked.hazard)))
        .collect();
    match asked.sort.as_str() {
        "post" => rows.sort_by_key(|row| (post(row), due(row))),
        "-due" => rows.sort_by_key(|row| std::cmp::Reverse(due(row))),
        _ => rows.sort_by_key(|row| (due(row), post(row))),
    }
    rows
}

/// Numbers by state.
#[must_use]
pub fn tabs(roster: &Roster, asked: &Asked, today: &str) -> Markup {
    html! {
        nav.tabs aria-label="按状态" {
            @for (code, title) in STATES {
                @let number = roster.rows.iter().filter(|row| stands(row, code, today)).count();
                a href=(asked.only("state", code)) aria-current=[(asked.state == code).then_some("page")] { (title) " " span.num { (words::count(number as u64)) } }
            }
        }
    }
}

/// Filters by type and hazard, and the order.
#[must_use]
pub fn filters(app: &App, roster: &Roster, asked: &Asked) -> Markup {
    let label = |list: &str, code: &str| app.catalogue().list(list).map_or_else(|| code.to_owned(), |l| l.label(code).to_owned());
    let mut hazards: Vec<&str> =
        roster.rows.iter().filter_map(|row| row.due.as_ref()).flat_map(|due| &due.hazards).map(|h| h.hazard.as_str()).collect();
    hazards.sort_unstable();
    hazards.dedup();
    html! {
        form.due-filter method="get" action=(DUE) {
            @for (name, value) in [("employer", &asked.employer), ("state", &asked.state)] { @if !value.is_empty() { input type="hidden" name=(name) value=(value); } }
            div { label for="type" { "检查类型" } select.form-select #type name="type" {
                option value="" { "全部" }
                @for code in ["1", "2", "3"] { option value=(code) selected[asked.exam_type == code] { (label("EXAM", code)) } }
            } }
            div { label for="hazard" { "危害因素" } select.form-select #hazard name="hazard" {
                option value="" { "全部" }
                @for code in &hazards { option value=(code) selected[asked.hazard == *code] { (label("HAZARD", code)) } }
            } }
            div { label for="sort" { "排序" } select.form-select #sort name="sort" {
                @for (code, title) in [("due", "应检日期先到在前"), ("-due", "应检日期后到在前"), ("post", "岗位")] { option value=(code) selected[asked.sort == code] { (title) } }
            } }
            button.btn.btn-primary type="submit" { "筛选" }
        }
    }
}

fn hazards(app: &App, row: &DueRow) -> Vec<String> {
    let list = app.catalogue().list("HAZARD");
    let label = |code: &str| list.map_or_else(|| code.to_owned(), |l| l.label(code).to_owned());
    row.due
        .iter()
        .flat_map(|due| &due.hazards)
        .map(|h| format!("{}{}", label(&h.hazard), if h.mandatory { "" } else { "（推荐）" }))
        .collect()
}

fn type_label<'a>(app: &'a App, row: &'a DueRow) -> &'a str {
    row.due.as_ref().map_or("—", |due| app.catalogue().list("EXAM").map_or(due.exam_type, |list| list.label(due.exam_type)))
}

fn basis(row: &DueRow) -> String {
    row.due
        .as_ref()
        .and_then(|due| due.hazards.first())
        .map(|h| match h.months {
            Some(months) => format!("{}，每 {months} 个月", h.basis),
            None => h.basis.clone(),
        })
        .unwrap_or_default()
}

/// How well the row of the standard is known.
fn doubt(row: &DueRow) -> &'static str {
    match row.due.as_ref().and_then(|due| due.hazards.first()).map(|h| h.status.as_str()) {
        Some("firm") | None => "",
        Some("secondary") => "（转引）",
        Some("design") => "（平台归类）",
        Some(_) => "（未注明出处）",
    }
}

/// Last day and how far off.
#[must_use]
pub fn when(day: &str, today: &str) -> Markup {
    let left = dates::days_between(today, day).unwrap_or_default();
    let (tone, text) = match left {
        ..0 => ("badge-stop", format!("逾期 {} 天", -left)),
        0..=SOON_DAYS => ("badge-look", format!("还剩 {left} 天")),
        _ => ("badge-plain", format!("还剩 {left} 天")),
    };
    html! { time datetime=(day) { (day) } " " span class={"state-badge " (tone)} { (text) } }
}

/// The table, with boxes to choose where an order can be made.
#[must_use]
pub fn rows(app: &App, rows: &[&DueRow], orders: bool, today: &str) -> Markup {
    let Some(kind) = app.catalogue().kind("exposed_worker") else { return Markup::default() };
    html! {
        div.table-wrap { table.list.exam-list {
            thead { tr {
                @if orders { th scope="col" { span.visually-hidden { "选择" } } }
                th scope="col" { "劳动者" } th scope="col" { "岗位" } th scope="col" { "检查类型" } th scope="col" { "应检日期" } th scope="col" { "危害因素" } th scope="col" { "必检项目与依据" } th scope="col" { "委托" }
            } }
            tbody { @for row in rows { tr {
                @if orders { td { @if row.due.is_some() && row.ordered.is_none() {
                    input.form-check-input type="checkbox" name="worker" value=(row.view.id) checked[unbooked(row, today)] aria-label={"选择 " (cells::cell(app, kind, "person_name", &row.view).0)};
                } } }
                td.text data-label="劳动者" { a href=(links::record("exposed_worker", &row.view.id)) { (cells::cell(app, kind, "person_name", &row.view)) } }
                td.text data-label="岗位" { (cells::cell(app, kind, "post", &row.view)) }
                td.text data-label="检查类型" { (type_label(app, row)) }
                td.date data-label="应检日期" { @if let Some(due) = &row.due { (when(&due.due_on, today)) } @else { (words::NONE) } }
                td.text data-label="危害因素" { (hazards(app, row).join("、")) }
                td.text data-label="必检项目与依据" { @if let Some(due) = &row.due {
                    details { summary { (due.items.len()) " 项" } p.muted { (due.items.join("、")) } }
                    span.muted.duty-basis { (basis(row)) (doubt(row)) }
                } }
                td.text data-label="委托" { @match &row.ordered {
                    Some(line) => { a href=(order_page(&line.order)) { @if line.booked { "已约 " (line.view.data.get("slot_on").and_then(serde_json::Value::as_str).unwrap_or_default()) } @else { "已委托，未约" } } },
                    None => span.muted { "未委托" },
                } }
            } } }
        } }
    }
}

/// The rows as a file.
#[must_use]
pub fn table(app: &App, signed: &Signed, roster: &Roster, rows: &[&DueRow], today: &str) -> Table {
    let kind = app.catalogue().kind("exposed_worker");
    let of = |row: &DueRow, path: &str| {
        kind.map(|k| zhijian_records::read::display(app.catalogue(), k, path, &row.view.data)).unwrap_or_default()
    };
    let state_title = |row: &DueRow| STATES.iter().find(|(code, _)| *code == state(row, today)).map_or("", |(_, title)| title);
    Table {
        title: super::DUE_TITLE.into(),
        notes: vec![
            format!("{} 于 {today} 导出，共 {} 人；姓名、证件号已隐去", signed.account.name, rows.len()),
            if roster.compared {
                "应检日期按名册和平台收到的检查个案计算".into()
            } else {
                "应检日期只按名册计算".into()
            },
        ],
        columns: vec![
            ("劳动者", 12),
            ("证件号", 22),
            ("车间", 16),
            ("岗位", 16),
            ("检查类型", 10),
            ("应检日期", 12),
            ("状态", 12),
            ("危害因素", 30),
            ("必检项目", 50),
            ("依据", 26),
        ],
        rows: rows
            .iter()
            .map(|row| {
                let due = row.due.as_ref();
                let texts = [
                    of(row, "person_name"),
                    of(row, "id_no"),
                    of(row, "workshop"),
                    of(row, "post"),
                    type_label(app, row).to_owned(),
                    due.map_or_else(String::new, |due| due.due_on.clone()),
                    state_title(row).to_owned(),
                    hazards(app, row).join("、"),
                    due.map_or_else(String::new, |due| due.items.join("、")),
                    format!("{}{}", basis(row), doubt(row)),
                ];
                texts.into_iter().map(Cell::Text).collect()
            })
            .collect(),
    }
}
