//! A row of a plan as people read it: one wording for page, workbook and CSV.

use super::numbers::{grouped, number, short};
use serde_json::Value;
use zhijian_lake::{Answer, PartRow, PlanRow, Status, percent_text};

/// A row of the table in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Number in the plan; empty for parts.
    pub seq: String,
    /// Indicator code.
    pub code: String,
    /// Name in the plan.
    pub name: String,
    /// Numerator.
    pub numerator: String,
    /// Denominator.
    pub denominator: String,
    /// Value.
    pub value: String,
    /// Wilson interval, `86.1–88.2 %`.
    pub interval: String,
    /// Value of 2020 as printed.
    pub baseline: String,
    /// Target of 2023.
    pub target_2023: String,
    /// Target of 2025.
    pub target_2025: String,
    /// Year of the target that this year is held against.
    pub target_year: Option<i32>,
    /// Light.
    pub status: Status,
    /// Distance to the target.
    pub gap: String,
    /// What is left to do, `还需 54`.
    pub still: String,
}

/// Shown where there is nothing.
pub const NOTHING: &str = "—";

impl Line {
    /// The line of a row.
    #[must_use]
    pub fn of(row: &PlanRow) -> Self {
        let goal = row.target.as_ref().and_then(number);
        let (gap, still) = match row.test.as_str() {
            "state" | "trend_up" | "trend_up_strict" => (String::new(), String::new()),
            test => distance(test, goal, &row.answer, row.status),
        };
        Self {
            seq: row.seq.to_string(),
            code: row.indicator.clone(),
            name: row.name.clone(),
            baseline: printed(row.baseline.as_ref(), &row.unit),
            target_2023: target(row.target_2023.as_ref(), &row.test, &row.unit),
            target_2025: target(row.target_2025.as_ref(), &row.test, &row.unit),
            target_year: row.target_year,
            status: row.status,
            gap,
            still,
            ..Self::figures(&row.answer, &row.unit)
        }
    }

    /// The line of a part.
    #[must_use]
    pub fn of_part(part: &PartRow, row: &PlanRow) -> Self {
        let (gap, still) = distance(&row.test, row.target.as_ref().and_then(number), &part.answer, part.status);
        Self { name: part.name.clone(), status: part.status, gap, still, ..Self::figures(&part.answer, &row.unit) }
    }

    fn figures(answer: &Answer, unit: &str) -> Self {
        Self {
            seq: String::new(),
            code: answer.indicator.clone(),
            name: String::new(),
            numerator: answer.numerator.map_or_else(|| NOTHING.into(), grouped),
            denominator: answer.denominator.map_or_else(|| NOTHING.into(), grouped),
            value: value(answer, unit),
            interval: interval(answer),
            baseline: String::new(),
            target_2023: String::new(),
            target_2025: String::new(),
            target_year: None,
            status: Status::Pending,
            gap: String::new(),
            still: String::new(),
        }
    }
}

/// The value with its unit.
#[must_use]
pub fn value(answer: &Answer, unit: &str) -> String {
    let institutions = answer.amount.filter(|_| unit == "institutions");
    if let Some(amount) = institutions {
        return format!("{} 家", grouped(amount));
    }
    let counted = answer.value.filter(|_| answer.denominator.is_none() && answer.state.is_none());
    match (counted, word(unit)) {
        (Some(value), word) if !word.is_empty() => format!("{} {word}", grouped(value)),
        (Some(value), _) => grouped(value),
        _ => answer.display.clone(),
    }
}

/// The interval in small type; empty when there is none.
#[must_use]
pub fn interval(answer: &Answer) -> String {
    answer.interval.map_or_else(String::new, |i| format!("{}–{}", percent_text(i.low).trim_end_matches(" %"), percent_text(i.high)))
}

fn word(unit: &str) -> &'static str {
    match unit {
        "people" => "人",
        "employers" | "institutions" => "家",
        _ => "",
    }
}

fn printed(value: Option<&Value>, unit: &str) -> String {
    match (value, value.and_then(number)) {
        (_, Some(number)) if unit == "percent" => percent_text(number),
        (_, Some(number)) => format!("{} {}", grouped(number), word(unit)).trim_end().to_owned(),
        (Some(Value::String(words)), _) => words.clone(),
        _ => NOTHING.into(),
    }
}

