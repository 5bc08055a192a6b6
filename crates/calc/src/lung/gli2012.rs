//! `spiro.gli2012`: predicted lung function, lower limit of normal, z score.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::{
    hearing::{SEXES, Sex},
    registry::{Answer, Args, CalcError, Calculator, Field, Out},
    stats::Z95,
    tables::{self, Status, text},
};

/// The three indices of the reference equations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Index {
    /// Litres in the first second.
    #[serde(rename = "FEV1")]
    Fev1,
    /// Forced vital capacity, litres.
    #[serde(rename = "FVC")]
    Fvc,
    /// FEV1/FVC, a fraction.
    #[serde(rename = "FEV1FVC")]
    Ratio,
}

/// Reference population.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ethnicity {
    /// Europe and its descendants.
    Caucasian,
    /// African American.
    AfricanAmerican,
    /// North China, Korea.
    NorthEastAsian,
    /// China south of the Qinling–Huaihe line, Taiwan, Hong Kong.
    SouthEastAsian,
    /// Other and mixed.
    Other,
}

/// The person tested.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Person {
    /// Sex.
    pub sex: Sex,
    /// Age in decimal years, 3–95.
    pub age: f64,
    /// Height, cm.
    pub height_cm: f64,
    /// Reference population.
    pub ethnicity: Ethnicity,
}

/// Age outside 3–95 years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LungError {
    /// Age outside the equations.
    #[error("the age is outside 3 to 95 years")]
    Age,
}

/// The distribution of an index for a person: median M, coefficient of variation S, skewness L.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reference {
    /// Median, the predicted value.
    pub m: f64,
    /// Coefficient of variation.
    pub s: f64,
    /// Skewness.
    pub l: f64,
}

impl Reference {
    /// z score: `((x/M)^L − 1)/(L·S)`.
    #[must_use]
    pub fn z(&self, measured: f64) -> f64 {
        let ratio = measured / self.m;
        if self.l.abs() < 1e-9 { ratio.ln() / self.s } else { (ratio.powf(self.l) - 1.0) / (self.l * self.s) }
    }

    /// Lower limit of normal, the fifth percentile: `M·(1 − 1.6449·L·S)^(1/L)`.
    #[must_use]
    pub fn lln(&self) -> f64 {
        if self.l.abs() < 1e-9 {
            self.m * (-Z95 * self.s).exp()
        } else {
            self.m * (1.0 - Z95 * self.l * self.s).powf(1.0 / self.l)
        }
    }

    /// Percent of predicted, which the Chinese rules of compensation (GB/T 16180) still use.
    #[must_use]
    pub fn percent(&self, measured: f64) -> f64 {
        100.0 * measured / self.m
    }
}

#[derive(Debug, Deserialize)]
struct Coefficients {
    sex: Sex,
    index: Index,
    m_intercept: f64,
    m_ln_height_cm: f64,
    m_ln_age: f64,
    m_african_american: f64,
    m_ne_asian: f64,
    m_se_asian: f64,
    m_other_mixed: f64,
    s_intercept: f64,
    s_ln_age: f64,
    s_african_american: f64,
    s_ne_asian: f64,
    s_se_asian: f64,
    s_other_mixed: f64,
    l_intercept: f64,
    l_ln_age: f64,
}

#[derive(Debug, Deserialize)]
struct Spline {
    sex: Sex,
    index: Index,
    age: f64,
    l_spline: f64,
    m_spline: f64,
    s_spline: f64,
}

static COEFFICIENTS: LazyLock<Vec<Coefficients>> = LazyLock::new(|| tables::rows(text::GLI2012_COEFFICIENTS));
/// Splines by sex and index, each by rising age.
static SPLINES: LazyLock<Vec<Spline>> = LazyLock::new(|| tables::rows(text::GLI2012_SPLINES));

/// The distribution of an index in healthy people of the same sex, age, height and population.
///
/// `M = exp(a₀ + a₁·ln h + a₂·ln age + population + spline(age))`, S and L likewise; splines linear between rows of a
/// quarter of a year. Source: GLI-2012, Quanjer et al., Eur Respir J 2012;40:1324.
///
/// # Errors
/// [`LungError::Age`] outside 3–95 years.
///
/// # Example
/// ```
/// use zhijian_calc::{hearing::Sex, lung::{Ethnicity, Index, Person, reference}};
/// let man = Person { sex: Sex::Male, age: 45.2, height_cm: 172.0, ethnicity: Ethnicity::NorthEastAsian };
/// assert_eq!(format!("{:.3}", reference(man, Index::Fev1)?.m), "3.653");
/// # Ok::<(), zhijian_calc::lung::LungError>(())
/// ```
pub fn reference(person: Person, index: Index) -> Result<Reference, LungError> {
    let row = COEFFICIENTS.iter().find(|row| row.sex == person.sex && row.index == index);
    let (Some(row), true) = (row, (3.0..=95.0).contains(&person.age)) else {
        return Err(LungError::Age);
    };
    let (l_spline, m_spline, s_spline) = spline(person, index).ok_or(LungError::Age)?;
    let (m_population, s_population) = match person.ethnicity {
        Ethnicity::Caucasian => (0.0, 0.0),
        Ethnicity::AfricanAmerican => (row.m_african_american, row.s_african_american),
        Ethnicity::NorthEastAsian => (row.m_ne_asian, row.s_ne_asian),
        Ethnicity::SouthEastAsian => (row.m_se_asian, row.s_se_asian),
        Ethnicity::Other => (row.m_other_mixed, row.s_other_mixed),
    };
    let (ln_age, ln_height) = (person.age.ln(), person.height_cm.ln());
    let ln_m =
        row.m_intercept + row.m_ln_height_cm * ln_height + row.m_ln_age * ln_age + m_population + m_spline;
    let ln_s = row.s_intercept + row.s_ln_age * ln_age + s_population + s_spline;
    Ok(Reference { m: ln_m.exp(), s: ln_s.exp(), l: row.l_intercept + row.l_ln_age * ln_age + l_spline })
}

