//! Hand-arm vibration.
//!
//! Sources: GBZ 2.2-2007, GBZ/T 189.9-2007, GB/T 14790.1 (= ISO 5349-1:2001), ISO 5349-2:2001, HSE L140.
//! GBZ/T 189.9 judges the dominant axis; ISO and the A(8) limits the total value: a record has to say which.

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::Status,
};

/// The calculators of section E.
pub(crate) const CALCULATORS: &[&Calculator] = &[&TOTAL_VALUE, &HAV, &TIME_TO, &VWF_YEARS];

/// Vibration total value of three axes, m/s²: `√(x² + y² + z²)`.
#[must_use]
pub fn total_value(x: f64, y: f64, z: f64) -> f64 {
    (x * x + y * y + z * z).sqrt()
}

/// Daily exposure over a reference time: `A(T₀) = √(Σ a²T / T₀)` of pairs of acceleration (m/s²) and hours.
///
/// With T₀ = 8 h the A(8) of ISO 5349, with 4 h the value GBZ 2.2-2007 limits to 5 m/s².
///
/// # Example: printed in ISO 5349-2 as 4.1
/// ```
/// use zhijian_calc::vibration::daily_exposure;
/// assert_eq!(format!("{:.1}", daily_exposure(&[(7.4, 2.5)], 8.0)), "4.1");
/// ```
#[must_use]
pub fn daily_exposure(operations: &[(f64, f64)], reference_hours: f64) -> f64 {
    (operations.iter().map(|(a, hours)| a * a * hours).sum::<f64>() / reference_hours).sqrt()
}

/// Exposure points of HSE: `Σ 2a²T`; 100 are 2.5, 400 are 5 m/s² A(8).
#[must_use]
pub fn points(operations: &[(f64, f64)]) -> f64 {
    operations.iter().map(|(a, hours)| 2.0 * a * a * hours).sum()
}

/// Hours until A(8) reaches a limit: `8·(limit/a)²`. More than 24 means never within a day.
#[must_use]
pub fn hours_to(limit: f64, a: f64) -> f64 {
    8.0 * (limit / a).powi(2)
}

/// Years until 10 % of a group have finger blanching: `31.8·A(8)^−1.06`. A group estimate, not a forecast for a person.
///
/// Source: ISO 5349-1:2001 annex C.
#[must_use]
pub fn blanching_years(a8: f64) -> f64 {
    31.8 * a8.powf(-1.06)
}

static TOTAL_VALUE: Calculator = Calculator {
    id: "vib.total_value",
    title: "手传振动总值",
    inputs: &[
        Field::required("x", "m/s2", "x 轴频率计权加速度").also(&["ax", "a_hwx"]),
        Field::required("y", "m/s2", "y 轴").also(&["ay", "a_hwy"]),
        Field::required("z", "m/s2", "z 轴").also(&["az", "a_hwz"]),
    ],
    outputs: &[
        Field::required("a_hv", "m/s2", "振动总值"),
        Field::required("dominant", "m/s2", "最大轴向的加速度（GBZ/T 189.9）"),
        Field::required("dominant_axis", "", "最大的轴"),
    ],
    formula: "a_hv = √(x²+y²+z²)",
    source: "GB/T 14790.1（ISO 5349-1:2001）；GBZ/T 189.9-2007",
    status: Status::Firm,
    version: 1,
    run: run_total_value,
};

fn run_total_value(args: &Args<'_>) -> Result<Answer, CalcError> {
    let axes =
        [("x", args.not_negative("x")?), ("y", args.not_negative("y")?), ("z", args.not_negative("z")?)];
    let largest = axes.iter().fold(axes[0], |best, axis| if axis.1 > best.1 { *axis } else { best });
    Ok(Answer::new()
        .with("a_hv", total_value(axes[0].1, axes[1].1, axes[2].1))
        .with("dominant", largest.1)
        .with("dominant_axis", largest.0))
}

static HAV: Calculator = Calculator {
    id: "vib.hav",
    title: "手传振动日接触量",
    inputs: &[Field::list(
        "operations",
        "各作业",
        &[
            Field::required("a_hw", "m/s2", "频率计权加速度").also(&["a", "a_hv"]),
            Field::required("hours", "h", "每日时间"),
        ],
    )],
    outputs: &[
        Field::required("a8", "m/s2", "A(8)"),
        Field::required("a4", "m/s2", "A(4)，GBZ 2.2 限值 5"),
        Field::required("points", "", "HSE 点数"),
    ],
    formula: "A(T₀) = √(Σa²T/T₀)；点数 = Σ2a²T",
    source: "ISO 5349-1:2001；GBZ 2.2-2007；HSE L140",
    status: Status::Firm,
    version: 1,
    run: run_hav,
};

fn run_hav(args: &Args<'_>) -> Result<Answer, CalcError> {
    let mut operations = Vec::new();
    for item in args.items("operations")? {
        operations.push((item.not_negative("a_hw")?, item.positive("hours")?));
    }
    if operations.iter().map(|operation| operation.1).sum::<f64>() > 24.0 + 1e-9 {
        return Err(args.out_of_range("operations"));
    }
    Ok(Answer::new()
        .with("a8", daily_exposure(&operations, 8.0))
        .with("a4", daily_exposure(&operations, 4.0))
        .with("points", points(&operations)))
}

static TIME_TO: Calculator = Calculator {
    id: "vib.time_to",
    title: "到达行动值和限值的时间",
    inputs: &[Field::required("a", "m/s2", "频率计权加速度").also(&["a_hw", "a_hv"])],
    outputs: &[
        Field::required("hours_to_2_5", "h", "A(8) 到 2.5 m/s²；大于 24 表示一日之内不会"),
        Field::required("hours_to_5", "h", "A(8) 到 5 m/s²"),
    ],
    formula: "T = 8·(限值/a)²",
    source: "2002/44/EC；HSE L140",
    status: Status::Firm,
    version: 1,
    run: run_time_to,
};

fn run_time_to(args: &Args<'_>) -> Result<Answer, CalcError> {
    let a = args.positive("a")?;
    Ok(Answer::new().with("hours_to_2_5", hours_to(2.5, a)).with("hours_to_5", hours_to(5.0, a)))
}

static VWF_YEARS: Calculator = Calculator {
    id: "vib.vwf_years",
    title: "10 % 人群出现白指的年限",
    inputs: &[Field::required("a8", "m/s2", "A(8)")],
    outputs: &[Field::required("years", "a", "年限（人群估计，不用于个人）")],
    formula: "D_y = 31.8·A(8)^−1.06",
    source: "ISO 5349-1:2001 附录 C",
    status: Status::Firm,
    version: 1,
    run: run_vwf_years,
};

fn run_vwf_years(args: &Args<'_>) -> Result<Answer, CalcError> {
    Ok(Answer::new().with("years", blanching_years(args.positive("a8")?)))
}
