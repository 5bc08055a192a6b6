//! Help: every form with its fields, code lists, checks in words and basis.

use crate::app::App;
use crate::error::PageError;
use crate::forms::sections::{anchor, sections, visible};
use crate::icons::icon;
use crate::layout::{self, Frame};
use crate::session::Signed;
use crate::{links, words};
use axum::extract::{Path, State};
use maud::{Markup, html};
use zhijian_kinds::{Field, FieldType, Kind, Level};
use zhijian_records::access::{self, Wish};

/// `GET /kinds`
pub async fn index(signed: Signed, State(app): State<App>) -> Result<Markup, PageError> {
    let body = html! {
        p.lead { "每种表单的字段、代码、校验规则和法规依据，均由现行定义自动生成。" }
        @for (heading, _) in words::MENU_GROUPS.iter().copied().chain([(words::MENU_REST, &[][..])]) {
            @let kinds: Vec<&Kind> = app.catalogue().kinds.values().map(AsRef::as_ref).filter(|k| words::menu_group(&k.area) == heading).collect();
            @if !kinds.is_empty() {
                section.card { h2 { (heading) } ul.kind-list { @for kind in kinds { li { a href=(links::help(&kind.kind)) { (kind.title) } p.muted { (kind.help) } } } } }
            }
        }
    };
    Ok(layout::page(&Frame { title: words::KINDS, signed: Some(&signed), active: "/kinds", ..Frame::new(&app) }, body))
}

/// `GET /kinds/{kind}`
pub async fn show(signed: Signed, State(app): State<App>, Path(kind): Path<String>) -> Result<Markup, PageError> {
    let kind = app.door.kind(&kind)?;
    let sections = sections(visible(&kind));
    let body = html! {
        p.lead { (kind.help) }
        (head(&app, &kind))
        @for (index, section) in sections.iter().enumerate() {
            section.card id=(anchor(index)) {
                h2 { (section.title) }
                div.table-wrap { table.list.help-table {
                    thead { tr { th scope="col" { "字段" } th scope="col" { "填写" } th scope="col" { "内容" } th scope="col" { "说明" } } }
                    tbody {
                        @for field in &section.fields {
                            (row(&app, field, false))
                            @if let FieldType::Group(members) = &field.ty { @for member in members { (row(&app, member, true)) } }
                        }
                    }
                } }
            }
        }
        (rules(&kind))
        (flow(&kind))
    };
    let title = format!("{} · 说明", kind.title);
    let may = access::may(&signed.caller, &kind, Wish::Read);
    let actions = html! {
        @if may { a.btn href=(links::list(&kind.kind)) { "查看记录" } }
        a.btn href=(links::template(&kind.kind)) download { (icon("template")) "下载模板" }
    };
    let frame = Frame {
        title: &title,
        signed: Some(&signed),
        active: "/kinds",
        breadcrumbs: &[(words::KINDS, "/kinds".into())],
        actions,
        ..Frame::new(&app)
    };
    Ok(layout::page(&frame, body))
}

fn head(app: &App, kind: &Kind) -> Markup {
    let titles = |paths: &[String]| {
        paths
            .iter()
            .map(|p| kind.field(p).map_or_else(|| kind.refs.get(p).map_or(p.as_str(), |r| r.title.as_str()), |f| f.title.as_str()))
            .collect::<Vec<_>>()
            .join("、")
    };
    let roles = |wish: Wish| kind.rights.roles(wish).into_iter().map(words::role).collect::<Vec<_>>().join("、");
    html! {
        section.card.about {
            dl {
                dt { "依据" } dd { (words::basis(&kind.basis)) }
                dt { "版本" } dd { "v" (kind.version) "，" span.date { (kind.valid_from) } " 起施行" @if let Some(to) = &kind.valid_to { "，至 " (to) } }
                dt { "同一记录的认定" } dd { (titles(&kind.natural_key)) " 相同" }
                @if let Some(date) = &kind.event_date { dt { "归属日期" } dd { (titles(std::slice::from_ref(date))) } }
                @if !kind.refs.is_empty() { dt { "关联" } dd { @for (index, rule) in kind.refs.values().enumerate() { @if index > 0 { "、" } (rule.title) "（" (app.catalogue().kind(&rule.kind).map_or(rule.kind.as_str(), |k| k.title.as_str())) "）" } } }
                dt { "填报" } dd { (roles(Wish::File)) }
                dt { "查看" } dd { (roles(Wish::Read)) " " a.quiet href={"/access/" (kind.kind)} { "范围与内容" } }
            }
        }
    }
}

