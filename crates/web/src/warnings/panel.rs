//! What a warning's own page shows beside its fields: the rule's words, the records that show it, its course.

use super::{badge, named, style, text};
use crate::app::App;
use crate::links;
use crate::session::Signed;
use maud::{Markup, html};
use serde_json::Value;
use zhijian_kinds::warning::{Level, PLAN_ROW};
use zhijian_records::access::{self, Wish};
use zhijian_records::read::View;
use zhijian_records::warnings::{CHANGE_WORDS, KIND};

/// Fields that the panel shows in words, or nobody needs.
const OWN: [&str; 6] = ["evidence", "observations", "changes", "dedupe", "signal", "edition"];

/// Does the panel stand for this field of a warning?
#[must_use]
pub fn hides(kind: &str, path: &str) -> bool {
    kind == KIND && OWN.contains(&path)
}

/// The panel of a warning.
#[must_use]
pub fn panel(app: &App, signed: &Signed, view: &View) -> Markup {
    let rule = app.catalogue().warnings.get(text(view, "rule"));
    html! {
        (style())
        section.card.alert-head {
            p.alert-line {
                @if let Some(level) = Level::of_code(text(view, "level")) { (badge(level)) }
                strong { (text(view, "subject")) }
                (super::list::signal(text(view, "signal")))
            }
            @if text(view, "signal") == "cleared" { p.notice.notice-info { "信号已消除，但预警不会自动关闭：请核实后按流程办理。" } }
            @if text(view, "signal") == "held" { p.notice.notice-info { "关闭后信号再次出现，静默期内不重复预警；静默期过后仍存在的，将生成下一次预警。" } }
            h2 { "规则" }
            p { (named(text(view, "rule"), rule)) @if let Some(rule) = rule { "：" (rule.rule) "。" span.muted { "依据：" (rule.basis_shown()) } } }
            @if let Some(rule) = rule { p { strong { "办结标准：" } (rule.closes) } }
        }
        section.card {
            h2 { "证据记录" }
            (evidence(app, signed, view))
        }
        section.card {
            h2 { "经过" }
            (course(view))
        }
    }
}

fn rows<'a>(view: &'a View, name: &str) -> Vec<&'a serde_json::Map<String, Value>> {
    view.data.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object).collect()
}

fn word<'a>(row: &'a serde_json::Map<String, Value>, name: &str) -> &'a str {
    row.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn evidence(app: &App, signed: &Signed, view: &View) -> Markup {
    let rows = rows(view, "evidence");
    html! {
        @if rows.is_empty() { p.muted { "没有列出记录。" } } @else {
            ul.alert-evidence { @for (index, row) in rows.iter().enumerate() {
                @let kind = app.catalogue().kind(word(row, "evidence_kind"));
                li {
                    @match kind {
                        None if word(row, "evidence_kind") == PLAN_ROW => a href=(super::proof(PLAN_ROW, word(row, "evidence_id"))) { "规划看板上的这一行 " (index + 1) },
                        Some(kind) if access::may(&signed.caller, kind, Wish::Read) => a href=(links::record(&kind.kind, word(row, "evidence_id"))) { (kind.title) " " (index + 1) },
                        Some(kind) => span.muted { (kind.title) "（不在您的查看范围）" },
                        None => span.muted { (word(row, "evidence_kind")) },
                    }
                }
            } }
            p.muted { "打开后按各表单的访问规则显示。" }
        }
    }
}

fn course(view: &View) -> Markup {
    html! {
        ol.alert-course { @for row in rows(view, "changes") { li {
            time datetime=(word(row, "change_on")) { (word(row, "change_on")) } " "
            (CHANGE_WORDS.iter().find(|(code, _)| *code == word(row, "change")).map_or("", |(_, title)| title)) " "
            @if let Some(level) = Level::of_code(word(row, "change_level")) { (badge(level)) }
            @if let Some(value) = row.get("change_value").and_then(Value::as_f64) { span.num { " " (zhijian_kinds::text::rounded_text(value)) } }
        } } }
    }
}
