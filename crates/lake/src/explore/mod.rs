//! Free exploration (探索): a fact by one or two sides, counted or summed inside the asker's scope, and reading queries of analysts.
//!
//! Names of facts and columns are looked up among those of the lake and values are written as literals, so nothing that a person types
//! becomes part of a query.

mod ask;
mod cube;
mod gather;
mod sql;

pub use ask::{Only, Side, Sum};
pub use cube::{Cube, CubeCell, CubeRows};
pub use sql::{SqlAnswer, SqlLimits, Visible};
