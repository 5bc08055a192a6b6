//! `hearing.iso7029` and `noise.htlan`: hearing with age, and with age and noise.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{SEXES, Sex};
use crate::{
    noise::{FREQUENCIES, nipts, nipts_question as question, nipts_question_fields as fields},
    registry::{Answer, Args, CalcError, Calculator, Field, Out},
    special::normal_quantile,
    tables::{self, Status, text},
};

/// Edition of ISO 7029.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// ISO 7029:2000 = GB/T 7582-2004, ages 18–70; GBZ 49-2014 corrects by it.
    Y2000,
    /// ISO 7029:2017, ages 18–80.
    Y2017,
}

impl Edition {
    /// Oldest age of the edition.
    #[must_use]
    pub const fn oldest(self) -> f64 {
        match self {
            Self::Y2000 => 70.0,
            Self::Y2017 => 80.0,
        }
    }
}

#[derive(Debug, Deserialize)]
struct Row2000 {
    sex: Sex,
    freq_hz: u32,
    alpha: f64,
    bu: f64,
    bl: f64,
}

/// A row of 2017 with the spread polynomials.
struct Row2017 {
    sex: Sex,
    freq_hz: u32,
    a: f64,
    b: f64,
    upper: [f64; 6],
    lower: [f64; 6],
}

type Row2017Text = (Sex, u32, f64, f64, [f64; 6], [f64; 6], String, String);

static TABLE_2000: LazyLock<Vec<Row2000>> = LazyLock::new(|| tables::rows(text::ISO7029_2000));
static TABLE_2017: LazyLock<Vec<Row2017>> = LazyLock::new(|| {
    let row =
        |(sex, freq_hz, a, b, upper, lower, ..): Row2017Text| Row2017 { sex, freq_hz, a, b, upper, lower };
    tables::rows::<Row2017Text>(text::ISO7029_2017).into_iter().map(row).collect()
});

/// What the standard does not cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HearingError {
    /// Age outside the edition.
    #[error("the age is outside the edition")]
    Age,
    /// Fractile not inside (0, 1).
    #[error("the fractile must be inside 0 to 1")]
    Fractile,
    /// No row for this frequency.
    #[error("the edition has no such frequency")]
    Frequency,
}

/// Shift of hearing from age 18, dB, by frequency of the edition.
///
/// 2000: `α(Y−18)²`, spread `b + 0.445·ΔH` above and `b + 0.356·ΔH` below the median. 2017: `a(Y−18)^b`, spread by
/// polynomials of fifth degree. `fractile` is the share who hear equally well or better.
///
/// # Errors
/// [`HearingError`] for an age or fractile outside.
///
/// # Example
/// ```
/// use zhijian_calc::hearing::{Edition, Sex, age_shift_at};
/// let shift = age_shift_at(Edition::Y2000, Sex::Male, 60.0, 0.5, 4000)?;
/// assert_eq!(format!("{shift:.2}"), "28.22");
/// # Ok::<(), zhijian_calc::hearing::HearingError>(())
/// ```
pub fn age_shift(
    edition: Edition,
    sex: Sex,
    age: f64,
    fractile: f64,
) -> Result<Vec<(u32, f64)>, HearingError> {
    if !(18.0..=edition.oldest()).contains(&age) {
        return Err(HearingError::Age);
    }
    if !(fractile > 0.0 && fractile < 1.0) {
        return Err(HearingError::Fractile);
    }
    let (z, y) = (normal_quantile(fractile), age - 18.0);
    let spread = |upper: f64, lower: f64| if z >= 0.0 { z * upper } else { z * lower };
    Ok(match edition {
        Edition::Y2000 => TABLE_2000
            .iter()
            .filter(|row| row.sex == sex)
            .map(|row| {
                let median = row.alpha * y * y;
                (row.freq_hz, median + spread(row.bu + 0.445 * median, row.bl + 0.356 * median))
            })
            .collect(),
        Edition::Y2017 => TABLE_2017
            .iter()
            .filter(|row| row.sex == sex)
            .map(|row| {
                let poly = |c: &[f64; 6]| c.iter().rev().fold(0.0, |sum, c| sum * y + c);
                (row.freq_hz, row.a * y.powf(row.b) + spread(poly(&row.upper), poly(&row.lower)))
            })
            .collect(),
    })
}

/// As [`age_shift`], for one frequency.
///
/// # Errors
/// As [`age_shift`]; [`HearingError::Frequency`] where the edition has no such row.
pub fn age_shift_at(
    edition: Edition,
    sex: Sex,
    age: f64,
    fractile: f64,
    frequency: u32,
) -> Result<f64, HearingError> {
    let all = age_shift(edition, sex, age, fractile)?;
    all.iter().find(|(hz, _)| *hz == frequency).map(|(_, shift)| *shift).ok_or(HearingError::Frequency)
}

