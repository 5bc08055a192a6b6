//! What a calculator answered: verdict in words, figures, warnings, and the whole with its provenance to copy.

use super::entered::written;
use super::{numbers, words};
use maud::{Markup, html};
use serde_json::{Map, Value, json};
use zhijian_calc::registry::{self, Answer, Calculator, Field, Meaning, Tone};

/// A result with what it came from.
#[derive(Debug, Clone)]
pub struct Done {
    /// The calculator.
    pub calculator: &'static Calculator,
    /// What it was given.
    pub inputs: Map<String, Value>,
    /// What it answered.
    pub answer: Answer,
    /// When, as pages show it.
    pub at: String,
}

impl Done {
    fn meaning(&self, key: &str, value: &Value) -> Option<&'static Meaning> {
        let value = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        self.calculator.guide().says.get(key)?.get(&value)
    }

    fn outputs(&self) -> impl Iterator<Item = (&'static Field, &Value)> {
        self.calculator.outputs.iter().filter_map(|field| self.answer.outputs.get(field.key).map(|value| (field, value)))
    }

    /// Result and provenance as text.
    #[must_use]
    pub fn text(&self) -> String {
        let c = self.calculator;
        let mut lines = vec![
            format!("{}（{}，第 {} 版）", c.title, c.id, c.version),
            format!("标准与版本：{}（{}）", c.source, words::status(c.status)),
            format!("计算时间：{}", self.at),
            format!("输入：{}", Value::Object(self.inputs.clone())),
        ];
        for (field, value) in self.outputs() {
            let meaning = self.meaning(field.key, value).map(|m| format!("（{}）", m.text)).unwrap_or_default();
            let unit = if field.unit.is_empty() { String::new() } else { format!(" {}", field.unit) };
            let value = if value.is_null() { "—".to_owned() } else { format!("{value}{unit}") };
            lines.push(format!("{} {}：{value}{meaning}", field.key, title(self, field)));
        }
        for follower in self.followers() {
            for (field, value) in follower.outputs() {
                if let Some(meaning) = follower.meaning(field.key, value) {
                    lines.push(format!(
                        "{}（{}，第 {} 版）：{}",
                        follower.calculator.label(field),
                        follower.calculator.id,
                        follower.calculator.version,
                        meaning.text
                    ));
                }
            }
        }
        if !self.answer.warnings.is_empty() {
            let warnings: Vec<String> = self.answer.warnings.iter().map(|w| format!("{w} {}", words::warning(w))).collect();
            lines.push(format!("提示：{}", warnings.join("；")));
        }
        lines.join("\n")
    }
}

/// The card of a result.
#[must_use]
pub fn card(done: &Done) -> Markup {
    html! {
        section.card.calc-result #result aria-labelledby="result-title" tabindex="-1" data-focus {
            h2 #result-title { "结果" }
            (verdicts(done))
            (figures(done))
            (leaves(done))
            @if !done.answer.warnings.is_empty() {
                div.notice.notice-warning { ul { @for warning in &done.answer.warnings { li { (words::warning(warning)) } } } }
            }
            (provenance(done))
        }
    }
}

/// A label where there is one, else the whole meaning.
fn title(done: &Done, field: &Field) -> &'static str {
    done.calculator.guide().labels.get(field.key).map_or(field.meaning, String::as_str)
}

fn tone(tone: Option<Tone>) -> &'static str {
    match tone {
        Some(Tone::Ok) => "notice-ok",
        Some(Tone::Look) => "notice-warning",
        Some(Tone::Bad) => "notice-error",
        None => "notice-info",
    }
}

/// Outputs that another calculator puts into words: output, calculator, its input.
const FOLLOWED_BY: [(&str, &str, &str); 3] =
    [("prob_overexposure", "stats.bayes_decision", "prob_overexposure"), ("lex_8h", "noise.grade", "lex"), ("lex_w", "noise.grade", "lex")];

impl Done {
    /// What other calculators say of these figures.
    fn followers(&self) -> Vec<Self> {
        let out = |key: &str| self.answer.outputs.get(key).filter(|value| value.is_number());
        let mut asked: Vec<(&str, Value)> =
            FOLLOWED_BY.iter().filter_map(|(key, id, input)| Some((*id, json!({*input: out(key)?})))).collect();
        if let (Some(p95), Some(oel)) = (out("p95"), self.inputs.get("oel")) {
            asked.push(("stats.aiha_band", json!({"p95": p95, "oel": oel})));
        }
        let run = |(id, inputs): (&str, Value)| {
            let (calculator, answer) = (registry::find(id)?, registry::run(id, &inputs).ok()?);
            let Value::Object(inputs) = inputs else { return None };
            Some(Self { calculator, inputs, answer, at: self.at.clone() })
        };
        asked.into_iter().filter_map(run).collect()
    }
}

/// Outputs whose value is a verdict come first, in words.
fn verdicts(done: &Done) -> Markup {
    html! {
        (own_verdicts(done))
        @for follower in done.followers() { (own_verdicts(&follower)) }
    }
}

fn own_verdicts(done: &Done) -> Markup {
    let single = done.outputs().filter_map(|(field, value)| Some((field, done.meaning(field.key, value)?)));
    html! {
        @for (field, meaning) in single.filter(|(_, meaning)| meaning.tone.is_some()) {
            p class={ "notice calc-verdict " (tone(meaning.tone)) } { span.muted { (done.calculator.label(field)) } strong { (meaning.text) } }
        }
    }
}

