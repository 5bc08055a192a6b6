//! An occupational contraindication: the employer moves the worker and shows evidence of it.
//!
//! Basis: 法 art. 35; 令49 art. 17; domain B6 (one task an item, closed only with evidence).

use super::call::{Call, Makes};
use super::suspected::{OfHazard, concluded};
use super::view::view;
use super::{About, Reaction};
use serde_json::{Map, Value};
use zhijian_kinds::Catalogue;

view!(
    /// An exam as far as contraindications.
    Exam {
        conclusion: String = "conclusion",
        conclusions: Vec<OfHazard> = "conclusions",
        name: String = "contraindication",
        examined_on: String = "examined_on",
    }
);

/// See the module.
pub(crate) struct Contraindication;

/// Code of list CONC.
const CONTRAINDICATED: &str = "4";

impl Reaction for Contraindication {
    fn about(&self) -> About {
        About { name: "contraindication", kind: "exam", reads: Exam::FIELDS }
    }
    fn calls(&self, _catalogue: &Catalogue, state: &str, document: &Map<String, Value>) -> Vec<Call> {
        let exam = Exam::of(document);
        if !concluded(state, &exam.conclusion, &exam.conclusions, CONTRAINDICATED) {
            return Vec::new();
        }
        let title = "将有职业禁忌证的劳动者调离所禁忌的作业";
        vec![Call { detail: exam.name, ..Call::new(Makes::Task("contraindication"), &exam.examined_on, title) }]
    }
}
