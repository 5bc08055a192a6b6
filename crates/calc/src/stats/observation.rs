//! Measured values and values known only to lie below, above or between limits.

use serde_json::Value;

use crate::registry::{Args, CalcError};

/// One result as the laboratory gave it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Observation {
    /// A measured value.
    Exact(f64),
    /// Below a limit of detection, `<0.6`.
    Below(f64),
    /// Above the range of the method, `>200`.
    Above(f64),
    /// Between two values, `[40.1-90.2]`.
    Between(f64, f64),
}

/// A text that is none of `12.5`, `<0.6`, `>200`, `[40.1-90.2]` with values above 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a result: expected 12.5, <0.6, >200 or [40.1-90.2], above 0")]
pub struct ParseObservationError;

impl std::str::FromStr for Observation {
    type Err = ParseObservationError;

    fn from_str(token: &str) -> Result<Self, Self::Err> {
        let token = token.trim();
        let positive = |text: &str| match text.trim().parse::<f64>() {
            Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
            _ => Err(ParseObservationError),
        };
        if let Some(limit) = token.strip_prefix(['<', '＜', '﹤']) {
            return positive(limit).map(Self::Below);
        }
        if let Some(limit) = token.strip_prefix(['>', '＞']) {
            return positive(limit).map(Self::Above);
        }
        if let Some(pair) = token.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            // the dash after an exponent (1e-3) does not divide
            let dashes = pair.match_indices('-').map(|(at, _)| at);
            let split = |at: usize| Some((positive(&pair[..at]).ok()?, positive(&pair[at + 1..]).ok()?));
            return match dashes.filter_map(split).next() {
                Some((low, high)) if low < high => Ok(Self::Between(low, high)),
                _ => Err(ParseObservationError),
            };
        }
        positive(token).map(Self::Exact)
    }
}

impl Observation {
    /// The value, if it was measured.
    #[must_use]
    pub const fn exact(self) -> Option<f64> {
        match self {
            Self::Exact(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it is below a limit of detection.
    #[must_use]
    pub const fn is_non_detect(self) -> bool {
        matches!(self, Self::Below(_))
    }

    /// The same result in other units.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        match self {
            Self::Exact(x) => Self::Exact(x * factor),
            Self::Below(x) => Self::Below(x * factor),
            Self::Above(x) => Self::Above(x * factor),
            Self::Between(a, b) => Self::Between(a * factor, b * factor),
        }
    }
}

impl Args<'_> {
    /// A list of results, numbers or tokens; not empty, all above 0.
    pub(crate) fn observations(&self, key: &str) -> Result<Vec<Observation>, CalcError> {
        let read = |value: &Value| match value {
            Value::String(token) => token.parse().ok(),
            other => other.as_f64().filter(|x| *x > 0.0 && x.is_finite()).map(Observation::Exact),
        };
        let each = |(index, value)| {
            read(value).ok_or_else(|| CalcError::invalid(format!("{}.{index}", self.path_of(key))))
        };
        self.array(key)?.iter().enumerate().map(each).collect()
    }

    /// A list of measured values above 0; a censored token is refused.
    pub(crate) fn measured(&self, key: &str) -> Result<Vec<f64>, CalcError> {
        let each = |(index, observation): (usize, Observation)| {
            observation.exact().ok_or_else(|| CalcError::invalid(format!("{}.{index}", self.path_of(key))))
        };
        self.observations(key)?.into_iter().enumerate().map(each).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_read_as_laboratories_write_them() {
        let rows = [
            ("a value", "12.5", Some(Observation::Exact(12.5))),
            ("below detection", "<0.6", Some(Observation::Below(0.6))),
            ("full width, with a blank", "＜ 0.6", Some(Observation::Below(0.6))),
            ("over range", ">200", Some(Observation::Above(200.0))),
            ("an interval", "[40.1-90.2]", Some(Observation::Between(40.1, 90.2))),
            ("an interval with an exponent", "[1e-3-2e-3]", Some(Observation::Between(1e-3, 2e-3))),
            ("backwards", "[90-40]", None),
            ("zero has no logarithm", "0", None),
            ("negative", "-3", None),
            ("not a number", "NaN", None),
            ("infinite", "inf", None),
            ("nothing", "", None),
            ("below nothing", "<", None),
        ];
        for (why, token, expected) in rows {
            assert_eq!(token.parse().ok(), expected, "{why}");
        }
    }
}
