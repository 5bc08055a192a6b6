//! The audit page.

use super::asked::{Asked, PAGE_LINES};
use super::{PAGE, auditor, rows};
use crate::app::App;
use crate::error::PageError;
use crate::forms::widget::counties;
use crate::icons::icon;
use crate::layout::{self, Frame, token};
use crate::session::Signed;
use crate::words;
use axum::extract::{RawQuery, State};
use maud::{Markup, html};
use std::collections::HashMap;
use zhijian_records::port::Action;

/// `GET /audit`
pub async fn show(signed: Signed, State(app): State<App>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    auditor(&app, &signed)?;
    let asked = Asked::read(query.as_deref().unwrap_or_default())?;
    // One more than is shown tells whether there is another page.
    let mut lines = app.door.audit_lines(&signed.caller, &asked.query(PAGE_LINES + 1)?).await?;
    let more = lines.len() > PAGE_LINES as usize;
    lines.truncate(PAGE_LINES as usize);
    let names = rows::names(&app).await?;
    let next = lines.last().filter(|_| more).map(|line| asked.address(PAGE, Some(line.seq)));
    let first = asked.before.map(|_| asked.address(PAGE, None));
    let body = html! {
        p.lead { "谁、何时、从哪里、对哪条记录做了什么、为什么。每一行与上一行以 SM3 相连，改动、删除、调换都能查出；本页不显示记录内容。" }
        (filters(&app, &signed, &asked, &names))
        @if lines.is_empty() {
            div.empty-state { p.empty-title { "没有符合条件的记录" } p { a href=(PAGE) { "查看全部" } } }
        } @else {
            (rows::table(&app, &signed, Some(&names), &lines))
        }
        (rows::pager(first.as_deref(), next.as_deref()))
    };
    let frame = Frame { title: words::AUDIT, signed: Some(&signed), active: PAGE, actions: actions(&signed, &asked), ..Frame::new(&app) };
    Ok(layout::page(&frame, body))
}

fn actions(signed: &Signed, asked: &Asked) -> Markup {
    html! {
        details.pop {
            summary.btn { (icon("export")) "导出" }
            form.pop-body method="post" action=(asked.address("/audit/export", None)) {
                (token(signed))
                p.hint { "导出符合当前条件的记录，最新的在前。" }
                div.field {
                    label for="export-format" { "格式" }
                    select.form-select #export-format name="format" { option value="xlsx" { "Excel 工作簿" } option value="csv" { "CSV 文本" } }
                }
                div.field { label for="export-reason" { "用途" span.mark-required { "必填" } } input.form-control #export-reason type="text" name="reason" required maxlength="200"; }
                p.hint { "导出本身也记入审计日志。" }
                button.btn.btn-primary type="submit" { "下载" }
            }
        }
        a.btn href="/audit/head" { (icon("print")) "链头" }
    }
}

fn filters(app: &App, signed: &Signed, asked: &Asked, names: &HashMap<String, String>) -> Markup {
    let mut people: Vec<(&String, &String)> = names.iter().collect();
    people.sort();
    let counties = counties(app, signed);
    let given = asked.pairs().len();
    html! {
        form.filters action=(PAGE) method="get" {
            details.filter-fields open {
                summary { (icon("filter")) "筛选" @if given > 0 { span.count-badge { (given) } } }
                div.filter-grid {
                    div.field.range {
                        span.label { "日期" }
                        div.range-inputs {
                            input.form-control type="date" name="from" value=(asked.from) aria-label="日期不早于";
                            span aria-hidden="true" { "至" }
                            input.form-control type="date" name="to" value=(asked.to) aria-label="日期不晚于";
                        }
                    }
                    div.field {
                        label for="a-actor" { "账号" }
                        input.form-control #a-actor type="text" name="actor" value=(asked.actor) list="a-people" autocomplete="off" spellcheck="false";
                        datalist #a-people { @for (login, name) in people { option value=(login) { (name) } } }
                    }
                    div.field {
                        label for="a-action" { "操作" }
                        select.form-select #a-action name="action" {
                            option value="" { "全部" }
                            @for action in Action::ALL { option value=(action.word()) selected[asked.action == action.word()] { (words::action(action)) } }
                        }
                    }
                    div.field {
                        label for="a-kind" { "表单" }
                        select.form-select #a-kind name="kind" {
                            option value="" { "全部" }
                            @for kind in app.catalogue().kinds.values() { option value=(kind.kind) selected[asked.kind == kind.kind] { (kind.title) } }
                            @for other in ["account", "setting", "definitions", "plan", "audit", "backup"] { option value=(other) selected[asked.kind == other] { (rows::about(app, other)) } }
                        }
                    }
                    div.field { label for="a-record" { "记录号" } input.form-control #a-record type="text" name="record" value=(asked.record) autocomplete="off" spellcheck="false" maxlength="32"; }
                    div.field {
                        label for="a-region" { "地区" }
                        select.form-select #a-region name="region" {
                            option value="" { "全部" }
                            @for county in &counties { option value=(county.code) selected[county.code == asked.region] { (county.name) } }
                        }
                    }
                    div.field { span.label aria-hidden="true" { "\u{a0}" } div.buttons { button.btn.btn-primary type="submit" { "查询" } @if given > 0 { " " a.btn href=(PAGE) { "清除" } } } }
                }
            }
        }
    }
}
