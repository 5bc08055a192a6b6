//! Hysteresis and durations of devices whose register names none: the table `rules/alarm_defaults.csv`. No source gives figures, so they are the
//! deployment's, and shown as such.

use zhijian_kinds::Catalogue;

/// What holds where the register says nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Defaults {
    /// How far below its value a level ends, in the value's unit.
    pub hysteresis: f64,
    /// Seconds that a value must call for a level.
    pub raise_after_s: i64,
    /// Seconds that a value must be below.
    pub clear_after_s: i64,
}

#[derive(Debug)]
struct Row {
    hazard: String,
    unit: String,
    hysteresis: Option<f64>,
    hysteresis_pct: Option<f64>,
    raise_after_s: i64,
    clear_after_s: i64,
}

impl Row {
    /// A row of the table; `None` for one that cannot be read or used.
    fn read(row: &csv::StringRecord) -> Option<Self> {
        let number = |place: usize| match row.get(place)? {
            "" => Some(None),
            text => text.parse::<f64>().ok().map(Some),
        };
        let seconds = |place: usize| row.get(place)?.parse::<i64>().ok();
        let text = |place: usize| row.get(place).map(str::to_owned);
        let read = Self {
            hazard: text(0)?,
            unit: text(1)?,
            hysteresis: number(2)?,
            hysteresis_pct: number(3)?,
            raise_after_s: seconds(4)?,
            clear_after_s: seconds(5)?,
        };
        read.sound().then_some(read)
    }

    /// Exactly one hysteresis, nothing negative.
    fn sound(&self) -> bool {
        let share = match (self.hysteresis, self.hysteresis_pct) {
            (Some(value), None) | (None, Some(value)) => value,
            _ => return false,
        };
        share.is_finite() && share >= 0.0 && self.raise_after_s >= 0 && self.clear_after_s >= 0
    }
}

impl Defaults {
    /// Those of a hazard and unit whose lowest level begins at `lowest`; `None` where the table has no row, or none that can be used.
    pub(super) fn of(catalogue: &Catalogue, hazard: &str, unit: &str, lowest: f64) -> Option<Self> {
        rows(catalogue.rules.get("alarm_defaults").map_or("", String::as_str))
            .find(|row| hazard.starts_with(&row.hazard) && (row.unit.is_empty() || row.unit == unit))
            .map(|row| Self {
                hysteresis: row.hysteresis.unwrap_or_else(|| row.hysteresis_pct.unwrap_or_default() / 100.0 * lowest.abs()),
                raise_after_s: row.raise_after_s,
                clear_after_s: row.clear_after_s,
            })
    }
}

/// The rows that can be used; that there are others is told in the log.
fn rows(table: &str) -> impl Iterator<Item = Row> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).flexible(true).from_reader(table.as_bytes());
    let rows: Vec<Option<Row>> = reader.records().map(|row| row.ok().as_ref().and_then(Row::read)).collect();
    if rows.iter().any(Option::is_none) {
        tracing::error!("a row of rules/alarm_defaults.csv cannot be used");
    }
    rows.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_can_be_used_and_the_first_that_fits_holds() {
        let catalogue = Catalogue::embedded();
        let table = &catalogue.rules["alarm_defaults"];
        let lines = table.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(rows(table).count() + 1, lines);
        let of = |hazard, unit, lowest| Defaults::of(&catalogue, hazard, unit, lowest).map(|found| found.hysteresis);
        assert_eq!((of("P001", "dB(A)", 85.0), of("P002", "℃", 30.0), of("D001", "mg/m3", 2.0)), (Some(1.0), Some(0.5), Some(0.2)));
    }

    #[test]
    fn rows_that_say_nothing_sensible_are_left_out() {
        let head = "hazard,unit,hysteresis,hysteresis_pct,raise_after_s,clear_after_s,note\n";
        for row in [",,1,1,0,0,", ",,,,0,0,", ",,-1,,0,0,", ",,1,,-1,0,", ",,x,,0,0,"] {
            assert_eq!(rows(&format!("{head}{row}\n")).count(), 0, "{row}");
        }
        assert_eq!(rows("").count(), 0);
    }
}
