//! What an indicator counts (指标定义), as pages show it.

use super::alone;
use super::figures::{self, Question};
use super::place::Territory;
use crate::app::App;
use crate::{Frame, PageError, Signed, layout, words};
use axum::extract::{Path, State};
use maud::{Markup, html};
use zhijian_kinds::Indicator;
use zhijian_kinds::indicator::Measure;

/// `GET /indicators`
pub async fn list(signed: Signed, State(app): State<App>) -> Markup {
    let body = html! {
        (super::style())
        div.table-wrap {
            table.list.board-table {
                thead { tr { th { "代码" } th { "名称" } th { "类型" } th { "分子" } th { "分母" } } }
                tbody {
                    @for def in app.catalogue().indicators.values() {
                        tr {
                            td data-label="代码" { code { (def.code) } }
                            th scope="row" data-label="名称" { a href=(format!("/indicators/{}", def.code)) { (def.name) } }
                            td data-label="类型" { (measure(def)) }
                            td.board-small data-label="分子" { (def.numerator) }
                            td.board-small data-label="分母" { (def.denominator) }
                        }
                    }
                }
            }
        }
    };
    layout::page(
        &Frame {
            title: "指标",
            signed: Some(&signed),
            active: "/plans",
            breadcrumbs: &[(words::BOARD, "/plans".into())],
            ..Frame::new(&app)
        },
        body,
    )
}

/// `GET /indicators/{code}`
pub async fn page(signed: Signed, State(app): State<App>, Path(code): Path<String>) -> Result<Markup, PageError> {
    let def = figures::indicator(&app, &code)?;
    let title = format!("{} {}", def.code, def.name);
    let crumbs = [(words::BOARD, "/plans".to_owned()), ("指标", "/indicators".to_owned())];
    let named = |plan: &&zhijian_kinds::Plan| plan.targets.iter().any(|t| t.indicator == code || t.parts.contains(&code));
    let plans: Vec<&zhijian_kinds::Plan> = app.catalogue().plans.values().filter(named).collect();
    let body = html! {
        (super::style())
        section.card.board-definition { (words_of(def)) (options(def, None)) (query(def)) }
        @if Territory::of(&app, &signed.caller).is_ok() { p { a href=(alone::address(None, &code)) { "本地区的数值与名单" } } }
        @if !plans.is_empty() {
            section {
                h2 { "采用此指标的规划" }
                ul {
                    @for plan in plans {
                        li {
                            a href=(format!("/plans/{}/{code}", plan.plan)) { (plan.title) }
                            @if let Some(options) = plan.options.get(&def.code) {
                                span.muted { " 口径 " @for (name, value) in options { code { (name) " = " (shown(value)) } " " } }
                            }
                        }
                    }
                }
            }
        }
    };
    Ok(layout::page(&Frame { title: &title, signed: Some(&signed), active: "/plans", breadcrumbs: &crumbs, ..Frame::new(&app) }, body))
}

/// The definition beside a figure, with the options that hold for it.
#[must_use]
pub fn facts(app: &App, question: &Question<'_>) -> Markup {
    let def = question.def;
    let reads = app.evaluator.sql(def, &question.params).ok();
    html! {
        (words_of(def))
        (options(def, Some(question)))
        p.board-small { a href=(format!("/indicators/{}", def.code)) { "指标 " (def.code) " 的定义" } }
        @if let Some(sql) = reads { details { summary { "计算语句" } pre.sql { (sql) } } }
    }
}

fn words_of(def: &Indicator) -> Markup {
    html! {
        dl.definition {
            div { dt { "分子" } dd { (def.numerator) } }
            @if !def.denominator.is_empty() { div { dt { "分母" } dd { (def.denominator) } } }
            div { dt { "类型" } dd { (measure(def)) "，" (if def.period == "point" { "时点（12 月 31 日 24:00；本年度为今天）" } else { "时期（日历年；本年度到今天）" }) } }
            div { dt { "依据" } dd { (basis(&def.basis)) } }
            @if let Some(words) = &def.when_empty { div { dt { "没有数据时" } dd { (words) } } }
        }
    }
}

/// The basis, with what is our own reading marked.
fn basis(text: &str) -> Markup {
    html! { (text.replace(" unsourced", "").replace("unsourced", "")) @if text.contains("unsourced") { " " span.tag title="规划没有规定，为本平台的理解" { "unsourced" } } }
}

fn options(def: &Indicator, question: Option<&Question<'_>>) -> Markup {
    if def.options.is_empty() {
        return Markup::default();
    }
    html! {
        details {
            summary { "口径选项（" (def.options.len()) "）" }
            div.table-wrap {
                table.slim {
                    thead { tr { th { "选项" } th { "含义" } th { "默认" } @if question.is_some() { th { "本规划" } } } }
                    tbody {
                        @for (name, default) in &def.options {
                            tr {
                                td { code { (name) } }
                                td { (def.options_help.get(name).map_or("", String::as_str)) }
                                td { (shown(default)) }
                                @if let Some(question) = question { td { (shown(question.params.options.get(name).unwrap_or(default))) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn query(def: &Indicator) -> Markup {
    html! { details { summary { "计算语句（参数未代入）" } pre.sql { (def.sql) } } }
}

fn measure(def: &Indicator) -> &'static str {
    match def.measure {
        Measure::Rate => "比率（分子 ÷ 分母 × 100 %，0/0 为不适用）",
        Measure::Count => "计数",
        Measure::Change => "与基准年相比的变化",
        Measure::State => "状态",
    }
}

fn shown(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::Null => words::NONE.into(),
        Value::String(text) => text.clone(),
        Value::Bool(truth) => if *truth { "是" } else { "否" }.into(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join("、"),
        other => other.to_string(),
    }
}
