//! A suspected occupational disease: the employer arranges its diagnosis, the institution reports a card.
//!
//! Basis: 法 arts. 50, 55; GBZ 188—2025 Annex G; domain B6, B8, E.4 rule 4.

use super::call::{Call, Makes};
use super::view::view;
use super::{About, Reaction};
use serde::Deserialize;
use serde_json::{Map, Value};
use zhijian_kinds::Catalogue;

view!(
    /// An exam as far as its conclusion.
    Exam {
        conclusion: String = "conclusion",
        conclusions: Vec<OfHazard> = "conclusions",
        disease: String = "suspected_disease",
        examined_on: String = "examined_on",
        told_on: Option<String> = "employer_told_on",
    }
);

/// The conclusion about one hazard.
#[derive(Debug, Deserialize)]
pub(crate) struct OfHazard {
    result_code: String,
}

/// Does an exam that is finished say so, as a whole or about one hazard? `code` is of list CONC.
pub(crate) fn concluded(state: &str, whole: &str, of_hazards: &[OfHazard], code: &str) -> bool {
    !UNFINISHED.contains(&state) && (whole == code || of_hazards.iter().any(|c| c.result_code == code))
}

/// See the module.
pub(crate) struct Suspected;

/// Code of list CONC.
const SUSPECTED: &str = "3";

/// States in which an exam has no conclusion yet.
pub(crate) const UNFINISHED: [&str; 2] = ["listed", "examining"];

impl Reaction for Suspected {
    fn about(&self) -> About {
        About { name: "suspected", kind: "exam", reads: Exam::FIELDS }
    }
    fn calls(&self, _catalogue: &Catalogue, state: &str, document: &Map<String, Value>) -> Vec<Call> {
        let exam = Exam::of(document);
        if !concluded(state, &exam.conclusion, &exam.conclusions, SUSPECTED) {
            return Vec::new();
        }
        let task = Call {
            since: exam.told_on,
            detail: exam.disease,
            ..Call::new(Makes::Task("suspected"), &exam.examined_on, "安排劳动者进行职业病诊断")
        };
        vec![task, Call::new(Makes::Card("3"), &exam.examined_on, "报送疑似职业病报告卡")]
    }
}
