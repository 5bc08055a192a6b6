//! The form of a calculator, made from its inputs.

use super::column;
use super::entered::{Entered, names, written};
use crate::layout;
use crate::session::Signed;
use maud::{Markup, html};
use serde_json::Value;
use zhijian_calc::registry::{Bounds, Calculator, Field, Form};

/// The whole form with what is wrong beside each input.
#[must_use]
pub fn form(signed: &Signed, calculator: &'static Calculator, entered: &Entered) -> Markup {
    let address = super::address(calculator.id);
    let groups = grouped(calculator);
    html! {
        form.calc-form method="post" action=(address) novalidate {
            (layout::token(signed))
            @for text in entered.said("") { div.notice.notice-error role="alert" { (text) } }
            div.form-grid {
                @for group in &groups {
                    @match group.as_slice() {
                        [first, ..] if matches!(calculator.form(first.key), Form::Frequencies { .. }) => (audiogram(calculator, entered, group)),
                        fields => @for field in fields { (one(calculator, entered, field)) },
                    }
                }
            }
            div.form-bar {
                button.btn.btn-primary type="submit" { "计算" }
                a.btn href=(address) { "恢复示例" }
            }
        }
    }
}

/// Neighbours that are asked for at the same frequencies stand in one table.
fn grouped(calculator: &'static Calculator) -> Vec<Vec<&'static Field>> {
    let at = |field: &Field| match calculator.form(field.key) {
        Form::Frequencies { at } => Some(at),
        _ => None,
    };
    let mut groups: Vec<Vec<&Field>> = Vec::new();
    for field in calculator.inputs {
        match groups.last_mut() {
            Some(group) if at(field).is_some() && group.first().and_then(|first| at(first)) == at(field) => group.push(field),
            _ => groups.push(vec![field]),
        }
    }
    groups
}

fn id(name: &str) -> String {
    format!("f-{}", name.replace('.', "-"))
}

/// What is said beside an input: its meaning, without what is already its title.
fn hint(calculator: &Calculator, field: &Field) -> &'static str {
    let title = calculator.label(field);
    field.meaning.strip_prefix(title).unwrap_or(field.meaning).trim_start_matches(['；', '，', '：'])
}

fn marks(field: &Field) -> Markup {
    html! { @if field.required { span.mark-required { "必填" } } }
}

fn said(entered: &Entered, name: &str) -> Markup {
    let all: Vec<&str> = entered.said(name).collect();
    html! {
        @if !all.is_empty() {
            div id=(format!("{}-said", id(name))) {
                @for text in all.iter().take(MOST_SAID) { p.said.said-error { (text) } }
                @if all.len() > MOST_SAID { p.said.said-error { "还有 " (all.len() - MOST_SAID) " 处" } }
            }
        }
    }
}

/// Lines of a column that are named one by one.
const MOST_SAID: usize = 30;

/// Attributes of an input that explain it: `(aria-invalid, aria-describedby)`.
fn described(entered: &Entered, name: &str, hinted: bool) -> (Option<&'static str>, Option<String>) {
    let wrong = entered.said(name).next().is_some();
    let by: Vec<String> =
        [(hinted, "hint"), (wrong, "said")].iter().filter(|(on, _)| *on).map(|(_, what)| format!("{}-{what}", id(name))).collect();
    (wrong.then_some("true"), (!by.is_empty()).then(|| by.join(" ")))
}

fn one(calculator: &'static Calculator, entered: &Entered, field: &'static Field) -> Markup {
    let form = calculator.form(field.key);
    let wide = matches!(form, Form::Column { .. } | Form::Table { .. } | Form::Groups);
    let hint = match &form {
        Form::Number(bounds) => {
            [hint(calculator, field), &range(bounds)].iter().filter(|t| !t.is_empty()).copied().collect::<Vec<_>>().join("；")
        }
        Form::Column { censored, dated, .. } => pasted(hint(calculator, field), *censored, *dated),
        Form::Table { dated } => columns(field, *dated),
        Form::Groups => "一组一行，组内用空格或逗号分开；可从表格粘贴。".into(),
        Form::Day => "如 2026-02-01".into(),
        Form::Choice { .. } => String::new(),
        _ => hint(calculator, field).to_owned(),
    };
    let name = field.key;
    let (invalid, by) = described(entered, name, !hint.is_empty());
    let text = entered.text(name);
    html! {
        div.field.wide[wide] {
            label for=(id(name)) { (calculator.label(field)) (marks(field)) @if wide && !field.unit.is_empty() { span.unit-note { (field.unit) } } }
            @match &form {
                Form::Choice { options } => (choice(name, options, field.required, text, invalid, by.as_deref())),
                Form::Flag => (flag(name, field.required, text, invalid, by.as_deref())),
                Form::Column { .. } | Form::Table { .. } | Form::Groups => {
                    textarea.form-control.calc-paste id=(id(name)) name=(name) rows=(rows(text)) spellcheck="false" aria-invalid=[invalid] aria-describedby=[by] { "\n" (text) }
                },
                _ => div.with-unit[!field.unit.is_empty()] {
                    input.form-control id=(id(name)) name=(name) value=(text) type="text" inputmode=[matches!(form, Form::Number(_)).then_some("decimal")] autocomplete="off" aria-invalid=[invalid] aria-describedby=[by];
                    @if !field.unit.is_empty() { span.unit { (field.unit) } }
                },
            }
            @if !hint.is_empty() { p.hint id=(format!("{}-hint", id(name))) { (hint) } }
            (said(entered, name))
            @if let Some(lines) = entered.lines.get(name) { (read(lines)) }
            @if matches!(form, Form::Column { censored: true, .. }) { (limit(calculator, entered, field)) }
        }
    }
}

