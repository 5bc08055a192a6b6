//! Institutions that renew their filing or are new, and the counts that the insurance office sends.

use super::row;
use crate::Row;
use crate::days::{day, iso, plus, working};
use crate::plan;
use crate::stage::Stage;
use crate::world::Institution;
use serde_json::json;

/// Year in which the last county gets a public institution for examinations.
const LAST_COUNTY: i32 = 2024;

/// Days ahead for which places are offered.
const DAYS_AHEAD: i64 = 60;
/// Places that all clinics together offer in a month, at scale 1: about as many as are due in an ordinary one.
const PLACES_A_MONTH: f64 = 230.0;

/// Filings of a year.
pub(crate) fn institutions(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let mut rows = Vec::new();
    for institution in &mut stage.institutions {
        // A filing is renewed under its number before it ends.
        let Some(to) = institution.to.filter(|d| d.year() == year && plus(*d, -30) <= stage.last) else { continue };
        institution.to = Some(day(to.year() + 5, to.month() as u8, to.day()));
        rows.push(row(json!({
            "filing_no": institution.filing_no, "name": institution.name, "category": institution.category, "county": institution.county,
            "filing_to": institution.to.map(iso), "remark": "到期前延续（合成数据）",
        })));
    }
    if year == LAST_COUNTY && stage.last >= day(year, 3, 1) {
        let counties: Vec<String> = stage
            .catalogue
            .regions
            .children("130300")
            .filter(|r| r.level == zhijian_kinds::regions::Level::County)
            .map(|r| r.code.clone())
            .collect();
        for (n, county) in counties.iter().enumerate() {
            let there = |i: &Institution| i.category == "exam" && i.public && &i.county == county;
            if stage.institutions.iter().any(there) {
                continue;
            }
            let place = stage.catalogue.regions.name(county).to_owned();
            let new = Institution {
                name: format!("{place}测例区医院"),
                uscc: stage.credit_code("12", county),
                category: "exam".to_owned(),
                county: county.clone(),
                public: true,
                filing_no: format!("测备字〔{year}〕第{:03}号", 101 + n),
                from: Some(day(year, 3, 1)),
                to: Some(day(year + 5, 2, 28)),
            };
            rows.push(row(json!({
                "name": new.name, "uscc": new.uscc, "county": county, "category": "exam", "ownership": "public", "level": "2",
                "filing_no": new.filing_no, "filing_items": ["E1", "E2", "E3"], "started_on": new.from.map(iso), "filed_on": iso(day(year, 3, 18)),
                "filing_from": new.from.map(iso), "filing_to": new.to.map(iso), "status": "valid", "exam_capacity": 8_000, "chief_examiners": 2,
                "technical_staff": 14, "remark": "合成数据",
            })));
            stage.institutions.push(new);
        }
    }
    rows
}

/// Half-days that clinics offer in the last year, up to two months ahead: two mornings a month each, alike all year, so that months with
/// many examinations due lack places.
pub(crate) fn slots(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    if year != stage.until {
        return Vec::new();
    }
    let end = plus(stage.last, DAYS_AHEAD).min(day(year, 12, 31));
    let clinics: Vec<Institution> = stage.institutions.iter().filter(|i| i.category == "exam").cloned().collect();
    let each = PLACES_A_MONTH * stage.scale / (2.0 * clinics.len().max(1) as f64);
    let mut rows = Vec::new();
    for clinic in &clinics {
        let mut dice = stage.dice("slots", &format!("{year}/{}", clinic.filing_no));
        for (month, date) in (1..=12).flat_map(|month| [(month, 8), (month, 22)]) {
            let on = working(day(year, month, date));
            let capacity = (each * dice.real(0.8, 1.2)).round().max(1.0);
            if on <= end && clinic.valid(on) {
                rows.push(row(json!({
                    "institution": clinic.name, "institution_uscc": clinic.uscc, "slot_on": iso(on), "half": "1", "capacity": capacity as i64,
                    "remark": "合成数据",
                })));
            }
        }
    }
    rows
}

/// Insured persons at the end of a year.
pub(crate) fn insured(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let growth = plan::design(year).insured;
    let Some(end) = stage.reached(day(year, 12, 31)) else { return Vec::new() };
    let mut rows = Vec::new();
    for at in 0..stage.insured.len() {
        let (county, before) = stage.insured[at].clone();
        let mut dice = stage.dice("insured", &format!("{year}/{county}"));
        let now = ((before as f64) * (growth + dice.real(-0.003, 0.003))).round() as i64;
        stage.insured[at].1 = now;
        rows.push(row(json!({
            "county": county, "stat_year": year, "insured": now, "migrant_workers": now / 5, "employers_insured": now / 37,
            "counted_on": iso(end), "source_office": "市人力资源和社会保障局（合成数据）",
        })));
    }
    rows
}
