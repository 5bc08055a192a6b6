//! One deed on many records: each is asked at the door as if it were the only one, and each finds its own end.

use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::RecordId;
use crate::submit::Entry;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zhijian_kinds::intake::Draft;

/// A record that was chosen, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// Kind.
    pub kind: String,
    /// Record.
    pub id: RecordId,
    /// Revision that was shown.
    pub rev: u32,
}

/// What is done with each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// A workflow step of one kind, with the fields it needs.
    Step {
        /// Kind.
        kind: String,
        /// Step.
        step: String,
        /// Fields, the same for all.
        given: Map<String, Value>,
    },
    /// Assigned to an account.
    Assign {
        /// Account.
        login: String,
        /// Days.
        days: i64,
    },
}

/// How it ended for one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// It was done.
    pub done: bool,
    /// Why not, or what else is to be known.
    pub message: String,
}

impl Door {
    /// Does it with one record. A refusal is an outcome; only a failing store is an error, after which the rest is not tried.
    ///
    /// # Errors
    /// The store failed.
    pub async fn act(&self, caller: &Caller, deed: &Deed, chosen: &Chosen, reason: &str) -> Result<Outcome, DoorError> {
        let refused = |message: String| Ok(Outcome { done: false, message });
        let tried = match deed {
            Deed::Step { kind, .. } if *kind != chosen.kind => {
                let title = self.kind(kind).map_or(kind.clone(), |k| k.title.clone());
                return refused(format!("不是“{title}”，没有这一步骤"));
            }
            Deed::Step { step, given, .. } => {
                let draft = Draft::from_json(&*self.kind(&chosen.kind)?, given);
                let entry = Entry { source: "web", reason, idempotency: None };
                self.advance(caller, &chosen.kind, &chosen.id, chosen.rev, step, &draft, entry).await.map(drop)
            }
            Deed::Assign { login, days } => self.assign_seen(caller, chosen, login, *days, reason).await,
        };
        match tried {
            Ok(()) => Ok(Outcome { done: true, message: String::new() }),
            Err(error @ (DoorError::Store { .. } | DoorError::Vault(_))) => Err(error),
            Err(DoorError::Stale { newest }) => refused(format!("选中之后已被他人修改（现为第{newest}版），未办理")),
            Err(error) => refused(error.to_string()),
        }
    }

    async fn assign_seen(&self, caller: &Caller, chosen: &Chosen, login: &str, days: i64, reason: &str) -> Result<(), DoorError> {
        let kind = self.kind(&chosen.kind)?;
        let stored = self.stored(&kind, &chosen.id).await?;
        if stored.rev != chosen.rev {
            return Err(DoorError::Stale { newest: stored.rev });
        }
        self.assign(caller, &chosen.kind, &chosen.id, login, days, reason).await
    }
}
