//! Days of the calendar.

use crate::dice::Dice;
use time::{Date, Duration, Month, Weekday};

/// A day; what does not exist becomes the first of the month.
pub(crate) fn day(year: i32, month: u8, date: u8) -> Date {
    let month = Month::try_from(month).unwrap_or(Month::January);
    Date::from_calendar_date(year, month, date).or_else(|_| Date::from_calendar_date(year, month, 1)).unwrap_or(Date::MIN)
}

/// A day of a year by its number.
pub(crate) fn nth(year: i32, ordinal: i64) -> Date {
    let ordinal = u16::try_from(ordinal.clamp(1, 365)).unwrap_or(1);
    Date::from_ordinal_date(year, ordinal).unwrap_or(Date::MIN)
}

/// Days later.
pub(crate) fn plus(date: Date, days: i64) -> Date {
    date.saturating_add(Duration::days(days))
}

/// Days from one to the other.
pub(crate) fn since(from: Date, to: Date) -> i64 {
    (to - from).whole_days()
}

/// That day, or the Monday after.
pub(crate) fn working(date: Date) -> Date {
    match date.weekday() {
        Weekday::Saturday => plus(date, 2),
        Weekday::Sunday => plus(date, 1),
        _ => date,
    }
}

/// As records write it.
pub(crate) fn iso(date: Date) -> String {
    zhijian_kinds::dates::iso(date)
}

/// A working day of a year, by the weights of its months.
pub(crate) fn seasonal(dice: &mut Dice, year: i32, months: &[f64; 12]) -> Date {
    let month = u8::try_from(dice.weighted(months) + 1).unwrap_or(1);
    working(day(year, month, u8::try_from(dice.between(1, 28)).unwrap_or(1)))
}

/// Work of offices: quiet at the Spring Festival, busy in spring and autumn.
pub(crate) const OFFICE: [f64; 12] = [0.5, 0.4, 1.0, 1.4, 1.4, 1.2, 0.9, 0.9, 1.2, 1.2, 1.1, 0.8];
/// Field measurements: hardly any in the winter of the north.
pub(crate) const FIELD: [f64; 12] = [0.1, 0.2, 0.8, 1.3, 1.5, 1.4, 1.1, 1.1, 1.4, 1.3, 0.7, 0.1];
