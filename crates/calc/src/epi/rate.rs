//! `epi.rate_ci` and `epi.smr`: rates and standardised ratios with Poisson limits.

use super::CONFIDENCE;
use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    special::{normal_quantile, poisson_limits},
    tables::Status,
};

/// Exact limits of a count (Garwood): `χ²(α/2; 2x)/2` and `χ²(1−α/2; 2x+2)/2`.
#[must_use]
pub fn exact_limits(count: f64, confidence: f64) -> (f64, f64) {
    poisson_limits(count, confidence)
}

/// Byar's limits of a count: `x(1 − 1/9x − z/3√x)³` and, with y = x + 1, `y(1 − 1/9y + z/3√y)³`; 0 below when x = 0.
///
/// Some packages call a variant with x + 0.5 by this name; this is not that one.
///
/// # Example
/// ```
/// let (low, high) = zhijian_calc::epi::byar_limits(5.0, 0.95);
/// assert_eq!(format!("{low:.4} {high:.4}"), "1.6113 11.6682");
/// ```
#[must_use]
pub fn byar_limits(count: f64, confidence: f64) -> (f64, f64) {
    let z = normal_quantile(0.5 + confidence / 2.0);
    let cube = |x: f64, z: f64| x * (1.0 - 1.0 / (9.0 * x) + z / (3.0 * x.sqrt())).powi(3);
    let low = if count > 0.0 { cube(count, -z).max(0.0) } else { 0.0 };
    (low, cube(count + 1.0, z))
}

/// A count of cases, as a float.
fn cases(args: &Args<'_>, key: &str) -> Result<f64, CalcError> {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let cases = args.count(key)? as f64;
    // χ² of more degrees of freedom than this takes long and differs from Byar in no digit anybody prints
    if cases > 1e7 { Err(args.out_of_range(key)) } else { Ok(cases) }
}

pub(crate) static RATE_CI: Calculator = Calculator {
    id: "epi.rate_ci",
    title: "发病率及置信区间",
    inputs: &[
        Field::required("cases", "", "病例数"),
        Field::required("person_time", "人年", "观察人时"),
        Field::optional("per", "", "基数，默认 1"),
        CONFIDENCE,
    ],
    outputs: &[
        Field::required("rate", "", "率"),
        Field::required("exact", "", "精确区间 [下, 上]"),
        Field::required("byar", "", "Byar 区间 [下, 上]"),
    ],
    formula: "率 = 病例/人时·基数；精确：χ² 分位数/2；Byar：x(1−1/9x±z/(3√x))³",
    source: "Garwood 1936；Breslow & Day 1987",
    status: Status::Firm,
    version: 1,
    run: run_rate,
};

fn run_rate(args: &Args<'_>) -> Result<Answer, CalcError> {
    let cases = cases(args, "cases")?;
    let scale = args.positive_or("per", 1.0)? / args.positive("person_time")?;
    let confidence = args.probability_or("confidence", 0.95)?;
    let scaled = |(low, high): (f64, f64)| (low * scale, high * scale);
    Ok(Answer::new()
        .with("rate", cases * scale)
        .with("exact", scaled(exact_limits(cases, confidence)))
        .with("byar", scaled(byar_limits(cases, confidence))))
}

pub(crate) static SMR: Calculator = Calculator {
    id: "epi.smr",
    title: "标准化死亡（发病）比",
    inputs: &[
        Field::optional("observed", "", "实际数；给出 strata 时不填"),
        Field::optional("expected", "", "期望数；给出 strata 时不填"),
        Field {
            required: false,
            ..Field::list(
                "strata",
                "各层",
                &[
                    Field::required("cases", "", "实际数"),
                    Field::required("person_time", "人年", "人时"),
                    Field::required("ref_rate", "1/人年", "标准率"),
                ],
            )
        },
        CONFIDENCE,
    ],
    outputs: &[
        Field::required("smr", "", "比值"),
        Field::required("observed", "", "实际数"),
        Field::required("expected", "", "期望数"),
        Field::required("exact", "", "精确区间 [下, 上]"),
        Field::required("byar", "", "Byar 区间 [下, 上]"),
    ],
    formula: "SMR = 实际/期望；期望 = Σ 人时·标准率；区间 = 实际数的区间/期望",
    source: "Breslow & Day 1987",
    status: Status::Firm,
    version: 1,
    run: run_smr,
};

fn run_smr(args: &Args<'_>) -> Result<Answer, CalcError> {
    let (mut observed, mut expected) = (0.0, 0.0);
    if args.value("strata").is_some() {
        for stratum in args.items("strata")? {
            observed += cases(&stratum, "cases")?;
            expected += stratum.not_negative("person_time")? * stratum.not_negative("ref_rate")?;
        }
    } else {
        observed = cases(args, "observed")?;
        expected = args.number("expected")?;
    }
    if !(expected > 0.0 && expected.is_finite()) {
        return Err(args.invalid("expected"));
    }
    let confidence = args.probability_or("confidence", 0.95)?;
    let over = |(low, high): (f64, f64)| (low / expected, high / expected);
    Ok(Answer::new()
        .with("smr", observed / expected)
        .with("observed", observed)
        .with("expected", expected)
        .with("exact", over(exact_limits(observed, confidence)))
        .with("byar", over(byar_limits(observed, confidence))))
}
