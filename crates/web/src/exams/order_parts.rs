//! Parts of an order's page.

use super::order_page;
use crate::app::App;
use crate::error::PageError;
use crate::layout::token;
use crate::links;
use crate::pages::records::cells;
use crate::session::Signed;
use crate::words;
use maud::{Markup, html};
use serde_json::Value;
use zhijian_records::exams::{Line, Lines, Met, SLOT, WORKER};
use zhijian_records::port::Op;
use zhijian_records::read::{ListRequest, View};

/// Clinics and slots that are offered.
const MOST: u32 = 200;

fn text<'a>(view: &'a View, path: &str) -> &'a str {
    view.data.get(path).and_then(Value::as_str).unwrap_or_default()
}

/// Workers without a result.
pub fn unmet(lines: &Lines) -> impl Iterator<Item = &Line> {
    lines.rows.iter().filter(|line| line.met == Met::Not)
}

/// The order in four numbers.
#[must_use]
pub fn numbers(lines: &Lines) -> Markup {
    let met = lines.rows.iter().filter(|line| matches!(line.met, Met::By { .. })).count();
    let booked = lines.rows.iter().filter(|line| line.booked && line.met == Met::Not).count();
    let open = unmet(lines).filter(|line| !line.booked).count();
    let figure = |number: usize, title: &str| html! { div.due-figure { strong { (words::count(number as u64)) } span { (title) } } };
    html! { div.due-figures.exam-figures { (figure(lines.rows.len(), "名单")) (figure(met, "已检")) (figure(booked, "已约未检")) (figure(open, "未约未检")) } }
}

/// Which clinic and when; its list of clinics is the public register.
///
/// # Errors
/// The store failed.
pub async fn send(app: &App, signed: &Signed, view: &View) -> Result<Markup, PageError> {
    let filters = vec![("category".to_owned(), Op::Eq, "exam".to_owned()), ("state".to_owned(), Op::Eq, "valid".to_owned())];
    let request = ListRequest { filters, sort: Some("name".into()), limit: MOST, ..ListRequest::default() };
    let clinics = app.door.list(&signed.caller, "institution", &request).await?.rows;
    let items = |clinic: &View| {
        let list = app.catalogue().list("LICSCOPE");
        let all = clinic.data.get("filing_items").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        all.map(|code| list.map_or_else(|| code.to_owned(), |l| l.label(code).to_owned())).collect::<Vec<_>>().join("、")
    };
    Ok(html! {
        section.card {
            h2 { "发给体检机构" }
            @if clinics.is_empty() { p.muted { "名录中没有有效的职业健康检查机构。" } } @else {
                form.form-grid method="post" action={(order_page(&view.id)) "/send"} data-once {
                    (token(signed))
                    div.field.wide {
                        label for="institution" { "体检机构 " span.mark-required { "必填" } }
                        select.form-select #institution name="institution" required {
                            option value="" {}
                            @for clinic in &clinics {
                                option value=(clinic.id) selected[text(view, "institution") == text(clinic, "name")] { (text(clinic, "name")) @let items = items(clinic); @if !items.is_empty() { "（" (items) "）" } }
                            }
                        }
                        p.hint { "只列备案有效的职业健康检查机构；机构只能在备案的类别内检查。发出前机构看不到这份委托。" }
                    }
                    div.field { label for="from" { "检查期间起" } input.form-control #from type="date" name="from" value=(text(view, "period_from")) required; }
                    div.field { label for="to" { "检查期间止" } input.form-control #to type="date" name="to" value=(text(view, "period_to")) required; }
                    div.field.wide { button.btn.btn-primary type="submit" { "发给机构" } }
                }
            }
        }
    })
}

/// Open slots of the order's clinic from today on, as the caller sees them.
///
/// # Errors
/// The store failed.
pub async fn open_slots(app: &App, signed: &Signed, view: &View, today: &str) -> Result<Vec<View>, PageError> {
    let filters = vec![
        ("institution_id".to_owned(), Op::Eq, text(view, "institution_id").to_owned()),
        ("slot_on".to_owned(), Op::Gte, today.to_owned()),
        ("state".to_owned(), Op::Eq, "open".to_owned()),
    ];
    let request = ListRequest { filters, sort: Some("slot_on".into()), limit: MOST, ..ListRequest::default() };
    Ok(app.door.list(&signed.caller, SLOT, &request).await?.rows)
}

fn free(slot: &View) -> u64 {
    slot.data.get("free").and_then(Value::as_u64).unwrap_or_default()
}

fn half(app: &App, view: &View, path: &str) -> String {
    app.catalogue().list("HALFDAY").map_or_else(String::new, |list| list.label(text(view, path)).to_owned())
}

/// The list with booking.
#[must_use]
pub fn list(app: &App, signed: &Signed, order: &View, lines: &Lines, slots: Option<&[View]>, today: &str) -> Markup {
    let Some(kind) = app.catalogue().kind(WORKER) else { return Markup::default() };
    let table = html! {
        div.table-wrap { table.list.exam-list {
            thead { tr { @if slots.is_some() { th scope="col" { span.visually-hidden { "选择" } } }
                @for path in ["person_name", "post", "exam_type", "hazards", "items", "due_on"] { th scope="col" { (cells::title(kind, path)) } } th scope="col" { "预约" } th scope="col" { "结果" } } }
            tbody { @for line in &lines.rows { tr {
                @if slots.is_some() { td { @if line.met == Met::Not {
                    input.form-check-input type="checkbox" name="line" value=(line.view.id) checked[!line.booked] aria-label={"选择 " (cells::cell(app, kind, "person_name", &line.view).0)};
                } } }
                td.text data-label="劳动者" { a href=(links::record(WORKER, &line.view.id)) { (cells::cell(app, kind, "person_name", &line.view)) } }
                @for path in ["post", "exam_type", "hazards"] { td.text data-label=(cells::title(kind, path)) { (cells::cell(app, kind, path, &line.view)) } }
                td.text data-label="必检项目" { @let items = line.view.data.get("items").and_then(Value::as_array).map_or(0, Vec::len); details { summary { (items) " 项" } p.muted { (cells::cell(app, kind, "items", &line.view)) } } }
                td.date data-label="应检日期" { (cells::cell(app, kind, "due_on", &line.view)) }
                td.text data-label="预约" { (place(app, line, today)) }
                td.text data-label="结果" { (result(app, line)) }
            } } }
        } }
    };
    html! {
        section.card {
            h2 { "受检名单" }
            @if lines.more { p.notice.notice-warning { "名单过长，只列出前一部分。" } }
            @if lines.rows.is_empty() { p.muted { "名单是空的。" a href=(super::DUE) { "从应检名单选人" } } }
            @else if let Some(slots) = slots {
                form method="post" action={(order_page(&order.id)) "/book"} data-once {
                    (token(signed))
                    (table)
                    div.form-bar.exam-bar {
                        label for="slot" { "号源" }
                        select.form-select #slot name="slot" {
                            @for slot in slots { option value=(slot.id) disabled[free(slot) == 0] { (text(slot, "slot_on")) " " (half(app, slot, "half")) " · 余 " (free(slot)) } }
                        }
                        button.btn.btn-primary type="submit" name="do" value="book" disabled[slots.is_empty()] { "预约（改约）所选" }
                        button.btn type="submit" name="do" value="unbook" { "取消所选预约" }
                        @if slots.is_empty() { span.muted { "机构还没有公布可约的号源。" } }
                    }
                }
            } @else { (table) }
        }
    }
}

