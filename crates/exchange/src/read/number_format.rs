//! Which number formats mean a date, and serial numbers as dates.

use zhijian_kinds::intake::Cell;

/// What a number format shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum NumberFormat {
    /// A number.
    #[default]
    Number,
    /// A day, perhaps with the time of day.
    Date,
    /// Year and month without a day (2020年3月).
    Month,
    /// A time of day.
    Time,
}

impl NumberFormat {
    /// A format that Excel knows by its number; the numbers 27–36 and 50–58 are those of Chinese Excel.
    pub fn builtin(id: u32) -> Self {
        match id {
            14..=16 | 22 | 28..=31 | 51 | 53 | 54 | 58 => Self::Date,
            17 | 27 | 36 | 50 | 52 | 57 => Self::Month,
            18..=21 | 32..=35 | 45 | 47 | 55 | 56 => Self::Time,
            _ => Self::Number,
        }
    }

    /// A format code such as `yyyy"年"m"月"d"日";@`.
    pub fn of_code(code: &str) -> Self {
        let mut seen = Seen::default();
        let mut chars = code.chars();
        while let Some(c) = chars.next() {
            match c {
                ';' => break,
                '"' => {
                    for quoted in chars.by_ref().take_while(|c| *c != '"') {
                        seen.literal(quoted);
                    }
                }
                '\\' | '_' | '*' => {
                    if let (Some(escaped), '\\') = (chars.next(), c) {
                        seen.literal(escaped);
                    }
                }
                '[' => {
                    let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                    if !inside.is_empty() && inside.chars().all(|c| matches!(c.to_ascii_lowercase(), 'h' | 'm' | 's')) {
                        // [h]:mm is a duration, which stays a number.
                        return Self::Number;
                    }
                }
                'y' | 'Y' => seen.year = true,
                'm' | 'M' => seen.month_or_minute = true,
                'd' | 'D' => seen.day = true,
                'h' | 'H' | 's' | 'S' => seen.clock = true,
                // A digit place: `0.00` is a number whatever letters stand beside it.
                '#' | '?' => return Self::Number,
                '0' if !seen.clock => return Self::Number,
                other => seen.literal(other),
            }
        }
        seen.verdict()
    }

    /// The cell that shows this number.
    pub fn cell(self, value: f64, epoch_1904: bool) -> Cell {
        match self {
            Self::Number => Cell::Number(value),
            Self::Date => serial_to_iso(value, epoch_1904).map_or(Cell::Number(value), Cell::Date),
            Self::Month => match serial_to_iso(value, epoch_1904) {
                // The cell shows a month and holds its first day: the month is all that was meant.
                Some(iso) if iso.len() == 10 && iso.ends_with("-01") => {
                    Cell::Text(format!("{}年{}月", &iso[..4], iso[5..7].trim_start_matches('0')))
                }
                Some(iso) => Cell::Date(iso),
                None => Cell::Number(value),
            },
            Self::Time if (0.0..1.0).contains(&value) => {
                let seconds = (value * 86_400.0).round() as u32 % 86_400;
                Cell::Text(format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60))
            }
            Self::Time => serial_to_iso(value, epoch_1904).map_or(Cell::Number(value), Cell::Date),
        }
    }
}

#[derive(Default)]
struct Seen {
    year: bool,
    month_or_minute: bool,
    day: bool,
    clock: bool,
}

impl Seen {
    fn literal(&mut self, c: char) {
        match c {
            '年' => self.year = true,
            '日' => self.day = true,
            _ => (),
        }
    }

    fn verdict(&self) -> NumberFormat {
        match self {
            Self { day: true, .. } if self.year || self.month_or_minute => NumberFormat::Date,
            Self { year: true, month_or_minute: true, .. } => NumberFormat::Month,
            Self { clock: true, .. } => NumberFormat::Time,
            Self { day: true, .. } | Self { year: true, .. } if self.month_or_minute => NumberFormat::Date,
            _ => NumberFormat::Number,
        }
    }
}

/// `44196` → `2020-12-31`, `44196.5` → `2020-12-31T12:00:00`; `None` outside Excel's range.
pub(super) fn serial_to_iso(serial: f64, epoch_1904: bool) -> Option<String> {
    let serial = if epoch_1904 { serial + 1462.0 } else { serial };
    if !(1.0..2_958_466.0).contains(&serial) {
        return None;
    }
    let mut days = serial.floor() as i64;
    let mut seconds = (serial.fract() * 86_400.0).round() as u32;
    if seconds >= 86_400 {
        days += 1;
        seconds = 0;
    }
    // Excel believes that 1900 was a leap year: day 60 is its 29 February.
    let since_1899_12_30 = if days < 60 { days + 1 } else { days };
    let (year, month, day) = civil(since_1899_12_30 - 25_569);
    let date = format!("{year:04}-{month:02}-{day:02}");
    Some(if seconds == 0 { date } else { format!("{date}T{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60) })
}

/// Days since 1970-01-01 as year, month, day.
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_become_days() {
        let rows = [
            ("first day", 1.0, false, Some("1900-01-01")),
            ("before the leap day that never was", 59.0, false, Some("1900-02-28")),
            ("after it", 61.0, false, Some("1900-03-01")),
            ("an ordinary day", 44_196.0, false, Some("2020-12-31")),
            ("leap day", 43_890.0, false, Some("2020-02-29")),
            ("noon", 44_196.5, false, Some("2020-12-31T12:00:00")),
            ("rounding up to midnight", 44_195.999_999_9, false, Some("2020-12-31")),
            ("last day", 2_958_465.0, false, Some("9999-12-31")),
            ("epoch of old Macs", 42_734.0, true, Some("2020-12-31")),
            ("zero is no day", 0.0, false, None),
            ("beyond", 2_958_466.0, false, None),
            ("negative", -3.0, false, None),
            ("no number", f64::NAN, false, None),
        ];
        for (why, serial, old, expected) in rows {
            assert_eq!(serial_to_iso(serial, old).as_deref(), expected, "{why}");
        }
    }

    #[test]
    fn format_codes_show_what_a_number_is() {
        use NumberFormat::{Date, Month, Number, Time};
        let rows = [
            ("yyyy/m/d", Date),
            ("yyyy\"年\"m\"月\"d\"日\";@", Date),
            ("[$-804]yyyy\"年\"m\"月\"", Month),
            ("yyyy-mm-dd hh:mm:ss", Date),
            ("[DBNum1][$-804]yyyy\"年\"m\"月\"d\"日\"", Date),
            ("m/d", Date),
            ("h:mm AM/PM", Time),
            ("[h]:mm", Number),
            ("General", Number),
            ("0.00", Number),
            ("#,##0.00_);[Red]\\(#,##0.00\\)", Number),
            ("0.0\"dB\"", Number),
            ("0.00E+00", Number),
            ("@", Number),
            ("_ * #,##0_ ", Number),
            ("yyyy\\-mm\\-dd", Date),
            ("mmm-yy", Month),
        ];
        for (code, expected) in rows {
            assert_eq!(NumberFormat::of_code(code), expected, "{code}");
        }
    }

    #[test]
    fn a_month_format_on_the_first_day_is_a_month() {
        assert_eq!(NumberFormat::Month.cell(43_891.0, false), Cell::Text("2020年3月".into()));
        assert_eq!(NumberFormat::Month.cell(43_895.0, false), Cell::Date("2020-03-05".into()));
    }
}
