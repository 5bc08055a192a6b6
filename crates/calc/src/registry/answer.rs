//! What a calculator gives back: outputs with warnings, or an error with a code and a field.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Outputs and warnings of a calculation.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Answer {
    /// Results by key.
    pub outputs: Map<String, Value>,
    /// Warnings; the result is given all the same.
    pub warnings: Vec<&'static str>,
    /// The first output that overflowed; [`super::run`] turns it into an error.
    #[serde(skip)]
    pub(crate) not_finite: Option<&'static str>,
}

impl Answer {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds an output.
    #[must_use]
    pub(crate) fn with(mut self, key: &'static str, value: impl Into<Out>) -> Self {
        let Out { value, finite } = value.into();
        if !finite {
            self.not_finite.get_or_insert(key);
        }
        self.outputs.insert(key.to_owned(), value);
        self
    }

    /// Adds a warning, once.
    #[must_use]
    pub(crate) fn warn(mut self, warning: &'static str) -> Self {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
        self
    }

    /// Adds a warning if `condition` holds.
    #[must_use]
    pub(crate) fn warn_if(self, condition: bool, warning: &'static str) -> Self {
        if condition { self.warn(warning) } else { self }
    }
}

/// An output value and whether all its numbers are finite.
pub(crate) struct Out {
    value: Value,
    finite: bool,
}

impl From<f64> for Out {
    fn from(number: f64) -> Self {
        // −0 reads oddly on a page and says nothing more than 0
        Self { value: Value::from(number + 0.0), finite: number.is_finite() }
    }
}

macro_rules! plain_outputs {
    ($($kind:ty),*) => {
        $(impl From<$kind> for Out {
            fn from(value: $kind) -> Self {
                Self { value: Value::from(value), finite: true }
            }
        })*
    };
}
plain_outputs!(bool, u8, u32, u64, usize, i64, &str, String);

impl<T: Into<Self>> From<Option<T>> for Out {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self { value: Value::Null, finite: true }, Into::into)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Out {
    fn from(values: Vec<T>) -> Self {
        let outs: Vec<Self> = values.into_iter().map(Into::into).collect();
        let finite = outs.iter().all(|out| out.finite);
        Self { value: Value::Array(outs.into_iter().map(|out| out.value).collect()), finite }
    }
}

/// A pair of limits.
impl From<(f64, f64)> for Out {
    fn from((low, high): (f64, f64)) -> Self {
        vec![low, high].into()
    }
}

impl std::fmt::Debug for Out {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.value.fmt(f)
    }
}

/// An object with numbers by key.
impl<K: ToString, T: Into<Self>> FromIterator<(K, T)> for Out {
    fn from_iter<I: IntoIterator<Item = (K, T)>>(pairs: I) -> Self {
        let mut finite = true;
        let mut map = Map::new();
        for (key, value) in pairs {
            let out: Self = value.into();
            finite &= out.finite;
            map.insert(key.to_string(), out.value);
        }
        Self { value: Value::Object(map), finite }
    }
}

/// Why there is no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Null, NaN or text where a number is needed; negative where impossible; a zero duration or limit.
    InvalidInput,
    /// A number outside the stated validity.
    OutOfRange,
    /// An empty list, too few values, a missing frequency.
    InsufficientData,
    /// No detected value.
    AllCensored,
    /// No such calculator.
    UnknownCalculator,
    /// A key this calculator does not know.
    UnknownKey,
}

impl Code {
    /// The code as it is written in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::OutOfRange => "out_of_range",
            Self::InsufficientData => "insufficient_data",
            Self::AllCensored => "all_censored",
            Self::UnknownCalculator => "unknown_calculator",
            Self::UnknownKey => "unknown_key",
        }
    }
}

/// An error with the field at fault, e.g. `samples.2.t_min`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{} ({})", .code.word(), .field.as_deref().unwrap_or("no field"))]
pub struct CalcError {
    /// What kind of error.
    pub code: Code,
    /// The field, where one can be named.
    pub field: Option<String>,
}

impl CalcError {
    pub(crate) fn invalid(field: impl Into<String>) -> Self {
        Self { code: Code::InvalidInput, field: Some(field.into()) }
    }

    pub(crate) fn out_of_range(field: impl Into<String>) -> Self {
        Self { code: Code::OutOfRange, field: Some(field.into()) }
    }

    pub(crate) fn insufficient(field: impl Into<String>) -> Self {
        Self { code: Code::InsufficientData, field: Some(field.into()) }
    }

    pub(crate) fn all_censored(field: impl Into<String>) -> Self {
        Self { code: Code::AllCensored, field: Some(field.into()) }
    }
}
