//! Retention (保存期限): the rules, what is due in the own region, and holds. Nothing is destroyed from a page: the operator does that.

use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame, token};
use crate::posted::Posted;
use crate::session::Signed;
use crate::{links, words};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use maud::{Markup, html};
use zhijian_records::DoorError;
use zhijian_records::retention::{Due, Hold};

/// Address of the page.
pub const PAGE: &str = "/retention";
/// Most records on the page.
const SHOWN: usize = 200;

/// Routes of this page.
pub fn router() -> Router<App> {
    Router::new().route(PAGE, get(show).post(submit))
}

/// `GET /retention`
async fn show(signed: Signed, State(app): State<App>, headers: HeaderMap) -> Result<Response, PageError> {
    let due = app.door.due(&signed.caller, None, SHOWN).await?;
    let holds = app.door.holds(&signed.caller).await?;
    let flash = Flash::of(&headers);
    let body = html! {
        (flash.notice())
        p.lead { "保存期满的记录，由服务器操作员执行 " code { "zhijian retention run" } " 删除个人信息；公开内容保留供统计。保全中的记录到期也不删除。" }
        section.card {
            h2 { "到期清单" }
            @if due.is_empty() { p.muted { "本地区没有保存期满的记录。" } } @else { (due_list(&app, &signed, &due)) @if due.len() == SHOWN { p.muted { "只列出前 " (SHOWN) " 条。" } } }
        }
        section.card {
            h2 { "保全" }
            @if holds.is_empty() { p.muted { "没有保全中的记录。" } } @else { (hold_list(&app, &signed, &holds)) }
            (form(&app, &signed))
        }
        (rules(&app))
    };
    let frame = Frame { title: words::RETENTION, signed: Some(&signed), active: PAGE, ..Frame::new(&app) };
    Ok(([(header::SET_COOKIE, Flash::gone())], layout::page(&frame, body)).into_response())
}

fn kind_title<'a>(app: &'a App, kind: &'a str) -> &'a str {
    app.catalogue().kind(kind).map_or(kind, |k| k.title.as_str())
}

fn due_list(app: &App, signed: &Signed, due: &[Due]) -> Markup {
    html! {
        div.table-wrap { table.list.small {
            thead { tr { th scope="col" { "表单" } th scope="col" { "记录号" } th scope="col" { "属地" } th scope="col" { "起算日" } th scope="col" { "保存至" } th scope="col" { "保全" } } }
            tbody { @for (index, record) in due.iter().enumerate() { tr {
                td data-label="表单" { (kind_title(app, &record.kind)) }
                td data-label="记录号" { a href=(links::record(&record.kind, &record.id)) { (record.id) } }
                td data-label="属地" { (app.catalogue().regions.name(&record.region)) }
                td.date data-label="起算日" { (record.from) }
                td.date data-label="保存至" { (record.until) }
                td data-label="保全" {
                    @match &record.hold {
                        Some(hold) => { "保全中：" (hold.reason) }
                        None => { (small_form(signed, &record.kind, &record.id, "hold", &format!("due-{index}"), "保全原因", "保全")) }
                    }
                }
            } } }
        } }
    }
}

fn hold_list(app: &App, signed: &Signed, holds: &[Hold]) -> Markup {
    html! {
        div.table-wrap { table.list.small {
            thead { tr { th scope="col" { "表单" } th scope="col" { "记录号" } th scope="col" { "原因" } th scope="col" { "设置" } th scope="col" { "解除" } } }
            tbody { @for (index, hold) in holds.iter().enumerate() { tr {
                td data-label="表单" { (kind_title(app, &hold.kind)) }
                td data-label="记录号" { a href=(links::record(&hold.kind, &hold.id)) { (hold.id) } }
                td data-label="原因" { (hold.reason) }
                td data-label="设置" { (words::moment(hold.at)) " " small.muted { (hold.by) } }
                td data-label="解除" { (small_form(signed, &hold.kind, &hold.id, "lift", &format!("held-{index}"), "解除原因", "解除")) }
            } } }
        } }
    }
}

fn small_form(signed: &Signed, kind: &str, id: &str, deed: &str, field: &str, label: &str, button: &str) -> Markup {
    html! {
        form.inline-form method="post" action=(PAGE) data-once {
            (token(signed))
            input type="hidden" name="kind" value=(kind);
            input type="hidden" name="id" value=(id);
            label.visually-hidden for=(field) { (label) }
            input.form-control id=(field) name="reason" required maxlength="200" placeholder=(label);
            button.btn type="submit" name="deed" value=(deed) { (button) }
        }
    }
}

fn form(app: &App, signed: &Signed) -> Markup {
    html! {
        form.card.narrow method="post" action=(PAGE) data-once {
            (token(signed))
            h3 { "设置保全" }
            div.form-grid {
                div.field { label for="hold-kind" { "表单" span.mark-required { "必填" } } select.form-select #hold-kind name="kind" required { @for kind in app.catalogue().retention.keys() { option value=(kind) { (kind_title(app, kind)) } } } }
                div.field { label for="hold-id" { "记录号" span.mark-required { "必填" } } input.form-control #hold-id name="id" required autocomplete="off" maxlength="32"; }
                div.field.wide { label for="hold-reason" { "原因" span.mark-required { "必填" } } input.form-control #hold-reason name="reason" required maxlength="200"; p.hint { "如诉讼、仲裁、诊断鉴定、监督检查尚未办结。" } }
            }
            div.form-bar { button.btn.btn-primary type="submit" name="deed" value="hold" { "保全" } }
        }
    }
}

fn rules(app: &App) -> Markup {
    html! {
        section.card {
            h2 { "保存期限" }
            div.table-wrap { table.list.small {
                thead { tr { th scope="col" { "表单" } th scope="col" { "个人信息保存" } th scope="col" { "依据" } } }
                tbody { @for rule in app.catalogue().retention.values() { tr {
                    th scope="row" data-label="表单" { (kind_title(app, &rule.kind)) }
                    td data-label="个人信息保存" {
                        @match (rule.years, &rule.from) {
                            (Some(years), Some(from)) => {
                                @let title = app.catalogue().kind(&rule.kind).and_then(|k| k.field(from)).map_or(from.as_str(), |f| f.title.as_str());
                                @if rule.latest_of_person { "该人最近一次" } (title) "起 " (years) " 年"
                            }
                            _ => "长期"
                        }
                        @if rule.unsourced { " " span.mark-wanted { "未见依据" } }
                    }
                    td data-label="依据" { (words::basis(&rule.basis)) }
                } } }
            } }
        }
    }
}

/// `POST /retention`
async fn submit(State(app): State<App>, posted: Posted) -> Result<Response, PageError> {
    let (caller, kind, id, reason) = (&posted.signed.caller, posted.get("kind"), posted.get("id").trim(), posted.get("reason"));
    if !app.door.keeps(caller) {
        return Err(PageError::NotAllowed("保全由卫健和疾控的业务角色办理".into()));
    }
    let told = match posted.get("deed") {
        "hold" => {
            app.door.hold(caller, kind, id, reason).await?;
            "已保全。"
        }
        "lift" => {
            app.door.lift(caller, kind, id, reason).await?;
            "已解除保全。"
        }
        _ => return Err(PageError::Door(DoorError::BadRequest("不支持的操作".into()))),
    };
    Ok(([(header::SET_COOKIE, Flash::done(told).cookie())], Redirect::to(PAGE)).into_response())
}