fn row(app: &App, field: &Field, member: bool) -> Markup {
    html! {
        tr class=[member.then_some("member")] {
            th scope="row" data-label="字段" { (field.title) }
            td data-label="填写" {
                @if field.read_only { span.mark-derived { "系统计算" } } @else if field.required { span.mark-required { "必填" } } @else if field.wanted { span.mark-wanted { "应填" } } @else { span.muted { "选填" } }
                @if field.private.is_some() { " " span.mark-private { "加密" } }
            }
            td data-label="内容" { (content(app, field)) }
            td data-label="说明" { (field.help) @if !field.aka.is_empty() { p.muted.aka { "表头也可写作：" (field.aka.iter().take(6).cloned().collect::<Vec<_>>().join("、")) @if field.aka.len() > 6 { " 等" } } } }
        }
    }
}

fn content(app: &App, field: &Field) -> Markup {
    let list = |name: &str| {
        let title = app.catalogue().list(name).map_or(name, |l| l.title.as_str());
        html! { a href=(links::codes(name)) { (title) } }
    };
    let bound = match (field.minimum, field.maximum) {
        (Some(low), Some(high)) => format!("，{low}～{high}"),
        (Some(low), None) => format!("，不小于 {low}"),
        (None, Some(high)) => format!("，不大于 {high}"),
        (None, None) => String::new(),
    };
    html! {
        @match &field.ty {
            FieldType::Code(name) => (list(name)),
            FieldType::Codes(name) => { (list(name)) "，可多项" },
            FieldType::Integer => { "整数" (bound) },
            FieldType::Number => { "数字" (bound) },
            FieldType::Boolean => "是 / 否",
            FieldType::Date => { "日期" @if field.not_future { "，不晚于当天" } },
            FieldType::DateTime => "时刻",
            FieldType::Texts => "多项文字",
            FieldType::Group(_) => { "多行" @if let Some(most) = field.max_items { "，至多 " (most) " 行" } },
            FieldType::Object => "计算结果",
            FieldType::Text => { "文字" @if let Some(most) = field.max_length { "，至多 " (most) " 字" } },
        }
        @if let Some(unit) = &field.unit { span.unit-note { (unit) } }
    }
}

fn rules(kind: &Kind) -> Markup {
    let title = |path: &str| kind.field(path).map_or_else(|| path.to_owned(), |f| f.title.clone());
    // {field} places of a message become the field's title.
    let said = |message: &str| {
        let mut out = String::new();
        let mut rest = message;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((name, tail)) = after.split_once('}') else { break };
            let name = title(name);
            if !out.trim_end().ends_with(&name) {
                out.push_str(&format!("[{name}]"));
            }
            rest = tail;
        }
        out.push_str(rest);
        out.replace("  ", " ")
    };
    html! {
        @if !kind.checks.is_empty() {
            section.card {
                h2 { "校验规则" }
                p.hint { "出现下列情形时：“拒收”不予保存，“提示”可以保存但请核对。" }
                div.table-wrap { table.list.help-table {
                    thead { tr { th scope="col" { "级别" } th scope="col" { "情形" } th scope="col" { "依据" } } }
                    tbody { @for check in &kind.checks {
                        tr {
                            td data-label="级别" { @if check.level == Level::Error { span.state-badge.badge-stop { "拒收" } } @else { span.state-badge.badge-look { "提示" } } }
                            td data-label="情形" { (said(&check.message)) }
                            td.muted data-label="依据" { (words::basis(&check.basis)) }
                        }
                    } }
                } }
            }
        }
    }
}

fn flow(kind: &Kind) -> Markup {
    let Some(states) = &kind.states else { return Markup::default() };
    let name = |code: &str| states.list.iter().find(|s| s.code == code).map_or_else(|| code.to_owned(), |s| s.title.clone());
    html! {
        section.card {
            h2 { "办理流程" }
            p { "新建后为“" (name(&states.initial)) "”。" }
            @if !kind.transitions.is_empty() {
                div.table-wrap { table.list.help-table {
                    thead { tr { th scope="col" { "步骤" } th scope="col" { "由" } th scope="col" { "到" } th scope="col" { "办理角色" } } }
                    tbody { @for step in &kind.transitions {
                        tr {
                            th scope="row" data-label="步骤" { (step.title) }
                            td data-label="由" { (step.from.iter().map(|c| name(c)).collect::<Vec<_>>().join("、")) }
                            td data-label="到" { (name(&step.to)) }
                            td data-label="办理角色" { (step.roles.iter().map(|r| words::role(r)).collect::<Vec<_>>().join("、")) }
                        }
                    } }
                } }
            }
        }
    }
}
