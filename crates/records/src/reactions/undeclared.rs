//! A hazard that was measured or examined for and is not in the employer's declaration: it is asked about (漏报).
//!
//! Basis: 令48 art. 8(4); domain B2, E.4 rule 1. An employer that never declared is on the list of indicator I-02 instead. The query is the
//! employer's: many records about one hazard bring about one, and it stays when a single record is corrected.

use super::around::Around;
use super::call::{Call, Makes};
use super::over_limit::{GIVEN_OUT, ONLINE};
use super::suspected::UNFINISHED;
use super::view::view;
use super::{About, Reaction};
use crate::door::DoorError;
use crate::port::Stored;
use async_trait::async_trait;
use serde_json::{Map, Value};
use zhijian_kinds::Catalogue;

view!(
    /// A measurement as far as its hazard.
    Measurement {
        factor: String = "factor",
        mon_type: String = "mon_type",
        sampled_on: String = "sampled_on",
        report_issued_on: Option<String> = "report_issued_on",
    }
);

view!(
    /// An exam as far as its hazards.
    Exam { hazards: Vec<String> = "hazards", examined_on: String = "examined_on" }
);

/// By a measurement.
pub(crate) struct Measured;
/// By an exam.
pub(crate) struct Examined;

fn query(hazard: String, on: &str, since: Option<String>, how: &str) -> Call {
    let title = format!("{how}的危害因素不在申报内容中，请核实并变更申报");
    Call { item: hazard.clone(), of_employer: true, since, hazard: Some(hazard), ..Call::new(Makes::Task("undeclared"), on, &title) }
}

async fn missing(around: &Around<'_>, stored: &Stored, call: &Call) -> Result<bool, DoorError> {
    let declared = around.declared(&stored.owner).await?;
    Ok(declared.is_some_and(|hazards| !hazards.contains(&call.item)))
}

#[async_trait]
impl Reaction for Measured {
    fn about(&self) -> About {
        About { name: "undeclared", kind: "measurement", reads: Measurement::FIELDS }
    }
    fn calls(&self, _catalogue: &Catalogue, state: &str, document: &Map<String, Value>) -> Vec<Call> {
        let m = Measurement::of(document);
        if !GIVEN_OUT.contains(&state) || m.mon_type == ONLINE || m.factor.is_empty() {
            return Vec::new();
        }
        vec![query(m.factor, &m.sampled_on, m.report_issued_on, "检测")]
    }
    async fn stands(&self, around: &Around<'_>, stored: &Stored, call: &Call) -> Result<bool, DoorError> {
        missing(around, stored, call).await
    }
}

#[async_trait]
impl Reaction for Examined {
    fn about(&self) -> About {
        About { name: "undeclared", kind: "exam", reads: Exam::FIELDS }
    }
    fn calls(&self, _catalogue: &Catalogue, state: &str, document: &Map<String, Value>) -> Vec<Call> {
        let exam = Exam::of(document);
        if UNFINISHED.contains(&state) {
            return Vec::new();
        }
        exam.hazards.into_iter().map(|hazard| query(hazard, &exam.examined_on, None, "职业健康检查")).collect()
    }
    async fn stands(&self, around: &Around<'_>, stored: &Stored, call: &Call) -> Result<bool, DoorError> {
        missing(around, stored, call).await
    }
}
