//! De-identified exports for research (科研脱敏导出): try a plan, see how coarse it must be, ask for approval, download.

use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame, token};
use crate::pages::exports;
use crate::pages::records::reveal;
use crate::posted::{Posted, pairs};
use crate::session::Signed;
use crate::{download, words};
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use maud::{Markup, html};
use std::fmt::Write as _;
use zhijian_exchange::write::{Cell, Table};
use zhijian_kinds::Kind;
use zhijian_records::access::{self, Wish};
use zhijian_records::exports::{ExportRequest, Pass, Wanted};
use zhijian_records::read::ListRequest;
use zhijian_records::research::{self, Outcome, Plan};
use zhijian_records::{Caller, DoorError};

/// Address of the page.
pub const PAGE: &str = "/research";

/// Routes of this page.
pub fn router() -> Router<App> {
    Router::new().route(PAGE, get(show).post(ask))
}

/// Kinds that the caller may export and that speak of people.
#[must_use]
pub fn kinds<'a>(app: &'a App, signed: &Signed) -> Vec<&'a Kind> {
    let kinds = app.catalogue().kinds.values().map(AsRef::as_ref);
    kinds.filter(|k: &&Kind| k.field("id_no").is_some() && access::may(&signed.caller, k, Wish::Export)).collect()
}

fn read(app: &App, pairs: &[(String, String)]) -> Plan {
    let one = |name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.trim().to_owned()).unwrap_or_default();
    let many = |name: &str| pairs.iter().filter(|(n, v)| n == name && !v.is_empty()).map(|(_, v)| v.clone()).collect();
    Plan {
        kind: one("kind"),
        quasi: many("quasi"),
        k: one("k").parse().unwrap_or(app.catalogue().roles.research.k),
        sensitive: Some(one("sensitive")).filter(|s| !s.is_empty()),
        columns: many("column"),
    }
}

/// `GET /research`
async fn show(signed: Signed, State(app): State<App>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    let kinds = kinds(&app, &signed);
    if kinds.is_empty() {
        return Err(PageError::NotAllowed("脱敏导出须有导出个案的权限".into()));
    }
    let asked = pairs(query.as_deref().unwrap_or_default().as_bytes());
    let plan = read(&app, &asked);
    let kind = kinds.iter().find(|k| k.kind == plan.kind).copied();
    if kind.is_none() && !plan.kind.is_empty() {
        return Err(PageError::Door(DoorError::NoKind(plan.kind)));
    }
    let tried = match kind {
        Some(_) if !plan.quasi.is_empty() => Some(app.door.research(&signed.caller, &plan).await),
        _ => None,
    };
    let body = html! {
        p.lead { "供研究使用的逐条数据：不含姓名、证件号、日期和编号；年龄、地区等逐级概括，直到每种组合至少有 k 个人，仍不足的略去并报告。须经另一人批准后下载。" }
        (choose(&kinds, kind))
        @if let Some(kind) = kind { (form(&app, kind, &plan)) }
        @match &tried {
            Some(Ok(outcome)) => (result(&app, &signed, &plan, outcome)),
            Some(Err(error)) => div.notice.notice-warning { (error) },
            None => {}
        }
    };
    let frame = Frame { title: words::RESEARCH, signed: Some(&signed), active: PAGE, ..Frame::new(&app) };
    Ok(layout::page(&frame, body))
}

