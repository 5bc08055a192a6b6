//! Rows are gathered by the columns from which keys come, before anything is joined, spelt out or summed over all sides: millions of rows
//! become thousands.

use std::collections::BTreeSet;

use super::ask::{Joins, Side, Sum};
use super::cube::{Cube, known};
use crate::error::Result;
use crate::evaluate::{Evaluator, Params, answer::allowed};

/// The source of sides that are a time; columns are quoted, so none is taken for it.
pub(super) const TIME: &str = "event_date";

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
            Sum::Rows => by(String::new(), "f.n", "COALESCE(SUM(n), 0)"),
            Sum::Distinct(_) => Some(Self { each: String::new(), by_value: true, columns: "f.n, f.value", how: "COUNT(DISTINCT value)" }),
            Sum::Total(_) => by(format!(", SUM({value}) AS value"), "f.n, f.value", "SUM(value)"),
            Sum::Mean(_) => {
                by(format!(", SUM({value}) AS value, COUNT({value}) AS told"), "f.n, f.value, f.told", "SUM(value) / NULLIF(SUM(told), 0)")
            }
            Sum::Least(_) => by(format!(", MIN({value}) AS value"), "f.n, f.value", "MIN(value)"),
            Sum::Most(_) => by(format!(", MAX({value}) AS value"), "f.n, f.value", "MAX(value)"),
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
        let sides = [Some(&cube.rows), cube.columns.as_ref()];
        let rows = cube.rows.sql(fact, &mut joins)?;
        let columns = cube.columns.as_ref().map_or(Ok("''".into()), |side| side.sql(fact, &mut joins))?;
        let mut sources = sides.into_iter().flatten().map(|side| side.source(fact)).collect::<Result<BTreeSet<_>>>()?;
        let (mut own, mut joined) = (vec![allowed(params)], vec!["TRUE".to_owned()]);
        for only in &cube.only {
            let through = only.through(fact)?;
            if through.is_some() { &mut joined } else { &mut own }.push(only.sql(fact, &mut joins)?);
            sources.extend(through);
        }
        // No key tells days apart.
        let monthly = sides.into_iter().flatten().any(|side| matches!(side, Side::Month | Side::Quarter));
        let day = format!("date_trunc('{}', f.event_date) AS event_date", if monthly { "month" } else { "year" });
        let mut gathered_by: Vec<String> =
            sources.into_iter().map(|name| if name == TIME { day.clone() } else { format!("f.{name} AS {name}") }).collect();
        if partial.by_value {
            gathered_by.push(format!("{value} AS value"));
        }
        let places = (1..=gathered_by.len()).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
        let gathered = format!(
            "SELECT {}, COUNT(*) AS n{} FROM {} AS f WHERE {} GROUP BY {places}",
            gathered_by.join(", "),
            partial.each,
            fact.name,
            own.join(" AND ")
        );
        let base = format!(
            "SELECT {rows} AS r, {columns} AS c, {} FROM ({gathered}) AS f{} WHERE {}",
            partial.columns,
            joins.sql(),
            joined.join(" AND ")
        );
        Ok(Some((base, partial.how)))
    }
}
