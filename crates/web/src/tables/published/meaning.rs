//! What a number of a table counts, as a name that another table's number has just when it counts the same.

use super::text::{conditions, cut, plain};
use std::collections::BTreeSet;
use zhijian_kinds::StatTable;
use zhijian_kinds::indicator::Measure;
use zhijian_kinds::tables::Line;

/// Years that a line's units are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// The year asked for, or as things stand at its end.
    Year,
    /// So many years up to the one asked for.
    Years(i32),
}

/// What a line counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// What the rows are taken from; queries that this does not read are their own text.
    pub from: String,
    rows: BTreeSet<String>,
    counted: BTreeSet<String>,
    base: BTreeSet<String>,
    keys: [String; 3],
    /// Of which years.
    pub span: Span,
}

/// Which count of a cell: those that count, the others, both together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Numerator.
    Counted,
    /// Denominator less numerator.
    Others,
    /// Denominator.
    All,
}

/// An axis of a table, by its place in [`Meaning::name`].
pub const AXES: [&str; 3] = ["group_key", "row_key", "column_key"];

impl Meaning {
    /// Of the lines that fill a row: one, or several that are then taken for one text.
    #[must_use]
    pub fn of(table: &StatTable, lines: &[&Line]) -> Self {
        let texts: Vec<String> = lines.iter().filter_map(|line| line.sql.as_deref()).map(plain).map(|sql| options(table, sql)).collect();
        let measure = lines.first().map_or(table.measure, |line| table.measure_of(line));
        if let [only] = texts.as_slice()
            && let Some(read) = Self::read(only, measure)
        {
            return read;
        }
        Self {
            from: texts.join(" ; "),
            rows: BTreeSet::new(),
            counted: BTreeSet::from(["num".to_owned()]),
            base: BTreeSet::new(),
            keys: AXES.map(str::to_owned),
            span: Span::Year,
        }
    }

    /// A query of one `SELECT … FROM … WHERE …`.
    fn read(sql: &str, measure: Measure) -> Option<Self> {
        let whole = !sql.starts_with("WITH ") && cut(sql, " UNION ").len() == 1;
        let [head, tail] = cut(sql.strip_prefix("SELECT ").filter(|_| whole)?, " FROM ").try_into().ok()?;
        if head.starts_with("DISTINCT ") || [" HAVING ", " LIMIT ", " ORDER BY "].iter().any(|word| cut(tail, word).len() > 1) {
            return None;
        }
        let (tail, grouped) = two(tail, " GROUP BY ");
        let (from, kept) = two(tail, " WHERE ");
        let items: Vec<(&str, &str)> = cut(head, ", ").into_iter().filter_map(|item| item.rsplit_once(" AS ")).collect();
        let item = |name: &str| items.iter().find(|(_, n)| *n == name).map_or(name, |(expression, _)| *expression).to_owned();
        let (rows, span) = in_time(conditions(kept));
        // Joins from the left side add nothing and take nothing away (they are by id); the rest is what the rows are of.
        let joined = cut(from, " LEFT JOIN ");
        let taken = if joined.iter().skip(1).any(|part| part.contains(" JOIN ")) { from } else { joined.first().copied().unwrap_or(from) };
        let taken = taken.split_once(' ').filter(|(_, alias)| alias.len() == 1).map_or(taken, |(table, _)| table);
        let each: Vec<&str> = cut(grouped, ", ").into_iter().filter(|by| !matches!(*by, "" | "region" | "year")).collect();
        let from = if grouped.is_empty() { taken.to_owned() } else { format!("{taken} per {}", each.join(", ")) };
        let counted = counts(&item("num"), "num");
        let base = if measure == Measure::Rate { counts(&item("den"), "den") } else { BTreeSet::new() };
        Some(Self { from, rows, counted, base, keys: AXES.map(item), span })
    }

    /// The name of a number: the keys of the axes (codes; `None` for all of them), the place, and which count.
    #[must_use]
    pub fn name(&self, keys: [Option<&[String]>; 3], place: &str, part: Part) -> String {
        let mut held = self.rows.clone();
        for (expression, codes) in self.keys.iter().zip(keys) {
            held.extend(codes.filter(|codes| !codes.is_empty()).map(|codes| equal(expression, codes)));
        }
        let mut others = String::new();
        match part {
            Part::All => held.extend(self.base.iter().cloned()),
            Part::Counted => held.extend(self.counted.iter().chain(&self.base).cloned()),
            Part::Others => {
                held.extend(self.base.iter().cloned());
                others = format!(" but {}", self.counted.iter().cloned().collect::<Vec<_>>().join(" & "));
            }
        }
        let implied = |condition: &String| implied(condition, &held);
        let held: Vec<&str> = held.iter().filter(|c| !implied(c)).map(String::as_str).collect();
        format!("{} | {} | {place}{others}", self.from, held.join(" & "))
    }
}

/// Before and after a word.
fn two<'a>(text: &'a str, at: &str) -> (&'a str, &'a str) {
    match cut(text, at).as_slice() {
        [before, after] => (*before, *after),
        _ => (text, ""),
    }
}

/// `{name}` of the table's options as their values: two tables with other values count other things.
fn options(table: &StatTable, mut sql: String) -> String {
    for (name, value) in &table.options {
        sql = sql.replace(&format!("{{{name}}}"), &value.to_string());
    }
    sql
}