fn figures(done: &Done) -> Markup {
    let plain: Vec<(&Field, &Value)> = done.outputs().filter(|(_, value)| !value.is_object()).collect();
    html! {
        @if !plain.is_empty() {
            div.table-wrap tabindex="0" role="region" aria-label="结果数值" { table.slim.calc-figures {
                thead { tr { th scope="col" { "项目" } th.num scope="col" { "数值" } th scope="col" { "单位" } } }
                tbody { @for (field, value) in plain {
                    tr {
                        th scope="row" { (title(done, field)) " " code { (field.key) } }
                        td.num { (shown(done, field, value)) }
                        td { (field.unit) }
                    }
                } }
            } }
        }
    }
}

/// Most members of a list that are written out.
const MOST: usize = 40;

fn shown(done: &Done, field: &Field, value: &Value) -> String {
    if let Some(meaning) = done.meaning(field.key, value) {
        return match value {
            Value::Bool(_) | Value::String(_) => meaning.text.clone(),
            other => format!("{other}（{}）", meaning.text),
        };
    }
    match value {
        Value::Array(members) if members.is_empty() => "无".into(),
        Value::Array(members) if interval(field) && members.len() == 2 => {
            format!("{} – {}", scalar(&members[0], field.unit, field.key), scalar(&members[1], field.unit, field.key))
        }
        Value::Array(members) => {
            let each =
                |member: &Value| done.meaning(field.key, member).map_or_else(|| scalar(member, field.unit, field.key), |m| m.text.clone());
            let mut text = members.iter().take(MOST).map(each).collect::<Vec<_>>().join("、");
            if members.len() > MOST {
                text.push_str(&format!("……共 {} 个", members.len()));
            }
            text
        }
        other => scalar(other, field.unit, field.key),
    }
}

fn interval(field: &Field) -> bool {
    field.meaning.contains("[下, 上]") || field.meaning.contains("区间")
}

fn scalar(value: &Value, unit: &str, key: &str) -> String {
    match value {
        Value::Null => "—".into(),
        Value::Number(number) if number.is_f64() => numbers::shown(number.as_f64().unwrap_or_default(), unit, key),
        Value::Array(members) => members.iter().map(|m| scalar(m, unit, key)).collect::<Vec<_>>().join(" – "),
        other => written(other),
    }
}

/// A line of a nested output: its names on the way down, and its members.
type Leaf<'a> = (Vec<String>, &'a Map<String, Value>);

/// Outputs that are objects, as one table for each set of columns.
fn leaves(done: &Done) -> Markup {
    let mut tables: Vec<(Vec<&String>, &str, Vec<Leaf<'_>>)> = Vec::new();
    for (field, value) in done.outputs() {
        let Value::Object(members) = value else { continue };
        let mut found = Vec::new();
        descend(done.calculator, vec![done.calculator.label(field).to_owned()], members, &mut found);
        for leaf in found {
            let columns: Vec<&String> = leaf.1.keys().collect();
            match tables.iter_mut().find(|(known, unit, _)| *known == columns && *unit == field.unit) {
                Some((_, _, rows)) => rows.push(leaf),
                None => tables.push((columns, field.unit, vec![leaf])),
            }
        }
    }
    html! {
        @for (columns, unit, rows) in &tables {
            div.table-wrap tabindex="0" role="region" aria-label="结果明细" { table.slim.calc-leaves {
                @if !unit.is_empty() { caption { "单位 " (unit) } }
                thead { tr { th scope="col" { "项目" } @for column in columns { th.num scope="col" { (words::key(column)) } } } }
                tbody { @for (names, members) in rows {
                    tr { th scope="row" { (names.join(" · ")) } @for (key, value) in *members { td.num { (scalar(value, unit, key)) } } }
                } }
            } }
        }
    }
}

fn descend<'a>(calculator: &Calculator, names: Vec<String>, members: &'a Map<String, Value>, found: &mut Vec<Leaf<'a>>) {
    if members.values().all(|value| !value.is_object()) {
        found.push((names, members));
        return;
    }
    for (key, value) in members {
        let Value::Object(inner) = value else { continue };
        let asked = calculator.inputs.iter().flat_map(|f| f.items).find(|m| m.key == key);
        let mut names = names.clone();
        names.push(asked.map_or_else(|| words::key(key), |m| m.meaning.to_owned()));
        descend(calculator, names, inner, found);
    }
}

/// Where the result comes from, and the button that copies all of it.
fn provenance(done: &Done) -> Markup {
    let c = done.calculator;
    html! {
        dl.calc-provenance {
            div { dt { "计算器" } dd { code { (c.id) } " 第 " (c.version) " 版" } }
            div { dt { "标准与版本" } dd { (c.source) "（" (words::status(c.status)) "）" } }
            div { dt { "计算时间" } dd.date { (done.at) } }
        }
        div.calc-copy {
            button.btn type="button" data-copy="result-text" { "复制结果与出处" }
            span.muted role="status" data-copied {}
        }
        details {
            summary { "结果与出处全文" }
            textarea.form-control.calc-text #result-text readonly rows="9" aria-label="结果与出处全文" { "\n" (done.text()) }
        }
    }
}