fn rows(text: &str) -> usize {
    text.lines().count().clamp(3, 11) + 1
}

fn range(bounds: &Bounds) -> String {
    let words = bounds.words();
    if words == "数字" { String::new() } else { words }
}

fn pasted(more: &str, censored: bool, dated: bool) -> String {
    let mut parts = vec!["一行一个，可从表格粘贴一列；空行与表头自动跳过"];
    if censored {
        parts.push("未检出写“<0.02”，也可写“未检出”并填下面的检出限");
    }
    if dated {
        parts.push("可在前面写年度或日期，如“2020 10”");
    }
    if !censored && !more.is_empty() {
        parts.push(more);
    }
    format!("{}。", parts.join("；"))
}

fn columns(field: &Field, dated: bool) -> String {
    let column = |m: &Field| {
        let unit = if m.unit.is_empty() { String::new() } else { format!(" {}", m.unit) };
        let optional = if m.required { "" } else { "（可空）" };
        format!("{}{unit}{optional}", column::name(m))
    };
    let names: Vec<String> = field.items.iter().map(column).collect();
    let period = if dated { "可在前面写周期，如“2020Q1 0.20”；" } else { "" };
    let nd = if field.items.iter().any(|m| m.key == "lod") { "未检出写“<0.02”；" } else { "" };
    format!("一行一条：{}。{period}{nd}各列用逗号或制表符分开，可从表格粘贴，没有的写“-”。", names.join("、"))
}

/// What was read, so that nothing goes unseen.
fn read(lines: &super::entered::Lines) -> Markup {
    html! {
        p.hint { "读到 " (lines.origin.len()) " 条" @if let Some(line) = lines.heading { "；第 " (line) " 行作为表头跳过" } @if !lines.said.is_empty() { "；" (lines.said.len()) " 处未能识别" } }
    }
}

fn limit(calculator: &'static Calculator, entered: &Entered, field: &'static Field) -> Markup {
    let Some(name) = names(calculator, field).into_iter().nth(1) else { return Markup::default() };
    html! {
        div.calc-lod {
            label for=(id(&name)) { "“未检出”的检出限" }
            input.form-control id=(id(&name)) name=(name) value=(entered.text(&name)) type="text" inputmode="decimal" autocomplete="off";
        }
    }
}

fn choice(name: &str, options: &[(Value, String)], required: bool, text: &str, invalid: Option<&str>, by: Option<&str>) -> Markup {
    let chosen = column::chosen(options, text);
    html! {
        select.form-select id=(id(name)) name=(name) aria-invalid=[invalid] aria-describedby=[by] {
            @if !required || chosen.is_none() { option value="" { @if required { "请选择" } @else { "（默认）" } } }
            @for (value, label) in options { option value=(written(value)) selected[chosen.as_ref() == Some(value)] { (label) } }
        }
    }
}

fn flag(name: &str, required: bool, text: &str, invalid: Option<&str>, by: Option<&str>) -> Markup {
    let chosen = super::numbers::flag(text);
    html! {
        select.form-select id=(id(name)) name=(name) aria-invalid=[invalid] aria-describedby=[by] {
            @if !required || chosen.is_none() { option value="" { @if required { "请选择" } @else { "（默认）" } } }
            option value="true" selected[chosen == Some(true)] { "是" }
            option value="false" selected[chosen == Some(false)] { "否" }
        }
    }
}

/// Thresholds: a row an ear or test, a column a frequency. A row copied from a spreadsheet fills the cells to its right.
fn audiogram(calculator: &'static Calculator, entered: &Entered, group: &[&'static Field]) -> Markup {
    let Some(Form::Frequencies { at }) = group.first().map(|field| calculator.form(field.key)) else { return Markup::default() };
    html! {
        div.field.wide {
            div.table-wrap tabindex="0" role="region" aria-label="听阈表" { table.calc-grid data-spread {
                caption { "听阈 dB；可粘贴一行或一块单元格；“>90”表示最大输出无反应" }
                thead { tr { th scope="col" { "Hz" } @for hz in &at { th scope="col" { (hz) } } } }
                tbody {
                    @for field in group {
                        tr {
                            th scope="row" { (calculator.label(field)) (marks(field)) }
                            @for hz in &at {
                                @let name = format!("{}.{hz}", field.key);
                                @let (invalid, by) = described(entered, &name, false);
                                td { input.form-control id=(id(&name)) name=(name) value=(entered.text(&name)) type="text" autocomplete="off" aria-label=(format!("{} {hz} Hz", calculator.label(field))) aria-invalid=[invalid] aria-describedby=[by]; }
                            }
                        }
                    }
                }
            } }
            @for field in group { (said(entered, field.key)) @for name in names(calculator, field) { @if name != field.key { (said(entered, &name)) } } }
        }
    }
}
