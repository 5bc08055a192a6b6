//! `pneumo.stage`: stage of pneumoconiosis from the reading of a film (尘肺病分期).

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::Status,
};

/// The reading of a chest film.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Film {
    /// Overall profusion 0–3 (总体密集度).
    pub overall: u8,
    /// Lung zones with small opacities, 0–6.
    pub zones: u8,
    /// Aggregation of small opacities (小阴影聚集).
    pub aggregation: bool,
    /// Length of the large opacity, mm, 0 for none.
    pub large_long_mm: f64,
    /// Width of the large opacity, mm.
    pub large_short_mm: f64,
    /// Exposure to asbestos.
    pub asbestos: bool,
    /// Zones read as 0/1, for asbestos.
    pub zones_0_1: u8,
    /// Pleural plaques (胸膜斑).
    pub plaque: bool,
    /// Plaques that involve the border of the heart or the diaphragm.
    pub plaque_heart_or_diaphragm: bool,
    /// Plaques over half of a chest wall, or a shaggy heart.
    pub plaque_over_half_or_shaggy: bool,
}

/// The stage 0–3, tested from 3 down. Decision support: a diagnosis is made by the panel.
///
/// Source: GBZ 70-2015. The width of the large opacity is “more than 10 mm” here; the print of 2009 says “not less”.
#[must_use]
pub fn stage(film: &Film) -> u8 {
    if is_three(film) {
        3
    } else if is_two(film) {
        2
    } else if is_one(film) {
        1
    } else {
        0
    }
}

fn is_three(film: &Film) -> bool {
    let wide = film.zones > 4;
    let large = film.large_long_mm > 0.0 || film.large_short_mm > 0.0;
    (film.large_long_mm >= 20.0 && film.large_short_mm > 10.0)
        || (film.overall >= 3 && wide && (film.aggregation || large))
        || (film.asbestos && film.overall >= 3 && wide && film.plaque_over_half_or_shaggy)
}

fn is_two(film: &Film) -> bool {
    let near_heart = film.asbestos && film.plaque_heart_or_diaphragm;
    (film.overall >= 2 && film.zones > 4)
        || (near_heart && film.overall == 1 && film.zones > 4)
        || (near_heart && film.overall == 2 && film.zones == 4)
}

fn is_one(film: &Film) -> bool {
    let plaque = film.asbestos && film.plaque;
    (film.overall >= 1 && film.zones >= 2)
        || (plaque && film.overall == 1 && film.zones == 1)
        || (plaque && film.overall == 0 && film.zones_0_1 >= 2)
}

pub(crate) static STAGE: Calculator = Calculator {
    id: "pneumo.stage",
    title: "尘肺病分期（辅助）",
    inputs: &[
        Field::optional("overall", "", "总体密集度 0–3"),
        Field::optional("zones", "", "有小阴影的肺区数 0–6"),
        Field::optional("aggregation", "", "小阴影聚集"),
        Field::optional("large_opacity_long_mm", "mm", "大阴影长径"),
        Field::optional("large_opacity_short_mm", "mm", "大阴影短径"),
        Field::optional("asbestos", "", "接触石棉"),
        Field::optional("zones_0_1", "", "密集度 0/1 的肺区数"),
        Field::optional("plaque", "", "胸膜斑"),
        Field::optional("plaque_heart_or_diaphragm", "", "累及心缘或膈面的胸膜斑"),
        Field::optional("plaque_over_half_or_shaggy", "", "超过一侧胸壁一半或心缘蓬乱"),
    ],
    outputs: &[Field::required("stage", "", "0–3")],
    formula: "自叁期向下逐条判断；缺省为否或 0",
    source: "GBZ 70-2015",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let small = |key: &str, most: u64| {
        let number = args.whole_within_or(key, 0, most, 0)?;
        u8::try_from(number).map_err(|_| args.out_of_range(key))
    };
    let film = Film {
        overall: small("overall", 3)?,
        zones: small("zones", 6)?,
        aggregation: args.flag("aggregation")?,
        large_long_mm: args.not_negative_or("large_opacity_long_mm", 0.0)?,
        large_short_mm: args.not_negative_or("large_opacity_short_mm", 0.0)?,
        asbestos: args.flag("asbestos")?,
        zones_0_1: small("zones_0_1", 6)?,
        plaque: args.flag("plaque")?,
        plaque_heart_or_diaphragm: args.flag("plaque_heart_or_diaphragm")?,
        plaque_over_half_or_shaggy: args.flag("plaque_over_half_or_shaggy")?,
    };
    if film.large_short_mm > film.large_long_mm {
        return Err(args.invalid("large_opacity_short_mm"));
    }
    // the three ticks are separate entries of the reading form; a contradiction is shown, not repaired
    let contradicts = !film.plaque && (film.plaque_heart_or_diaphragm || film.plaque_over_half_or_shaggy);
    Ok(Answer::new().with("stage", stage(&film)).warn_if(contradicts, "plaque_not_ticked"))
}
