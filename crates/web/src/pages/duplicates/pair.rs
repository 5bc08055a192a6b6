//! Two records side by side; which one stays, what follows, why.

use super::{PAGE, TITLE, compare};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::forms::sections::{sections, visible};
use crate::layout::{self, Frame, token};
use crate::links;
use crate::pages::records::{cells, changes};
use crate::posted::Posted;
use crate::session::Signed;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde_json::Value;
use zhijian_kinds::intake::get_path;
use zhijian_kinds::{Field, FieldType, Kind};
use zhijian_records::DoorError;
use zhijian_records::access::{self, Wish};
use zhijian_records::merge::Preview;
use zhijian_records::read::{View, display};
use zhijian_records::submit::Entry;

/// `GET /duplicates/{kind}/{one}/{other}`
pub async fn show(
    signed: Signed,
    State(app): State<App>,
    Path((kind, one, other)): Path<(String, String, String)>,
) -> Result<Markup, PageError> {
    let kind = app.door.kind(&kind)?;
    page(&app, &signed, &kind, &one, &other, "", "").await
}

/// `POST /duplicates/{kind}/{one}/{other}`: the record named by `keep` stays.
pub async fn submit(
    State(app): State<App>,
    Path((kind, one, other)): Path<(String, String, String)>,
    posted: Posted,
) -> Result<Response, PageError> {
    let kind = app.door.kind(&kind)?;
    let rev = |name: &str| posted.get(name).parse::<u32>().map_err(|_| PageError::BadRequest("缺少版本号，请重新打开比较页".into()));
    let keep = posted.get("keep");
    let reason = posted.get("_reason").trim();
    let problem = match keep {
        _ if reason.is_empty() => "请填写合并原因",
        _ if keep != one && keep != other => "请选择存续的记录",
        _ => "",
    };
    if !problem.is_empty() {
        let page = page(&app, &posted.signed, &kind, &one, &other, problem, reason).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let (ones, others) = (rev("_rev_one")?, rev("_rev_other")?);
    let (pair, seen) =
        if keep == one { ((other.as_str(), one.as_str()), (others, ones)) } else { ((one.as_str(), other.as_str()), (ones, others)) };
    let entry = Entry { source: "web", reason, idempotency: None };
    match app.door.merge(&posted.signed.caller, &kind.kind, pair, seen, entry).await {
        Ok(()) => {
            let flash = Flash::done("已合并。原记录的编号、代码和名称今后都指向这一条；可在“疑似重复”中撤销。");
            Ok(([(header::SET_COOKIE, flash.cookie())], Redirect::to(&links::record(&kind.kind, pair.1))).into_response())
        }
        Err(DoorError::BadRequest(message)) => {
            let page = page(&app, &posted.signed, &kind, &one, &other, &message, reason).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn page(app: &App, signed: &Signed, kind: &Kind, one: &str, other: &str, wrong: &str, reason: &str) -> Result<Markup, PageError> {
    let views =
        [app.door.open(&signed.caller, &kind.kind, one, None).await?, app.door.open(&signed.caller, &kind.kind, other, None).await?];
    if views[0].id != one || views[1].id != other {
        return Err(PageError::BadRequest("其中一条记录已经合并，请回到“疑似重复”重新选择".into()));
    }
    // Either way round: what would follow differs.
    let previews = [
        app.door.merge_preview(&signed.caller, &kind.kind, other, one).await,
        app.door.merge_preview(&signed.caller, &kind.kind, one, other).await,
    ];
    let mut told = Vec::new();
    for preview in previews {
        told.push(match preview {
            Ok(preview) => (follows(app, signed, &preview), true),
            Err(DoorError::BadRequest(message)) => (html! { p.said.said-error { (message) } }, false),
            Err(error) => return Err(error.into()),
        });
    }
    let possible = told.iter().any(|(_, possible)| *possible);
    let body = html! {
        @if !wrong.is_empty() { div.notice.notice-error role="alert" tabindex="-1" data-focus { p { (wrong) } } }
        form method="post" action=(compare(&kind.kind, one, other)) data-once {
            (token(signed))
            input type="hidden" name="_rev_one" value=(views[0].rev);
            input type="hidden" name="_rev_other" value=(views[1].rev);
            fieldset.merge-choice {
                legend { "存续的记录" }
                div.merge-sides { @for (index, view) in views.iter().enumerate() {
                    label.card.merge-side {
                        span { input type="radio" name="keep" value=(view.id) required disabled[!told[index].1]; " " strong { (cells::name(app, kind, &view.data)) } }
                        span.muted { (if index == 0 { "先登记" } else { "后登记" }) " · " (app.catalogue().regions.name(&view.region)) " · 第 " (view.rev) " 版 · " a href=(links::record(&kind.kind, &view.id)) { "打开" } }
                        (told[index].0)
                    }
                } }
            }
            (differences(app, kind, &views))
            section.card {
                div.field {
                    label for="reason" { "合并原因" span.mark-required { "必填" } }
                    input.form-control #reason name="_reason" value=(reason) maxlength="200" required;
                    p.hint { "存续记录的内容不变；另一条作废并指向它，指向另一条的记录改为指向存续的记录。全部改动可以撤销。" }
                }
                div.form-bar { button.btn.btn-danger type="submit" disabled[!possible] { "合并" } a.btn href={(PAGE) "?kind=" (kind.kind)} { "不是重复，返回" } }
            }
        }
    };
    let list = format!("{PAGE}?kind={}", kind.kind);
    let crumbs = [(TITLE, list)];
    Ok(layout::page(&Frame { title: "比较与合并", signed: Some(signed), active: PAGE, breadcrumbs: &crumbs, ..Frame::new(app) }, body))
}

/// What follows, without telling of kinds that the caller does not read.
fn follows(app: &App, signed: &Signed, preview: &Preview) -> Markup {
    let title = |kind: &str| {
        let known = app.catalogue().kind(kind).filter(|k| access::may(&signed.caller, k, Wish::Read));
        known.map_or("其他记录", |k| k.title.as_str())
    };
    let line = |list: &[(String, u64)]| list.iter().map(|(kind, n)| format!("{} {n} 条", title(kind))).collect::<Vec<_>>().join("、");
    html! {
        span.merge-follow {
            @if preview.follow.is_empty() && preview.also.is_empty() { "没有其他记录随之改动" }
            @if !preview.follow.is_empty() { "选它存续，随之改动：" (line(&preview.follow)) }
            @if !preview.also.is_empty() { br; "双方都有、一并合并：" (line(&preview.also)) }
        }
    }
}

fn differences(app: &App, kind: &Kind, views: &[View; 2]) -> Markup {
    let hidden = |f: &&Field| views.iter().all(|v| !v.hidden.contains(&f.path));
    let there = |f: &&Field| views.iter().any(|v| cells::given(&v.data, &f.path));
    let sections = sections(visible(kind).filter(hidden).filter(there));
    html! {
        section.card {
            h2 { "逐项比较" }
            div.table-wrap { table.list.merge-table {
                thead { tr { th scope="col" { "字段" } th scope="col" { "先登记" } th scope="col" { "后登记" } } }
                tbody {
                    @for section in &sections { @for field in &section.fields {
                        @let texts = [text(app, kind, field, &views[0]), text(app, kind, field, &views[1])];
                        tr.differs[texts[0] != texts[1]] {
                            th scope="row" { (field.title) @if texts[0] != texts[1] { span.mark-wanted { "不同" } } }
                            td data-label="先登记" { (texts[0]) }
                            td data-label="后登记" { (texts[1]) }
                        }
                    } }
                }
            } }
        }
    }
}

fn text(app: &App, kind: &Kind, field: &Field, view: &View) -> String {
    match (&field.ty, get_path(&view.data, &field.path)) {
        (FieldType::Group(members), Some(Value::Array(rows))) => {
            let rows = rows.iter().filter_map(Value::as_object).map(|row| changes::element(app, members, row));
            rows.collect::<Vec<_>>().join("；")
        }
        _ => display(app.catalogue(), kind, &field.path, &view.data),
    }
}
