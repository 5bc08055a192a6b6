//! What becomes of suspicions: cards, diagnoses and the months without any.

use super::{exams, row};
use crate::Row;
use crate::days::{day, iso, plus, since};
use crate::stage::{Stage, Suspicion};
use crate::world::Patient;
use serde_json::json;
use time::Date;

/// Later suspicions are left to what the platform does by itself: it makes their cards and tasks (`docs/how-to/reactions.md`).
const LEFT_TO_THE_PLATFORM: i64 = 400;
/// Former workers who come to be diagnosed on their own, a year.
const ON_THEIR_OWN: usize = 22;

/// Cards of suspected diseases.
pub(crate) fn cards(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let card = |s: &Suspicion| {
        let firm = &stage.firms[s.firm];
        let name = exams::disease(s.hazard).map(|d| d.0)?;
        (s.found_on.year() == year && stage.done(s.found_on, LEFT_TO_THE_PLATFORM)).then(|| {
            row(json!({
                "card": "3", "card_no": format!("YS{}", &s.card_no[2..]), "source_kind": "manual", "source_id": s.card_no, "person_name": s.person.name,
                "id_no": s.person.id_no, "sex": s.person.sex, "birth_date": s.person.born(), "employer_name": firm.name, "uscc": firm.uscc,
                "post": s.post, "hazards": [s.hazard], "exposure_started_on": iso(s.since), "exposure_years": since(s.since, s.found_on) / 365,
                "found_on": iso(s.found_on), "suspected_disease": name, "report_unit": s.clinic, "reporter": "样报乙",
                "reported_on": iso(plus(s.told_on, 3)), "status": "final", "remark": "合成数据",
            }))
        })
    };
    stage.suspicions.iter().filter_map(card).collect()
}

/// A case that is to be concluded.
struct Case {
    suspicion: Suspicion,
    on: Date,
    confirmed: bool,
    linked: bool,
}

/// Diagnoses of a year.
pub(crate) fn rows(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let mut cases: Vec<Case> = Vec::new();
    for s in &stage.suspicions {
        let mut dice = stage.dice("diagnosed", &s.person.id_no);
        let on = plus(s.told_on, dice.between(40, 120));
        let goes = s.sure || dice.chance(0.72);
        if goes && on.year() == year && on <= stage.last {
            let confirmed = s.sure && dice.chance(0.85) || dice.chance(0.62);
            cases.push(Case { suspicion: s.clone(), on, confirmed, linked: true });
        }
    }
    alone(stage, year, &mut cases);
    cases.sort_by(|a, b| (a.on, &a.suspicion.card_no).cmp(&(b.on, &b.suspicion.card_no)));
    cases.iter().enumerate().filter_map(|(n, case)| diagnosis(stage, year, n, case)).collect()
}

/// Former workers of mines and foundries, fewer each year.
fn alone(stage: &mut Stage<'_>, year: i32, cases: &mut Vec<Case>) {
    let firms: Vec<usize> =
        stage.hazardous(day(year, 1, 1)).into_iter().filter(|i| stage.firms[*i].posts().iter().any(|p| p.2 == "D001")).collect();
    let firms = stage.drawn("alone", year, firms);
    let many = stage.scaled(ON_THEIR_OWN - 2 * usize::try_from(year - crate::plan::FIRST).unwrap_or(0).min(8));
    for firm in firms.into_iter().take(many) {
        let person = stage.person(0.92);
        let mut dice = stage.dice("alone", &person.id_no);
        let on = plus(day(year, 1, 10), dice.between(0, 340));
        if on > stage.last || stage.firms[firm].entered_on.is_some() {
            continue;
        }
        let since = plus(on, -dice.between(8 * 365, 20 * 365)).max(plus(person.birth, 18 * 366));
        let suspicion = Suspicion {
            firm,
            post: "凿岩工",
            hazard: "D001",
            since,
            found_on: plus(on, -60),
            told_on: plus(on, -50),
            card_no: String::new(),
            clinic: String::new(),
            sure: false,
            person,
        };
        cases.push(Case { suspicion, on, confirmed: dice.chance(0.8), linked: false });
    }
}

