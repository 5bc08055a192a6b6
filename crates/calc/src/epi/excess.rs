//! `epi.excess`: more cases than expected (early-warning rule EW-14).

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    special::gamma_p,
    tables::Status,
};

/// P(X ≥ observed) of a Poisson count with this expectation.
///
/// # Example
/// ```
/// let p = zhijian_calc::epi::poisson_upper_tail(5.0, 1.0);
/// assert_eq!(format!("{p:.5}"), "0.00366");
/// ```
#[must_use]
pub fn poisson_upper_tail(observed: f64, expected: f64) -> f64 {
    if observed <= 0.0 { 1.0 } else { gamma_p(observed, expected) }
}

pub(crate) static EXCESS: Calculator = Calculator {
    id: "epi.excess",
    title: "超出期望（泊松上尾）",
    inputs: &[Field::required("observed", "", "实际数"), Field::required("expected", "", "期望数，> 0")],
    outputs: &[
        Field::required("p", "", "P(X ≥ 实际数)"),
        Field::required("level", "", "none；yellow：p < 0.01 且 ≥ 3 例；orange：p < 0.001"),
    ],
    formula: "p = P(X ≥ x)，X ~ Poisson(期望)",
    source: "本平台预警规则 EW-14",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let observed = args.count("observed")? as f64;
    let expected = args.positive("expected")?;
    if observed > 1e7 || expected > 1e7 {
        return Err(args.out_of_range(if observed > 1e7 { "observed" } else { "expected" }));
    }
    let p = poisson_upper_tail(observed, expected);
    let level = match p {
        p if p < 0.001 && observed >= 3.0 => "orange",
        p if p < 0.01 && observed >= 3.0 => "yellow",
        _ => "none",
    };
    Ok(Answer::new().with("p", p).with("level", level))
}
