//! External doses by period and by year, held against the investigation level and the limits.

use super::ask::{Rows, number, shown, text, truth};
use super::parts;
use crate::app::App;
use crate::calculators::{numbers, plots};
use crate::links;
use maud::{Markup, html};
use serde_json::json;
use std::collections::BTreeMap;

/// GB 18871-2002: mean of five years 20 mSv, a single year 50 mSv.
const YEARLY: [(&str, f64); 2] = [("五年平均 20", 20.0), ("单年 50", 50.0)];

/// A bar: label, value, drawn as not measured.
type Bar = (String, f64, bool);

/// The section's content; nothing when no dose is recorded.
#[must_use]
pub fn body(app: &App, rows: &Rows) -> Markup {
    // Oldest first, as time runs in a chart; a period without a result has no bar but its line in the table.
    let views: Vec<_> = rows.views.iter().rev().collect();
    let assumed = |view: &_| truth(view, "below_mdl") || truth(view, "nominal");
    let periods: Vec<Bar> = views
        .iter()
        .filter_map(|view| {
            Some((text(view, "period").to_owned(), number(view, "recorded_dose").or_else(|| number(view, "hp10"))?, assumed(view)))
        })
        .collect();
    let mut years: BTreeMap<String, (f64, bool)> = BTreeMap::new();
    for (period, dose, assumed) in &periods {
        let year = years.entry(period.chars().take(4).collect()).or_default();
        year.0 += dose;
        year.1 |= assumed;
    }
    let years: Vec<Bar> = years.into_iter().map(|(year, (dose, assumed))| (year, dose, assumed)).collect();
    let level = rows.views.iter().find_map(|view| number(view, "level_period")).map(|level| ("调查水平", level));
    html! {
        @if rows.views.is_empty() { (parts::none("没有个人剂量记录。")) } @else {
            @if !periods.is_empty() {
                @let table = html! { table.slim {
                    thead { tr { th scope="col" { "周期" } th.num scope="col" { "记录剂量 mSv" } th scope="col" { "说明" } } }
                    tbody { @for view in &rows.views { tr {
                        th scope="row" { a href=(links::record(&rows.kind.kind, &view.id)) { (text(view, "period")) } }
                        td.num { @match number(view, "recorded_dose").or_else(|| number(view, "hp10")) { Some(dose) => (numbers::significant(dose, 3)), None => "—" } }
                        td {
                            @if truth(view, "below_mdl") { "低于探测下限 " } @if truth(view, "nominal") { "名义剂量 " }
                            (text(view, "missing_reason")) @if truth(view, "over_level") { span.state-badge.badge-look { "超过调查水平" } }
                            " " (shown(app, &rows.kind, view, "verify_result"))
                        }
                    } } }
                } };
                (parts::beside("各周期剂量", &bars("各周期剂量", &periods, level.as_slice()), &table))
                @let table = html! { table.slim {
                    thead { tr { th scope="col" { "年度" } th.num scope="col" { "合计 mSv" } th scope="col" { "说明" } } }
                    tbody { @for (year, dose, assumed) in years.iter().rev() { tr { th scope="row" { (year) } td.num { (numbers::significant(*dose, 3)) } td { @if *assumed { "含低于探测下限或名义剂量的周期" } } } } }
                } };
                (parts::beside("逐年剂量", &bars("逐年剂量", &years, &YEARLY), &table))
                p.muted { "限值：GB 18871-2002 连续五年平均 20 mSv、任何一年 50 mSv；调查水平按 GBZ 128 由佩戴天数折算。年合计只含平台已收到的周期。" }
            }
            (parts::more(rows))
        }
    }
}

fn bars(title: &str, bars: &[Bar], limits: &[(&str, f64)]) -> Markup {
    let data = json!({
        "kind": "dose",
        "labels": bars.iter().map(|b| b.0.as_str()).collect::<Vec<_>>(),
        "values": bars.iter().map(|b| b.1).collect::<Vec<_>>(),
        "marked": bars.iter().map(|b| b.2).collect::<Vec<_>>(),
        "lines": limits.iter().map(|(name, value)| json!({"name": name, "value": value})).collect::<Vec<_>>(),
    });
    plots::picture(&data, &format!("{title}，{} 项；数值见表", bars.len()))
}
