//! Audiograms: both ears over the years, 0.5 to 6 kHz, as audiograms are drawn (loss downwards).

use super::ask::{Rows, day};
use super::parts;
use crate::calculators::{numbers, plots};
use crate::links;
use maud::{Markup, html};
use serde_json::{Value, json};
use zhijian_records::read::View;

/// Frequencies in the order of the chart, Hz; items are `L500`, `R500` and so on (code list EXAM_ITEM).
pub const HZ: [u32; 6] = [500, 1000, 2000, 3000, 4000, 6000];
/// Exams that are drawn; the table has all.
const DRAWN: usize = 4;

/// Value of an examination item.
#[must_use]
pub fn item(view: &View, code: &str) -> Option<f64> {
    let items = view.data.get("items").and_then(Value::as_array)?;
    items.iter().find(|i| i.get("item").and_then(Value::as_str) == Some(code))?.get("value").and_then(Value::as_f64)
}

/// Thresholds of an ear: frequency in Hz, dB.
pub type Ear = Vec<(u32, f64)>;

/// One ear of one exam, by frequency.
#[must_use]
pub fn ear(view: &View, side: &str) -> Ear {
    HZ.iter().filter_map(|hz| Some((*hz, item(view, &format!("{side}{hz}"))?))).collect()
}

/// The chart's curves, newest exam first; older ones are drawn fainter.
#[must_use]
pub fn curves(exams: &[(&str, Ear, Ear)]) -> Value {
    let mut curves = Vec::new();
    for (index, (day, left, right)) in exams.iter().take(DRAWN).enumerate() {
        for (name, side, points) in [("左耳", "left", left), ("右耳", "right", right)] {
            if !points.is_empty() {
                curves.push(json!({"name": format!("{name} {day}"), "side": side, "points": points, "faded": index > 0}));
            }
        }
    }
    json!({"kind": "audiogram", "curves": curves, "lines": []})
}

/// Chart and table; nothing when no exam has thresholds that are shown.
#[must_use]
pub fn body(exams: &Rows) -> Option<Markup> {
    let tested: Vec<(&View, Ear, Ear)> = exams
        .views
        .iter()
        .map(|view| (view, ear(view, "L"), ear(view, "R")))
        .filter(|(_, left, right)| !left.is_empty() || !right.is_empty())
        .collect();
    if tested.is_empty() {
        return None;
    }
    let drawn: Vec<_> = tested.iter().map(|(view, left, right)| (day(&exams.kind, view), left.clone(), right.clone())).collect();
    let chart = plots::picture(&curves(&drawn), &format!("纯音听力图，{} 次检查的左右耳听阈；数值见表", drawn.len().min(DRAWN)));
    let cell = |ear: &[(u32, f64)], hz: u32| ear.iter().find(|p| p.0 == hz).map_or("—".into(), |p| numbers::significant(p.1, 3));
    let table = html! { table.slim {
        caption { "听阈 dB" @if tested.len() > DRAWN { "；图中只画最近 " (DRAWN) " 次" } }
        thead { tr { th scope="col" { "日期" } th scope="col" { "耳" } @for hz in HZ { th.num scope="col" { (hz) } } } }
        tbody { @for (view, left, right) in &tested { @for (name, ear) in [("左", left), ("右", right)] { tr {
            th scope="row" { a href=(links::record(&exams.kind.kind, &view.id)) aria-label=(format!("{} {name}耳", day(&exams.kind, view))) { (day(&exams.kind, view)) } }
            td { (name) } @for hz in HZ { td.num { (cell(ear, hz)) } }
        } } } }
    } };
    Some(parts::beside("纯音听力（0.5–6 kHz）", &chart, &table))
}

#[cfg(test)]
mod tests {
    use super::curves;

    #[test]
    fn the_newest_exam_comes_first_left_before_right_and_frequencies_rise() {
        let ear = |base: f64| [500, 1000, 2000, 3000, 4000, 6000].map(|hz| (hz, base + f64::from(hz) / 1000.0)).to_vec();
        let data = curves(&[("2024-05-01", ear(20.0), ear(30.0)), ("2020-05-01", ear(10.0), vec![])]);
        let drawn = data["curves"].as_array().map(Vec::as_slice).unwrap_or_default();
        let names: Vec<&str> = drawn.iter().filter_map(|c| c["name"].as_str()).collect();
        assert_eq!(names, ["左耳 2024-05-01", "右耳 2024-05-01", "左耳 2020-05-01"], "an ear without thresholds has no curve");
        assert_eq!(drawn.iter().map(|c| c["faded"].as_bool()).collect::<Vec<_>>(), [Some(false), Some(false), Some(true)]);
        let hz: Vec<u64> = drawn[0]["points"].as_array().map(|p| p.iter().filter_map(|p| p[0].as_u64()).collect()).unwrap_or_default();
        assert_eq!(hz, [500, 1000, 2000, 3000, 4000, 6000]);
        assert_eq!(drawn[1]["points"][4][1], 34.0);
    }
}
