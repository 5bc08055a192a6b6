//! A document as written.

use super::number::Numbering;
use crate::kind::Kind;
use crate::rules::Expression;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A document as written, `definitions/documents/<document>.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentDef {
    /// Name, the file's.
    pub document: String,
    /// Edition of the template; goes into every issued document.
    pub version: u32,
    /// Heading.
    pub title: String,
    /// Kind of the record from which it is made.
    pub kind: String,
    /// Regulation and article.
    pub basis: String,
    /// For those who issue it.
    #[serde(default)]
    pub help: String,
    /// States of the record in which it may be issued; empty: any.
    #[serde(default)]
    pub states: Vec<String>,
    /// What must hold of the record besides (CEL).
    #[serde(default)]
    pub when: Option<String>,
    /// Roles that may issue and void it.
    pub roles: Vec<String>,
    /// How it is numbered: `HZ{area}{year}{seq:5}`; the counter runs for each value of the rest.
    pub number: String,
    /// Where the numbering comes from, when it is ours: `design`.
    #[serde(default)]
    pub number_basis: String,
    /// Names a person in clear: a purpose is asked for and goes on the audit chain.
    #[serde(default)]
    pub identified: bool,
    /// What can be downloaded.
    #[serde(default = "pdf_only")]
    pub formats: Vec<Format>,
    /// To whom it goes, with `{field}`.
    #[serde(default)]
    pub to: String,
    /// Who issues it, with `{field}`; empty: whoever signs in for it.
    #[serde(default)]
    pub issuer: String,
    /// Fields of the record that the number and the day of issue are written into.
    #[serde(default)]
    pub writes: Writes,
    /// What stands in it.
    pub body: Vec<Block>,
}

/// Fields of the source record that an issue fills.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Writes {
    /// Receives the number.
    #[serde(default)]
    pub number: Option<String>,
    /// Receives the day of issue.
    #[serde(default)]
    pub day: Option<String>,
}

/// File formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// PDF.
    Pdf,
    /// Word, for letters that offices edit.
    Docx,
}

fn pdf_only() -> Vec<Format> {
    vec![Format::Pdf]
}

/// A part of a document.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// Heading of a part.
    Heading(String),
    /// A paragraph; `{field}` stands for the field's value as people read it.
    Text(String),
    /// Label and value of these fields, two a row.
    Fields(Vec<String>),
    /// A repeated group as a table.
    Group(GroupTable),
    /// Other records as a table.
    Related(Related),
    /// Lines for signatures and seals.
    Sign(Vec<String>),
}

/// A repeated group of the record as a table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupTable {
    /// Path of the group.
    pub of: String,
    /// Heading.
    #[serde(default)]
    pub title: String,
    /// Members shown; empty: all that hold something.
    #[serde(default)]
    pub columns: Vec<String>,
}

/// Records of a kind that belong to the document's record, as far as the issuer may see them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Related {
    /// Their kind.
    pub kind: String,
    /// Heading.
    pub title: String,
    /// Which.
    pub only: Vec<Match>,
    /// Of those, the ones for which this holds (CEL).
    #[serde(default)]
    pub when: Option<String>,
    /// Fields shown.
    pub columns: Vec<String>,
}

/// A condition on a field of the related records.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    /// Their field.
    pub field: String,
    /// It has one of these values.
    #[serde(default)]
    pub is: Vec<String>,
    /// It equals this field of the document's record.
    #[serde(default)]
    pub same: Option<String>,
    /// It is not before this date field of the document's record.
    #[serde(default)]
    pub from: Option<String>,
    /// It is not after this date field of the document's record.
    #[serde(default)]
    pub to: Option<String>,
}

/// A document at run time.
#[derive(Debug)]
pub struct Document {
    /// As written.
    pub def: DocumentDef,
    /// Its numbering.
    pub numbering: Numbering,
    /// Its own layout (typst), when it has one.
    pub template: Option<String>,
    when: Option<Expression>,
}

impl std::ops::Deref for Document {
    type Target = DocumentDef;
    fn deref(&self) -> &DocumentDef {
        &self.def
    }
}

impl Document {
    /// Compiles numbering and condition.
    ///
    /// # Errors
    /// Member of the definition and what is wrong with it.
    pub fn new(def: DocumentDef, kind: &Kind, template: Option<String>) -> Result<Self, (&'static str, String)> {
        let numbering = Numbering::parse(&def.number).map_err(|message| ("number", message))?;
        let when = def.when.as_deref().map(|source| kind.condition(source)).transpose().map_err(|message| ("when", message))?;
        Ok(Self { def, numbering, template, when })
    }

    /// May it be made of a record in this state with this content?
    #[must_use]
    pub fn fits(&self, state: &str, data: &Map<String, Value>, today: &str) -> bool {
        (self.states.is_empty() || self.states.iter().any(|s| s == state)) && self.when.as_ref().is_none_or(|w| w.holds(data, today))
    }

    /// Can it be downloaded in this format?
    #[must_use]
    pub fn comes_as(&self, format: Format) -> bool {
        self.formats.contains(&format)
    }
}
