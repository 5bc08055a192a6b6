//! Running the checks of a kind: those of the record alone, and those that look at other records too.

use super::{Expression, nothing, shorten};
use crate::kind::{CheckRule, FieldType, Kind};
use crate::{Level, Problem, text};
use serde_json::{Map, Value};

impl Kind {
    /// Problems of the cross-field checks. A check that fails to run counts as a warning that says so.
    #[must_use]
    pub fn check_rules(&self, document: &Map<String, Value>, today: &str) -> Vec<Problem> {
        self.check(false, document, nothing(), today)
    }

    /// Problems of the checks that look at other records, by what was found around this one. A check says nothing when what it needs was
    /// not asked for or is not there.
    #[must_use]
    pub fn check_around(&self, document: &Map<String, Value>, around: &Map<String, Value>, today: &str) -> Vec<Problem> {
        self.check(true, document, around, today)
    }

    fn check(&self, around_only: bool, document: &Map<String, Value>, around: &Map<String, Value>, today: &str) -> Vec<Problem> {
        let mut problems = Vec::new();
        let rules = || self.def.checks.iter().zip(&self.compiled.checks).filter(|(_, check)| check.around == around_only);
        if rules().next().is_none() || !self.within_bounds(document) {
            return problems;
        }
        for (rule, check) in rules() {
            let variables = check.expression.among(document, around, today);
            if check.needed.iter().any(|name| variables.get(name).is_none_or(Value::is_null)) {
                continue;
            }
            match check.expression.decided(&variables) {
                Ok(cel::Value::Bool(true)) => {}
                Ok(cel::Value::Bool(false)) => {
                    let related = check.expression.names.iter().filter(|name| !self.def.around.contains_key(*name)).cloned().collect();
                    let found = check.found.as_ref().map(|found| said(found, document, around, today));
                    problems.push(Problem { related, ..self.broken(rule, document, around, found) });
                }
                Ok(other) => problems.push(failed(rule, &format!("结果不是真假值：{other:?}"))),
                Err(why) => problems.push(failed(rule, &why)),
            }
        }
        problems
    }

    /// The checks that look at other records.
    pub fn checks_around(&self) -> impl Iterator<Item = &CheckRule> {
        self.def.checks.iter().zip(&self.compiled.checks).filter(|(_, check)| check.around).map(|(rule, _)| rule)
    }

    /// Does a check's rule name such a variable, and does its `found`?
    pub(crate) fn names_around(&self, check: usize, name: &str) -> (bool, bool) {
        let names = |expression: &Expression| expression.names.iter().any(|n| n == name);
        let check = self.compiled.checks.get(check);
        (check.is_some_and(|c| names(&c.expression)), check.and_then(|c| c.found.as_ref()).is_some_and(names))
    }

    /// The names in the condition under which such a variable is asked for.
    pub(crate) fn asks_when(&self, name: &str) -> Option<&[String]> {
        let index = self.def.around.get_index_of(name)?;
        self.compiled.around.get(index)?.as_ref().map(|when| when.names.as_slice())
    }

    /// The variables from other records that a check of this record needs: those whose condition holds and whose checks have all fields of
    /// their own. Nothing is asked for without a check that would look at it.
    #[must_use]
    pub fn asks_around(&self, document: &Map<String, Value>, today: &str) -> Vec<usize> {
        let present = |name: &String| document.get(name).is_some_and(|value| !value.is_null());
        let looked_at = |variable: &str| {
            self.compiled.checks.iter().filter(|check| check.around).any(|check| {
                check.expression.names.iter().any(|name| name == variable)
                    && check.needed.iter().all(|name| self.def.around.contains_key(name) || present(name))
            })
        };
        let conditions = self.def.around.keys().zip(&self.compiled.around).enumerate();
        conditions
            .filter(|(_, (name, when))| looked_at(name) && Self::holds(when.as_ref(), document, today))
            .map(|(index, _)| index)
            .collect()
    }

    /// Arrays longer than their bound are refused by the schema; rules do not walk over them.
    fn within_bounds(&self, document: &Map<String, Value>) -> bool {
        self.fields.iter().all(|f| match (f.max_items, document.get(&f.path)) {
            (Some(most), Some(Value::Array(items))) => items.len() <= most,
            _ => true,
        })
    }

    fn broken(&self, rule: &CheckRule, document: &Map<String, Value>, around: &Map<String, Value>, found: Option<String>) -> Problem {
        let field = rule.fields.first().cloned().unwrap_or_default();
        let mut message = String::new();
        let mut rest = rule.message.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            message.push_str(before);
            let Some((name, tail)) = after.split_once('}') else { break };
            match (name, &found) {
                ("found", Some(found)) => message.push_str(found),
                _ if self.def.around.contains_key(name.split('.').next().unwrap_or(name)) => {
                    message.push_str(&plainly(crate::intake::get_path(around, name)));
                }
                _ => message.push_str(&self.shown(name, document)),
            }
            rest = tail;
        }
        message.push_str(rest);
        let class = rule
            .class
            .clone()
            .unwrap_or_else(|| format!("{}_{}", if rule.level == Level::Error { "E" } else { "W" }, rule.id.to_uppercase()));
        Problem {
            field: field.clone(),
            level: rule.level,
            class,
            found: found.unwrap_or_else(|| self.shown(&field, document)),
            expected: rule.basis.clone(),
            message,
            related: Vec::new(),
        }
    }

    /// A field's value for messages: private values masked.
    fn shown(&self, path: &str, document: &Map<String, Value>) -> String {
        let field = self.field(path);
        let value = match crate::intake::get_path(document, path) {
            None | Some(Value::Null) => return "（空）".into(),
            Some(Value::String(s)) => s.clone(),
            Some(other) => other.to_string(),
        };
        match field {
            Some(f) if f.private.is_some() && f.ty == FieldType::Text => text::mask(&value),
            Some(f) if f.private.is_some() => "（已隐去）".into(),
            _ => shorten(&value),
        }
    }
}

/// What a check says it found.
fn said(found: &Expression, document: &Map<String, Value>, around: &Map<String, Value>, today: &str) -> String {
    let value = found.interpret(&found.among(document, around, today)).and_then(|v| v.json().map_err(|e| e.to_string()));
    value.map_or_else(|_| String::new(), |value| plainly(Some(&value)))
}

fn plainly(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "（空）".into(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.as_f64().map_or_else(|| number.to_string(), text::number_text),
        Some(other) => shorten(&other.to_string()),
    }
}

fn failed(rule: &CheckRule, why: &str) -> Problem {
    let mut problem = Problem::new(Level::Warning, "W_RULE", rule.fields.first().map_or("", String::as_str), &rule.id, "", "");
    problem.message = format!("校验规则“{}”未能执行：{why}", rule.id);
    problem
}
