//! A warning rule as written, `definitions/warnings/EW-11.yaml`.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Level of a warning: 蓝, 黄, 橙, 红 (list ALERT, domain D.5). The order is that of gravity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Level {
    /// 蓝: to know.
    Blue,
    /// 黄.
    Yellow,
    /// 橙.
    Orange,
    /// 红.
    Red,
}

impl Level {
    /// All, the gravest first.
    pub const ALL: [Self; 4] = [Self::Red, Self::Orange, Self::Yellow, Self::Blue];

    /// Code of list ALERT.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Blue => "1",
            Self::Yellow => "2",
            Self::Orange => "3",
            Self::Red => "4",
        }
    }

    /// Its word on pages.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Blue => "蓝",
            Self::Yellow => "黄",
            Self::Orange => "橙",
            Self::Red => "红",
        }
    }

    /// The level of a code of list ALERT.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.code() == code)
    }
}

impl TryFrom<u8> for Level {
    type Error = String;
    fn try_from(number: u8) -> Result<Self, String> {
        Self::of_code(&number.to_string()).ok_or_else(|| format!("级别“{number}”应为 1 蓝、2 黄、3 橙、4 红"))
    }
}

impl From<Level> for u8 {
    fn from(level: Level) -> Self {
        match level {
            Level::Blue => 1,
            Level::Yellow => 2,
            Level::Orange => 3,
            Level::Red => 4,
        }
    }
}

/// A rule as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WarningDef {
    /// Number, the file's: `EW-11`.
    pub warning: String,
    /// Goes up with every change of what the rule says; each warning keeps the edition that raised it.
    pub edition: u32,
    /// What it warns of, a few words.
    pub title: String,
    /// The rule in a sentence, for people.
    pub rule: String,
    /// Regulation and article; empty where no source gives one: shown as 未注明出处.
    #[serde(default)]
    pub basis: String,
    /// Where signals come from.
    pub source: Source,
    /// Further kinds of records that tell the same subjects, with conditions of their own. Only beside a rule over records.
    #[serde(default)]
    pub also: Vec<Also>,
    /// Named numbers of the conditions: defaults, replaced region by region.
    #[serde(default)]
    pub thresholds: IndexMap<String, Threshold>,
    /// Conditions, the gravest level first; the first that holds gives the level.
    pub levels: Vec<LevelDef>,
    /// What the measured value is, with its unit.
    pub measure: String,
    /// Days after closing in which the same level is held back.
    pub quiet_days: u32,
    /// Whose it is and how many days they have, by level.
    pub parties: Vec<Party>,
    /// What counts as dealt with.
    pub closes: String,
    /// What the platform does not have yet, in words; kinds are named by `kind:NAME` and no longer lack once they are there.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Is it on where no region says otherwise?
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Why the rule is read so, where that is ours.
    #[serde(default)]
    pub note: String,
}

const fn yes() -> bool {
    true
}

/// Where signals come from; one of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Source {
    /// One accepted record.
    Record(RecordSource),
    /// A query over the lake, run as a whole: what it no longer gives has cleared.
    Query(Query),
    /// A query and methods of `calc` over its rows.
    Statistic(Statistic),
    /// Open duties of `definitions/duties`. Column of the conditions: `late`, days past the last day (negative before it).
    Duty(OfDuties),
    /// Rows of plans, forecast for the end of the open year as on the plan board. Columns of the conditions: [`FORECAST`].
    Forecast(OfPlans),
}

/// Columns that a forecast gives: the end of the year, its interval, the level of the plan, the value at the last end of a month, how many
/// months, the year and the year of the plan's level.
pub const FORECAST: [&str; 8] = ["projected", "low", "high", "goal", "now", "months", "year", "goal_year"];

/// Kind of the evidence that names a row of a plan: its id is the address below `/plans/`.
pub const PLAN_ROW: &str = "plan";

/// Rows of plans that ask for at least a number.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfPlans {
    /// Names of plans; all when empty. A plan of whose region nothing is recorded gives no rows.
    #[serde(default)]
    pub plans: Vec<String>,
    /// The counties of the plan's region are asked too, each held against the plan's level.
    #[serde(default)]
    pub counties: bool,
}

/// Open duties.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfDuties {
    /// Names of duties.
    pub duties: Vec<String>,
}

/// A rule over one record.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordSource {
    /// Kind.
    pub kind: String,
    /// Records that it looks at (CEL); without: all.
    #[serde(default)]
    pub when: Option<String>,
    /// Fields that say what the warning is about, besides the rule: records with the same values share one warning.
    pub key: Vec<String>,
    /// Fields whose labels name the subject on pages. No private ones.
    pub subject: Vec<String>,
    /// The measured value: a field's path.
    #[serde(default)]
    pub value: Option<String>,
}

/// Another kind of record under the same rule: its key names subjects as the first one's does.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Also {
    /// The records.
    pub record: RecordSource,
    /// Conditions, the gravest level first.
    pub levels: Vec<LevelDef>,
}

/// SQL over facts. Columns: `key`, `subject`, `employer` (id or null), `region` (6 digits), `value`, `evidence` (`kind:id` joined by `;`), and
/// further ones that the conditions name. `{today}` is the day on which it is asked, `{option}` a text or number of `options`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// Facts used.
    pub facts: Vec<String>,
    /// Further columns that the conditions name.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Numbers of the query that are no thresholds of a region (windows), with their values.
    #[serde(default)]
    pub options: IndexMap<String, Value>,
    /// The query.
    pub sql: String,
}

/// A query whose rows are judged by methods of `calc`. With `periods` the query gives a row a key and month, columns `period` (`2020-05`) and `n`;
/// the last `periods` months up to the day of asking become the list `series` (months without rows are 0).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statistic {
    /// The query.
    pub query: Query,
    /// Months of the series.
    #[serde(default)]
    pub periods: Option<u32>,
    /// Methods in order; what one gives the next may use.
    pub methods: Vec<Method>,
}

/// A calculator and what it is told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// Id, `epi.excess`.
    pub calc: String,
    /// Inputs: a text names a column (or `series`), anything else is given as it is; `{text: C2}` is a text itself.
    pub with: IndexMap<String, Value>,
    /// Outputs and the columns of the conditions they become.
    pub take: IndexMap<String, String>,
}

/// A named number.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// What it is.
    pub title: String,
    /// Its value where no region says otherwise.
    pub default: f64,
    /// Unit.
    #[serde(default)]
    pub unit: String,
    /// Where the number comes from; empty: 未注明出处 (design).
    #[serde(default)]
    pub basis: String,
}

/// When a level is reached.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelDef {
    /// Level.
    pub level: Level,
    /// CEL over the record's fields or the row's columns, and the thresholds.
    pub when: String,
}

/// Whose warning it is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// At this level.
    pub level: Level,
    /// Roles of the region that answers.
    pub roles: Vec<String>,
    /// Days to deal with it.
    pub days: u32,
}
