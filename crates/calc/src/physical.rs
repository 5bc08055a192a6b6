//! Ultraviolet of welding arcs and power-frequency fields.
//!
//! Sources: GBZ 2.2-2007, GBZ/T 189.6-2007 (ultraviolet), GBZ/T 189.3-2018 (power frequency).

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::Status,
};

/// Calculators of physical agents beyond the handbook's.
pub(crate) const CALCULATORS: &[&Calculator] = &[&UV, &POWER_FREQUENCY];

/// Effective irradiance of a mixed-wave welding arc: `0.00011·E_A + 0.64·E_B + 0.5·E_C`, µW/cm².
#[must_use]
pub fn effective_ultraviolet(a: f64, b: f64, c: f64) -> f64 {
    0.000_11 * a + 0.64 * b + 0.5 * c
}

/// Field strength of a day brought to eight hours: `√(Σ E²T / 8)`.
#[must_use]
pub fn eight_hour_field(segments: &[(f64, f64)]) -> f64 {
    (segments.iter().map(|(field, hours)| field * field * hours).sum::<f64>() / 8.0).sqrt()
}

static UV: Calculator = Calculator {
    id: "phys.uv_effective",
    title: "电焊弧光紫外有效辐照度",
    inputs: &[
        Field::required("uva", "μW/cm2", "长波紫外线辐照度"),
        Field::required("uvb", "μW/cm2", "中波紫外线辐照度"),
        Field::required("uvc", "μW/cm2", "短波紫外线辐照度"),
    ],
    outputs: &[
        Field::required("effective", "μW/cm2", "有效辐照度"),
        Field::required("complies", "", "是否不超过 8 h 限值 0.24"),
    ],
    formula: "E_eff = 0.00011·E_A + 0.64·E_B + 0.5·E_C",
    source: "GBZ/T 189.6-2007；GBZ 2.2-2007 表 7",
    status: Status::Firm,
    version: 1,
    run: run_uv,
};

fn run_uv(args: &Args<'_>) -> Result<Answer, CalcError> {
    let (a, b, c) = (args.not_negative("uva")?, args.not_negative("uvb")?, args.not_negative("uvc")?);
    let effective = effective_ultraviolet(a, b, c);
    Ok(Answer::new().with("effective", effective).with("complies", effective <= 0.24 * (1.0 + 1e-9)))
}

static POWER_FREQUENCY: Calculator = Calculator {
    id: "phys.power_frequency",
    title: "工频电场 8 h 场强",
    inputs: &[Field::list(
        "segments",
        "各时段",
        &[Field::required("field", "kV/m", "电场强度"), Field::required("hours", "h", "时间")],
    )],
    outputs: &[Field::required("e8", "kV/m", "8 h 场强")],
    formula: "E8 = √(Σ E²T / 8)",
    source: "GBZ/T 189.3-2018",
    status: Status::Verify,
    version: 1,
    run: run_power_frequency,
};

fn run_power_frequency(args: &Args<'_>) -> Result<Answer, CalcError> {
    let mut segments = Vec::new();
    for item in args.items("segments")? {
        segments.push((item.not_negative("field")?, item.positive("hours")?));
    }
    if segments.iter().map(|segment| segment.1).sum::<f64>() > 24.0 + 1e-9 {
        return Err(args.out_of_range("segments"));
    }
    Ok(Answer::new().with("e8", eight_hour_field(&segments)).warn("table_unverified"))
}
