//! A badge without a result, and a dose above the investigation level: both are checked.
//!
//! Basis: 令55 art. 11; GBZ 128; domain B16.

use super::call::{Call, Makes};
use super::view::view;
use super::{About, Reaction};
use serde_json::{Map, Value};
use zhijian_kinds::Catalogue;

view!(
    /// A dose as far as what is to be checked.
    Dose {
        missing: Option<String> = "missing_reason",
        nominal: bool = "nominal",
        over_level: bool = "over_level",
        verified: Option<String> = "verify_result",
        period: String = "period",
        period_end: String = "period_end",
    }
);

/// A badge that was lost or not sent in, without a nominal dose so far.
pub(crate) struct MissingBadge;
/// A dose above the investigation level that was not checked so far.
pub(crate) struct HighDose;

/// A period that still runs is dated on its last day.
impl Reaction for MissingBadge {
    fn about(&self) -> About {
        About { name: "missing_badge", kind: "dose", reads: Dose::FIELDS }
    }
    fn calls(&self, _catalogue: &Catalogue, _state: &str, document: &Map<String, Value>) -> Vec<Call> {
        let dose = Dose::of(document);
        if dose.missing.is_none() || dose.nominal || dose.verified.is_some() {
            return Vec::new();
        }
        let title = format!("{}个人剂量计没有结果，查明原因并评定名义剂量", dose.period);
        vec![Call::new(Makes::Task("missing_badge"), &dose.period_end, &title)]
    }
}

impl Reaction for HighDose {
    fn about(&self) -> About {
        About { name: "high_dose", kind: "dose", reads: Dose::FIELDS }
    }
    fn calls(&self, _catalogue: &Catalogue, _state: &str, document: &Map<String, Value>) -> Vec<Call> {
        let dose = Dose::of(document);
        if !dose.over_level || dose.verified.is_some() {
            return Vec::new();
        }
        let title = format!("{}个人剂量超过调查水平，核查佩戴与受照情况", dose.period);
        vec![Call::new(Makes::Task("dose_check"), &dose.period_end, &title)]
    }
}
