//! Years of the demo region: what its offices, clinics and laboratories would have handed in after 2020.
//!
//! Pure: from a seed and the records of 2020 come drafts, kind by kind and year by year; the same seed gives the same drafts. Whoever asks
//! for them files them through the door. Everything is synthetic and marked so (`demo/README.md`): names, credit codes, identity and
//! telephone numbers of nobody. Limits come from the tables of `zhijian-calc`; where the figures go stands in [`plan`].

mod days;
mod dice;
mod kinds;
mod limits;
mod map;
mod names;
pub mod plan;
mod stage;
mod trades;
pub mod world;

pub use stage::Options;
use stage::Stage;
use std::ops::RangeInclusive;
use world::World;
use zhijian_kinds::Catalogue;

/// A record that is to be filed: fields of its kind.
pub type Row = serde_json::Map<String, serde_json::Value>;

/// Year of the workbooks that the history goes on from.
pub const BASE: i32 = 2020;

/// Rows of one kind, to be filed like one file.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Kind.
    pub kind: &'static str,
    /// Rows.
    pub rows: Vec<Row>,
}

/// The history of a region.
pub struct History<'a> {
    stage: Stage<'a>,
}

impl<'a> History<'a> {
    /// Begins at the end of the base year.
    #[must_use]
    pub fn new(catalogue: &'a Catalogue, world: World, options: Options) -> Self {
        Self { stage: Stage::new(catalogue, world, options) }
    }

    /// Its years; empty when it ends before it begins.
    #[must_use]
    pub fn years(&self) -> RangeInclusive<i32> {
        plan::FIRST..=self.stage.until
    }

    /// What is handed in about a year, in an order in which references are there before what refers to them. Years are asked for in order.
    pub fn year(&mut self, year: i32) -> Vec<Batch> {
        let mut batches = Vec::new();
        for (kind, rows) in kinds::all() {
            let rows = rows(&mut self.stage, year);
            if !rows.is_empty() {
                batches.push(Batch { kind, rows });
            }
        }
        batches
    }
}

/// A number that stands for the batches: equal drafts, equal digest.
#[must_use]
pub fn digest(batches: &[Batch]) -> u64 {
    batches.iter().flat_map(|b| b.rows.iter().map(move |row| (b.kind, row))).fold(0, |so_far, (kind, row)| {
        let text = serde_json::to_string(row).unwrap_or_default();
        dice::hash(so_far, kind, &text)
    })
}
