//! Grading of hazardous work: dust and chemicals (G = hazard weight × exposure × labour).
//!
//! Sources: GBZ/T 229.1 and 229.2, editions of 2010 (until 2026-01-31) and 2025 (from 2026-02-01).

use time::{Date, Month};

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::{self, Status},
    workplace::LabourClass,
};

/// The calculators of section F.
pub(crate) const CALCULATORS: &[&Calculator] = &[&DUST, &CHEMICAL, &COAL_DUST];

/// Edition of the grading standards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// 2010, in force until 2026-01-31.
    Y2010,
    /// 2025, in force from 2026-02-01.
    Y2025,
}

impl Edition {
    /// The edition in force on a day.
    #[must_use]
    pub fn on(day: Date) -> Self {
        if day >= from_2025() { Self::Y2025 } else { Self::Y2010 }
    }
}

fn from_2025() -> Date {
    Date::from_calendar_date(2026, Month::February, 1).unwrap_or(Date::MAX)
}

/// How toxic a substance is (危害程度级别).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toxicity {
    /// 轻度
    Mild,
    /// 中度
    Moderate,
    /// 高度
    Severe,
    /// 极度
    Extreme,
}

/// The sum of a grading: G and the level it gives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Graded {
    /// G.
    pub g: f64,
    /// Level 0–3; in the dust edition of 2025 0–4, where 1 is the action level.
    pub level: u8,
}

/// Labour weight WL: 1.0, 1.5, 2.0, 2.5 for Ⅰ–Ⅳ.
#[must_use]
pub const fn labour_weight(labour: LabourClass) -> f64 {
    match labour {
        LabourClass::I => 1.0,
        LabourClass::II => 1.5,
        LabourClass::III => 2.0,
        LabourClass::IV => 2.5,
    }
}

/// Grades dust work from free silica, exposure ratio b = C_TWA/PC-TWA and labour. Status `verify` in both editions.
///
/// 2010: WM ≤ 10 % 1, ≤ 50 % 2, ≤ 80 % 4, above 6; WB 0 below 1, 1 up to 2, then b; cuts 0, 6, 16.
/// 2025: WM 1, 2, 3, 4; WB 0 up to 0.5, else b; five levels, of which 1 is the action level (0.5 < b ≤ 1).
///
/// # Example
/// ```
/// use zhijian_calc::{grading::{Edition, grade_dust}, workplace::LabourClass};
/// let graded = grade_dust(Edition::Y2010, 30.0, 2.4, LabourClass::III);
/// assert_eq!((graded.g, graded.level), (9.6, 2));
/// ```
#[must_use]
pub fn grade_dust(edition: Edition, free_sio2_pct: f64, b: f64, labour: LabourClass) -> Graded {
    let wl = labour_weight(labour);
    match edition {
        Edition::Y2010 => {
            let wm = match free_sio2_pct {
                s if s <= 10.0 => 1.0,
                s if s <= 50.0 => 2.0,
                s if s <= 80.0 => 4.0,
                _ => 6.0,
            };
            let wb = match b {
                b if b < 1.0 => 0.0,
                b if b <= 2.0 => 1.0,
                b => b,
            };
            let g = wm * wb * wl;
            Graded { g, level: cut(g, 16.0) }
        }
        Edition::Y2025 => {
            let wm = match free_sio2_pct {
                s if s < 10.0 => 1.0,
                s if s <= 50.0 => 2.0,
                s if s <= 80.0 => 3.0,
                _ => 4.0,
            };
            let g = if b <= 0.5 { 0.0 } else { wm * b * wl };
            let level = match b {
                b if b <= 0.5 => 0,
                b if b <= 1.0 => 1,
                _ => cut(g, 16.0) + 1,
            };
            Graded { g, level }
        }
    }
}

/// Grades work with a chemical from its toxicity, exposure ratio b (largest of TWA, STE and MAC ratios) and labour.
///
/// WD 1, 2, 4, 8; 2010: WB 0 up to 1, else b; 2025 (status `verify`): WB 0 up to 0.5, else b, and above the limit
/// at least level 2. Cuts 0, 6, 24.
#[must_use]
pub fn grade_chemical(edition: Edition, toxicity: Toxicity, b: f64, labour: LabourClass) -> Graded {
    let wd = match toxicity {
        Toxicity::Mild => 1.0,
        Toxicity::Moderate => 2.0,
        Toxicity::Severe => 4.0,
        Toxicity::Extreme => 8.0,
    };
    let floor = match edition {
        Edition::Y2010 => 1.0,
        Edition::Y2025 => 0.5,
    };
    let wb = if b <= floor { 0.0 } else { b };
    let g = wd * wb * labour_weight(labour);
    let level = cut(g, 24.0);
    let level = if edition == Edition::Y2025 && b > 1.0 { level.max(2) } else { level };
    Graded { g, level }
}

/// 0 → 0, ≤ 6 → 1, ≤ `upper` → 2, above → 3.
fn cut(g: f64, upper: f64) -> u8 {
    let at_most = |cut: f64| g <= cut * (1.0 + 1e-12);
    match g {
        g if g <= 0.0 => 0,
        _ if at_most(6.0) => 1,
        _ if at_most(upper) => 2,
        _ => 3,
    }
}

const EDITION: Field = Field::required("edition", "", "2010 或 2025");
const RATIO: Field = Field::required("b", "", "接触浓度与限值之比");
const ON: Field = Field::optional("on", "", "作业日期，用于提示版本已被代替");

