//! The figures of a shift.

use super::limits::Limits;
use super::peaks::Peaks;
use super::plan::Shift;
use crate::register::Device;
use zhijian_calc::workplace::Limit;
use zhijian_telemetry::windows::{Grid, Highest, Quality, Readings, Span, VALID_DAY, Window, highest, lex_8h, span, twa8};

/// Share of a quarter of an hour that must have a value. No source names one: that of a day (domain B5) is taken by analogy.
pub const SHORT_SHARE: f64 = VALID_DAY;
/// Length of a short-time mean, minutes (GBZ 2.1: PC-STEL is an average over 15 minutes).
pub(super) const SHORT_MINUTES: u16 = 15;

/// What is compared with a limit (list ONMEASURE).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Noise normalised to eight hours.
    Lex8h,
    /// Concentration as eight-hour average.
    Twa8,
    /// Mean of the WBGT.
    Wbgt,
    /// The mean, with nothing to compare with.
    Mean,
}

impl Measure {
    /// What a device is good for.
    #[must_use]
    pub fn of(device: &Device) -> Self {
        match (device.unit.as_str(), device.hazard.as_str()) {
            ("dB(A)", _) => Self::Lex8h,
            ("mg/m3" | "f/mL", _) => Self::Twa8,
            ("℃", "P002") => Self::Wbgt,
            _ => Self::Mean,
        }
    }

    /// Its code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Lex8h => "lex_8h",
            Self::Twa8 => "twa8",
            Self::Wbgt => "wbgt",
            Self::Mean => "mean",
        }
    }

    /// How it is reckoned.
    #[must_use]
    pub const fn formula(self) -> &'static str {
        match self {
            Self::Lex8h => "L_EX,8h = L_Aeq,T + 10·lg(T / 8 h)",
            Self::Twa8 => "C_TWA = C̄·T / 8 h",
            Self::Wbgt => "班次内 WBGT 的平均值",
            Self::Mean => "班次内的平均值",
        }
    }
}

/// What a shift comes to.
#[derive(Debug, Clone)]
pub struct Figure {
    /// Which shift.
    pub shift: Shift,
    /// Its mean and how much of it there is.
    pub window: Window,
    /// What is compared with the limit.
    pub measure: Measure,
    /// The figure; `None` where the window is not valid.
    pub value: Option<f64>,
    /// The limit of the day.
    pub limit: Option<Limit>,
    /// The highest quarter of an hour.
    pub short: Option<Short>,
    /// Peaks above three times the PC-TWA; `None` where there is a PC-STEL, or nothing to compare with.
    pub peaks: Option<Peaks>,
    /// Readings over the range of the device: they are left out, so the exposure may have been higher.
    pub over_range: usize,
    /// Why there is no figure or no limit, in words.
    pub why: String,
}

impl Figure {
    /// Reckons it.
    pub(super) fn of(device: &Device, readings: &Readings, grid: &Grid, shift: Shift, limits: &Limits) -> Self {
        let window = span(readings, grid, shift.span, VALID_DAY);
        let measure = Measure::of(device);
        let reckoned = match measure {
            Measure::Lex8h => lex_8h(&window).map(|level| level.map(|level| level.0)),
            Measure::Twa8 => twa8(&window).map(|mean| mean.map(|mean| mean.0)),
            Measure::Wbgt | Measure::Mean => Ok(window.mean.filter(|_| window.valid)),
        };
        let (value, mut why) = match reckoned {
            Ok(Some(value)) => (Some(value), String::new()),
            Ok(None) if window.present == 0 => (None, "没有有效数据".to_owned()),
            Ok(None) => (None, format!("有效率不足 {:.0} %", VALID_DAY * 100.0)),
            // A negative concentration, as drifting devices send it.
            Err(_) => (None, "数据不能用来计算（有负值或不可能的值）".to_owned()),
        };
        for more in [limits.shift.why.clone(), pending(limits.shift.pending)] {
            if !more.is_empty() {
                why = if why.is_empty() { more } else { format!("{why}；{more}") };
            }
        }
        let short = Short::of(readings, grid, shift.span, limits);
        let peaks = Peaks::of(readings, grid, shift.span, limits, short.as_ref());
        let over_range = over_range(readings, shift.span);
        Self { shift, window, measure, value, limit: limits.shift.limit, short, peaks, over_range, why }
    }

    /// Whether the figure is over its limit; `None` where there is nothing to compare.
    #[must_use]
    pub fn over(&self) -> Option<bool> {
        Some(over(self.value?, &self.limit?))
    }
}

fn pending(limit: Option<Limit>) -> String {
    limit.map(|limit| format!("另有已公布、实施日期未录入的限值 {}（{}）", limit.value, limit.edition)).unwrap_or_default()
}

/// Readings over the range of the device in a span.
pub(super) fn over_range(readings: &Readings, span: Span) -> usize {
    readings.between(span.start_ms, span.end_ms).filter(|reading| reading.quality == Quality::OverRange).count()
}

/// The highest quarter of an hour with its limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Short {
    /// When and how much.
    pub highest: Highest,
    /// PC-STEL, or three times the PC-TWA.
    pub limit: Option<Limit>,
}

impl Short {
    pub(super) fn of(readings: &Readings, grid: &Grid, span: Span, limits: &Limits) -> Option<Self> {
        Some(Self { highest: highest(readings, grid, span, SHORT_MINUTES, SHORT_SHARE)?, limit: limits.short.limit })
    }

    /// Whether it is over its limit.
    #[must_use]
    pub fn over(&self) -> Option<bool> {
        Some(over(self.highest.mean, &self.limit?))
    }
}

/// More than the limit; what arithmetic alone adds does not count.
fn over(value: f64, limit: &Limit) -> bool {
    value > limit.value * (1.0 + 1e-9)
}
