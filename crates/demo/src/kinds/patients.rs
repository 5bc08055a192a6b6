//! Patients with pneumoconiosis: their files, the yearly visits, and the stations that open near them.

use super::{round, row};
use crate::Row;
use crate::days::{self, day, iso, plus, since};
use crate::plan;
use crate::stage::Stage;
use serde_json::json;
use std::collections::BTreeMap;

/// Living patients from which on the plan counts a township as crowded (option `threshold` of I-07).
const CROWDED: usize = 100;
/// Share of the patients who die in a year, and who cannot be found.
const DYING: f64 = 0.022;
const LOST: f64 = 0.012;

/// Living patients by township.
fn living(stage: &Stage<'_>) -> BTreeMap<String, usize> {
    let mut towns = BTreeMap::new();
    for p in stage.patients.iter().filter(|p| p.alive && !p.town.is_empty()) {
        *towns.entry(p.town.clone()).or_insert(0) += 1;
    }
    towns
}

/// Stations that open in a year: the crowded townships get theirs at the pace that the plan's figure is designed to have.
pub(crate) fn stations(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let crowded: Vec<(String, usize)> = living(stage).into_iter().filter(|t| t.1 >= CROWDED).collect();
    let end = day(year, 12, 31);
    let served = |s: &Stage<'_>, town: &str| s.stations.iter().any(|(t, opened)| t == town && opened.is_none_or(|d| d <= end));
    let wanted = plan::rounded(plan::design(year).served, crowded.len());
    let have = crowded.iter().filter(|t| served(stage, &t.0)).count();
    let mut rows = Vec::new();
    let mut open: Vec<_> = crowded.into_iter().filter(|t| !served(stage, &t.0)).collect();
    open.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    for (town, patients) in open.into_iter().take(wanted.saturating_sub(have)) {
        let mut dice = stage.dice("station", &town);
        let Some(opened) = stage.reached(days::seasonal(&mut dice, year, &days::OFFICE)) else { continue };
        let (name, county) = (stage.catalogue.regions.name(&town).to_owned(), town[..6].to_owned());
        let point = crate::map::point(&mut dice, &county);
        rows.push(row(json!({
            "name": format!("{name}尘肺病康复站（测）"), "station_kind": "station", "county": county, "town": name, "host": format!("{name}卫生院（测）"),
            "address": format!("{name}测试{}号", dice.between(1, 99)), "lon": point.map(|p| p.0), "lat": point.map(|p| p.1), "opened_on": iso(opened),
            "status": "running", "beds": dice.between(4, 10), "doctors": 2, "nurses": 2, "staff": 5, "equipment_set": true,
            "patients_in_area": patients, "enrolled": patients * 7 / 10, "remark": "合成数据",
        })));
        stage.stations.push((town, Some(opened)));
    }
    rows
}

