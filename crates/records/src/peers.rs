//! What others of an industry declared (同行业单位申报过的因素): counts only, from enough employers that nobody is told apart.

use crate::door::{Door, DoorError};
use crate::port::{Filter, Op, Query, Stored};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use zhijian_kinds::intake::get_path;

/// Newest declarations that are looked at.
const MOST: usize = 4000;
/// States of a declaration that was handed in and not sent back.
const HANDED_IN: &str = "submitted,accepted,receipted,valid,due_update,overdue_update,changing";

impl Door {
    /// Hazards that employers of an industry (prefix of a GB/T 4754 code) declared, with the number of employers, most first. Hazards
    /// of fewer employers than the smallest cell (A.2 R19) are left out, and the asker's own declarations do not count.
    ///
    /// # Errors
    /// The store failed.
    pub async fn declared_in_industry(&self, industry: &str, own: &str) -> Result<Vec<(String, usize)>, DoorError> {
        if industry.is_empty() {
            return Ok(Vec::new());
        }
        let filters = vec![Filter::field("industry", Op::Prefix, industry), Filter::system("state", Op::In, HANDED_IN)];
        let mut query = Query { limit: 500, ..Query::newest("declaration", filters) };
        let mut rows: Vec<Stored> = Vec::new();
        loop {
            let page = self.store.query(&query).await.map_err(Self::store_error("declaration"))?;
            rows.extend(page.rows);
            query.cursor = page.next;
            if query.cursor.is_none() || rows.len() >= MOST {
                break;
            }
        }
        let mut by_hazard: HashMap<String, HashSet<String>> = HashMap::new();
        for row in rows.iter().filter(|row| !row.owner.is_empty() && row.owner != own) {
            let document = row.document();
            for hazard in get_path(&document, "hazards").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
                by_hazard.entry(hazard.to_owned()).or_default().insert(row.owner.clone());
            }
        }
        let least = usize::try_from(self.catalogue.roles.smallest_cell).unwrap_or(usize::MAX);
        let mut told: Vec<(String, usize)> = by_hazard
            .into_iter()
            .map(|(hazard, employers)| (hazard, employers.len()))
            .filter(|(_, employers)| *employers >= least)
            .collect();
        told.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Ok(told)
    }
}
