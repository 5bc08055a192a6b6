//! Rows of named lists (名单): one query, narrowed to what the asker may see and asks for.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use serde::Serialize;
use zhijian_kinds::NamedList;

use super::{
    Evaluator, Params,
    answer::allowed,
    literal::text,
    rows::{numbers, texts},
    units::whole,
};
use crate::{error::Result, session::Snapshot};

/// Narrows a list. Empty texts do not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListFilter {
    /// Part of the label.
    pub text: String,
    /// Township.
    pub town: String,
    /// Column → value; of columns with several codes one of them.
    pub columns: Vec<(String, String)>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedRow {
    /// Id of the record; empty when the row is a place.
    pub record: String,
    /// Public name.
    pub label: String,
    /// Region.
    pub region: String,
    /// Township.
    pub town: String,
    /// Values of the list's columns, in its order; empty when there is none.
    pub values: Vec<String>,
}

/// A page of rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListedPage {
    /// Rows.
    pub rows: Vec<ListedRow>,
    /// Rows in all.
    pub total: u64,
}

impl Evaluator {
    /// Rows of a list, `limit` from `offset` on. `params.scope` must be that of the list's kind for the asker.
    ///
    /// # Errors
    /// The definition's SQL or an option is wrong, or the lake cannot be read.
    pub async fn listed(&self, def: &NamedList, params: &Params, filter: &ListFilter, offset: u64, limit: u64) -> Result<ListedPage> {
        let from = self.listed_from(def, params, filter)?;
        match self.listed_page(&self.lake().snapshot(), def, params, &from, offset, limit).await {
            Err(error) => self.listed_page(&self.renewed(error)?, def, params, &from, offset, limit).await,
            found => found,
        }
    }

    /// How many rows a list has.
    ///
    /// # Errors
    /// As [`Evaluator::listed`].
    pub async fn listed_total(&self, def: &NamedList, params: &Params, filter: &ListFilter) -> Result<u64> {
        let from = self.listed_from(def, params, filter)?;
        match self.total(&self.lake().snapshot(), params, &from).await {
            Err(error) => self.total(&self.renewed(error)?, params, &from).await,
            found => found,
        }
    }

    /// Values of a column with their numbers of rows, the most frequent first.
    ///
    /// # Errors
    /// As [`Evaluator::listed`].
    pub async fn listed_by(&self, def: &NamedList, params: &Params, column: &str) -> Result<Vec<(String, u64)>> {
        if !def.columns.contains_key(column) && column != "town" {
            return Ok(Vec::new());
        }
        let from = self.listed_from(def, params, &ListFilter::default())?;
        let sql = format!(
            "SELECT CAST({column} AS VARCHAR) AS value, COUNT(*) AS total {from} GROUP BY CAST({column} AS VARCHAR) ORDER BY total DESC, value"
        );
        let mut out = Vec::new();
        for batch in self.queries.run(&self.lake().snapshot(), params.known_at, &sql).await? {
            let totals = numbers(&batch, "total")?;
            out.extend(texts(&batch, "value")?.into_iter().zip(totals.into_iter().map(|n| whole(n.unwrap_or_default()))));
        }
        Ok(out)
    }

    fn listed_from(&self, def: &NamedList, params: &Params, filter: &ListFilter) -> Result<String> {
        let sql = self.fill_text(&def.list, &def.sql, &def.options, params)?;
        let mut from = format!("FROM ({sql}) AS listed WHERE {}", allowed(params));
        let mut and = |condition: String| {
            from.push_str(" AND ");
            from.push_str(&condition);
        };
        if !filter.text.is_empty() {
            and(format!("STRPOS(label, {}) > 0", text(&filter.text)));
        }
        if !filter.town.is_empty() {
            and(format!("town = {}", text(&filter.town)));
        }
        for (name, value) in filter.columns.iter().filter(|(name, value)| def.columns.contains_key(name) && !value.is_empty()) {
            let one = format!("CAST({name} AS VARCHAR) = {}", text(value));
            let several = format!("STRPOS(CAST({name} AS VARCHAR), {}) > 0", text(&format!(";{value};")));
            and(if def.columns[name].codes.is_some() { format!("({one} OR {several})") } else { one });
        }
        Ok(from)
    }

    async fn listed_page(
        &self,
        snapshot: &Arc<Snapshot>,
        def: &NamedList,
        params: &Params,
        from: &str,
        offset: u64,
        limit: u64,
    ) -> Result<ListedPage> {
        let total = self.total(snapshot, params, from).await?;
        let own: String = def.columns.keys().fold(String::new(), |sql, name| format!("{sql}, {name}"));
        let sql =
            format!("SELECT record, label, region, town{own} {from} ORDER BY {}label, record LIMIT {limit} OFFSET {offset}", order(def));
        let mut rows = Vec::new();
        for batch in self.queries.run(snapshot, params.known_at, &sql).await? {
            rows.extend(read(def, &batch)?);
        }
        Ok(ListedPage { rows, total })
    }
}

/// Columns of the order, each with its comma.
fn order(def: &NamedList) -> String {
    def.sort.iter().fold(String::new(), |sql, name| {
        let (name, way) = name.strip_prefix('-').map_or((name.as_str(), "ASC"), |name| (name, "DESC"));
        format!("{sql}{name} {way} NULLS LAST, ")
    })
}

fn read(def: &NamedList, batch: &RecordBatch) -> Result<Vec<ListedRow>> {
    let names = ["record", "label", "region", "town"].into_iter().chain(def.columns.keys().map(String::as_str));
    let mut columns = names.map(|name| texts(batch, name).map(Vec::into_iter)).collect::<Result<Vec<_>>>()?;
    let row = |columns: &mut Vec<std::vec::IntoIter<String>>| {
        let mut cells = columns.iter_mut().map(|c| c.next().unwrap_or_default());
        let mut next = || cells.next().unwrap_or_default();
        let (record, label, region, town) = (next(), next(), next(), next());
        ListedRow { record, label, region, town, values: cells.collect() }
    };
    Ok((0..batch.num_rows()).map(|_| row(&mut columns)).collect())
}
