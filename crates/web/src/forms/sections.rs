//! Fields under their headings, in the order of the definition.

use zhijian_kinds::{Field, FieldType, Kind};

/// Heading for fields without one.
const REST: &str = "其他";

/// A heading with its fields.
#[derive(Debug)]
pub struct Section<'a> {
    /// Heading.
    pub title: &'a str,
    /// Fields.
    pub fields: Vec<&'a Field>,
}

/// Fields by heading; a heading stands where its first field stands.
pub fn sections<'a>(fields: impl IntoIterator<Item = &'a Field>) -> Vec<Section<'a>> {
    let mut out: Vec<Section<'a>> = Vec::new();
    for field in fields {
        let title = if field.group.is_empty() { REST } else { field.group.as_str() };
        match out.iter_mut().find(|s| s.title == title) {
            Some(section) => section.fields.push(field),
            None => out.push(Section { title, fields: vec![field] }),
        }
    }
    out
}

/// Fields that a person fills in: neither computed, technical nor the workflow state.
pub fn fillable(kind: &Kind) -> impl Iterator<Item = &Field> + Clone {
    let state = kind.states.as_ref().map(|s| s.field.as_str());
    kind.fields.iter().filter(move |f| !f.read_only && !f.hidden && f.ty != FieldType::Object && state != Some(f.path.as_str()))
}

/// Fields that detail pages show.
pub fn visible(kind: &Kind) -> impl Iterator<Item = &Field> {
    kind.fields.iter().filter(|f| f.ty != FieldType::Object)
}

/// Id of a heading on its page.
#[must_use]
pub fn anchor(index: usize) -> String {
    format!("g{}", index + 1)
}

/// Id of a field's input.
#[must_use]
pub fn input_id(path: &str) -> String {
    format!("f-{}", path.replace('.', "-"))
}
