//! What is drawn beside the figures, each with its table: the picture says nothing that the table does not.

use super::entered::{Entered, Lines};
use super::numbers;
use super::result::Done;
use maud::{Markup, html};
use serde_json::{Map, Value, json};
use zhijian_calc::hearing::{Sex, age_correction};
use zhijian_calc::registry::Plot;
use zhijian_calc::stats::{self, Observation};

/// The card with picture and table, where the calculator has one.
#[must_use]
pub fn card(done: &Done, entered: &Entered) -> Markup {
    let drawn = match done.calculator.guide().plot {
        Some(Plot::Exposure) => exposure(done),
        Some(Plot::Audiogram) => audiogram(done),
        Some(Plot::Dose) => dose(done, entered),
        None => None,
    };
    let Some(drawn) = drawn else { return Markup::default() };
    html! {
        section.card.calc-plot {
            h2 { (drawn.title) }
            div.chart-and-table {
                (picture(&drawn.data, &drawn.said))
                div.table-wrap tabindex="0" role="region" aria-label=(format!("{}数据表", drawn.title)) { (drawn.table) }
            }
        }
    }
}

/// A drawing: its title, what the script reads, what it says in one sentence, and its table.
struct Drawn {
    title: &'static str,
    data: Value,
    said: String,
    table: Markup,
}

/// The box that the page's script draws in.
#[must_use]
pub fn picture(data: &Value, said: &str) -> Markup {
    html! { div.chart data-plot=(data.to_string()) role="img" aria-label=(said) {} }
}

fn observation(value: &Value) -> Option<Observation> {
    match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_f64().map(Observation::Exact),
    }
}

fn number(map: &Map<String, Value>, key: &str) -> Option<f64> {
    map.get(key).and_then(Value::as_f64)
}

fn exposure(done: &Done) -> Option<Drawn> {
    let data: Vec<Observation> = done.inputs.get("data")?.as_array()?.iter().filter_map(observation).collect();
    let outputs = &done.answer.outputs;
    let line = number(outputs, "gm").zip(number(outputs, "gsd")).filter(|(_, gsd)| *gsd > 1.0).or_else(|| stats::paper_line(&data));
    let limit = number(&done.inputs, "oel");
    let p95 = number(outputs, "p95").or_else(|| line.map(|(gm, gsd)| gm * gsd.powf(1.644_853_6)));
    let mut marks = Vec::new();
    marks.extend(p95.map(|x| ("P95", x)));
    marks.extend(number(outputs, "utl").map(|x| ("UTL", x)));
    marks.extend(number(outputs, "p95_ucl70").map(|x| ("P95 上限 70 %", x)));
    marks.extend(number(outputs, "p95_ucl95").map(|x| ("P95 上限 95 %", x)));
    Some(paper(&data, line, limit, &marks))
}

/// Results on probability paper.
fn paper(data: &[Observation], line: Option<(f64, f64)>, limit: Option<f64>, marks: &[(&str, f64)]) -> Drawn {
    let places = stats::probability_paper(data);
    let ends = [-2.6, 2.6];
    let picture = json!({
        "kind": "paper",
        "points": places.iter().map(|p| json!([p.value, p.z, p.measured])).collect::<Vec<_>>(),
        "line": line.map(|(gm, gsd)| ends.map(|z: f64| json!([gm * gsd.powf(z), z])).to_vec()),
        "limit": limit,
        "marks": marks.iter().map(|(name, x)| json!({"name": name, "x": x, "shown": numbers::significant(*x, 3)})).collect::<Vec<_>>(),
    });
    let below = places.iter().filter(|p| !p.measured).count();
    let said = format!("{} 个结果的对数正态概率图，其中 {below} 个为检出限等界值；数值见表", places.len());
    let table = html! {
        table.slim {
            thead { tr { th scope="col" { "结果" } th.num scope="col" { "累积概率 %" } @if limit.is_some() { th.num scope="col" { "与限值之比" } } } }
            tbody {
                @for place in &places {
                    tr {
                        th scope="row" { @if !place.measured { span.muted { "界值 " } } (numbers::significant(place.value, 3)) }
                        td.num { (numbers::significant(100.0 * place.share, 3)) }
                        @if let Some(limit) = limit { td.num { (numbers::significant(place.value / limit, 3)) } }
                    }
                }
                @for (name, x) in marks {
                    tr.here { th scope="row" { (name) " " (numbers::significant(*x, 3)) } td {} @if let Some(limit) = limit { td.num { (numbers::significant(x / limit, 3)) } } }
                }
                @if let Some(limit) = limit { tr.here { th scope="row" { "限值 " (numbers::significant(limit, 3)) } td {} td.num { "1" } } }
            }
        }
    };
    Drawn { title: "接触分布", data: picture, said, table }
}

