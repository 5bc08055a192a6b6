//! A kind and its fields as the YAML file has them.

use super::{
    AroundRule, CheckRule, DeriveRule, FactRule, Format, ListRule, Measured, Merge, Moves, PersonRule, Pivot, PrintRule, Privacy, RefRule,
    RegionRule, States, Transition, UniqueBy, Workbook,
};
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

/// A kind file as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindDef {
    /// Name in snake_case.
    pub kind: String,
    /// Version of the definition.
    pub version: u32,
    /// Chinese title.
    pub title: String,
    /// Area word.
    pub area: String,
    /// Place in menus.
    #[serde(default)]
    pub order: u32,
    /// First day of the definition.
    pub valid_from: String,
    /// Last day of the definition.
    pub valid_to: Option<String>,
    /// Regulation and article.
    pub basis: String,
    /// One sentence of help.
    #[serde(default)]
    pub help: String,
    /// Fields of the natural key.
    pub natural_key: Vec<String>,
    /// Field with the event date.
    pub event_date: Option<String>,
    /// Reference whose organisation owns the record.
    pub owner: Option<String>,
    /// Reference, written after the owner's, whose organisation owns the record instead and whose place is the record's, where it is found:
    /// the host of a dispatched worker bears an employer's duties.
    #[serde(default)]
    pub host: Option<String>,
    /// Where the region comes from.
    pub region: RegionRule,
    /// Reject classes in order.
    #[serde(default)]
    pub reject_order: Vec<String>,
    /// Workbook facts.
    #[serde(default)]
    pub workbook: Workbook,
    /// Always `object`.
    #[serde(default, rename = "type")]
    pub type_: Option<String>,
    /// Required fields.
    #[serde(default)]
    pub required: Vec<String>,
    /// Fields as written.
    pub properties: IndexMap<String, FieldDef>,
    /// References to other kinds.
    #[serde(default)]
    pub refs: IndexMap<String, RefRule>,
    /// Ways in which other kinds find records of this kind.
    #[serde(default)]
    pub lookup: IndexMap<String, Vec<String>>,
    /// Duplicate policy within a file.
    #[serde(default)]
    pub merge: Merge,
    /// Values that no two records may share.
    #[serde(default)]
    pub unique_by: Vec<UniqueBy>,
    /// Person block: identity number against sex and birth date.
    pub person: Option<PersonRule>,
    /// What checks need from other records, by the name of the variable.
    #[serde(default)]
    pub around: IndexMap<String, AroundRule>,
    /// Cross-field checks.
    #[serde(default)]
    pub checks: Vec<CheckRule>,
    /// Derived values.
    #[serde(default)]
    pub derive: Vec<DeriveRule>,
    /// States.
    pub states: Option<States>,
    /// Transitions between states.
    #[serde(default)]
    pub transitions: Vec<Transition>,
    /// Its records propose to move other records.
    pub moves: Option<Moves>,
    /// Extra facts.
    #[serde(default)]
    pub facts: IndexMap<String, FactRule>,
    /// List page.
    #[serde(default)]
    pub list: ListRule,
    /// Fields of the global search.
    #[serde(default)]
    pub search: Vec<String>,
    /// Printed document.
    pub print: Option<PrintRule>,
    /// Full examples.
    #[serde(default)]
    pub examples: Vec<Value>,
}

/// One field as written.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct FieldDef {
    /// JSON type.
    #[serde(rename = "type")]
    pub type_: String,
    /// Format.
    pub format: Option<Format>,
    /// Chinese title.
    pub title: String,
    /// Help text.
    pub description: String,
    /// Limits.
    pub minimum: Option<f64>,
    /// Upper limit.
    pub maximum: Option<f64>,
    /// Lower limit, not reached.
    #[serde(rename = "exclusiveMinimum")]
    pub exclusive_minimum: Option<f64>,
    /// Upper limit, not reached.
    #[serde(rename = "exclusiveMaximum")]
    pub exclusive_maximum: Option<f64>,
    /// Shortest text.
    #[serde(rename = "minLength")]
    pub min_length: Option<usize>,
    /// Longest text.
    #[serde(rename = "maxLength")]
    pub max_length: Option<usize>,
    /// Fewest items.
    #[serde(rename = "minItems")]
    pub min_items: Option<usize>,
    /// Most items.
    #[serde(rename = "maxItems")]
    pub max_items: Option<usize>,
    /// Regular expression.
    pub pattern: Option<String>,
    /// Allowed values.
    #[serde(rename = "enum")]
    pub enum_: Option<Vec<Value>>,
    /// Default value (JSON Schema); the same as `x-default`.
    pub default: Option<Value>,
    /// Computed.
    #[serde(rename = "readOnly")]
    pub read_only: bool,
    /// Items of an array.
    pub items: Option<Box<FieldDef>>,
    /// Fields of an object.
    pub properties: Option<IndexMap<String, FieldDef>>,
    /// Required fields of an object.
    pub required: Vec<String>,
    /// Header synonyms.
    #[serde(rename = "x-aka")]
    pub aka: Vec<String>,
    /// Code list.
    #[serde(rename = "x-codes")]
    pub codes: Option<String>,
    /// See [`Field::codes_partial`].
    #[serde(rename = "x-codes-partial")]
    pub codes_partial: bool,
    /// Special reading.
    #[serde(rename = "x-format")]
    pub x_format: Option<Format>,
    /// Unit.
    #[serde(rename = "x-unit")]
    pub unit: Option<String>,
    /// Unit source.
    #[serde(rename = "x-unit-from")]
    pub unit_from: Option<String>,
    /// Year source.
    #[serde(rename = "x-year-from")]
    pub year_from: Option<String>,
    /// Number endings.
    #[serde(rename = "x-suffix")]
    pub suffix: Vec<String>,
    /// Measured reading.
    #[serde(rename = "x-measured")]
    pub measured: Option<Measured>,
    /// Privacy class.
    #[serde(rename = "x-private")]
    pub private: Option<Privacy>,
    /// Blind index.
    #[serde(rename = "x-blind")]
    pub blind: bool,
    /// Reject class.
    #[serde(rename = "x-class")]
    pub class: Option<String>,
    /// The regulation asks for it.
    #[serde(rename = "x-wanted")]
    pub wanted: bool,
    /// Not in forms.
    #[serde(rename = "x-hidden")]
    pub hidden: bool,
    /// Pivot.
    #[serde(rename = "x-pivot")]
    pub pivot: Option<Pivot>,
    /// Heading.
    #[serde(rename = "x-group")]
    pub group: Option<String>,
    /// Default.
    #[serde(rename = "x-default")]
    pub x_default: Option<Value>,
    /// Index.
    #[serde(rename = "x-index")]
    pub index: bool,
    /// No future dates.
    #[serde(rename = "x-not-future")]
    pub not_future: bool,
}
