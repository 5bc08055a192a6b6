//! `hearing.gbz49`: figures and grade of occupational noise deafness (职业性噪声聋).

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::{SEXES, Sex, thresholds};
use crate::{
    noise::FREQUENCIES,
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::{self, Status, text},
};

/// Air-conduction thresholds of one ear at 500, 1000, 2000, 3000, 4000, 6000 Hz, dB HL.
pub type Audiogram = [f64; 6];

#[derive(Debug, Deserialize)]
struct Row {
    sex: Sex,
    age_from: f64,
    f500: f64,
    f1000: f64,
    f2000: f64,
    f3000: f64,
    f4000: f64,
    f6000: f64,
}

static CORRECTION: LazyLock<Vec<Row>> = LazyLock::new(|| tables::rows(text::GBZ49_AGE));

/// Grade of noise deafness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// Below the limits.
    None,
    /// 轻度, better ear 26–40 dB.
    Mild,
    /// 中度, 41–55 dB.
    Moderate,
    /// 重度, 56 dB and more.
    Severe,
}

impl Grade {
    /// The word used in outputs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Mild => "mild",
            Self::Moderate => "moderate",
            Self::Severe => "severe",
        }
    }
}

/// The figures of GBZ 49, unrounded, and the grade they lead to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deafness {
    /// Mean of both ears at 3, 4 and 6 kHz.
    pub bhfta: f64,
    /// Weighted value of the left ear.
    pub mtmv_left: f64,
    /// Weighted value of the right ear.
    pub mtmv_right: f64,
    /// Grade from the rounded values.
    pub grade: Grade,
}

impl Deafness {
    /// The smaller weighted value.
    #[must_use]
    pub fn better_ear(&self) -> f64 {
        self.mtmv_left.min(self.mtmv_right)
    }
}

/// Figures and grade from two audiograms, age and sex.
///
/// Each threshold less its age correction (negative results stay); BHFTA = mean of both ears at 3, 4, 6 kHz;
/// `MTMV = mean(0.5, 1, 2 kHz)·0.9 + H(4 kHz)·0.1` per ear; both rounded half up to whole dB for judging.
/// Decision support: a diagnosis also needs three years of exposure, a sensorineural curve, the exclusion of other
/// causes, and a physician. Source: GBZ 49-2014, 4 and appendix A.
#[must_use]
pub fn noise_deafness(sex: Sex, age: f64, left: &Audiogram, right: &Audiogram) -> Deafness {
    let correction = correction(sex, age);
    let corrected = |ear: &Audiogram| {
        let mut ear = *ear;
        ear.iter_mut().zip(correction).for_each(|(threshold, by)| *threshold -= by);
        ear
    };
    let (left, right) = (corrected(left), corrected(right));
    let bhfta = left[3..].iter().chain(&right[3..]).sum::<f64>() / 6.0;
    let weighted = |ear: &Audiogram| (ear[0] + ear[1] + ear[2]) / 3.0 * 0.9 + ear[4] * 0.1;
    let (mtmv_left, mtmv_right) = (weighted(&left), weighted(&right));
    // the nudge keeps 40.5 out of binary sums at 40.5
    let whole = |value: f64| (value + 0.5 + 1e-9).floor();
    let grade = match whole(mtmv_left.min(mtmv_right)) {
        _ if whole(bhfta) < 40.0 => Grade::None,
        better if better >= 56.0 => Grade::Severe,
        better if better >= 41.0 => Grade::Moderate,
        better if better >= 26.0 => Grade::Mild,
        _ => Grade::None,
    };
    Deafness { bhfta, mtmv_left, mtmv_right, grade }
}

/// The age correction at the six frequencies, dB. Source: GBZ 49-2014 table A.1.
#[must_use]
pub fn correction(sex: Sex, age: f64) -> Audiogram {
    let row = CORRECTION
        .iter()
        .filter(|row| row.sex == sex && row.age_from <= age)
        .max_by(|a, b| a.age_from.total_cmp(&b.age_from));
    row.map_or([0.0; 6], |row| [row.f500, row.f1000, row.f2000, row.f3000, row.f4000, row.f6000])
}

pub(crate) static GBZ49: Calculator = Calculator {
    id: "hearing.gbz49",
    title: "职业性噪声聋计算",
    inputs: &[
        Field::required("sex", "", "male 或 female"),
        Field::required("age", "a", "年龄"),
        Field::required("left", "dB HL", "左耳气导 500–6000 Hz；\">90\" 表示最大输出无反应"),
        Field::required("right", "dB HL", "右耳气导 500–6000 Hz"),
    ],
    outputs: &[
        Field::required("bhfta", "dB", "双耳高频平均听阈"),
        Field::required("mtmv_left", "dB", "左耳听阈加权值"),
        Field::required("mtmv_right", "dB", "右耳听阈加权值"),
        Field::required("better_ear", "dB", "较好耳听阈加权值"),
        Field::required("grade", "", "none、mild、moderate、severe"),
    ],
    formula: "BHFTA = (L3k+L4k+L6k+R3k+R4k+R6k)/6；MTMV = (H500+H1k+H2k)/3·0.9+H4k·0.1；BHFTA ≥ 40 后按较好耳分级",
    source: "GBZ 49-2014",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let sex = args.choice("sex", &SEXES)?;
    let age = args.within("age", 0.0, 130.0)?;
    let (left, silent_left) = thresholds(args, "left", FREQUENCIES)?;
    let (right, silent_right) = thresholds(args, "right", FREQUENCIES)?;
    let found = noise_deafness(sex, age, &left, &right);
    Ok(Answer::new()
        .with("bhfta", found.bhfta)
        .with("mtmv_left", found.mtmv_left)
        .with("mtmv_right", found.mtmv_right)
        .with("better_ear", found.better_ear())
        .with("grade", found.grade.word())
        .warn_if(silent_left || silent_right, "no_response"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_follows_gbt_7582() {
        assert_eq!(CORRECTION.len(), text::GBZ49_AGE.lines().count() - 1);
        // the table is the 2000 median at the lower end of the age band, rounded
        use crate::hearing::{Edition, age_shift_at};
        for row in CORRECTION.iter().filter(|row| row.age_from >= 30.0) {
            for (place, frequency) in FREQUENCIES.into_iter().enumerate() {
                let median = age_shift_at(Edition::Y2000, row.sex, row.age_from, 0.5, frequency);
                let table = correction(row.sex, row.age_from)[place];
                assert_eq!(median.map(f64::round), Ok(table), "{:?} {} {frequency}", row.sex, row.age_from);
            }
        }
    }
}
