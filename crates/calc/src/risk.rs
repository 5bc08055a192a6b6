//! Health risk of chemicals, toxicity class, risk class of an employer.
//!
//! Sources: GBZ/T 298-2017 (semi-quantitative methods), GBZ/T 230-2025 (toxicity), EPA inhalation guidance 2009,
//! 职业卫生分类监督执法 annexes 1 and 3. Figures of GBZ/T 298 and of annex 3 have status `verify`.

use serde_json::Value;

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    stats::count,
    tables::Status,
};

/// Calculators of domain section D beyond the handbook's.
pub(crate) const CALCULATORS: &[&Calculator] = &[&CHEMICAL, &INHALATION, &TOXICITY, &EMPLOYER];

/// Exposure class 1–5 by ratio to the limit: below 0.1, 0.5, 1, 2, from 2 on. Source: GBZ/T 298-2017, status `verify`.
#[must_use]
pub fn exposure_class(ratio: f64) -> u8 {
    match ratio {
        r if r < 0.1 => 1,
        r if r < 0.5 => 2,
        r if r < 1.0 => 3,
        r if r < 2.0 => 4,
        _ => 5,
    }
}

/// Risk `R = √(HR·ER)` of hazard class and exposure class, both 1–5; the level is R to the nearest whole, 1 negligible
/// to 5 extreme. Source: GBZ/T 298-2017, rounding status `verify`.
///
/// # Example
/// ```
/// assert_eq!(zhijian_calc::risk::chemical_risk(4.0, 4.0), (4.0, 4));
/// ```
#[must_use]
pub fn chemical_risk(hazard: f64, exposure: f64) -> (f64, u8) {
    let risk = (hazard * exposure).sqrt();
    let level = match risk {
        r if r < 1.5 => 1,
        r if r < 2.5 => 2,
        r if r < 3.5 => 3,
        r if r < 4.5 => 4,
        _ => 5,
    };
    (risk, level)
}

static CHEMICAL: Calculator = Calculator {
    id: "risk.chemical",
    title: "化学物健康风险（接触比值法、接触指数法）",
    inputs: &[
        Field::required("hazard_class", "", "危害等级 HR 1–5"),
        Field::optional("ratio", "", "接触比值 E/OEL（接触比值法）"),
        Field::optional("exposure_indices", "", "各接触指数 EI 1–5（接触指数法）"),
    ],
    outputs: &[
        Field::required("er", "", "接触等级 ER"),
        Field::required("risk", "", "R = √(HR·ER)"),
        Field::required("level", "", "1 可忽略、2 低、3 中、4 高、5 极高"),
    ],
    formula: "ER 按比值 < 0.1、< 0.5、< 1、< 2 分 1–5，或 (ΠEI)^(1/n)；R = √(HR·ER)",
    source: "GBZ/T 298-2017",
    status: Status::Verify,
    version: 1,
    run: run_chemical,
};

fn run_chemical(args: &Args<'_>) -> Result<Answer, CalcError> {
    let hazard = args.within("hazard_class", 1.0, 5.0)?;
    let exposure = if args.value("exposure_indices").is_some() {
        let indices = args.numbers("exposure_indices")?;
        if indices.iter().any(|index| !(1.0..=5.0).contains(index)) {
            return Err(args.out_of_range("exposure_indices"));
        }
        (indices.iter().map(|index| index.ln()).sum::<f64>() / count(&indices)).exp()
    } else {
        f64::from(exposure_class(args.not_negative("ratio")?))
    };
    let (risk, level) = chemical_risk(hazard, exposure);
    Ok(Answer::new().with("er", exposure).with("risk", risk).with("level", level).warn("table_unverified"))
}

static INHALATION: Calculator = Calculator {
    id: "risk.inhalation",
    title: "吸入定量风险（EPA）",
    inputs: &[
        Field::required("ca", "mg/m3", "空气浓度"),
        Field::required("et", "h/d", "每日接触时间"),
        Field::required("ef", "d/a", "每年接触天数"),
        Field::required("ed", "a", "接触年数"),
        Field::optional("rfc", "mg/m3", "参考浓度，给出时算 HQ（平均时间 = ed）"),
        Field::optional("iur", "1/(mg/m3)", "吸入单位风险，给出时算致癌风险（平均时间 70 a）"),
    ],
    outputs: &[
        Field::required("hq", "", "危害商；> 1 有风险"),
        Field::required("cancer_risk", "", "致癌风险；> 1e-4 高，1e-6–1e-4 关注"),
    ],
    formula: "EC = CA·ET·EF·ED/AT；HQ = EC/RfC；Risk = IUR·EC",
    source: "EPA 2009 RAGS F；GBZ/T 298-2017",
    status: Status::Firm,
    version: 1,
    run: run_inhalation,
};

/// Exposure concentration over an averaging time in years: `CA·ET·EF·ED/(AT·365·24)`. Source: EPA 2009, RAGS part F.
#[must_use]
pub fn exposure_concentration(
    ca: f64,
    hours_a_day: f64,
    days_a_year: f64,
    years: f64,
    over_years: f64,
) -> f64 {
    ca * hours_a_day * days_a_year * years / (over_years * 365.0 * 24.0)
}

fn run_inhalation(args: &Args<'_>) -> Result<Answer, CalcError> {
    let ca = args.not_negative("ca")?;
    let (et, ef) = (args.within("et", 0.0, 24.0)?, args.within("ef", 0.0, 366.0)?);
    let ed = args.positive("ed")?;
    if ed > 70.0 {
        return Err(args.out_of_range("ed"));
    }
    let over = |years: f64| exposure_concentration(ca, et, ef, ed, years);
    let hq = if args.value("rfc").is_some() { Some(over(ed) / args.positive("rfc")?) } else { None };
    let cancer =
        if args.value("iur").is_some() { Some(over(70.0) * args.not_negative("iur")?) } else { None };
    if hq.is_none() && cancer.is_none() {
        return Err(args.invalid("rfc"));
    }
    Ok(Answer::new().with("hq", hq).with("cancer_risk", cancer))
}

