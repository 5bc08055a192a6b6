//! The columns of a kind: which there are, in which order, under which header. Templates and exports write them, the header
//! recognition knows them, so what goes out can come back.

use crate::header::wording::Wording;
use std::collections::HashSet;
use zhijian_kinds::intake::Place;
use zhijian_kinds::kind::{Field, FieldType, Kind, Pivot};
use zhijian_kinds::{Catalogue, CodeList};

/// One column.
#[derive(Debug, Clone)]
pub struct Column<'a> {
    /// Header text, unique among the kind's columns.
    pub header: String,
    /// Where its cells go.
    pub place: Place,
    /// The field, for pivots the repeated group.
    pub field: &'a Field,
}

/// Further keys of groups whose columns are named by a pattern (questions of a survey): `(group path, keys)`.
pub type Keys = Vec<(String, Vec<String>)>;

/// All columns of a kind in the order of its definition: fields, then the columns of each repeated group where it stands.
/// `keys` names the columns of pattern groups.
#[must_use]
pub fn columns<'a>(kind: &'a Kind, catalogue: &Catalogue, keys: &Keys) -> Vec<Column<'a>> {
    let mut taken = HashSet::new();
    let mut out = Vec::new();
    // Titles first: a column of a code list never takes the header of a field.
    let mut titles: Vec<String> = Vec::with_capacity(kind.fields.len());
    for field in &kind.fields {
        titles.push(free_header(
            &mut taken,
            [field.title.clone(), format!("{}{}", field.group, field.title), format!("{}（{}）", field.title, field.path)],
        ));
    }
    for (field, header) in kind.fields.iter().zip(titles) {
        out.push(Column { header, place: Place::Field(field.path.clone()), field });
        let Some(pivot) = &field.pivot else { continue };
        for (key, shown) in pivot_keys(field, pivot, catalogue, keys) {
            let header =
                free_header(&mut taken, [shown.clone(), format!("{}：{shown}", field.title), format!("{shown}（{}.{key}）", field.path)]);
            out.push(Column { header, place: Place::Pivot { group: field.path.clone(), key }, field });
        }
    }
    out
}

/// The first header that no other column has; the last one is unique by construction.
fn free_header<const N: usize>(taken: &mut HashSet<String>, choices: [String; N]) -> String {
    let mut last = String::new();
    for choice in choices {
        if taken.insert(Wording::of(&choice).full) {
            return choice;
        }
        last = choice;
    }
    last
}

fn pivot_keys(field: &Field, pivot: &Pivot, catalogue: &Catalogue, keys: &Keys) -> Vec<(String, String)> {
    match list_of(pivot, catalogue) {
        Some(list) => list
            .codes
            .iter()
            .map(|code| {
                let unit = list.column(&code.code, "unit").unwrap_or_default();
                let shown = if unit.is_empty() || Wording::of(&code.label).full.contains(&Wording::of(unit).full) {
                    code.label.clone()
                } else {
                    format!("{}({unit})", code.label)
                };
                (code.code.clone(), shown)
            })
            .collect(),
        None => {
            let own = keys.iter().filter(|(group, _)| *group == field.path);
            own.flat_map(|(_, keys)| keys.iter().map(|key| (key.clone(), key.clone()))).collect()
        }
    }
}

/// The code list whose labels are the headers of a group's columns.
pub(crate) fn list_of<'c>(pivot: &Pivot, catalogue: &'c Catalogue) -> Option<&'c CodeList> {
    pivot.list.as_deref().and_then(|name| catalogue.list(name))
}

/// The code list of a field.
pub(crate) fn codes_of<'c>(field: &Field, catalogue: &'c Catalogue) -> Option<&'c CodeList> {
    match &field.ty {
        FieldType::Code(name) | FieldType::Codes(name) => catalogue.list(name),
        _ => None,
    }
}

/// The states of a workflow, when this field holds them as plain codes: tables show and understand their titles.
pub(crate) fn states_of<'k>(kind: &'k Kind, field: &Field) -> Option<&'k [zhijian_kinds::kind::StateDef]> {
    let states = kind.def.states.as_ref()?;
    (field.ty == FieldType::Text && states.field == field.path).then_some(states.list.as_slice())
}