fn choose(kinds: &[&Kind], chosen: Option<&Kind>) -> Markup {
    html! {
        form.card.narrow method="get" action=(PAGE) {
            div.field { label for="rs-kind" { "表单" } select.form-select #rs-kind name="kind" { @for kind in kinds { option value=(kind.kind) selected[chosen.is_some_and(|c| c.kind == kind.kind)] { (kind.title) } } } }
            div.form-bar { button.btn type="submit" { "选择" } }
        }
    }
}

fn form(app: &App, kind: &Kind, plan: &Plan) -> Markup {
    let least = app.catalogue().roles.research.k;
    html! {
        form.card method="get" action=(PAGE) {
            input type="hidden" name="kind" value=(kind.kind);
            fieldset.choices { legend { "准标识符（他人可能知道、会逐级概括的）" }
                @for (name, title) in research::offered(kind) { label.check { input type="checkbox" name="quasi" value=(name) checked[plan.quasi.contains(&name)]; span { (title) } } }
            }
            fieldset.choices { legend { "研究内容（代码、数值、是否）" }
                @for field in research::columns(kind) { label.check { input type="checkbox" name="column" value=(field.path) checked[plan.columns.contains(&field.path)]; span { (field.title) } } }
            }
            div.form-grid {
                div.field { label for="rs-k" { "k（每种组合至少多少人）" } input.form-control #rs-k type="number" name="k" min=(least) max="1000" value=(plan.k.max(least)); }
                div.field { label for="rs-l" { "敏感字段（报告 l 多样性，可不选）" } select.form-select #rs-l name="sensitive" { option value="" { "不计算" } @for field in research::columns(kind) { option value=(field.path) selected[plan.sensitive.as_ref() == Some(&field.path)] { (field.title) } } } }
            }
            div.form-bar { button.btn.btn-primary type="submit" { "检验" } }
        }
    }
}

fn result(app: &App, signed: &Signed, plan: &Plan, outcome: &Outcome) -> Markup {
    let allowed = app.catalogue().roles.research.suppressed;
    html! {
        section.card {
            h2 { "检验结果" }
            @if outcome.satisfied { div.notice.notice-info { "满足 k=" (plan.k) "。" } } @else { div.notice.notice-warning { (research::unsatisfied(outcome, plan.k, allowed)) } }
            dl.facts {
                div.fact { dt { "记录" } dd { (outcome.records) " 条" } }
                div.fact { dt { "略去" } dd { (outcome.suppressed) " 条（允许 " (allowed) "%）" } }
                div.fact { dt { "组合" } dd { (outcome.classes) " 种，最小 " (outcome.smallest) " 人" } }
                @if let Some(l) = outcome.diversity { div.fact { dt { "l 多样性" } dd { (l) } } }
                @for (title, level) in &outcome.levels { div.fact { dt { (title) } dd { (level) } } }
            }
        }
        @if outcome.satisfied {
            form.card.narrow method="post" action=(PAGE) data-once {
                (token(signed))
                h2 { "申请导出" }
                input type="hidden" name="plan" value=(serde_json::to_string(plan).unwrap_or_default());
                (reveal::choice(app, "rs-purpose"))
                div.field { label for="rs-reason" { "理由" span.mark-required { "必填" } } textarea.form-control #rs-reason name="reason" rows="2" required minlength="5" maxlength="500" {} }
                div.form-bar { button.btn.btn-primary type="submit" { "提交申请" } }
            }
        }
    }
}

/// `POST /research`: asks for approval of a plan.
async fn ask(State(app): State<App>, posted: Posted) -> Result<Response, PageError> {
    if kinds(&app, &posted.signed).is_empty() {
        return Err(PageError::NotAllowed("脱敏导出须有导出个案的权限".into()));
    }
    let plan: Plan = serde_json::from_str(posted.get("plan")).map_err(|_| PageError::BadRequest("方案无法识别".into()))?;
    let caller = &posted.signed.caller;
    let outcome = app.door.research(caller, &plan).await?;
    if !outcome.satisfied {
        return Err(PageError::BadRequest(research::unsatisfied(&outcome, plan.k, app.catalogue().roles.research.suppressed)));
    }
    let levels: Vec<String> = outcome.levels.iter().map(|(title, level)| format!("{title}：{level}")).collect();
    let wanted = Wanted {
        kind: plan.kind.clone(),
        request: ListRequest::default(),
        full: false,
        format: "脱敏 csv".into(),
        conditions: format!("k={}，略去 {} 条；{}", plan.k, outcome.suppressed, levels.join("，")),
        purpose: reveal::purpose(&app, &posted)?,
        research: serde_json::to_string(&plan).unwrap_or_default(),
        listed: String::new(),
    };
    app.door.ask_export(caller, wanted, posted.get("reason")).await?;
    let done = Flash::done("已提交申请，批准后可在本页下载。").cookie();
    Ok(([(header::SET_COOKIE, done)], Redirect::to(exports::PAGE)).into_response())
}

/// The file of an approved plan.
///
/// # Errors
/// The records no longer satisfy the plan; the store failed.
pub async fn send(app: &App, caller: &Caller, pass: &Pass, request: &ExportRequest) -> Result<Response, PageError> {
    let plan: Plan = serde_json::from_str(&request.wanted.research).map_err(|_| PageError::BadRequest("方案无法识别".into()))?;
    let (_, sheet) = app.door.research_sheet(caller, &plan, pass).await?;
    let mut text = String::from("\u{feff}");
    let rows = std::iter::once(&sheet.head).chain(&sheet.rows);
    for row in rows {
        let _ = write!(text, "{}", Table::line(row.iter().cloned().map(Cell::Text)));
    }
    let name = format!("脱敏_{}_{}_{}.csv", plan.kind, app.door.today().replace('-', ""), &request.id[..8.min(request.id.len())]);
    Ok(download::file(&name, "text/csv; charset=utf-8", text))
}
