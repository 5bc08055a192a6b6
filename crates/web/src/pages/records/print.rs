//! The printed document of a record, A4.

use super::{cells, detail, reveal};
use crate::app::App;
use crate::error::PageError;
use crate::forms::sections::{sections, visible};
use crate::layout::{self, Frame};
use crate::posted::Posted;
use crate::session::Signed;
use crate::{links, words};
use axum::extract::{Path, State};
use maud::{Markup, html};
use zhijian_kinds::intake::get_path;
use zhijian_kinds::{Field, FieldType, Kind};
use zhijian_records::read::{View, display};

/// `GET /records/{kind}/{id}/print`
pub async fn show(signed: Signed, State(app): State<App>, Path((kind, id)): Path<(String, String)>) -> Result<Markup, PageError> {
    let kind = app.door.kind(&kind)?;
    let view = app.door.open(&signed.caller, &kind.kind, &id, None).await?;
    Ok(page(&app, &signed, &kind, &view))
}

/// `POST /records/{kind}/{id}/print`: with private fields in clear, for a purpose.
pub async fn reveal(State(app): State<App>, Path((kind, id)): Path<(String, String)>, posted: Posted) -> Result<Markup, PageError> {
    let kind = app.door.kind(&kind)?;
    let purpose = reveal::purpose(&app, &posted)?;
    let view = app.door.open(&posted.signed.caller, &kind.kind, &id, Some(&format!("打印·{purpose}"))).await?;
    Ok(page(&app, &posted.signed, &kind, &view))
}

fn page(app: &App, signed: &Signed, kind: &Kind, view: &View) -> Markup {
    let rule = kind.print.as_ref();
    let title = rule.map(|p| p.title.as_str()).filter(|t| !t.is_empty()).unwrap_or(&kind.title);
    let groups: &[String] = rule.map_or(&[], |p| &p.groups);
    let name = cells::name(app, kind, &view.data);
    let sections: Vec<_> = sections(visible(kind).filter(|f| !view.hidden.contains(&f.path)))
        .into_iter()
        .filter(|s| groups.is_empty() || groups.iter().any(|g| g == s.title))
        .collect();
    let body = html! {
        p.no-print.print-hint { button.btn.btn-primary type="button" data-print { "打印" } span.muted { "或按 Ctrl+P；纸张 A4。" @if !view.revealed { "个人信息已隐去，需要完整信息请在记录页选择用途后打印。" } } }
        article.sheet {
            h1 { (title) }
            p.sheet-no { "属地：" (app.door.catalogue.regions.full_name(&view.region)) span { "记录号：" (view.id) " · 第 " (view.rev) " 版" } }
            @for section in &sections { (block(app, kind, view, section.title, &section.fields)) }
            div.sheet-sign { span { "填报单位（盖章）：" } span { "填表人：" } span { "审核人：" } span { "日期：      年   月   日" } }
            p.sheet-foot { "由" (words::PRODUCT) "生成 · " (words::moment(app.door.now())) " · " (signed.account.name) }
        }
    };
    let active = links::list(&kind.kind);
    let crumbs = [(kind.title.as_str(), active.clone()), (name.as_str(), links::record(&kind.kind, &view.id))];
    layout::page(
        &Frame { title, signed: Some(signed), active: &active, breadcrumbs: &crumbs, marked: view.revealed, ..Frame::new(app) },
        body,
    )
}

fn block(app: &App, kind: &Kind, view: &View, title: &str, fields: &[&Field]) -> Markup {
    let plain: Vec<&&Field> = fields
        .iter()
        .filter(|f| !matches!(f.ty, FieldType::Group(_)) && !f.hidden && (cells::given(&view.data, &f.path) || f.required || f.wanted))
        .collect();
    let groups: Vec<&&Field> = fields.iter().filter(|f| matches!(f.ty, FieldType::Group(_)) && cells::given(&view.data, &f.path)).collect();
    html! {
        @if !plain.is_empty() || !groups.is_empty() {
            h2 { (title) }
            @if !plain.is_empty() {
                table.sheet-table {
                    tbody { @for pair in plain.chunks(2) {
                        tr { @for field in pair {
                            th scope="row" { (field.title) @if let Some(unit) = field.unit.as_ref().filter(|unit| !field.title.contains(unit.as_str())) { "（" (unit) "）" } }
                            td colspan=[(pair.len() == 1).then_some("3")] { (display(app.catalogue(), kind, &field.path, &view.data)) }
                        } }
                    } }
                }
            }
            @for field in &groups { @if let FieldType::Group(members) = &field.ty { (detail::group(app, field, members, get_path(&view.data, &field.path))) } }
        }
    }
}