/// Files of patients: those of the base year in the first year, later those who were diagnosed.
pub(crate) fn files(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let mut rows = Vec::new();
    for at in 0..stage.patients.len() {
        let p = &stage.patients[at];
        let mut dice = stage.dice("file", &p.person.id_no);
        let registered = p.diagnosed_on.filter(|d| d.year() == year).map_or(day(year, 2, 1), |d| plus(d, 5));
        // A file comes with the first visit; the base year's patients who were alive get theirs in the first year.
        if p.filed || !p.alive || p.town.is_empty() || stage.reached(registered).is_none() {
            continue;
        }
        let station = stage.stations.iter().any(|s| s.0 == p.town && s.1.is_none_or(|d| d <= stage.last));
        let needs: &[&str] = dice.one(&[&["rehab"][..], &["rehab", "medicine"][..], &["living"][..], &["treatment"][..]]);
        let coverage = if p.coverage.is_empty() && dice.chance(0.9) { vec!["basic_medical".to_owned()] } else { p.coverage.clone() };
        rows.push(row(json!({
            "person_name": p.person.name, "id_no": p.person.id_no, "sex": p.person.sex, "birth_date": p.person.born(), "county": p.county,
            "town": stage.catalogue.regions.name(&p.town), "registered_on": iso(registered), "found_by": "随访建档", "hazards": ["D001"],
            "dust_years": dice.between(6, 25), "basis_kind": "1", "pneu_kind": (!p.disease.is_empty()).then_some(&p.disease),
            "stage": (!p.stage.is_empty()).then_some(&p.stage), "diagnosed_on": p.diagnosed_on.map(iso), "certificate_no": format!("测职诊{:08}", at),
            "former_employer": (!p.former_employer.is_empty()).then_some(&p.former_employer), "employer_state": dice.one(&["exists", "cancelled", "bankrupt"]),
            "injury_recognised": p.coverage.iter().any(|c| c == "injury_insurance"), "coverage": coverage, "need_kinds": needs, "living": "alive",
            "income_class": "unknown", "household_people": dice.between(2, 5), "labour_people": dice.between(0, 2),
            "enrolled_on": station.then(|| iso(plus(registered, 20))).filter(|_| stage.done(registered, 20)), "status": "followed", "remark": "合成数据",
        })));
        stage.patients[at].filed = true;
    }
    rows
}

/// The visits of a year.
pub(crate) fn visits(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let mut alive = living(stage);
    let mut rows = Vec::new();
    for at in 0..stage.patients.len() {
        let p = &stage.patients[at];
        let key = format!("{year}/{}", p.person.id_no);
        let mut dice = stage.dice("visit", &key);
        if !p.alive || p.town.is_empty() || stage.unit("visited", &key) > 0.96 * stage.scale.min(1.0) {
            continue;
        }
        // About a year after the last one.
        let on = days::working(plus(p.seen_on, dice.between(330, 372)));
        let on = if on.year() < year { days::seasonal(&mut dice, year, &days::OFFICE) } else { on };
        let on = on.min(day(year, 12, 28)).max(day(year, 1, 5));
        let Some(on) = stage.reached(on) else { continue };
        let here = alive.entry(p.town.clone()).or_default();
        // The crowded townships stay so, and the others do not become so: the plan's denominator does not jump.
        let may_go = *here > CROWDED + 1 || *here < CROWDED;
        let dies = may_go && dice.chance(DYING);
        let lost = !dies && may_go && dice.chance(LOST);
        if dies || lost {
            *here -= 1;
        }
        let result = if dies {
            "dead"
        } else if lost {
            "lost"
        } else {
            "alive"
        };
        let died = plus(on, -dice.between(5, 150)).max(plus(p.seen_on, 1));
        let coverage = if p.coverage.is_empty() && dice.chance(0.93) { vec!["basic_medical".to_owned()] } else { p.coverage.clone() };
        rows.push(row(json!({
            "person_name": p.person.name, "id_no": p.person.id_no, "sex": p.person.sex, "county": p.county,
            "town": stage.catalogue.regions.name(&p.town), "pneu_kind": (!p.disease.is_empty()).then_some(&p.disease),
            "stage": (!p.stage.is_empty()).then_some(&p.stage), "diagnosed_on": p.diagnosed_on.map(iso), "visited_on": iso(on),
            "way": dice.one(&["visit", "visit", "phone", "match"]), "result": result, "attempts": lost.then_some(3), "died_on": dies.then(|| iso(died)),
            "follow_org": format!("{}疾控中心（测）", stage.catalogue.regions.name(&p.county)), "visitor": "样随访员",
            "next_on": (!dies).then(|| iso(plus(on, 360))), "mmrc": dice.between(0, 3), "fvc_pct": round(dice.bell(80.0, 10.0), 0),
            "coverage": coverage, "rehab": dice.chance(0.5), "remark": "合成数据",
        })));
        let years = since(stage.patients[at].seen_on, on);
        debug_assert!(years >= 0, "visits go forward");
        stage.patients[at].seen_on = on;
        stage.patients[at].alive = result == "alive";
    }
    rows
}
