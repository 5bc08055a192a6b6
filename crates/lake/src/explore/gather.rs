//! Rows are gathered by the values from which keys come, before those are spelt out or anything is summed over all sides: millions of rows
//! become thousands.

use super::ask::{Joins, Sum};
use super::cube::{Cube, known};
use crate::error::Result;
use crate::evaluate::{Evaluator, Params, answer::allowed};

/// What gathered rows give, and how that is put together.
struct Partial {
    /// Aggregates of the gathered rows, after their number `n`.
    each: String,
    /// The rows are gathered by their value too.
    by_value: bool,
    /// Columns that are put together.
    columns: &'static str,
    /// How.
    how: &'static str,
}

impl Partial {
    /// `None` where every row is needed (a median).
    fn of(sum: &Sum, value: &str) -> Option<Self> {
        let by = |each: String, columns, how| Some(Self { each, by_value: false, columns, how });
        match sum {
            Sum::Rows => by(String::new(), "n", "COALESCE(SUM(n), 0)"),
            Sum::Distinct(_) => Some(Self { each: String::new(), by_value: true, columns: "n, value", how: "COUNT(DISTINCT value)" }),
            Sum::Total(_) => by(format!(", SUM({value}) AS value"), "n, value", "SUM(value)"),
            Sum::Mean(_) => {
                by(format!(", SUM({value}) AS value, COUNT({value}) AS told"), "n, value, told", "SUM(value) / NULLIF(SUM(told), 0)")
            }
            Sum::Least(_) => by(format!(", MIN({value}) AS value"), "n, value", "MIN(value)"),
            Sum::Most(_) => by(format!(", MAX({value}) AS value"), "n, value", "MAX(value)"),
            Sum::Median(_) => None,
        }
    }
}

impl Evaluator {
    /// The gathered rows with their keys, and how what they give is put together; `None` where the sum needs every row.
    pub(super) fn gathered(&self, cube: &Cube, params: &Params) -> Result<Option<(String, &'static str)>> {
        let facts = self.lake().facts();
        let fact = known(facts, &cube.fact)?;
        let value = cube.sum.value(fact)?;
        let Some(partial) = Partial::of(&cube.sum, &value) else { return Ok(None) };
        let mut joins = Joins::new(facts);
        let (mut gathered_by, mut keys) = (Vec::new(), vec!["''".to_owned(); 2]);
        for (at, side) in [Some(&cube.rows), cube.columns.as_ref()].into_iter().enumerate() {
            if let Some(side) = side {
                gathered_by.push(format!("{} AS k{at}", side.source(fact, &mut joins)?));
                keys[at] = side.spelt(&format!("k{at}"));
            }
        }
        if partial.by_value {
            gathered_by.push(format!("{value} AS value"));
        }
        let mut only = vec!["TRUE".to_owned()];
        for condition in &cube.only {
            only.push(condition.sql(fact, &mut joins)?);
        }
        let places = (1..=gathered_by.len()).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
        // What may be seen is asked of the fact alone: other facts have the same columns.
        let base = format!(
            "SELECT {} AS r, {} AS c, {} FROM (SELECT {}, COUNT(*) AS n{} FROM (SELECT * FROM {} WHERE {}) AS f{} WHERE {} GROUP BY {places}) AS g",
            keys[0],
            keys[1],
            partial.columns,
            gathered_by.join(", "),
            partial.each,
            fact.name,
            allowed(params),
            joins.sql(),
            only.join(" AND ")
        );
        Ok(Some((base, partial.how)))
    }
}
