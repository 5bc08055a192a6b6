//! A notice as written and at run time.

use crate::kind::Kind;
use crate::rules::Expression;
use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// How much it presses. The order is that of importance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// To know.
    Info,
    /// To look at.
    Attention,
    /// To act on.
    Urgent,
}

impl Level {
    /// All, the most pressing first.
    pub const ALL: [Self; 3] = [Self::Urgent, Self::Attention, Self::Info];

    /// Its word in addresses, the API and the store.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Attention => "attention",
            Self::Urgent => "urgent",
        }
    }

    /// Its word on pages.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Info => "知悉",
            Self::Attention => "关注",
            Self::Urgent => "紧急",
        }
    }

    /// The level of a word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.word() == word)
    }
}

/// When outlets tell it; the inbox has it at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// At once, whatever the hour.
    AtOnce,
    /// Outside quiet hours.
    #[default]
    Daytime,
    /// With the others of the day, in one message.
    Daily,
}

/// A moment in the life of a duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// A step of its early warning was reached.
    Warned,
    /// Its last day has passed.
    Overdue,
    /// It stayed open for so long after it that others are told, step by step.
    Escalated,
    /// It was overdue or escalated and is no longer open.
    Resolved,
}

/// Something that happens on the platform and is no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// A job (an import) came to its end.
    JobFinished,
    /// An export was asked for and waits for approval.
    ExportAsked,
    /// An export was approved or refused.
    ExportDecided,
    /// Somebody opened a record in an emergency.
    BreakGlass,
}

impl Happening {
    /// Names that its text may use.
    #[must_use]
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::JobFinished => &["what", "outcome"],
            Self::ExportAsked => &["kind", "name", "rows"],
            Self::ExportDecided => &["kind", "outcome"],
            Self::BreakGlass => &["kind", "name", "until"],
        }
    }
}

/// What sets it off; one of `duty`, `records`, `event`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct On {
    /// A moment of duties.
    #[serde(default)]
    pub duty: Option<Moment>,
    /// Of these duties only; all when empty.
    #[serde(default)]
    pub duties: Vec<String>,
    /// Records of these kinds.
    #[serde(default)]
    pub records: Vec<String>,
    /// They came into one of these states.
    #[serde(default)]
    pub state: Vec<String>,
    /// This began to hold of them (CEL).
    #[serde(default)]
    pub when: Option<String>,
    /// An event.
    #[serde(default)]
    pub event: Option<Happening>,
}

/// Which of several accounts with a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Those whose region of duty is the smallest that holds the record; all of an organisation.
    #[default]
    Nearest,
    /// Those of the level above the record's county: city, province.
    Above,
    /// All of them.
    All,
}

/// A step of escalation.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Days after the last day, written `7d`.
    #[serde(deserialize_with = "days")]
    pub after: i64,
    /// Recipients, as in [`NoticeDef::to`].
    pub to: Vec<String>,
    /// Which of them.
    #[serde(default)]
    pub reach: Reach,
}

fn days<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    let text = String::deserialize(from)?;
    let number = text.strip_suffix('d').and_then(|n| n.parse::<i64>().ok()).filter(|n| (0..=3650).contains(n));
    number.ok_or_else(|| serde::de::Error::custom(format!("“{text}”应写作天数，如 7d")))
}

/// A notice as written, `definitions/notices/<notice>.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeDef {
    /// Name, the file's.
    pub notice: String,
    /// What it is, a few words.
    pub title: String,
    /// What sets it off.
    pub on: On,
    /// Who is told: roles, or `party` (whose duty it is), `watch` (who watches it), `owner` (accounts of the organisation that owns the record),
    /// `filer` (who filed it), `self` (whose job or request it is), `approvers` (of exports), `overseers` (of emergency access).
    #[serde(default)]
    pub to: Vec<String>,
    /// Which of several.
    #[serde(default)]
    pub reach: Reach,
    /// Steps of escalation, for duties that have none of their own.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// Text in the inbox; names in braces are filled when it is read, with what the reader may see.
    pub text: String,
    /// What outlets call it. They say nothing else of it.
    pub outlet: String,
    /// How much it presses.
    pub level: Level,
    /// When outlets tell it.
    #[serde(default)]
    pub delivery: Delivery,
    /// Follows from a duty in law: it cannot be switched off in the inbox.
    #[serde(default)]
    pub statutory: bool,
    /// Regulation and article, or `design`.
    pub basis: String,
    /// Why it is as it is, where that is ours.
    #[serde(default)]
    pub note: String,
}

/// A notice at run time.
#[derive(Debug)]
pub struct Notice {
    /// As written.
    pub def: NoticeDef,
    conditions: IndexMap<String, Expression>,
}

impl std::ops::Deref for Notice {
    type Target = NoticeDef;
    fn deref(&self) -> &NoticeDef {
        &self.def
    }
}

impl Notice {
    /// Compiles its condition against its kinds.
    ///
    /// # Errors
    /// Member of the definition and what is wrong with it.
    pub fn new<'a>(def: NoticeDef, kind: impl Fn(&str) -> Option<&'a Kind>) -> Result<Self, (&'static str, String)> {
        let given = usize::from(def.on.duty.is_some()) + usize::from(!def.on.records.is_empty()) + usize::from(def.on.event.is_some());
        if given != 1 {
            return Err(("on", "须写且只写一种起因：duty、records 或 event".into()));
        }
        let mut conditions = IndexMap::new();
        for name in &def.on.records {
            let found = kind(name).ok_or_else(|| ("on", format!("没有名为“{name}”的表单")))?;
            if let Some(when) = &def.on.when {
                conditions.insert(name.clone(), found.condition(when).map_err(|m| ("on", m))?);
            }
        }
        Ok(Self { def, conditions })
    }

    /// Does what sets it off hold of a record?
    #[must_use]
    pub fn holds(&self, kind: &str, state: &str, document: &Map<String, Value>, today: &str) -> bool {
        let on = &self.def.on;
        on.records.iter().any(|k| k == kind)
            && (on.state.is_empty() || on.state.iter().any(|s| s == state))
            && self.conditions.get(kind).is_none_or(|condition| condition.holds(document, today))
    }

    /// Is it about this moment of this duty?
    #[must_use]
    pub fn about(&self, moment: Moment, duty: &str) -> bool {
        self.def.on.duty == Some(moment) && (self.def.on.duties.is_empty() || self.def.on.duties.iter().any(|d| d == duty))
    }
}
