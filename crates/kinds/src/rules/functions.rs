//! The functions that rules may call.

use super::tables;
use crate::dates;
use cel::common::functions::Function;
use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelNull, CelString, DYN_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{Context, DeclarationError, Env, ExecutionError, extensions};
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// Functions of our own.
const OWN: [&str; 21] = [
    "num",
    "present",
    "text",
    "age",
    "years",
    "months",
    "days",
    "add_days",
    "add_months",
    "add_workdays",
    "year",
    "code_in",
    "code_valid",
    "len",
    "column",
    "minus",
    "labels",
    "able",
    "harming",
    "covers",
    "items_missing",
];

/// The environment in which rules are compiled.
pub fn environment() -> &'static Arc<Env> {
    static ENV: OnceLock<Arc<Env>> = OnceLock::new();
    ENV.get_or_init(|| {
        let mut env = Env::stdlib();
        // Extension and functions are added once, under names that the standard library does not have: that cannot fail, and a rule
        // that called a missing function would not compile.
        let _ = env.add_extension(extensions::strings);
        let _ = env.add_extension(own);
        Arc::new(env)
    })
}

/// Declares our functions. They take values as they are: nothing of the record is copied for a call.
fn own(env: &mut Env) -> Result<(), DeclarationError> {
    let functions: [(&str, usize, Function); OWN.len()] = [
        ("num", 1, |a| double(number(a[0].as_ref()))),
        ("present", 1, |a| Ok(CowVal::owned(CelBool::from(a[0].downcast_ref::<CelNull>().is_none())))),
        ("text", 1, |a| text(word(a[0].as_ref()).into_owned())),
        ("len", 1, |a| double(length(a[0].as_ref()))),
        ("column", 2, |a| column(a[0].as_ref(), a[1].as_ref())),
        ("age", 2, |a| span(dates::years_between, a[0].as_ref(), a[1].as_ref())),
        ("years", 2, |a| span(dates::years_between, a[0].as_ref(), a[1].as_ref())),
        ("months", 2, |a| span(dates::months_between, a[0].as_ref(), a[1].as_ref())),
        ("days", 2, |a| span(dates::days_between, a[0].as_ref(), a[1].as_ref())),
        ("add_days", 2, |a| shifted(dates::add_days, a[0].as_ref(), a[1].as_ref())),
        ("add_months", 2, |a| shifted(dates::add_months, a[0].as_ref(), a[1].as_ref())),
        ("add_workdays", 2, |a| shifted(tables::add_workdays, a[0].as_ref(), a[1].as_ref())),
        ("minus", 2, |a| {
            let without = words(a[1].as_ref());
            list(words(a[0].as_ref()).into_iter().filter(|word| !without.contains(word)).collect())
        }),
        ("labels", 2, |a| text(tables::labels(&word(a[0].as_ref()), &words(a[1].as_ref())))),
        ("code_valid", 3, |a| {
            Ok(CowVal::owned(CelBool::from(tables::code_valid(&word(a[0].as_ref()), &word(a[1].as_ref()), &word(a[2].as_ref())))))
        }),
        ("able", 2, |a| Ok(CowVal::owned(CelBool::from(tables::able(&word(a[0].as_ref()), &words(a[1].as_ref())))))),
        ("harming", 1, |a| list(tables::harming(&word(a[0].as_ref())))),
        ("covers", 3, |a| {
            Ok(CowVal::owned(CelBool::from(tables::covers(&word(a[0].as_ref()), &words(a[1].as_ref()), &word(a[2].as_ref())))))
        }),
        ("items_missing", 4, |a| {
            let done = done(a[3].as_ref());
            list(tables::items_missing(&words(a[0].as_ref()), &word(a[1].as_ref()), &word(a[2].as_ref()), &done))
        }),
        ("year", 1, |a| double(word(a[0].as_ref()).get(..4).and_then(|y| y.parse().ok()).unwrap_or_default())),
        ("code_in", 3, |a| {
            let catalogue = crate::Catalogue::embedded();
            let found =
                catalogue.list(&word(a[0].as_ref())).and_then(|l| l.column(&word(a[1].as_ref()), &word(a[2].as_ref())).map(str::to_owned));
            text(found.unwrap_or_default())
        }),
    ];
    for (name, arity, function) in functions {
        env.add_overload(name, name, (0..arity).map(|_| DYN_TYPE).collect(), function)?;
    }
    Ok(())
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
    run(ROOT.get_or_init(|| Context::with_env(Arc::clone(environment()))))
}

