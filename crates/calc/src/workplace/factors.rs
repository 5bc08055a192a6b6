//! The catalogue of hazard factors and the rows of the limit tables each name leads to.

use std::{collections::HashMap, sync::LazyLock};

use serde::Deserialize;
use time::Date;

use super::LabourClass;
use crate::tables::{self, Status, text};

/// A row of `oel_chemical.csv`: limits of one substance under one edition.
#[derive(Debug, Deserialize)]
pub(super) struct Chemical {
    pub(super) seq: String,
    pub(super) sub_item: String,
    pub(super) mac_mg_m3: Option<f64>,
    pub(super) pc_twa_mg_m3: Option<f64>,
    pub(super) pc_stel_mg_m3: Option<f64>,
    pub(super) edition: String,
    #[serde(deserialize_with = "iso_date")]
    pub(super) valid_from: Option<Date>,
    #[serde(deserialize_with = "iso_date")]
    pub(super) valid_to: Option<Date>,
    /// Month of publication of a row whose first day is not known (`2022-11`).
    pub(super) published: String,
    pub(super) status: Status,
}

/// A row of `oel_dust.csv`.
#[derive(Debug, Deserialize)]
pub(super) struct Dust {
    pub(super) seq: String,
    pub(super) sub_item: String,
    pub(super) total_twa_mg_m3: Option<f64>,
    pub(super) respirable_twa_mg_m3: Option<f64>,
    pub(super) fiber_twa_f_ml: Option<f64>,
    pub(super) edition: String,
    pub(super) status: Status,
}

/// A row of `heat_limits.csv`: WBGT limits for one share of contact time.
#[derive(Debug, Deserialize)]
pub(super) struct Heat {
    contact_share_pct: f64,
    #[serde(rename = "I")]
    one: f64,
    #[serde(rename = "II")]
    two: f64,
    #[serde(rename = "III")]
    three: f64,
    #[serde(rename = "IV")]
    four: f64,
    pub(super) edition: String,
    pub(super) status: Status,
}

/// A row of `factor_limits.csv`: a catalogue name and a row of one limit table.
#[derive(Debug, Deserialize)]
struct MappingRow {
    code: String,
    factor: String,
    category: String,
    table: String,
    seq: String,
    sub_item: String,
    status: Status,
    free_sio2: FreeSio2,
}

/// What free silica means for a factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum FreeSio2 {
    /// Without it the dust cannot be judged.
    Required,
    /// If given and ≥ 10 % the silica limits apply.
    Optional,
    /// Silica is no question (chemicals, asbestos).
    No,
}

/// Rows of one limit table that a factor leads to; the first is the default.
#[derive(Debug)]
pub(super) enum Target {
    Chemical { sub_item: String, status: Status, dated: Vec<&'static Chemical> },
    Dust { sub_item: String, status: Status, row: &'static Dust },
    Physical { agent: String },
}

/// A name of the catalogue with everything that may be judged under it.
#[derive(Debug)]
pub(super) struct Factor {
    pub(super) code: String,
    pub(super) is_dust: bool,
    pub(super) free_sio2: FreeSio2,
    pub(super) targets: Vec<Target>,
}

static CHEMICAL: LazyLock<Vec<Chemical>> = LazyLock::new(|| tables::rows(text::OEL_CHEMICAL));
static DUST: LazyLock<Vec<Dust>> = LazyLock::new(|| tables::rows(text::OEL_DUST));
static HEAT: LazyLock<Vec<Heat>> = LazyLock::new(|| tables::rows(text::HEAT_LIMITS));
static FACTORS: LazyLock<HashMap<String, Factor>> = LazyLock::new(by_name);
/// Catalogue names as people type them: other brackets, blanks, letter case.
static LOOSE: LazyLock<HashMap<String, &'static str>> =
    LazyLock::new(|| FACTORS.keys().map(|name| (loosen(name), name.as_str())).collect());

/// Finds a factor by its catalogue name; brackets, blanks and letter case do not matter.
pub(super) fn find(name: &str) -> Option<&'static Factor> {
    FACTORS.get(name).or_else(|| FACTORS.get(*LOOSE.get(&loosen(name))?))
}

/// The silica row for a share of free SiO₂ of at least 10 %.
pub(super) fn silica(free_sio2_pct: f64) -> Option<&'static Dust> {
    let place = match free_sio2_pct {
        p if p <= 50.0 => 0,
        p if p <= 80.0 => 1,
        _ => 2,
    };
    DUST.iter().filter(|row| row.seq == "40").nth(place)
}

