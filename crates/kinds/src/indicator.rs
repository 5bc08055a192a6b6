//! Indicators (指标) and plans (规划) as data.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What an indicator's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Σ numerator / Σ denominator × 100.
    Rate,
    /// Σ numerator.
    Count,
    /// Relative change of a rate against its base year, percent (negative = fell).
    Change,
    /// A state such as 已设立: true when Σ numerator ≥ 1.
    State,
}

/// One indicator, `definitions/indicators/I-02.yaml`.
///
/// `sql` gives **one row a denominator unit** with the columns
/// `unit` (stable id), `label` (public name), `kind` and `record` (the record to open), `owner` (the organisation that may see the unit, or null),
/// `region` (6 digits), `town`, `industry`, `size`, `hazard`,
/// `month` (`2020-05` or null), `num` and `den` (numbers, usually 0/1). Numerator, denominator, every breakdown and both lists come from this one query.
/// Names in braces are parameters, replaced by whole literals, texts with their quotes: `{cut}`, `{from}`, `{to}` (dates), `{year}` (number),
/// `{region}` (prefix text, `code LIKE {region} || '%'`), `{region_code}` (the code itself),
/// and every option of the definition (`{threshold}`; lists for `IN {sections}`).
/// With the words `/*+ ORDERED */` joins are done as they are written, the side before `JOIN` built and the other streamed (decision 0035).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// `I-02`.
    pub code: String,
    /// Short English name.
    pub id: String,
    /// Official name; plans override it.
    pub name: String,
    /// What the value is.
    pub measure: Measure,
    /// Unit of the value: `percent`, `people`, `employers`, `institutions`, `milestone`.
    pub unit: String,
    /// `up`, `down`, `at_least`.
    pub direction: String,
    /// `point` (31 December) or `year` (flow).
    pub period: String,
    /// What the numerator counts, in words.
    pub numerator: String,
    /// What the denominator counts, in words.
    #[serde(default)]
    pub denominator: String,
    /// Source, article, tag (unsourced) where the reading is ours.
    pub basis: String,
    /// Facts used.
    pub facts: Vec<String>,
    /// Options with their defaults; plans override them.
    #[serde(default)]
    pub options: IndexMap<String, Value>,
    /// What the options mean.
    #[serde(default)]
    pub options_help: IndexMap<String, String>,
    /// Dimensions that the query fills.
    #[serde(default)]
    pub dimensions: Vec<String>,
    /// A further number column of the query, the one that `count_ge` targets are compared with (institutions of a county).
    #[serde(default)]
    pub amount: Option<String>,
    /// Parts such as I-12a; a part is an indicator of its own.
    #[serde(default)]
    pub parts: Vec<String>,
    /// Shown instead of a value when there are no units at all (项目尚未启动).
    #[serde(default)]
    pub when_empty: Option<String>,
    /// Shown for a true state.
    #[serde(default)]
    pub when_true: Option<String>,
    /// Shown for a false state.
    #[serde(default)]
    pub when_false: Option<String>,
    /// The query.
    pub sql: String,
}

/// A plan, `definitions/plans/qinhuangdao.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Short name.
    pub plan: String,
    /// Official title.
    pub title: String,
    /// Division code.
    pub region: String,
    /// Years, `2021–2025`.
    #[serde(default)]
    pub period: String,
    /// Notes.
    #[serde(default)]
    pub note: String,
    /// Options by indicator: `{I-07: {threshold: 80}}`.
    #[serde(default)]
    pub options: IndexMap<String, IndexMap<String, Value>>,
    /// Rows of the plan's table.
    pub targets: Vec<Target>,
}

/// A row of a plan's table.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Number in the plan.
    pub seq: u32,
    /// Indicator code.
    pub indicator: String,
    /// Name in the plan.
    pub name: String,
    /// `up`, `at_least`, `fall_by`.
    pub direction: String,
    /// Unit.
    pub unit: String,
    /// How the target is tested: `ge`, `eq`, `trend_up`, `count_ge`, `all_ge`, `fall_by`, `state`.
    #[serde(default)]
    pub test: String,
    /// Parts reported beside it.
    #[serde(default)]
    pub parts: Vec<String>,
    /// Value of 2020 as printed in the plan.
    pub baseline_2020: Option<Value>,
    /// Target of 2023.
    pub target_2023: Option<Value>,
    /// Target of 2025.
    pub target_2025: Option<Value>,
}
