#![doc = include_str!("../README.md")]

mod error;
mod evaluate;
pub mod explore;
pub mod facts;
mod lake;
mod manifest;
mod outline;
pub mod outlook;
pub mod readings;
pub mod reference;
mod refresh;
mod rows;
mod session;
mod shelf;
mod small;
mod table;
mod threads;
pub mod warnings;
mod writer;

pub use error::{LakeError, Result};
pub use evaluate::{
    Answer, BehindCell, BehindPage, BehindRow, Change, Closer, Cluster, Counted, Dimension, Evaluator, Interval, ListFilter, ListedPage,
    ListedRow, Narrow, Params, PartRow, PlanRow, PointFrame, Points, Slice, Status, Unit, UnitFilter, UnitPage, Which, percent_text,
};
pub use lake::Lake;
pub use refresh::{CONSUMER, Refreshed};
pub use session::Snapshot;
