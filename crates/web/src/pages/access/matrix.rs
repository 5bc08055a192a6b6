//! Roles × kinds: what each may do, at a glance.

use crate::app::App;
use crate::error::PageError;
use crate::layout::{self, Frame};
use crate::session::Signed;
use crate::words;
use axum::extract::State;
use maud::{Markup, html};
use zhijian_kinds::Kind;
use zhijian_kinds::access::{Aggregate, Rights, Row};
use zhijian_records::access::Wish;

/// `GET /access`
pub async fn show(signed: Signed, State(app): State<App>) -> Result<Markup, PageError> {
    if !signed.administers(&app) && !signed.oversees(&app) {
        return Err(PageError::NotAllowed("访问策略总表供平台管理员和卫健部门查阅；每类表单的策略见其说明页".into()));
    }
    let roles = &app.catalogue().roles;
    let body = html! {
        p.lead { "每格是该角色对该表单最多能做的事；范围和内容点表单名查看。空格表示不能。策略写在定义文件 " code { "definitions/access/" } " 中，所有页面、接口、导出、搜索和指标都按它执行。" }
        p.legend { @for wish in Wish::ALL { span { b { (mark(wish)) } " " (wish.word()) } " " } }
        div.table-wrap tabindex="0" role="region" aria-label="角色与表单" {
            table.matrix {
                thead { tr {
                    th scope="col" { "表单" }
                    @for (code, role) in &roles.roles { th scope="col" title=(role.title) { (code) span.matrix-role { (role.title) } } }
                } }
                tbody { @for kind in app.catalogue().kinds.values() { (line(kind, roles.roles.keys())) } }
            }
        }
        h2 { "汇总指标" }
        div.table-wrap { table.list.small {
            thead { tr { th scope="col" { "角色" } th scope="col" { "可看的汇总" } } }
            tbody { @for (code, role) in &roles.roles {
                tr {
                    th scope="row" data-label="角色" { (code) " " (role.title) }
                    td data-label="可看的汇总" { (match role.aggregate { Aggregate::All => "全部", Aggregate::Region => "负责的地区", Aggregate::None => "—" }) }
                }
            } }
        } }
        p.muted { "只能看汇总的角色，人数小于 " (roles.smallest_cell) " 的健康类统计隐去，并隐去可据以推算的其他数。" }
    };
    Ok(layout::page(&Frame { title: words::ACCESS, signed: Some(&signed), active: "/access", ..Frame::new(&app) }, body))
}

/// One character of a deed.
fn mark(wish: Wish) -> &'static str {
    match wish {
        Wish::Read => "看",
        Wish::File => "建",
        Wish::Amend => "改",
        Wish::Advance => "办",
        Wish::Retract => "废",
        Wish::Import => "导",
        Wish::Export => "出",
        Wish::Reveal => "全",
    }
}

fn line<'a>(kind: &Kind, roles: impl Iterator<Item = &'a String>) -> Markup {
    html! {
        tr {
            th scope="row" { a href={"/access/" (kind.kind)} { (kind.title) } @if kind.rights.health() { span.mark-private { "健康" } } }
            @for role in roles { td { (cell(&kind.rights, role)) } }
        }
    }
}

fn cell(rights: &Rights, role: &str) -> Markup {
    let rows: Vec<&Row> = rights.allowed.iter().map(|a| &a.row).filter(|row| row.roles.iter().any(|r| r == role)).collect();
    let part = rows.iter().any(|row| row.view.is_some() && row.may.contains(&Wish::Read));
    html! {
        @if !rows.is_empty() {
            span.matrix-deeds { @for wish in Wish::ALL.into_iter().filter(|w| rows.iter().any(|row| row.may.contains(w))) { (mark(wish)) } }
            @if part { span.matrix-part title="只看部分内容" { "部分" } }
        }
    }
}
