//! Embedded tables: every row carries its edition and how well its figures are confirmed.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use time::{Date, Month};

/// How well a figure or a formula is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The text of the standard and a second source, or an oracle run, agree.
    Firm,
    /// As printed, with a known oddity of the print.
    Print,
    /// From one transcription or from memory: to be compared with the standard before it is relied on.
    Verify,
}

impl Status {
    /// The word used in tables and on pages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Firm => "firm",
            Self::Print => "print",
            Self::Verify => "verify",
        }
    }
}

/// Reads an embedded CSV table with a header row.
///
/// The files are part of the build, so a row that does not fit is a defect of the build: it is left out here,
/// and the test `every_embedded_row_is_read` counts lines against rows for each table.
pub(crate) fn rows<T: DeserializeOwned>(text: &str) -> Vec<T> {
    csv::Reader::from_reader(text.as_bytes()).into_deserialize().filter_map(Result::ok).collect()
}

/// Reads `2026-02-01`.
pub(crate) fn iso_date(written: &str) -> Option<Date> {
    let mut parts = written.splitn(3, '-');
    let year = parts.next()?.parse().ok()?;
    let month = Month::try_from(parts.next()?.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(year, month, parts.next()?.parse().ok()?).ok()
}

/// Every embedded table by name, as CSV text with a header row; pages show them with their editions and status.
pub const FILES: &[(&str, &str)] = &[
    ("dose_limits", text::DOSE_LIMITS),
    ("factor_limits", text::FACTOR_LIMITS),
    ("gbz49_age_correction", text::GBZ49_AGE),
    ("gli2012_coefficients", text::GLI2012_COEFFICIENTS),
    ("gli2012_splines", text::GLI2012_SPLINES),
    ("heat_grade_2025", text::HEAT_GRADE_2025),
    ("heat_limits", text::HEAT_LIMITS),
    ("iso1999_nipts", text::ISO1999_NIPTS),
    ("iso7029_2000", text::ISO7029_2000),
    ("iso7029_2017", text::ISO7029_2017),
    ("iso7243_reference", text::ISO7243),
    ("iso9612_job_uncertainty", text::ISO9612_JOB),
    ("oel_chemical", text::OEL_CHEMICAL),
    ("oel_dust", text::OEL_DUST),
    ("oel_physical", text::OEL_PHYSICAL),
    ("owas", text::OWAS),
    ("reba_a", text::REBA_A),
    ("reba_b", text::REBA_B),
    ("reba_c", text::REBA_C),
    ("rnle_frequency", text::RNLE_FREQUENCY),
    ("rula_a", text::RULA_A),
    ("rula_b", text::RULA_B),
    ("rula_c", text::RULA_C),
];

/// The embedded files. Paths are relative to this source file, so the crate builds from any checkout.
pub(crate) mod text {
    pub(crate) const OEL_CHEMICAL: &str = include_str!("../../../definitions/rules/calc/oel_chemical.csv");
    pub(crate) const OEL_DUST: &str = include_str!("../../../definitions/rules/calc/oel_dust.csv");
    pub(crate) const FACTOR_LIMITS: &str = include_str!("../../../definitions/rules/calc/factor_limits.csv");
    pub(crate) const HEAT_LIMITS: &str = include_str!("../../../definitions/rules/calc/heat_limits.csv");
    pub(crate) const GBZ49_AGE: &str =
        include_str!("../../../definitions/rules/calc/gbz49_age_correction.csv");
    pub(crate) const ISO1999_NIPTS: &str = include_str!("../../../definitions/rules/calc/iso1999_nipts.csv");
    pub(crate) const ISO7029_2000: &str = include_str!("../../../definitions/rules/calc/iso7029_2000.csv");
    pub(crate) const ISO7029_2017: &str = include_str!("../../../definitions/rules/calc/iso7029_2017.csv");
    pub(crate) const ISO9612_JOB: &str =
        include_str!("../../../definitions/rules/calc/iso9612_job_uncertainty.csv");
    pub(crate) const HEAT_GRADE_2025: &str =
        include_str!("../../../definitions/rules/calc/heat_grade_2025.csv");
    pub(crate) const ISO7243: &str = include_str!("../../../definitions/rules/calc/iso7243_reference.csv");
    pub(crate) const GLI2012_COEFFICIENTS: &str =
        include_str!("../../../definitions/rules/calc/gli2012_coefficients.csv");
    pub(crate) const GLI2012_SPLINES: &str =
        include_str!("../../../definitions/rules/calc/gli2012_splines.csv");
    pub(crate) const RNLE_FREQUENCY: &str =
        include_str!("../../../definitions/rules/calc/rnle_frequency.csv");
    pub(crate) const REBA_A: &str = include_str!("../../../definitions/rules/calc/reba_a.csv");
    pub(crate) const REBA_B: &str = include_str!("../../../definitions/rules/calc/reba_b.csv");
    pub(crate) const REBA_C: &str = include_str!("../../../definitions/rules/calc/reba_c.csv");
    pub(crate) const RULA_A: &str = include_str!("../../../definitions/rules/calc/rula_a.csv");
    pub(crate) const RULA_B: &str = include_str!("../../../definitions/rules/calc/rula_b.csv");
    pub(crate) const RULA_C: &str = include_str!("../../../definitions/rules/calc/rula_c.csv");
    pub(crate) const OWAS: &str = include_str!("../../../definitions/rules/calc/owas.csv");
    pub(crate) const OEL_PHYSICAL: &str = include_str!("../../../definitions/rules/calc/oel_physical.csv");
    pub(crate) const DOSE_LIMITS: &str = include_str!("../../../definitions/rules/calc/dose_limits.csv");
}