type Answer<'b, 'v> = Result<CowVal<'b, 'v>, ExecutionError>;

fn double<'b, 'v>(number: f64) -> Answer<'b, 'v> {
    Ok(CowVal::owned(CelDouble::from(number)))
}

fn text<'b, 'v>(text: String) -> Answer<'b, 'v> {
    Ok(CowVal::owned(CelString::from(text)))
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn number(value: &dyn Val) -> f64 {
    let whole = || value.downcast_ref::<CelInt>().map(|n| *n.inner() as f64);
    value.downcast_ref::<CelDouble>().map(|n| *n.inner()).or_else(whole).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "lengths are small")]
fn length(value: &dyn Val) -> f64 {
    match value.downcast_ref::<CelString<'_>>() {
        Some(text) => text.inner().chars().count() as f64,
        None => value.as_sizer().map_or(0.0, |sizer| *sizer.size().inner() as f64),
    }
}

/// The values that a field has in the elements of a group, in order; elements without it are left out.
fn column<'b, 'v>(group: &(dyn Val + 'v), field: &(dyn Val + 'v)) -> Answer<'b, 'v> {
    let mut values: Vec<Box<dyn Val + 'v>> = Vec::new();
    if let Some(iterable) = group.as_iterable() {
        let mut elements = iterable.iter();
        while let Some(element) = elements.next() {
            if let Some(Ok(value)) = element.as_indexer().map(|indexer| indexer.get(field)) {
                values.push(value.into_owned());
            }
        }
    }
    Ok(CowVal::owned(CelList::from(values)))
}

/// The texts of a list, or the one text that it is.
fn words(value: &dyn Val) -> Vec<String> {
    let mut words = Vec::new();
    match value.as_iterable() {
        Some(iterable) => {
            let mut elements = iterable.iter();
            while let Some(element) = elements.next() {
                words.push(word(element).into_owned());
            }
        }
        None => words.extend(Some(word(value).into_owned()).filter(|word| !word.is_empty())),
    }
    words
}

fn list<'b, 'v>(texts: Vec<String>) -> Answer<'b, 'v> {
    let texts: Vec<Box<dyn Val + 'v>> = texts.into_iter().map(|text| Box::new(CelString::from(text)) as Box<dyn Val + 'v>).collect();
    Ok(CowVal::owned(CelList::from(texts)))
}

/// The items of an exam that have a result: a value or a text.
fn done(items: &dyn Val) -> Vec<String> {
    let mut done = Vec::new();
    if let Some(iterable) = items.as_iterable() {
        let mut elements = iterable.iter();
        while let Some(element) = elements.next() {
            let Some(indexer) = element.as_indexer() else { continue };
            let has = |name: &str| indexer.get(&CelString::from(name)).is_ok();
            if let (true, Ok(item)) = (has("value") || has("text"), indexer.get(&CelString::from("item"))) {
                done.push(word(item.as_ref()).into_owned());
            }
        }
    }
    done
}

fn word<'a>(value: &'a dyn Val) -> Cow<'a, str> {
    if let Some(text) = value.downcast_ref::<CelString<'_>>() {
        Cow::Borrowed(text.inner())
    } else if let Some(number) = value.downcast_ref::<CelDouble>() {
        Cow::Owned(crate::text::number_text(*number.inner()))
    } else if let Some(number) = value.downcast_ref::<CelInt>() {
        Cow::Owned(number.inner().to_string())
    } else if let Some(truth) = value.downcast_ref::<CelBool>() {
        Cow::Owned(truth.inner().to_string())
    } else {
        Cow::Borrowed("")
    }
}

fn no_date() -> ExecutionError {
    ExecutionError::function_error("date", "不是日期")
}

fn span<'b, 'v>(f: fn(&str, &str) -> Option<i64>, from: &dyn Val, to: &dyn Val) -> Answer<'b, 'v> {
    #[expect(clippy::cast_precision_loss, reason = "days and months are small")]
    f(&word(from), &word(to)).map_or_else(|| Err(no_date()), |n| double(n as f64))
}

fn shifted<'b, 'v>(f: fn(&str, i64) -> Option<String>, day: &dyn Val, n: &dyn Val) -> Answer<'b, 'v> {
    #[expect(clippy::cast_possible_truncation, reason = "small whole numbers")]
    f(&word(day), number(n) as i64).map_or_else(|| Err(no_date()), text)
}
