//! Training of those in charge and of workers.

use super::row;
use crate::Row;
use crate::days::{self, day, iso, plus};
use crate::stage::Stage;
use serde_json::json;

/// Employers whose people in charge are on the roster, at scale 1.
const FIRMS: usize = 330;
/// Workers trained in a year at scale 1.
const WORKERS: usize = 600;

/// Firms whose people in charge are followed; more each year.
fn followed(stage: &Stage<'_>, year: i32) -> Vec<usize> {
    let firms: Vec<usize> =
        (0..stage.firms.len()).filter(|i| stage.firms[*i].entered_on.is_none() && stage.firms[*i].declared_before).collect();
    let count = stage.scaled_down(FIRMS + 30 * usize::try_from(year - crate::plan::FIRST).unwrap_or(0));
    let mut firms = stage.drawn("in charge", 0, firms);
    firms.truncate(count);
    firms
}

/// The person in charge (group 1) or the manager (group 2) of a firm: the same every year.
fn in_charge(stage: &Stage<'_>, firm: usize, group: &str) -> crate::names::Person {
    // Far above the numbers of workers, so that nobody is two people.
    let n = 290_000 + 2 * firm as u64 + u64::from(group == "2");
    crate::names::person(stage.seed, n, 0.8)
}

/// The roster of those who should be trained; whoever is new in the year.
pub(crate) fn roster(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let known = if year == crate::plan::FIRST { 0 } else { followed(stage, year - 1).len() };
    let mut rows = Vec::new();
    for firm in followed(stage, year).into_iter().skip(known) {
        let f = &stage.firms[firm];
        for group in ["1", "2"] {
            let person = in_charge(stage, firm, group);
            let mut dice = stage.dice("appointed", &person.id_no);
            let on = plus(day(year, 1, 1), -dice.between(200, 2_500)).max(plus(person.birth, 19 * 366));
            rows.push(row(json!({
                "uscc": f.uscc, "employer_name": f.name, "person_name": person.name, "id_no": person.id_no, "sex": person.sex, "trainee_group": group,
                "post": if group == "1" { "主要负责人" } else { "职业卫生管理人员" }, "full_time": group == "2", "appointed_on": iso(on), "remark": "合成数据",
            })));
        }
    }
    rows
}

/// Trainings of a year.
pub(crate) fn rows(stage: &mut Stage<'_>, year: i32) -> Vec<Row> {
    let share = 0.78 + 0.035 * f64::from(year - crate::plan::FIRST);
    let mut people = Vec::new();
    for firm in followed(stage, year) {
        for group in ["1", "2"] {
            let person = in_charge(stage, firm, group);
            if stage.unit("trained", &format!("{year}/{}", person.id_no)) < share {
                people.push((person, firm, group, 8, "职业卫生管理"));
            }
        }
    }
    let workers: Vec<usize> =
        (0..stage.workers.len()).filter(|i| stage.workers[*i].left_on.is_none() && stage.workers[*i].since < day(year, 1, 1)).collect();
    let mut workers: Vec<(u64, usize)> = workers
        .into_iter()
        .map(|w| (crate::dice::hash(stage.seed, "trained", &format!("{year}/{}", stage.workers[w].person.id_no)), w))
        .collect();
    workers.sort_unstable();
    for (_, w) in workers.into_iter().take(stage.scaled(WORKERS + 90 * usize::try_from(year - crate::plan::FIRST).unwrap_or(0))) {
        people.push((stage.workers[w].person.clone(), stage.workers[w].firm, "3", 4, "防护用品使用"));
    }
    let mut rows = Vec::new();
    for (person, firm, group, hours, content) in people {
        let f = &stage.firms[firm];
        let mut dice = stage.dice("training", &format!("{year}/{group}/{}", person.id_no));
        let Some(on) = stage.reached(days::seasonal(&mut dice, year, &days::OFFICE)) else { continue };
        let passed = dice.chance(0.96);
        rows.push(row(json!({
            "uscc": f.uscc, "employer_name": f.name, "person_name": person.name, "id_no": person.id_no, "sex": person.sex, "trainee_group": group,
            "content": content, "round": "继续", "mode": dice.one(&["1", "2", "3"]), "trained_on": iso(on), "finished_on": iso(on), "hours": hours,
            "test_result": if passed { "pass" } else { "fail" }, "score": if passed { dice.between(70, 100) } else { dice.between(40, 59) },
            "certificate_no": passed.then(|| format!("PX{year}{:06}", rows.len() + 1)), "organiser": "虚拟职业健康培训中心",
            "status": if passed { "valid" } else { "tested" }, "remark": "合成数据",
        })));
    }
    rows
}
