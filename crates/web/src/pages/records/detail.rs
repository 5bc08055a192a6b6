//! One record.

use super::{cells, related};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::forms::Section;
use crate::forms::sections::{anchor, sections, visible};
use crate::groups;
use crate::icons::icon;
use crate::layout::{self, Frame};
use crate::session::Signed;
use crate::{links, words};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde_json::{Map, Value};
use zhijian_kinds::intake::get_path;
use zhijian_kinds::{Field, FieldType, Kind, Level, Problem};
use zhijian_records::access::Wish;
use zhijian_records::read::{View, display, shown};

/// `GET /records/{kind}/{id}`
pub async fn show(
    signed: Signed,
    State(app): State<App>,
    Path((kind, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let kind = app.door.kind(&kind)?;
    let view = app.door.open(&signed.caller, &kind.kind, &id, None).await?;
    if view.id != id {
        // Merged: the old address leads to the record that stands for it.
        let flash = Flash::done("您打开的记录已并入下面这一条。");
        return Ok(([(header::SET_COOKIE, flash.cookie())], Redirect::to(&links::record(&kind.kind, &view.id))).into_response());
    }
    let page = page(&app, &signed, &kind, &view, &Flash::of(&headers)).await?;
    Ok(([(header::SET_COOKIE, Flash::gone())], page).into_response())
}

/// The page, masked or revealed.
///
/// # Errors
/// The store failed.
pub async fn page(app: &App, signed: &Signed, kind: &Kind, view: &View, flash: &Flash) -> Result<Markup, PageError> {
    let name = cells::name(app, kind, &view.data);
    let related = related::find(app, signed, kind, view).await?;
    let around = if view.retracted { Vec::new() } else { app.door.noticed_around(&signed.caller, &kind.kind, &view.id).await? };
    let duties = crate::duties::of_record(app, signed, &kind.kind, view).await?;
    let sections = sections(visible(kind).filter(|f| !view.hidden.contains(&f.path) && !crate::warnings::hides(&kind.kind, &f.path)));
    let groups = (kind.kind == "employer").then(|| groups::placeholder(app, signed, &view.id)).flatten();
    let body = html! {
        (flash.notice())
        @if view.retracted { div.notice.notice-warning { "该记录已作废，只供查阅，不再列出和统计。" } }
        @if !view.merged.is_empty() { div.notice.notice-info { "有 " (view.merged.len()) " 条重复记录并入此记录：" @for (n, m) in view.merged.iter().enumerate() { @if n > 0 { "；" } a href=(links::about(&kind.kind, &m.id, "history")) { (words::moment(m.at)) " " (m.reason) } } } }
        @if view.revealed { div.notice.notice-info { "正在显示完整信息，本次查看已记录。" a href=(links::record(&kind.kind, &view.id)) { "恢复隐去" } } }
        (crate::remarks::notice(kind, view, view.may.contains(&Wish::Amend)))
        (quality(app, kind, view, around))
        div.detail {
            div.detail-main {
                @if kind.kind == zhijian_records::warnings::KIND { (crate::warnings::panel(app, signed, view)) }
                @for (index, section) in sections.iter().enumerate() { (card(app, kind, view, section, index)) }
                @if !view.hidden.is_empty() { p.muted { "另有 " (view.hidden.len()) " 项不在您的查看范围内，" a href={"/access/" (kind.kind)} { "为什么" } "。" } }
            }
            aside.detail-side {
                (super::step::card(app, signed, kind, view))
                (duties)
                (super::reveal::card(app, signed, kind, view))
                (related::card(&related))
                (super::basis::card(app, kind, view))
                (about(app, kind, view))
            }
        }
        @if let Some(groups) = &groups { (groups) }
    };
    let active = links::list(&kind.kind);
    let crumbs = [(kind.title.as_str(), active.clone())];
    let frame = Frame {
        title: &name,
        signed: Some(signed),
        active: &active,
        breadcrumbs: &crumbs,
        marked: view.revealed,
        actions: actions(app, signed, kind, view),
        scripts: if groups.is_some() { &["vendor/echarts.js", "app/calc.js"] } else { &[] },
        ..Frame::new(app)
    };
    Ok(layout::page(&frame, body))
}

fn actions(app: &App, signed: &Signed, kind: &Kind, view: &View) -> Markup {
    let may = |wish| view.may.contains(&wish) && !view.retracted;
    html! {
        @if let Some((name, address)) = crate::dossier::of_record(kind, view) { a.btn href=(address) { (icon("file")) (name) } }
        @if may(Wish::Amend) { a.btn.btn-primary href=(links::edit(&kind.kind, &view.id)) data-key="e" { (icon("edit")) "修改" } }
        @if kind.kind == crate::evaluations::KIND { a.btn.btn-primary href=(crate::evaluations::address(&view.id)) { "打开评估" } }
        @if crate::papers::of_kind(app, &kind.kind) { a.btn href=(crate::papers::address(&kind.kind, &view.id)) { (icon("file")) "文书" } }
        a.btn href=(links::about(&kind.kind, &view.id, "print")) { (icon("print")) "打印" }
        a.btn href=(links::about(&kind.kind, &view.id, "history")) { (icon("history")) "历史" }
        @if signed.oversees(app) || signed.administers(app) { a.btn href=(links::about(&kind.kind, &view.id, "access")) { (icon("people")) "谁能看到" } a.btn href=(links::about(&kind.kind, &view.id, "audit")) { (icon("eye")) "谁看过" } }
        @if may(Wish::Amend) { @if let Some((title, address)) = move_away(app, signed, kind, view) { a.btn href=(address) { (icon("out")) (title) } } }
        @if may(Wish::Retract) { a.btn href=(links::about(&kind.kind, &view.id, "retract")) { (icon("void")) "作废" } }
    }
}

/// The form that proposes to move the record to another county, when there is one for its kind and the caller may file it.
fn move_away(app: &App, signed: &Signed, kind: &Kind, view: &View) -> Option<(String, String)> {
    let files = |k: &&std::sync::Arc<Kind>| zhijian_records::access::may(&signed.caller, k, Wish::File);
    app.catalogue().kinds.values().filter(files).find_map(|form| {
        let subject = form.moves.as_ref()?.subjects.keys().filter_map(|name| form.refs.get(name)).find(|rule| rule.kind == kind.kind)?;
        // What is private never stands in an address.
        let known = subject.by.iter().filter(|way| form.field(&way.field).is_some_and(|f| f.private.is_none())).filter_map(|way| {
            let path = kind.lookup.get(&way.way)?.first()?;
            Some((way.field.clone(), get_path(&view.data, path)?.as_str()?.to_owned()))
        });
        let known: Vec<(String, String)> = known.collect();
        Some(("迁出…".to_owned(), format!("{}{}", links::new(&form.kind), links::query(&known))))
    })
}

fn card(app: &App, kind: &Kind, view: &View, section: &Section<'_>, index: usize) -> Markup {
    let (there, missing): (Vec<&Field>, Vec<&Field>) = section.fields.iter().copied().partition(|f| cells::given(&view.data, &f.path));
    let missing: Vec<&Field> = missing.into_iter().filter(|f| !f.hidden && !f.read_only).collect();
    let wanted = missing.iter().filter(|f| f.wanted || f.required).count();
    html! {
        section.card id=(anchor(index)) {
            h2 { (section.title) }
            @if !there.is_empty() {
                dl.facts {
                    @for field in there.iter().filter(|f| !matches!(f.ty, FieldType::Group(_))) { (fact(app, kind, view, field)) }
                }
                @for field in &there { @if let FieldType::Group(members) = &field.ty { (group(app, field, members, get_path(&view.data, &field.path))) (crate::remarks::at(&view.remarks, &field.path, false)) } }
            }
            @if !missing.is_empty() {
                details.missing {
                    summary { "未填 " (missing.len()) " 项" @if wanted > 0 { span.mark-wanted { "应填 " (wanted) } } }
                    p { @for (n, field) in missing.iter().enumerate() { @if n > 0 { "、" } @if field.wanted || field.required { strong { (field.title) } } @else { (field.title) } } }
                }
            }
        }
    }
}

fn fact(app: &App, kind: &Kind, view: &View, field: &Field) -> Markup {
    let month = view.data.get("_month").and_then(Value::as_array).is_some_and(|m| m.iter().any(|p| p.as_str() == Some(&field.path)));
    let mut text = display(app.catalogue(), kind, &field.path, &view.data);
    if month {
        text = text.get(..7).unwrap_or(&text).to_owned();
    }
    let long = field.max_length.is_some_and(|n| n > 120) && text.chars().count() > 24;
    html! {
        div.fact.wide[long] {
            dt { (field.title) @if field.read_only { span.mark-derived title="由系统计算" { "算得" } } }
            dd.num[field.ty.is_numeric()] {
                @if kind.states.as_ref().is_some_and(|s| s.field == field.path) { (cells::state(kind, &view.state)) } @else { (text) }
                @if let Some(unit) = &field.unit { span.unit-note { (unit) } }
                @if month { span.muted { "（只到月份）" } }
                (crate::remarks::at(&view.remarks, &field.path, false))
            }
        }
    }
}

/// A repeated group as a table of the members that hold something.
#[must_use]
pub fn group(app: &App, field: &Field, members: &[Field], value: Option<&Value>) -> Markup {
    let rows: Vec<&Map<String, Value>> = value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object).collect();
    let used: Vec<&Field> = members.iter().filter(|m| rows.iter().any(|r| r.contains_key(&m.path))).collect();
    html! {
        h3 { (field.title) span.rows-count { (rows.len()) " 项" } }
        div.table-wrap {
            table.list.small {
                thead { tr { @for m in &used { th scope="col" class=[m.ty.is_numeric().then_some("num")] { (m.title) @if let Some(unit) = &m.unit { span.unit-note { (unit) } } } } } }
                tbody {
                    @for row in &rows {
                        tr { @for m in &used { td class=[m.ty.is_numeric().then_some("num")] data-label=(m.title) { (row.get(&m.path).map(|v| shown(app.catalogue(), &m.ty, v)).unwrap_or_default()) } } }
                    }
                }
            }
        }
    }
}

/// Values set aside while reading, and the warnings that the rules have for the record as it is, alone and among others (`around`).
fn quality(app: &App, kind: &Kind, view: &View, around: Vec<Problem>) -> Markup {
    let unread: Vec<(&str, String)> = view
        .data
        .get("_unread")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(path, found)| (cells::title(kind, path), found.as_str().map_or_else(|| found.to_string(), str::to_owned)))
        .collect();
    let private: Vec<&str> = kind.private_fields().map(|f| f.path.as_str()).collect();
    let warnings: Vec<Problem> = kind
        .check_rules(&view.data, &app.door.today())
        .into_iter()
        // A rule cannot judge a masked value; one that cannot run at all says nothing about the record.
        .filter(|p| {
            p.class != "W_RULE"
                && (view.revealed || !p.related.iter().any(|name| private.iter().any(|f| f == name || f.starts_with(&format!("{name}.")))))
        })
        // These were judged on the values as they are.
        .chain(around)
        .filter(|p| p.level >= Level::Warning && !p.related.iter().chain([&p.field]).any(|f| view.hidden.contains(f)))
        .collect();
    html! {
        @if !view.retracted && (!unread.is_empty() || !warnings.is_empty()) {
            details.notice.notice-warning open[unread.len() + warnings.len() <= 3] {
                summary { (icon("warn")) "数据质量提示 " (unread.len() + warnings.len()) " 条" }
                ul {
                    @for (title, found) in &unread { li { (title) "：原文“" (found) "”未能识别，已保留待核" } }
                    @for problem in &warnings { li { (problem.message) @if !problem.expected.is_empty() { span.muted { "（" (words::basis(&problem.expected)) "）" } } } }
                }
            }
        }
    }
}

fn about(app: &App, kind: &Kind, view: &View) -> Markup {
    let regions = &app.catalogue().regions;
    html! {
        section.card.about {
            h2 { "记录信息" }
            dl {
                dt { "属地" } dd { (regions.name(&view.region)) @if !view.town.is_empty() { " · " (regions.name(&view.town)) } }
                dt { "版本" } dd { a href=(links::about(&kind.kind, &view.id, "history")) { "第 " (view.rev) " 版" } }
                dt { "保存时间" } dd.date { (words::moment(view.recorded_from)) }
                dt { "表单" } dd { a href=(links::help(&kind.kind)) { (kind.title) " v" (kind.version) } }
            }
        }
    }
}