/// Toxicity class by the index THI: below 35 mild, 50 moderate, 65 severe, above extreme. Source: GBZ/T 230-2025.
#[must_use]
pub fn toxicity_class(thi: f64) -> &'static str {
    match thi {
        t if t < 35.0 => "mild",
        t if t < 50.0 => "moderate",
        t if t < 65.0 => "severe",
        _ => "extreme",
    }
}

/// Weights of GBZ/T 230-2025. The weight of sensitisation could not be read; 3 is from a second-hand source.
const WEIGHTS: [(&str, f64); 8] = [
    ("acute_inhalation", 5.0),
    ("dermal", 2.0),
    ("irritation", 3.0),
    ("sensitisation", 3.0),
    ("reproductive", 3.0),
    ("carcinogenic", 5.0),
    ("dispersion", 3.0),
    ("accumulation", 1.0),
];

static TOXICITY: Calculator = Calculator {
    id: "risk.toxicity",
    title: "毒物危害指数 THI",
    inputs: &[
        Field::required("acute_inhalation", "", "急性吸入（无资料时用经口）0–4"),
        Field::required("dermal", "", "急性经皮 0–4"),
        Field::required("irritation", "", "刺激与腐蚀 0–4"),
        Field::required("sensitisation", "", "致敏 0–4"),
        Field::required("reproductive", "", "生殖毒性 0–4"),
        Field::required("carcinogenic", "", "致癌 0–4：IARC 1→4、2A→3、2B→2、3→1"),
        Field::required("dispersion", "", "扩散性 0–4"),
        Field::required("accumulation", "", "蓄积性 0–4"),
        Field::optional("restricted", "", "限用物质，至少为高度"),
    ],
    outputs: &[
        Field::required("thi", "", "毒物危害指数"),
        Field::required("hazard", "", "mild、moderate、severe、extreme"),
    ],
    formula: "THI = Σ k·F；< 35 轻度、< 50 中度、< 65 高度、≥ 65 极度",
    source: "GBZ/T 230-2025",
    status: Status::Verify,
    version: 1,
    run: run_toxicity,
};

fn run_toxicity(args: &Args<'_>) -> Result<Answer, CalcError> {
    let mut index = 0.0;
    for (key, weight) in WEIGHTS {
        index += weight * args.within(key, 0.0, 4.0)?;
    }
    let restricted = args.flag("restricted")?;
    let class = match toxicity_class(index) {
        "mild" | "moderate" if restricted => "severe",
        class => class,
    };
    Ok(Answer::new().with("thi", index).with("hazard", class).warn("table_unverified"))
}

/// Risk class Ⅰ–Ⅲ (1–3) of an employer for one nature of hazard.
///
/// `severe`: highly toxic, asbestos and silica, G1, most ionising radiation; `over_limit`: any post over its limit;
/// `exposed`: workers exposed to that nature. Source: 分类监督执法 annex 1.
#[must_use]
pub const fn hazard_risk_class(severe: bool, over_limit: bool, exposed: u64) -> u8 {
    match (severe, over_limit, exposed) {
        (false, false, _) => 1,
        (false, true, 0..=49) | (true, false, 0..=49) => 2,
        _ => 3,
    }
}

/// Comprehensive risk 甲 (lowest), 乙, 丙 as 1–3 from risk class 1–3 and management grade A–C as 1–3.
///
/// Source: 分类监督执法 annex 3; the cells are not from the text, status `verify` (domain G-01).
#[must_use]
pub fn comprehensive_risk(risk: u8, management: u8) -> u8 {
    match risk + management {
        0..=3 => 1,
        4 => 2,
        _ => 3,
    }
}

static EMPLOYER: Calculator = Calculator {
    id: "risk.employer",
    title: "用人单位职业病危害综合风险",
    inputs: &[
        Field::list(
            "hazards",
            "各性质的危害",
            &[
                Field::required("severe", "", "是否严重危害因素"),
                Field::required("over_limit", "", "是否有岗位超限"),
                Field::required("exposed", "人", "接触人数"),
            ],
        ),
        Field::required("management", "", "管理状况 A、B、C"),
    ],
    outputs: &[
        Field::required("risk_class", "", "危害风险等级 1–3"),
        Field::required("comprehensive", "", "甲（低）、乙（中）、丙（高）"),
    ],
    formula: "性质 × 是否超限 × 人数（9/49）→ Ⅰ–Ⅲ，取最高；与管理状况 A/B/C 组合 → 甲/乙/丙",
    source: "职业卫生分类监督执法 附件 1、附件 3",
    status: Status::Verify,
    version: 1,
    run: run_employer,
};

fn run_employer(args: &Args<'_>) -> Result<Answer, CalcError> {
    let mut class = 0;
    for item in args.items("hazards")? {
        for key in ["severe", "over_limit"] {
            if !matches!(item.value(key), Some(Value::Bool(_))) {
                return Err(item.invalid(key));
            }
        }
        class = class.max(hazard_risk_class(
            item.flag("severe")?,
            item.flag("over_limit")?,
            item.count("exposed")?,
        ));
    }
    let management = args.choice("management", &[("A", 1), ("B", 2), ("C", 3)])?;
    let word = ["甲", "乙", "丙"][usize::from(comprehensive_risk(class, management).clamp(1, 3) - 1)];
    Ok(Answer::new().with("risk_class", class).with("comprehensive", word).warn("table_unverified"))
}