fn read(args: &Args<'_>) -> Result<(Edition, f64, LabourClass, bool), CalcError> {
    let edition = args.choice("edition", &[("2010", Edition::Y2010), ("2025", Edition::Y2025)])?;
    let b = args.not_negative("b")?;
    let labour = crate::heat::intensity(args)?;
    let superseded = match args.value("on") {
        None => false,
        Some(_) => {
            let day = tables::iso_date(&args.word("on")?).ok_or_else(|| args.invalid("on"))?;
            edition == Edition::Y2010 && Edition::on(day) == Edition::Y2025
        }
    };
    Ok((edition, b, labour, superseded))
}

static DUST: Calculator = Calculator {
    id: "grade.dust",
    title: "生产性粉尘作业分级",
    inputs: &[EDITION, Field::required("sio2_pct", "%", "游离 SiO₂ 含量"), RATIO, crate::heat::INTENSITY, ON],
    outputs: &[
        Field::required("g", "", "分级指数 G"),
        Field::required("level", "", "2010 版 0–3；2025 版 0–4（1 为行动水平）"),
    ],
    formula: "G = WM·WB·WL；0：0；≤ 6：1；≤ 16：2；> 16：3",
    source: "GBZ/T 229.1-2010；GBZ/T 229.1-2025",
    status: Status::Verify,
    version: 1,
    run: run_dust,
};

fn run_dust(args: &Args<'_>) -> Result<Answer, CalcError> {
    let (edition, b, labour, superseded) = read(args)?;
    let graded = grade_dust(edition, args.within("sio2_pct", 0.0, 100.0)?, b, labour);
    Ok(Answer::new()
        .with("g", graded.g)
        .with("level", graded.level)
        .warn("table_unverified")
        .warn_if(superseded, "edition_superseded"))
}

static CHEMICAL: Calculator = Calculator {
    id: "grade.chemical",
    title: "化学物作业分级",
    inputs: &[
        EDITION,
        Field::required("hazard", "", "危害程度：mild、moderate、severe、extreme"),
        RATIO,
        crate::heat::INTENSITY,
        Field::optional("skin", "", "有“皮”标识"),
        Field::optional("carcinogen_g1", "", "G1 致癌"),
        ON,
    ],
    outputs: &[
        Field::required("g", "", "分级指数 G"),
        Field::required("level", "", "0–3"),
        Field::optional("flags", "", "需另行注意的标识：skin、carcinogen_g1（不改变 G）"),
    ],
    formula: "G = WD·WB·WL；0：0；≤ 6：1；≤ 24：2；> 24：3；2025 版 B > 1 至少 2",
    source: "GBZ/T 229.2-2010；GBZ/T 229.2-2025",
    status: Status::Firm,
    version: 1,
    run: run_chemical,
};

const TOXICITIES: [(&str, Toxicity); 8] = [
    ("mild", Toxicity::Mild),
    ("moderate", Toxicity::Moderate),
    ("severe", Toxicity::Severe),
    ("extreme", Toxicity::Extreme),
    ("轻度", Toxicity::Mild),
    ("中度", Toxicity::Moderate),
    ("高度", Toxicity::Severe),
    ("极度", Toxicity::Extreme),
];

fn run_chemical(args: &Args<'_>) -> Result<Answer, CalcError> {
    let (edition, b, labour, superseded) = read(args)?;
    let graded = grade_chemical(edition, args.choice("hazard", &TOXICITIES)?, b, labour);
    let answer = Answer::new()
        .with("g", graded.g)
        .with("level", graded.level)
        .warn_if(edition == Edition::Y2025, "table_unverified")
        .warn_if(superseded, "edition_superseded");
    let flags = [("skin", args.flag("skin")?), ("carcinogen_g1", args.flag("carcinogen_g1")?)];
    let raised: Vec<&str> = flags.iter().filter(|flag| flag.1).map(|flag| flag.0).collect();
    Ok(if raised.is_empty() { answer } else { answer.with("flags", raised) })
}

/// Grade 1–5 of a short-time respirable coal-dust concentration at a fixed point, mg/m³; at 5 work stops.
///
/// Source: GBZ/T 342-2025.
#[must_use]
pub fn grade_coal_dust(respirable: f64) -> u8 {
    match respirable {
        c if c <= 1.25 => 1,
        c if c <= 2.5 => 2,
        c if c <= 6.0 => 3,
        c if c <= 16.0 => 4,
        _ => 5,
    }
}

static COAL_DUST: Calculator = Calculator {
    id: "grade.coal_dust",
    title: "煤尘短时间定点呼尘分级",
    inputs: &[Field::required("respirable", "mg/m3", "呼尘短时间定点浓度").also(&["c"])],
    outputs: &[Field::required("level", "", "1–5"), Field::required("stop_work", "", "5 级：停止作业、整改")],
    formula: "≤ 1.25：1；≤ 2.5：2；≤ 6：3；≤ 16：4；> 16：5",
    source: "GBZ/T 342-2025",
    status: Status::Verify,
    version: 1,
    run: run_coal_dust,
};

fn run_coal_dust(args: &Args<'_>) -> Result<Answer, CalcError> {
    let level = grade_coal_dust(args.not_negative("respirable")?);
    Ok(Answer::new().with("level", level).with("stop_work", level == 5).warn("table_unverified"))
}
