//! `air.long_shift`: reduction of a PC-TWA for long days and weeks.

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::Status,
    units::Hours,
    workplace::{day_factor, week_factor},
};

/// The span the working hours are counted over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkTime {
    /// Hours a day, up to 24.
    Day,
    /// Hours a week, up to 168.
    Week,
}

/// The factor a PC-TWA is multiplied with: by day `(8/h)·(24−h)/16`, by week `(40/h)·(168−h)/128`, never above 1.
///
/// Applies to PC-TWA only, never to MAC, PC-STEL, peak limits, noise or heat, nor to irritants whose limit guards
/// against an acute effect. `None` outside 0 < h ≤ 24 or 168. Source: GBZ 2.1-2019 appendix A; Brief & Scala 1975.
///
/// # Example
/// ```
/// use zhijian_calc::{air::{WorkTime, reduction_factor}, units::Hours};
/// assert_eq!(reduction_factor(WorkTime::Week, Hours(50.0)), Some(0.7375));
/// ```
#[must_use]
pub fn reduction_factor(span: WorkTime, hours: Hours) -> Option<f64> {
    let (longest, factor) = match span {
        WorkTime::Day => (24.0, day_factor(hours)),
        WorkTime::Week => (168.0, week_factor(hours)),
    };
    (hours.0 > 0.0 && hours.0 <= longest).then_some(factor)
}

pub(crate) static LONG_SHIFT: Calculator = Calculator {
    id: "air.long_shift",
    title: "长时间工作 PC-TWA 折减",
    inputs: &[
        Field::required("mode", "", "day 按日、week 按周"),
        Field::required("hours", "h", "每日或每周工作时间"),
        Field::required("pc_twa", "mg/m3", "PC-TWA"),
    ],
    outputs: &[
        Field::required("rf", "", "折减因子"),
        Field::required("adjusted_limit", "mg/m3", "折减后的 PC-TWA"),
    ],
    formula: "日：RF = (8/h)·(24−h)/16；周：RF = (40/h)·(168−h)/128；不大于 1",
    source: "GBZ 2.1-2019 附录 A；Brief & Scala 1975",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let mode = args.choice("mode", &[("day", WorkTime::Day), ("week", WorkTime::Week)])?;
    let hours = args.positive("hours")?;
    let limit = args.positive("pc_twa")?;
    let rf = reduction_factor(mode, Hours(hours)).ok_or_else(|| args.out_of_range("hours"))?;
    Ok(Answer::new()
        .with("rf", rf)
        .with("adjusted_limit", rf * limit)
        .warn_if(mode == WorkTime::Day && hours > 12.0, "overlong_shift"))
}
