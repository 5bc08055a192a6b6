//! Labour contracts as the insurance office counts them, and stewards of small firms.

use super::row;
use crate::Row;
use crate::days::{day, iso, plus};
use crate::stage::Stage;
use serde_json::json;

/// Employers counted at the end of a year at scale 1; one count an employer is kept.
const COUNTED: usize = 240;
/// Agreements with stewards in the first year and how many more each year.
const STEWARDS: (usize, usize) = (18, 14);

/// Counts of a year: other employers each year.
pub(crate) fn rows(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let Some(on) = stage.reached(day(year, 12, 31)) else { return Vec::new() };
    let firms: Vec<usize> = stage.hazardous(on).into_iter().filter(|i| stage.firms[*i].staff > 0).collect();
    let firms = stage.drawn("counted", 0, firms);
    let (many, turn) = (stage.scaled(COUNTED), usize::try_from(year - crate::plan::FIRST).unwrap_or(0));
    let mut rows = Vec::new();
    for firm in firms.into_iter().skip(many * turn).take(many) {
        let f = &stage.firms[firm];
        let mut dice = stage.dice("contracts", &f.uscc);
        let signed = ((f.staff as f64) * dice.real(0.82, 1.0)).floor() as i64;
        let told = dice.chance(0.85);
        rows.push(row(json!({
            "employer_name": f.name, "uscc": f.uscc, "employees": f.staff, "signed": signed, "hazard_notified": told,
            "clause_items": told.then(|| json!(["1", "2", "3"])), "notified": told.then_some(signed), "counted_on": iso(on), "remark": "合成数据",
        })));
    }
    rows
}

/// Agreements of a year: more small firms each year.
pub(crate) fn stewards(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let firms: Vec<usize> =
        stage.hazardous(day(year, 1, 1)).into_iter().filter(|i| matches!(stage.firms[*i].size.as_str(), "3" | "4")).collect();
    let firms = stage.drawn("steward", year, firms);
    let many = stage.scaled(STEWARDS.0 + STEWARDS.1 * usize::try_from(year - crate::plan::FIRST).unwrap_or(0));
    let mut rows = Vec::new();
    for firm in firms.into_iter().take(many) {
        let f = &stage.firms[firm];
        let mut dice = stage.dice("agreement", &format!("{year}/{}", f.uscc));
        let Some(from) = stage.reached(plus(day(year, 2, 1), dice.between(0, 200))) else { continue };
        let to = plus(from, 364);
        let over = stage.done(to, 0);
        let Some(provider) = stage.institution("exam", &f.county, from, &f.uscc) else { continue };
        rows.push(row(json!({
            "employer_name": f.name, "uscc": f.uscc, "size": f.size, "problem": "未配备职业卫生管理人员", "agreement_no": format!("GJ{year}{:03}", rows.len() + 1),
            "model": "4", "provider_name": provider.name, "signed_on": iso(plus(from, -6)), "valid_from": iso(from), "valid_to": iso(to),
            "service_items": ["1", "2", "3"], "fee_bearer": "fiscal", "fee": 8_000,
            "before": {"declared": false, "test_rate": 0, "over_limit_posts": dice.between(0, 3), "exam_rate": dice.between(10, 60), "trained_rate": dice.between(0, 40)},
            "after": over.then(|| json!({"declared": true, "test_rate": 100, "over_limit_posts": 0, "exam_rate": dice.between(85, 100), "trained_rate": dice.between(85, 100)})),
            "satisfaction": over.then(|| dice.between(80, 99)), "status": if over { "evaluated" } else { "in_progress" }, "remark": "合成数据",
        })));
    }
    rows
}
