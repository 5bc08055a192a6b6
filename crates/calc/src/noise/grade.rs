//! `noise.impulse` and `noise.grade`: limits of impulses, grades of noise work.

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::Status,
};

/// Impulses of a working day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Impulse {
    /// How many.
    pub n: u64,
    /// Peak level, dB.
    pub peak: f64,
}

/// Peak limit by number of impulses a day: ≤ 100 → 140, ≤ 1000 → 130, ≤ 10 000 → 120 dB; `None` for more (steady
/// noise) or none. Source: GBZ 2.2-2007 table 10.
#[must_use]
pub const fn impulse_limit(n: u64) -> Option<f64> {
    match n {
        0 => None,
        1..=100 => Some(140.0),
        101..=1000 => Some(130.0),
        1001..=10_000 => Some(120.0),
        _ => None,
    }
}

/// Grade by margin over the limit: 0 below it, then a grade for every 2.5 dB up to 4. Status `verify`.
///
/// Source: GBZ/T 229.4-2012.
#[must_use]
pub fn impulse_margin_level(margin: f64) -> u8 {
    match margin {
        m if m < 0.0 => 0,
        m if m < 2.5 => 1,
        m if m < 5.0 => 2,
        m if m < 7.5 => 3,
        _ => 4,
    }
}

/// Grade of noise work by L_EX,8h or L_EX,W: below 85 → 0, from 85 → 1, 90 → 2, 95 → 3, 100 → 4.
///
/// The print leaves 94–95 open; it is taken as 2, and the flag says so. Source: GBZ/T 229.4-2012, status `print`.
#[must_use]
pub fn noise_grade(lex: f64) -> (u8, bool) {
    match lex {
        l if l < 85.0 => (0, false),
        l if l < 90.0 => (1, false),
        l if l < 94.0 => (2, false),
        l if l < 95.0 => (2, true),
        l if l < 100.0 => (3, false),
        _ => (4, false),
    }
}

pub(crate) static IMPULSE: Calculator = Calculator {
    id: "noise.impulse",
    title: "脉冲噪声",
    inputs: &[
        Field::required("n", "", "工作日脉冲次数").also(&["impulses", "count"]),
        Field::required("peak", "dB", "声压级峰值").also(&["peak_db", "lpeak"]),
    ],
    outputs: &[
        Field::required("limit", "dB", "限值"),
        Field::required("complies", "", "是否不超过限值"),
        Field::required("level", "", "作业分级 0–4"),
    ],
    formula: "n ≤ 100：140；≤ 1000：130；≤ 10000：120 dB；超出每 2.5 dB 一级",
    source: "GBZ 2.2-2007 表 10；GBZ/T 229.4-2012",
    status: Status::Verify,
    version: 1,
    run: run_impulse,
};

fn run_impulse(args: &Args<'_>) -> Result<Answer, CalcError> {
    let n = args.count("n")?;
    if n == 0 {
        return Err(args.invalid("n"));
    }
    let limit = impulse_limit(n).ok_or_else(|| args.out_of_range("n"))?;
    let peak = args.within("peak", 0.0, 220.0)?;
    Ok(Answer::new()
        .with("limit", limit)
        .with("complies", peak <= limit)
        .with("level", impulse_margin_level(peak - limit))
        .warn("table_unverified"))
}

pub(crate) static GRADE: Calculator = Calculator {
    id: "noise.grade",
    title: "噪声作业分级",
    inputs: &[
        Field::required("lex", "dB(A)", "L_EX,8h 或 L_EX,W").also(&["lex_8h", "lex_w", "level", "laeq"])
    ],
    outputs: &[Field::required("level", "", "0–4：未达、轻度、中度、重度、极重")],
    formula: "< 85：0；85–< 90：1；90–< 94：2；95–< 100：3；≥ 100：4；94–95 原文缺，按 2",
    source: "GBZ/T 229.4-2012",
    status: Status::Print,
    version: 1,
    run: run_grade,
};

fn run_grade(args: &Args<'_>) -> Result<Answer, CalcError> {
    let (level, in_gap) = noise_grade(args.within("lex", 0.0, 180.0)?);
    Ok(Answer::new().with("level", level).warn_if(in_gap, "print_gap"))
}
