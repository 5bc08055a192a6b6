//! `heat.wbgt`, `heat.wbgt_height`, `heat.wbgt_twa`: the index itself.

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::Status,
};

/// Temperatures of the three thermometers, ℃.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Globe {
    /// Natural wet bulb.
    pub tnw: f64,
    /// Globe.
    pub tg: f64,
    /// Air, needed in the sun.
    pub ta: Option<f64>,
}

/// WBGT, ℃: without sun `0.7·tnw + 0.3·tg`; in the sun `0.7·tnw + 0.2·tg + 0.1·ta`.
///
/// `None` in the sun without an air temperature. Source: GBZ/T 189.7-2007, ISO 7243:2017.
///
/// # Example
/// ```
/// use zhijian_calc::heat::{Globe, wbgt};
/// let noon = Globe { tnw: 26.0, tg: 40.0, ta: Some(31.0) };
/// assert_eq!(wbgt(noon, true).map(|t| format!("{t:.1}")).as_deref(), Some("29.3"));
/// ```
#[must_use]
pub fn wbgt(globe: Globe, solar: bool) -> Option<f64> {
    match (solar, globe.ta) {
        (false, _) => Some(0.7 * globe.tnw + 0.3 * globe.tg),
        (true, Some(ta)) => Some(0.7 * globe.tnw + 0.2 * globe.tg + 0.1 * ta),
        (true, None) => None,
    }
}

/// Mean of three heights where heat is uneven: `(head + 2·abdomen + ankle)/4`.
#[must_use]
pub fn wbgt_at_heights(head: f64, abdomen: f64, ankle: f64) -> f64 {
    (head + 2.0 * abdomen + ankle) / 4.0
}

/// The range a thermometer of this kind can show at a workplace.
fn temperature(args: &Args<'_>, key: &str) -> Result<f64, CalcError> {
    args.within(key, -10.0, 80.0)
}

pub(crate) static WBGT: Calculator = Calculator {
    id: "heat.wbgt",
    title: "WBGT 指数",
    inputs: &[
        Field::required("tnw", "℃", "自然湿球温度"),
        Field::required("tg", "℃", "黑球温度"),
        Field::optional("ta", "℃", "干球温度，有太阳辐射时必填"),
        Field::optional("solar", "", "是否有太阳辐射"),
    ],
    outputs: &[Field::required("wbgt", "℃", "WBGT 指数")],
    formula: "室内：0.7·tnw + 0.3·tg；有太阳：0.7·tnw + 0.2·tg + 0.1·ta",
    source: "GBZ/T 189.7-2007",
    status: Status::Firm,
    version: 1,
    run: run_wbgt,
};

fn run_wbgt(args: &Args<'_>) -> Result<Answer, CalcError> {
    let (tnw, tg) = (temperature(args, "tnw")?, temperature(args, "tg")?);
    let ta = if args.value("ta").is_some() { Some(temperature(args, "ta")?) } else { None };
    let index = wbgt(Globe { tnw, tg, ta }, args.flag("solar")?).ok_or_else(|| args.insufficient("ta"))?;
    Ok(Answer::new().with("wbgt", index).warn_if(ta.is_some_and(|ta| tnw > ta + 1.0), "tnw_above_ta"))
}

pub(crate) static WBGT_HEIGHT: Calculator = Calculator {
    id: "heat.wbgt_height",
    title: "热不均匀时的 WBGT",
    inputs: &[
        Field::required("head", "℃", "头部"),
        Field::required("abdomen", "℃", "腹部"),
        Field::required("ankle", "℃", "踝部"),
    ],
    outputs: &[Field::required("wbgt", "℃", "WBGT 指数")],
    formula: "(头 + 2·腹 + 踝)/4",
    source: "GBZ/T 189.7-2007",
    status: Status::Firm,
    version: 1,
    run: run_height,
};

fn run_height(args: &Args<'_>) -> Result<Answer, CalcError> {
    let (head, abdomen, ankle) =
        (temperature(args, "head")?, temperature(args, "abdomen")?, temperature(args, "ankle")?);
    Ok(Answer::new().with("wbgt", wbgt_at_heights(head, abdomen, ankle)))
}

pub(crate) static WBGT_TWA: Calculator = Calculator {
    id: "heat.wbgt_twa",
    title: "时间加权平均 WBGT",
    inputs: &[Field::list(
        "segments",
        "各时段",
        &[Field::required("wbgt", "℃", "WBGT 指数"), Field::required("t_min", "min", "时间")],
    )],
    outputs: &[Field::required("wbgt", "℃", "时间加权平均")],
    formula: "Σ(WBGT·t)/Σt",
    source: "GBZ/T 189.7-2007",
    status: Status::Firm,
    version: 1,
    run: run_twa,
};

fn run_twa(args: &Args<'_>) -> Result<Answer, CalcError> {
    let (mut sum, mut minutes) = (0.0, 0.0);
    for item in args.items("segments")? {
        let (index, t) = (temperature(&item, "wbgt")?, item.positive("t_min")?);
        sum += index * t;
        minutes += t;
    }
    if minutes > 24.0 * 60.0 + 1e-6 {
        return Err(args.out_of_range("segments"));
    }
    Ok(Answer::new().with("wbgt", sum / minutes))
}
