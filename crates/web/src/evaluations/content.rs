//! What an evaluation keeps: every figure as it was shown, and the texts.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use zhijian_records::port::Instant;

/// All figures of an evaluation, frozen.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Plan.
    pub plan: String,
    /// Its title.
    pub plan_title: String,
    /// Node of the region tree.
    pub node: String,
    /// Its full name.
    pub place: String,
    /// Year.
    pub year: i32,
    /// Cut-off day, ISO, or empty.
    pub as_of: String,
    /// What was known at this day, ISO, or empty.
    pub known_at: String,
    /// Moment for which the data stand.
    pub stand: Instant,
    /// Moment at which it was computed, RFC 3339.
    pub computed_at: String,
    /// The year was not over.
    pub unfinished: bool,
    /// Indicators in the plan's order.
    pub rows: Vec<Figure>,
    /// Tasks of the plan.
    pub tasks: Vec<TaskLine>,
    /// Money.
    pub funds: Funds,
}

/// One indicator.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Number in the plan.
    pub seq: u32,
    /// Code, `I-02`.
    pub code: String,
    /// Name in the plan.
    pub name: String,
    /// `percent`, `people` …
    pub unit: String,
    /// Is it a percentage of 0 to 100?
    pub percent: bool,
    /// What the numerator counts.
    pub numerator_means: String,
    /// What the denominator counts.
    pub denominator_means: String,
    /// Source of the definition.
    pub basis: String,
    /// Options that differ from the default, in words.
    pub options: Vec<String>,
    /// Σ numerator.
    pub numerator: Option<f64>,
    /// Σ denominator.
    pub denominator: Option<f64>,
    /// Unrounded.
    pub value: Option<f64>,
    /// As shown.
    pub shown: String,
    /// Interval as shown.
    pub interval: String,
    /// Value of 2020 as printed in the plan.
    pub baseline: String,
    /// The same as number.
    pub baseline_value: Option<f64>,
    /// Target of 2023 as shown.
    pub target_2023: String,
    /// Target of 2025 as shown.
    pub target_2025: String,
    /// Targets as numbers, by year.
    pub goals: Vec<(i32, f64)>,
    /// Target that the year is held against, as shown.
    pub goal: String,
    /// The same as number.
    pub goal_value: Option<f64>,
    /// Year of that target.
    pub goal_year: Option<i32>,
    /// Light, in its word.
    pub status: String,
    /// Distance to the target.
    pub gap: String,
    /// What is left to do.
    pub still: String,
    /// There were units to count.
    pub data: bool,
    /// Withheld: too few persons, or the time asked for would tell single cases.
    pub withheld: bool,
    /// Why it could not be computed; empty when it could.
    pub failure: String,
    /// Parts that are told beside it.
    pub parts: Vec<Part>,
    /// Year by year.
    pub trend: Vec<YearPoint>,
    /// What the counties are called in the table: 区县 or 乡镇街道.
    pub places_are: String,
    /// Counties (or townships of a county).
    pub places: Vec<PlaceRow>,
    /// Largest shares of what is missing.
    pub gap_drivers: Vec<Driver>,
    /// Largest contributions to the change against the year before.
    pub change_drivers: Vec<Driver>,
    /// Units still to be done, the first of them.
    pub missing: Vec<Unit>,
    /// How many there are in all.
    pub missing_total: u64,
}

/// A part of an indicator.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Name.
    pub name: String,
    /// Numerator.
    pub numerator: Option<f64>,
    /// Denominator.
    pub denominator: Option<f64>,
    /// As shown.
    pub shown: String,
    /// Light.
    pub status: String,
}

/// A year.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct YearPoint {
    /// Year.
    pub year: i32,
    /// Numerator.
    pub numerator: Option<f64>,
    /// Denominator.
    pub denominator: Option<f64>,
    /// Unrounded; nothing where there were no data.
    pub value: Option<f64>,
    /// As shown.
    pub shown: String,
}

/// A county.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PlaceRow {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Numerator.
    pub numerator: Option<f64>,
    /// Denominator.
    pub denominator: Option<f64>,
    /// Unrounded.
    pub value: Option<f64>,
    /// As shown.
    pub shown: String,
}

/// A contribution.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Driver {
    /// By what it was taken apart: 区县, 行业.
    pub by: String,
    /// Name of the part.
    pub name: String,
    /// Units missing, or percentage points (units of a count).
    pub amount: f64,
    /// Percent of the whole, where that says something.
    pub share: Option<f64>,
    /// As shown.
    pub shown: String,
}

/// A unit that is still to be done.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Unit {
    /// Public name.
    pub name: String,
    /// County and township.
    pub place: String,
    /// Kind of its record.
    pub kind: String,
    /// Its record.
    pub record: String,
}

/// A task of the plan.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TaskLine {
    /// Record.
    pub id: String,
    /// Number.
    pub no: String,
    /// Section.
    pub section: String,
    /// Task.
    pub task: String,
    /// Departments.
    pub departments: String,
    /// Milestone.
    pub milestone: String,
    /// Year in which it is due.
    pub due_year: Option<i64>,
    /// Percent.
    pub progress: i64,
    /// State, its code.
    pub state: String,
    /// State in words.
    pub status: String,
    /// Situation.
    pub situation: String,
    /// Evidence.
    pub evidence: String,
}

/// Money of the plan up to the year, ten thousand yuan.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Funds {
    /// Budget lines.
    pub lines: Vec<FundLine>,
    /// Σ budget.
    pub amount: f64,
    /// Σ used.
    pub used: f64,
}

/// A budget line.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FundLine {
    /// Year.
    pub year: i64,
    /// Item.
    pub title: String,
    /// Source in words.
    pub source: String,
    /// Budget.
    pub amount: f64,
    /// Used.
    pub used: Option<f64>,
    /// Target and result.
    pub result: String,
}

/// Texts of the report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts {
    /// Sections by key.
    pub sections: BTreeMap<String, Said>,
    /// What is said about an indicator, by its code.
    pub figures: BTreeMap<String, Said>,
}

/// A text and whether somebody has written it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The text.
    pub text: String,
    /// By hand: computing again leaves it.
    pub edited: bool,
}

/// Style of a status word.
#[must_use]
pub fn tone(status: &str) -> &'static str {
    match status {
        "达标" => "met",
        "接近" => "near",
        "未达标" => "missed",
        "不适用" => "void",
        _ => "open",
    }
}

/// JSON as a record keeps it: everything but plain ASCII and Chinese characters is escaped, so that the door, which brings what people type into a
/// normal form, keeps it to the letter.
#[must_use]
pub fn kept<T: Serialize>(value: &T) -> String {
    use std::fmt::Write as _;
    let json = serde_json::to_string(value).unwrap_or_default();
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() || ('\u{4e00}'..='\u{9fff}').contains(&c) {
            out.push(c);
        } else {
            let mut units = [0_u16; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use zhijian_kinds::text;

    #[test]
    fn what_is_kept_passes_the_door_to_the_letter() {
        let said = Said { text: "达标，２０２３年“①” 89 ％ ² 𠮷\n第二段　".into(), edited: true };
        let written = kept(&said);
        assert_eq!(text::tidy(&written), written, "the door changes nothing");
        assert_eq!(serde_json::from_str::<Said>(&written).ok(), Some(said));
    }
}
