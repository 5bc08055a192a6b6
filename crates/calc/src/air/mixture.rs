//! `air.mixture`: substances with like effect on the same target, judged together.

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::Status,
    workplace::judge,
};

/// The additive index `Σ C/L` of pairs of concentration and limit; up to 1 complies.
///
/// Only for substances that act alike on the same target. Limits reduced for long shifts may be used.
/// Source: GBZ 2.1-2019 (混合接触); 29 CFR 1910.1000(d).
///
/// # Example: the vector printed in the standard
/// ```
/// use zhijian_calc::air::additive_index;
/// let acetone_cyclohexanone_butanone = [(120.0, 300.0), (10.0, 50.0), (100.0, 300.0)];
/// assert_eq!(format!("{:.2}", additive_index(&acetone_cyclohexanone_butanone)), "0.93");
/// ```
#[must_use]
pub fn additive_index(pairs: &[(f64, f64)]) -> f64 {
    pairs.iter().map(|(c, limit)| c / limit).sum()
}

pub(crate) static MIXTURE: Calculator = Calculator {
    id: "air.mixture",
    title: "混合接触相加指数",
    inputs: &[Field::list(
        "components",
        "作用相似的各组分",
        &[
            Field::required("c", "mg/m3", "浓度").also(&["conc", "value"]),
            Field::required("limit", "mg/m3", "对应的限值").also(&["l", "oel"]),
        ],
    )
    .also(&["items", "substances", "samples"])],
    outputs: &[Field::required("index", "", "Σ C/L"), Field::required("complies", "", "是否不大于 1")],
    formula: "I = Σ C_i / L_i ≤ 1",
    source: "GBZ 2.1-2019；29 CFR 1910.1000(d)",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let mut pairs = Vec::new();
    for item in args.items("components")? {
        pairs.push((item.not_negative("c")?, item.positive("limit")?));
    }
    let index = additive_index(&pairs);
    let verdict = judge(index, 1.0).map_err(|_| args.out_of_range("components"))?;
    Ok(Answer::new().with("index", index).with("complies", verdict.passes))
}
