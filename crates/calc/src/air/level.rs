//! `air.silica_limit` and `air.exposure_level`: which silica limits apply, and how near to a limit an exposure is.

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::Status,
    workplace::band,
};

/// PC-TWA of silica dust, mg/m³.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SilicaLimits {
    /// Total dust.
    pub total: f64,
    /// Respirable dust.
    pub respirable: f64,
}

/// Limits of silica dust by free SiO₂, `None` below 10 % (then it is not silica dust and its own row applies).
///
/// Source: GBZ 2.1-2019 table 2, number 40; read from the limit table.
///
/// # Example
/// ```
/// use zhijian_calc::air::silica_limits;
/// assert_eq!(silica_limits(80.0).map(|l| (l.total, l.respirable)), Some((0.7, 0.3)));
/// assert_eq!(silica_limits(9.9), None);
/// ```
#[must_use]
pub fn silica_limits(free_sio2_pct: f64) -> Option<SilicaLimits> {
    let (total, respirable) = crate::workplace::silica_row(free_sio2_pct)?;
    Some(SilicaLimits { total, respirable })
}

pub(crate) static SILICA_LIMIT: Calculator = Calculator {
    id: "air.silica_limit",
    title: "矽尘 PC-TWA",
    inputs: &[Field::required("sio2_pct", "%", "游离 SiO₂ 含量")],
    outputs: &[
        Field::required("applicable", "", "是否按矽尘判定（≥ 10 %）"),
        Field::required("total", "mg/m3", "总尘 PC-TWA"),
        Field::required("respirable", "mg/m3", "呼尘 PC-TWA"),
    ],
    formula: "10–50 %：1/0.7；>50–80 %：0.7/0.3；>80 %：0.5/0.2 mg/m³",
    source: "GBZ 2.1-2019 表 2",
    status: Status::Firm,
    version: 1,
    run: silica_limit,
};

fn silica_limit(args: &Args<'_>) -> Result<Answer, CalcError> {
    let limits = silica_limits(args.within("sio2_pct", 0.0, 100.0)?);
    Ok(Answer::new()
        .with("applicable", limits.is_some())
        .with("total", limits.map(|l| l.total))
        .with("respirable", limits.map(|l| l.respirable)))
}

pub(crate) static EXPOSURE_LEVEL: Calculator = Calculator {
    id: "air.exposure_level",
    title: "接触水平分级",
    inputs: &[
        Field::required("exposure", "mg/m3", "接触浓度").also(&["c"]),
        Field::required("limit", "mg/m3", "限值").also(&["oel"]),
    ],
    outputs: &[
        Field::required("ratio", "", "接触浓度 / 限值"),
        Field::required("level", "", "0–4，即 0、Ⅰ、Ⅱ、Ⅲ、Ⅳ"),
        Field::required("above_action_level", "", "是否超过行动水平（限值的一半）"),
    ],
    formula: "≤ 1 %：0；≤ 10 %：Ⅰ；≤ 50 %：Ⅱ；≤ 100 %：Ⅲ；> 100 %：Ⅳ",
    source: "GBZ 2.1-2019 表 5",
    status: Status::Firm,
    version: 1,
    run: exposure_level,
};

fn exposure_level(args: &Args<'_>) -> Result<Answer, CalcError> {
    let ratio = args.not_negative("exposure")? / args.positive("limit")?;
    let level = band(ratio).number();
    Ok(Answer::new().with("ratio", ratio).with("level", level).with("above_action_level", level >= 3))
}
