//! Hearing: shifts with age, shifts with age and noise, noise deafness, threshold shift between two tests.
//!
//! Sources: GBZ 49-2014, GB/T 7582-2004 (= ISO 7029:2000), ISO 7029:2017, ISO 1999:2013, 29 CFR 1910.95.

mod gbz49;
mod iso7029;
mod sts;

pub use gbz49::{Audiogram, Deafness, Grade, correction as age_correction, noise_deafness};
pub use iso7029::{Edition, HearingError, age_shift, age_shift_at, combined};
pub use sts::{SpeechThresholds, standard_threshold_shift};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::registry::{Args, CalcError, Calculator, Code};

/// The calculators of C8–C10.
pub(crate) const CALCULATORS: &[&Calculator] =
    &[&iso7029::ISO7029, &iso7029::HTLAN, &gbz49::GBZ49, &sts::STS];

/// Sex, as the tables of hearing and lung function know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sex {
    /// 男
    Male,
    /// 女
    Female,
}

pub(crate) const SEXES: [(&str, Sex); 8] = [
    ("male", Sex::Male),
    ("female", Sex::Female),
    ("m", Sex::Male),
    ("f", Sex::Female),
    ("男", Sex::Male),
    ("女", Sex::Female),
    ("1", Sex::Male),
    ("2", Sex::Female),
];

/// Thresholds at given frequencies, from an object by frequency or a list in order.
///
/// `">90"` is “no response at the limit of the audiometer”: it enters as the limit value, and the flag is raised.
pub(crate) fn thresholds<const N: usize>(
    args: &Args<'_>,
    key: &str,
    frequencies: [u32; N],
) -> Result<([f64; N], bool), CalcError> {
    let mut no_response = false;
    let mut values = [0.0; N];
    for (place, frequency) in frequencies.into_iter().enumerate() {
        let path = format!("{}.{frequency}", args.path_of(key));
        let value = match args.value(key) {
            Some(Value::Object(map)) => {
                if let Some(other) = map.keys().find(|key| key.parse::<u32>().is_err()) {
                    let field = Some(format!("{}.{other}", args.path_of(key)));
                    return Err(CalcError { code: Code::UnknownKey, field });
                }
                map.get(&frequency.to_string())
            }
            Some(Value::Array(list)) if list.len() <= N => list.get(place),
            None => return Err(args.insufficient(key)),
            Some(_) => return Err(args.invalid(key)),
        };
        values[place] = match value {
            None | Some(Value::Null) => return Err(CalcError::insufficient(path)),
            Some(Value::String(text)) => {
                no_response = true;
                let limit = text.trim().strip_prefix(['>', '＞']).and_then(|limit| limit.trim().parse().ok());
                limit.ok_or_else(|| CalcError::invalid(path.clone()))?
            }
            Some(other) => other.as_f64().ok_or_else(|| CalcError::invalid(path.clone()))?,
        };
        if !(-30.0..=150.0).contains(&values[place]) {
            return Err(CalcError::out_of_range(path));
        }
    }
    Ok((values, no_response))
}
