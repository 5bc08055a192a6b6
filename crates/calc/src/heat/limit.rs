//! `heat.limit`, `heat.iso7243_ref`, `heat.niosh_rel`: what heat is allowed.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{INTENSITY, RATE, intensity, rate};
use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::{self, Status, text},
    workplace::LabourClass,
};

/// WBGT limit, ℃, by labour intensity and share of contact time; the next tabulated share upwards counts.
///
/// `hot_region` adds 1 ℃ (outdoor ventilation design temperature ≥ 30 ℃). `None` outside 0 < share ≤ 100 %.
/// Source: GBZ 2.2-2007 table 8 and 10.2.2.
///
/// # Example
/// ```
/// use zhijian_calc::{heat::wbgt_limit, workplace::LabourClass};
/// assert_eq!(wbgt_limit(LabourClass::II, 70.0, true), Some(30.0));
/// ```
#[must_use]
pub fn wbgt_limit(labour: LabourClass, contact_share_pct: f64, hot_region: bool) -> Option<f64> {
    if contact_share_pct <= 0.0 {
        return None;
    }
    let limit = crate::workplace::heat_limit(labour, contact_share_pct)?;
    Some(if hot_region { limit + 1.0 } else { limit })
}

#[derive(Debug, Deserialize)]
struct Row {
    class: usize,
    acclimatised: f64,
    not_acclimatised: f64,
}

static ISO7243: LazyLock<Vec<Row>> = LazyLock::new(|| tables::rows(text::ISO7243));

/// WBGT reference value, ℃, by metabolic class 0–4. Source: ISO 7243:2017 table A.1.
#[must_use]
pub fn iso7243_reference(class: usize, acclimatised: bool) -> Option<f64> {
    let row = ISO7243.iter().find(|row| row.class == class)?;
    Some(if acclimatised { row.acclimatised } else { row.not_acclimatised })
}

/// Recommended limit of NIOSH, ℃ WBGT, by metabolic rate in watts: acclimatised `56.7 − 11.5·lg M`, otherwise
/// `59.9 − 14.1·lg M`. Source: NIOSH 2016-106.
#[must_use]
pub fn niosh_limit(watts: f64, acclimatised: bool) -> f64 {
    if acclimatised { 56.7 - 11.5 * watts.log10() } else { 59.9 - 14.1 * watts.log10() }
}

pub(crate) static LIMIT: Calculator = Calculator {
    id: "heat.limit",
    title: "高温作业 WBGT 限值",
    inputs: &[RATE, INTENSITY, Field::optional("hot_region", "", "室外通风设计温度 ≥ 30 ℃ 的地区")],
    outputs: &[Field::required("limit", "℃", "WBGT 限值")],
    formula: "按接触时间率（上取 25、50、75、100 %）与劳动强度查表；炎热地区 +1 ℃",
    source: "GBZ 2.2-2007 表 8",
    status: Status::Firm,
    version: 1,
    run: run_limit,
};

fn run_limit(args: &Args<'_>) -> Result<Answer, CalcError> {
    let (share, labour) = (rate(args)?, intensity(args)?);
    let limit = wbgt_limit(labour, share, args.flag("hot_region")?);
    Ok(Answer::new().with("limit", limit.ok_or_else(|| args.out_of_range("contact_rate_pct"))?))
}

const ACCLIMATISED: Field = Field::required("acclimatised", "", "是否热适应").also(&["acclimatized"]);

/// `acclimatised` has to be said: the two columns differ by up to 5 ℃.
fn acclimatised(args: &Args<'_>) -> Result<bool, CalcError> {
    if args.value("acclimatised").is_none() {
        return Err(args.invalid("acclimatised"));
    }
    args.flag("acclimatised")
}

pub(crate) static ISO7243_REF: Calculator = Calculator {
    id: "heat.iso7243_ref",
    title: "ISO 7243 WBGT 参考值",
    inputs: &[
        Field::required("class", "", "代谢率等级 0–4").also(&["metabolic_class", "metabolic_rate_class"]),
        ACCLIMATISED,
        Field::optional("wbgt", "℃", "实测 WBGT"),
        Field::optional("clothing_adjustment", "℃", "服装修正：工作服 0、双层 3、隔汽服 10–11")
            .also(&["cav"]),
    ],
    outputs: &[
        Field::required("wbgt_ref", "℃", "参考值"),
        Field::optional("wbgt_eff", "℃", "实测加服装修正（给出 wbgt 时）"),
        Field::optional("complies", "", "是否不超过参考值（给出 wbgt 时）"),
    ],
    formula: "查表；WBGT_eff = WBGT + 服装修正",
    source: "ISO 7243:2017 表 A.1",
    status: Status::Firm,
    version: 1,
    run: run_iso7243,
};

fn run_iso7243(args: &Args<'_>) -> Result<Answer, CalcError> {
    let class = args.whole_within("class", 0, 4)?;
    let reference =
        iso7243_reference(class, acclimatised(args)?).ok_or_else(|| args.out_of_range("class"))?;
    let answer = Answer::new().with("wbgt_ref", reference);
    let clothing = args.within_or("clothing_adjustment", -5.0, 20.0, 0.0)?;
    Ok(match args.maybe_number("wbgt")? {
        Some(index) => {
            let effective = index + clothing;
            answer.with("wbgt_eff", effective).with("complies", effective <= reference)
        }
        None => answer,
    })
}

pub(crate) static NIOSH_REL: Calculator = Calculator {
    id: "heat.niosh_rel",
    title: "NIOSH 推荐 WBGT 限值",
    inputs: &[
        Field::required("m", "W", "代谢率 116–580").also(&["metabolic_w", "metabolic_rate_w", "M", "watts"]),
        ACCLIMATISED,
    ],
    outputs: &[Field::required("rel", "℃", "推荐限值（未热适应者为 RAL）")],
    formula: "热适应：56.7 − 11.5 lg M；未热适应：59.9 − 14.1 lg M",
    source: "NIOSH 2016-106",
    status: Status::Firm,
    version: 1,
    run: run_niosh,
};

fn run_niosh(args: &Args<'_>) -> Result<Answer, CalcError> {
    let watts = args.within("m", 116.0, 580.0)?;
    Ok(Answer::new().with("rel", niosh_limit(watts, acclimatised(args)?)))
}
