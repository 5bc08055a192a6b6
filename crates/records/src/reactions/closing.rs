//! An employer that closes or is struck off: leaving exams of those who are still on its roster, and a look at its patients' aid.
//!
//! Basis: 法 arts. 35, 59, 61; domain E.4 rule 9. Only a change counts: an entry that arrives closed is history.

use super::around::Around;
use super::call::{Call, Makes};
use super::view::view;
use super::{About, Reaction};
use crate::door::DoorError;
use crate::port::{Filter, Op, Stored};
use async_trait::async_trait;
use serde_json::{Map, Value};
use zhijian_kinds::Catalogue;

view!(
    /// An employer as far as who it is.
    Employer { name: String = "name", uscc: String = "uscc" }
);

/// See the module.
pub(crate) struct Closing;

/// Codes of list EMPST: 关闭, 注销.
const CLOSED: [&str; 2] = ["30", "40"];

#[async_trait]
impl Reaction for Closing {
    fn about(&self) -> About {
        About { name: "closing", kind: "employer", reads: Employer::FIELDS }
    }
    fn when_new(&self) -> bool {
        false
    }
    fn calls(&self, _catalogue: &Catalogue, state: &str, _document: &Map<String, Value>) -> Vec<Call> {
        if !CLOSED.contains(&state) {
            return Vec::new();
        }
        // Closing has no date of its own: the day on which it was recorded counts.
        vec![
            Call::new(Makes::Task("leaving_exam"), "", "单位关闭（注销），安排在册接害劳动者离岗时职业健康检查"),
            Call::new(Makes::Task("patient_aid"), "", "单位关闭（注销），核查原单位职业病患者的救治救助"),
        ]
    }
    async fn stands(&self, around: &Around<'_>, stored: &Stored, call: &Call) -> Result<bool, DoorError> {
        let employer = Employer::of(&stored.document());
        if call.makes == Makes::Task("leaving_exam") {
            return around.any("exposed_worker", vec![Filter::owned_by(&stored.id), Filter::field("left_on", Op::Empty, "")]).await;
        }
        let living = || Filter::field("died_on", Op::Empty, "");
        let by_code = !employer.uscc.is_empty()
            && around.any("patient", vec![Filter::field("former_uscc", Op::Eq, &employer.uscc), living()]).await?;
        Ok(by_code || around.any("patient", vec![Filter::field("former_employer", Op::Eq, &employer.name), living()]).await?)
    }
}
