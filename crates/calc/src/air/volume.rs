//! `air.volume_std` and `air.ppm_mgm3`: what the gas laws make of a sample.

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::Status,
};

/// State of the air sampled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gas {
    /// Temperature, ℃.
    pub celsius: f64,
    /// Pressure, kPa.
    pub kpa: f64,
}

impl Gas {
    /// Whether a sample taken in this air has to be converted to standard volume: below 5 or above 35 ℃, or
    /// outside 98.8–103.4 kPa (GBZ 159-2004).
    #[must_use]
    pub fn needs_conversion(self) -> bool {
        !(5.0..=35.0).contains(&self.celsius) || !(98.8..=103.4).contains(&self.kpa)
    }
}

/// Volume at 20 ℃ and 101.3 kPa: `V₀ = V·293/(273+t)·P/101.3`. Source: GBZ 159-2004.
///
/// # Example
/// ```
/// use zhijian_calc::air::{Gas, standard_volume};
/// let litres = standard_volume(30.0, Gas { celsius: 38.0, kpa: 98.0 });
/// assert_eq!(format!("{litres:.2}"), "27.34");
/// ```
#[must_use]
pub fn standard_volume(litres: f64, air: Gas) -> f64 {
    litres * 293.0 / (273.0 + air.celsius) * air.kpa / 101.3
}

/// Molar volume of an ideal gas, L/mol: `8.314462618·(273.15+t)/P`.
#[must_use]
pub fn molar_volume(air: Gas) -> f64 {
    8.314_462_618 * (273.15 + air.celsius) / air.kpa
}

/// mg/m³ of a vapour given in ppm: `ppm·M/V_m`. Not for particles.
#[must_use]
pub fn to_mg_m3(ppm: f64, molar_mass: f64, air: Gas) -> f64 {
    ppm * molar_mass / molar_volume(air)
}

/// ppm of a vapour given in mg/m³: `mg/m³·V_m/M`.
#[must_use]
pub fn to_ppm(mg_m3: f64, molar_mass: f64, air: Gas) -> f64 {
    mg_m3 * molar_volume(air) / molar_mass
}

pub(crate) static VOLUME_STD: Calculator = Calculator {
    id: "air.volume_std",
    title: "标准采样体积",
    inputs: &[
        Field::required("v", "L", "采样体积"),
        Field::required("t_c", "℃", "采样点温度"),
        Field::required("p_kpa", "kPa", "采样点大气压"),
        Field::optional("force", "", "温压在免换算范围内时也换算"),
    ],
    outputs: &[
        Field::required("v0", "L", "标准采样体积（20 ℃，101.3 kPa）"),
        Field::required("converted", "", "是否作了换算"),
    ],
    formula: "V₀ = V·293/(273+t)·P/101.3；5–35 ℃ 且 98.8–103.4 kPa 时不必换算",
    source: "GBZ 159-2004",
    status: Status::Firm,
    version: 1,
    run: volume_std,
};

fn volume_std(args: &Args<'_>) -> Result<Answer, CalcError> {
    let volume = args.positive("v")?;
    let air = Gas { celsius: args.number("t_c")?, kpa: args.number("p_kpa")? };
    if air.celsius <= -273.0 {
        return Err(args.out_of_range("t_c"));
    }
    if air.kpa <= 0.0 {
        return Err(args.out_of_range("p_kpa"));
    }
    let converted = air.needs_conversion() || args.flag("force")?;
    let v0 = if converted { standard_volume(volume, air) } else { volume };
    Ok(Answer::new().with("v0", v0).with("converted", converted))
}

pub(crate) static PPM_MGM3: Calculator = Calculator {
    id: "air.ppm_mgm3",
    title: "ppm 与 mg/m³ 换算",
    inputs: &[
        Field::required("value", "ppm 或 mg/m3", "浓度"),
        Field::required("from", "", "ppm 或 mg_m3"),
        Field::required("mw", "g/mol", "摩尔质量"),
        Field::optional("t_c", "℃", "温度，默认 20"),
        Field::optional("p_kpa", "kPa", "大气压，默认 101.325"),
    ],
    outputs: &[Field::required("ppm", "ppm", "体积分数"), Field::required("mg_m3", "mg/m3", "质量浓度")],
    formula: "V_m = 8.314462618·(273.15+t)/P；mg/m³ = ppm·M/V_m（不用于颗粒物）",
    source: "理想气体状态方程",
    status: Status::Firm,
    version: 1,
    run: ppm_mgm3,
};

fn ppm_mgm3(args: &Args<'_>) -> Result<Answer, CalcError> {
    let value = args.not_negative("value")?;
    let from_ppm = args.choice("from", &[("ppm", true), ("mg_m3", false)])?;
    let molar_mass = args.positive("mw")?;
    let air = Gas { celsius: args.number_or("t_c", 20.0)?, kpa: args.number_or("p_kpa", 101.325)? };
    if air.celsius <= -273.15 {
        return Err(args.out_of_range("t_c"));
    }
    if air.kpa <= 0.0 {
        return Err(args.out_of_range("p_kpa"));
    }
    let (ppm, mg_m3) = if from_ppm {
        (value, to_mg_m3(value, molar_mass, air))
    } else {
        (to_ppm(value, molar_mass, air), value)
    };
    Ok(Answer::new().with("ppm", ppm).with("mg_m3", mg_m3))
}
