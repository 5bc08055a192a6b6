//! `air.peak`: peak exposure to a substance that has a PC-TWA but no PC-STEL (峰接触浓度).

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::Status,
};

/// A period with its highest concentration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Excursion {
    /// mg/m³
    pub c: f64,
    /// How long it lasted, min.
    pub duration_min: f64,
    /// When in the shift it began, min.
    pub start_min: f64,
}

/// A rule that peaks have to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeakRule {
    /// No value above 5 × PC-TWA.
    Over5x,
    /// None longer than 15 min.
    Duration,
    /// No more than four a shift.
    Count,
    /// At least 60 min from the end of one to the start of the next.
    Interval,
}

impl PeakRule {
    /// The word used in outputs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Over5x => "over_5x",
            Self::Duration => "duration",
            Self::Count => "count",
            Self::Interval => "interval",
        }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct PeakFinding {
    /// The largest c ÷ PC-TWA of all entries.
    pub max_ratio: f64,
    /// Entries above 3 × PC-TWA.
    pub excursions: usize,
    /// Rules broken, in the order of [`PeakRule`].
    pub violations: Vec<PeakRule>,
}

/// Checks the peaks of a shift. An excursion is a period *above* 3 × PC-TWA; exactly three times is none.
///
/// That the average keeps the PC-TWA is checked elsewhere. Source: GBZ 2.1-2019, 峰接触浓度.
#[must_use]
pub fn peak_exposure(entries: &[Excursion], pc_twa: f64) -> PeakFinding {
    let above = |entry: &&Excursion, times: f64| entry.c > times * pc_twa * (1.0 + 1e-9);
    let mut peaks: Vec<&Excursion> = entries.iter().filter(|entry| above(entry, 3.0)).collect();
    peaks.sort_by(|a, b| a.start_min.total_cmp(&b.start_min));
    let gap = |pair: &[&Excursion]| pair[1].start_min - (pair[0].start_min + pair[0].duration_min);
    let broken = [
        (PeakRule::Over5x, entries.iter().any(|entry| above(&entry, 5.0))),
        (PeakRule::Duration, peaks.iter().any(|peak| peak.duration_min > 15.0)),
        (PeakRule::Count, peaks.len() > 4),
        (PeakRule::Interval, peaks.windows(2).any(|pair| gap(pair) < 60.0)),
    ];
    PeakFinding {
        max_ratio: entries.iter().map(|entry| entry.c / pc_twa).fold(0.0, f64::max),
        excursions: peaks.len(),
        violations: broken.into_iter().filter_map(|(rule, broken)| broken.then_some(rule)).collect(),
    }
}

pub(crate) static PEAK: Calculator = Calculator {
    id: "air.peak",
    title: "峰接触浓度判定",
    inputs: &[
        Field::required("pc_twa", "mg/m3", "PC-TWA"),
        Field::list(
            "excursions",
            "超出的时段",
            &[
                Field::required("c", "mg/m3", "浓度"),
                Field::required("duration_min", "min", "持续时间"),
                Field::optional("start_min", "min", "自班次开始的时刻；多于一个时段时必填"),
            ],
        ),
    ],
    outputs: &[
        Field::required("max_ratio", "", "最大的 C / PC-TWA"),
        Field::required("n_excursions", "", "超过 3 倍 PC-TWA 的次数"),
        Field::required("complies", "", "是否符合"),
        Field::required("violations", "", "违反的规则：over_5x、duration、count、interval"),
    ],
    formula: "C > 3·PC-TWA 为一次峰接触：不超过 5 倍，每次 ≤ 15 min，每班 ≤ 4 次，间隔 ≥ 60 min",
    source: "GBZ 2.1-2019",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let pc_twa = args.positive("pc_twa")?;
    let items = args.items("excursions")?;
    let mut entries = Vec::new();
    for item in &items {
        let start_min = if items.len() > 1 {
            item.not_negative("start_min")?
        } else {
            item.not_negative_or("start_min", 0.0)?
        };
        let duration_min = item.positive("duration_min")?;
        entries.push(Excursion { c: item.not_negative("c")?, duration_min, start_min });
    }
    let found = peak_exposure(&entries, pc_twa);
    let violations: Vec<&str> = found.violations.iter().map(|rule| rule.word()).collect();
    Ok(Answer::new()
        .with("max_ratio", found.max_ratio)
        .with("n_excursions", found.excursions)
        .with("complies", violations.is_empty())
        .with("violations", violations))
}
