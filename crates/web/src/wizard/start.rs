//! `GET /declare`: drafts to go on with, the last filing, what is due; `POST`: a new draft, from the last filing or from the register.

use super::{KIND, PAGE, TITLE, step_page};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::forms::fillable;
use crate::layout::{self, Frame, token};
use crate::pages::records::cells;
use crate::posted::Posted;
use crate::session::Signed;
use crate::words;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde_json::{Map, Value, json};
use zhijian_kinds::Kind;
use zhijian_kinds::intake::{Draft, get_path, set_path};
use zhijian_records::DoorError;
use zhijian_records::access::Wish;
use zhijian_records::door::Door;
use zhijian_records::duties::Ask;
use zhijian_records::port::Op;
use zhijian_records::read::{ListRequest, View};
use zhijian_records::submit::Entry;

/// Fields that belong to one filing and are not copied into the next.
const OF_ONE_FILING: [&str; 34] = [
    "decl_type",
    "decl_year",
    "declared_on",
    "change_kind",
    "changed_on",
    "change_reason",
    "signed_form",
    "test_report_file",
    "exam_summary_file",
    "accepted_on",
    "receipt_no",
    "receipt_on",
    "return_reason",
    "status",
    "remark",
    "tested",
    "agency",
    "agency_uscc",
    "test_report_no",
    "tested_on",
    "points",
    "test_by_factor",
    "exam_done",
    "exam_institution",
    "exam_report_no",
    "exam_due",
    "examined",
    "suspected",
    "contraindicated",
    "abnormal",
    "exam_by_factor",
    "workers_trained",
    "principal_trained",
    "manager_trained",
];

/// Was the field's content not copied?
pub(super) fn of_one_filing(path: &str) -> bool {
    OF_ONE_FILING.contains(&path.split('.').next().unwrap_or(path))
}

async fn own(app: &App, signed: &Signed, filters: Vec<(String, Op, String)>, limit: u32) -> Result<Vec<View>, PageError> {
    let request = ListRequest { filters, sort: Some("-declared_on".into()), limit, ..ListRequest::default() };
    Ok(app.door.list(&signed.caller, KIND, &request).await?.rows)
}

/// The newest filing that was handed in, other than this one.
pub(super) async fn last(app: &App, signed: &Signed, owner: &str, not: &str) -> Result<Option<View>, PageError> {
    let rows = own(app, signed, vec![("owner".to_owned(), Op::Eq, owner.to_owned())], 20).await?;
    Ok(rows.into_iter().find(|view| view.id != not && !matches!(view.state.as_str(), "draft" | "returned" | "cancelled")))
}

/// `GET /declare`
pub async fn show(signed: Signed, State(app): State<App>, headers: HeaderMap) -> Result<Response, PageError> {
    let kind = app.door.kind(KIND)?;
    Door::allow(&signed.caller, &kind, Wish::File)?;
    let owner = signed.account.organisation.as_str();
    let crumbs = [(words::DESK, "/".to_owned())];
    let frame = Frame { title: TITLE, signed: Some(&signed), active: PAGE, breadcrumbs: &crumbs, ..Frame::new(&app) };
    if owner.is_empty() {
        let body = html! { div.empty-state { p.empty-title { "申报向导供用人单位使用" } p { "代录申报请用" a href=(crate::links::new(KIND)) { "职业病危害项目申报表单" } "。" } } };
        return Ok(layout::page(&frame, body).into_response());
    }
    let filings = own(&app, &signed, vec![("owner".to_owned(), Op::Eq, owner.to_owned())], 20).await?;
    let open: Vec<&View> = filings.iter().filter(|v| matches!(v.state.as_str(), "draft" | "returned")).collect();
    let handed: Vec<&View> = filings.iter().filter(|v| !matches!(v.state.as_str(), "draft" | "returned")).collect();
    let body = html! {
        (super::page::style())
        (Flash::of(&headers).notice())
        (deadline(&app, &signed, owner).await?)
        @if !open.is_empty() { section.card { h2 { "没有交的申报" } ul.due-list { @for view in &open { li {
            span { (cells::cell(&app, &kind, "decl_type", view)) " " (cells::cell(&app, &kind, "declared_on", view)) " " (cells::state(&kind, &view.state)) }
            a.btn.btn-primary href=(step_page(&view.id, if view.state == "returned" { "check" } else { "unit" })) { "继续" }
        } } } } }
        section.card {
            h2 { "开始申报" }
            form.form-grid method="post" action=(PAGE) data-once {
                (token(&signed))
                div.field { label for="decl_type" { "申报类别" } select.form-select #decl_type name="decl_type" {
                    @let usual = if handed.is_empty() { "1" } else { "3" };
                    @for code in app.catalogue().list("DECL").into_iter().flat_map(|l| &l.codes) { option value=(code.code) selected[code.code == usual] { (code.label) } }
                } p.hint { "第一次申报选“初次”；每年一次的选“年度更新”；生产情况有变化的选“变更”；停产关闭的选“注销”。" } }
                div.field { label for="from" { "起始内容" } select.form-select #from name="from" {
                    @if let Some(last) = handed.first() { option value="last" selected { "复制上次申报（" (cells::cell(&app, &kind, "declared_on", last)) "）" } }
                    option value="register" { "取自单位登记信息" }
                } p.hint { "复制的内容逐步核对；检测、体检、培训是每个周期的，不复制。" } }
                div.field.wide { button.btn.btn-primary type="submit" { "开始" } }
            }
        }
        @if !handed.is_empty() { section.card { h2 { "已交的申报" } div.table-wrap { table.list.small {
            thead { tr { @for path in ["declared_on", "decl_type", "decl_year", "exposed_total", "status", "receipt_no"] { th scope="col" { (cells::title(&kind, path)) } } th scope="col" { "回执" } } }
            tbody { @for view in &handed { tr {
                @for path in ["declared_on", "decl_type", "decl_year", "exposed_total", "status", "receipt_no"] { td class=(cells::class(&kind, path)) data-label=(cells::title(&kind, path)) { (cells::cell(&app, &kind, path, view)) } }
                td data-label="回执" { a href={(PAGE) "/" (view.id)} { "查看" } }
            } } }
        } } } }
    };
    Ok(([(header::SET_COOKIE, Flash::gone())], layout::page(&frame, body)).into_response())
}

