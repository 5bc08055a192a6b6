//! Every named list on hand-made records that try its rules: who is on it, who is not, and what is said of them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod common;

use std::{collections::BTreeMap, path::Path, sync::Arc};

use common::golden::{self, Golden};
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value};
use zhijian_kinds::{Catalogue, NamedList};
use zhijian_lake::{Evaluator, Lake, ListFilter, Params};
use zhijian_records::port::Scope;

/// A file of records and of what the lists say about them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Trial {
    facts: IndexMap<String, Vec<Map<String, Value>>>,
    lists: Vec<Expected>,
}

/// A list and its rows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    why: String,
    list: String,
    #[serde(default)]
    region: Option<String>,
    #[serde(default)]
    year: Option<i32>,
    #[serde(default)]
    options: IndexMap<String, Value>,
    /// Column → value by which it is narrowed.
    #[serde(default)]
    only: IndexMap<String, String>,
    /// Regions that the asker sees; all when it is not written.
    #[serde(default)]
    sees: Option<Vec<String>>,
    /// Record (of places the township) → some of its columns. Rows that are missing here must not exist.
    rows: IndexMap<String, IndexMap<String, Value>>,
}

async fn trial(file: &str) {
    let catalogue = Catalogue::embedded();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lists").join(file);
    let (trial, _) = zhijian_kinds::yaml::read::<Trial>(&std::fs::read_to_string(path).unwrap()).unwrap_or_else(|e| panic!("{file}: {e}"));
    let home = tempfile::tempdir().unwrap();
    let lake = Arc::new(Lake::open(home.path(), &catalogue).unwrap());
    let records = Golden { facts: trial.facts, questions: Vec::new() };
    lake.refresh(&golden::store(&catalogue, &records)).await.unwrap();
    let evaluator = Evaluator::new(lake, Arc::clone(&catalogue));
    for expected in &trial.lists {
        check(&catalogue, &evaluator, expected).await;
    }
}

async fn check(catalogue: &Catalogue, evaluator: &Evaluator, expected: &Expected) {
    let why = format!("{}: {}", expected.list, expected.why);
    let def = catalogue.lists.get(&expected.list).unwrap_or_else(|| panic!("{why}: no such list"));
    let mut params = Params::new(expected.region.as_deref().unwrap_or("130300"), expected.year.unwrap_or(2020));
    params.options.clone_from(&expected.options);
    if let Some(regions) = &expected.sees {
        params.scope = Scope { regions: regions.clone(), ..Scope::default() };
    }
    let columns = expected.only.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let filter = ListFilter { columns, ..ListFilter::default() };
    let page = evaluator.listed(def, &params, &filter, 0, 1_000).await.unwrap_or_else(|e| panic!("{why}: {}", golden::chain(&e)));
    assert_eq!(page.total, page.rows.len() as u64, "{why}: counted and listed");
    let got: BTreeMap<&str, &zhijian_lake::ListedRow> =
        page.rows.iter().map(|row| (if row.record.is_empty() { row.town.as_str() } else { row.record.as_str() }, row)).collect();
    let mut names: Vec<&str> = expected.rows.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(got.keys().copied().collect::<Vec<_>>(), names, "{why}: who is on the list");
    for (name, values) in &expected.rows {
        for (column, value) in values {
            let at = def.columns.get_index_of(column).unwrap_or_else(|| panic!("{why}: no column {column}"));
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let value = if value == "null" { String::new() } else { value };
            let shown = got[name.as_str()].values[at].trim_end_matches(".0");
            assert_eq!(shown, value, "{why}: {name} {column}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_002_employers_whose_coordinates_lie_elsewhere() {
    trial("places.yaml").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_051_uninsured_exposed_employers() {
    trial("insurance.yaml").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_043_townships_with_many_patients_and_their_stations() {
    trial("townships.yaml").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_054_candidates_for_the_minimum_living_allowance() {
    trial("dibao.yaml").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_061_patients_whose_responsible_employer_is_unclear() {
    trial("unclear.yaml").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_041_needs_of_patients_against_what_was_given() {
    trial("needs.yaml").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_050_dust_workers_exposed_or_retired_due_for_a_look() {
    trial("dust.yaml").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_058_rq_059_rq_052_compliance_of_employers_and_prevention_training() {
    trial("rates.yaml").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_057_rq_060_sources_of_coverage_and_medicines_of_each_patient() {
    trial("ledger.yaml").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_045_rq_047_rq_048_network_referrals_and_readings() {
    trial("network.yaml").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_046_rq_090_rq_091_gaps_of_the_network_and_radiation_units() {
    trial("gaps.yaml").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_087_rq_089_cards_of_agencies_and_their_results() {
    trial("agencies.yaml").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_158_rq_162_rq_163_ranking_of_offices_open_resolutions_and_money() {
    trial("plans.yaml").await;
}

/// A file that no test reads proves nothing, nor does a list that no file tries.
#[test]
fn every_list_is_tried() {
    let this = include_str!("lists.rs");
    let mut tried = String::new();
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lists")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        assert!(this.contains(&format!("trial(\"{name}\")")), "{name}: no test reads it");
        tried.push_str(&std::fs::read_to_string(entry.path()).unwrap());
    }
    for list in Catalogue::embedded().lists.keys() {
        assert!(tried.split_whitespace().any(|word| word.trim_end_matches(',') == list), "{list} is not tried");
    }
}

/// Without any record every list runs and is empty, sorted and narrowed by each of its columns.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_lake_gives_empty_lists() {
    let catalogue = Catalogue::embedded();
    let home = tempfile::tempdir().unwrap();
    let lake = Arc::new(Lake::open(home.path(), &catalogue).unwrap());
    lake.refresh(&common::MemoryStore::default()).await.unwrap();
    let evaluator = Evaluator::new(lake, Arc::clone(&catalogue));
    for def in catalogue.lists.values() {
        let params = Params::new("130300", 2020);
        let columns = def.columns.keys().map(|name| (name.clone(), "x".to_owned())).collect();
        let narrowed = ListFilter { text: "甲".into(), town: "130302001".into(), columns };
        for filter in [ListFilter::default(), narrowed] {
            let page =
                evaluator.listed(def, &params, &filter, 0, 10).await.unwrap_or_else(|e| panic!("{}: {}", def.list, golden::chain(&e)));
            assert!(page.rows.is_empty() || def.rows == zhijian_kinds::lists::Rows::Place, "{}", def.list);
        }
        for name in &def.filters {
            evaluator.listed_by(def, &params, name).await.unwrap_or_else(|e| panic!("{}: {}", def.list, golden::chain(&e)));
        }
    }
}

/// What a list says about itself is complete, and every requirement that it serves is one.
#[test]
fn every_list_explains_itself() {
    let told = |def: &NamedList| !def.help.is_empty() && !def.basis.is_empty() && !def.action.is_empty() && !def.serves.is_empty();
    for def in Catalogue::embedded().lists.values() {
        assert!(told(def), "{}", def.list);
        assert!(!def.columns.is_empty(), "{}", def.list);
    }
}
