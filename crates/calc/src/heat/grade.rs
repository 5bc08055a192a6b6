//! `heat.grade_2025`: grade of hot work by the edition of 2025.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{INTENSITY, RATE, intensity, rate};
use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::{self, Status, text},
    workplace::LabourClass,
};

/// First column of WBGT with grade 1, by share of contact time; empty where every column is “special”.
#[derive(Debug, Deserialize)]
struct Row {
    intensity: LabourClass,
    rate_25: Option<f64>,
    rate_50: Option<f64>,
    rate_75: Option<f64>,
    rate_100: Option<f64>,
}

static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| tables::rows(text::HEAT_GRADE_2025));

/// Grade of hot work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeatGrade {
    /// 0 (not graded) to 4.
    Level(u8),
    /// Beyond grade 4: to be assessed on its own (专项评估).
    Special,
}

/// Grade by effective WBGT, share of contact time and labour intensity. Status `verify`.
///
/// The column is the whole degree, at most 36; below 28 the work is not graded. Each degree above the first graded
/// column is a grade more. `None` outside 0 < share ≤ 100 %. Source: GBZ/T 229.3-2025, in force from 2026-02-01.
///
/// # Example
/// ```
/// use zhijian_calc::{heat::{HeatGrade, heat_grade_2025}, workplace::LabourClass};
/// assert_eq!(heat_grade_2025(32.5, 40.0, LabourClass::II), Some(HeatGrade::Level(3)));
/// ```
#[must_use]
pub fn heat_grade_2025(wbgt_eff: f64, contact_share_pct: f64, labour: LabourClass) -> Option<HeatGrade> {
    let row = TABLE.iter().find(|row| row.intensity == labour)?;
    let first = match contact_share_pct {
        r if r <= 0.0 || r > 100.0 => return None,
        r if r <= 25.0 => row.rate_25,
        r if r <= 50.0 => row.rate_50,
        r if r <= 75.0 => row.rate_75,
        _ => row.rate_100,
    };
    if wbgt_eff < 28.0 {
        return Some(HeatGrade::Level(0));
    }
    let Some(first) = first else {
        return Some(HeatGrade::Special);
    };
    Some(match wbgt_eff.floor().min(36.0) - first + 1.0 {
        above if above < 1.0 => HeatGrade::Level(0),
        above if above < 2.0 => HeatGrade::Level(1),
        above if above < 3.0 => HeatGrade::Level(2),
        above if above < 4.0 => HeatGrade::Level(3),
        above if above < 5.0 => HeatGrade::Level(4),
        _ => HeatGrade::Special,
    })
}

pub(crate) static GRADE_2025: Calculator = Calculator {
    id: "heat.grade_2025",
    title: "高温作业分级（2025 版）",
    inputs: &[Field::required("wbgt_eff", "℃", "有效 WBGT").also(&["wbgt"]), RATE, INTENSITY],
    outputs: &[
        Field::required("level", "", "0–4；专项评估时为空"),
        Field::required("special_assessment", "", "是否需专项评估"),
    ],
    formula: "列 = ⌊WBGT⌋（28–36），自首个Ⅰ级列起每 1 ℃ 一级",
    source: "GBZ/T 229.3-2025",
    status: Status::Verify,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let index = args.number("wbgt_eff")?;
    if !(-10.0..=80.0).contains(&index) {
        return Err(args.out_of_range("wbgt_eff"));
    }
    let (share, labour) = (rate(args)?, intensity(args)?);
    let grade = heat_grade_2025(index, share, labour).ok_or_else(|| args.out_of_range("contact_rate_pct"))?;
    let level = match grade {
        HeatGrade::Level(level) => Some(level),
        HeatGrade::Special => None,
    };
    Ok(Answer::new()
        .with("level", level)
        .with("special_assessment", level.is_none())
        .warn("table_unverified"))
}
