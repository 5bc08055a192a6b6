//! `air.stel` and `air.mac`: fifteen minutes, and single values.

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::Status,
    workplace::judge,
};

/// A concentration and the minutes it lasted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// mg/m³
    pub c: f64,
    /// min
    pub t_min: f64,
}

const WINDOW: f64 = 15.0;

/// The 15-minute value: of 15 minutes or less `Σ(C·t)/15`; of more the highest 15-minute running mean.
///
/// The samples follow each other in time, each constant over its duration. 0 for an empty list.
/// Source: GBZ 2.1-2019 (PC-STEL).
///
/// # Example
/// ```
/// use zhijian_calc::air::{Sample, short_term};
/// let quarter = [Sample { c: 200.0, t_min: 5.0 }, Sample { c: 50.0, t_min: 10.0 }];
/// assert_eq!(short_term(&quarter), 100.0);
/// ```
#[must_use]
pub fn short_term(samples: &[Sample]) -> f64 {
    let total: f64 = samples.iter().map(|s| s.t_min).sum();
    if total <= WINDOW {
        return samples.iter().map(|s| s.c * s.t_min).sum::<f64>() / WINDOW;
    }
    // the running mean of a step function peaks where the window begins or ends at a step
    let mut edge = 0.0;
    let mut edges = vec![0.0];
    for sample in samples {
        edge += sample.t_min;
        edges.push(edge);
    }
    edges
        .iter()
        .flat_map(|&edge| [edge, edge - WINDOW])
        .map(|start| mean_from(samples, start.clamp(0.0, total - WINDOW)))
        .fold(0.0, f64::max)
}

fn mean_from(samples: &[Sample], start: f64) -> f64 {
    let (mut from, mut sum) = (0.0, 0.0);
    for sample in samples {
        let to = from + sample.t_min;
        sum += sample.c * (to.min(start + WINDOW) - from.max(start)).max(0.0);
        from = to;
    }
    sum / WINDOW
}

pub(crate) static STEL: Calculator = Calculator {
    id: "air.stel",
    title: "短时间接触浓度 C_STE",
    inputs: &[
        Field::list(
            "samples",
            "按时间先后的样品",
            &[Field::required("c", "mg/m3", "浓度"), Field::required("t_min", "min", "持续时间")],
        ),
        Field::required("pc_stel", "mg/m3", "PC-STEL"),
    ],
    outputs: &[
        Field::required("c_ste", "mg/m3", "15 min 时间加权平均浓度"),
        Field::required("complies", "", "是否不超过 PC-STEL"),
    ],
    formula: "Σt ≤ 15 min：C_STE = Σ(C·t)/15；更长：取 15 min 滑动平均的最大值",
    source: "GBZ 2.1-2019",
    status: Status::Firm,
    version: 1,
    run: stel,
};

fn stel(args: &Args<'_>) -> Result<Answer, CalcError> {
    let mut samples = Vec::new();
    for item in args.items("samples")? {
        samples.push(Sample { c: item.not_negative("c")?, t_min: item.positive("t_min")? });
    }
    if samples.iter().map(|s| s.t_min).sum::<f64>() > 24.0 * 60.0 + 1e-6 {
        return Err(args.out_of_range("samples"));
    }
    let limit = args.positive("pc_stel")?;
    let c_ste = short_term(&samples);
    let verdict = judge(c_ste, limit).map_err(|_| args.out_of_range("samples"))?;
    Ok(Answer::new().with("c_ste", c_ste).with("complies", verdict.passes))
}

pub(crate) static MAC: Calculator = Calculator {
    id: "air.mac",
    title: "最高容许浓度判定",
    inputs: &[
        Field::required("c_me", "mg/m3", "最高接触浓度 C_ME"),
        Field::required("mac", "mg/m3", "最高容许浓度 MAC"),
    ],
    outputs: &[Field::required("complies", "", "是否不超过 MAC"), Field::required("ratio", "", "C_ME / MAC")],
    formula: "C_ME ≤ MAC；不作平均",
    source: "GBZ 2.1-2019",
    status: Status::Firm,
    version: 1,
    run: mac,
};

fn mac(args: &Args<'_>) -> Result<Answer, CalcError> {
    let (value, limit) = (args.not_negative("c_me")?, args.positive("mac")?);
    let verdict = judge(value, limit).map_err(|_| args.invalid("c_me"))?;
    Ok(Answer::new().with("complies", verdict.passes).with("ratio", verdict.ratio))
}
