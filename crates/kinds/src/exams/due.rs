//! Which examination a worker is due for.
//!
//! In service: the newest examination (or the first day of exposure) plus the shortest cycle that applies, by the edition in force on the
//! day it falls due; a value that is not known takes the stricter row where the standard says so (A.10). It is the same rule as
//! indicator I-13. On leaving: unless examined in the ninety days before (DL-27). Before the post: whoever was never examined and whose first
//! cycle has not run out.

use super::tables::{Cycle, Tables, in_force, names};
use super::{BEFORE, DURING, LEAVING};
use crate::dates::{add_months, days_between};

/// GBZ 188—2025 §4.6.1.3, DL-27: an examination in service this many days before leaving counts as the one on leaving.
const COUNTS_DAYS: i64 = 90;

/// A worker as far as examinations depend on it. Days are ISO texts, empty when there is none.
#[derive(Debug, Clone, Default)]
pub struct Worker {
    /// Codes of list HAZARD.
    pub hazards: Vec<String>,
    /// Grade of dust work, 0 to 4.
    pub dust_grade: Option<f64>,
    /// Grade of other work.
    pub job_grade: Option<f64>,
    /// Noise, dB(A) over eight hours.
    pub noise_db: Option<f64>,
    /// First day of exposure.
    pub started_on: String,
    /// Day on which the post was left.
    pub left_on: String,
    /// Newest examination before the post.
    pub before_on: String,
    /// Newest examination in service.
    pub during_on: String,
    /// Newest examination on leaving.
    pub leaving_on: String,
}

/// What is due because of one hazard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueHazard {
    /// Code.
    pub hazard: String,
    /// Months of the cycle; `None` where the examination is no periodic one.
    pub months: Option<i64>,
    /// Last day.
    pub due_on: String,
    /// Edition and clause.
    pub basis: String,
    /// The standard demands it; otherwise it recommends it.
    pub mandatory: bool,
    /// How well the row is known: `firm`, `design` …
    pub status: String,
}

/// An examination that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueExam {
    /// Code of list EXAM.
    pub exam_type: &'static str,
    /// Last day: the earliest of the hazards'.
    pub due_on: String,
    /// Why, the earliest first.
    pub hazards: Vec<DueHazard>,
    /// What has to be examined.
    pub items: Vec<String>,
}

/// Does an examination in service count as the one on leaving?
#[must_use]
pub fn counts_for_leaving(examined_on: &str, left_on: &str) -> bool {
    !examined_on.is_empty() && days_between(examined_on, left_on).is_some_and(|days| days <= COUNTS_DAYS)
}

/// The examination a worker is due for next; `None` when no row of the standard asks for one.
#[must_use]
pub fn due(tables: &Tables, worker: &Worker) -> Option<DueExam> {
    if !worker.left_on.is_empty() {
        return leaving(tables, worker);
    }
    let never = worker.during_on.is_empty();
    let since = if never { &worker.started_on } else { &worker.during_on };
    let mut hazards: Vec<DueHazard> = worker.hazards.iter().filter_map(|hazard| periodic(tables, worker, hazard, since)).collect();
    hazards.sort_by(|a, b| (&a.due_on, &a.hazard).cmp(&(&b.due_on, &b.hazard)));
    let first = hazards.first()?.due_on.clone();
    if never && worker.before_on.is_empty() {
        return Some(before(tables, worker, hazards));
    }
    let codes: Vec<String> = hazards.iter().map(|h| h.hazard.clone()).collect();
    Some(DueExam { exam_type: DURING, items: tables.required(&codes, DURING, &first), due_on: first, hazards })
}

/// Never examined: before the post, by the day on which the work begins.
fn before(tables: &Tables, worker: &Worker, periodic: Vec<DueHazard>) -> DueExam {
    let day = worker.started_on.clone();
    let hazards: Vec<DueHazard> = periodic
        .into_iter()
        .map(|hazard| {
            let row = tables.of(&hazard.hazard, BEFORE, &day).next();
            let basis = row.map_or_else(|| hazard.basis.clone(), |row| format!("{} {}", row.edition, row.clause));
            let status = row.map_or_else(|| hazard.status.clone(), |row| row.status.clone());
            DueHazard { months: None, due_on: day.clone(), basis, status, ..hazard }
        })
        .collect();
    let codes: Vec<String> = hazards.iter().map(|h| h.hazard.clone()).collect();
    DueExam { exam_type: BEFORE, items: tables.required(&codes, BEFORE, &day), due_on: day, hazards }
}

fn leaving(tables: &Tables, worker: &Worker) -> Option<DueExam> {
    if !worker.leaving_on.is_empty() || counts_for_leaving(&worker.during_on, &worker.left_on) {
        return None;
    }
    let day = &worker.left_on;
    let hazards: Vec<DueHazard> = worker
        .hazards
        .iter()
        .filter_map(|hazard| {
            let row = tables.of(hazard, LEAVING, day).next()?;
            let basis = format!("{} {}", row.edition, row.clause);
            Some(DueHazard {
                hazard: hazard.clone(),
                months: None,
                due_on: day.clone(),
                basis,
                mandatory: true,
                status: row.status.clone(),
            })
        })
        .collect();
    if hazards.is_empty() {
        return None;
    }
    let codes: Vec<String> = hazards.iter().map(|h| h.hazard.clone()).collect();
    Some(DueExam { exam_type: LEAVING, due_on: day.clone(), items: tables.required(&codes, LEAVING, day), hazards })
}

