//! Rows a key and month become one row a key with the list of its months.

use indexmap::IndexMap;
use serde_json::{Value, json};
use zhijian_kinds::dates::add_months;
use zhijian_records::warnings::Row;

/// The last `periods` months up to the day; months without rows are 0. Other columns are those of the key's first row.
pub fn fold(rows: Vec<Row>, periods: u32, today: &str) -> Vec<Row> {
    let month = today.get(..7).unwrap_or_default();
    let first = format!("{month}-01");
    let months: Vec<String> =
        (0..periods).rev().filter_map(|back| add_months(&first, -i64::from(back))).map(|day| day.chars().take(7).collect()).collect();
    let mut by_key: IndexMap<String, (Row, Vec<f64>)> = IndexMap::new();
    for row in rows {
        let key = row.get("key").and_then(Value::as_str).unwrap_or_default().to_owned();
        let at = row.get("period").and_then(Value::as_str).and_then(|p| months.iter().position(|m| m == p));
        let n = row.get("n").and_then(Value::as_f64).unwrap_or_default();
        let (_, counts) = by_key.entry(key).or_insert_with(|| (row, vec![0.0; months.len()]));
        if let Some(place) = at.and_then(|at| counts.get_mut(at)) {
            *place += n;
        }
    }
    by_key
        .into_values()
        .map(|(mut row, counts)| {
            row.insert("series".into(), json!(counts));
            row.insert("first_month".into(), json!(months.first()));
            row
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::fold;
    use serde_json::{Value, json};

    #[test]
    fn months_without_cases_are_nought_and_others_fall_into_their_place() {
        let row = |period: &str, n: f64| json!({"key": "a", "period": period, "n": n}).as_object().cloned().unwrap_or_default();
        let folded = fold(vec![row("2020-12", 2.0), row("2020-10", 1.0), row("2019-01", 9.0)], 4, "2020-12-15");
        assert_eq!(folded.len(), 1);
        assert_eq!(folded[0]["series"], json!([0.0, 1.0, 0.0, 2.0]));
        assert_eq!(folded[0].get("first_month").and_then(Value::as_str), Some("2020-09"));
    }
}
