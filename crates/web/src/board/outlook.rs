//! Where a figure will stand at the end of an open year: a line through the ends of its months.

use super::figures::{Question, When};
use crate::app::App;
use time::util::days_in_month;
use time::{Date, Month};
use zhijian_calc::forecast::{Forecast, linear};
use zhijian_kinds::{dates, indicator::Measure};
use zhijian_lake::LakeError;

/// Confidence of the interval.
const CONFIDENCE: f64 = 0.95;
/// Month at whose end the year stands.
const DECEMBER: f64 = 12.0;

/// The course of a year so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    /// End of month (or the cut-off day), value.
    pub months: Vec<(Date, Option<f64>)>,
    /// The forecast; `None` with too few months.
    pub forecast: Option<Forecast>,
}

/// The last day whose figures are known while the year is open; `None` when the year is over or has not begun.
#[must_use]
pub fn open_until(app: &App, when: When) -> Option<Date> {
    let today = dates::parse_iso(&app.door.today())?;
    let end = Date::from_calendar_date(when.year, Month::December, 31).ok()?;
    let begin = Date::from_calendar_date(when.year, Month::January, 1).ok()?;
    let last = when.as_of.map_or(today, |day| day.min(today));
    (last < end && last >= begin).then_some(last)
}

/// Ends of the months up to a day; the month that has begun counts only when the day is its last.
fn ends(last: Date) -> Vec<Date> {
    let end = |month: Month| Date::from_calendar_date(last.year(), month, days_in_month(month, last.year())).ok();
    (1..=12).filter_map(|m| Month::try_from(m).ok()).filter_map(end).take_while(|day| *day <= last).collect()
}

/// The outlook of an indicator; `None` where it has none: states, changes, years that are over.
///
/// # Errors
/// The lake failed.
pub async fn of(app: &App, question: &Question<'_>, last: Date) -> Result<Option<Outlook>, LakeError> {
    if !matches!(question.def.measure, Measure::Rate | Measure::Count) {
        return Ok(None);
    }
    let months = ends(last).into_iter().map(|day| async move {
        let mut then = question.clone();
        then.params.as_of = Some(day);
        Ok::<_, LakeError>((day, then.answer(app).await?.value))
    });
    let months = futures::future::try_join_all(months).await?;
    let points: Vec<(f64, f64)> = months.iter().filter_map(|(day, value)| value.map(|v| (f64::from(u8::from(day.month())), v))).collect();
    let rate = question.def.measure == Measure::Rate;
    let held = |x: f64| if rate { x.clamp(0.0, 100.0) } else { x.max(0.0) };
    let forecast =
        linear(&points, DECEMBER, CONFIDENCE).map(|f| Forecast { value: held(f.value), low: held(f.low), high: held(f.high), ..f });
    Ok(Some(Outlook { months, forecast }))
}

/// Against a level that is to be reached.
#[must_use]
pub fn judged(forecast: &Forecast, goal: f64) -> &'static str {
    match forecast {
        f if f.low >= goal => "预计达标",
        f if f.high < goal => "预计不达标",
        f if f.value >= goal => "可能达标，区间跨目标",
        _ => "可能不达标，区间跨目标",
    }
}

/// What pages say of a year without forecast.
#[must_use]
pub fn closed(app: &App, when: When) -> String {
    let now = *super::figures::years(app).end();
    match when.year {
        year if year > now => format!("{year}年尚未开始，没有月末值，不能预测。"),
        year => format!("{year}年已结束，各指标即全年值，不需要预测。选定该年内的“截止日”，可看当时作出的预测。"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    #[test]
    fn only_whole_months_count() {
        let day = |text: &str| dates::parse_iso(text).unwrap();
        let rows = [("2020-01-30", 0), ("2020-02-29", 2), ("2020-09-30", 9), ("2020-10-15", 9)];
        for (last, expected) in rows {
            assert_eq!(ends(day(last)).len(), expected, "{last}");
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
}
