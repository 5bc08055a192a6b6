//! The rules of a kind: place, references, merging, checks, derived values, states, lists.

use indexmap::IndexMap;
use serde::Deserialize;

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
    /// How duplicates among kept records are looked for, and that they may be merged: `organisation` or `person`.
    pub duplicates: Option<Duplicates>,
}

/// What tells that two kept records may be one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// Name and county, credit code, address.
    Organisation,
    /// Identity number, name and birth date.
    Person,
}

impl Default for Merge {
    fn default() -> Self {
        Self { same_file: "first".into(), by: None, collect: IndexMap::new(), duplicates: None }
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
    /// What was found, when the field alone does not say it (CEL, a text); stands at `{found}`.
    pub found: Option<String>,
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
    /// States of a form that is not finished: required fields may still be missing, which is a warning. The step that leaves them names
    /// what it needs.
    #[serde(default)]
    pub incomplete: Vec<String>,
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

/// A kind whose records propose to move a record to another county.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moves {
    /// References that name what is moved, each with the kinds whose records of the same person go along.
    pub subjects: IndexMap<String, Vec<String>>,
    /// Field that receives the county it is in.
    pub from: String,
    /// Field with the county it goes to.
    pub to: String,
    /// Field with the township it goes to.
    pub town: String,
    /// Field that receives the subject's id.
    pub subject: String,
    /// Field that receives the subject's revision.
    pub revision: String,
    /// Step with which it moves.
    pub accept: String,
    /// Steps of the county that receives; the others are the sender's.
    pub receiver: Vec<String>,
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
