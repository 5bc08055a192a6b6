//! `epi.farrington`: outbreak detection by quasi-Poisson regression (1996 version).

use serde_json::Value;

use super::glm::{Data, Fit};
use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    special::{normal_quantile, student_two_sided},
    tables::Status,
};

/// Scale on which the limit is symmetrical.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Power {
    /// Counts to the power 2/3.
    #[default]
    TwoThirds,
    /// The counts themselves.
    None,
}

/// Settings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Farrington {
    /// Periods a year.
    pub freq: usize,
    /// Years back.
    pub b: usize,
    /// Periods on either side.
    pub w: usize,
    /// Two-sided error.
    pub alpha: f64,
    /// Whether a trend is tried.
    pub trend: bool,
    /// Whether past outbreaks are weighted down.
    pub reweight: bool,
    /// Scale of the limit.
    pub power: Power,
    /// Cases and periods: fewer cases than this in the last periods are never an alarm.
    pub limit54: (f64, usize),
}

/// The limit for the last value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// Upper limit; 0 where there were too few cases to judge.
    pub upper: f64,
    /// Whether the last value is above.
    pub alarm: bool,
    /// Whether the trend was kept.
    pub trend_used: bool,
}

/// Not enough past to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there are too few reference periods")]
pub struct FarringtonError;

/// Tests the last count against the same season of the years before.
///
/// Reference periods `t − freq·i ± w`; quasi-Poisson regression, φ at least 1; reweighting by Anscombe residuals above 1;
/// the trend is kept for b ≥ 3 if p < 0.05 and the prediction is no larger than any reference count.
/// `upper = (µ₀^(2/3) + z·√(4/9·µ₀^(1/3)·τ))^(3/2)`, `τ = φ + Var(µ̂₀)/µ₀`. Source: Farrington et al. 1996; agrees with
/// `algo.farrington` of the R package surveillance.
///
/// # Errors
/// [`FarringtonError`] when there are no more reference periods than coefficients.
pub fn farrington(counts: &[f64], settings: &Farrington) -> Result<Threshold, FarringtonError> {
    let last = counts.len().checked_sub(1).ok_or(FarringtonError)?;
    let (enough, periods) = settings.limit54;
    let recent: f64 = counts.iter().rev().take(periods).sum();
    let places = reference(last, settings);
    #[expect(clippy::cast_precision_loss, reason = "places in a series")]
    let times: Vec<f64> = places.iter().map(|place| *place as f64 - last as f64).collect();
    let past: Vec<f64> = places.iter().map(|place| counts[*place]).collect();
    if past.len() < 2 {
        return Err(FarringtonError);
    }
    if past.iter().all(|count| *count == 0.0) {
        let alarm = counts[last] > 0.0 && recent >= enough;
        return Ok(Threshold { upper: 0.0, alarm, trend_used: false });
    }
    let (fit, trend_used) = model(&times, &past, settings)?;
    if recent < enough {
        return Ok(Threshold { upper: 0.0, alarm: false, trend_used });
    }
    let (mean, log_variance) = fit.predict(0.0);
    let tau = fit.phi() + fit.phi() * log_variance * mean;
    let z = normal_quantile(1.0 - settings.alpha / 2.0);
    let upper = match settings.power {
        Power::TwoThirds => {
            let root = mean.cbrt().powi(2) + z * (4.0 / 9.0 * mean.cbrt() * tau).sqrt();
            root.max(0.0).powf(1.5)
        }
        Power::None => mean + z * (mean * tau).sqrt(),
    };
    Ok(Threshold { upper, alarm: counts[last] > upper, trend_used })
}

/// Places of the reference periods, oldest first.
fn reference(last: usize, settings: &Farrington) -> Vec<usize> {
    let mut places = Vec::new();
    for year in (1..=settings.b).rev() {
        let Some(low) = last.checked_add(settings.w).and_then(|p| p.checked_sub(settings.freq * year)) else {
            continue;
        };
        let from = low.saturating_sub(2 * settings.w);
        places.extend((from..=low).filter(|place| *place < last));
    }
    places
}