fn diagnosis(stage: &mut Stage<'_>, year: i32, n: usize, case: &Case) -> Option<Row> {
    let s = &case.suspicion;
    let mut dice = stage.dice("diagnosis", &s.person.id_no);
    let (_, code, pneu) = exams::disease(s.hazard)?;
    let clinic = stage.institution("diagnosis", "", case.on, &s.person.id_no)?.name.clone();
    let edition = if case.on < day(2025, 8, 1) { "OD2013" } else { "OD2024" };
    let dust = !pneu.is_empty();
    let stage_no = dice.one(&["1", "1", "1", "2", "2", "3"]);
    let late = dice.chance(0.08);
    let reported = stage.reached(plus(case.on, if late { dice.between(16, 40) } else { dice.between(1, 13) }));
    let delivered = stage.reached(plus(case.on, dice.between(3, 14)));
    let injury = stage.reached(plus(case.on, dice.between(10, 29))).filter(|_| dice.chance(0.85));
    let (firm, confirmed) = (stage.firms[s.firm].clone(), case.confirmed);
    stage.diagnosed.insert((clinic.clone(), iso(case.on)[..7].to_owned()));
    if confirmed && dust {
        become_patient(stage, s, case.on, pneu, stage_no, &firm.county, &firm.name);
    }
    let number = format!("{year}{:04}", 1_000 + n);
    let yes = |text: String| confirmed.then_some(text);
    Some(row(json!({
        "report_no": format!("ZYB{number}"), "card": if dust { "2" } else { "1" }, "pneu_report": dust.then_some("1"),
        "reported_on": reported.filter(|_| confirmed).map(iso), "report_unit": clinic, "reporter": "样报甲", "person_name": s.person.name,
        "id_no": s.person.id_no, "sex": s.person.sex, "birth_date": s.person.born(), "employer_name": firm.name, "uscc": firm.uscc,
        "post": s.post, "hazards": [s.hazard], "exposure_started_on": iso(s.since), "exposure_years": since(s.since, case.on) / 365, "exposure_months": 0,
        "linked_exams": case.linked.then(|| json!([s.card_no])), "suspected_on": case.linked.then(|| iso(s.found_on)),
        "applied_on": iso(plus(case.on, -35)), "materials_complete_on": iso(plus(case.on, -20)), "conclusion": if confirmed { "1" } else { "2" },
        "disease": yes(format!("{edition}-{code}")), "stage": (confirmed && dust).then_some(stage_no), "diagnosed_on": iso(case.on), "institution": clinic,
        "doctors": ["样诊甲", "样诊乙", "样诊丙"], "certificate_no": yes(format!("测职诊{number}")), "certificate_on": yes(iso(case.on)),
        "delivered_worker_on": delivered.filter(|_| confirmed).map(iso), "delivered_employer_on": delivered.filter(|_| confirmed).map(iso),
        "injury_applied_on": injury.filter(|_| confirmed).map(iso),
        "status": if !confirmed { "archived" } else if reported.is_some() { "reported" } else { "concluded" }, "remark": "合成数据",
    })))
}

/// Who has pneumoconiosis is followed up from then on.
fn become_patient(stage: &mut Stage<'_>, s: &Suspicion, on: Date, pneu: &str, stage_no: &str, county: &str, employer: &str) {
    let mut dice = stage.dice("home", &s.person.id_no);
    let Some((county, town)) = stage.town(county, &mut dice) else { return };
    stage.patients.push(Patient {
        person: s.person.clone(),
        county,
        town,
        disease: pneu.to_owned(),
        stage: stage_no.to_owned(),
        diagnosed_on: Some(on),
        coverage: vec!["injury_insurance".to_owned()],
        former_employer: employer.to_owned(),
        alive: true,
        filed: false,
        seen_on: on,
    });
}

/// Months in which an institution diagnosed nothing; one institution forgets a month now and then.
pub(crate) fn zero_reports(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let mut rows = Vec::new();
    for institution in stage.institutions.iter().filter(|i| i.category == "diagnosis") {
        for month in 1..=12_u8 {
            let (first, text) = (day(year, month, 1), format!("{year}-{month:02}"));
            let reported = plus(first, 34);
            if !institution.valid(first) || reported > stage.last || stage.diagnosed.contains(&(institution.name.clone(), text.clone())) {
                continue;
            }
            if !institution.public && stage.unit("forgotten month", &text) < 0.1 {
                continue;
            }
            rows.push(row(json!({
                "institution": institution.name, "report_month": text, "reported_on": iso(reported), "reporter": "样报告", "remark": "合成数据",
            })));
        }
    }
    rows
}
