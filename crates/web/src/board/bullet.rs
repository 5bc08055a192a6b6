//! A bullet chart (子弹图) of one value between base and target, drawn on the server so that it needs no script.

use maud::{Markup, html};
use zhijian_lake::{Answer, Status};

use super::numbers;
use zhijian_lake::PlanRow;

/// Length of the scale from 0 to 100 %.
const SCALE: f64 = 160.0;

/// The chart of a row; nothing for rows whose value is no percentage.
#[must_use]
pub fn of(row: &PlanRow) -> Markup {
    if row.unit != "percent" || row.answer.change.is_some() {
        return Markup::default();
    }
    let goal = |value: &Option<serde_json::Value>| value.as_ref().and_then(numbers::number);
    draw(&row.answer, goal(&row.baseline), goal(&row.target_2023), goal(&row.target_2025), row.status)
}

fn draw(answer: &Answer, base: Option<f64>, first: Option<f64>, second: Option<f64>, status: Status) -> Markup {
    let at = |percent: f64| format!("{:.1}", 3.0 + percent.clamp(0.0, 100.0) / 100.0 * SCALE);
    html! {
        svg.bullet viewBox="0 0 166 22" width="166" height="22" role="img" aria-label=(spoken(answer, first, second)) {
            rect.bullet-track x="3" y="5" width="160" height="12" rx="2" {}
            @if let Some(value) = answer.value {
                rect class=(format!("bullet-value {}", class(status))) x="3" y="7" width=(format!("{:.1}", value.clamp(0.0, 100.0) / 100.0 * SCALE)) height="8" rx="1" {}
            }
            @if let Some(interval) = answer.interval {
                line.bullet-interval x1=(at(interval.low)) x2=(at(interval.high)) y1="11" y2="11" {}
            }
            @if let Some(base) = base { circle.bullet-base cx=(at(base)) cy="11" r="3" {} }
            @for goal in [first, second].into_iter().flatten() {
                line.bullet-goal x1=(at(goal)) x2=(at(goal)) y1="2" y2="20" {}
            }
        }
    }
}

/// The chart in words.
fn spoken(answer: &Answer, first: Option<f64>, second: Option<f64>) -> String {
    let goals = [(2023, first), (2025, second)];
    let goals = goals.iter().filter_map(|(year, goal)| goal.map(|g| format!("，{year}年目标 {g} %")));
    format!("现值 {}{}", answer.display, goals.collect::<String>())
}

/// Style of a status.
#[must_use]
pub fn class(status: Status) -> &'static str {
    match status {
        Status::Met => "met",
        Status::Near => "near",
        Status::Missed => "missed",
        Status::NotApplicable => "void",
        Status::Pending => "open",
    }
}

/// The light with its word: colour never speaks alone.
#[must_use]
pub fn light(status: Status) -> Markup {
    html! { span class=(format!("light {}", class(status))) { (status.word()) } }
}
