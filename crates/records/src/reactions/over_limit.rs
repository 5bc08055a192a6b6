//! A measurement over its limit: the employer treats it at once and shows a measurement within the limit.
//!
//! Basis: 法 art. 26 para 4; domain B4, E.4 rule 3. Online values are no legal test (domain B5) and set nothing off here.

use super::call::{Call, Makes};
use super::view::view;
use super::{About, Reaction};
use serde_json::{Map, Value};
use zhijian_kinds::Catalogue;

view!(
    /// A measurement as far as its judgement.
    Measurement {
        verdict: String = "exposure.verdict",
        reported: String = "reported_judge",
        mon_type: String = "mon_type",
        factor: String = "factor",
        workshop: String = "workshop",
        post: String = "post",
        sampled_on: String = "sampled_on",
        report_issued_on: Option<String> = "report_issued_on",
    }
);

/// See the module.
pub(crate) struct OverLimit;

/// States in which the result has been given out.
pub(crate) const GIVEN_OUT: [&str; 4] = ["issued", "published", "submitted", "archived"];
/// Code of list MON: online values.
pub(crate) const ONLINE: &str = "7";

impl Reaction for OverLimit {
    fn about(&self) -> About {
        About { name: "over_limit", kind: "measurement", reads: Measurement::FIELDS }
    }
    fn calls(&self, _catalogue: &Catalogue, state: &str, document: &Map<String, Value>) -> Vec<Call> {
        let m = Measurement::of(document);
        // The platform's judgement first; the report's where the platform cannot judge.
        let over = m.verdict == "fail" || (m.verdict != "pass" && m.reported == "fail");
        if !over || !GIVEN_OUT.contains(&state) || m.mon_type == ONLINE {
            return Vec::new();
        }
        let place = [m.workshop, m.post].into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join("·");
        let title = format!("{}职业病危害因素超标，治理后复测", if place.is_empty() { "工作场所" } else { &place });
        let since = Some(m.report_issued_on.unwrap_or_else(|| m.sampled_on.clone()));
        vec![Call { since, hazard: Some(m.factor), ..Call::new(Makes::Task("over_limit"), &m.sampled_on, &title) }]
    }
}
