//! `GET /records/{kind}/{id}/documents`: what may be issued of a record, and what was.

use super::{address, purpose};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::icons::icon;
use crate::layout::{self, Frame, token};
use crate::links;
use crate::pages::records::{cells, reveal};
use crate::session::Signed;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use zhijian_documents::content::printed_basis;
use zhijian_documents::register::text;
use zhijian_kinds::paper::{Document, Format};
use zhijian_records::read::View;

/// The page.
pub async fn show(
    signed: Signed,
    State(app): State<App>,
    Path((kind, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let kind = app.door.kind(&kind)?;
    let view = app.door.open(&signed.caller, &kind.kind, &id, None).await?;
    let offered = zhijian_documents::offered(&app.door, &signed.caller, &view);
    let issued = zhijian_documents::issued_of(&app.door, &signed.caller, &kind.kind, &id).await?;
    let stated = purpose(&app, &signed, &kind.kind, &id);
    let name = cells::name(&app, &kind, &view.data);
    let ask = zhijian_documents::fill::opens(&kind, &view) && (offered.iter().any(|d| d.identified) || issued.iter().any(identified));
    let body = html! {
        (Flash::of(&headers).notice())
        @if ask { (purpose_card(&app, &signed, &view, &stated)) }
        section.card {
            h2 { "可出具的文书" }
            @if offered.is_empty() {
                p.muted { (nothing(&app, &view)) }
            } @else {
                ul.papers {
                    @for document in &offered { (offer(&signed, &view, document, !stated.is_empty())) }
                }
            }
        }
        section.card {
            h2 { "已出具" span.rows-count { (issued.len()) " 份" } }
            @if issued.is_empty() { p.muted { "这条记录还没有出具过您可查看的文书。" } } @else { (table(&app, &issued, !stated.is_empty())) }
        }
        p.muted { "收到文书的人可在 " a href=(super::CHECK) { "文书校验" } " 核对真伪。" }
    };
    let active = links::list(&kind.kind);
    let crumbs = [(kind.title.as_str(), active.clone()), (name.as_str(), links::record(&kind.kind, &view.id))];
    let page =
        layout::page(&Frame { title: "文书", signed: Some(&signed), active: &active, breadcrumbs: &crumbs, ..Frame::new(&app) }, body);
    Ok(([(header::SET_COOKIE, Flash::gone())], page).into_response())
}

fn identified(entry: &View) -> bool {
    entry.data.get("identified").and_then(serde_json::Value::as_bool).unwrap_or(false)
}

/// Why nothing is offered.
fn nothing(app: &App, view: &View) -> String {
    let names: Vec<&str> = app.catalogue().documents.values().filter(|d| d.kind == view.kind).map(|d| d.title.as_str()).collect();
    if names.is_empty() {
        "这类记录没有对应的文书。".to_owned()
    } else {
        format!("当前状态或您的角色不能出具这类记录的文书（{}）。", names.join("、"))
    }
}

fn purpose_card(app: &App, signed: &Signed, view: &View, stated: &str) -> Markup {
    html! {
        @if stated.is_empty() {
            form.card.reveal method="post" action={(address(&view.kind, &view.id)) "/purpose"} {
                h2 { "用途" }
                p.hint { "文书含个人信息：预览完整内容、出具和下载之前先说明用途。查看人、时间和用途记入审计日志。" }
                (token(signed))
                (reveal::choice(app, "paper-purpose"))
                div.field { label for="paper-remark" { "说明（可不填）" } input.form-control #paper-remark name="remark" maxlength="200"; }
                div.buttons { button.btn.btn-primary type="submit" { "说明用途" } }
            }
        } @else { p.notice.notice-info { "本次登录已说明用途：" (stated) "。出具、下载和预览都记入审计日志。" } }
    }
}

fn offer(signed: &Signed, view: &View, document: &Document, stated: bool) -> Markup {
    let ready = stated || !document.identified;
    html! {
        li.paper {
            div.paper-what {
                strong { (document.title) }
                @if document.identified { span.badge { "含个人信息" } }
                @if !document.help.is_empty() { p.muted { (document.help) } }
                p.muted.small { "依据：" (printed_basis(&document.basis)) @if document.number_basis.contains("design") { " · 编号规则由本平台设定" } }
            }
            div.buttons {
                a.btn href={(address(&view.kind, &view.id)) "/" (document.document) "/preview"} target="_blank" rel="noopener" aria-label={"预览" (document.title)} { (icon("eye")) @if ready { "预览" } @else { "预览（隐去个人信息）" } }
                @if ready {
                    form method="post" action=(address(&view.kind, &view.id)) data-once {
                        (token(signed))
                        input type="hidden" name="document" value=(document.document);
                        button.btn.btn-primary type="submit" aria-label={"出具" (document.title)} { (icon("file")) "出具" }
                    }
                }
            }
        }
    }
}

fn table(app: &App, issued: &[View], stated: bool) -> Markup {
    html! {
        div.table-wrap {
            table.list {
                thead { tr { th scope="col" { "编号" } th scope="col" { "文书" } th scope="col" { "出具" } th scope="col" { "校验码" } th scope="col" { "状态" } th scope="col" { "操作" } } }
                tbody {
                    @for entry in issued {
                        tr {
                            td data-label="编号" { a href=(links::record("document", &entry.id)) { (text(entry, "number")) } }
                            td data-label="文书" { (text(entry, "document_title")) }
                            td data-label="出具" { span { span.date { (text(entry, "issued_on")) } " " (text(entry, "issued_by")) } }
                            td data-label="校验码" { code { (text(entry, "code")) } }
                            td data-label="状态" { @if entry.state == "voided" { "已作废" } @else { "有效" } }
                            td data-label="操作" { div.buttons { (deeds(app, entry, stated)) } }
                        }
                    }
                }
            }
        }
    }
}

fn deeds(app: &App, entry: &View, stated: bool) -> Markup {
    let number = text(entry, "number");
    let word = app.catalogue().documents.get(text(entry, "document")).is_some_and(|d| d.comes_as(Format::Docx));
    html! {
        @if stated || !identified(entry) {
            a.btn.btn-sm href={"/documents/" (entry.id) "/pdf"} aria-label={"下载 PDF " (number)} { (icon("print")) "PDF" }
            @if word { a.btn.btn-sm href={"/documents/" (entry.id) "/docx"} aria-label={"下载 Word " (number)} { "Word" } }
        } @else { span.muted { "先说明用途" } }
        @if entry.state != "voided" { a.btn.btn-sm href=(links::step("document", &entry.id, "void")) aria-label={"作废 " (number)} { (icon("void")) "作废" } }
    }
}
