//! What a check needs from other records (`around:`).

use super::Kind;
use crate::due::Wanted;
use indexmap::IndexMap;
use serde::Deserialize;

/// Most values of a set that a check sees; more are left out, lowest first kept.
pub const SET_MOST: usize = 500;

/// A variable of checks that comes from other records.
///
/// The door asks for it, whatever the caller may see; so a check tells no more of another record than its message does, and nothing at all
/// of records found through a person ([`AroundRule::of_person`]).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AroundRule {
    /// Kind of the other records.
    pub kind: String,
    /// The one record that this reference of ours points to.
    #[serde(default, rename = "ref")]
    pub reference: Option<String>,
    /// Those whose reference of this name points to us (`owner`: that we own).
    #[serde(default)]
    pub by: Option<String>,
    /// Those that have the same values: our field → theirs; `owner` is the owner of a record, of blind fields tokens are compared.
    #[serde(default)]
    pub same: IndexMap<String, String>,
    /// Only in these states.
    #[serde(default)]
    pub states: Vec<String>,
    /// Only those in which fields have values.
    #[serde(default)]
    pub only: Vec<Wanted>,
    /// Only those whose event date lies in this window.
    #[serde(default)]
    pub within: Option<Window>,
    /// Asked for only when this holds of our record (CEL).
    #[serde(default)]
    pub when: Option<String>,
    /// What is taken of them.
    pub take: Take,
}

/// A window around a date of ours. A side that is not written is open.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Window {
    /// Our date; without: the event date.
    pub of: Option<String>,
    /// Days before it.
    pub days_before: Option<i64>,
    /// Months before it.
    pub months_before: Option<i64>,
    /// Days after it.
    pub days_after: Option<i64>,
    /// Months after it.
    pub months_after: Option<i64>,
}

/// What is taken of the records found: one of these.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Take {
    /// Fields of the one with the latest event date; `on` is that date. Without such a record the variable is absent.
    pub newest: Vec<String>,
    /// Fields of the one with the earliest event date.
    pub oldest: Vec<String>,
    /// The different values of a field, arrays and groups (`conclusions.disease`) taken apart, in order.
    pub set: Option<String>,
    /// Their number.
    pub count: bool,
    /// Least value of a field.
    pub min: Option<String>,
    /// Greatest value of a field.
    pub max: Option<String>,
    /// Sum of a field.
    pub sum: Option<String>,
}

impl Take {
    /// The fields of the other kind that it reads.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        let one = [&self.set, &self.min, &self.max, &self.sum].into_iter().flatten();
        self.newest.iter().chain(&self.oldest).chain(one).map(String::as_str).filter(|field| *field != "on")
    }

    /// How many of the forms are written.
    pub(crate) fn forms(&self) -> usize {
        let lists = usize::from(!self.newest.is_empty()) + usize::from(!self.oldest.is_empty()) + usize::from(self.count);
        lists + [&self.set, &self.min, &self.max, &self.sum].into_iter().flatten().count()
    }
}

impl AroundRule {
    /// Are the records found through who somebody is? Then a message says nothing of them but that there are such.
    #[must_use]
    pub fn of_person(&self, kind: &Kind) -> bool {
        let private = |ours: &String| kind.field(ours).is_some_and(|f| f.private.is_some());
        let reference = self.reference.as_ref().and_then(|name| kind.refs.get(name));
        self.same.keys().any(private) || reference.is_some_and(|r| r.by.iter().any(|way| private(&way.field)))
    }
}