/// One curve by frequency: name, side, `(Hz, dB)`.
type Curve = (String, &'static str, Vec<(f64, f64)>);

fn by_frequency(value: Option<&Value>) -> Vec<(f64, f64)> {
    let level = |value: &Value| match value {
        Value::String(text) => text.trim_start_matches('>').parse().ok(),
        other => other.as_f64(),
    };
    let members = value.and_then(Value::as_object);
    members.into_iter().flatten().filter_map(|(hz, value)| Some((hz.parse().ok()?, level(value)?))).collect()
}

fn audiogram(done: &Done) -> Option<Drawn> {
    let curves = curves(done);
    if curves.iter().all(|curve| curve.2.is_empty()) {
        return None;
    }
    let judged = (done.calculator.id == "hearing.gbz49").then(|| json!([{"name": "双耳高频平均 40 dB（诊断起点）", "value": 40}]));
    let data = json!({
        "kind": "audiogram",
        "curves": curves.iter().map(|(name, side, points)| json!({"name": name, "side": side, "points": points})).collect::<Vec<_>>(),
        "lines": judged.unwrap_or_else(|| json!([])),
    });
    let mut at: Vec<f64> = curves.iter().flat_map(|curve| curve.2.iter().map(|p| p.0)).collect();
    at.sort_by(f64::total_cmp);
    at.dedup();
    let cell = |curve: &Curve, hz: f64| {
        curve.2.iter().find(|p| (p.0 - hz).abs() < 0.5).map_or_else(|| "—".into(), |p| numbers::shown(p.1, "dB", ""))
    };
    let table = html! {
        table.slim {
            caption { "dB" }
            thead { tr { th scope="col" { "Hz" } @for curve in &curves { th.num scope="col" { (curve.0) } } } }
            tbody { @for hz in &at { tr { th scope="row" { (hz) } @for curve in &curves { td.num { (cell(curve, *hz)) } } } } }
        }
    };
    let names: Vec<&str> = curves.iter().map(|curve| curve.0.as_str()).collect();
    let title = if done.inputs.contains_key("left") || done.inputs.contains_key("baseline") { "听力图" } else { "各频率的阈移" };
    Some(Drawn { title, data, said: format!("{title}：{}；数值见表", names.join("、")), table })
}

fn curves(done: &Done) -> Vec<Curve> {
    let input = |key: &str| by_frequency(done.inputs.get(key));
    let output = |key: &str| by_frequency(done.answer.outputs.get(key));
    let curve = |name: &str, side: &'static str, points| (name.to_owned(), side, points);
    let all = if done.calculator.id == "hearing.gbz49" {
        let (left, right) = (input("left"), input("right"));
        let by = correction(done);
        let less = |ear: &[(f64, f64)]| ear.iter().zip(&by).map(|((hz, level), (_, by))| (*hz, level - by)).collect::<Vec<_>>();
        let corrected = (less(&left), less(&right));
        vec![
            curve("左耳", "left", left),
            curve("右耳", "right", right),
            curve("左耳（修正后）", "left-dashed", corrected.0),
            curve("右耳（修正后）", "right-dashed", corrected.1),
            curve("年龄修正值", "plain", by),
        ]
    } else {
        vec![
            curve("基线", "plain", input("baseline")),
            curve("本次", "right", input("current")),
            curve("年龄相关 H", "left-dashed", output("htla")),
            curve("噪声相关 N", "right-dashed", output("nipts")),
            curve("合计 H′", "right", output("htlan")),
        ]
    };
    all.into_iter().filter(|curve| !curve.2.is_empty()).collect()
}

fn correction(done: &Done) -> Vec<(f64, f64)> {
    let sex = match done.inputs.get("sex").and_then(Value::as_str) {
        Some("female") => Sex::Female,
        _ => Sex::Male,
    };
    let by = age_correction(sex, number(&done.inputs, "age").unwrap_or_default());
    [500.0, 1000.0, 2000.0, 3000.0, 4000.0, 6000.0].into_iter().zip(by).collect()
}

fn dose(done: &Done, entered: &Entered) -> Option<Drawn> {
    if done.calculator.id == "rad.annual" { periods(done, entered) } else { years(done, entered) }
}

/// The doses of a year's periods as they were counted.
fn periods(done: &Done, entered: &Entered) -> Option<Drawn> {
    let given = done.inputs.get("periods")?.as_array()?;
    let (mdl, months) = (number(&done.inputs, "mdl")?, number(&done.inputs, "months_per_period")?);
    let notional = number(&done.answer.outputs, "notional");
    let counted = |period: &Value| match period["hp10"].as_f64() {
        Some(dose) if dose < mdl => (mdl / 2.0, "低于 MDL，记 MDL/2"),
        Some(dose) => (dose, ""),
        None => (notional.unwrap_or_default(), "名义剂量"),
    };
    let doses: Vec<(f64, &str)> = given.iter().map(counted).collect();
    // GBZ 128-2019: investigation level 5 mSv a year by months
    let level = 5.0 * months / 12.0;
    let lines = [("调查水平", level)];
    Some(bars(entered.lines.get("periods"), &doses, &lines, "周期剂量"))
}

fn years(done: &Done, entered: &Entered) -> Option<Drawn> {
    let doses: Vec<(f64, &str)> = done.inputs.get("annual")?.as_array()?.iter().filter_map(Value::as_f64).map(|d| (d, "")).collect();
    // GB 18871-2002: mean of five years 20, a single year 50
    Some(bars(entered.lines.get("annual"), &doses, &[("五年平均 20", 20.0), ("单年 50", 50.0)], "逐年剂量"))
}

fn bars(lines: Option<&Lines>, doses: &[(f64, &str)], limits: &[(&str, f64)], title: &'static str) -> Drawn {
    let label = |index: usize| lines.map_or_else(|| format!("第 {} 期", index + 1), |lines| lines.label(index));
    let labels: Vec<String> = (0..doses.len()).map(label).collect();
    let data = json!({
        "kind": "dose",
        "labels": labels,
        "values": doses.iter().map(|d| d.0).collect::<Vec<_>>(),
        "marked": doses.iter().map(|d| !d.1.is_empty()).collect::<Vec<_>>(),
        "lines": limits.iter().map(|(name, value)| json!({"name": name, "value": value, "shown": numbers::significant(*value, 3)})).collect::<Vec<_>>(),
    });
    let table = html! {
        table.slim {
            thead { tr { th scope="col" { "周期" } th.num scope="col" { "剂量 mSv" } th scope="col" { "说明" } } }
            tbody {
                @for (label, (dose, note)) in labels.iter().zip(doses) { tr { th scope="row" { (label) } td.num { (numbers::significant(*dose, 3)) } td { (note) } } }
                @for (name, value) in limits { tr.here { th scope="row" { (name) } td.num { (numbers::significant(*value, 3)) } td {} } }
            }
        }
    };
    Drawn { title, data, said: format!("{title}，{} 个周期；数值见表", doses.len()), table }
}
