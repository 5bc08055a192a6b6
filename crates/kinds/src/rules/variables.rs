//! Record fields as CEL variables, converted only when a rule asks for them.

use cel::common::types::{CelBool, CelDouble, CelNull, CelString};
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use serde_json::{Map, Value};

/// The record and the day of the write.
#[derive(Debug)]
pub struct Variables<'a> {
    /// Record.
    pub document: &'a Map<String, Value>,
    /// Day of the write, ISO.
    pub today: &'a str,
    /// Fields that the rule names: null when absent. Other names are loop variables.
    pub names: &'a [String],
    /// Lists and objects that rules name, converted once for all rules of the record.
    pub converted: &'a Converted,
}

/// Converted lists and objects by field name.
pub type Converted = std::collections::HashMap<String, Box<dyn Val>>;

/// Converts the lists and objects among the named fields.
pub fn convert<'n>(document: &Map<String, Value>, names: impl Iterator<Item = &'n String>) -> Converted {
    let mut converted = Converted::new();
    for name in names {
        if let Some(value @ (Value::Array(_) | Value::Object(_))) = document.get(name)
            && !converted.contains_key(name)
            && let Ok(boxed) = deep(value).try_into()
        {
            converted.insert(name.clone(), boxed);
        }
    }
    converted
}

impl VariableResolver for Variables<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        if variable == "today" {
            return Some(CowVal::owned(CelString::from(self.today)));
        }
        if let Some(value) = self.converted.get(variable) {
            return Some(CowVal::Borrowed(value.as_ref()));
        }
        match self.document.get(variable) {
            Some(value) => Some(to_cel(value)),
            None if self.names.iter().any(|n| n == variable) => Some(CowVal::owned(CelNull)),
            None => None,
        }
    }
}

/// All numbers become doubles (and so do the literals of a rule), so that `staff * 0.5` needs no casts.
pub fn to_cel(value: &Value) -> CowVal<'_, '_> {
    match value {
        Value::Null => CowVal::owned(CelNull),
        Value::Bool(truth) => CowVal::owned(CelBool::from(*truth)),
        Value::Number(number) => CowVal::owned(CelDouble::from(number.as_f64().unwrap_or_default())),
        Value::String(text) => CowVal::owned(CelString::from(text.as_str())),
        Value::Array(_) | Value::Object(_) => {
            let boxed: Option<Box<dyn Val>> = deep(value).try_into().ok();
            boxed.map_or_else(|| CowVal::owned(CelNull), CowVal::Owned)
        }
    }
}

fn deep(value: &Value) -> cel::Value {
    match value {
        Value::Null => cel::Value::Null,
        Value::Bool(truth) => cel::Value::Bool(*truth),
        Value::Number(number) => cel::Value::Float(number.as_f64().unwrap_or_default()),
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => cel::Value::List(items.iter().map(deep).collect::<Vec<_>>().into()),
        Value::Object(map) => {
            let map: std::collections::HashMap<String, cel::Value> = map.iter().map(|(k, v)| (k.clone(), deep(v))).collect();
            map.into()
        }
    }
}
