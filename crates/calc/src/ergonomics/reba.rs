//! `ergo.reba`: rapid entire body assessment.

use std::sync::LazyLock;

use super::{extra, score};
use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::{self, Status, text},
};

type RowA = (u8, u8, [u8; 4], String, String);
type RowB = (u8, u8, [u8; 3], String, String);
type RowC = (u8, [u8; 12], String, String);

static A: LazyLock<Vec<RowA>> = LazyLock::new(|| tables::rows(text::REBA_A));
static B: LazyLock<Vec<RowB>> = LazyLock::new(|| tables::rows(text::REBA_B));
static C: LazyLock<Vec<RowC>> = LazyLock::new(|| tables::rows(text::REBA_C));

/// Scores of the parts of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RebaPosture {
    /// 1–3
    pub neck: u8,
    /// 1–5
    pub trunk: u8,
    /// 1–4
    pub legs: u8,
    /// 1–6
    pub upper_arm: u8,
    /// 1–2
    pub lower_arm: u8,
    /// 1–3
    pub wrist: u8,
    /// 0–3
    pub load: u8,
    /// 0–3
    pub coupling: u8,
    /// 0–3
    pub activity: u8,
}

/// The scores and the action level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RebaScore {
    /// Trunk, neck, legs and load.
    pub a: u8,
    /// Arms, wrists and coupling.
    pub b: u8,
    /// A and B together.
    pub c: u8,
    /// With activity.
    pub reba: u8,
}

impl RebaScore {
    /// 0 negligible to 4 at once.
    #[must_use]
    pub const fn action_level(self) -> u8 {
        match self.reba {
            0..=1 => 0,
            2..=3 => 1,
            4..=7 => 2,
            8..=10 => 3,
            _ => 4,
        }
    }
}

/// Scores a posture; `None` for a score outside its range. Source: Hignett & McAtamney 2000.
#[must_use]
pub fn reba(posture: &RebaPosture) -> Option<RebaScore> {
    let p = posture;
    let in_a = A.iter().find(|row| row.0 == p.neck && row.1 == p.trunk)?;
    let a = in_a.2.get(usize::from(p.legs.checked_sub(1)?))? + p.load;
    let in_b = B.iter().find(|row| row.0 == p.upper_arm && row.1 == p.lower_arm)?;
    let b = in_b.2.get(usize::from(p.wrist.checked_sub(1)?))? + p.coupling;
    let in_c = C.iter().find(|row| row.0 == a.min(12))?;
    let c = *in_c.1.get(usize::from(b.min(12).checked_sub(1)?))?;
    Some(RebaScore { a, b, c, reba: c + p.activity })
}

pub(crate) static REBA: Calculator = Calculator {
    id: "ergo.reba",
    title: "快速全身评估 REBA",
    inputs: &[
        Field::required("neck", "", "颈 1–3"),
        Field::required("trunk", "", "躯干 1–5"),
        Field::required("legs", "", "腿 1–4"),
        Field::required("upper_arm", "", "上臂 1–6"),
        Field::required("lower_arm", "", "前臂 1–2"),
        Field::required("wrist", "", "腕 1–3"),
        Field::optional("load", "", "负荷 0–3"),
        Field::optional("coupling", "", "抓握 0–3"),
        Field::optional("activity", "", "活动 0–3"),
    ],
    outputs: &[
        Field::required("score_a", "", "A 分"),
        Field::required("score_b", "", "B 分"),
        Field::required("score_c", "", "C 分"),
        Field::required("reba", "", "REBA 分"),
        Field::required("action_level", "", "行动级别 0–4"),
    ],
    formula: "A = 表A+负荷；B = 表B+抓握；C = 表C；REBA = C+活动；1：0，2–3：1，4–7：2，8–10：3，≥ 11：4",
    source: "Hignett & McAtamney 2000",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let posture = RebaPosture {
        neck: score(args, "neck", 1, 3)?,
        trunk: score(args, "trunk", 1, 5)?,
        legs: score(args, "legs", 1, 4)?,
        upper_arm: score(args, "upper_arm", 1, 6)?,
        lower_arm: score(args, "lower_arm", 1, 2)?,
        wrist: score(args, "wrist", 1, 3)?,
        load: extra(args, "load", 3)?,
        coupling: extra(args, "coupling", 3)?,
        activity: extra(args, "activity", 3)?,
    };
    let found = reba(&posture).ok_or_else(|| args.out_of_range("neck"))?;
    Ok(Answer::new()
        .with("score_a", found.a)
        .with("score_b", found.b)
        .with("score_c", found.c)
        .with("reba", found.reba)
        .with("action_level", found.action_level()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_complete_and_never_fall() {
        assert_eq!((A.len(), B.len(), C.len()), (15, 12, 12));
        for row in C.iter() {
            assert!(row.1.windows(2).all(|pair| pair[0] <= pair[1]), "C row {}", row.0);
        }
        for pair in C.windows(2) {
            assert!(pair[0].1.iter().zip(pair[1].1).all(|(a, b)| *a <= b), "C rows {} and next", pair[0].0);
        }
    }
}
