//! `GET /exams/unexamined`: ordered and not examined, with the reasons that were told.

use super::{UNEXAMINED, UNEXAMINED_TITLE, allow, choose, employer, order_page, order_parts, style};
use crate::app::App;
use crate::error::PageError;
use crate::layout::{self, Frame};
use crate::pages::records::cells;
use crate::session::Signed;
use crate::{links, posted, words};
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use maud::html;
use serde_json::Value;
use zhijian_exchange::write::{Cell, Table};
use zhijian_records::access::Wish;
use zhijian_records::exams::{Line, Met, WORKER};
use zhijian_records::read::display;

/// `GET /exams/unexamined`
pub async fn show(signed: Signed, State(app): State<App>, RawQuery(query): RawQuery) -> Result<Response, PageError> {
    allow(&app, &signed, WORKER, Wish::Read)?;
    let (mut asked, mut order, mut told, mut format) = (String::new(), String::new(), String::new(), String::new());
    for (name, value) in posted::pairs(query.unwrap_or_default().as_bytes()) {
        match name.as_str() {
            "employer" => asked = value,
            "order" => order = value,
            "told" => told = value,
            "format" => format = value,
            _ => return Err(PageError::BadRequest(format!("未检名单没有条件“{name}”"))),
        }
    }
    let whose = employer(&signed, &asked).to_owned();
    let crumbs = [(words::DESK, "/".to_owned())];
    let frame = Frame { title: UNEXAMINED_TITLE, signed: Some(&signed), active: UNEXAMINED, breadcrumbs: &crumbs, ..Frame::new(&app) };
    if whose.is_empty() {
        return Ok(layout::page(&frame, choose(UNEXAMINED_TITLE)).into_response());
    }
    let kind = app.door.kind(WORKER)?;
    let lines = app.door.lines_of(&signed.caller, &whose, None).await?;
    let all: Vec<&Line> = lines.rows.iter().filter(|line| line.met == Met::Not && line.state != "draft").collect();
    let text = |line: &Line, path: &str| line.view.data.get(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let fits = |line: &&&Line, told: &str| {
        (order.is_empty() || text(line, "order_no") == order)
            && match told {
                "yes" => !text(line, "unexamined_reason").is_empty(),
                "no" => text(line, "unexamined_reason").is_empty(),
                _ => true,
            }
    };
    let rows: Vec<&Line> = all.iter().filter(|line| fits(line, &told)).copied().collect();
    if format == "xlsx" || format == "csv" {
        let of = |line: &Line, path: &str| display(app.catalogue(), &kind, path, &line.view.data);
        let table = Table {
            title: UNEXAMINED_TITLE.into(),
            notes: vec![format!("{} 于 {} 导出，共 {} 人；姓名、证件号已隐去", signed.account.name, app.door.today(), rows.len())],
            columns: vec![
                ("委托编号", 24),
                ("劳动者", 12),
                ("岗位", 16),
                ("检查类型", 10),
                ("应检日期", 12),
                ("体检机构", 26),
                ("预约日期", 12),
                ("未检原因", 16),
                ("说明", 30),
            ],
            rows: rows
                .iter()
                .map(|line| {
                    [
                        "order_no",
                        "person_name",
                        "post",
                        "exam_type",
                        "due_on",
                        "institution",
                        "slot_on",
                        "unexamined_reason",
                        "unexamined_note",
                    ]
                    .iter()
                    .map(|path| Cell::Text(of(line, path)))
                    .collect()
                })
                .collect(),
        };
        return crate::board::export::file(&table, &format);
    }
    let mut orders: Vec<String> = all.iter().map(|line| text(line, "order_no")).collect();
    orders.sort();
    orders.dedup();
    let to = |name: &str, value: &str| {
        let pairs: Vec<(&str, &str)> = [("employer", asked.as_str()), ("order", &order), ("told", &told)]
            .into_iter()
            .filter(|(n, v)| *n != name && !v.is_empty())
            .chain((!value.is_empty()).then_some((name, value)))
            .collect();
        format!("{UNEXAMINED}{}", links::query(&pairs))
    };
    let body = html! {
        (style())
        p.lead { "已委托而平台还没有收到同一人、同一检查类型、委托日起至检查期间止后 " (zhijian_records::exams::GRACE_DAYS) " 日内个案的劳动者（" (zhijian_records::exams::GRACE_DAYS) " 日为平台约定）。" }
        nav.tabs aria-label="按登记情况" { @for (code, title) in [("", "全部"), ("no", "未登记原因"), ("yes", "已登记原因")] {
            @let number = all.iter().filter(|line| fits(line, code)).count();
            a href=(to("told", code)) aria-current=[(told == code).then_some("page")] { (title) " " span.num { (number) } }
        } }
        form.due-filter method="get" action=(UNEXAMINED) {
            @for (name, value) in [("employer", &asked), ("told", &told)] { @if !value.is_empty() { input type="hidden" name=(name) value=(value); } }
            div { label for="order" { "委托" } select.form-select #order name="order" { option value="" { "全部委托" } @for no in &orders { option value=(no) selected[*no == order] { (no) } } } }
            button.btn.btn-primary type="submit" { "筛选" }
        }
        @if rows.is_empty() { div.empty-state { p.empty-title { "没有未检的劳动者" } p { "已发出的委托中，名单上的人都有了检查结果。" } } } @else {
            div.table-wrap { table.list.exam-list {
                thead { tr { @for title in ["劳动者", "岗位", "检查类型", "应检日期", "体检机构", "预约日期", "委托", "原因"] { th scope="col" { (title) } } } }
                tbody { @for line in &rows { tr {
                    td.text data-label="劳动者" { a href=(links::record(WORKER, &line.view.id)) { (cells::cell(&app, &kind, "person_name", &line.view)) } }
                    @for path in ["post", "exam_type", "due_on", "institution", "slot_on"] { td.text data-label=(cells::title(&kind, path)) { (cells::cell(&app, &kind, path, &line.view)) } }
                    td.text data-label="委托" { a href={(order_page(&line.order)) "#unexamined"} { (text(line, "order_no")) } }
                    td.text data-label="原因" { (order_parts::result(&app, line)) }
                } } }
            } }
        }
        p.muted { "共 " (rows.len()) " 人 · " a href=(to("format", "xlsx")) { "导出 xlsx" } }
    };
    Ok(layout::page(&frame, body).into_response())
}