/// The model to predict with, and whether it has a trend.
fn model(times: &[f64], past: &[f64], settings: &Farrington) -> Result<(Fit, bool), FarringtonError> {
    if settings.trend
        && let Some(fit) = fit(times, past, true, settings.reweight)
    {
        let significant = student_two_sided(fit.trend_t(), fit.freedom) < 0.05;
        let highest = past.iter().copied().fold(0.0, f64::max);
        if settings.b >= 3 && significant && fit.predict(0.0).0 <= highest {
            return Ok((fit, true));
        }
    }
    fit(times, past, false, settings.reweight).map(|fit| (fit, false)).ok_or(FarringtonError)
}

fn fit(times: &[f64], counts: &[f64], trend: bool, reweight: bool) -> Option<Fit> {
    let ones = vec![1.0; counts.len()];
    let plain = Data { times, counts, weights: &ones };
    let first = Fit::new(&plain, trend)?;
    if !reweight {
        return Some(first);
    }
    // past outbreaks: the weight falls with the square of a residual above 1; weights add up to n
    let raw: Vec<f64> =
        first.anscombe(&plain).iter().map(|s| if *s > 1.0 { s.powi(-2) } else { 1.0 }).collect();
    let scale = crate::stats::count(&raw) / raw.iter().sum::<f64>();
    let weights: Vec<f64> = raw.iter().map(|w| w * scale).collect();
    Fit::new(&Data { times, counts, weights: &weights }, trend)
}

pub(crate) static FARRINGTON: Calculator = Calculator {
    id: "epi.farrington",
    title: "Farrington 预警",
    inputs: &[
        Field::required("counts", "", "自早至晚的计数，检验最后一个"),
        Field::required("freq", "", "每年期数（周 52）"),
        Field::required("b", "", "回溯年数"),
        Field::required("w", "", "前后期数"),
        Field::optional("alpha", "", "双侧 α，默认 0.01"),
        Field::optional("trend", "", "是否试用趋势，默认是"),
        Field::optional("reweight", "", "是否降低既往暴发的权重，默认是"),
        Field::optional("power", "", "\"2/3\"（默认）或 none"),
        Field::optional("limit54", "", "[例数, 期数]，默认 [5, 4]"),
    ],
    outputs: &[
        Field::required("upper", "", "上限；病例太少为 0"),
        Field::required("alarm", "", "是否预警"),
        Field::required("trend_used", "", "是否保留趋势"),
    ],
    formula: "准泊松回归；τ = φ + Var(µ̂₀)/µ₀；上限 = (µ₀^(2/3) + z·√(4/9·µ₀^(1/3)·τ))^(3/2)",
    source: "Farrington et al. 1996",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let counts = args.counts("counts")?;
    let settings = Farrington {
        freq: args.whole_within("freq", 1, 10_000)?,
        b: args.whole_within("b", 1, 100)?,
        w: args.whole_within("w", 0, 1000)?,
        alpha: args.probability_or("alpha", 0.01)?,
        trend: args.flag_or("trend", true)?,
        reweight: args.flag_or("reweight", true)?,
        power: args.choice_or(
            "power",
            &[("2/3", Power::TwoThirds), ("none", Power::None)],
            Power::TwoThirds,
        )?,
        limit54: limit54(args)?,
    };
    let found = farrington(&counts, &settings).map_err(|_| args.insufficient("counts"))?;
    Ok(Answer::new()
        .with("upper", found.upper)
        .with("alarm", found.alarm)
        .with("trend_used", found.trend_used))
}

fn limit54(args: &Args<'_>) -> Result<(f64, usize), CalcError> {
    let Some(Value::Array(_)) = args.value("limit54") else {
        return if args.value("limit54").is_none() { Ok((5.0, 4)) } else { Err(args.invalid("limit54")) };
    };
    match args.counts("limit54")?[..] {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number of at least 0"
        )]
        [cases, periods] => Ok((cases, periods as usize)),
        _ => Err(args.invalid("limit54")),
    }
}
