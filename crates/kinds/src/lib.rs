//! Definitions as data: kinds, code lists, regions, rule sets, indicators and plans.
//!
//! A [`Kind`] says what can be filed; a raw draft (texts as they came) becomes a checked record by
//! [`intake::read_draft`] (texts to values) and [`Kind::check`] (schema, cross-field rules). This crate does no I/O beyond
//! the embedded `definitions/` folder and knows nothing of storage or HTTP.
//!
//! The language of the definition files is described in `docs/kind-language.md`.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise"))]

pub mod access;
pub mod argument;
pub mod boards;
pub mod catalogue;
pub mod codes;
pub mod dates;
pub mod due;
pub mod evaluation;
pub mod exams;
pub mod ident;
pub mod indicator;
pub mod intake;
pub mod kind;
pub mod layers;
pub mod lint;
pub mod lists;
pub mod matches;
pub mod notice;
pub mod outlines;
pub mod paper;
pub mod problem;
pub mod protection;
pub mod regions;
pub mod rules;
pub mod schema;
pub mod suggest;
pub mod tables;
pub mod text;
pub mod warning;
pub mod yaml;

pub use argument::Argument;
pub use boards::Board;
pub use catalogue::Catalogue;
pub use codes::{Code, CodeList};
pub use indicator::{Indicator, Plan, Target};
pub use kind::{Field, FieldType, Kind};
pub use layers::Layer;
pub use lists::NamedList;
pub use matches::Match;
pub use outlines::Outlines;
pub use problem::{Level, Problem};
pub use regions::Regions;
pub use tables::StatTable;
