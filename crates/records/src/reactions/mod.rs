//! Reactions (联动): what one record sets off elsewhere. A suspected disease opens a task of the employer and a draft of a report card; a
//! measurement over its limit opens a task; a closed employer asks for leaving exams.
//!
//! One small file each says what a record **calls for**, from the few fields it reads ([`view!`]). [`Reactor`] follows the outbox, compares
//! what a revision calls for with what the one before it called for, and makes or takes back the difference through the door, as the
//! system. What is made carries a natural key (reason, source, item), so nothing is made twice, however often an event is seen.

mod around;
mod call;
mod closing;
mod contraindication;
mod diagnosed;
mod dose;
mod leaving;
mod over_limit;
mod reactor;
mod suspected;
mod uncovered;
mod undeclared;
mod view;
mod write;

pub use reactor::{HORIZON, HORIZON_DAYS, Reactor, Tally};

use crate::door::DoorError;
use crate::port::Stored;
use around::Around;
use async_trait::async_trait;
use call::Call;
use serde_json::{Map, Value};
use zhijian_kinds::Catalogue;

/// What a reaction is and looks at.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// Name, the file's.
    pub name: &'static str,
    /// Kind whose records it sees.
    pub kind: &'static str,
    /// Paths of the fields that it reads.
    pub reads: &'static [&'static str],
}

/// A reaction to records of one kind.
#[async_trait]
pub(crate) trait Reaction: Send + Sync {
    /// Which it is, and what it looks at.
    fn about(&self) -> About;
    /// What a record in this state calls for, by its public fields and the code lists alone.
    fn calls(&self, catalogue: &Catalogue, state: &str, document: &Map<String, Value>) -> Vec<Call>;
    /// Does a record that is new already call for it, or only one that changes?
    fn when_new(&self) -> bool {
        true
    }
    /// Whether other records leave the call standing.
    async fn stands(&self, _around: &Around<'_>, _stored: &Stored, _call: &Call) -> Result<bool, DoorError> {
        Ok(true)
    }
}

/// All reactions.
pub(crate) const ALL: [&dyn Reaction; 11] = [
    &suspected::Suspected,
    &contraindication::Contraindication,
    &over_limit::OverLimit,
    &undeclared::Measured,
    &undeclared::Examined,
    &diagnosed::Diagnosed,
    &leaving::Leaving,
    &dose::MissingBadge,
    &dose::HighDose,
    &closing::Closing,
    &uncovered::Uncovered,
];

/// Every reaction; tests hold the fields that they read against the kinds.
#[must_use]
pub fn views() -> Vec<About> {
    ALL.iter().map(|r| r.about()).collect()
}
