//! A worker who left an exposed post without a leaving exam: the employer arranges it.
//!
//! Basis: 法 art. 35; 令49 art. 15; GBZ 188—2025 §4.6.1.3 (an in-service exam of the last 90 days counts, DL-27).

use super::around::Around;
use super::call::{Call, Makes};
use super::view::view;
use super::{About, Reaction};
use crate::door::DoorError;
use crate::port::{Column, Filter, Op, Stored};
use async_trait::async_trait;
use serde_json::{Map, Value};
use zhijian_kinds::{Catalogue, dates};

view!(
    /// A worker of the roster as far as leaving.
    Worker { left_on: Option<String> = "left_on", leaving_exam_on: Option<String> = "leaving_exam_on", id_no: String = "id_no" }
);

/// See the module.
pub(crate) struct Leaving;

/// DL-27.
const COUNTS_DAYS: i64 = 90;

#[async_trait]
impl Reaction for Leaving {
    fn about(&self) -> About {
        About { name: "leaving", kind: "exposed_worker", reads: Worker::FIELDS }
    }
    fn calls(&self, _catalogue: &Catalogue, _state: &str, document: &Map<String, Value>) -> Vec<Call> {
        let worker = Worker::of(document);
        match (worker.left_on, worker.leaving_exam_on) {
            (Some(left), None) => vec![Call::new(Makes::Task("leaving_exam"), &left, "安排离岗劳动者进行离岗时职业健康检查")],
            _ => Vec::new(),
        }
    }
    async fn stands(&self, around: &Around<'_>, stored: &Stored, call: &Call) -> Result<bool, DoorError> {
        let worker = Worker::of(&stored.document());
        let Some(first) = dates::add_days(&call.on, -COUNTS_DAYS) else { return Ok(false) };
        // Identity numbers are compared by their tokens.
        let counts = vec![
            Filter::field("id_no", Op::Eq, &worker.id_no),
            Filter::field("exam_type", Op::In, "2,3"),
            Filter { column: Column::System("event_date".into()), op: Op::Gte, value: first },
        ];
        Ok(!around.any("exam", counts).await?)
    }
}
