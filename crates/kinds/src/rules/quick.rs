//! Deciding a rule without the interpreter where plain comparisons settle it.
//!
//! Most rules end at their first condition (`conclusion != '3' || …`), and an interpreted comparison costs a hundred times a plain one.
//! What is not understood here is open, and open parts follow the logic of CEL: `true || open` is true, `false || open` is open. A rule
//! that stays open is interpreted, so this can only be faster, never different; a test holds both against each other.

use super::variables::Variables;
use cel::common::ast::operators::{
    EQUALS, GREATER, GREATER_EQUALS, IN, LESS, LESS_EQUALS, LOGICAL_AND, LOGICAL_NOT, LOGICAL_OR, NOT_EQUALS,
};
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SelectExpr};
use serde_json::{Map, Value};
use std::cmp::Ordering;

/// A value that can be compared without the interpreter.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Plain<'a> {
    Null,
    Bool(bool),
    Number(f64),
    Text(&'a str),
}

/// The truth of an expression; `None` when only the interpreter can tell.
pub fn decide(expr: &IdedExpr, variables: &Variables<'_>) -> Option<bool> {
    match &expr.expr {
        Expr::Call(call) => match (call.func_name.as_str(), call.args.as_slice()) {
            (LOGICAL_NOT, [inner]) => decide(inner, variables).map(|truth| !truth),
            (LOGICAL_OR, [left, right]) => either(true, left, right, variables),
            (LOGICAL_AND, [left, right]) => either(false, left, right, variables),
            ("present", [inner]) => present(inner, variables),
            (IN, [item, list]) => contains(list, plain(item, variables)?, variables),
            (operator, [left, right]) => compare(operator, plain(left, variables)?, plain(right, variables)?),
            _ => None,
        },
        Expr::Select(select) if select.test => has(select, variables),
        Expr::Ident(_) => match plain(expr, variables)? {
            Plain::Bool(truth) => Some(truth),
            _ => None,
        },
        _ => None,
    }
}

/// `||` when `settles` is true, `&&` when it is false: one side with that truth settles it, whatever the other is.
fn either(settles: bool, left: &IdedExpr, right: &IdedExpr, variables: &Variables<'_>) -> Option<bool> {
    let first = decide(left, variables);
    if first == Some(settles) {
        return first;
    }
    match (first, decide(right, variables)) {
        (_, Some(second)) if second == settles => Some(settles),
        (Some(_), Some(_)) => Some(!settles),
        _ => None,
    }
}

fn plain<'a>(expr: &'a IdedExpr, variables: &Variables<'a>) -> Option<Plain<'a>> {
    match &expr.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(Plain::Text(text.inner())),
        Expr::Literal(LiteralValue::Double(number)) => Some(Plain::Number(*number.inner())),
        Expr::Literal(LiteralValue::Boolean(truth)) => Some(Plain::Bool(*truth.inner())),
        Expr::Literal(LiteralValue::Null) => Some(Plain::Null),
        Expr::Ident(name) if name == "today" => Some(Plain::Text(variables.today)),
        Expr::Ident(name) if variables.names.contains(name) => match variables.get(name) {
            None | Some(Value::Null) => Some(Plain::Null),
            Some(Value::Bool(truth)) => Some(Plain::Bool(*truth)),
            Some(Value::Number(number)) => number.as_f64().map(Plain::Number),
            Some(Value::String(text)) => Some(Plain::Text(text)),
            Some(Value::Array(_) | Value::Object(_)) => None,
        },
        _ => None,
    }
}

fn present(expr: &IdedExpr, variables: &Variables<'_>) -> Option<bool> {
    match &expr.expr {
        Expr::Ident(name) if variables.names.contains(name) => Some(variables.get(name).is_some_and(|value| !value.is_null())),
        _ => None,
    }
}

fn compare(operator: &str, left: Plain<'_>, right: Plain<'_>) -> Option<bool> {
    match operator {
        EQUALS => return Some(left == right),
        NOT_EQUALS => return Some(left != right),
        _ => {}
    }
    // Values of different types cannot be ordered; what that means for the rule is the interpreter's to say.
    let order = match (left, right) {
        (Plain::Number(a), Plain::Number(b)) => a.partial_cmp(&b)?,
        (Plain::Text(a), Plain::Text(b)) => a.cmp(b),
        _ => return None,
    };
    match operator {
        LESS => Some(order == Ordering::Less),
        LESS_EQUALS => Some(order != Ordering::Greater),
        GREATER => Some(order == Ordering::Greater),
        GREATER_EQUALS => Some(order != Ordering::Less),
        _ => None,
    }
}

