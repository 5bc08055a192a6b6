//! A figure by region, industry, month and so on.

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;
use zhijian_kinds::{Indicator, indicator::Measure};

use super::{
    Evaluator, Params,
    answer::{Sums, allowed, read_sums, slice_value, totals},
    rows::texts,
};
use crate::{
    error::{LakeError, Result},
    session::Snapshot,
};

/// A column by which a figure can be taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// Responsible county or zone, with the tree above it.
    Region,
    /// Township.
    Town,
    /// Industry code, with division and section above it.
    Industry,
    /// Size of the employer.
    Size,
    /// Hazard factor.
    Hazard,
    /// Month, `2020-05`.
    Month,
}

impl Dimension {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Region, Self::Town, Self::Industry, Self::Size, Self::Hazard, Self::Month];

    /// Name, also of the column.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Region => "region",
            Self::Town => "town",
            Self::Industry => "industry",
            Self::Size => "size",
            Self::Hazard => "hazard",
            Self::Month => "month",
        }
    }

    /// The dimension with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.name() == name)
    }
}

/// One row of a breakdown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Slice {
    /// Code, or empty for units without one.
    pub key: String,
    /// Chinese name.
    pub label: String,
    /// Key of the row above, or empty.
    pub parent: String,
    /// Depth in the tree, 0 at the top.
    pub depth: usize,
    /// The row is the sum of rows below it.
    pub sum: bool,
    /// Σ numerator; `None` when it is withheld because it counts too few persons.
    pub numerator: Option<f64>,
    /// Σ denominator; `None` as above.
    pub denominator: Option<f64>,
    /// Percent or count.
    pub value: Option<f64>,
    /// As shown.
    pub display: String,
    /// Units.
    pub units: u64,
}

#[derive(Debug, Default)]
struct Node {
    sums: Sums,
    parent: String,
    sum: bool,
}

impl Evaluator {
    /// The figure by one dimension. A row above others is Σ numerator ÷ Σ denominator of the leaves below it.
    ///
    /// # Errors
    /// The indicator has no such dimension, its SQL is wrong, or the lake cannot be read.
    pub async fn breakdown(&self, def: &Indicator, params: &Params, dimension: Dimension) -> Result<Vec<Slice>> {
        if !def.dimensions.iter().any(|d| d == dimension.name()) {
            return Err(LakeError::UnknownDimension { code: def.code.clone(), dimension: dimension.name().into() });
        }
        let leaves = match self.leaves(&self.lake().snapshot(), def, params, dimension).await {
            Err(error) => self.leaves(&self.renewed(error)?, def, params, dimension).await?,
            Ok(found) => found,
        };
        Ok(self.tree(def, params, dimension, leaves))
    }

    /// Sums by the values of a column, as they stand in the rows.
    pub(super) async fn leaves(
        &self,
        snapshot: &Arc<Snapshot>,
        def: &Indicator,
        params: &Params,
        dimension: Dimension,
    ) -> Result<Vec<(String, Sums)>> {
        let column = dimension.name();
        let sql = format!(
            "SELECT COALESCE({column}, '') AS key, {} FROM ({}) AS units WHERE {} GROUP BY COALESCE({column}, '')",
            totals(def),
            self.fill(def, params)?,
            allowed(params)
        );
        let batches = self.queries.kept(snapshot, params.known_at, sql).await?;
        let mut leaves = Vec::new();
        for batch in batches.iter() {
            leaves.extend(texts(batch, "key")?.into_iter().zip(read_sums(batch)?));
        }
        Ok(leaves)
    }

    fn tree(&self, def: &Indicator, params: &Params, dimension: Dimension, leaves: Vec<(String, Sums)>) -> Vec<Slice> {
        let mut nodes: BTreeMap<String, Node> = BTreeMap::new();
        for (key, sums) in leaves {
            let mut at = key.clone();
            let mut leaf = true;
            // A chain is a few levels; the bound guards against a code list that names itself as parent.
            for _ in 0..8 {
                let above = self.above(params, dimension, &at);
                let node = nodes.entry(at).or_default();
                node.parent.clone_from(&above);
                node.sums = node.sums.and(sums);
                node.sum |= !leaf;
                if above.is_empty() {
                    break;
                }
                (at, leaf) = (above, false);
            }
        }
        let mut slices = Vec::with_capacity(nodes.len());
        self.list(def, dimension, &nodes, "", 0, &mut slices);
        slices
    }

    /// Rows of one parent, each followed by the rows below it.
    fn list(
        &self,
        def: &Indicator,
        dimension: Dimension,
        nodes: &BTreeMap<String, Node>,
        parent: &str,
        depth: usize,
        out: &mut Vec<Slice>,
    ) {
        for (key, node) in nodes.iter().filter(|(key, node)| node.parent == parent && !(key.is_empty() && depth > 0)) {
            let (value, display) = slice_value(def, node.sums);
            out.push(Slice {
                key: key.clone(),
                label: self.label(dimension, key),
                parent: parent.into(),
                depth,
                sum: node.sum,
                numerator: Some(node.sums.numerator),
                denominator: Some(if def.measure == Measure::Count { 0.0 } else { node.sums.denominator }),
                value,
                display,
                units: node.sums.units,
            });
            if !key.is_empty() {
                self.list(def, dimension, nodes, key, depth + 1, out);
            }
        }
    }

    /// The key above a key; empty at the top. The region asked for is a top.
    fn above(&self, params: &Params, dimension: Dimension, key: &str) -> String {
        let parent = match dimension {
            Dimension::Region if key != params.region => self.catalogue.regions.get(key).map(|r| r.parent.clone()),
            Dimension::Industry => self.catalogue.list("INDUSTRY").and_then(|l| l.get(key)).map(|c| c.parent.clone()),
            _ => None,
        };
        parent.unwrap_or_default()
    }

    fn label(&self, dimension: Dimension, key: &str) -> String {
        if key.is_empty() {
            return "未填".into();
        }
        let coded = |list: &str| self.catalogue.list(list).map_or(key, |l| l.label(key)).to_owned();
        match dimension {
            Dimension::Region | Dimension::Town => self.catalogue.regions.name(key).to_owned(),
            Dimension::Industry => coded("INDUSTRY"),
            Dimension::Size => coded("SIZE"),
            Dimension::Hazard => coded("HAZARD"),
            Dimension::Month => key.to_owned(),
        }
    }
}
