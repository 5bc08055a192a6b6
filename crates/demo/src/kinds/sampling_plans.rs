//! The year's surveillance plan of each county and the employers drawn for it.

use super::row;
use crate::Row;
use crate::days::{day, iso};
use crate::stage::Stage;
use serde_json::json;
use std::collections::BTreeMap;

/// Employers by county that have ten or more exposed persons.
fn frame(stage: &Stage<'_>, year: i32) -> BTreeMap<String, Vec<usize>> {
    let mut counties: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for firm in stage.hazardous(day(year, 1, 1)) {
        let f = &stage.firms[firm];
        if f.exposed >= 10 && crate::trades::industrial(&f.industry) {
            counties.entry(f.county.clone()).or_default().push(firm);
        }
    }
    counties
}

fn number(year: i32, county: &str) -> String {
    format!("JC-{year}-{county}")
}

/// Plans of a year.
pub(crate) fn plans(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    if stage.last < day(year, 3, 1) {
        return Vec::new();
    }
    let closed = stage.reached(day(year, 12, 10));
    let plan = |(county, firms): (String, Vec<usize>)| {
        let place = stage.catalogue.regions.name(&county).to_owned();
        row(json!({
            "plan_no": number(year, &county), "title": format!("{place}{year}年工作场所职业病危害因素监测计划"), "county": county, "plan_year": year,
            "focus": "3", "starts_on": iso(day(year, 3, 1)), "ends_on": iso(day(year, 11, 30)), "issued_by": "秦皇岛市疾病预防控制中心（合成数据）",
            "hazards": ["D001", "P001"], "diseases": ["silicosis", "deafness"], "quota_employers": quota(firms.len()), "quota_exams": 200,
            "frame_size": firms.len(), "frame_source": "上年末在册接害单位", "method": "按行业大类分层随机抽取", "seed": year.to_string(),
            "qc": [{"qc_on": iso(day(year, 6, 10)), "qc_kind": "采样", "checked": 20, "qualified": 18}],
            "closed_on": closed.map(iso), "status": if closed.is_some() { "closed" } else { "issued" },
        }))
    };
    frame(stage, year).into_iter().map(plan).collect()
}

fn quota(frame: usize) -> usize {
    (frame / 6).clamp(1, 40)
}

/// Employers drawn for the plans of a year.
pub(crate) fn samples(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    if stage.last < day(year, 3, 5) {
        return Vec::new();
    }
    let mut rows = Vec::new();
    for (county, firms) in frame(stage, year) {
        let quota = quota(firms.len());
        for firm in stage.drawn("plan", year, firms).into_iter().take(quota) {
            let firm = &stage.firms[firm];
            rows.push(row(json!({
                "plan_no": number(year, &county), "employer_name": firm.name, "uscc": firm.uscc, "stratum": firm.trade().word, "drawn_on": iso(day(year, 3, 5)),
            })));
        }
    }
    rows
}
