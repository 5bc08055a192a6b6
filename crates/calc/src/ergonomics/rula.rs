//! `ergo.rula`: rapid upper limb assessment.

use std::sync::LazyLock;

use super::{extra, score};
use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::{self, Status, text},
};

type RowA = (u8, u8, [u8; 8], String, String);
type RowB = (u8, u8, [u8; 2], String, String);
type RowC = (u8, [u8; 7], String, String);

static A: LazyLock<Vec<RowA>> = LazyLock::new(|| tables::rows(text::RULA_A));
static B: LazyLock<Vec<RowB>> = LazyLock::new(|| tables::rows(text::RULA_B));
static C: LazyLock<Vec<RowC>> = LazyLock::new(|| tables::rows(text::RULA_C));

/// Scores of the parts of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RulaPosture {
    /// 1–6
    pub upper_arm: u8,
    /// 1–3
    pub lower_arm: u8,
    /// 1–4
    pub wrist: u8,
    /// 1–2
    pub twist: u8,
    /// 1–6
    pub neck: u8,
    /// 1–6
    pub trunk: u8,
    /// 1–2
    pub legs: u8,
    /// Muscle use of arm and wrist, 0–1.
    pub muscle_a: u8,
    /// Force of arm and wrist, 0–3.
    pub force_a: u8,
    /// Muscle use of neck, trunk, legs, 0–1.
    pub muscle_b: u8,
    /// Force of neck, trunk, legs, 0–3.
    pub force_b: u8,
}

/// The scores and the action level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RulaScore {
    /// Arm and wrist with muscle use and force.
    pub c: u8,
    /// Neck, trunk and legs with muscle use and force.
    pub d: u8,
    /// Grand score 1–7.
    pub rula: u8,
}

impl RulaScore {
    /// 1 acceptable to 4 at once.
    #[must_use]
    pub const fn action_level(self) -> u8 {
        match self.rula {
            0..=2 => 1,
            3..=4 => 2,
            5..=6 => 3,
            _ => 4,
        }
    }
}

/// Scores a posture; `None` for a score outside its range. Source: McAtamney & Corlett 1993.
#[must_use]
pub fn rula(posture: &RulaPosture) -> Option<RulaScore> {
    let p = posture;
    let in_a = A.iter().find(|row| row.0 == p.upper_arm && row.1 == p.lower_arm)?;
    let wrist = usize::from(p.wrist.checked_sub(1)?) * 2 + usize::from(p.twist.checked_sub(1)?);
    let c = in_a.2.get(wrist)? + p.muscle_a + p.force_a;
    let in_b = B.iter().find(|row| row.0 == p.neck && row.1 == p.trunk)?;
    let d = in_b.2.get(usize::from(p.legs.checked_sub(1)?))? + p.muscle_b + p.force_b;
    let in_c = C.iter().find(|row| row.0 == c.min(8))?;
    let rula = *in_c.1.get(usize::from(d.min(7).checked_sub(1)?))?;
    Some(RulaScore { c, d, rula })
}

pub(crate) static RULA: Calculator = Calculator {
    id: "ergo.rula",
    title: "快速上肢评估 RULA",
    inputs: &[
        Field::required("upper_arm", "", "上臂 1–6"),
        Field::required("lower_arm", "", "前臂 1–3"),
        Field::required("wrist", "", "腕 1–4"),
        Field::required("twist", "", "腕扭转 1–2"),
        Field::required("neck", "", "颈 1–6"),
        Field::required("trunk", "", "躯干 1–6"),
        Field::required("legs", "", "腿 1–2"),
        Field::optional("muscle_a", "", "上肢肌肉使用 0–1"),
        Field::optional("force_a", "", "上肢负荷 0–3"),
        Field::optional("muscle_b", "", "躯干肌肉使用 0–1"),
        Field::optional("force_b", "", "躯干负荷 0–3"),
    ],
    outputs: &[
        Field::required("score_c", "", "C 分（上肢）"),
        Field::required("score_d", "", "D 分（颈、躯干、腿）"),
        Field::required("rula", "", "RULA 分"),
        Field::required("action_level", "", "行动级别 1–4"),
    ],
    formula: "C = 表A+肌肉+负荷；D = 表B+肌肉+负荷；RULA = 表C[min(C,8)][min(D,7)]",
    source: "McAtamney & Corlett 1993",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let posture = RulaPosture {
        upper_arm: score(args, "upper_arm", 1, 6)?,
        lower_arm: score(args, "lower_arm", 1, 3)?,
        wrist: score(args, "wrist", 1, 4)?,
        twist: score(args, "twist", 1, 2)?,
        neck: score(args, "neck", 1, 6)?,
        trunk: score(args, "trunk", 1, 6)?,
        legs: score(args, "legs", 1, 2)?,
        muscle_a: extra(args, "muscle_a", 1)?,
        force_a: extra(args, "force_a", 3)?,
        muscle_b: extra(args, "muscle_b", 1)?,
        force_b: extra(args, "force_b", 3)?,
    };
    let found = rula(&posture).ok_or_else(|| args.out_of_range("upper_arm"))?;
    Ok(Answer::new()
        .with("score_c", found.c)
        .with("score_d", found.d)
        .with("rula", found.rula)
        .with("action_level", found.action_level()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_complete() {
        assert_eq!((A.len(), B.len(), C.len()), (18, 36, 8));
        for row in C.iter() {
            assert!(row.1.windows(2).all(|pair| pair[0] <= pair[1]), "C row {}", row.0);
        }
    }
}
