//! The definition of one kind, as read from its YAML file.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;

/// One kind of record (表单): everything the product knows about it.
#[derive(Debug)]
pub struct Kind {
    /// The definition as written.
    pub def: KindDef,
    /// The fields in order, nested objects flattened into paths (`design.review_date`).
    pub fields: Vec<Field>,
    /// Where in `fields` a path is: records ask for fields by path many times each.
    pub(crate) by_path: HashMap<String, usize>,
    /// The plain JSON Schema 2020-12 (without the `x-` words) that stored records obey.
    pub schema: Value,
    /// Who may see and do what; nobody anything until the policy file is joined to it.
    pub rights: crate::access::Rights,
    /// Compiled schema and rules.
    pub(crate) compiled: crate::rules::Compiled,
}

impl std::ops::Deref for Kind {
    type Target = KindDef;
    fn deref(&self) -> &KindDef {
        &self.def
    }
}

impl Kind {
    /// The field with this path.
    #[must_use]
    pub fn field(&self, path: &str) -> Option<&Field> {
        self.by_path.get(path).map(|at| &self.fields[*at])
    }

    /// Fields whose values are kept encrypted.
    pub fn private_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|f| f.private.is_some())
    }

    /// The fields that can be filters, sort keys or list columns: everything not private, plus blind ones.
    pub fn public_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|f| f.private.is_none())
    }

    /// The position of a reject class in the order in which classes name a refused row.
    #[must_use]
    pub fn class_rank(&self, class: &str) -> Option<usize> {
        self.reject_order.iter().position(|c| c == class)
    }
}

/// Members of a stored document that are no fields: what the door notes about fields, each keyed by field path. Which dates were months,
/// which texts could not be read, and what computed values rest on (计算依据).
pub const NOTES: [&str; 3] = ["_month", "_unread", "_calc"];

/// What a field's value is.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldType {
    /// Free text.
    Text,
    /// Whole number.
    Integer,
    /// Decimal number.
    Number,
    /// Yes or no.
    Boolean,
    /// A day, `2020-03-05`.
    Date,
    /// An instant with offset.
    DateTime,
    /// A code of the named list.
    Code(String),
    /// Several codes of the named list.
    Codes(String),
    /// Several texts.
    Texts,
    /// Repeated group of fields.
    Group(Vec<Field>),
    /// An object without declared inner structure for forms (readOnly results).
    Object,
}

impl FieldType {
    /// Numbers sort and compare as numbers.
    #[must_use]
    pub fn is_numeric(&self) -> bool {
        matches!(self, Self::Integer | Self::Number)
    }
}

/// One field of a kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Path in the record, dots between levels.
    pub path: String,
    /// Chinese title.
    pub title: String,
    /// What the value is.
    pub ty: FieldType,
    /// Help text.
    pub help: String,
    /// Heading under which forms show it.
    pub group: String,
    /// Must be there in every channel.
    pub required: bool,
    /// The regulation asks for it.
    pub wanted: bool,
    /// Computed by the door.
    pub read_only: bool,
    /// Not in forms.
    pub hidden: bool,
    /// Privacy class.
    pub private: Option<Privacy>,
    /// A keyed hash is kept for equality.
    pub blind: bool,
    /// Special reading of the text.
    pub format: Option<Format>,
    /// Unit of the number.
    pub unit: Option<String>,
    /// Sibling field that names the unit in which the number was given.
    pub unit_from: Option<String>,
    /// Year source of a quarter text.
    pub year_from: Option<String>,
    /// Endings stripped from numbers.
    pub suffix: Vec<String>,
    /// Reading of measured values.
    pub measured: Option<Measured>,
    /// Header synonyms.
    pub aka: Vec<String>,
    /// Reject class.
    pub class: Option<String>,
    /// Default value.
    pub default: Option<Value>,
    /// Unknown items of a code array are dropped with a warning as long as one is known.
    pub codes_partial: bool,
    /// Pivot rule of a repeated group.
    pub pivot: Option<Pivot>,
    /// Gets a database index.
    pub index: bool,
    /// Dates after the day of the write are refused.
    pub not_future: bool,
    /// Limits from the schema.
    pub minimum: Option<f64>,
    /// Upper limit from the schema.
    pub maximum: Option<f64>,
    /// Longest text.
    pub max_length: Option<usize>,
    /// Most items.
    pub max_items: Option<usize>,
}

/// Privacy class of a field (domain A.2, 个保法 art. 28).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Privacy {
    /// Who it is: name, identity number.
    Identity,
    /// How to reach the person.
    Contact,
    /// Health data.
    Medical,
}

/// Special readings of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Unified social credit code, GB 32100.
    Uscc,
    /// Identity number, GB 11643.
    IdNo,
    /// Organisation name: all blanks removed, full-width brackets narrowed.
    OrgName,
    /// Person's name: blanks removed.
    PersonName,
    /// Telephone.
    Phone,
    /// Quarter of a year, `2020Q1`.
    Quarter,
    /// Answer of a multiple-choice item: sorted capital letters.
    MultiChoice,
    /// `date` and `date-time` are types, kept here so that the YAML reads as JSON Schema.
    Date,
    /// See [`Format::Date`].
    #[serde(rename = "date-time")]
    DateTime,
}

/// How a measured value is read (`<0.3`, `低于MDL`, `丢失` …).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// Field set to true for a non-detect.
    pub below: String,
    /// Field that receives the detection limit.
    pub limit: Option<String>,
    /// Words that mean "below the limit".
    #[serde(default)]
    pub words_below: Vec<String>,
    /// Words that mean "there is no result".
    #[serde(default)]
    pub words_none: Vec<String>,
    /// Field that receives the word of a missing result.
    pub none: Option<String>,
    /// Field from which the detection limit is taken when the text has none.
    pub lod_from: Option<String>,
}

