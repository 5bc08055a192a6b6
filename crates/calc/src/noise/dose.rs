//! `noise.allowed_time`, `noise.dose`, `noise.dose_to_twa`: the language of dosimeters.

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::Status,
};

/// Criterion level with exchange rate: 85/3 (China, NIOSH) or 90/5 (OSHA).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Criterion {
    /// Level allowed for the whole reference time, dB(A).
    pub level: f64,
    /// Decibels that halve the time.
    pub exchange: f64,
    /// Reference time, h.
    pub hours: f64,
}

impl Criterion {
    /// 85 dB(A), 3 dB, 8 h: GBZ 2.2-2007, NIOSH 98-126.
    pub const CHINA: Self = Self { level: 85.0, exchange: 3.0, hours: 8.0 };
    /// 90 dB(A), 5 dB, 8 h: 29 CFR 1910.95.
    pub const OSHA: Self = Self { level: 90.0, exchange: 5.0, hours: 8.0 };

    /// q of the TWA formula: 10 for 3 dB, 16.61 for 5 dB.
    fn q(self) -> f64 {
        #[expect(clippy::float_cmp, reason = "the 3 dB rule is written with 10, not 9.97")]
        let equal_energy = self.exchange == 3.0;
        if equal_energy { 10.0 } else { self.exchange / 2f64.log10() }
    }
}

/// Time a level is allowed: `T = ref/2^((L − criterion)/exchange)`.
///
/// # Example
/// ```
/// use zhijian_calc::noise::{Criterion, allowed_hours};
/// assert_eq!(allowed_hours(103.0, Criterion::CHINA), 0.125);
/// ```
#[must_use]
pub fn allowed_hours(level: f64, criterion: Criterion) -> f64 {
    criterion.hours / ((level - criterion.level) / criterion.exchange).exp2()
}

/// Dose of pairs of level and hours, percent: `100·Σ C/T`. Levels below `threshold` do not count.
#[must_use]
pub fn dose_pct(segments: &[(f64, f64)], criterion: Criterion, threshold: Option<f64>) -> f64 {
    let counts = |level: f64| threshold.is_none_or(|threshold| level >= threshold);
    let part = |(level, hours): &(f64, f64)| hours / allowed_hours(*level, criterion);
    100.0 * segments.iter().filter(|(level, _)| counts(*level)).map(part).sum::<f64>()
}

/// The level that gives this dose in the reference time: `q·lg(D/100) + criterion`. −∞ for no dose.
#[must_use]
pub fn dose_to_twa(dose_pct: f64, criterion: Criterion) -> f64 {
    criterion.q() * (dose_pct / 100.0).log10() + criterion.level
}

const CRITERION: Field = Field::optional("criterion", "dB(A)", "基准声级，默认 85");
const EXCHANGE: Field = Field::optional("exchange", "dB", "交换率，默认 3").also(&["exchange_rate"]);
const REF_HOURS: Field = Field::optional("ref_hours", "h", "基准时间，默认 8");

fn criterion(args: &Args<'_>) -> Result<Criterion, CalcError> {
    Ok(Criterion {
        level: args.within_or("criterion", 0.0, 180.0, 85.0)?,
        exchange: args.positive_or("exchange", 3.0)?,
        hours: args.positive_or("ref_hours", 8.0)?,
    })
}

pub(crate) static ALLOWED_TIME: Calculator = Calculator {
    id: "noise.allowed_time",
    title: "容许接触时间",
    inputs: &[Field::required("level", "dB(A)", "声级").also(&["laeq", "l"]), CRITERION, EXCHANGE, REF_HOURS],
    outputs: &[Field::required("hours", "h", "容许接触时间")],
    formula: "T = 8/2^((L−基准)/交换率)",
    source: "GBZ 2.2-2007；NIOSH 98-126；29 CFR 1910.95",
    status: Status::Firm,
    version: 1,
    run: run_allowed_time,
};

fn run_allowed_time(args: &Args<'_>) -> Result<Answer, CalcError> {
    let level = args.within("level", 0.0, 180.0)?;
    Ok(Answer::new().with("hours", allowed_hours(level, criterion(args)?)))
}

pub(crate) static DOSE: Calculator = Calculator {
    id: "noise.dose",
    title: "噪声剂量",
    inputs: &[
        Field::list(
            "segments",
            "各时段",
            &[
                Field::required("level", "dB(A)", "声级").also(&["laeq", "l"]),
                Field::required("hours", "h", "持续时间"),
            ],
        ),
        CRITERION,
        EXCHANGE,
        REF_HOURS,
        Field::optional("threshold", "dB(A)", "低于此声级不计（OSHA 80）"),
    ],
    outputs: &[
        Field::required("dose_pct", "%", "剂量"),
        Field::required("twa", "dB(A)", "等价的 8 h 声级；剂量为 0 时为空"),
    ],
    formula: "D = 100·Σ C/T；TWA = q·lg(D/100) + 基准",
    source: "NIOSH 98-126；29 CFR 1910.95",
    status: Status::Firm,
    version: 1,
    run: run_dose,
};

fn run_dose(args: &Args<'_>) -> Result<Answer, CalcError> {
    let mut segments = Vec::new();
    for item in args.items("segments")? {
        segments.push((item.within("level", 0.0, 180.0)?, item.positive("hours")?));
    }
    if segments.iter().map(|segment| segment.1).sum::<f64>() > 24.0 + 1e-9 {
        return Err(args.out_of_range("segments"));
    }
    let criterion = criterion(args)?;
    let dose = dose_pct(&segments, criterion, args.maybe_number("threshold")?);
    let twa = (dose > 0.0).then(|| dose_to_twa(dose, criterion));
    Ok(Answer::new().with("dose_pct", dose).with("twa", twa))
}

pub(crate) static DOSE_TO_TWA: Calculator = Calculator {
    id: "noise.dose_to_twa",
    title: "剂量换算为声级",
    inputs: &[Field::required("dose_pct", "%", "剂量").also(&["dose"]), CRITERION, EXCHANGE, REF_HOURS],
    outputs: &[Field::required("twa", "dB(A)", "等价的 8 h 声级")],
    formula: "TWA = q·lg(D/100) + 基准；q = 10（3 dB）、16.61（5 dB）",
    source: "NIOSH 98-126；29 CFR 1910.95",
    status: Status::Firm,
    version: 1,
    run: run_dose_to_twa,
};

fn run_dose_to_twa(args: &Args<'_>) -> Result<Answer, CalcError> {
    let dose = args.positive("dose_pct")?;
    Ok(Answer::new().with("twa", dose_to_twa(dose, criterion(args)?)))
}
