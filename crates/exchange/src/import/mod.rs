//! Import: from the files of an office to filed records and a report in which every row has its end.
//!
//! All sheets are recognised first and ordered so that a kind comes after those it refers to; rows stream through the door in
//! chunks; progress and findings are saved with the rows they stand for, so that a killed import goes on where it stopped.

mod files;
mod report;
mod run;
mod survey;

pub use files::{InputFile, collect};
pub use report::{Counts, FileReport, Report, SheetReport};
pub use run::{Observer, Options, Progress, import};
