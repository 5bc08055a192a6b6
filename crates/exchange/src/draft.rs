//! A row of a recognised sheet as a draft.

use crate::columns::states_of;
use crate::group::read_group;
use crate::header::Recognised;
use crate::read::RawRow;
use zhijian_kinds::intake::{Cell, Draft, Place};
use zhijian_kinds::kind::FieldType;
use zhijian_kinds::text;

/// The cells of a row at their places; a column that is there but empty says "nothing".
///
/// Repeated groups written as text (see [`crate::group`]) become elements. They come first, because the columns of a group's items
/// add to what its own column holds.
#[must_use]
pub fn draft(row: &RawRow, recognised: &Recognised) -> Draft {
    let mut groups = Vec::new();
    let mut cells = Vec::with_capacity(recognised.columns.len());
    for column in &recognised.columns {
        let Some(place) = &column.place else { continue };
        let cell = row.cells.get(column.index).unwrap_or(&Cell::Empty);
        if let (Place::Field(path), Cell::Text(written)) = (place, cell)
            && let Some(FieldType::Group(members)) = recognised.kind.field(path).map(|f| &f.ty)
            && let Some(elements) = read_group(members, written)
        {
            groups.push((place.clone(), Cell::Json(elements)));
            continue;
        }
        if let (Place::Field(path), Cell::Text(written)) = (place, cell)
            && let Some(states) = recognised.kind.field(path).and_then(|f| states_of(&recognised.kind, f))
            && let Some(state) = states.iter().find(|s| text::word_key(&s.title) == text::word_key(written))
        {
            cells.push((place.clone(), Cell::Text(state.code.clone())));
            continue;
        }
        let cell = match column.factor {
            Some(factor) => scaled(cell, factor),
            None => cell.clone(),
        };
        cells.push((place.clone(), cell));
    }
    if !groups.is_empty() {
        groups.append(&mut cells);
        cells = groups;
    }
    Draft { cells }
}

/// A number (or `<number`) in another unit. What is no number stays as it is, for the reader to judge.
fn scaled(cell: &Cell, factor: f64) -> Cell {
    match cell {
        Cell::Number(number) => Cell::Number(scale(*number, factor)),
        Cell::Text(text) => {
            let plain = text::nfkc(text);
            let below = plain.starts_with(['<', '﹤', '≤']);
            match text::parse_number(plain.trim_start_matches(['<', '﹤', '≤']), &[]) {
                Some(number) if below => Cell::Text(format!("<{}", text::number_text(scale(number, factor)))),
                Some(number) => Cell::Number(scale(number, factor)),
                None => cell.clone(),
            }
        }
        other => other.clone(),
    }
}

/// Small factors divide (÷ 1000, not × 0.001), so that 700 μg/m³ is exactly 0.7 mg/m³.
fn scale(number: f64, factor: f64) -> f64 {
    if factor < 1.0 { number / (1.0 / factor).round() } else { number * factor }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_change_their_unit_and_words_stay() {
        let text = |t: &str| Cell::Text(t.into());
        assert_eq!(scaled(&Cell::Number(700.0), 1e-3), Cell::Number(0.7));
        assert_eq!(scaled(&text("1,200"), 1e-4), Cell::Number(0.12));
        assert_eq!(scaled(&text("＜ 0.3"), 1e3), text("<300"));
        assert_eq!(scaled(&text("未检"), 1e3), text("未检"));
        assert_eq!(scaled(&Cell::Empty, 1e3), Cell::Empty);
    }
}
