//! `GET /notices`: the inbox, and what is done in it.

use super::asked::{Asked, ROWS};
use super::{PAGE, SETTINGS, TITLE, row};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame, token};
use crate::links;
use crate::posted::Posted;
use crate::session::Signed;
use crate::words;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use zhijian_kinds::notice::Level;

/// `GET /notices`
pub async fn show(signed: Signed, State(app): State<App>, RawQuery(query): RawQuery, headers: HeaderMap) -> Result<Response, PageError> {
    let asked = Asked::read(app.catalogue(), &query.unwrap_or_default())?;
    let page = app.door.inbox(&signed.caller, &asked.ask(ROWS)).await?;
    let unread = app.door.unread(&signed.caller).await?;
    let views = row::records(&app, &signed, &page.rows).await?;
    let total: u64 = unread.iter().map(|(_, n)| n).sum();
    let back = asked.with("after", &asked.after);
    let body = html! {
        (Flash::of(&headers).notice())
        @if !asked.undo.is_empty() { (taken_back(&signed, &asked.undo)) }
        (tabs(&asked, total))
        (filter(&app, &asked, &unread))
        @if page.rows.is_empty() { (nothing(&asked, page.next.is_some())) } @else {
            ul.notice-list {
                @for (shown, view) in page.rows.iter().zip(&views) { (row::row(&app, &signed, shown, view.as_ref(), &back)) }
            }
        }
        nav.pager aria-label="翻页" {
            @if !asked.after.is_empty() { a.btn href=(asked.with("after", "")) { "回到第一页" } }
            @if let Some(next) = &page.next { a.btn href=(asked.with("after", next)) { "下一页" } }
        }
    };
    let actions = html! {
        @if total > 0 {
            form method="post" action="/notices/read" data-once { (token(&signed)) button.btn type="submit" data-key="m" title="快捷键 m" { "全部标为已读" } }
        }
        a.btn href=(SETTINGS) { "通知设置" }
    };
    let crumbs = [(words::DESK, "/".to_owned())];
    let frame = Frame { title: TITLE, signed: Some(&signed), active: PAGE, breadcrumbs: &crumbs, actions, ..Frame::new(&app) };
    Ok(([(header::SET_COOKIE, Flash::gone())], layout::page(&frame, body)).into_response())
}

fn taken_back(signed: &Signed, at: &str) -> Markup {
    html! {
        form.notice.notice-ok role="status" method="post" action="/notices/unread" {
            (token(signed))
            input type="hidden" name="at" value=(at);
            "已全部标为已读。 "
            button.btn.btn-sm type="submit" { "撤销" }
        }
    }
}

fn tabs(asked: &Asked, unread: u64) -> Markup {
    let current = |all: bool| (asked.all == all).then_some("page");
    html! {
        nav.tabs aria-label="未读或全部" {
            a href=(asked.with("show", "")) aria-current=[current(false)] { "未读 " span.num { (words::count(unread)) } }
            a href=(asked.with("show", "all")) aria-current=[current(true)] { "全部" }
        }
    }
}

fn filter(app: &App, asked: &Asked, unread: &[(Level, u64)]) -> Markup {
    html! {
        form.due-filter method="get" action=(PAGE) {
            @if asked.all { input type="hidden" name="show" value="all"; }
            div {
                label for="level" { "级别" }
                select.form-select #level name="level" {
                    option value="" { "全部级别" }
                    @for (level, number) in unread {
                        option value=(level.word()) selected[level.word() == asked.level] { (level.title()) @if *number > 0 { "（未读 " (words::count(*number)) "）" } }
                    }
                }
            }
            div {
                label for="notice-kind" { "类别" }
                select.form-select #notice-kind name="notice" {
                    option value="" { "全部类别" }
                    @for notice in app.catalogue().notices.values() {
                        option value=(notice.notice) selected[notice.notice == asked.notice] { (notice.title) }
                    }
                }
            }
            button.btn.btn-primary type="submit" { "筛选" }
            @if !asked.plain() { a.quiet href={(PAGE) @if asked.all { "?show=all" }} { "清除" } }
        }
    }
}

fn nothing(asked: &Asked, more: bool) -> Markup {
    html! {
        div.empty-state {
            @if more {
                p.empty-title { "这一页的通知都已不可查看" }
                p { "它们所指的记录已移出您的查看范围。" }
            } @else if !asked.plain() {
                p.empty-title { "没有符合条件的通知" }
                p { a href=(PAGE) { "查看全部未读" } }
            } @else if asked.all {
                p.empty-title { "还没有通知" }
                p { "期限提醒、退回、任务单和督办会出现在这里。" }
            } @else {
                p.empty-title { "没有未读通知" }
                p { a href=(asked.with("show", "all")) { "查看全部通知" } }
            }
        }
    }
}

/// `POST /notices/{id}/open`: read, and on to what it is about.
pub async fn open(State(app): State<App>, Path(id): Path<String>, posted: Posted) -> Result<Response, PageError> {
    let shown = app.door.open_notice(&posted.signed.caller, &id).await?;
    let to = match (shown.kind.is_empty(), shown.link.is_empty()) {
        (false, _) => links::record(&shown.kind, &shown.record),
        (true, false) => shown.link,
        (true, true) => format!("{PAGE}?show=all"),
    };
    Ok(Redirect::to(&to).into_response())
}

/// `POST /notices/{id}/mark`
pub async fn mark(State(app): State<App>, Path(id): Path<String>, posted: Posted) -> Result<Response, PageError> {
    app.door.mark_notice(&posted.signed.caller, &id, posted.get("read") == "1").await?;
    // Only back into the inbox.
    let back = Some(posted.get("back")).filter(|b| *b == PAGE || b.starts_with("/notices?")).unwrap_or(PAGE);
    Ok(Redirect::to(back).into_response())
}

/// `POST /notices/read`: everything; the page offers to take it back.
pub async fn read_all(State(app): State<App>, posted: Posted) -> Result<Response, PageError> {
    let (at, _) = app.door.mark_all_read(&posted.signed.caller).await?;
    Ok(Redirect::to(&format!("{PAGE}?undo={at}")).into_response())
}

/// `POST /notices/unread`
pub async fn undo(State(app): State<App>, posted: Posted) -> Result<Response, PageError> {
    let at = posted.get("at").parse().map_err(|_| PageError::BadRequest("参数 at 无法识别".into()))?;
    let number = app.door.undo_all_read(&posted.signed.caller, at).await?;
    let told = Flash::done(&format!("{number} 条通知恢复为未读")).cookie();
    Ok(([(header::SET_COOKIE, told)], Redirect::to(PAGE)).into_response())
}
