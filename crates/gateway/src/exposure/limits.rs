//! The limits that a device's figures are held against on a day.

use crate::register::Device;
use time::Date;
use zhijian_calc::workplace::{DustKind, LabourClass, Limit, LimitError, LimitQuery, SampleType, limit_for};
use zhijian_kinds::Catalogue;

use super::figure::Measure;

/// A limit, or why there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct Against {
    /// The limit in force.
    pub limit: Option<Limit>,
    /// A published one whose first day is unknown.
    pub pending: Option<Limit>,
    /// Why there is none, in words; empty when there is one.
    pub why: String,
}

/// The limits of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// For the eight-hour figure.
    pub shift: Against,
    /// For a quarter of an hour: PC-STEL, where there is none three times the PC-TWA.
    pub short: Against,
}

impl Limits {
    /// Asks the dated rules.
    #[must_use]
    pub fn of(catalogue: &Catalogue, device: &Device, on: Date) -> Self {
        let ask = |sample| of(catalogue, device, on, sample);
        match Measure::of(device) {
            Measure::Lex8h => Self { shift: ask(SampleType::Noise), short: Against::none("噪声没有短时间限值") },
            Measure::Wbgt => Self { shift: ask(SampleType::Wbgt), short: Against::none("高温没有短时间限值") },
            Measure::Twa8 => {
                let stel = ask(SampleType::Stel);
                let short = if stel.limit.is_some() { stel } else { ask(SampleType::Pe) };
                Self { shift: ask(SampleType::Twa), short }
            }
            Measure::Mean => Self { shift: Against::none("没有可比的限值"), short: Against::none("没有可比的限值") },
        }
    }
}

impl Against {
    fn none(why: &str) -> Self {
        Self { limit: None, pending: None, why: why.to_owned() }
    }
}

fn of(catalogue: &Catalogue, device: &Device, on: Date, sample: SampleType) -> Against {
    let label = catalogue.list("HAZARD").map_or(device.hazard.as_str(), |list| list.label(&device.hazard));
    let query = LimitQuery {
        dust: match device.text("dust_kind") {
            "total" => Some(DustKind::Total),
            "respirable" => Some(DustKind::Respirable),
            _ => None,
        },
        free_sio2_pct: device.number("sio2_pct"),
        labour: device.text("labour_class").parse().ok().and_then(LabourClass::from_number),
        contact_share_pct: device.number("contact_share"),
        ..LimitQuery::new(label, sample, on)
    };
    match limit_for(&query) {
        Ok(found) => match found.limit {
            Some(limit) if limit.unit.symbol() == device.unit => Against { limit: Some(limit), pending: found.pending, why: String::new() },
            Some(limit) => Against::none(&format!("设备的单位 {} 与限值的单位 {} 不同", device.unit, limit.unit.symbol())),
            None => Against::none("该因素没有这种限值"),
        },
        Err(error) => Against::none(missing(error)),
    }
}

/// What the register has to say before there is a limit.
const fn missing(error: LimitError) -> &'static str {
    match error {
        LimitError::UnknownFactor => "该因素不在限值目录中",
        LimitError::DustKindMissing => "限值取决于总尘或呼尘：请在设备登记中填写粉尘类型",
        LimitError::FreeSio2Missing => "限值取决于游离 SiO₂ 含量：请在设备登记中填写",
        LimitError::FreeSio2OutOfRange => "设备登记的游离 SiO₂ 含量应在 0～100 % 之间",
        LimitError::LabourMissing => "高温的限值取决于体力劳动强度：请在设备登记中填写",
        LimitError::ContactShareMissing => "高温的限值取决于接触时间率：请在设备登记中填写",
        LimitError::ContactShareOutOfRange => "设备登记的接触时间率应大于 0 且不超过 100 %",
        LimitError::UnknownSubItem => "限值表中没有该形态",
    }
}
