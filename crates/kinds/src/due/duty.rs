//! A duty (应办事项): what a record obliges whom to do until when.

use crate::kind::{FieldType, Kind};
use crate::notice::Step;
use crate::rules::Expression;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A duty as written, `definitions/duties/<duty>.yaml`.
///
/// Two sorts. A duty **of a record** begins on one of its dates and ends with what is written into it (`done`). A **standing** duty of a
/// register entry comes back: it counts from the newest record of another kind (`since`), the last test, the last declaration. A duty can also be
/// settled by a record of another kind (`met`): a notice of suspicion by a diagnosis.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DutyDef {
    /// Name, the file's.
    pub duty: String,
    /// What is to be done, a few words.
    pub title: String,
    /// Kind of the record that brings it about.
    pub kind: String,
    /// Row of the deadline register, `DL-23`.
    pub rule: String,
    /// Part of that row.
    #[serde(default = "one")]
    pub part: u32,
    /// Why this reading of the rule, where it is ours.
    #[serde(default)]
    pub note: String,
    /// Roles whose desk it lies on.
    pub who: Vec<String>,
    /// Roles that see it once it is escalated.
    #[serde(default)]
    pub watch: Vec<String>,
    /// Days after the last day when it is escalated to those who watch (design); without: at once.
    #[serde(default)]
    pub escalate_after: i64,
    /// Steps of escalation; without, those of the notice for escalated duties.
    #[serde(default)]
    pub escalate: Vec<Step>,
    /// The field from whose date it counts. A standing duty counts from there when there is nothing yet to count from.
    pub from: String,
    /// The record has it only when this holds (CEL).
    #[serde(default)]
    pub when: Option<String>,
    /// It is settled when this holds (CEL).
    #[serde(default)]
    pub done: Option<String>,
    /// States in which the clock stands still; the days spent in them are added.
    #[serde(default)]
    pub paused_in: Vec<String>,
    /// The workflow step that settles it: the desk offers it.
    #[serde(default)]
    pub step: Option<String>,
    /// The newest record of another kind from which a standing duty counts.
    #[serde(default)]
    pub since: Option<Related>,
    /// A record of another kind that settles it, dated on the first day or later.
    #[serde(default)]
    pub met: Option<Related>,
}

/// The day on which the record entered its present state, in place of a date field.
pub const STATE_DAY: &str = "state";

/// Other records that belong to the one that has the duty.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Related {
    /// Their kind.
    pub kind: String,
    /// They belong to it when this reference of theirs points to it (`owner`: when it owns them).
    #[serde(default)]
    pub by: Option<String>,
    /// They belong to it when this field has the same value in both (an identity number: its token).
    #[serde(default)]
    pub same: Option<String>,
    /// Only those in which fields have values.
    #[serde(default)]
    pub only: Vec<Wanted>,
}

/// A field that must have one of some values.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Field path.
    pub field: String,
    /// One of these.
    pub is: Vec<String>,
}

fn one() -> u32 {
    1
}

/// A duty at run time.
#[derive(Debug)]
pub struct Duty {
    /// As written.
    pub def: DutyDef,
    when: Option<Expression>,
    done: Option<Expression>,
}

impl std::ops::Deref for Duty {
    type Target = DutyDef;
    fn deref(&self) -> &DutyDef {
        &self.def
    }
}

impl Duty {
    /// Compiles the conditions against the kind.
    ///
    /// # Errors
    /// Member of the definition and what is wrong with it.
    pub fn new(def: DutyDef, kind: &Kind) -> Result<Self, (&'static str, String)> {
        let compile =
            |at: &'static str, source: &Option<String>| source.as_deref().map(|s| kind.condition(s)).transpose().map_err(|m| (at, m));
        let (when, done) = (compile("when", &def.when)?, compile("done", &def.done)?);
        match kind.field(&def.from) {
            None if def.from == STATE_DAY && kind.states.is_some() => {}
            Some(field) if field.ty == FieldType::Date && field.private.is_none() => {}
            _ => return Err(("from", format!("“{}”不是{}的公开日期字段", def.from, kind.title))),
        }
        if def.done.is_none() && def.since.is_none() && def.met.is_none() {
            return Err(("done", "须写明何时办结：done、met（其他记录），或从哪类记录起算（since）".into()));
        }
        for (at, related) in [("since", &def.since), ("met", &def.met)] {
            if related.as_ref().is_some_and(|r| r.by.is_some() == r.same.is_some()) {
                return Err((at, "by 与 same 须写且只写一个".into()));
            }
        }
        Ok(Self { def, when, done })
    }

    /// Does the record have the duty, and is it not settled?
    #[must_use]
    pub fn open(&self, document: &Map<String, Value>, today: &str) -> bool {
        let holds = |condition: &Expression| condition.holds(document, today);
        self.when.as_ref().is_none_or(holds) && !self.done.as_ref().is_some_and(holds)
    }
}
