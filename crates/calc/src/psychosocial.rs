//! Questionnaires on work stress: effort and reward, demand and control.
//!
//! Sources: Siegrist 1996 (ERI), Karasek et al. 1998 (JCQ). The wording of both is licensed; here they are only scored.

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::Status,
};

/// The calculators of I6.
pub(crate) const CALCULATORS: &[&Calculator] = &[&ERI, &JCQ];

/// Effort–reward ratio `effort / (reward · n_effort/n_reward)`; above 1 is imbalance. Source: Siegrist 1996.
///
/// # Example
/// ```
/// assert_eq!(format!("{:.4}", zhijian_calc::psychosocial::effort_reward_ratio(8.0, 21.0, 3.0, 7.0)), "0.8889");
/// ```
#[must_use]
pub fn effort_reward_ratio(effort: f64, reward: f64, effort_items: f64, reward_items: f64) -> f64 {
    effort / (reward * effort_items / reward_items)
}

static ERI: Calculator = Calculator {
    id: "psy.eri",
    title: "付出—回报比 ERI",
    inputs: &[
        Field::required("effort", "", "付出总分"),
        Field::required("reward", "", "回报总分（反向题已转）"),
        Field::optional("n_effort", "", "付出题数，默认 3"),
        Field::optional("n_reward", "", "回报题数，默认 7"),
        Field::optional("max_item", "", "每题最高分，默认短版（3、7 题）4，其他 5"),
    ],
    outputs: &[Field::required("ratio", "", "比值"), Field::required("imbalance", "", "是否 > 1")],
    formula: "ratio = 付出/(回报·n_付出/n_回报)",
    source: "Siegrist 1996",
    status: Status::Firm,
    version: 1,
    run: run_eri,
};

fn run_eri(args: &Args<'_>) -> Result<Answer, CalcError> {
    let items = |key, default| {
        let count = args.number_or(key, default)?;
        if count >= 1.0 && count.fract() == 0.0 { Ok(count) } else { Err(args.invalid(key)) }
    };
    let (effort_items, reward_items) = (items("n_effort", 3.0)?, items("n_reward", 7.0)?);
    #[expect(clippy::float_cmp, reason = "whole numbers")]
    let short = effort_items == 3.0 && reward_items == 7.0;
    let most = args.positive_or("max_item", if short { 4.0 } else { 5.0 })?;
    // a sum of answered items lies between one and the highest mark for each
    let sum = |key: &str, items: f64| {
        let sum = args.number(key)?;
        if sum >= items && sum <= most * items { Ok(sum) } else { Err(args.invalid(key)) }
    };
    let (effort, reward) = (sum("effort", effort_items)?, sum("reward", reward_items)?);
    let ratio = effort_reward_ratio(effort, reward, effort_items, reward_items);
    Ok(Answer::new().with("ratio", ratio).with("imbalance", ratio > 1.0))
}

const fn item(key: &'static str) -> Field {
    Field::required(key, "", "题目得分 1–4")
}

static JCQ: Calculator = Calculator {
    id: "psy.jcq",
    title: "工作内容问卷 JCQ",
    inputs: &[
        item("q3"),
        item("q4"),
        item("q5"),
        item("q6"),
        item("q7"),
        item("q8"),
        item("q9"),
        item("q10"),
        item("q11"),
        item("q19"),
        item("q20"),
        item("q22"),
        item("q23"),
        item("q26"),
        Field::optional("median_latitude", "", "人群决策幅度中位数"),
        Field::optional("median_demand", "", "人群心理需求中位数"),
    ],
    outputs: &[
        Field::required("skill_discretion", "", "技能运用"),
        Field::required("decision_authority", "", "决策权力"),
        Field::required("decision_latitude", "", "决策幅度 24–96"),
        Field::required("psychological_demand", "", "心理需求 12–48"),
        Field::optional("quadrant", "", "high_strain、active、passive、low_strain（给出中位数时）"),
    ],
    formula: "技能 = 2(q3+q5+q7+q9+q11+5−q4)；权力 = 4(q6+q10+5−q8)；需求 = 3(q19+q20)+2(15−(q22+q23+q26))",
    source: "Karasek et al. 1998",
    status: Status::Firm,
    version: 1,
    run: run_jcq,
};

fn run_jcq(args: &Args<'_>) -> Result<Answer, CalcError> {
    let q = |key: &str| {
        let mark = args.whole_within(key, 1, 4)?;
        u32::try_from(mark).map(f64::from).map_err(|_| args.out_of_range(key))
    };
    let skill = 2.0 * (q("q3")? + q("q5")? + q("q7")? + q("q9")? + q("q11")? + 5.0 - q("q4")?);
    let authority = 4.0 * (q("q6")? + q("q10")? + 5.0 - q("q8")?);
    let demand = 3.0 * (q("q19")? + q("q20")?) + 2.0 * (15.0 - (q("q22")? + q("q23")? + q("q26")?));
    let latitude = skill + authority;
    let answer = Answer::new()
        .with("skill_discretion", skill)
        .with("decision_authority", authority)
        .with("decision_latitude", latitude)
        .with("psychological_demand", demand);
    Ok(match (args.maybe_number("median_latitude")?, args.maybe_number("median_demand")?) {
        (Some(median_latitude), Some(median_demand)) => {
            answer.with("quadrant", quadrant(demand > median_demand, latitude < median_latitude))
        }
        _ => answer,
    })
}

/// Karasek's four jobs: demand above the median, latitude below it.
const fn quadrant(demanding: bool, little_latitude: bool) -> &'static str {
    match (demanding, little_latitude) {
        (true, true) => "high_strain",
        (true, false) => "active",
        (false, true) => "passive",
        (false, false) => "low_strain",
    }
}
