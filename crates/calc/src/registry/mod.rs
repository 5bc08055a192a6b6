//! Every calculator by id: what it takes, what it gives, where it comes from, and one way to run it.
//!
//! Pages, reports, the API and the batch command all go through [`run`]; the typed functions of the area modules
//! do the work.

mod answer;
mod args;
mod batch;
mod guide;

pub(crate) use answer::Out;
pub use answer::{Answer, CalcError, Code};
pub(crate) use args::Args;
pub use batch::batch_line;
pub use guide::{Bounds, FAMILIES, Family, Form, Guide, Meaning, Plot, Tone};

use serde::Serialize;
use serde_json::Value;

use crate::tables::Status;

/// One input or output.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Field {
    /// JSON key.
    pub key: &'static str,
    /// Unit, empty where there is none.
    pub unit: &'static str,
    /// What it is, in Chinese.
    pub meaning: &'static str,
    /// Whether it has to be given.
    pub required: bool,
    /// Other keys taken for the same thing.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub also: &'static [&'static str],
    /// The keys of each element, where the field is a list of objects.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub items: &'static [Field],
}

impl Field {
    /// A field that has to be given.
    pub(crate) const fn required(key: &'static str, unit: &'static str, meaning: &'static str) -> Self {
        Self { key, unit, meaning, required: true, also: &[], items: &[] }
    }

    /// A field that may be left out.
    pub(crate) const fn optional(key: &'static str, unit: &'static str, meaning: &'static str) -> Self {
        Self { required: false, ..Self::required(key, unit, meaning) }
    }

    /// A list of objects.
    pub(crate) const fn list(key: &'static str, meaning: &'static str, items: &'static [Self]) -> Self {
        Self { items, ..Self::required(key, "", meaning) }
    }

    /// Other keys that mean the same.
    pub(crate) const fn also(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }

    fn is_called(&self, key: &str) -> bool {
        self.key == key || self.also.contains(&key)
    }
}

/// A calculator: its contract and its function.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Calculator {
    /// Id such as `air.twa`.
    pub id: &'static str,
    /// Title in Chinese.
    pub title: &'static str,
    /// What it takes.
    pub inputs: &'static [Field],
    /// What it gives.
    pub outputs: &'static [Field],
    /// The formula as text.
    pub formula: &'static str,
    /// Standard or paper, with its edition.
    pub source: &'static str,
    /// How well formula and figures are confirmed.
    pub status: Status,
    /// Goes up with every change of formula or table; results are stored with it.
    pub version: u32,
    #[serde(skip)]
    pub(crate) run: fn(&Args<'_>) -> Result<Answer, CalcError>,
}

/// All calculators, in the order of the handbook.
#[must_use]
pub fn list() -> &'static [Calculator] {
    &ALL
}

/// The calculator with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Calculator> {
    list().iter().find(|calculator| calculator.id == id)
}

/// Runs a calculator on a JSON object of inputs.
///
/// JSON `null` is an absent value. A key that the calculator does not know is refused, so a misspelt option cannot
/// silently fall back to its default. Outputs are always finite.
///
/// # Errors
/// [`CalcError`] with a code and the field at fault; never a guessed number.
///
/// # Example
/// ```
/// use serde_json::json;
/// let day = json!({ "samples": [{ "c": 100, "t_min": 120 }, { "c": 40, "t_min": 180 }, { "c": 0, "t_min": 180 }] });
/// let answer = zhijian_calc::registry::run("air.twa", &day)?;
/// assert_eq!(answer.outputs["c_twa"], 40.0);
/// # Ok::<(), zhijian_calc::registry::CalcError>(())
/// ```
pub fn run(id: &str, inputs: &Value) -> Result<Answer, CalcError> {
    let calculator = find(id).ok_or(CalcError { code: Code::UnknownCalculator, field: None })?;
    let args = Args::checked(inputs, calculator.inputs)?;
    let answer = (calculator.run)(&args)?;
    match answer.not_finite {
        Some(key) => Err(CalcError::out_of_range(key)),
        None => Ok(answer),
    }
}

const PARTS: &[&[&Calculator]] = &[
    crate::air::CALCULATORS,
    crate::stats::CALCULATORS,
    crate::noise::CALCULATORS,
    crate::hearing::CALCULATORS,
    crate::heat::CALCULATORS,
    crate::vibration::CALCULATORS,
    crate::grading::CALCULATORS,
    crate::dose::CALCULATORS,
    crate::lung::CALCULATORS,
    crate::ergonomics::CALCULATORS,
    crate::psychosocial::CALCULATORS,
    crate::epi::CALCULATORS,
    crate::risk::CALCULATORS,
    crate::physical::CALCULATORS,
];

const COUNT: usize = {
    let (mut part, mut sum) = (0, 0);
    while part < PARTS.len() {
        sum += PARTS[part].len();
        part += 1;
    }
    sum
};

static ALL: [Calculator; COUNT] = {
    let mut all = [*PARTS[0][0]; COUNT];
    let (mut part, mut at) = (0, 0);
    while part < PARTS.len() {
        let mut own = 0;
        while own < PARTS[part].len() {
            all[at] = *PARTS[part][own];
            own += 1;
            at += 1;
        }
        part += 1;
    }
    all
};
