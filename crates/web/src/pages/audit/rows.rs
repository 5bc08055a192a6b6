//! Audit lines as a table.

use crate::app::App;
use crate::error::PageError;
use crate::icons::icon;
use crate::session::Signed;
use crate::{links, words};
use maud::{Markup, html};
use std::collections::HashMap;
use zhijian_records::DoorError;
use zhijian_records::access::{self, Wish};
use zhijian_records::port::AuditLine;

/// Names of the accounts by login.
///
/// # Errors
/// The store failed.
pub async fn names(app: &App) -> Result<HashMap<String, String>, PageError> {
    let accounts = app.door.store.accounts().await.map_err(|source| DoorError::Store { kind: "account".into(), source })?;
    Ok(accounts.into_iter().map(|account| (account.login, account.name)).collect())
}

/// Who: the account's name where there is one.
pub fn who<'a>(names: &'a HashMap<String, String>, login: &'a str) -> &'a str {
    match login.strip_prefix("system:") {
        Some(_) => "系统",
        None => names.get(login).map_or(login, String::as_str),
    }
}

/// About what: the kind's title, or a word for what is no kind.
pub fn about(app: &App, kind: &str) -> String {
    match kind {
        "" => String::new(),
        "account" => "账号".into(),
        "setting" => "设置".into(),
        "definitions" => "定义与策略".into(),
        "backup" => "备份".into(),
        "audit" => "审计日志".into(),
        "plan" => "规划指标".into(),
        "import" => "导入".into(),
        other => app.catalogue().kind(other).map_or_else(|| other.to_owned(), |kind| kind.title.clone()),
    }
}

/// The table; without the person where all lines are one person's.
pub fn table(app: &App, signed: &Signed, names: Option<&HashMap<String, String>>, lines: &[AuditLine]) -> Markup {
    html! {
        div.table-wrap { table.list {
            thead { tr {
                th scope="col" { "时间" }
                @if names.is_some() { th scope="col" { "账号" } }
                th scope="col" { "操作" }
                th scope="col" { "对象" }
                th scope="col" { "用途或原因" }
                th scope="col" { "来自" }
                th.num scope="col" { "序号" }
            } }
            tbody { @for line in lines { (row(app, signed, names, line)) } }
        } }
    }
}

fn row(app: &App, signed: &Signed, names: Option<&HashMap<String, String>>, line: &AuditLine) -> Markup {
    let (stamp, trace) = (&line.stamp, &line.stamp.trace);
    let roles: Vec<&str> = trace.role.split(',').filter(|role| !role.is_empty()).map(words::role).collect();
    html! {
        tr {
            td.date data-label="时间" { (words::moment(stamp.at)) }
            @if let Some(names) = names {
                td data-label="账号" { span.nowrap { (who(names, &stamp.actor)) " " small.muted { (stamp.actor) } @if !roles.is_empty() { br; small.muted { (roles.join("、")) } } } }
            }
            td data-label="操作" { (words::action(line.action)) }
            td data-label="对象" { span {
                (about(app, &line.kind))
                @if !line.record.is_empty() { " " (object(app, signed, line)) }
                @if trace.rev > 0 { small.muted { " 第" (trace.rev) "版" } }
                @if line.count > 1 { small.muted { " " (line.count) " 个版本" } }
            } }
            td data-label="用途或原因" { @if stamp.reason.is_empty() { (words::NONE) } @else { (words::reason(line)) } }
            td data-label="来自" { span.nowrap {
                (words::source(&stamp.source))
                @if !trace.region.is_empty() { " · " (app.catalogue().regions.name(&trace.region)) }
                @if !trace.address.is_empty() { br; small.muted { (trace.address) } }
                @if !trace.session.is_empty() { " " small.muted title="会话" { "#" (trace.session) } }
            } }
            td.num data-label="序号" { (line.seq) }
        }
    }
}

/// The record with a way to it for those who may read the kind.
fn object(app: &App, signed: &Signed, line: &AuditLine) -> Markup {
    let short: String =
        if line.record.len() == 32 { format!("…{}", line.record.get(24..).unwrap_or_default()) } else { line.record.clone() };
    match app.catalogue().kind(&line.kind) {
        Some(kind) if access::may(&signed.caller, kind, Wish::Read) => {
            html! { a href=(links::record(&line.kind, &line.record)) title=(line.record) { code { (short) } } }
        }
        Some(_) => html! { a href=(links::about(&line.kind, &line.record, "audit")) title=(line.record) { code { (short) } } },
        None => html! { code { (short) } },
    }
}

/// Back to the first page and on to the next.
pub fn pager(first: Option<&str>, next: Option<&str>) -> Markup {
    html! {
        nav.pager aria-label="翻页" {
            @if let Some(first) = first { a.btn href=(first) { (icon("prev")) "最新" } }
            @if let Some(next) = next { a.btn.next href=(next) { "更早" (icon("next")) } }
        }
    }
}

/// The caller's own last lines, for the page of the own account.
///
/// # Errors
/// The store failed.
pub async fn own(app: &App, signed: &Signed, before: Option<i64>) -> Result<Markup, PageError> {
    const LINES: u32 = 20;
    let lines = app.door.own_lines(&signed.caller, before, LINES).await?;
    let next = lines.last().filter(|_| lines.len() == LINES as usize).map(|line| format!("/me?before={}#own", line.seq));
    Ok(html! {
        section #own aria-label="我的操作记录" {
            h2 { "我的操作记录" }
            p.muted { "本账号的登录、查看完整信息、导出和修改都在这里；发现不是本人所为，请立即修改密码并告知管理员。" }
            @if lines.is_empty() { p.muted { "没有更多记录。" } } @else { (table(app, signed, None, &lines)) }
            (pager(before.map(|_| "/me#own"), next.as_deref()))
        }
    })
}
