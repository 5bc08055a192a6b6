//! Reading inputs: typed, strict, with the path of what is wrong.

use serde_json::{Map, Value};

use super::{CalcError, Code, Field};

type Read<T> = Result<T, CalcError>;

/// A JSON object whose keys have been checked against the fields it may have.
#[derive(Debug, Clone)]
pub(crate) struct Args<'a> {
    map: &'a Map<String, Value>,
    fields: &'static [Field],
    path: String,
}

impl<'a> Args<'a> {
    /// Takes an object and refuses keys it does not know, here and in lists of objects.
    pub(super) fn checked(map: &'a Map<String, Value>, fields: &'static [Field]) -> Read<Self> {
        let args = Self { map, fields, path: String::new() };
        args.refuse_unknown()?;
        Ok(args)
    }

    fn refuse_unknown(&self) -> Read<()> {
        for (key, value) in self.map {
            let Some(field) = self.fields.iter().find(|field| field.is_called(key)) else {
                return Err(CalcError { code: Code::UnknownKey, field: Some(self.path_of(key)) });
            };
            if let (false, Value::Array(items)) = (field.items.is_empty(), value) {
                for (index, item) in items.iter().enumerate() {
                    let path = format!("{}.{index}", self.path_of(key));
                    let Value::Object(map) = item else {
                        return Err(CalcError::invalid(path));
                    };
                    Self { map, fields: field.items, path }.refuse_unknown()?;
                }
            }
        }
        Ok(())
    }

    /// The full path of a key, for errors.
    pub(crate) fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub(crate) fn invalid(&self, key: &str) -> CalcError {
        CalcError::invalid(self.path_of(key))
    }

    pub(crate) fn out_of_range(&self, key: &str) -> CalcError {
        CalcError::out_of_range(self.path_of(key))
    }

    pub(crate) fn insufficient(&self, key: &str) -> CalcError {
        CalcError::insufficient(self.path_of(key))
    }

