//! Figures in large type, each with what it is of, its target and its light.

use super::fill::{Asking, Filled};
use super::links;
use crate::board::bullet;
use crate::board::lines::Line;
use crate::board::numbers::grouped;
use maud::{Markup, html};
use zhijian_kinds::boards::Panel;
use zhijian_kinds::indicator::Measure;

/// The tiles of a panel, one a row.
#[must_use]
pub fn tiles(asking: &Asking<'_>, panel: &Panel, filled: &Filled) -> Markup {
    html! {
        dl.figure-tiles {
            @for (at, (_, row)) in filled.rows().enumerate() {
                @let cell = row.total.or_else(|| row.cells.first().copied()).unwrap_or_default();
                @let column = if row.total.is_some() { None } else { filled.grid.columns.first() };
                @let address = links::of(asking, panel, filled, row, column, "numerator").filter(|_| !row.none && !cell.withheld);
                @let text = if row.none { "无数据".to_owned() } else { filled.text(at, row, &cell) };
                @let unit = if row.measure == Measure::Count && !cell.withheld && !row.none && !filled.texts.contains_key(&at) { filled.table.unit.as_str() } else { "" };
                div {
                    dt { (row.key.label) }
                    dd {
                        strong.tile-number.words[text.chars().count() > 9] {
                            @match address { Some(address) => a href=(address) { (text) }, None => (text) }
                            @if !unit.is_empty() { small { " " (unit) } }
                        }
                        @if row.measure == Measure::Rate && cell.denominator > 0.0 && !cell.withheld { span.muted { (grouped(cell.numerator)) "/" (grouped(cell.denominator)) } }
                        @if row.none { span.muted { (row.note) } }
                        @if let Some(target) = filled.targets.get(&at) {
                            @let line = Line::of(target);
                            span.tile-goal {
                                (bullet::light(line.status))
                                @if let Some(year) = target.target_year { span.muted { (year) "年目标 " (if year <= 2023 { &line.target_2023 } else { &line.target_2025 }) } }
                                @if !line.gap.is_empty() { span.muted { "差距 " (line.gap) @if !line.still.is_empty() { "，" (line.still) } } }
                            }
                        }
                    }
                }
            }
        }
    }
}
