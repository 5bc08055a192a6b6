//! `epi.cusum`: cumulative sum of a Poisson count.

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::Status,
};

/// Cumulative sums `S_t = max(0, S_{t−1} + (y_t − m)/√m − k)`, not reset after an alarm.
///
/// Source: Rossi et al. 1999; the defaults of the calculator are k 1.04 and h 2.26.
#[must_use]
pub fn poisson_cusum(counts: &[f64], expected: f64, k: f64) -> Vec<f64> {
    let mut sum = 0.0;
    let step = |count: &f64| {
        sum = f64::max(0.0, sum + (count - expected) / expected.sqrt() - k);
        sum
    };
    counts.iter().map(step).collect()
}

pub(crate) static CUSUM: Calculator = Calculator {
    id: "epi.cusum",
    title: "累积和 CUSUM 预警",
    inputs: &[
        Field::required("counts", "", "自早至晚的计数").also(&["series", "data"]),
        Field::required("m", "", "每期期望数，> 0").also(&["expected"]),
        Field::optional("k", "", "参考值，默认 1.04"),
        Field::optional("h", "", "阈值，默认 2.26"),
    ],
    outputs: &[Field::required("cusum", "", "各期累积和"), Field::required("alarm", "", "各期是否 ≥ h")],
    formula: "z = (y−m)/√m；S = max(0, S+z−k)；S ≥ h 预警",
    source: "Rossi et al. 1999",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let counts = args.counts("counts")?;
    let (k, h) = (args.not_negative_or("k", 1.04)?, args.positive_or("h", 2.26)?);
    let sums = poisson_cusum(&counts, args.positive("m")?, k);
    let alarms: Vec<bool> = sums.iter().map(|sum| *sum >= h).collect();
    Ok(Answer::new().with("cusum", sums).with("alarm", alarms))
}
