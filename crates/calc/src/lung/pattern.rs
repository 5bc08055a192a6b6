//! `spiro.pattern`: what a set of z scores looks like.

use super::LLN_Z;
use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::Status,
};

/// Pattern of a spirogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// Nothing below the limit.
    Normal,
    /// FEV1/FVC low.
    Obstruction,
    /// FVC low; needs lung volumes.
    PossibleRestriction,
    /// Both low; needs lung volumes.
    PossibleMixed,
}

/// How severe an abnormal pattern is, by z of FEV1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// FEV1 itself is normal.
    None,
    /// Above −2.5.
    Mild,
    /// −4 to −2.5.
    Moderate,
    /// Below −4.
    Severe,
}

/// The pattern by z of FEV1/FVC and of FVC; −1.645 itself is normal. Source: ATS/ERS 2021.
///
/// # Example
/// ```
/// use zhijian_calc::lung::{Pattern, pattern};
/// assert_eq!(pattern(-2.0, -1.0), Pattern::Obstruction);
/// ```
#[must_use]
pub fn pattern(z_ratio: f64, z_fvc: f64) -> Pattern {
    match (z_ratio < LLN_Z, z_fvc < LLN_Z) {
        (false, false) => Pattern::Normal,
        (true, false) => Pattern::Obstruction,
        (false, true) => Pattern::PossibleRestriction,
        (true, true) => Pattern::PossibleMixed,
    }
}

/// Severity of an abnormal pattern by z of FEV1. Source: ATS/ERS 2021.
#[must_use]
pub fn severity(z_fev1: f64) -> Severity {
    match z_fev1 {
        z if z >= LLN_Z => Severity::None,
        z if z > -2.5 => Severity::Mild,
        z if z >= -4.0 => Severity::Moderate,
        _ => Severity::Severe,
    }
}

pub(crate) static PATTERN: Calculator = Calculator {
    id: "spiro.pattern",
    title: "通气功能类型与程度",
    inputs: &[
        Field::required("z_ratio", "", "FEV1/FVC 的 z"),
        Field::required("z_fvc", "", "FVC 的 z"),
        Field::required("z_fev1", "", "FEV1 的 z"),
    ],
    outputs: &[
        Field::required("pattern", "", "normal、obstruction、possible_restriction、possible_mixed"),
        Field::required("severity", "", "none、mild、moderate、severe"),
    ],
    formula: "z < −1.645 为低；程度：> −2.5 轻、≥ −4 中、< −4 重",
    source: "ATS/ERS 2021",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let pattern = pattern(args.number("z_ratio")?, args.number("z_fvc")?);
    let severity = severity(args.number("z_fev1")?);
    let word = match pattern {
        Pattern::Normal => "normal",
        Pattern::Obstruction => "obstruction",
        Pattern::PossibleRestriction => "possible_restriction",
        Pattern::PossibleMixed => "possible_mixed",
    };
    let severity = match severity {
        _ if pattern == Pattern::Normal => "none",
        Severity::None => "none",
        Severity::Mild => "mild",
        Severity::Moderate => "moderate",
        Severity::Severe => "severe",
    };
    Ok(Answer::new().with("pattern", word).with("severity", severity))
}
