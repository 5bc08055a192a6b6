//! Occupational exposure limits, as the platform will judge by them.

use std::collections::HashMap;
use time::Date;
use zhijian_calc::workplace::{DustKind, LabourClass, LimitQuery, SampleType, limit_for};
use zhijian_kinds::Catalogue;

/// Free SiO2 of silica dust in the demo, percent: within the band 10–50 % of GBZ 2.1.
pub(crate) const SILICA: f64 = 15.0;
/// Free SiO2 of other mineral dusts in the demo, percent.
pub(crate) const LITTLE_SILICA: f64 = 4.0;

/// How a factor is sampled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sampling {
    /// List OEL.
    pub sample_type: &'static str,
    /// List DUSTKIND.
    pub dust: Option<&'static str>,
    pub unit: &'static str,
    pub sio2: Option<f64>,
    /// Labour class (list LABOUR) and share of contact, for heat.
    pub heat: Option<(&'static str, f64)>,
}

/// How a factor (list HAZARD) is sampled.
pub(crate) fn sampling(factor: &str) -> Sampling {
    let plain = Sampling { sample_type: "1", dust: None, unit: "mg/m3", sio2: None, heat: None };
    match factor {
        "P001" => Sampling { sample_type: "5", unit: "dB(A)", ..plain },
        "P002" => Sampling { sample_type: "6", unit: "℃", heat: Some(("2", 100.0)), ..plain },
        "D001" => Sampling { dust: Some("respirable"), sio2: Some(SILICA), ..plain },
        "D002" => Sampling { dust: Some("respirable"), sio2: Some(LITTLE_SILICA), ..plain },
        f if f.starts_with('D') => Sampling { dust: Some("total"), sio2: Some(LITTLE_SILICA), ..plain },
        _ => plain,
    }
}

/// Limits by factor and year.
pub(crate) struct Limits<'a> {
    catalogue: &'a Catalogue,
    known: HashMap<(String, i32), Option<f64>>,
}

impl<'a> Limits<'a> {
    pub(crate) fn new(catalogue: &'a Catalogue) -> Self {
        Self { catalogue, known: HashMap::new() }
    }

    /// The limit of a factor on a day; none when the tables give none.
    pub(crate) fn of(&mut self, factor: &str, on: Date) -> Option<f64> {
        let catalogue = self.catalogue;
        *self.known.entry((factor.to_owned(), on.year())).or_insert_with(|| {
            let name = catalogue.codes.get("HAZARD")?.label(factor);
            let how = sampling(factor);
            let sample = match how.sample_type {
                "5" => SampleType::Noise,
                "6" => SampleType::Wbgt,
                _ => SampleType::Twa,
            };
            let query = LimitQuery {
                dust: how.dust.map(|d| if d == "total" { DustKind::Total } else { DustKind::Respirable }),
                free_sio2_pct: how.sio2,
                labour: how.heat.map(|_| LabourClass::II),
                contact_share_pct: how.heat.map(|h| h.1),
                ..LimitQuery::new(name, sample, on)
            };
            limit_for(&query).ok()?.limit.map(|l| l.value)
        })
    }
}
