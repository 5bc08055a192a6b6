//! A living patient without coverage of any kind: an aid case to look into (保障缺口).
//!
//! Basis: 法 arts. 59, 61; domain B10. Which aid it will be, those who look into it decide; it begins as medical aid (法 art. 61).

use super::call::{Call, Makes};
use super::view::view;
use super::{About, Reaction};
use serde_json::{Map, Value};
use zhijian_kinds::Catalogue;

view!(
    /// A patient as far as coverage.
    Patient {
        coverage: Vec<String> = "coverage",
        injury_recognised: bool = "injury_recognised",
        living: Option<String> = "living",
        died_on: Option<String> = "died_on",
        last_visit_on: Option<String> = "last_visit_on",
        registered_on: String = "registered_on",
    }
);

/// See the module.
pub(crate) struct Uncovered;

/// States in which the person is a patient of ours.
const OURS: [&str; 2] = ["resulted", "followed"];

impl Reaction for Uncovered {
    fn about(&self) -> About {
        About { name: "uncovered", kind: "patient", reads: Patient::FIELDS }
    }
    fn calls(&self, _catalogue: &Catalogue, state: &str, document: &Map<String, Value>) -> Vec<Call> {
        let patient = Patient::of(document);
        let dead = patient.died_on.is_some() || patient.living.as_deref().is_some_and(|l| l != "alive");
        if !OURS.contains(&state) || dead || patient.injury_recognised || !patient.coverage.is_empty() {
            return Vec::new();
        }
        let on = patient.last_visit_on.unwrap_or(patient.registered_on);
        vec![Call::new(Makes::Aid("2"), &on, "患者没有任何保障")]
    }
}
