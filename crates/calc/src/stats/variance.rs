//! `stats.variance_components`: how much results differ between and within workers.

use super::{count, mean};
use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::Status,
};

/// Variance components of a one-way random-effects model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Components {
    /// Between groups, σ²_b, at least 0.
    pub between: f64,
    /// Within groups, σ²_w.
    pub within: f64,
    /// Whether the estimate between groups was negative and was set to 0.
    pub truncated: bool,
}

impl Components {
    /// Intraclass correlation σ²_b/(σ²_b + σ²_w); `None` when nothing varies.
    #[must_use]
    pub fn icc(&self) -> Option<f64> {
        let all = self.between + self.within;
        (all > 0.0).then(|| self.between / all)
    }
}

/// ANOVA estimates: `σ²_w = MSW`, `σ²_b = max(0, (MSB − MSW)/n₀)`, `n₀ = (N − Σn²/N)/(k − 1)`.
///
/// `None` for fewer than two groups, an empty group, or no group with two values.
/// Source: Rappaport 1991; Searle, Casella & McCulloch 1992.
#[must_use]
pub fn variance_components(groups: &[Vec<f64>]) -> Option<Components> {
    let k = count(groups);
    let all: f64 = groups.iter().map(|g| count(g)).sum();
    if k < 2.0 || all <= k || groups.iter().any(Vec::is_empty) {
        return None;
    }
    let grand = groups.iter().flatten().sum::<f64>() / all;
    let (mut between, mut within, mut squares) = (0.0, 0.0, 0.0);
    for group in groups {
        let (n, centre) = (count(group), mean(group));
        between += n * (centre - grand).powi(2);
        within += group.iter().map(|x| (x - centre).powi(2)).sum::<f64>();
        squares += n * n;
    }
    let within = within / (all - k);
    let n0 = (all - squares / all) / (k - 1.0);
    let estimate = (between / (k - 1.0) - within) / n0;
    Some(Components { between: estimate.max(0.0), within, truncated: estimate < 0.0 })
}

pub(crate) static VARIANCE_COMPONENTS: Calculator = Calculator {
    id: "stats.variance_components",
    title: "组间、组内方差分量",
    inputs: &[
        Field::required("groups", "", "各组的测定值，如 [[5,8,6],[12,15,10]]"),
        Field::optional("log", "", "是否取对数，默认是"),
    ],
    outputs: &[
        Field::required("var_between", "", "组间方差 σ²_b"),
        Field::required("var_within", "", "组内方差 σ²_w"),
        Field::required("icc", "", "组内相关系数"),
        Field::required("r95_between", "", "e^(3.92σ_b)，取对数时"),
        Field::required("r95_within", "", "e^(3.92σ_w)，取对数时"),
        Field::required("truncated", "", "组间估计为负而取 0"),
    ],
    formula: "σ²_w = MSW；σ²_b = max(0, (MSB−MSW)/n₀)；n₀ = (N−Σn²/N)/(k−1)",
    source: "Rappaport 1991",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let log = args.flag_or("log", true)?;
    let mut groups = Vec::new();
    for (index, group) in args.array("groups")?.iter().enumerate() {
        let path = format!("{}.{index}", args.path_of("groups"));
        let serde_json::Value::Array(values) = group else {
            return Err(CalcError::invalid(path));
        };
        let mut numbers = Vec::new();
        for value in values {
            match value.as_f64() {
                Some(x) if log && x > 0.0 => numbers.push(x.ln()),
                Some(x) if !log && x.is_finite() => numbers.push(x),
                _ => return Err(CalcError::invalid(path)),
            }
        }
        groups.push(numbers);
    }
    let found = variance_components(&groups).ok_or_else(|| args.insufficient("groups"))?;
    let ratio = |variance: f64| log.then(|| (3.92 * variance.sqrt()).exp());
    Ok(Answer::new()
        .with("var_between", found.between)
        .with("var_within", found.within)
        .with("icc", found.icc())
        .with("r95_between", ratio(found.between))
        .with("r95_within", ratio(found.within))
        .with("truncated", found.truncated))
}