fn target(value: Option<&Value>, test: &str, unit: &str) -> String {
    let Some(goal) = value.and_then(number) else { return printed(value, unit) };
    let amount =
        if unit == "percent" { format!("{} %", short(goal)) } else { format!("{} {}", grouped(goal), word(unit)).trim_end().to_owned() };
    match test {
        "fall_by" => format!("下降 {amount}"),
        "eq" => amount,
        _ => format!("≥ {amount}"),
    }
}

/// Value minus target, and how many units are still to be done.
fn distance(test: &str, goal: Option<f64>, answer: &Answer, status: Status) -> (String, String) {
    let (Some(goal), Some(value)) = (goal, answer.value) else { return (String::new(), String::new()) };
    if test == "count_ge" {
        let have = answer.amount.or(answer.numerator).unwrap_or_default();
        let still = if have < goal { format!("还需 {}", grouped(goal - have)) } else { String::new() };
        return (signed(have - goal, "", status), still);
    }
    if test == "fall_by" {
        return (signed(-value - goal, " 个百分点", status), String::new());
    }
    (signed(value - goal, " 个百分点", status), still(goal, answer))
}

fn still(goal: f64, answer: &Answer) -> String {
    let (Some(numerator), Some(denominator)) = (answer.numerator, answer.denominator) else { return String::new() };
    // The small lift keeps 90 % of 10 at 9 although 0.9 is stored as a little more.
    let needed = (goal * denominator / 100.0 - 1e-9).ceil() - numerator;
    if needed >= 1.0 { format!("还需 {}", grouped(needed)) } else { String::new() }
}

/// A difference with its sign; a missed target never shows as 0.00.
fn signed(difference: f64, unit: &str, status: Status) -> String {
    let rounded = (difference.abs() * 100.0).round() / 100.0;
    let missed = matches!(status, Status::Near | Status::Missed);
    if rounded == 0.0 && missed {
        return format!("差不足 0.01{unit}");
    }
    if rounded == 0.0 {
        return "0".into();
    }
    let text = if rounded.fract() == 0.0 { grouped(rounded) } else { format!("{rounded:.2}") };
    format!("{}{text}{unit}", if difference > 0.0 { "+" } else { "−" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn targets_read_as_the_plans_print_them() {
        let rows = [
            (json!(90), "ge", "percent", "≥ 90 %"),
            (json!(100), "eq", "percent", "100 %"),
            (json!(20), "fall_by", "percent", "下降 20 %"),
            (json!(2), "count_ge", "institutions", "≥ 2 家"),
            (json!("稳步提升"), "trend_up", "people", "稳步提升"),
            (Value::Null, "ge", "percent", "—"),
        ];
        for (value, test, unit, expected) in rows {
            assert_eq!(target(Some(&value), test, unit), expected);
        }
        assert_eq!(printed(Some(&json!(80.2)), "percent"), "80.20 %", "base values have two decimals");
        assert_eq!(printed(Some(&json!(500_000)), "people"), "500,000 人");
        assert_eq!(printed(Some(&json!("项目尚未启动")), "percent"), "项目尚未启动");
    }

    #[test]
    fn a_missed_target_never_looks_met() {
        assert_eq!(signed(-0.001, " 个百分点", Status::Near), "差不足 0.01 个百分点");
        assert_eq!(signed(-2.99, " 个百分点", Status::Near), "−2.99 个百分点");
        assert_eq!(signed(0.434, " 个百分点", Status::Met), "+0.43 个百分点");
        assert_eq!(signed(0.0, " 个百分点", Status::Met), "0");
    }

    #[test]
    fn what_is_left_is_counted_in_whole_units() {
        let answer = |numerator: f64, denominator: f64| Answer {
            indicator: "I-02".into(),
            numerator: Some(numerator),
            denominator: Some(denominator),
            value: Some(numerator / denominator * 100.0),
            interval: None,
            display: String::new(),
            state: None,
            amount: None,
            change: None,
            units: 1,
            stand: 0,
            notes: Vec::new(),
        };
        let rows =
            [(1554.0, 1786.0, 90.0, "还需 54"), (9.0, 10.0, 90.0, ""), (5.0, 7.0, 100.0, "还需 2"), (0.0, 1200.0, 100.0, "还需 1,200")];
        for (numerator, denominator, goal, expected) in rows {
            assert_eq!(still(goal, &answer(numerator, denominator)), expected, "{numerator}/{denominator}");
        }
    }
}
