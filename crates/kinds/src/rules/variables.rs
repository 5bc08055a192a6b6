//! Record fields as CEL variables, looked up only when a rule asks for them.

use super::values::{ByKey, borrowed};
use cel::common::types::{CelNull, CelString};
use cel::common::value::CowVal;
use cel::context::VariableResolver;
use serde_json::{Map, Value};

/// The record and the day of the write.
#[derive(Debug)]
pub struct Variables<'a> {
    /// Record.
    pub document: &'a Map<String, Value>,
    /// What was found around the record.
    pub around: &'a Map<String, Value>,
    /// Day of the write, ISO.
    pub today: &'a str,
    /// Fields that the rule names: null when absent. Other names are loop variables.
    pub names: &'a [String],
    /// Groups that the rule asks for by key: the variable, the group and its key field.
    pub keyed: &'a [Keyed],
}

/// A variable `<group>_by`: the elements of a workbook group by their key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyed {
    /// The variable's name, `items_by`.
    pub variable: String,
    /// The group's field, `items`.
    pub group: String,
    /// The key field of its elements, `item`.
    pub key: String,
}

impl<'a> Variables<'a> {
    /// The value of a field or of what was found around the record.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.document.get(name).or_else(|| self.around.get(name))
    }
}

impl VariableResolver for Variables<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        if variable == "today" {
            return Some(CowVal::owned(CelString::from(self.today)));
        }
        if let Some(value) = self.get(variable) {
            return Some(borrowed(value));
        }
        if let Some(keyed) = self.keyed.iter().find(|k| k.variable == variable) {
            let items = self.document.get(&keyed.group).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            return Some(CowVal::owned(ByKey::new(items, &keyed.key)));
        }
        self.names.iter().any(|n| n == variable).then(|| CowVal::owned(CelNull))
    }
}
