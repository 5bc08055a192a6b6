//! Arguments of a calculation, read from the document.

use serde_json::{Map, Value};
use std::cell::RefCell;
use time::Date;
use zhijian_kinds::argument::{EachArgument, PickedArgument};
use zhijian_kinds::intake::get_path;
use zhijian_kinds::kind::DeriveRule;
use zhijian_kinds::{Argument, Kind, dates};

/// A rule's arguments over one document. Remembers which fields were there.
pub(super) struct Arguments<'a> {
    kind: &'a Kind,
    index: usize,
    pub(super) rule: &'a DeriveRule,
    document: &'a Map<String, Value>,
    today: &'a str,
    used: RefCell<Vec<&'a str>>,
}

impl<'a> Arguments<'a> {
    pub(super) fn new(kind: &'a Kind, index: usize, rule: &'a DeriveRule, document: &'a Map<String, Value>, today: &'a str) -> Self {
        Self { kind, index, rule, document, today, used: RefCell::new(Vec::with_capacity(rule.with.len())) }
    }

    /// The fields that were read and there, in order.
    pub(super) fn used(&self) -> Vec<String> {
        self.used.borrow().iter().map(|path| (*path).to_owned()).collect()
    }

    fn read(&self, path: &'a str) -> Option<&'a Value> {
        let value = get_path(self.document, path).filter(|v| !v.is_null())?;
        let mut used = self.used.borrow_mut();
        if !used.contains(&path) {
            used.push(path);
        }
        Some(value)
    }

    /// The field that an argument names, without building anything.
    pub(super) fn value(&self, name: &str) -> Option<&'a Value> {
        match self.rule.with.get(name)? {
            Argument::Field(path) => self.read(path),
            _ => None,
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.value(name)?.as_str()
    }

    pub(super) fn number(&self, name: &str) -> Option<f64> {
        self.value(name)?.as_f64()
    }

    pub(super) fn truth(&self, name: &str) -> bool {
        self.value(name).and_then(Value::as_bool).unwrap_or(false)
    }

    pub(super) fn date(&self, name: &str) -> Option<Date> {
        dates::parse_iso(self.text(name)?)
    }

    /// Any argument as a value; `None` when what it reads is not there.
    pub(super) fn build(&self, argument: &'a Argument) -> Option<Value> {
        match argument {
            Argument::Flag(truth) => Some(Value::Bool(*truth)),
            Argument::Number(number) => Some(Value::Number(number.clone())),
            Argument::Text(text) => Some(Value::String(text.text.clone())),
            Argument::Field(path) => self.read(path).cloned(),
            Argument::Coded(coded) => coded.codes.get(self.read(&coded.from)?.as_str()?).cloned(),
            Argument::Formula(formula) => {
                let (value, names) = self.kind.argument_cel(self.index, &formula.cel, self.document, self.today)?;
                for name in names {
                    self.read(name);
                }
                Some(value)
            }
            Argument::Picked(picked) => self.picked(picked),
            Argument::Each(each) => self.each(each),
            Argument::List(items) => {
                let items: Vec<Value> = items.iter().filter_map(|item| self.build(item)).collect();
                (!items.is_empty()).then_some(Value::Array(items))
            }
            Argument::Object(members) => {
                let members: Map<String, Value> =
                    members.iter().filter_map(|(name, member)| Some((name.clone(), self.build(member)?))).collect();
                (!members.is_empty()).then_some(Value::Object(members))
            }
        }
    }

    fn picked(&self, picked: &'a PickedArgument) -> Option<Value> {
        let mut out = Map::with_capacity(picked.as_.len());
        for element in self.read(&picked.pick)?.as_array()? {
            let Some(name) = element.get(&picked.by).and_then(Value::as_str) else { continue };
            let Some((key, _)) = picked.as_.iter().find(|(_, wanted)| *wanted == name) else { continue };
            if let Some(value) = element.get(&picked.take).filter(|v| !v.is_null()) {
                out.insert(key.clone(), value.clone());
            }
        }
        (!out.is_empty()).then_some(Value::Object(out))
    }

    fn each(&self, each: &'a EachArgument) -> Option<Value> {
        let elements = self.read(&each.each)?.as_array()?;
        let one = |element: &Value| -> Value {
            let members = each.as_.iter().filter_map(|(key, member)| Some((key.clone(), element.get(member)?.clone())));
            Value::Object(members.collect())
        };
        (!elements.is_empty()).then(|| Value::Array(elements.iter().map(one).collect()))
    }
}