/// The next examination in service because of one hazard: of each edition the shortest cycle, of those the one in force when it falls due.
fn periodic(tables: &Tables, worker: &Worker, hazard: &str, since: &str) -> Option<DueHazard> {
    let rows = || tables.cycles.iter().filter(|row| row.scope == "exam" && names(&row.hazards, hazard) && applies(row, worker));
    let mut found: Vec<(bool, String, i64, &Cycle)> = Vec::new();
    for row in rows() {
        let Ok(months) = row.default_months.parse::<i64>() else { continue };
        if rows().any(|other| other.edition == row.edition && other.default_months.parse::<i64>().is_ok_and(|m| m < months)) {
            continue;
        }
        let on = add_months(since, months)?;
        found.push((!in_force(&row.valid_from, &row.valid_to, &on), on, months, row));
    }
    // Between two editions neither may be in force on its own day: then the earlier day stands.
    found.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let (_, due_on, months, row) = found.into_iter().next()?;
    Some(DueHazard {
        hazard: hazard.to_owned(),
        months: Some(months),
        due_on,
        basis: format!("{} {}", row.edition, row.clause),
        mandatory: row.mandatory != "0",
        status: row.status.clone(),
    })
}

fn applies(row: &Cycle, worker: &Worker) -> bool {
    let known = match row.condition.as_str() {
        "" => return true,
        "dust_grade" => worker.dust_grade,
        "noise_db" => worker.noise_db,
        "job_grade" => worker.job_grade,
        // A finding that the roster does not hold.
        _ => None,
    };
    let Some(value) = known else { return row.when_unknown == "1" };
    row.ge.parse::<f64>().map_or(true, |least| value >= least) && row.lt.parse::<f64>().map_or(true, |below| value < below)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables() -> Tables {
        let file = |name: &str| std::fs::read_to_string(format!("{}/../../definitions/rules/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        Tables::parse(&file("exam_cycles.csv"), &file("exam_items.csv"), &file("exam_item_codes.csv")).unwrap()
    }

    fn worker(hazards: &[&str]) -> Worker {
        Worker { hazards: hazards.iter().map(|h| (*h).to_owned()).collect(), started_on: "2018-02-16".into(), ..Worker::default() }
    }

    #[test]
    fn rq_030_due_date_of_each_worker_and_factor() {
        let tables = tables();
        let rows: &[(&str, Worker, &str, &str, &str)] = &[
            // why this row is here, worker, type, due, clause of the first hazard
            (
                "graded II: every year",
                Worker { dust_grade: Some(2.0), during_on: "2020-08-02".into(), ..worker(&["D001"]) },
                "2",
                "2021-08-02",
                "6.1.2",
            ),
            (
                "graded I: every second year",
                Worker { dust_grade: Some(1.0), during_on: "2020-08-02".into(), ..worker(&["D001"]) },
                "2",
                "2022-08-02",
                "6.1.2",
            ),
            ("not graded counts as II", Worker { during_on: "2020-08-02".into(), ..worker(&["D001"]) }, "2", "2021-08-02", "6.1.2"),
            (
                "noise of 85 and more: every year",
                Worker { noise_db: Some(85.0), during_on: "2020-08-02".into(), ..worker(&["P001"]) },
                "2",
                "2021-08-02",
                "7.1.2",
            ),
            (
                "noise below 85: every second year",
                Worker { noise_db: Some(84.9), during_on: "2020-08-02".into(), ..worker(&["P001"]) },
                "2",
                "2022-08-02",
                "7.1.2",
            ),
            (
                "the shortest of several hazards",
                Worker { noise_db: Some(82.0), dust_grade: Some(2.0), during_on: "2020-08-02".into(), ..worker(&["P001", "D001"]) },
                "2",
                "2021-08-02",
                "6.1.2",
            ),
            ("never examined: before the post", worker(&["P001"]), "1", "2018-02-16", "7.1.1"),
            (
                "examined before the post only: from the first day",
                Worker { before_on: "2018-02-10".into(), ..worker(&["P001"]) },
                "2",
                "2019-02-16",
                "7.1.2",
            ),
            (
                "left: on leaving",
                Worker { during_on: "2020-08-02".into(), left_on: "2021-03-31".into(), ..worker(&["P001"]) },
                "3",
                "2021-03-31",
                "7.1.4",
            ),
        ];
        for (why, worker, exam_type, due_on, clause) in rows {
            let found = due(&tables, worker).unwrap_or_else(|| panic!("{why}: nothing is due"));
            assert_eq!((found.exam_type, found.due_on.as_str()), (*exam_type, *due_on), "{why}");
            assert!(found.hazards[0].basis.ends_with(clause), "{why}: {}", found.hazards[0].basis);
            assert!(!found.items.is_empty(), "{why}: items");
        }
    }

    #[test]
    fn rq_030_the_edition_in_force_on_the_due_day_counts() {
        let tables = tables();
        let on = |day: &str| due(&tables, &Worker { during_on: day.into(), ..worker(&["P001"]) }).unwrap().hazards[0].basis.clone();
        assert_eq!(on("2025-07-31"), "GBZ 188-2014 7.1.2");
        assert_eq!(on("2025-08-01"), "GBZ 188-2025 7.1.2");
    }

    #[test]
    fn rq_030_an_exam_of_the_last_ninety_days_counts_on_leaving() {
        let tables = tables();
        let left = |day: &str| due(&tables, &Worker { during_on: day.into(), left_on: "2021-03-31".into(), ..worker(&["P001"]) });
        assert!(left("2020-12-31").is_none(), "ninety days before");
        assert!(left("2020-12-30").is_some(), "ninety-one days before");
    }

    #[test]
    fn a_hazard_without_a_row_asks_for_nothing() {
        assert_eq!(due(&tables(), &worker(&["C999"])), None);
    }
}
