//! `noise.lex8h` and `noise.lexw`: a shift and a week in one figure.

use super::{energy, level_of};
use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    stats::count,
    tables::Status,
    units::{DbA, Hours},
    workplace::{NoiseSegment, lex_8h},
};

/// Energy mean of levels: `10·lg(mean 10^(0.1·L))`. −∞ for an empty list.
#[must_use]
pub fn energy_mean(levels: &[f64]) -> f64 {
    level_of(levels.iter().map(|level| energy(*level)).sum::<f64>() / count(levels))
}

/// Level of a 40 h week: `L_EX,W = 10·lg((1/5)·Σ 10^(0.1·L_EX,8h))` over the days worked.
///
/// The divisor is 5 for any number of days. Use it when the week has not 5 days. Source: GBZ/T 189.8-2007.
///
/// # Example
/// ```
/// use zhijian_calc::{noise::week_level, units::DbA};
/// let week = [87.0, 85.0, 90.0, 84.0, 86.0].map(DbA);
/// assert_eq!(format!("{:.2}", week_level(&week).0), "86.93");
/// ```
#[must_use]
pub fn week_level(days: &[DbA]) -> DbA {
    DbA(level_of(days.iter().map(|day| energy(day.0)).sum::<f64>() / 5.0))
}

pub(crate) static LEX8H: Calculator = Calculator {
    id: "noise.lex8h",
    title: "8 h 等效声级 L_EX,8h",
    inputs: &[Field::list(
        "segments",
        "各时段",
        &[
            Field::required("laeq", "dB(A)", "等效声级").also(&["level"]),
            Field::required("hours", "h", "持续时间"),
        ],
    )],
    outputs: &[
        Field::required("laeq_te", "dB(A)", "接触时间内的等效声级"),
        Field::required("te_h", "h", "接触时间"),
        Field::required("lex_8h", "dB(A)", "规格化到 8 h 的等效声级"),
        Field::required("dose_pct", "%", "能量剂量（85 dB，3 dB 交换率）"),
    ],
    formula: "L_Aeq,Te = 10 lg(ΣT·10^(0.1L)/ΣT)；L_EX,8h = L_Aeq,Te + 10 lg(Te/8)",
    source: "GBZ/T 189.8-2007；GBZ 2.2-2007",
    status: Status::Firm,
    version: 1,
    run: run_lex8h,
};

fn run_lex8h(args: &Args<'_>) -> Result<Answer, CalcError> {
    let mut segments = Vec::new();
    for item in args.items("segments")? {
        let level = DbA(item.within("laeq", 0.0, 180.0)?);
        segments.push(NoiseSegment { level, lasts: Hours(item.positive("hours")?) });
    }
    let te: f64 = segments.iter().map(|segment| segment.lasts.0).sum();
    let lex = lex_8h(&segments).map_err(|_| args.out_of_range("segments"))?.0;
    Ok(Answer::new()
        .with("laeq_te", lex - 10.0 * (te / 8.0).log10())
        .with("te_h", te)
        .with("lex_8h", lex)
        .with("dose_pct", 100.0 * energy(lex - 85.0))
        .warn_if(te > 12.0, "overlong_shift"))
}

pub(crate) static LEXW: Calculator = Calculator {
    id: "noise.lexw",
    title: "40 h 等效声级 L_EX,W",
    inputs: &[Field::required("days", "dB(A)", "各工作日的 L_EX,8h").also(&[
        "lex_8h",
        "daily",
        "levels",
        "lex_8h_days",
        "lex8h",
    ])],
    outputs: &[Field::required("lex_w", "dB(A)", "规格化到每周 40 h 的等效声级")],
    formula: "L_EX,W = 10 lg((1/5)·Σ10^(0.1·L_EX,8h))",
    source: "GBZ/T 189.8-2007；GBZ 2.2-2007",
    status: Status::Firm,
    version: 1,
    run: run_lexw,
};

fn run_lexw(args: &Args<'_>) -> Result<Answer, CalcError> {
    let days = args.numbers("days")?;
    if days.len() > 7 || days.iter().any(|day| *day > 180.0) {
        return Err(args.out_of_range("days"));
    }
    if days.iter().any(|day| *day < 0.0) {
        return Err(args.invalid("days"));
    }
    let days: Vec<DbA> = days.into_iter().map(DbA).collect();
    Ok(Answer::new().with("lex_w", week_level(&days).0))
}
