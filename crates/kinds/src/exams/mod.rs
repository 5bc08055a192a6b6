//! Occupational health surveillance as data: who is due for which examination, when, and with which items.
//!
//! `definitions/rules/exam_cycles.csv`, `exam_items.csv` (GBZ 188, both editions) and `exam_item_codes.csv`. Nothing here reads a record
//! or a clock: a worker's exposure goes in, what is due comes out.

mod due;
mod tables;

pub use due::{DueExam, DueHazard, Worker, counts_for_leaving, due};
pub use tables::{Cycle, Items, Tables};

/// Code of list EXAM: before the post.
pub const BEFORE: &str = "1";
/// Code of list EXAM: in service.
pub const DURING: &str = "2";
/// Code of list EXAM: on leaving.
pub const LEAVING: &str = "3";
/// Code of list EXAM: after an emergency.
pub const EMERGENCY: &str = "5";

/// Category of examination (list EXCAT) that a hazard belongs to, by the first letter of its code.
#[must_use]
pub fn category(hazard: &str) -> &'static str {
    match hazard.chars().next() {
        Some('D') => "1",
        Some('C') => "2",
        Some('P') => "3",
        Some('B') => "4",
        Some('R') => "5",
        _ => "6",
    }
}
