//! Items of examinations over time: lung function, blood counts, blood pressure. Reference ranges are those that the laboratory gave.

use super::ask::{Rows, day, number};
use super::hearing::item;
use super::parts;
use crate::calculators::numbers;
use crate::links;
use maud::{Markup, html};
use serde_json::Value;
use zhijian_records::read::View;

/// Title, unit (as in EXAM_ITEM), items with their names, fields of a follow-up that are the same quantity.
type Curve = (&'static str, &'static str, &'static [(&'static str, &'static str, &'static str)]);
const CURVES: [Curve; 5] = [
    ("肺功能", "%", &[("FVC", "FVC%", "fvc_pct"), ("FEV1", "FEV1%", "fev1_pct"), ("FEV1FVC", "FEV1/FVC", "fev1_fvc")]),
    ("血红蛋白", "g/L", &[("HGB", "血红蛋白", "")]),
    ("白细胞与中性粒细胞", "10⁹/L", &[("WBC", "白细胞", ""), ("NEU", "中性粒细胞", "")]),
    ("血小板", "10⁹/L", &[("PLT", "血小板", "")]),
    ("血压", "mmHg", &[("SBP", "收缩压", ""), ("DBP", "舒张压", "")]),
];

/// One row of a curve's table.
struct Row<'a> {
    view: &'a View,
    kind: &'a str,
    day: &'a str,
    values: Vec<Option<f64>>,
}

/// All curves of which there is anything to see.
#[must_use]
pub fn body(exams: Option<&Rows>, follow_ups: Option<&Rows>) -> Option<Markup> {
    let drawn: Vec<Markup> = CURVES.iter().filter_map(|curve| one(curve, exams, follow_ups)).collect();
    (!drawn.is_empty()).then(|| html! { @for figure in &drawn { (figure) } })
}

fn one((title, unit, items): &Curve, exams: Option<&Rows>, follow_ups: Option<&Rows>) -> Option<Markup> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    if let Some(exams) = exams {
        rows.extend(exams.views.iter().map(|view| Row {
            view,
            kind: &exams.kind.kind,
            day: day(&exams.kind, view),
            values: items.iter().map(|(code, ..)| item(view, code)).collect(),
        }));
    }
    if let Some(visits) = follow_ups {
        rows.extend(visits.views.iter().map(|view| Row {
            view,
            kind: &visits.kind.kind,
            day: day(&visits.kind, view),
            values: items.iter().map(|(.., field)| if field.is_empty() { None } else { number(view, field) }).collect(),
        }));
    }
    rows.retain(|row| row.values.iter().any(Option::is_some));
    rows.sort_by(|a, b| b.day.cmp(a.day));
    if rows.is_empty() {
        return None;
    }
    let series: Vec<(String, Vec<(String, f64)>)> = items
        .iter()
        .enumerate()
        .map(|(n, (_, name, _))| {
            ((*name).to_owned(), rows.iter().rev().filter_map(|row| Some((row.day.to_owned(), row.values[n]?))).collect::<Vec<_>>())
        })
        .filter(|(_, points)| !points.is_empty())
        .collect();
    let table = html! { table.slim {
        thead { tr { th scope="col" { "日期" } @for (_, name, _) in *items { th.num scope="col" { (name) @if !name.contains(unit) { " " (unit) } } } } }
        tbody { @for row in &rows { tr {
            th scope="row" { a href=(links::record(row.kind, &row.view.id)) { (row.day) } }
            @for ((code, ..), value) in items.iter().zip(&row.values) { td.num {
                @match value { Some(value) => { (numbers::significant(*value, 4)) (range(row.view, code)) }, None => "—" }
            } }
        } } }
    } };
    Some(parts::over_time(title, rows.len(), &parts::lines(title, unit, &series, &[]), &table))
}

/// The laboratory's range beside a value, where it gave one.
fn range(view: &View, code: &str) -> Markup {
    let items = view.data.get("items").and_then(Value::as_array);
    let found = items.into_iter().flatten().find(|i| i.get("item").and_then(Value::as_str) == Some(code));
    let bound = |name: &str| found.and_then(|i| i.get(name)).and_then(Value::as_f64).map(|x| numbers::significant(x, 4));
    html! { @if let (Some(low), Some(high)) = (bound("ref_low"), bound("ref_high")) { span.muted { "（" (low) "–" (high) "）" } } }
}
