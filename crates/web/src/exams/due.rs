//! `GET /exams/due`: the roster with what is due; `POST`: an order of the chosen workers.

use super::due_list::{self, Asked};
use super::{DUE, DUE_TITLE, allow, choose, employer, order_page, style};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame, token};
use crate::posted::Posted;
use crate::session::Signed;
use crate::{dossier, links, words};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use zhijian_records::access::{self, Wish};
use zhijian_records::exams::{ORDER, Ordering};

/// Rows of a page.
const ROWS: usize = 50;

/// `GET /exams/due`
pub async fn show(signed: Signed, State(app): State<App>, RawQuery(query): RawQuery, headers: HeaderMap) -> Result<Response, PageError> {
    allow(&app, &signed, "exposed_worker", Wish::Reveal)?;
    let asked = Asked::read(&query.unwrap_or_default())?;
    let whose = employer(&signed, &asked.employer).to_owned();
    let crumbs = [(words::DESK, "/".to_owned())];
    let frame = Frame { title: DUE_TITLE, signed: Some(&signed), active: DUE, breadcrumbs: &crumbs, ..Frame::new(&app) };
    if whose.is_empty() {
        return Ok(layout::page(&frame, choose(DUE_TITLE)).into_response());
    }
    let roster = app.door.exams_due(&signed.caller, &whose).await?;
    let today = app.door.today();
    let chosen = due_list::chosen(&app, &roster, &asked, &today);
    if asked.format == "xlsx" || asked.format == "csv" {
        return crate::board::export::file(&due_list::table(&app, &signed, &roster, &chosen, &today), &asked.format);
    }
    let orders = access::may(&signed.caller, &*app.door.kind(ORDER)?, Wish::File);
    let from = asked.page.saturating_sub(1) * ROWS;
    let shown: Vec<_> = chosen.iter().skip(from).take(ROWS).copied().collect();
    let flash = Flash::of(&headers);
    let body = html! {
        (style())
        (flash.notice())
        p.lead {
            "按名册的接触因素、作业分级和最近检查日期逐人计算，依据 GBZ 188 应检时有效的版本。"
            @if roster.compared { "平台收到的检查个案已一并比对。" } @else { "您的角色不能比对检查个案，只按名册日期计算。" }
            @if roster.more { strong { "名册人数过多，只计算了前一部分。" } }
        }
        (due_list::tabs(&roster, &asked, &today))
        (due_list::filters(&app, &roster, &asked))
        @if roster.rows.is_empty() {
            div.empty-state {
                p.empty-title { "还没有名册" }
                p { "先" a href=(links::import("exposed_worker")) { "导入接害劳动者名册" } "（" a href=(links::template("exposed_worker")) { "下载模板" } "），或" a href=(links::new("exposed_worker")) { "逐人新建" } "，应检名单随即算出。" }
            }
        } @else if chosen.is_empty() {
            div.empty-state { p.empty-title { "没有符合条件的劳动者" } p { a href=(asked.only("state", "")) { "查看全部" } } }
        } @else {
            form method="post" action=(DUE) data-once {
                (token(&signed))
                input type="hidden" name="_key" value=(uuid::Uuid::now_v7().simple().to_string());
                input type="hidden" name="employer" value=(whose);
                (due_list::rows(&app, &shown, orders, &today))
                @if orders { (order_bar(&app)) }
            }
            (pager(&asked, chosen.len()))
        }
        p.muted {
            "共 " (words::count(chosen.len() as u64)) " 人 · "
            a href=(asked.only("format", "xlsx")) { "导出 xlsx" } " · "
            a href=(super::UNEXAMINED) { (super::UNEXAMINED_TITLE) } " · "
            a href=(links::list(ORDER)) { "全部委托" } " · "
            a href=(dossier::employer_file(&whose)) { (dossier::EMPLOYER) }
        }
    };
    Ok(([(header::SET_COOKIE, Flash::gone())], layout::page(&frame, body)).into_response())
}

fn order_bar(app: &App) -> Markup {
    html! {
        div.form-bar.exam-bar {
            label for="exam-type" { "检查类型" }
            select.form-select #exam-type name="exam_type" {
                option value="" { "各人应检的类型" }
                @for code in app.catalogue().list("EXAM").into_iter().flat_map(|list| &list.codes).filter(|c| matches!(c.code.as_str(), "1" | "2" | "3" | "5")) {
                    option value=(code.code) { (code.label) }
                }
            }
            button.btn.btn-primary type="submit" { "为所选劳动者建委托" }
            span.muted { "下一步选体检机构。已在未完成委托中的不会重复委托。" }
        }
    }
}

fn pager(asked: &Asked, all: usize) -> Markup {
    let pages = all.div_ceil(ROWS);
    html! {
        @if pages > 1 {
            nav.pager aria-label="翻页" {
                @if asked.page > 1 { a.btn href=(asked.only("page", &(asked.page - 1).to_string())) { "上一页" } }
                span { "第 " (asked.page) " / " (pages) " 页" }
                @if asked.page < pages { a.btn href=(asked.only("page", &(asked.page + 1).to_string())) { "下一页" } }
            }
        }
    }
}

/// `POST /exams/due`
pub async fn order(State(app): State<App>, posted: Posted) -> Result<Response, PageError> {
    let signed = &posted.signed;
    allow(&app, signed, ORDER, Wish::File)?;
    let ordering = Ordering {
        employer: employer(signed, posted.get("employer")).to_owned(),
        workers: posted.all("worker").map(str::to_owned).collect(),
        exam_type: posted.get("exam_type").to_owned(),
        key: posted.get("_key").to_owned(),
    };
    if ordering.workers.is_empty() {
        return Err(PageError::BadRequest("没有勾选劳动者：请在应检名单中勾选后再建委托".into()));
    }
    let id = app.door.order_exams(&signed.caller, &ordering).await?;
    Ok(Redirect::to(&order_page(&id)).into_response())
}
