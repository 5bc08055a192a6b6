//! Declarations: once a year, later and fewer in the late county.

use super::row;
use crate::Row;
use crate::days::{self, day, iso, nth, plus};
use crate::plan::{self, LATE};
use crate::stage::Stage;
use crate::trades;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use time::Date;

/// How far the late county lies behind the city.
const GAP: f64 = 0.13;
/// Share of the late county's employers whose declarations come so late in the year that they are accepted in the next.
const TOO_LATE: f64 = 0.06;

/// Declarations of a year.
pub(crate) fn rows(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let share = plan::design(year).declared;
    let mut rows = Vec::new();
    for industrial in [true, false] {
        let mut counties: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        // The register's state at the end of the year is what the rate is reckoned by, whatever has been reached.
        for at in stage.hazardous(day(year, 12, 31)) {
            let firm = &stage.firms[at];
            if trades::industrial(&firm.industry) == industrial && firm.closed_on.is_none() {
                counties.entry(firm.county.clone()).or_default().push(at);
            }
        }
        let groups: Vec<(String, usize)> = counties.iter().map(|(county, firms)| (county.clone(), firms.len())).collect();
        let quotas = plan::quotas(&groups, share, GAP);
        for ((county, firms), quota) in counties.into_iter().zip(quotas) {
            let ranked = by_willingness(stage, year, firms);
            let too_late = if county == LATE { plan::rounded(TOO_LATE, ranked.len()) } else { 0 };
            for (rank, at) in ranked.into_iter().enumerate().take(quota + too_late) {
                rows.extend(declaration(stage, year, at, rank >= quota));
            }
        }
    }
    rows
}

/// Those first that declare in most years. Who has declared before is likely to again.
fn by_willingness(stage: &Stage<'_>, year: i32, firms: Vec<usize>) -> Vec<usize> {
    let mut ranked: Vec<(f64, usize)> = firms
        .into_iter()
        .map(|at| {
            let firm = &stage.firms[at];
            let lasting = stage.unit("declares", &firm.uscc);
            let lasting = if firm.declared_on.is_some() { 0.85 * lasting } else { 0.6 + 0.4 * lasting };
            (lasting + 0.08 * stage.unit("declares", &format!("{year}/{}", firm.uscc)), at)
        })
        .collect();
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
    ranked.into_iter().map(|r| r.1).collect()
}

/// When: about a year after the last one, so that thirteen months never pass.
fn date(stage: &Stage<'_>, year: i32, at: usize, too_late: bool) -> Date {
    let firm = &stage.firms[at];
    let mut dice = stage.dice("declared", &format!("{year}/{}", firm.uscc));
    if too_late {
        return days::working(nth(year, dice.between(325, 358)));
    }
    let last = if firm.county == LATE { 285 } else { 350 };
    let wanted = match firm.declared_on.filter(|d| d.year() == year - 1) {
        Some(before) => i64::from(before.ordinal()) + dice.between(-18, 10),
        None => i64::from(days::seasonal(&mut dice, year, &days::OFFICE).ordinal()),
    };
    let entered = firm.entered_on.filter(|d| d.year() == year).map_or(1, |d| i64::from(d.ordinal()) + 20);
    days::working(nth(year, wanted.max(entered).clamp(8, last)))
}

fn declaration(stage: &mut Stage<'_>, year: i32, at: usize, too_late: bool) -> Option<Row> {
    let on = stage.reached(date(stage, year, at, too_late))?;
    let firm = &stage.firms[at];
    let mut dice = stage.dice("declaration", &format!("{year}/{}", firm.uscc));
    let accepted = plus(on, dice.between(1, 4) + stage.delay(&firm.county, &mut dice));
    let accepted = if too_late { accepted.max(day(year + 1, 1, 4)) } else { accepted.min(day(year, 12, 30)) };
    let accepted = stage.reached(days::working(accepted));
    let receipt = accepted.and_then(|d| stage.reached(plus(d, 1)));
    let factors: Vec<String> =
        if firm.factors.is_empty() { firm.posts().iter().take(2).map(|p| p.2.to_owned()).collect() } else { firm.factors.clone() };
    let first = firm.declared_on.is_none();
    let change = !first && dice.chance(0.04);
    let tested = stage.unit("tests", &firm.uscc) < 0.85;
    let examined = ((firm.exposed as f64) * dice.real(0.75, 1.0)).floor() as i64;
    let record = row(json!({
        "employer_name": firm.name, "uscc": firm.uscc, "decl_type": if first { "1" } else if change { "2" } else { "3" },
        "decl_year": year, "declared_on": iso(on),
        "change_kind": change.then_some("2"), "changed_on": change.then(|| iso(plus(on, -10))), "change_reason": change.then_some("生产线调整"),
        "industry": firm.industry, "size": (!firm.size.is_empty()).then_some(&firm.size),
        "risk_class": if firm.trade().severe { "1" } else { "3" },
        "staff_total": firm.staff, "exposed_total": firm.exposed, "hazards": factors, "exposed_by_class": classes(&factors, firm.exposed),
        "mgmt_org": firm.staff > 100 || firm.trade().severe, "mgmt_fulltime": 1, "principal_trained": dice.chance(0.8),
        "tested": tested, "agency": tested.then(|| stage.agency(firm, on)), "tested_on": tested.then(|| iso(plus(on, -dice.between(30, 300)))),
        "exam_done": examined > 0, "exam_due": firm.exposed, "examined": examined,
        "exam_institution": (examined > 0).then(|| stage.institution("exam", &firm.county, on, &firm.uscc).map(|i| i.name.clone())).flatten(),
        "status": if receipt.is_some() { "receipted" } else if accepted.is_some() { "accepted" } else { "submitted" },
        "accepted_on": accepted.map(iso), "receipt_on": receipt.map(iso),
        "receipt_no": receipt.map(|_| format!("{}-{year}-{:05}", firm.county, 10_000 + at % 90_000)),
        "remark": "合成数据",
    }));
    stage.firms[at].declared_on = Some(on);
    if stage.firms[at].factors.is_empty() {
        stage.firms[at].factors = factors;
    }
    Some(record)
}

/// Persons by class of hazard: every class that occurs, at most all.
fn classes(factors: &[String], exposed: i64) -> Value {
    let mut of: Map<String, Value> = Map::new();
    for factor in factors {
        let class = match factor.as_bytes().first() {
            Some(b'D') => "dust",
            Some(b'C') => "chemical",
            Some(b'P') => "physical",
            Some(b'R') => "radiation",
            _ => "other",
        };
        let here = of.len() as i64;
        of.entry(class).or_insert_with(|| json!(if here == 0 { exposed } else { exposed * 2 / 3 }));
    }
    Value::Object(of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::days::since;

    #[test]
    fn a_year_and_a_bit_at_most_lies_between_two_declarations() {
        let (before, after) = (nth(2021, 20), nth(2022, 30));
        assert!(since(before, after) < 395, "thirteen months");
        assert_eq!(classes(&["D001".into(), "P001".into()], 9), json!({"dust": 9, "physical": 6}));
    }
}