/// Conditions without those that only say the year, and how many years they say.
fn in_time(all: Vec<String>) -> (BTreeSet<String>, Span) {
    let window = all.iter().find_map(|c| c.strip_prefix("year > {year} - ")?.parse::<i32>().ok());
    let of_year = |c: &str| {
        matches!(c, "year = {year}" | "year <= {year}") || c.ends_with(" BETWEEN {from} AND {to}") || c.starts_with("year > {year} - ")
    };
    let yearly = all.iter().any(|c| of_year(c));
    // A window of years is cut at the end of its last one, which says nothing of the earlier ones.
    let kept = |c: &String| !of_year(c) && (window.is_none() || !c.ends_with(" <= {cut}"));
    let mut rows: BTreeSet<String> = all.iter().filter(|c| kept(c)).cloned().collect();
    // What happened in a year is told apart from what stands at its end.
    if yearly {
        rows.insert("in the year".to_owned());
    }
    (rows, window.map_or(Span::Year, Span::Years))
}

/// What a summand of 1 or 0 asks for.
fn counts(expression: &str, name: &str) -> BTreeSet<String> {
    if expression == "1" {
        return BTreeSet::new();
    }
    let when = expression.strip_prefix("CASE WHEN ").and_then(|rest| rest.strip_suffix(" THEN 1 ELSE 0 END"));
    match when.filter(|when| !when.contains(" WHEN ")) {
        Some(when) => conditions(when).into_iter().collect(),
        None => BTreeSet::from([format!("{name}: {expression}")]),
    }
}

fn equal(expression: &str, codes: &[String]) -> String {
    let mut codes: Vec<String> = codes.iter().map(|code| format!("'{code}'")).collect();
    codes.sort();
    match codes.as_slice() {
        [one] => format!("{expression} = {one}"),
        _ => format!("{expression} IN ({})", codes.join(", ")),
    }
}

/// Does another condition say so already: `x = '3'` that x is filled in?
fn implied(condition: &str, all: &BTreeSet<String>) -> bool {
    let fixed = |x: &str, to: Option<&str>| {
        let (one, any) = (format!("{x} = "), format!("{x} IN ("));
        all.iter().any(|c| {
            c != condition
                && match to {
                    Some(value) => *c == format!("{one}{value}"),
                    None => (c.starts_with(&one) && !c.ends_with("''")) || c.starts_with(&any),
                }
        })
    };
    if let Some(x) = condition.strip_suffix(" IS NOT NULL") {
        return fixed(x, None);
    }
    // A choice from a list says nothing more of what is fixed; where it is not on the list the number is another one.
    if let Some((x, _)) = condition.split_once(" IN (SELECT ") {
        return fixed(x, None);
    }
    let optional = condition.strip_prefix('(').and_then(|c| c.strip_suffix(')')).and_then(|c| c.split_once(" IS NULL OR "));
    optional.is_some_and(|(x, rest)| rest.strip_prefix(&format!("{x} = ")).is_some_and(|value| fixed(x, Some(value))))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;
    use zhijian_kinds::Catalogue;

    fn line_of(catalogue: &Catalogue, table: &str, key: &str) -> (StatTable, Line) {
        let (board, panel) = table.split_once('/').unwrap_or(("", table));
        let found = match catalogue.boards.get(board) {
            Some(board) => match board.panel(panel).unwrap().source(board, &catalogue.tables).unwrap() {
                zhijian_kinds::boards::Source::Table(table) => *table,
                zhijian_kinds::boards::Source::Indicators => panic!("{table} has no lines"),
            },
            None if board == "map" => catalogue.layers[panel].table().unwrap(),
            None => catalogue.tables[table].clone(),
        };
        let line = found.lines.iter().find(|line| line.key == key).unwrap().clone();
        (found, line)
    }

    fn name(table: &str, key: &str, codes: [Option<&str>; 3], part: Part) -> String {
        let catalogue = Catalogue::embedded();
        let (table, line) = line_of(&catalogue, table, key);
        let codes = codes.map(|code| code.map(|c| vec![c.to_owned()]));
        Meaning::of(&table, &[&line]).name([codes[0].as_deref(), codes[1].as_deref(), codes[2].as_deref()], "130302", part)
    }

    #[test]
    fn the_same_number_has_the_same_name_in_every_table() {
        let none = [None, None, None];
        let suspected = name("health/steps", "suspected", none, Part::Counted);
        for (table, key, codes) in [
            ("health/rates", "suspected", none),
            ("health/by_county", "", [None, None, Some("3")]),
            ("map/suspected", "", none),
            ("core_indicators", "M-02", none),
        ] {
            assert_eq!(name(table, key, codes, Part::Counted), suspected, "{table}");
        }
        let examined = name("health/steps", "examined", none, Part::Counted);
        assert_eq!(name("health/rates", "suspected", none, Part::All), examined);
        let cases = name("map/cases", "", none, Part::Counted);
        assert_eq!(name("core_indicators", "M-01", none, Part::Counted), cases);
        assert_eq!(name("new_cases", "", none, Part::Counted), cases, "a year of five");
        assert_eq!(name("map/followed", "", none, Part::Counted), name("patients/followed_years", "", none, Part::Counted));
    }

    #[test]
    fn other_numbers_have_other_names() {
        let none = [None, None, None];
        let suspected = name("health/steps", "suspected", none, Part::Counted);
        assert_ne!(name("health/steps", "contraindicated", none, Part::Counted), suspected);
        assert_ne!(name("health/rates", "suspected", none, Part::Others), suspected);
        assert_ne!(name("patients/totals", "lost", none, Part::Counted), name("patients/totals", "died", none, Part::Counted));
    }
}
