//! Peak exposure of a shift (峰接触浓度): for hazards that have a PC-TWA but no PC-STEL.
//!
//! The rules are those of `air.peak` (GBZ 2.1-2019): never above 5 × PC-TWA, no peak longer than 15 min, no more than four a shift, an hour between two.
//! They are held against the quarters of an hour of the shift, counted from its beginning. A peak is a run of quarters whose mean is above 3 × PC-TWA;
//! a quarter without enough readings breaks a run off, for nobody knows what was in it.

use super::figure::{SHORT_MINUTES, SHORT_SHARE, Short};
use super::limits::Limits;
use zhijian_calc::air::{Excursion, PeakFinding, PeakRule, peak_exposure};
use zhijian_calc::workplace::LimitKind;
use zhijian_telemetry::windows::{Grid, Readings, Span, span};

const QUARTER_MS: i64 = SHORT_MINUTES as i64 * 60_000;

/// What the rules say of a shift.
#[derive(Debug, Clone, PartialEq)]
pub struct Peaks {
    /// Number of peaks, the highest quarter against the PC-TWA, rules that are broken.
    pub found: PeakFinding,
    /// The PC-TWA they are held against.
    pub pc_twa: f64,
}

impl Peaks {
    /// Of a shift; `None` where another limit holds for short times, or where slots are longer than a quarter of an hour.
    pub(super) fn of(readings: &Readings, grid: &Grid, shift: Span, limits: &Limits, short: Option<&Short>) -> Option<Self> {
        limits.short.limit.filter(|limit| limit.kind == LimitKind::Pe)?;
        let pc_twa = limits.shift.limit.filter(|limit| limit.kind == LimitKind::PcTwa)?.value;
        if pc_twa <= 0.0 || grid.step_ms > QUARTER_MS {
            return None;
        }
        let quarters = (shift.end_ms - shift.start_ms) / QUARTER_MS;
        let mean = |quarter: i64| {
            let start_ms = shift.start_ms + quarter * QUARTER_MS;
            let window = span(readings, grid, Span { start_ms, end_ms: start_ms + QUARTER_MS }, SHORT_SHARE);
            window.mean.filter(|_| window.valid)
        };
        let mut entries: Vec<Excursion> = Vec::new();
        let mut running = false;
        for quarter in 0..quarters {
            let value = mean(quarter);
            let above = value.is_some_and(|mean| mean > 3.0 * pc_twa * (1.0 + 1e-9));
            match (value, entries.last_mut().filter(|_| running && above)) {
                (Some(mean), Some(peak)) => {
                    peak.c = peak.c.max(mean);
                    peak.duration_min += f64::from(SHORT_MINUTES);
                }
                (Some(mean), None) => entries.push(Excursion {
                    c: mean,
                    duration_min: f64::from(SHORT_MINUTES),
                    start_min: (quarter * i64::from(SHORT_MINUTES)) as f64,
                }),
                (None, _) => {}
            }
            running = above;
        }
        let mut found = peak_exposure(&entries, pc_twa);
        // The highest quarter need not begin with one of the clock's.
        if let Some(short) = short {
            found.max_ratio = found.max_ratio.max(short.highest.mean / pc_twa);
            if short.highest.mean > 5.0 * pc_twa * (1.0 + 1e-9) && !found.violations.contains(&PeakRule::Over5x) {
                found.violations.insert(0, PeakRule::Over5x);
            }
        }
        Some(Self { found, pc_twa })
    }

    /// The rules that are broken, in words; empty where none is.
    #[must_use]
    pub fn words(&self) -> String {
        let word = |rule: &PeakRule| match rule {
            PeakRule::Over5x => "不超过 5 倍 PC-TWA",
            PeakRule::Duration => "每次不超过 15 分钟",
            PeakRule::Count => "每班不超过 4 次",
            PeakRule::Interval => "间隔不短于 60 分钟",
        };
        self.found.violations.iter().map(word).collect::<Vec<_>>().join("、")
    }
}