/// Hearing with age and noise together: `H′ = H + N − H·N/120`. Source: ISO 1999:2013, 6.1.
#[must_use]
pub fn combined(age: f64, noise: f64) -> f64 {
    age + noise - age * noise / 120.0
}

const EDITIONS: [(&str, Edition); 4] = [
    ("iso7029_2000", Edition::Y2000),
    ("iso7029_2017", Edition::Y2017),
    ("2000", Edition::Y2000),
    ("2017", Edition::Y2017),
];
const SEX: Field = Field::required("sex", "", "male 或 female");
const AGE: Field = Field::required("age", "a", "年龄，18–70（2000 版）或 18–80（2017 版）");
const EDITION: Field = Field::optional("edition", "", "iso7029_2017（默认）或 iso7029_2000");

pub(crate) static ISO7029: Calculator = Calculator {
    id: "hearing.iso7029",
    title: "年龄相关的听阈偏移",
    inputs: &[SEX, AGE, fields::FRACTILE, EDITION],
    outputs: &[Field::required("htla", "dB", "各频率相对 18 岁的听阈偏移")],
    formula: "2000 版：α(Y−18)²；2017 版：a(Y−18)^b；分位数加 z_q·s",
    source: "ISO 7029:2000（GB/T 7582-2004）；ISO 7029:2017",
    status: Status::Verify,
    version: 1,
    run: run_iso7029,
};

/// Sex, age, edition and shift with age.
fn read(args: &Args<'_>, fractile: f64) -> Result<(Edition, Vec<(u32, f64)>), CalcError> {
    let sex = args.choice("sex", &SEXES)?;
    let age = args.not_negative("age")?;
    let edition = args.choice_or("edition", &EDITIONS, Edition::Y2017)?;
    let shift = age_shift(edition, sex, age, fractile).map_err(|_| args.out_of_range("age"))?;
    Ok((edition, shift))
}

fn warned(answer: Answer, edition: Edition, fractile: f64) -> Answer {
    answer
        .warn_if(edition == Edition::Y2000, "edition_superseded")
        .warn_if(edition == Edition::Y2017, "table_unverified")
        .warn_if(!(0.05..=0.95).contains(&fractile), "extrapolated")
}

fn run_iso7029(args: &Args<'_>) -> Result<Answer, CalcError> {
    let fractile = args.probability_or("fractile", 0.5)?;
    let (edition, shift) = read(args, fractile)?;
    Ok(warned(Answer::new().with("htla", shift.into_iter().collect::<Out>()), edition, fractile))
}

pub(crate) static HTLAN: Calculator = Calculator {
    id: "noise.htlan",
    title: "年龄与噪声共同的听阈 HTLAN",
    inputs: &[SEX, AGE, fields::LEVEL, fields::YEARS, fields::FRACTILE, EDITION],
    outputs: &[
        Field::required("htla", "dB", "年龄相关部分 H"),
        Field::required("nipts", "dB", "噪声相关部分 N"),
        Field::required("htlan", "dB", "合计 H′"),
    ],
    formula: "H′ = H + N − H·N/120，H、N 取同一分位数",
    source: "ISO 1999:2013；ISO 7029",
    status: Status::Verify,
    version: 1,
    run: run_htlan,
};

fn run_htlan(args: &Args<'_>) -> Result<Answer, CalcError> {
    let (level, years, fractile, outside) = question(args)?;
    let (edition, with_age) = read(args, fractile)?;
    let noise = nipts(level, years, fractile).map_err(|_| args.out_of_range("years"))?;
    let age = |hz: &u32| with_age.iter().find(|(at, _)| at == hz).map_or(f64::NAN, |(_, shift)| *shift);
    let of = |value: &dyn Fn(usize, &u32) -> f64| {
        FREQUENCIES.iter().enumerate().map(|(i, hz)| (hz, value(i, hz))).collect::<Out>()
    };
    let answer = Answer::new()
        .with("htla", of(&|_, hz| age(hz)))
        .with("nipts", of(&|i, _| noise[i]))
        .with("htlan", of(&|i, hz| combined(age(hz), noise[i])))
        .warn_if(outside, "extrapolated");
    Ok(warned(answer, edition, fractile))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        assert_eq!(TABLE_2000.len(), text::ISO7029_2000.lines().count() - 1);
        assert_eq!(TABLE_2017.len(), text::ISO7029_2017.lines().count() - 1);
    }
}
