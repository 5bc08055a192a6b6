//! Every indicator on hand-made records that try the traps of its counting rules.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use std::sync::Arc;

use common::golden;
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
    declarations => "declarations.yaml",
    workplace => "workplace.yaml",
    radiation => "radiation.yaml",
    survey => "survey.yaml",
    rehabilitation => "rehabilitation.yaml",
    violations => "violations.yaml",
    institutions => "institutions.yaml",
    training => "training.yaml",
    exams => "exams.yaml",
    others => "others.yaml",
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