/// The row for dust that no other row names (其他粉尘).
pub(super) fn other_dust() -> Option<&'static Dust> {
    DUST.iter().find(|row| row.seq == "49")
}

/// The WBGT limit, ℃: the next tabulated share upwards (a share between two rows takes the stricter one).
pub(super) fn heat(labour: LabourClass, contact_share_pct: f64) -> Option<(f64, &'static Heat)> {
    let row = HEAT.iter().find(|row| contact_share_pct <= row.contact_share_pct)?;
    let value = match labour {
        LabourClass::I => row.one,
        LabourClass::II => row.two,
        LabourClass::III => row.three,
        LabourClass::IV => row.four,
    };
    Some((value, row))
}

fn by_name() -> HashMap<String, Factor> {
    let mut factors: HashMap<String, Factor> = HashMap::new();
    for row in tables::rows::<MappingRow>(text::FACTOR_LIMITS) {
        let target = target(&row);
        factors
            .entry(row.factor)
            .or_insert_with(|| Factor {
                code: row.code,
                is_dust: row.category == "粉尘",
                free_sio2: row.free_sio2,
                targets: Vec::new(),
            })
            .targets
            .extend(target);
    }
    factors
}

fn target(row: &MappingRow) -> Option<Target> {
    let status = row.status;
    let sub_item = row.sub_item.clone();
    match row.table.as_str() {
        "oel_chemical" => Some(Target::Chemical {
            dated: CHEMICAL.iter().filter(|c| c.seq == row.seq && c.sub_item == row.sub_item).collect(),
            sub_item,
            status,
        }),
        "oel_dust" => DUST
            .iter()
            .find(|d| d.seq == row.seq && (d.sub_item == row.sub_item || row.seq == "40"))
            .map(|found| Target::Dust { sub_item, status, row: found }),
        "oel_physical" => Some(Target::Physical { agent: row.seq.clone() }),
        _ => None,
    }
}

fn loosen(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '（' => '(',
            '）' => ')',
            '，' => ',',
            '；' => ';',
            '！'..='～' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            _ => c,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

fn iso_date<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<Date>, D::Error> {
    let written = String::deserialize(input)?;
    if written.is_empty() {
        return Ok(None);
    }
    let error = || serde::de::Error::custom(format!("`{written}` is not a date"));
    tables::iso_date(&written).map(Some).ok_or_else(error)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_embedded_row_is_read() {
        let lines = |text: &str| text.lines().count() - 1;
        assert_eq!(CHEMICAL.len(), lines(text::OEL_CHEMICAL));
        assert_eq!(DUST.len(), lines(text::OEL_DUST));
        assert_eq!(HEAT.len(), lines(text::HEAT_LIMITS));
        assert_eq!(tables::rows::<MappingRow>(text::FACTOR_LIMITS).len(), lines(text::FACTOR_LIMITS));
    }

    #[test]
    fn every_mapping_leads_to_a_row() {
        for row in tables::rows::<MappingRow>(text::FACTOR_LIMITS) {
            match target(&row) {
                Some(Target::Chemical { dated, .. }) => assert!(!dated.is_empty(), "{}", row.code),
                Some(_) => {}
                None => assert!(row.table.is_empty(), "{} names a row that is not there", row.code),
            }
        }
    }

    #[test]
    fn the_whole_catalogue_of_459_names_is_known() {
        // counted by code: 铀及其化合物 stands in two classes under one name
        let codes: HashSet<String> =
            tables::rows::<MappingRow>(text::FACTOR_LIMITS).into_iter().map(|row| row.code).collect();
        // 国卫疾控发〔2015〕92号: 52 dusts, 375 chemicals, 15 physical, 8 radioactive, 6 biological, 3 other
        for (class, expected) in [('D', 52), ('C', 375), ('P', 15), ('R', 8), ('B', 6), ('O', 3)] {
            assert_eq!(codes.iter().filter(|code| code.starts_with(class)).count(), expected, "{class}");
        }
    }
}
