//! The data of the chart beside the table.

use super::fact::Words;
use super::fill::Filled;
use super::question::{Question, Share};
use crate::board::parts;
use maud::{Markup, html};
use serde_json::json;

/// Most places along the axis and series of a chart.
const DRAWN: (usize, usize) = (40, 10);

/// Kinds of charts.
const KINDS: [(&str, &str); 4] = [("bar", "柱形"), ("stack", "堆积"), ("line", "折线"), ("heat", "热力")];

/// The chart with its choice of kind and the button that saves it as a picture; all of it needs the script, the table does not.
#[must_use]
pub fn section(question: &Question<'_>, filled: &Filled, title: &str) -> Markup {
    let time = |at: usize| question.sides.get(at).is_some_and(|s| matches!(s.words, Words::Time));
    // Time always runs from left to right.
    let turned = question.columns.is_some_and(time) && !time(question.rows);
    let first = if turned || time(question.rows) { "line" } else { "bar" };
    let value = |row: usize, column: usize| {
        let cell = filled.cells.get(row).and_then(|cells| cells.get(column))?;
        if cell.withheld { None } else { filled.shown(question.share, cell, Some(row), Some(column)) }
    };
    let (along, across) = if turned { (&filled.columns, &filled.rows) } else { (&filled.rows, &filled.columns) };
    let length = along.len().min(DRAWN.0);
    let of = |at: usize, place: usize| if turned { value(at, place) } else { value(place, at) };
    let series: Vec<_> = across
        .iter()
        .take(DRAWN.1)
        .enumerate()
        .map(|(at, key)| json!({"name": key.label, "values": (0..length).map(|place| of(at, place)).collect::<Vec<_>>()}))
        .collect();
    let unit = if question.share == Share::Value { "" } else { "%" };
    let data = json!({
        "title": title, "unit": unit, "first": first,
        "labels": along.iter().take(length).map(|k| &k.label).collect::<Vec<_>>(),
        "series": series,
    });
    let cut = along.len() > DRAWN.0 || across.len() > DRAWN.1;
    html! {
        section.card.explore-chart hidden {
            div.board-section-head {
                h2 { "图示" }
                div.explore-kinds role="group" aria-label="图形" {
                    @for (kind, word) in KINDS { button.btn.btn-sm type="button" data-kind=(kind) aria-pressed=(if kind == first { "true" } else { "false" }) { (word) } }
                    button.btn.btn-sm type="button" data-save="explore" { "存为 PNG" }
                }
            }
            div.chart.explore-box data-explore="explore-data" role="img" aria-label=(format!("{title}，数值见下表")) {}
            @if cut { p.muted { "横轴只画前 " (DRAWN.0) " 项，图例只画前 " (DRAWN.1) " 项。" } }
            (parts::data("explore-data", &data))
        }
    }
}