/// L, M and S splines at an age.
fn spline(person: Person, index: Index) -> Option<(f64, f64, f64)> {
    let mine = |row: &&Spline| row.sex == person.sex && row.index == index;
    let below = SPLINES.iter().filter(mine).rfind(|row| row.age <= person.age)?;
    let above = SPLINES.iter().filter(mine).find(|row| row.age >= person.age)?;
    let part = if above.age > below.age { (person.age - below.age) / (above.age - below.age) } else { 0.0 };
    let between = |a: f64, b: f64| a + part * (b - a);
    Some((
        between(below.l_spline, above.l_spline),
        between(below.m_spline, above.m_spline),
        between(below.s_spline, above.s_spline),
    ))
}

const ETHNICITIES: [(&str, Ethnicity); 5] = [
    ("caucasian", Ethnicity::Caucasian),
    ("african_american", Ethnicity::AfricanAmerican),
    ("ne_asian", Ethnicity::NorthEastAsian),
    ("se_asian", Ethnicity::SouthEastAsian),
    ("other_mixed", Ethnicity::Other),
];

pub(crate) static GLI2012: Calculator = Calculator {
    id: "spiro.gli2012",
    title: "肺功能 GLI-2012",
    inputs: &[
        Field::required("sex", "", "male 或 female"),
        Field::required("age", "a", "年龄（小数），3–95"),
        Field::required("height_cm", "cm", "身高"),
        Field::required(
            "ethnicity",
            "",
            "caucasian、african_american、ne_asian（中国北方）、se_asian（秦岭—淮河以南）、other_mixed",
        ),
        Field::required("fev1", "L", "FEV1 实测"),
        Field::required("fvc", "L", "FVC 实测"),
    ],
    outputs: &[
        Field::required("fev1", "", "pred、lln、z、pct_pred"),
        Field::required("fvc", "", "pred、lln、z、pct_pred"),
        Field::required("ratio", "", "FEV1/FVC 的 pred、lln、z、pct_pred"),
    ],
    formula: "M、S、L 由身高、年龄、人群及样条得；z = ((x/M)^L−1)/(L·S)；LLN = M(1−1.645·L·S)^(1/L)",
    source: "GLI-2012（Quanjer et al. 2012）",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let person = Person {
        sex: args.choice("sex", &SEXES)?,
        age: args.within("age", 3.0, 95.0)?,
        height_cm: height(args)?,
        ethnicity: args.choice("ethnicity", &ETHNICITIES)?,
    };
    let (fev1, fvc) = (args.positive("fev1")?, args.positive("fvc")?);
    if fev1 > fvc {
        return Err(args.invalid("fev1"));
    }
    let of = |index, measured: f64| {
        let found = reference(person, index).map_err(|_| args.out_of_range("age"))?;
        let values = [
            ("pred", found.m),
            ("lln", found.lln()),
            ("z", found.z(measured)),
            ("pct_pred", found.percent(measured)),
        ];
        Ok(values.into_iter().collect::<Out>())
    };
    Ok(Answer::new()
        .with("fev1", of(Index::Fev1, fev1)?)
        .with("fvc", of(Index::Fvc, fvc)?)
        .with("ratio", of(Index::Ratio, fev1 / fvc)?))
}

/// A height of a person, cm; one in metres is an error of units.
fn height(args: &Args<'_>) -> Result<f64, CalcError> {
    let height = args.positive("height_cm")?;
    if (50.0..=250.0).contains(&height) { Ok(height) } else { Err(args.out_of_range("height_cm")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_ages_rise() {
        assert_eq!(COEFFICIENTS.len(), text::GLI2012_COEFFICIENTS.lines().count() - 1);
        assert_eq!(SPLINES.len(), text::GLI2012_SPLINES.lines().count() - 1);
        let same = |pair: &&[Spline]| pair[0].sex == pair[1].sex && pair[0].index == pair[1].index;
        assert!(SPLINES.windows(2).filter(same).all(|pair| pair[0].age < pair[1].age));
    }
}