fn place(app: &App, line: &Line, today: &str) -> Markup {
    let day = text(&line.view, "slot_on");
    html! {
        @if line.booked {
            (day) " " (half(app, &line.view, "slot_half"))
            @if line.met == Met::Not && day < today { " " span.state-badge.badge-look { "已过未检" } }
        } @else { span.muted { "未约" } }
    }
}

/// Examined or not, and why not.
#[must_use]
pub fn result(app: &App, line: &Line) -> Markup {
    html! { @match &line.met {
        Met::By { card, on, elsewhere } => {
            span.state-badge.badge-going { "已检" } " " a href=(links::record("exam", card)) { (on) }
            @if *elsewhere { " " span.muted { "（在其他机构）" } }
        }
        Met::Unknown => span.muted { "不在您的查看范围" },
        Met::Not => {
            span.state-badge.badge-plain { "未检" }
            @let reason = text(&line.view, "unexamined_reason");
            @if !reason.is_empty() { " " (app.catalogue().list("UNEXAM").map_or(reason, |list| list.label(reason))) @let note = text(&line.view, "unexamined_note"); @if !note.is_empty() { "（" (note) "）" } }
        }
    } }
}

/// Why somebody was not examined, by the employer.
#[must_use]
pub fn reasons(app: &App, signed: &Signed, order: &View, lines: &Lines) -> Markup {
    let Some(kind) = app.catalogue().kind(WORKER) else { return Markup::default() };
    html! {
        section.card #unexamined {
            h2 { "未检登记" }
            p.muted { "还没有检查结果的劳动者，请登记原因；检查个案上报后自动从这里消失。" }
            form method="post" action={(order_page(&order.id)) "/reasons"} data-once {
                (token(signed))
                @for line in unmet(lines) {
                    @let id = &line.view.id;
                    fieldset.exam-reason {
                        legend { (cells::cell(app, kind, "person_name", &line.view)) " · " (cells::cell(app, kind, "post", &line.view)) }
                        div { label for={"r-" (id)} { "未检原因" } select.form-select id={"r-" (id)} name={"reason." (id)} {
                            option value="" {}
                            @for code in app.catalogue().list("UNEXAM").into_iter().flat_map(|list| &list.codes) { option value=(code.code) selected[text(&line.view, "unexamined_reason") == code.code] { (code.label) } }
                        } }
                        div { label for={"n-" (id)} { "说明" } input.form-control id={"n-" (id)} name={"note." (id)} maxlength="300" value=(text(&line.view, "unexamined_note")); }
                    }
                }
                button.btn.btn-primary type="submit" { "保存未检原因" }
            }
        }
    }
}

/// Cancelling asks for a reason.
#[must_use]
pub fn cancel(signed: &Signed, order: &View) -> Markup {
    html! {
        details.card { summary { "取消委托" }
            form.exam-bar method="post" action={(order_page(&order.id)) "/cancel"} data-once {
                (token(signed))
                label for="cancel-reason" { "取消理由" }
                input.form-control #cancel-reason name="reason" required maxlength="500";
                button.btn type="submit" { "取消委托并退号" }
            }
        }
    }
}
