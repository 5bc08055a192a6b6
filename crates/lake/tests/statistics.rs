//! Statistics tables on hand-made records.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "statistics/boards.rs"]
mod boards;
mod common;

use std::{collections::BTreeMap, sync::Arc};

use common::golden::{self, Golden};
use serde_json::{Value, json};
use zhijian_kinds::Catalogue;
use zhijian_lake::{Counted, Evaluator, Lake, Params};

async fn lake(facts: Value) -> (tempfile::TempDir, Evaluator, Arc<Catalogue>) {
    let catalogue = Catalogue::embedded();
    let golden: Golden = serde_json::from_value(json!({"facts": facts, "questions": []})).unwrap();
    let home = tempfile::tempdir().unwrap();
    let lake = Arc::new(Lake::open(home.path(), &catalogue).unwrap());
    lake.refresh(&golden::store(&catalogue, &golden)).await.unwrap();
    (home, Evaluator::new(lake, Arc::clone(&catalogue)), catalogue)
}

/// The sums of a table for the city in 2020.
async fn counted(facts: Value, table: &str) -> Vec<(Counted, String)> {
    let (_home, evaluator, catalogue) = lake(facts).await;
    let table = &catalogue.tables[table];
    let found = evaluator.counted(table, &Params::new("130300", 2020)).await.unwrap_or_else(|e| panic!("{}", golden::chain(&e)));
    found.into_iter().map(|c| (c.clone(), table.lines[c.line].key.clone())).collect()
}

/// Numerator and denominator by what `key` gives.
fn sums(counted: &[(Counted, String)], key: impl Fn(&Counted, &str) -> String) -> BTreeMap<String, (f64, f64)> {
    let mut all: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for (c, line) in counted {
        let sum = all.entry(key(c, line)).or_default();
        *sum = (sum.0 + c.numerator, sum.1 + c.denominator);
    }
    all
}

fn by_line(counted: &[(Counted, String)]) -> BTreeMap<String, (f64, f64)> {
    sums(counted, |_, line| line.to_owned())
}

/// Without any record every query of every table runs and finds nothing above the line.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_lake_answers_every_table() {
    let (_home, evaluator, catalogue) = lake(json!({})).await;
    assert!(catalogue.tables.len() >= 9);
    for table in catalogue.tables.values() {
        let found = evaluator
            .counted(table, &Params::new("130300", 2020))
            .await
            .unwrap_or_else(|e| panic!("{}: {}", table.table, golden::chain(&e)));
        assert!(found.iter().all(|c| c.numerator == 0.0), "{}: {found:?}", table.table);
    }
}