/// Columns that become elements of a repeated group.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pivot {
    /// Member that receives the code (or header).
    pub key: String,
    /// Member that receives the value.
    pub value: String,
    /// Member that receives texts when the list says that the item is a text.
    pub text: Option<String>,
    /// Member that receives the item's unit.
    pub unit: Option<String>,
    /// Member that receives 未检, 弃检 and the like.
    pub flag: Option<String>,
    /// Code list whose labels and synonyms are the headers.
    pub list: Option<String>,
    /// Or: regular expression of the headers.
    pub pattern: Option<String>,
}

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

/// Where a record's region comes from.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct RegionRule {
    /// Name of the reference whose region is taken.
    pub from: Option<String>,
    /// Field with the county.
    pub county: Option<String>,
    /// Field with the township.
    pub town: Option<String>,
    /// Class when the county is unknown or outside.
    pub class: Option<String>,
    /// Class when the township is not in the county.
    pub town_class: Option<String>,
    /// `scope`: take the office's own region when nothing is given.
    pub fallback: Option<String>,
}

/// Workbook facts.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Workbook {
    /// Sheet name of the template.
    pub sheet: String,
    /// Title line of the template.
    pub title: String,
    /// Columns without which a sheet is not this kind (titles or synonyms).
    #[serde(rename = "match")]
    pub match_: Vec<String>,
}

/// A reference to another kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefRule {
    /// Kind pointed to.
    pub kind: String,
    /// Chinese title.
    #[serde(default)]
    pub title: String,
    /// Ways, tried in order.
    pub by: Vec<RefWay>,
    /// A record without it is refused.
    #[serde(default)]
    pub required: bool,
    /// Reject class.
    pub class: Option<String>,
    /// `first`: of several matches take the first.
    pub many: Option<String>,
}

/// One way of finding the record pointed to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefWay {
    /// Field of this record.
    pub field: String,
    /// Lookup way of the other kind.
    pub way: String,
}

/// Duplicate policy.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Merge {
    /// `first` or `latest`.
    pub same_file: String,
    /// Date field for `latest`.
    pub by: Option<String>,
    /// Differing values of the loser kept in a list of the winner.
    pub collect: IndexMap<String, String>,
}

impl Default for Merge {
    fn default() -> Self {
        Self { same_file: "first".into(), by: None, collect: IndexMap::new() }
    }
}

/// Values that no two records of the kind may share.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UniqueBy {
    /// Fields.
    pub fields: Vec<String>,
    /// Reject class.
    pub class: String,
    /// Message.
    #[serde(default)]
    pub message: String,
}

/// Identity number against sex and birth date.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonRule {
    /// Identity number field.
    pub id_no: String,
    /// Sex field.
    pub sex: Option<String>,
    /// Birth date field.
    pub birth: Option<String>,
    /// Reject class; without it a disagreement is a warning.
    pub class: Option<String>,
}

/// A cross-field check.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckRule {
    /// Name, unique in the kind.
    pub id: String,
    /// `error` or `warning`.
    pub level: crate::Level,
    /// Reject class.
    pub class: Option<String>,
    /// CEL, true when the record is right.
    pub rule: String,
    /// Fields that may be absent.
    #[serde(default)]
    pub optional: Vec<String>,
    /// Where the message is shown.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Message with `{field}` places.
    pub message: String,
    /// Regulation.
    #[serde(default)]
    pub basis: String,
}

/// A derived value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeriveRule {
    /// Field that is set; an object receives the outputs that its properties name.
    pub set: String,
    /// Calculation, by id.
    pub call: Option<String>,
    /// Output that a plain field receives; without it the output of the field's own name.
    pub take: Option<String>,
    /// Further fields set by the same calculation: field → output.
    #[serde(default)]
    pub also: IndexMap<String, String>,
    /// Arguments by name.
    #[serde(default)]
    pub with: IndexMap<String, crate::Argument>,
    /// Or a CEL expression.
    pub cel: Option<String>,
    /// Only when this CEL is true.
    pub when: Option<String>,
}

impl DeriveRule {
    /// The fields it sets.
    pub fn targets(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.set.as_str()).chain(self.also.keys().map(String::as_str))
    }
}

/// States of a kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct States {
    /// Field that holds the state.
    pub field: String,
    /// The states.
    pub list: Vec<StateDef>,
    /// State of a new record.
    pub initial: String,
}

/// One state.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateDef {
    /// Code.
    pub code: String,
    /// Chinese title.
    pub title: String,
    /// Nothing moves on from here.
    #[serde(default, rename = "final")]
    pub final_: bool,
}

/// A transition.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// Name.
    pub id: String,
    /// Chinese title (button).
    pub title: String,
    /// States from which it is possible.
    pub from: Vec<String>,
    /// State after it.
    pub to: String,
    /// Who may do it.
    #[serde(default)]
    pub roles: Vec<String>,
    /// CEL that must be true.
    pub when: Option<String>,
    /// Fields that must be given with it.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Deadlines that start.
    #[serde(default)]
    pub starts: Vec<String>,
    /// Deadlines that stop.
    #[serde(default)]
    pub stops: Vec<String>,
}

/// An extra fact.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactRule {
    /// Array that is exploded.
    pub each: String,
    /// Column name when the elements are plain values.
    #[serde(rename = "as")]
    pub as_: Option<String>,
}

/// List page.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct ListRule {
    /// Columns.
    pub columns: Vec<String>,
    /// Sort field, `-` for descending.
    pub sort: Option<String>,
    /// Filter fields.
    pub filters: Vec<String>,
}

/// Printed document.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct PrintRule {
    /// Title.
    pub title: String,
    /// Groups that are printed; empty: all.
    pub groups: Vec<String>,
}
