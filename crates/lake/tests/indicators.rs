//! Every indicator on hand-made records that try the traps of its counting rules.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use std::sync::Arc;

use common::golden;
use datafusion::arrow::{array::AsArray as _, datatypes::Int64Type};
use zhijian_kinds::Catalogue;
use zhijian_lake::{Evaluator, Lake, Params, UnitFilter, Which};

macro_rules! golden_files {
    ($($name:ident => $file:literal),* $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            golden::check($file).await;
        })*

        /// A golden file that no test reads proves nothing.
        #[test]
        fn every_golden_file_is_read() {
            let read = [$($file),*];
            for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden")).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                assert!(read.contains(&name.as_str()), "{name}: add it to golden_files!");
            }
        }
    };
}

golden_files! {
    rq_174_declarations => "declarations.yaml",
    rq_175_rq_181_workplace => "workplace.yaml",
    radiation => "radiation.yaml",
    survey => "survey.yaml",
    rehabilitation => "rehabilitation.yaml",
    violations => "violations.yaml",
    rq_176_rq_177_rq_178_institutions => "institutions.yaml",
    training => "training.yaml",
    exams => "exams.yaml",
    rq_179_rq_180_insured_projects_reports_and_contracts => "others.yaml",
}

/// Without any record every query runs, and no rate is 100 %.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_lake_answers_every_indicator() {
    let catalogue = Catalogue::embedded();
    let home = tempfile::tempdir().unwrap();
    let lake = Arc::new(Lake::open(home.path(), &catalogue).unwrap());
    lake.refresh(&common::MemoryStore::default()).await.unwrap();
    let evaluator = Evaluator::new(lake, Arc::clone(&catalogue));
    assert!(catalogue.indicators.len() >= 24, "I-01 to I-21 with the parts of I-12");
    for def in catalogue.indicators.values() {
        let params = Params::new("130300", 2020);
        let answer = evaluator.indicator(def, &params).await.unwrap_or_else(|e| panic!("{}: {}", def.code, golden::chain(&e)));
        assert!(answer.value.is_none_or(|v| v == 0.0), "{}: {answer:?}", def.code);
        assert_ne!(answer.display, "", "{}", def.code);
        for name in &def.dimensions {
            let dimension = zhijian_lake::Dimension::named(name).unwrap_or_else(|| panic!("{}: no dimension {name}", def.code));
            evaluator.breakdown(def, &params, dimension).await.unwrap_or_else(|e| panic!("{} {name}: {}", def.code, golden::chain(&e)));
        }
        evaluator
            .units(def, &params, Which::Missing, &UnitFilter::default(), 0, 10)
            .await
            .unwrap_or_else(|e| panic!("{}: {}", def.code, golden::chain(&e)));
    }
}

/// I-13 lays the editions of the examination cycles that hold in a year side by side, three of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_year_has_no_more_editions_of_examination_cycles_than_i_13_takes() {
    let home = tempfile::tempdir().unwrap();
    let lake = Lake::open(home.path(), &Catalogue::embedded()).unwrap();
    for year in 2014..=2035 {
        let sql = format!(
            "SELECT COUNT(DISTINCT edition) AS editions FROM rule_exam_cycles WHERE scope = 'exam' \
             AND (valid_from IS NULL OR valid_from <= '{year}-12-31') AND (valid_to IS NULL OR valid_to >= '{year}-01-01')"
        );
        let found = lake.query(&sql, None).await.unwrap();
        let editions = found[0].column(0).as_primitive::<Int64Type>().value(0);
        assert!((1..=3).contains(&editions), "{year}: {editions}");
    }
}

/// What an indicator says about itself is complete.
#[test]
fn every_definition_explains_itself() {
    for def in Catalogue::embedded().indicators.values() {
        for option in def.options.keys() {
            assert!(def.options_help.contains_key(option), "{}: what does option {option} mean?", def.code);
        }
        assert!(!def.numerator.is_empty() && !def.basis.is_empty(), "{}", def.code);
        for fact in &def.facts {
            assert!(def.sql.contains(fact), "{}: names fact {fact} but does not read it", def.code);
        }
    }
}

/// Plans set their own number of patients: 万州 80, the others 100.
#[tokio::test(flavor = "multi_thread")]
async fn rq_042_coverage_counts_townships_by_the_threshold_of_the_plan() {
    use serde_json::json;
    let catalogue = Catalogue::embedded();
    let visit = |region: &str, n: usize| {
        let town = format!("{region}001");
        let document = json!({"id_no": format!("{region}-{n}"), "town": town, "visited_on": "2020-05-01", "result": "alive"});
        let mut stored = common::stored("follow_up", &format!("f{region}{n}"), region, "2020-05-01", document.to_string());
        stored.town = town;
        stored
    };
    let store = common::MemoryStore::default();
    store.commit(1, (0..85).flat_map(|n| [visit("500101", n), visit("130302", n)]).collect());
    let home = tempfile::tempdir().unwrap();
    let lake = Arc::new(Lake::open(home.path(), &catalogue).unwrap());
    lake.refresh(&store).await.unwrap();
    let evaluator = Evaluator::new(lake, Arc::clone(&catalogue));
    let everything = Params::new("", 2020).scope;
    for (plan, townships) in [("wanzhou", 1.0), ("qinhuangdao", 0.0)] {
        let rows = evaluator.evaluate_plan(&catalogue.plans[plan], 2020, None, None, &everything).await.unwrap();
        let row = rows.iter().find(|row| row.indicator == "I-07").unwrap();
        assert_eq!(row.answer.denominator, Some(townships), "{plan}: 85 patients live in one township");
        assert_eq!(row.answer.numerator, Some(0.0), "{plan}: no station there");
    }
}
