//! Where a figure will stand at the end of an open year: a line through the ends of its months. The plan board, the API and the early warning of
//! indicators (EW-28) all ask here.

use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;
use time::{Date, Month, util::days_in_month};
use zhijian_calc::forecast::{Forecast, linear};
use zhijian_kinds::{Indicator, indicator::Measure};

use crate::{
    error::Result,
    evaluate::{Answer, Evaluator, Params},
};

/// Confidence of the interval.
const CONFIDENCE: f64 = 0.95;
/// Month at whose end the year stands.
const DECEMBER: f64 = 12.0;

/// The course of a year so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    /// End of month, value; `None` where there is none, or it is not told.
    pub months: Vec<(Date, Option<f64>)>,
    /// The forecast; `None` with too few months.
    pub forecast: Option<Forecast>,
}

impl Outlook {
    /// Of the values at the ends of months; `None` for measures without forecast: states and changes.
    #[must_use]
    pub fn through(measure: Measure, months: Vec<(Date, Option<f64>)>) -> Option<Self> {
        if !forecasts(measure) {
            return None;
        }
        let points: Vec<(f64, f64)> =
            months.iter().filter_map(|(day, value)| value.map(|v| (f64::from(u8::from(day.month())), v))).collect();
        let held = |x: f64| if measure == Measure::Rate { x.clamp(0.0, 100.0) } else { x.max(0.0) };
        let forecast =
            linear(&points, DECEMBER, CONFIDENCE).map(|f| Forecast { value: held(f.value), low: held(f.low), high: held(f.high), ..f });
        Some(Self { months, forecast })
    }
}

/// Does a measure have a forecast?
#[must_use]
pub const fn forecasts(measure: Measure) -> bool {
    matches!(measure, Measure::Rate | Measure::Count)
}

/// The last day whose figures are known while a year is open; `None` when the year is over, or has not begun.
#[must_use]
pub fn open_until(today: Date, year: i32, as_of: Option<Date>) -> Option<Date> {
    let end = Date::from_calendar_date(year, Month::December, 31).ok()?;
    let begin = Date::from_calendar_date(year, Month::January, 1).ok()?;
    let last = as_of.map_or(today, |day| day.min(today));
    (last < end && last >= begin).then_some(last)
}

/// Ends of the months up to a day; the month that has begun counts only when the day is its last.
#[must_use]
pub fn ends(last: Date) -> Vec<Date> {
    let end = |month: Month| Date::from_calendar_date(last.year(), month, days_in_month(month, last.year())).ok();
    (1..=12).filter_map(|m| Month::try_from(m).ok()).filter_map(end).take_while(|day| *day <= last).collect()
}

/// The level that a forecast is held against: only where a row of a plan asks for at least a number.
#[must_use]
pub fn goal(test: &str, target: Option<&Value>) -> Option<f64> {
    let target = target.filter(|_| matches!(test, "ge" | "eq"))?;
    target.as_f64().or_else(|| target.as_str()?.trim().trim_end_matches(['%', ' ']).parse().ok())
}

/// A forecast against the level that is to be reached.
#[must_use]
pub fn judged(forecast: &Forecast, goal: f64) -> &'static str {
    match forecast {
        f if f.low >= goal => "预计达标",
        f if f.high < goal => "预计不达标",
        f if f.value >= goal => "可能达标，区间跨目标",
        _ => "可能不达标，区间跨目标",
    }
}

impl Evaluator {
    /// The outlook of an indicator while its year is open up to `last`, with the answer at the last end of a month; `None` where it has
    /// none: states, changes, no month over yet.
    ///
    /// # Errors
    /// The indicator cannot be evaluated.
    pub async fn outlook(&self, def: &Indicator, params: &Params, last: Date) -> Result<Option<(Outlook, Answer)>> {
        if !forecasts(def.measure) {
            return Ok(None);
        }
        let asked: Vec<Params> = ends(last).into_iter().map(|day| Params { as_of: Some(day), ..params.clone() }).collect();
        let answers = asked.iter().map(|then| self.indicator(def, then));
        let answers: Vec<Answer> = stream::iter(answers.collect::<Vec<_>>()).buffered(self.lake().workers).try_collect().await?;
        let months = ends(last).into_iter().zip(answers.iter().map(|a| a.value)).collect();
        let Some(newest) = answers.into_iter().next_back() else { return Ok(None) };
        Ok(Outlook::through(def.measure, months).map(|outlook| (outlook, newest)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;
    use serde_json::json;
    use zhijian_kinds::dates;

    fn day(text: &str) -> Date {
        dates::parse_iso(text).unwrap()
    }

    #[test]
    fn only_whole_months_count() {
        let rows = [("2020-01-30", 0), ("2020-02-29", 2), ("2020-09-30", 9), ("2020-10-15", 9)];
        for (last, expected) in rows {
            assert_eq!(ends(day(last)).len(), expected, "{last}");
        }
    }

    #[test]
    fn a_year_is_open_until_its_last_day() {
        let rows = [
            ("in the year", "2020-10-15", None, Some("2020-10-15")),
            ("looked back at within the year", "2022-01-01", Some("2020-06-30"), Some("2020-06-30")),
            ("over", "2021-01-01", None, None),
            ("not begun", "2019-12-31", None, None),
        ];
        for (why, today, as_of, expected) in rows {
            assert_eq!(open_until(day(today), 2020, as_of.map(day)), expected.map(day), "{why}");
        }
    }

    #[test]
    fn a_forecast_is_judged_with_its_doubt() {
        let of = |value: f64, low: f64, high: f64| Forecast { value, low, high, slope: 1.0, points: 5 };
        let rows = [
            (of(95.0, 91.0, 99.0), "预计达标"),
            (of(92.0, 85.0, 99.0), "可能达标，区间跨目标"),
            (of(88.0, 85.0, 91.0), "可能不达标，区间跨目标"),
            (of(70.0, 65.0, 75.0), "预计不达标"),
        ];
        for (forecast, expected) in rows {
            assert_eq!(judged(&forecast, 90.0), expected);
        }
    }

    #[test]
    fn only_a_number_to_be_reached_is_a_goal() {
        let rows = [
            ("ge", json!(90), Some(90.0)),
            ("eq", json!("100"), Some(100.0)),
            ("ge", json!("稳步提升"), None),
            ("fall_by", json!(20), None),
            ("trend_up", json!(5), None),
        ];
        for (test, target, expected) in rows {
            assert_eq!(goal(test, Some(&target)), expected, "{test} {target}");
        }
        assert_eq!(goal("ge", None), None);
    }

    #[test]
    fn a_share_stays_between_nothing_and_all() {
        let months = |values: &[f64]| ends(day("2020-10-31")).into_iter().zip(values.iter().map(|v| Some(*v))).collect::<Vec<_>>();
        let rising = Outlook::through(Measure::Rate, months(&[10.0, 25.0, 40.0, 55.0, 70.0, 85.0, 95.0])).unwrap().forecast.unwrap();
        assert!((rising.value - 100.0).abs() < 1e-9 && rising.high <= 100.0, "{rising:?}");
        assert!(Outlook::through(Measure::State, months(&[1.0; 7])).is_none());
    }
}
