//! Private fields in clear, for a purpose that goes on record first.

use super::detail;
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::icons::icon;
use crate::layout::token;
use crate::posted::Posted;
use crate::session::Signed;
use crate::{links, purposes};
use axum::extract::{Path, State};
use maud::{Markup, html};
use zhijian_kinds::Kind;
use zhijian_records::read::View;

use super::cells;

/// `POST /records/{kind}/{id}/reveal`
pub async fn show(State(app): State<App>, Path((kind, id)): Path<(String, String)>, posted: Posted) -> Result<Markup, PageError> {
    let kind = app.door.kind(&kind)?;
    let purpose = purpose(&app, &posted)?;
    let view = app.door.open(&posted.signed.caller, &kind.kind, &id, Some(&purpose)).await?;
    app.purposes.remember(&posted.signed, &kind.kind, &id, app.door.now(), posted.get("purpose"), posted.get("remark"));
    detail::page(&app, &posted.signed, &kind, &view, &Flash::default()).await
}

/// The purpose of the form: one of the list, with a remark.
///
/// # Errors
/// No purpose of the list.
pub fn purpose(app: &App, posted: &Posted) -> Result<String, PageError> {
    let purpose = posted.get("purpose");
    if !purposes::all(app).contains(&purpose) {
        return Err(PageError::BadRequest("请先选择查看用途".into()));
    }
    let remark: String = posted.get("remark").trim().chars().take(200).collect();
    Ok(if remark.is_empty() { purpose.to_owned() } else { format!("{purpose}：{remark}") })
}

/// Drop-down of purposes.
#[must_use]
pub fn choice(app: &App, id: &str) -> Markup {
    html! {
        div.field {
            label for=(id) { "用途" span.mark-required { "必填" } }
            select.form-select id=(id) name="purpose" required {
                option value="" { "请选择" }
                @for purpose in purposes::all(app) { option value=(purpose) { (purpose) } }
            }
        }
    }
}

/// The card of a detail page that asks for a purpose.
#[must_use]
pub fn card(app: &App, signed: &Signed, kind: &Kind, view: &View) -> Markup {
    let stated = app.purposes.stated(signed, &kind.kind, &view.id, app.door.now());
    let hidden = kind.private_fields().filter(|f| cells::given(&view.data, &f.path)).count();
    html! {
        @if hidden > 0 && !view.revealed && view.revealable {
            @if let Some((purpose, remark)) = &stated {
                form.card.reveal method="post" action=(links::about(&kind.kind, &view.id, "reveal")) {
                    (token(signed))
                    input type="hidden" name="purpose" value=(purpose);
                    input type="hidden" name="remark" value=(remark);
                    p.hint { "本次登录已说明用途：" (purpose) "。再次查看同样记入审计日志。" }
                    button.btn.btn-primary type="submit" { (icon("eye")) "继续查看完整信息" }
                }
            }
            details.card.reveal {
                summary { (icon("eye")) "查看完整信息" span.muted { (hidden) " 项已隐去" } }
                form method="post" action=(links::about(&kind.kind, &view.id, "reveal")) {
                    (token(signed))
                    (choice(app, "reveal-purpose"))
                    div.field { label for="reveal-remark" { "说明（可不填）" } input.form-control #reveal-remark name="remark" maxlength="200"; }
                    p.hint { "查看人、时间和用途将记入审计日志。" }
                    div.buttons {
                        button.btn.btn-primary type="submit" { "查看" }
                        button.btn type="submit" formaction=(links::about(&kind.kind, &view.id, "print")) { "打印完整信息" }
                    }
                }
            }
        }
    }
}
