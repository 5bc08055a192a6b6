//! Radiation workers and what their badges showed.

use super::{round, row};
use crate::Row;
use crate::days::{day, iso, plus};
use crate::plan;
use crate::stage::Stage;
use crate::world::Badge;
use serde_json::json;

/// Radiation workers who begin in a year at scale 1.
const NEW: usize = 26;
/// Share of the medical workers who are carried on at scale 1: the plan counts the others, of whom nobody is left out.
const MEDICAL: f64 = 0.6;
/// Laboratory of the workbooks of the base year.
const LAB: &str = "虚拟放射剂量监测中心";

/// People who begin.
pub(crate) fn workers(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let mut rows = Vec::new();
    if stage.badges.is_empty() {
        return rows;
    }
    for n in 0..stage.scaled(NEW) {
        let mut dice = stage.dice("badge", &format!("{year}/{n}"));
        let like = usize::try_from(dice.between(0, stage.badges.len() as i64 - 1)).unwrap_or(0);
        let (uscc, employer, occupation) = {
            let b = &stage.badges[like];
            (b.uscc.clone(), b.employer.clone(), b.occupation.clone())
        };
        let begins = plus(day(year, 1, 1), dice.between(5, 330));
        let left = (dice.chance(0.2)).then(|| plus(begins, dice.between(300, 1_400))).and_then(|d| stage.reached(d));
        if stage.reached(begins).is_none() {
            continue;
        }
        let person = stage.person(0.65);
        rows.push(row(json!({
            "uscc": uscc, "employer_name": employer, "person_name": person.name, "id_no": person.id_no, "sex": person.sex, "birth_date": person.born(),
            "rad_occ": occupation, "work_begin": iso(begins), "here_since": iso(begins), "left_on": left.map(iso), "exam_on": iso(plus(begins, -20)),
            "fit_for_work": true, "training_on": iso(plus(begins, -10)), "training_days": 4, "remark": "合成数据",
        })));
        stage.badges.push(Badge { person, uscc, employer, occupation, since: Some(begins), left_on: left });
    }
    rows
}

/// Badges of a year, quarter by quarter.
pub(crate) fn rows(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let share = plan::design(year).monitored;
    // Who counts for the plan: not medical, here for a whole quarter.
    let counts = |b: &Badge| !b.occupation.starts_with('2') && (1..=4).any(|q| here(b, year, q));
    let mut counted: Vec<usize> = (0..stage.badges.len()).filter(|i| counts(&stage.badges[*i])).collect();
    let key = |s: &Stage<'_>, i: usize| {
        s.unit("badge", &s.badges[i].person.id_no) + 0.25 * s.unit("badge", &format!("{year}/{}", s.badges[i].person.id_no))
    };
    counted.sort_by(|a, b| key(stage, *a).total_cmp(&key(stage, *b)));
    let complete: std::collections::HashSet<usize> = counted.iter().take(plan::rounded(share, counted.len())).copied().collect();
    let mut rows = Vec::new();
    for (at, badge) in stage.badges.iter().enumerate() {
        let medical = badge.occupation.starts_with('2');
        if medical && stage.unit("medical", &badge.person.id_no) > MEDICAL * stage.scale {
            continue;
        }
        let mut dice = stage.dice("dose", &format!("{year}/{}", badge.person.id_no));
        let quarters: Vec<u8> = (1..=4).filter(|q| here(badge, year, *q)).collect();
        let missing = if complete.contains(&at) || medical && dice.chance(0.94) || quarters.is_empty() {
            None
        } else {
            // The first due quarters are over by now: a gap in them is a gap in the year also while it runs.
            quarters.get(usize::try_from(dice.between(0, (quarters.len() as i64 - 1).min(1))).unwrap_or(0)).copied()
        };
        for quarter in quarters {
            rows.extend(dose(stage, badge, year, quarter, missing == Some(quarter), &mut dice));
        }
    }
    rows
}

/// Here during the whole quarter.
fn here(badge: &Badge, year: i32, quarter: u8) -> bool {
    let (from, to) = span(year, quarter);
    badge.since.is_none_or(|d| d <= from) && badge.left_on.is_none_or(|d| d >= to)
}

fn span(year: i32, quarter: u8) -> (time::Date, time::Date) {
    let from = day(year, quarter * 3 - 2, 1);
    let to = if quarter == 4 { day(year, 12, 31) } else { plus(day(year, quarter * 3 + 1, 1), -1) };
    (from, to)
}

fn dose(stage: &Stage<'_>, badge: &Badge, year: i32, quarter: u8, missing: bool, dice: &mut crate::dice::Dice) -> Option<Row> {
    let (from, _) = span(year, quarter);
    let worn = (plus(from, dice.between(0, 2)), plus(from, dice.between(86, 88)));
    let reported = stage.reached(plus(worn.1, dice.between(18, 36)))?;
    let exceptional = !badge.occupation.starts_with('2') && dice.chance(0.0006) || dice.chance(0.000_4);
    let hp10 = if exceptional { dice.real(1.3, 6.0) } else { dice.bell(-2.3, 0.55).exp() };
    let below = !exceptional && dice.chance(0.3);
    let over = exceptional && stage.done(reported, 60);
    Some(row(json!({
        "uscc": badge.uscc, "employer_name": badge.employer, "person_name": badge.person.name, "id_no": badge.person.id_no, "rad_occ": badge.occupation,
        "period": format!("{year}Q{quarter}"), "worn_from": iso(worn.0), "worn_to": iso(worn.1), "device": "TLD", "wear_position": "1",
        "returned_on": iso(plus(worn.1, 6)), "hp10": (!missing && !below).then(|| round(hp10.max(0.02), 3)), "below_mdl": (!missing && below).then_some(true),
        "mdl": 0.02, "missing_reason": missing.then(|| dice.one(&["丢失", "未送检"])), "nominal": false, "lab_name": LAB,
        "reported_on": iso(reported), "verify_result": over.then_some("real"), "verified_on": over.then(|| iso(plus(reported, 20))),
        "status": if over || !exceptional { "registered" } else { "verifying" }, "remark": "合成数据",
    })))
}
