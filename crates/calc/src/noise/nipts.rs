//! `noise.nipts`: noise-induced permanent threshold shift to be expected (ISO 1999).

use std::sync::LazyLock;

use serde::Deserialize;

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    special::normal_quantile,
    tables::{self, Status, text},
};

/// The frequencies of ISO 1999, Hz.
pub const FREQUENCIES: [u32; 6] = [500, 1000, 2000, 3000, 4000, 6000];

/// Coefficients of one frequency.
#[derive(Debug, Deserialize)]
struct Row {
    freq_hz: u32,
    u: f64,
    v: f64,
    l0: f64,
    xu: f64,
    yu: f64,
    xl: f64,
    yl: f64,
}

static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| tables::rows(text::ISO1999_NIPTS));

/// What makes a question for NIPTS meaningless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NiptsError {
    /// Years of exposure not above 0.
    #[error("years of exposure must be above 0")]
    Years,
    /// Fractile not inside (0, 1).
    #[error("the fractile must be inside 0 to 1")]
    Fractile,
}

/// Permanent threshold shift at the six frequencies after `years` at `lex_8h`, dB.
///
/// `N50 = (u + v·lg t)·(L − L₀)²` for 10–40 years, before that `N50(10)·lg(t + 1)/lg 11`; spread
/// `d = (X + Y·lg t)·(L − L₀)²`. `fractile` is the share of people who hear equally well or better (the standard's
/// Q is the share who hear worse). Never below 0. Source: ISO 1999:2013, 6.3.
///
/// # Errors
/// [`NiptsError`] for years not above 0 or a fractile outside (0, 1).
///
/// # Example: printed in the standard for 90 dB and 20 years
/// ```
/// let shift = zhijian_calc::noise::nipts(90.0, 20.0, 0.5)?;
/// assert_eq!(shift.map(f64::round), [0.0, 0.0, 4.0, 10.0, 13.0, 8.0]);
/// # Ok::<(), zhijian_calc::noise::NiptsError>(())
/// ```
pub fn nipts(lex_8h: f64, years: f64, fractile: f64) -> Result<[f64; 6], NiptsError> {
    if !(years > 0.0 && years.is_finite()) {
        return Err(NiptsError::Years);
    }
    if !(fractile > 0.0 && fractile < 1.0) {
        return Err(NiptsError::Fractile);
    }
    let z = normal_quantile(fractile);
    let shift = |frequency: u32| {
        TABLE.iter().find(|row| row.freq_hz == frequency).map_or(f64::NAN, |row| row.shift(lex_8h, years, z))
    };
    Ok(FREQUENCIES.map(shift))
}

impl Row {
    fn shift(&self, level: f64, years: f64, z: f64) -> f64 {
        if level <= self.l0 {
            return 0.0;
        }
        let square = (level - self.l0).powi(2);
        let median = |t: f64| (self.u + self.v * t.log10()) * square;
        let n50 =
            if years < 10.0 { median(10.0) * (years + 1.0).log10() / 11f64.log10() } else { median(years) };
        let (x, y) = if z >= 0.0 { (self.xu, self.yu) } else { (self.xl, self.yl) };
        let spread = ((x + y * years.log10()) * square).max(0.0);
        (n50 + z * spread).max(0.0)
    }
}

pub(crate) const LEVEL: Field =
    Field::required("lex_8h", "dB(A)", "噪声 L_EX,8h").also(&["lex", "level", "laeq", "l"]);
pub(crate) const YEARS: Field =
    Field::required("years", "a", "接触年数").also(&["t", "t_years", "exposure_years"]);
pub(crate) const FRACTILE: Field =
    Field::optional("fractile", "", "听力不差于结果的人群比例，默认 0.5").also(&["q"]);

pub(crate) static NIPTS: Calculator = Calculator {
    id: "noise.nipts",
    title: "噪声性永久性阈移 NIPTS",
    inputs: &[LEVEL, YEARS, FRACTILE],
    outputs: &[Field::required("nipts", "dB", "各频率的永久性阈移")],
    formula: "N50 = (u+v·lg t)(L−L₀)²；t < 10：N50(10)·lg(t+1)/lg 11；N_q = N50 + z_q·d",
    source: "ISO 1999:2013",
    status: Status::Firm,
    version: 1,
    run,
};

/// The question read from inputs: level, years, fractile, and whether it is outside the standard's validity.
pub(crate) fn question(args: &Args<'_>) -> Result<(f64, f64, f64, bool), CalcError> {
    let level = args.within("lex_8h", 0.0, 180.0)?;
    let years = args.positive("years")?;
    let fractile = args.probability_or("fractile", 0.5)?;
    let outside = !(1.0..=40.0).contains(&years) || level > 100.0 || !(0.05..=0.95).contains(&fractile);
    Ok((level, years, fractile, outside))
}

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let (level, years, fractile, outside) = question(args)?;
    let shift = nipts(level, years, fractile).map_err(|_| args.out_of_range("years"))?;
    Ok(Answer::new()
        .with("nipts", FREQUENCIES.iter().zip(shift).collect::<crate::registry::Out>())
        .warn_if(outside, "extrapolated"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frequency_has_its_row() {
        assert_eq!(TABLE.iter().map(|row| row.freq_hz).collect::<Vec<_>>(), FREQUENCIES);
    }
}
