//! One kind of record at run time: its fields, and what the definition says about it.
//!
//! [`written`] is the file as people write it, [`parts`] the rules in it.

mod around;
mod parts;
mod written;

pub use around::*;
pub use parts::*;
pub use written::*;

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

    /// The reference whose organisation owns a record: its host, where one was found, else the owner.
    #[must_use]
    pub fn owning(&self, document: &serde_json::Map<String, Value>) -> Option<&str> {
        self.hosted(document).or(self.owner.as_deref())
    }

    /// The reference from which a record takes its region: its host, where one was found.
    #[must_use]
    pub fn placing(&self, document: &serde_json::Map<String, Value>) -> Option<&str> {
        self.hosted(document).or(self.region.from.as_deref())
    }

    fn hosted(&self, document: &serde_json::Map<String, Value>) -> Option<&str> {
        self.host.as_deref().filter(|host| document.get(*host).and_then(Value::as_str).is_some_and(|id| !id.is_empty()))
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

/// Members that the door alone writes and never hands out: remarks of reviewers with their sealed texts, records merged into this one, the
/// record that this one was merged into. No form, import or request speaks of them, so the schema does not know them.
pub const KEPT: [&str; 5] = ["_remarks", "_remark_texts", "_merged", "_merged_keys", "_redirect"];

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
