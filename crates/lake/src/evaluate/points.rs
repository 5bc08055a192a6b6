//! Things with coordinates, gathered into the squares of a grid so that a whole province is a few hundred marks.

use std::sync::Arc;

use serde::Serialize;
use zhijian_kinds::layers::Points as Definition;

use super::{
    Evaluator, Params,
    answer::allowed,
    rows::{numbers, texts},
};
use crate::{error::Result, outline, session::Snapshot};

/// Part of the map, degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Western edge.
    pub west: f64,
    /// Southern edge.
    pub south: f64,
    /// Eastern edge.
    pub east: f64,
    /// Northern edge.
    pub north: f64,
    /// Side of a square.
    pub step: f64,
}

/// Things of one square.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cluster {
    /// Mean longitude, degrees.
    pub lon: f64,
    /// Mean latitude, degrees.
    pub lat: f64,
    /// How many.
    pub count: u64,
    /// The record, when it is one.
    pub record: String,
    /// Its public name.
    pub label: String,
}

/// What stands in a frame.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Points {
    /// The clusters, the largest first.
    pub clusters: Vec<Cluster>,
    /// Things whose coordinates do not lie in the county that their record names, wherever they are; they are in no cluster.
    pub misplaced: u64,
}

/// Most marks that are given: more cannot be told apart on a screen.
const MOST: usize = 2_000;

impl Evaluator {
    /// The things inside a frame. `params.scope` must be that of the points' kind for the asker.
    ///
    /// # Errors
    /// The definition's SQL or an option is wrong, or the lake cannot be read.
    pub async fn points(&self, code: &str, points: &Definition, params: &Params, frame: Frame) -> Result<Points> {
        let step = frame.step.max(1e-6);
        let units = self.fill_text(code, &points.sql, &indexmap::IndexMap::new(), params)?;
        let placed = format!(
            "SELECT units.*, {}(region, lon, lat) IS NOT FALSE AS placed FROM ({units}) AS units WHERE {}",
            outline::NAME,
            allowed(params)
        );
        let clusters = format!(
            "SELECT AVG(lon) AS lon, AVG(lat) AS lat, COUNT(*) AS n, MIN(record) AS record, MIN(label) AS label \
             FROM ({placed}) AS things WHERE placed AND lon BETWEEN {:.6} AND {:.6} AND lat BETWEEN {:.6} AND {:.6} \
             GROUP BY FLOOR(lon / {step:.8}), FLOOR(lat / {step:.8}) ORDER BY n DESC LIMIT {MOST}",
            frame.west, frame.east, frame.south, frame.north
        );
        let misplaced = format!("SELECT COUNT(*) AS n FROM ({placed}) AS things WHERE NOT placed");
        match self.told(&self.lake().snapshot(), params, clusters.clone(), misplaced.clone()).await {
            Err(error) => self.told(&self.renewed(error)?, params, clusters, misplaced).await,
            found => found,
        }
    }

    async fn told(&self, snapshot: &Arc<Snapshot>, params: &Params, clusters: String, misplaced: String) -> Result<Points> {
        let clusters = self.clusters(snapshot, params, clusters).await?;
        let mut count = 0;
        for batch in self.queries.kept(snapshot, params.known_at, misplaced).await?.iter() {
            count += numbers(batch, "n")?.into_iter().flatten().map(super::units::whole).sum::<u64>();
        }
        Ok(Points { clusters, misplaced: count })
    }

    async fn clusters(&self, snapshot: &Arc<Snapshot>, params: &Params, sql: String) -> Result<Vec<Cluster>> {
        let mut all = Vec::new();
        for batch in self.queries.kept(snapshot, params.known_at, sql).await?.iter() {
            let (mut records, mut labels) = (texts(batch, "record")?.into_iter(), texts(batch, "label")?.into_iter());
            let (mut lats, mut counts) = (numbers(batch, "lat")?.into_iter(), numbers(batch, "n")?.into_iter());
            for lon in numbers(batch, "lon")? {
                let (record, label) = (records.next().unwrap_or_default(), labels.next().unwrap_or_default());
                let (lat, count) = (lats.next().flatten(), super::units::whole(counts.next().flatten().unwrap_or_default()));
                let (Some(lon), Some(lat)) = (lon, lat) else { continue };
                let single = count == 1;
                let told = |text: String| if single { text } else { String::new() };
                all.push(Cluster { lon, lat, count, record: told(record), label: told(label) });
            }
        }
        Ok(all)
    }
}
