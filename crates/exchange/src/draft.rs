//! A row of a recognised sheet as a draft.

use crate::group::read_group;
use crate::header::Recognised;
use crate::read::RawRow;
use zhijian_kinds::intake::{Cell, Draft, Place};
use zhijian_kinds::kind::FieldType;

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
        if let (Place::Field(path), Cell::Text(text)) = (place, cell)
            && let Some(FieldType::Group(members)) = recognised.kind.field(path).map(|f| &f.ty)
            && let Some(elements) = read_group(members, text)
        {
            groups.push((place.clone(), Cell::Json(elements)));
            continue;
        }
        cells.push((place.clone(), cell.clone()));
    }
    if !groups.is_empty() {
        groups.append(&mut cells);
        cells = groups;
    }
    Draft { cells }
}
