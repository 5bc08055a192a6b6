//! `air.twa`: the eight-hour average of a shift. The arithmetic is [`crate::workplace::twa8_with`].
//!
//! Below detection this calculator counts half by default, an estimate for describing exposure. Judging compliance follows the
//! regulation (GBZ 331-2024 appendix G): the limit of detection itself, `nd_rule: "lod"` here and the default of
//! [`crate::workplace::twa8`], [`crate::workplace::judge_sample`] and everything else that gives a verdict.

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::Status,
    units::Hours,
    workplace::{NdRule, Reading, Segment, twa8_with},
};

pub(crate) static TWA: Calculator = Calculator {
    id: "air.twa",
    title: "8 h 时间加权平均浓度 C_TWA",
    inputs: &[
        Field::list(
            "samples",
            "各时段的样品",
            &[
                Field::optional("c", "mg/m3", "浓度；空表示低于检出限"),
                Field::required("t_min", "min", "代表时间"),
                Field::optional("lod", "mg/m3", "检出限；c 为空时必填"),
            ],
        ),
        Field::optional(
            "nd_rule",
            "",
            "低于检出限的取值：half（默认）、sqrt2、zero、lod；判定合格与否按 GBZ 331 用 lod",
        ),
        Field::optional("shift_min", "min", "班次时长；采样不足其 80 % 时提示"),
    ],
    outputs: &[
        Field::required("c_twa", "mg/m3", "8 h 时间加权平均浓度"),
        Field::required("total_min", "min", "采样代表总时间"),
    ],
    formula: "C_TWA = Σ(C·T) / (8·60)",
    source: "GBZ 2.1-2019 附录 A；GBZ 159-2004",
    status: Status::Firm,
    version: 1,
    run,
};

const DAY_MIN: f64 = 24.0 * 60.0;

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let rules =
        [("half", NdRule::Half), ("sqrt2", NdRule::Sqrt2), ("zero", NdRule::Zero), ("lod", NdRule::Lod)];
    let rule = args.choice_or("nd_rule", &rules, NdRule::Half)?;
    let mut segments = Vec::new();
    for sample in args.items("samples")? {
        let reading = match sample.maybe_number("c")? {
            Some(c) if c >= 0.0 => Reading::Measured(c),
            Some(_) => return Err(sample.invalid("c")),
            None => Reading::Below(sample.positive("lod")?),
        };
        segments.push(Segment { reading, lasts: Hours(sample.positive("t_min")? / 60.0) });
    }
    let total_min = segments.iter().map(|segment| segment.lasts.0).sum::<f64>() * 60.0;
    if total_min > DAY_MIN + 1e-6 {
        return Err(args.out_of_range("samples"));
    }
    let shift_min = if args.value("shift_min").is_some() { args.positive("shift_min")? } else { 0.0 };
    let below = segments.iter().filter(|segment| matches!(segment.reading, Reading::Below(_))).count();
    let mean = twa8_with(&segments, rule).map_err(|_| args.invalid("samples"))?;
    Ok(Answer::new()
        .with("c_twa", mean.0)
        .with("total_min", total_min)
        .warn_if(total_min < 0.8 * shift_min, "small_sample")
        .warn_if(2 * below > segments.len(), "high_censoring")
        .warn_if(total_min > 12.0 * 60.0 + 1e-6, "overlong_shift"))
}
