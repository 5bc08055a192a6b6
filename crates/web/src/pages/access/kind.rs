//! The policy of one kind: rows, views field by field, emergency access.

use crate::app::App;
use crate::error::PageError;
use crate::layout::{self, Frame};
use crate::session::Signed;
use crate::{links, words};
use axum::extract::{Path, State};
use maud::{Markup, html};
use zhijian_kinds::Kind;
use zhijian_kinds::access::{Row, View, With};

/// `GET /access/{kind}`
pub async fn show(signed: Signed, State(app): State<App>, Path(kind): Path<String>) -> Result<Markup, PageError> {
    let kind = app.door.kind(&kind)?;
    let rights = &kind.rights;
    let names = |roles: &[String]| roles.iter().map(|r| words::role(r)).collect::<Vec<_>>().join("、");
    let body = html! {
        section.card.about { dl {
            dt { "依据" } dd { (words::basis(&rights.def.basis)) }
            dt { "健康信息" } dd { @if rights.health() { "是：查看完整信息须先说明用途，人数过小的统计隐去" } @else { "否" } }
            dt { "紧急访问" } dd { @if rights.def.break_glass.is_empty() { "不开放" } @else { (names(&rights.def.break_glass)) "，须写明事由，" (app.catalogue().roles.break_glass.hours) " 小时内有效，并通知当地卫健部门和所属单位" } }
            dt { "不能访问" } dd { (names(&rights.def.none)) }
        } }
        div.table-wrap { table.list {
            thead { tr { th scope="col" { "角色" } th scope="col" { "哪些记录" } th scope="col" { "能做什么" } th scope="col" { "看到什么" } th scope="col" { "依据" } } }
            tbody { @for allowed in &rights.allowed {
                @let mine = allowed.row.roles.iter().any(|r| signed.is(r));
                tr class=[mine.then_some("mine")] {
                    th scope="row" data-label="角色" { (names(&allowed.row.roles)) @if mine { " " span.mark-wanted { "我的角色" } } }
                    td data-label="哪些记录" { (reach(&kind, &allowed.row)) }
                    td data-label="能做什么" { (allowed.row.may.iter().map(|w| w.word()).collect::<Vec<_>>().join("、")) }
                    td data-label="看到什么" { @if allowed.view.is_whole() { "全部内容" } @else { a href={"#view-" (allowed.view.name)} { (allowed.view.title) } } }
                    td data-label="依据" { (words::basis(&allowed.row.basis)) }
                }
            } }
        } }
        (grades(&app, &kind))
        @for name in rights.def.views.keys() {
            @if let Some(allowed) = rights.allowed.iter().find(|a| a.view.name == *name) { (fields(&kind, &allowed.view)) }
        }
    };
    let title = format!("{} · 访问策略", kind.title);
    let crumbs = [(words::KINDS, "/kinds".to_owned()), (kind.title.as_str(), links::help(&kind.kind))];
    Ok(layout::page(&Frame { title: &title, signed: Some(&signed), active: "/access", breadcrumbs: &crumbs, ..Frame::new(&app) }, body))
}

fn reach(kind: &Kind, row: &Row) -> Markup {
    let by = row
        .by
        .as_deref()
        .map(|path| kind.field(path).map_or_else(|| kind.refs.get(path).map_or(path, |r| r.title.as_str()), |f| f.title.as_str()));
    html! {
        (row.scope.word())
        @if let Some(by) = by { span.muted { "（" (by) @if row.with == With::Name { "是本机构名称，且在本机构所在地区" } @else if row.with == With::County { "是本人负责的县区" } @else { "是本机构" } "）" } }
    }
}

/// How sensitive the fields are, class by class.
fn grades(app: &App, kind: &Kind) -> Markup {
    use zhijian_kinds::kind::Privacy;
    let grading = &app.catalogue().grading;
    let open = if kind.rights.health() { "health" } else { "public" };
    let classes: [(&str, &str, Option<Privacy>); 4] = [
        ("identity", "身份信息", Some(Privacy::Identity)),
        ("contact", "联系方式", Some(Privacy::Contact)),
        ("medical", "健康状况", Some(Privacy::Medical)),
        (open, "其他", None),
    ];
    html! {
        section.card {
            h2 { "数据分级" }
            p.muted { (grading.basis) "；" (grading.assigned_by) }
            div.table-wrap { table.list.small {
                thead { tr { th scope="col" { "级别" } th scope="col" { "字段" } th scope="col" { "使用范围" } } }
                tbody { @for (class, title, privacy) in &classes {
                    @let titles: Vec<&str> = kind.fields.iter().filter(|f| !f.hidden && f.private == *privacy).map(|f| f.title.as_str()).collect();
                    @if let Some(grade) = grading.of(class).filter(|_| !titles.is_empty()) { tr {
                        th scope="row" data-label="级别" { (grade.title) }
                        td data-label="字段" { strong { (title) } "：" @if privacy.is_some() { (titles.join("、")) } @else { "其余 " (titles.len()) " 项" } }
                        td data-label="使用范围" { (grade.help) @if privacy.is_some() { "；加密存放，隐去显示" } }
                    } }
                } }
            } }
        }
    }
}

fn fields(kind: &Kind, view: &View) -> Markup {
    let (seen, unseen): (Vec<_>, Vec<_>) = kind.fields.iter().filter(|f| !f.hidden).partition(|f| view.shows(&f.path));
    let titles = |list: &[&zhijian_kinds::Field]| list.iter().map(|f| f.title.as_str()).collect::<Vec<_>>().join("、");
    html! {
        section.card id={"view-" (view.name)} {
            h2 { "“" (view.title) "”看到的内容" }
            p.muted { (words::basis(&view.basis)) }
            dl.facts {
                div.fact.wide { dt { "看得到" } dd { (titles(&seen)) } }
                div.fact.wide { dt { "看不到" } dd { (titles(&unseen)) } }
                @if view.masked().next().is_some() { div.fact.wide { dt { "始终隐去" } dd { @for path in view.masked() { (kind.field(path).map_or(path, |f| f.title.as_str())) " " } } } }
            }
        }
    }
}
