//! `GET`, `POST /rules/hazard_suggestions`: the table of suggestions and a region's own rows, for administrators.
//!
//! Own rows are a setting, so that each change is on record; they replace shipped rows by id, take out or add.

use super::hints::SETTING;
use super::{OWN_ROWS, OWN_ROWS_TITLE};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame, token};
use crate::posted::Posted;
use crate::session::Signed;
use crate::words;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use zhijian_kinds::suggest::{self, Row};

/// Heading of own rows.
const HEAD: &str = "id,industry,process,material,hazard,why,source,status";
/// Most characters: every change stands in the audit.
const MOST: usize = 20_000;

fn allow(app: &App, signed: &Signed) -> Result<(), PageError> {
    if signed.administers(app) { Ok(()) } else { Err(PageError::NotAllowed("只有平台管理员能改危害因素提示表".into())) }
}

/// `GET /rules/hazard_suggestions`
pub async fn show(signed: Signed, State(app): State<App>, headers: HeaderMap) -> Result<Response, PageError> {
    allow(&app, &signed)?;
    let own = app.door.store.setting(SETTING).await.map_err(PageError::failed("读取本地危害因素提示"))?.unwrap_or_default();
    let markup = page(&app, &signed, if own.is_empty() { HEAD } else { &own }, "", Flash::of(&headers).notice());
    Ok(([(header::SET_COOKIE, Flash::gone())], markup).into_response())
}

/// `POST /rules/hazard_suggestions`
pub async fn save(State(app): State<App>, posted: Posted) -> Result<Response, PageError> {
    let signed = &posted.signed;
    allow(&app, signed)?;
    let text = posted.get("rows").replace("\r\n", "\n").trim().to_owned();
    if let Err(wrong) = check(&app, &text) {
        return Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, page(&app, signed, &text, &wrong, Markup::default())).into_response());
    }
    let kept = if text == HEAD { "" } else { &text };
    app.door.set(&signed.caller, SETTING, kept, "web").await?;
    Ok(([(header::SET_COOKIE, Flash::done("本地危害因素提示已保存。").cookie())], Redirect::to(OWN_ROWS)).into_response())
}

fn check(app: &App, text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Ok(());
    }
    if text.len() > MOST {
        return Err(format!("内容超过 {MOST} 字节，请减少行数"));
    }
    if text.lines().next().map(str::trim) != Some(HEAD) {
        return Err(format!("第 1 行应为表头“{HEAD}”"));
    }
    let rows = suggest::parse(text).map_err(|e| format!("不是有效的 CSV：{e}"))?;
    for (index, row) in rows.iter().enumerate() {
        let known = |list: &str, code: &str| app.catalogue().list(list).is_some_and(|l| l.codes.iter().any(|c| c.code.starts_with(code)));
        let exists = app.catalogue().list("HAZARD").is_some_and(|l| l.get(&row.hazard).is_some());
        let at = index + 2;
        if row.id.trim().is_empty() {
            return Err(format!("第 {at} 行：没有 id"));
        }
        if !row.hazard.is_empty() && !exists {
            return Err(format!("第 {at} 行：危害因素代码“{}”不在代码表 HAZARD 中", row.hazard));
        }
        if let Some(prefix) = row.industry.split(';').find(|p| !p.is_empty() && !known("INDUSTRY", p)) {
            return Err(format!("第 {at} 行：行业代码“{prefix}”不在代码表 INDUSTRY 中"));
        }
    }
    Ok(())
}

fn page(app: &App, signed: &Signed, text: &str, wrong: &str, notice: Markup) -> Markup {
    let shipped = suggest::parse(app.catalogue().rules.get("hazard_suggestions").map_or("", String::as_str)).unwrap_or_default();
    let label = |row: &Row| {
        app.catalogue().list("HAZARD").map_or_else(|| row.hazard.clone(), |l| format!("{} {}", row.hazard, l.label(&row.hazard)))
    };
    let body = html! {
        (notice)
        @if !wrong.is_empty() { div.notice.notice-error role="alert" { "尚未保存：" (wrong) } }
        section.card {
            h2 { "本地行" }
            form method="post" action=(OWN_ROWS) data-once {
                (token(signed))
                div.field.wide {
                    label for="rows" { "CSV，第一行为表头" }
                    textarea.form-control #rows name="rows" rows="8" spellcheck="false" { (text) }
                    p.hint { "id 与随附行相同的替换该行，hazard 留空的停用该行，其余为新增；条件写在 industry（代码前缀）、process、material，多个用“;”分开，写了几类的须同时符合；source 留空的在向导中标“未注明出处”。" }
                }
                button.btn.btn-primary type="submit" { "保存" }
            }
        }
        section.card {
            h2 { "随附的行（" (shipped.len()) "）" }
            div.table-wrap tabindex="0" role="region" aria-label="随附的行" { table.list.small {
                thead { tr { @for title in ["id", "行业", "工艺", "物料", "危害因素", "理由", "出处"] { th scope="col" { (title) } } } }
                tbody { @for row in &shipped { tr {
                    td.text data-label="id" { (row.id) } td.text data-label="行业" { (row.industry) } td.text data-label="工艺" { (row.process) } td.text data-label="物料" { (row.material) }
                    td.text data-label="危害因素" { (label(row)) } td.text data-label="理由" { (row.why) } td.text data-label="出处" { @if row.source.is_empty() { "未注明出处" } @else { (row.source) } }
                } } }
            } }
        }
    };
    let crumbs = [(words::DESK, "/".to_owned())];
    layout::page(&Frame { title: OWN_ROWS_TITLE, signed: Some(signed), active: OWN_ROWS, breadcrumbs: &crumbs, ..Frame::new(app) }, body)
}