fn case(id: &str, region: &str, on: &str, more: Value) -> Value {
    let mut case = json!({"id": id, "region": region, "report_no": id, "diagnosed_on": on, "conclusion": "1", "disease": "OD2013-01-01"});
    case.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    case
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_036_new_cases_by_year_and_district() {
    let facts = json!({"diagnosis": [
        case("a", "130302", "2020-05-01", json!({})),
        case("b", "130302", "2018-05-01", json!({"pneu_report": "1"})),
        case("stage_up", "130302", "2020-06-01", json!({"pneu_report": "2"})),
        case("suspected", "130302", "2020-06-01", json!({"card": "3"})),
        case("none", "130302", "2020-06-01", json!({"conclusion": "2"})),
        case("old", "130302", "2015-12-31", json!({})),
        case("c", "130322", "2020-07-01", json!({})),
        case("elsewhere", "120112", "2020-07-01", json!({})),
    ]});
    let found = sums(&counted(facts, "new_cases").await, |c, _| format!("{} {}", c.region, c.column));
    let expected = [("130302 2018", 1.0), ("130302 2020", 1.0), ("130322 2020", 1.0)];
    assert_eq!(found.iter().map(|(k, v)| (k.as_str(), v.0)).collect::<Vec<_>>(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_025_occupational_cancers_of_the_list() {
    let facts = json!({"diagnosis": [
        case("leukaemia", "130302", "2020-05-01", json!({"disease": "OD2013-09-03"})),
        case("radiation", "130302", "2019-05-01", json!({"disease": "OD2013-07-06"})),
        case("silicosis", "130302", "2020-05-01", json!({})),
        case("not_confirmed", "130302", "2020-05-01", json!({"disease": "OD2013-09-01", "conclusion": "2"})),
    ]});
    let found = sums(&counted(facts, "occupational_cancer").await, |c, _| c.row.clone());
    assert_eq!(
        found.keys().map(String::as_str).collect::<Vec<_>>(),
        ["OD2013-07-06", "OD2013-09-03"],
        "no other disease, none unconfirmed"
    );
    // The rows that are expected come from the list: all eleven of its edition.
    let catalogue = Catalogue::embedded();
    let list = catalogue.list("OCCDIS").unwrap();
    let only = &catalogue.tables["occupational_cancer"].rows.only;
    let wanted = list.codes.iter().filter(|c| only.iter().all(|(column, value)| list.column(&c.code, column) == Some(value.as_str())));
    assert_eq!(wanted.filter(|c| c.code.starts_with("OD2013")).count(), 11);
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_023_coverage_of_diseases_by_source_and_county() {
    let facts = json!({
        "declaration": [
            {"id": "d1", "region": "130302", "employer_id": "e", "declared_on": "2020-03-01", "hazards": ["D001", "P001"]},
            {"id": "d0", "region": "130302", "employer_id": "e", "declared_on": "2019-03-01", "hazards": ["D001"]},
        ],
        "surveillance_plan": [{"id": "p", "region": "130302", "plan_no": "P", "plan_year": 2020, "starts_on": "2020-03-01", "hazards": ["D001"], "diseases": ["deafness"]}],
        "measurement": [
            {"id": "m1", "region": "130302", "employer_id": "e", "factor": "P001", "sampled_on": "2020-04-01"},
            {"id": "m0", "region": "130302", "employer_id": "e", "factor": "P001", "sampled_on": "2019-04-01"},
            {"id": "m2", "region": "130302", "employer_id": "e", "factor": "D032", "sampled_on": "2020-04-01"},
        ],
        "exam": [{"id": "x", "region": "130322", "employer_id": "f", "examined_on": "2020-05-01", "hazards": ["P001", "C001"]}],
        "diagnosis": [case("c", "130322", "2020-07-01", json!({"disease": "OD2013-05-01"}))],
    });
    let found = sums(&counted(facts, "key_disease_coverage").await, |c, _| format!("{} {} {}", c.group, c.row, c.region));
    let expected = [
        ("deafness declared 130302", 1.0),
        ("deafness examined 130322", 1.0),
        ("deafness measured 130302", 1.0),
        ("deafness planned 130302", 1.0),
        ("lead cases 130322", 1.0),
        ("lead examined 130322", 1.0),
        ("silicosis declared 130302", 1.0),
        ("silicosis planned 130302", 1.0),
    ];
    assert_eq!(
        found.iter().map(|(k, v)| (k.as_str(), v.0)).collect::<Vec<_>>(),
        expected,
        "an employer counts once, wood dust is of no key disease"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_024_every_core_indicator_is_reckoned_or_says_why_not() {
    let catalogue = Catalogue::embedded();
    let table = &catalogue.tables["core_indicators"];
    for n in 1..=30 {
        let code = format!("M-{n:02}");
        let lines: Vec<_> = table.lines.iter().filter(|l| l.key.starts_with(&code)).collect();
        assert!(!lines.is_empty(), "{code} is missing");
        assert!(lines.iter().all(|l| l.label.starts_with(&code) && l.none.as_ref().is_none_or(|why| why.chars().count() >= 8)), "{code}");
    }
    let facts = json!({
        "employer": [
            {"id": "e", "name": "甲", "status": "10", "risk_class": "1", "staff_total": 90, "dispatched": 10, "exposed_total": 40},
            {"id": "f", "name": "乙", "status": "10", "risk_class": "3", "staff_total": 100, "exposed_total": 10},
            {"id": "g", "name": "丙", "status": "30", "staff_total": 100, "exposed_total": 10},
        ],
        "measurement": [
            {"id": "m1", "employer_id": "e", "mon_type": "2", "post": "甲", "factor": "D001", "sampled_on": "2019-06-01", "exposure.verdict": "pass"},
            {"id": "m2", "employer_id": "f", "mon_type": "2", "post": "甲", "factor": "D001", "sampled_on": "2019-06-01", "exposure.verdict": "pass"},
            {"id": "m3", "employer_id": "f", "mon_type": "4", "post": "甲", "factor": "D001", "sampled_on": "2020-06-01", "exposure.verdict": "fail"},
            {"id": "m4", "employer_id": "f", "mon_type": "4", "post": "甲", "factor": "D001", "sampled_on": "2020-06-01", "exposure.verdict": "pass"},
            {"id": "m5", "employer_id": "f", "mon_type": "4", "post": "乙", "factor": "D001", "sampled_on": "2020-06-01", "exposure.verdict": "pass"},
        ],
        "surveillance_plan": [{"id": "p", "plan_no": "P", "plan_year": 2020, "starts_on": "2020-03-01", "quota_employers": 4, "focus": "1", "status": "issued"}],
        "exam": [
            {"id": "x1", "id_no": "t1", "employer_id": "e", "examined_on": "2020-03-01", "conclusion": "3", "hazards": ["P001"], "hearing.bhfta": 40.0},
            {"id": "x2", "id_no": "t2", "employer_id": "e", "examined_on": "2020-03-01", "conclusion": "3", "hazards": ["P001"], "hearing.bhfta": 39.9},
            {"id": "x3", "id_no": "t3", "employer_id": "e", "examined_on": "2020-03-01", "conclusion": "4"},
            {"id": "x4", "id_no": "t4", "employer_id": "e", "examined_on": "2020-03-01", "conclusion": "1"},
        ],
        "diagnosis": [case("c", "130302", "2020-06-01", json!({"id_no": "t1", "applied_on": "2020-03-20", "reported_on": "2020-06-17"}))],
        "inspection": [
            {"id": "i1", "employer_id": "e", "inspection_no": "1", "inspection_kind": "2", "inspected_on": "2020-05-01", "result": "2", "rechecked_on": "2020-06-01", "recheck_result": "fail"},
        ],
        "declaration": [
            {"id": "d1", "employer_id": "e", "decl_type": "1", "declared_on": "2019-03-01"},
            {"id": "d2", "employer_id": "e", "decl_type": "3", "declared_on": "2020-03-15"},
            {"id": "d3", "employer_id": "f", "decl_type": "1", "declared_on": "2019-03-01"},
        ],
    });
    let found = by_line(&counted(facts, "core_indicators").await);
    let rows = [
        ("M-01", (1.0, 1.0)),
        ("M-02", (2.0, 4.0)),
        ("M-03", (1.0, 4.0)),
        ("M-04", (1.0, 2.0)),
        ("M-05", (1.0, 1.0)),
        ("M-08", (0.0, 1.0)),
        ("M-09", (1.0, 2.0)),
        ("M-10a", (1.0, 3.0)),
        ("M-10b", (1.0, 2.0)),
        ("M-10c", (1.0, 1.0)),
        ("M-11", (50.0, 200.0)),
        ("M-12", (1.0, 4.0)),
        ("M-15", (1.0, 2.0)),
        ("M-20a", (1.0, 1.0)),
        ("M-20c", (1.0, 1.0)),
        ("M-20d", (0.0, 1.0)),
        ("M-21", (1.0, 2.0)),
        ("M-28", (1.0, 2.0)),
    ];
    for (line, expected) in rows {
        assert_eq!(found.get(line).copied(), Some(expected), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_014_rq_015_shares_of_contracts_with_the_clause_and_of_special_contracts() {
    let facts = json!({
        "employer": [
            {"id": "e", "name": "甲", "status": "10", "exposed_total": 40},
            {"id": "f", "name": "乙", "status": "10", "exposed_total": 10},
            {"id": "g", "name": "丙", "status": "10", "exposed_total": 0},
        ],
        "labour_contract": [
            {"id": "l1", "employer_id": "e", "employees": 50, "signed": 40, "hazard_notified": true, "clause_items": ["1", "2", "3"], "notified": 30, "notice_ref": "档 1", "counted_on": "2020-12-31"},
            {"id": "l2", "employer_id": "f", "employees": 10, "signed": 10, "hazard_notified": true, "clause_items": ["1"], "notified": 5, "counted_on": "2020-12-31"},
            {"id": "l3", "employer_id": "g", "employees": 10, "signed": 10, "hazard_notified": false, "counted_on": "2020-12-31"},
        ],
        "collective_contract": [
            {"id": "c1", "employer_id": "e", "contract_type": "1", "valid_from": "2020-03-01", "valid_to": "2022-02-28", "status": "valid"},
            {"id": "c2", "employer_id": "f", "contract_type": "1", "valid_from": "2018-03-01", "valid_to": "2020-02-28", "status": "valid", "why": "it has run out"},
            {"id": "c3", "employer_id": "f", "contract_type": "3", "valid_from": "2020-03-01", "valid_to": "2022-02-28", "status": "valid", "why": "wages"},
        ],
    });
    let found = by_line(&counted(facts, "contract_clauses").await);
    let rows = [
        ("employers_notified", (2.0, 3.0)),
        ("workers_notified", (35.0, 50.0)),
        ("clauses_complete", (1.0, 3.0)),
        ("notice_kept", (1.0, 2.0)),
        ("collective", (1.0, 2.0)),
    ];
    for (line, expected) in rows {
        assert_eq!(found.get(line).copied(), Some(expected), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_016_rq_017_groups_of_workers_and_hours_of_posts() {
    let worker = |id: &str, more: Value| {
        let mut worker = json!({"id": id, "id_no": id, "exposure_started_on": "2020-02-01"});
        worker.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        worker
    };
    let facts = json!({
        "exposed_worker": [
            worker("w1", json!({"migrant": true, "dispatched": true, "host_id": "h", "prejob_exam_on": "2020-01-20", "contract_told": true})),
            worker("w2", json!({"migrant": true, "last_exam_on": "2020-09-01", "contract_told": false})),
            worker("w3", json!({"dispatched": true})),
            worker("w4", json!({})),
            worker("gone", json!({"migrant": true, "left_on": "2020-06-01"})),
        ],
        "employer": [{"id": "e", "name": "甲", "status": "10", "posts": [
            {"post": "a", "shift": "三班", "hours_day": 8, "days_week": 5, "overtime_week": 4},
            {"post": "b", "hours_day": 8, "days_week": 6},
            {"post": "c"},
        ]}],
    });
    let groups = by_line(&counted(facts.clone(), "worker_groups").await);
    let rows = [
        ("n_all", (4.0, 4.0)),
        ("n_migrant", (2.0, 2.0)),
        ("n_dispatched", (2.0, 2.0)),
        ("p_migrant", (1.0, 2.0)),
        ("p_dispatched", (1.0, 2.0)),
        ("d_migrant", (1.0, 2.0)),
        ("t_all", (1.0, 2.0)),
        ("h_dispatched", (1.0, 2.0)),
    ];
    for (line, expected) in rows {
        assert_eq!(groups.get(line).copied(), Some(expected), "{line}");
    }
    let hours = by_line(&counted(facts, "post_hours").await);
    assert_eq!((hours["filled"], hours["over"]), ((1.0, 3.0), (1.0, 2.0)), "44 h are not above 44 h, 48 h are");
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_022_progress_of_a_plan_against_its_sample_and_quota() {
    let facts = json!({
        "surveillance_plan": [
            {"id": "p", "plan_no": "P", "plan_year": 2020, "starts_on": "2020-03-01", "focus": "3", "quota_employers": 3, "quota_exams": 10, "status": "issued",
             "qc": [{"qc_on": "2020-05-01", "qc_kind": "采样", "checked": 10, "qualified": 9, "finding": "缺", "done_on": "2020-05-02"}, {"qc_on": "2020-06-01", "qc_kind": "实验室", "checked": 10, "qualified": 8, "finding": "缺"}]},
            {"id": "draft", "plan_no": "D", "plan_year": 2020, "starts_on": "2020-03-01", "focus": "1", "quota_employers": 100, "status": "draft"},
        ],
        "surveillance_sample": [
            {"id": "s1", "plan_no": "P", "plan_id": "p", "employer_id": "e", "drawn_on": "2020-03-05"},
            {"id": "s2", "plan_no": "P", "plan_id": "p", "employer_id": "f", "drawn_on": "2020-03-05"},
            {"id": "s3", "plan_no": "P", "plan_id": "p", "employer_id": "g", "drawn_on": "2020-03-05", "replaced": true},
        ],
        "measurement": [
            {"id": "m1", "employer_id": "e", "mon_type": "4", "factor": "D001", "sampled_on": "2020-06-01"},
            {"id": "m2", "employer_id": "e", "mon_type": "4", "factor": "P001", "sampled_on": "2020-06-01"},
            {"id": "m3", "employer_id": "f", "mon_type": "2", "factor": "P001", "sampled_on": "2020-06-01", "why": "the employer's own test"},
            {"id": "m4", "employer_id": "f", "mon_type": "4", "factor": "P001", "sampled_on": "2019-06-01"},
        ],
        "exam": [{"id": "x1", "employer_id": "e", "examined_on": "2020-03-01"}, {"id": "x2", "employer_id": "e", "examined_on": "2020-03-01", "recheck": true}],
    });
    let found = by_line(&counted(facts, "surveillance_progress").await);
    let rows = [("sampled", (1.0, 2.0)), ("quota", (1.0, 3.0)), ("exams", (1.0, 10.0)), ("qc", (17.0, 20.0)), ("qc_open", (1.0, 2.0))];
    for (line, expected) in rows {
        assert_eq!(found.get(line).copied(), Some(expected), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_035_months_of_diagnosis_institutions_and_their_rate() {
    let clinic =
        |id: &str, name: &str| json!({"id": id, "name": name, "category": "diagnosis", "status": "valid", "filing_from": "2015-01-01"});
    let zero = |id: &str, clinic: &str, month: u32| json!({"id": id, "institution_id": clinic, "report_month": format!("2020-{month:02}"), "month_start": format!("2020-{month:02}-01")});
    let mut zeros: Vec<Value> = (1..=11).map(|m| zero(&format!("a{m}"), "a", m)).collect();
    zeros.extend((1..=11).map(|m| zero(&format!("b{m}"), "b", m)));
    zeros.extend((1..=12).filter(|m| *m != 5).map(|m| zero(&format!("c{m}"), "c", m)));
    let facts = json!({
        "institution": [clinic("a", "甲院"), clinic("b", "乙院"), clinic("c", "丙院")],
        "zero_report": zeros,
        "diagnosis": [
            case("a12", "130302", "2020-12-10", json!({"institution_id": "a", "reported_on": "2020-12-20"})),
            case("b12", "130302", "2020-12-10", json!({"institution_id": "b", "reported_on": "2021-02-20"})),
        ],
    });
    let (_home, evaluator, catalogue) = lake(facts.clone()).await;
    let def = &catalogue.indicators["I-16"];
    let params = Params::new("130300", 2020);
    let answer = evaluator.indicator(def, &params).await.unwrap_or_else(|e| panic!("{}", golden::chain(&e)));
    assert_eq!((answer.numerator, answer.denominator), (Some(1.0), Some(3.0)), "甲 reported all; 乙 one case late; 丙 nothing in May");
    // Until the end of April all three have reported.
    let april = Params { as_of: zhijian_kinds::dates::parse_iso("2020-04-30"), ..params.clone() };
    assert_eq!(evaluator.indicator(def, &april).await.unwrap().numerator, Some(3.0), "months that have ended count");
    // Asked for cases it counts cases.
    let mut cases = params;
    cases.options.insert("population".into(), json!("cases"));
    let answer = evaluator.indicator(def, &cases).await.unwrap();
    assert_eq!((answer.numerator, answer.denominator), (Some(1.0), Some(2.0)));
    // The table shows the month that is missing.
    let months = sums(&counted(facts, "diagnosis_reports").await, |c, _| format!("{} {}", c.row, c.column));
    assert_eq!(months.keys().filter(|k| k.starts_with("丙院")).count(), 11);
    assert!(!months.contains_key("丙院 2020-05") && months["甲院 2020-12"].0 == 1.0, "{months:?}");
}