    /// The value of a key or of another name for it; `null` is absent.
    pub(crate) fn value(&self, key: &str) -> Option<&'a Value> {
        let present = |name: &str| self.map.get(name).filter(|value| !value.is_null());
        present(key).or_else(|| {
            let field = self.fields.iter().find(|field| field.key == key)?;
            field.also.iter().find_map(|other| present(other))
        })
    }

    /// A number that has to be there.
    pub(crate) fn number(&self, key: &str) -> Read<f64> {
        self.maybe_number(key)?.ok_or_else(|| self.invalid(key))
    }

    /// A number that may be absent.
    pub(crate) fn maybe_number(&self, key: &str) -> Read<Option<f64>> {
        match self.value(key) {
            None => Ok(None),
            Some(value) => finite(value).map(Some).ok_or_else(|| self.invalid(key)),
        }
    }

    /// A number with a default.
    pub(crate) fn number_or(&self, key: &str, default: f64) -> Read<f64> {
        Ok(self.maybe_number(key)?.unwrap_or(default))
    }

    /// A number above 0.
    pub(crate) fn positive(&self, key: &str) -> Read<f64> {
        let number = self.number(key)?;
        if number > 0.0 { Ok(number) } else { Err(self.invalid(key)) }
    }

    /// A number above 0 with a default.
    pub(crate) fn positive_or(&self, key: &str, default: f64) -> Read<f64> {
        if self.value(key).is_some() { self.positive(key) } else { Ok(default) }
    }

    /// A number of at least 0.
    pub(crate) fn not_negative(&self, key: &str) -> Read<f64> {
        let number = self.number(key)?;
        if number >= 0.0 { Ok(number) } else { Err(self.invalid(key)) }
    }

    /// A number of at least 0 with a default.
    pub(crate) fn not_negative_or(&self, key: &str, default: f64) -> Read<f64> {
        if self.value(key).is_some() { self.not_negative(key) } else { Ok(default) }
    }

    /// A number from `low` to `high`; below 0 where `low` is not, it is invalid, else out of range.
    pub(crate) fn within(&self, key: &str, low: f64, high: f64) -> Read<f64> {
        self.inside(key, self.number(key)?, low, high)
    }

    /// As [`Args::within`], with a default.
    pub(crate) fn within_or(&self, key: &str, low: f64, high: f64, default: f64) -> Read<f64> {
        self.inside(key, self.number_or(key, default)?, low, high)
    }

    fn inside(&self, key: &str, number: f64, low: f64, high: f64) -> Read<f64> {
        if number < 0.0 && low >= 0.0 {
            Err(self.invalid(key))
        } else if number >= low && number <= high {
            Ok(number)
        } else {
            Err(self.out_of_range(key))
        }
    }

    /// A probability strictly between 0 and 1, with a default.
    pub(crate) fn probability_or(&self, key: &str, default: f64) -> Read<f64> {
        let number = self.number_or(key, default)?;
        if number > 0.0 && number < 1.0 { Ok(number) } else { Err(self.out_of_range(key)) }
    }

    /// A whole number of at least 0.
    pub(crate) fn count(&self, key: &str) -> Read<u64> {
        whole(self.number(key)?).ok_or_else(|| self.invalid(key))
    }

    /// A whole number with a default.
    pub(crate) fn count_or(&self, key: &str, default: u64) -> Read<u64> {
        if self.value(key).is_some() { self.count(key) } else { Ok(default) }
    }

    /// A whole number from `low` to `high`.
    pub(crate) fn whole_within(&self, key: &str, low: u64, high: u64) -> Read<usize> {
        let number = self.count(key)?;
        if (low..=high).contains(&number) {
            usize::try_from(number).map_err(|_| self.out_of_range(key))
        } else {
            Err(self.out_of_range(key))
        }
    }

    /// As [`Args::whole_within`], with a default.
    pub(crate) fn whole_within_or(&self, key: &str, low: u64, high: u64, default: usize) -> Read<usize> {
        if self.value(key).is_some() { self.whole_within(key, low, high) } else { Ok(default) }
    }

    /// A yes or no; absent is no.
    pub(crate) fn flag(&self, key: &str) -> Read<bool> {
        self.flag_or(key, false)
    }

    /// A yes or no with a default.
    pub(crate) fn flag_or(&self, key: &str, default: bool) -> Read<bool> {
        match self.value(key) {
            None => Ok(default),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(self.invalid(key)),
        }
    }

    /// A word; a number counts as its digits (editions).
    pub(crate) fn word(&self, key: &str) -> Read<String> {
        match self.value(key) {
            Some(Value::String(word)) => Ok(word.trim().to_owned()),
            Some(Value::Number(number)) => Ok(number.to_string()),
            _ => Err(self.invalid(key)),
        }
    }

    /// One of the given words.
    pub(crate) fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Read<T> {
        let word = self.word(key)?;
        let found = choices.iter().find(|(name, _)| name.eq_ignore_ascii_case(&word));
        found.map(|(_, choice)| *choice).ok_or_else(|| self.invalid(key))
    }

    /// One of the given words, with a default.
    pub(crate) fn choice_or<T: Copy>(&self, key: &str, choices: &[(&str, T)], default: T) -> Read<T> {
        if self.value(key).is_some() { self.choice(key, choices) } else { Ok(default) }
    }

    /// The elements of a list, which must not be empty.
    pub(crate) fn array(&self, key: &str) -> Read<&'a [Value]> {
        match self.value(key) {
            Some(Value::Array(items)) if items.is_empty() => Err(self.insufficient(key)),
            Some(Value::Array(items)) => Ok(items),
            _ => Err(self.invalid(key)),
        }
    }

    /// A list of objects, which must not be empty.
    pub(crate) fn items(&self, key: &str) -> Read<Vec<Args<'a>>> {
        let fields = self.fields.iter().find(|field| field.key == key).map_or(&[][..], |f| f.items);
        let each = |(index, item): (usize, &'a Value)| match item {
            Value::Object(map) => Ok(Args { map, fields, path: format!("{}.{index}", self.path_of(key)) }),
            _ => Err(CalcError::invalid(format!("{}.{index}", self.path_of(key)))),
        };
        self.array(key)?.iter().enumerate().map(each).collect()
    }

    /// A list of numbers, which must not be empty.
    pub(crate) fn numbers(&self, key: &str) -> Read<Vec<f64>> {
        let each = |(index, item): (usize, &Value)| {
            finite(item).ok_or_else(|| CalcError::invalid(format!("{}.{index}", self.path_of(key))))
        };
        self.array(key)?.iter().enumerate().map(each).collect()
    }

    /// A list of whole numbers of at least 0.
    pub(crate) fn counts(&self, key: &str) -> Read<Vec<f64>> {
        let numbers = self.numbers(key)?;
        match numbers.iter().position(|number| whole(*number).is_none()) {
            Some(index) => Err(CalcError::invalid(format!("{}.{index}", self.path_of(key)))),
            None => Ok(numbers),
        }
    }
}

fn finite(value: &Value) -> Option<f64> {
    value.as_f64().filter(|number| number.is_finite())
}

/// A whole number of at least 0 that a float holds exactly.
fn whole(number: f64) -> Option<u64> {
    let fits = number >= 0.0 && number.fract() == 0.0 && number <= 9.0e15;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked in the line above")]
    fits.then_some(number as u64)
}
