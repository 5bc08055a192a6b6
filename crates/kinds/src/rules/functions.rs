//! The functions that rules may call.

use crate::dates;
use cel::{Context, Env, ExecutionError, Value, extensions};
use std::sync::{Arc, OnceLock};

/// Functions of our own.
const OWN: [&str; 12] = ["num", "present", "text", "age", "years", "months", "days", "add_days", "add_months", "year", "code_in", "len"];

/// The environment in which rules are compiled.
pub fn environment() -> &'static Arc<Env> {
    static ENV: OnceLock<Arc<Env>> = OnceLock::new();
    ENV.get_or_init(|| {
        let mut env = Env::stdlib();
        // The extension cannot collide with the standard library that was just made.
        let _ = env.add_extension(extensions::strings);
        Arc::new(env)
    })
}

/// May a rule call it? Operators and the standard library included.
pub fn known(name: &str) -> bool {
    OWN.contains(&name)
        || !name.chars().next().is_some_and(char::is_alphabetic)
        || matches!(
            name,
            "size"
                | "contains"
                | "startsWith"
                | "endsWith"
                | "matches"
                | "int"
                | "double"
                | "string"
                | "bool"
                | "has"
                | "substring"
                | "lowerAscii"
                | "upperAscii"
                | "trim"
                | "replace"
                | "split"
                | "type"
                | "min"
                | "max"
        )
}

/// Runs with the shared root context, which holds the functions; records add their variables in an inner scope.
pub fn with_root<T>(run: impl FnOnce(&Context<'_, '_>) -> T) -> T {
    static ROOT: OnceLock<Context<'static, 'static>> = OnceLock::new();
    run(ROOT.get_or_init(root))
}

fn root() -> Context<'static, 'static> {
    let mut context = Context::with_env(Arc::clone(environment()));
    // The names are ours and taken once: declaring them cannot fail.
    let _ = context.add_function("num", |v: Value| number(&v));
    let _ = context.add_function("present", |v: Value| !matches!(v, Value::Null));
    let _ = context.add_function("text", |v: Value| -> Arc<String> { Arc::new(word(&v)) });
    let _ = context.add_function("len", |v: Value| -> f64 {
        match v {
            #[expect(clippy::cast_precision_loss, reason = "lengths are small")]
            Value::List(items) => items.len() as f64,
            #[expect(clippy::cast_precision_loss, reason = "lengths are small")]
            Value::String(text) => text.chars().count() as f64,
            _ => 0.0,
        }
    });
    let _ = context.add_function("age", |birth: Value, on: Value| span(dates::years_between, &birth, &on));
    let _ = context.add_function("years", |from: Value, to: Value| span(dates::years_between, &from, &to));
    let _ = context.add_function("months", |from: Value, to: Value| span(dates::months_between, &from, &to));
    let _ = context.add_function("days", |from: Value, to: Value| span(dates::days_between, &from, &to));
    let _ = context.add_function("add_days", |day: Value, n: Value| shifted(dates::add_days, &day, &n));
    let _ = context.add_function("add_months", |day: Value, n: Value| shifted(dates::add_months, &day, &n));
    let _ = context.add_function("year", |day: Value| word(&day).get(..4).and_then(|y| y.parse::<f64>().ok()).unwrap_or_default());
    let _ = context.add_function("code_in", |list: Value, code: Value, column: Value| -> Arc<String> {
        let catalogue = crate::Catalogue::embedded();
        let found = catalogue.list(&word(&list)).and_then(|l| l.column(&word(&code), &word(&column)).map(str::to_owned));
        Arc::new(found.unwrap_or_default())
    });
    context
}

fn number(value: &Value) -> f64 {
    match value {
        Value::Float(n) => *n,
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
        Value::Int(n) => *n as f64,
        _ => 0.0,
    }
}

fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::Float(n) => crate::text::number_text(*n),
        Value::Int(n) => n.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => String::new(),
    }
}

fn span(f: fn(&str, &str) -> Option<i64>, from: &Value, to: &Value) -> Result<f64, ExecutionError> {
    #[expect(clippy::cast_precision_loss, reason = "days and months are small")]
    f(&word(from), &word(to)).map(|n| n as f64).ok_or_else(|| ExecutionError::function_error("date", "不是日期"))
}

fn shifted(f: fn(&str, i64) -> Option<String>, day: &Value, n: &Value) -> Result<Arc<String>, ExecutionError> {
    #[expect(clippy::cast_possible_truncation, reason = "small whole numbers")]
    f(&word(day), number(n) as i64).map(Arc::new).ok_or_else(|| ExecutionError::function_error("date", "不是日期"))
}
