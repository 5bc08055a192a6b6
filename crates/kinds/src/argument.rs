//! Arguments of a derived value's calculation, as definitions write them (`with:`).

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Number, Value};

/// Where an argument comes from.
///
/// A text is a field; numbers and truth values stand for themselves; a list or an object is built of further arguments;
/// the other forms are objects with their own words.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Argument {
    /// A constant.
    Flag(bool),
    /// A constant.
    Number(Number),
    /// A field, by path.
    Field(String),
    /// A list.
    List(Vec<Argument>),
    /// A text constant.
    Text(TextArgument),
    /// A field whose codes are put into the calculation's words.
    Coded(CodedArgument),
    /// A CEL expression.
    Formula(FormulaArgument),
    /// An object gathered from a repeated group.
    Picked(PickedArgument),
    /// A list of objects, one an element of a repeated group.
    Each(EachArgument),
    /// An object.
    Object(IndexMap<String, Argument>),
}

/// `{text: '2010'}`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextArgument {
    /// The text.
    pub text: String,
}

/// `{from: sex, codes: {'1': male, '2': female}}`; other codes are absent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodedArgument {
    /// Field.
    pub from: String,
    /// Code → word or number.
    pub codes: IndexMap<String, Value>,
}

/// `{cel: "sampled_on < '2026-02-01' ? '2010' : '2025'"}`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormulaArgument {
    /// The expression.
    pub cel: String,
}

/// `{pick: items, by: item, take: value, as: {'500': L500, '1000': L1000}}`: of the elements of `items` whose `item` is L500 the `value`,
/// under the key 500, and so on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PickedArgument {
    /// Repeated group.
    pub pick: String,
    /// Member that names the element.
    pub by: String,
    /// Member that is taken.
    pub take: String,
    /// Key → name of the element.
    #[serde(rename = "as")]
    pub as_: IndexMap<String, String>,
}

/// `{each: segments, as: {laeq: level, hours: duration}}`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EachArgument {
    /// Repeated group.
    pub each: String,
    /// Key → member.
    #[serde(rename = "as")]
    pub as_: IndexMap<String, String>,
}

impl Argument {
    /// The fields it reads, but for those of a CEL expression.
    #[must_use]
    pub fn fields(&self) -> Vec<&str> {
        match self {
            Self::Flag(_) | Self::Number(_) | Self::Text(_) | Self::Formula(_) => Vec::new(),
            Self::Field(path) => vec![path],
            Self::Coded(coded) => vec![&coded.from],
            Self::Picked(picked) => vec![&picked.pick],
            Self::Each(each) => vec![&each.each],
            Self::List(items) => items.iter().flat_map(Self::fields).collect(),
            Self::Object(members) => members.values().flat_map(Self::fields).collect(),
        }
    }

    /// The CEL expressions in it.
    #[must_use]
    pub fn formulas(&self) -> Vec<&str> {
        match self {
            Self::Formula(formula) => vec![&formula.cel],
            Self::List(items) => items.iter().flat_map(Self::formulas).collect(),
            Self::Object(members) => members.values().flat_map(Self::formulas).collect(),
            _ => Vec::new(),
        }
    }

    /// Members of repeated groups that it names: `(group, member)`.
    #[must_use]
    pub fn members(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Picked(picked) => vec![(&picked.pick, &picked.by), (&picked.pick, &picked.take)],
            Self::Each(each) => each.as_.values().map(|member| (each.each.as_str(), member.as_str())).collect(),
            Self::List(items) => items.iter().flat_map(Self::members).collect(),
            Self::Object(members) => members.values().flat_map(Self::members).collect(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(yaml: &str) -> Argument {
        crate::yaml::read::<Argument>(yaml).map(|(argument, _)| argument).unwrap()
    }

    #[test]
    fn every_form_is_told_apart() {
        assert_eq!(read("factor"), Argument::Field("factor".into()));
        assert!(matches!(read("3"), Argument::Number(_)));
        assert_eq!(read("true"), Argument::Flag(true));
        assert!(matches!(read("{text: '2010'}"), Argument::Text(_)));
        assert!(matches!(read("{from: sex, codes: {'1': male}}"), Argument::Coded(_)));
        assert!(matches!(read("{cel: 1 + 1}"), Argument::Formula(_)));
        assert!(matches!(read("{pick: items, by: item, take: value, as: {'500': L500}}"), Argument::Picked(_)));
        assert!(matches!(read("{each: items, as: {c: value}}"), Argument::Each(_)));
        assert_eq!(read("[{laeq: result, hours: shift}]").fields(), ["result", "shift"]);
        // a misspelt word makes it an object whose members are fields, which the checker then does not find
        assert_eq!(read("{form: sex, codes: {'1': male}}").fields(), ["sex", "male"]);
    }
}