/// `x in ['1', '2']`, `'P001' in hazards`, `'declined' in column(items, 'flag')`.
fn contains(list: &IdedExpr, item: Plain<'_>, variables: &Variables<'_>) -> Option<bool> {
    match &list.expr {
        Expr::List(literals) => {
            for element in &literals.elements {
                if plain(element, variables)? == item {
                    return Some(true);
                }
            }
            Some(false)
        }
        Expr::Ident(name) => {
            let Plain::Text(text) = item else { return None };
            // Texts only: a group of fields in their place would be compared as the interpreter does.
            let items = group(name, variables)?;
            items.iter().all(Value::is_string).then(|| items.iter().any(|i| i.as_str() == Some(text)))
        }
        Expr::Call(CallExpr { func_name, args, .. }) if func_name == "column" => {
            let (Expr::Ident(name), Expr::Literal(LiteralValue::String(field))) = (&args.first()?.expr, &args.get(1)?.expr) else {
                return None;
            };
            let Plain::Text(text) = item else { return None };
            let found = |map: &Map<String, Value>| map.get(field.inner()).and_then(Value::as_str) == Some(text);
            Some(group(name, variables)?.iter().filter_map(Value::as_object).any(found))
        }
        _ => None,
    }
}

fn group<'a>(name: &str, variables: &Variables<'a>) -> Option<&'a [Value]> {
    variables.get(name)?.as_array().map(Vec::as_slice)
}

/// `has(items_by.HGB.value)`.
fn has(select: &SelectExpr, variables: &Variables<'_>) -> Option<bool> {
    let Expr::Select(inner) = &select.operand.expr else { return None };
    let Expr::Ident(name) = &inner.operand.expr else { return None };
    let keyed = variables.keyed.iter().find(|k| k.variable == *name)?;
    let items = variables.document.get(&keyed.group).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let of_key = |map: &&Map<String, Value>| map.get(&keyed.key).and_then(Value::as_str) == Some(&inner.field);
    Some(items.iter().filter_map(Value::as_object).find(of_key).is_some_and(|map| map.contains_key(&select.field)))
}

#[cfg(test)]
mod tests {
    use super::decide;
    use crate::Catalogue;
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    /// Values of every type, among them those that rules compare with.
    fn values() -> impl Strategy<Value = Value> {
        let texts = ["", "1", "2", "3", "4", "P001", "D001", "2020-05-01", "2026-08-01", "尘肺", "not_done"];
        prop_oneof![
            prop::sample::select(texts.to_vec()).prop_map(|t| json!(t)),
            (-3.0..60.0_f64).prop_map(|n| json!(n)),
            Just(Value::Null),
            any::<bool>().prop_map(|b| json!(b)),
            prop::collection::vec(prop::sample::select(texts.to_vec()), 0..3).prop_map(|t| json!(t)),
            prop::sample::select(vec!["HGB", "L500", "CXR", "FVC"])
                .prop_map(|k| json!([{"item": k, "value": 1, "text": "x"}, {"item": "ALT", "flag": "not_done"}])),
        ]
    }

    proptest! {
        /// Every rule of every kind, on examples with fields replaced by anything: what is decided here is what the interpreter says.
        #[test]
        fn the_short_way_is_the_interpreters_way(which in any::<prop::sample::Index>(), changes in prop::collection::vec((any::<prop::sample::Index>(), values()), 0..12)) {
            let catalogue = Catalogue::embedded();
            let kind = &catalogue.kinds[which.index(catalogue.kinds.len())];
            let mut document: Map<String, Value> = kind.examples.first().and_then(|e| serde_json::to_value(e).ok()).and_then(|e| e.as_object().cloned()).unwrap_or_default();
            for (field, value) in changes {
                let path = &kind.fields[field.index(kind.fields.len())].path;
                if !path.contains('.') {
                    document.insert(path.clone(), value);
                }
            }
            for check in &kind.compiled.checks {
                let variables = check.expression.variables(&document, "2026-11-27");
                if let Some(truth) = decide(&check.expression.expr, &variables) {
                    prop_assert_eq!(check.expression.interpret(&variables), Ok(cel::Value::Bool(truth)), "{:?} {:?}", check.expression, document);
                }
            }
        }
    }
}