/// Until when the next filing is due.
pub(super) async fn deadline(app: &App, signed: &Signed, owner: &str) -> Result<Markup, PageError> {
    let ask = Ask { owner: Some(owner.to_owned()), limit: 50, ..Ask::default() };
    let rows = app.door.duties(&signed.caller, ask).await?;
    let today = app.door.today();
    let about: Vec<_> = rows.iter().filter(|row| row.duty.starts_with("declaration_")).collect();
    Ok(html! {
        @if !about.is_empty() { section.card { h2 { "期限" } ul.due-list { @for row in about { li {
            span { (app.catalogue().duties.get(&row.duty).map_or("", |d| d.title.as_str())) }
            span { (crate::duties::when(row, &today)) }
        } } } } }
    })
}

/// What a new draft begins with.
async fn beginning(app: &App, signed: &Signed, kind: &Kind, from: &str, decl_type: &str) -> Result<Map<String, Value>, PageError> {
    let owner = signed.account.organisation.as_str();
    let employer = app.door.open(&signed.caller, "employer", owner, None).await?.data;
    let source = match from {
        "last" => last(app, signed, owner, "").await?.map(|view| view.data).unwrap_or_default(),
        _ => employer.clone(),
    };
    let mut document = Map::new();
    for field in fillable(kind).filter(|f| f.private.is_none() && !of_one_filing(&f.path)) {
        if let Some(value) = get_path(&source, &field.path).filter(|v| !v.is_null()) {
            set_path(&mut document, &field.path, value.clone());
        }
    }
    let today = app.door.today();
    for (name, value) in [
        ("employer_name", employer.get("name").cloned().unwrap_or_default()),
        ("uscc", employer.get("uscc").cloned().unwrap_or_default()),
        ("decl_type", json!(decl_type)),
        ("declared_on", json!(today)),
        ("decl_year", json!(today.get(..4).and_then(|y| y.parse::<i32>().ok()))),
    ] {
        document.insert(name.into(), value);
    }
    document.retain(|_, value| !value.is_null());
    Ok(document)
}

/// `POST /declare`
pub async fn begin(State(app): State<App>, posted: Posted) -> Result<Response, PageError> {
    let signed = &posted.signed;
    let kind = app.door.kind(KIND)?;
    Door::allow(&signed.caller, &kind, Wish::File)?;
    if signed.account.organisation.is_empty() {
        return Err(PageError::BadRequest("申报向导供用人单位使用".into()));
    }
    let decl_type = posted.get("decl_type");
    if app.catalogue().list("DECL").is_none_or(|list| list.get(decl_type).is_none()) {
        return Err(PageError::BadRequest(format!("申报类别“{decl_type}”不在代码表 DECL 中")));
    }
    let document = beginning(&app, signed, &kind, posted.get("from"), decl_type).await?;
    let draft = Draft::from_json(&kind, &document);
    let entry = Entry { source: "web", reason: "申报向导", idempotency: None };
    let id = match app.door.submit(&signed.caller, KIND, &draft, entry).await {
        Ok(saved) => saved.id,
        // Begun today already, or handed in.
        Err(DoorError::Exists { id }) => {
            let there = app.door.open(&signed.caller, KIND, &id, None).await?;
            if !matches!(there.state.as_str(), "draft" | "returned") {
                return Ok(Redirect::to(&format!("{PAGE}/{id}")).into_response());
            }
            id
        }
        Err(error) => return Err(error.into()),
    };
    Ok(Redirect::to(&step_page(&id, "unit")).into_response())
}
