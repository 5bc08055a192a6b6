//! Golden pairs: hand-made records and the figures they must give. The tricky rows say why they are there.

use std::{collections::HashMap, path::Path, sync::Arc};

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value};
use zhijian_kinds::{Catalogue, Kind};
use zhijian_lake::{Evaluator, Lake, Params, UnitFilter, Which};
use zhijian_records::port::Stored;

use super::{MemoryStore, stored};

/// A golden file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Golden {
    /// Kind → records. `id`, `region`, `town` and `why` are ours, the rest is the document.
    pub facts: IndexMap<String, Vec<Map<String, Value>>>,
    /// Questions about them.
    pub questions: Vec<Question>,
}

/// One question and its answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub why: String,
    pub indicator: String,
    #[serde(default)]
    pub region: Option<String>,
    #[serde(default)]
    pub year: Option<i32>,
    #[serde(default)]
    pub as_of: Option<String>,
    #[serde(default)]
    pub options: IndexMap<String, Value>,
    #[serde(default)]
    pub numerator: Option<f64>,
    #[serde(default)]
    pub denominator: Option<f64>,
    #[serde(default)]
    pub display: Option<String>,
    #[serde(default)]
    pub amount: Option<f64>,
    /// Record of each unit → numerator; units that are missing here must not exist.
    #[serde(default)]
    pub units: Option<IndexMap<String, f64>>,
}

/// Records of a golden file in a store.
pub fn store(catalogue: &Catalogue, golden: &Golden) -> MemoryStore {
    let store = MemoryStore::default();
    for (name, rows) in &golden.facts {
        let kind = catalogue.kind(name).unwrap_or_else(|| panic!("no kind {name}"));
        let mut seen = HashMap::new();
        let records = rows.iter().enumerate().map(|(i, row)| record(kind, row, i)).collect::<Vec<_>>();
        for r in &records {
            assert!(seen.insert(r.id.clone(), ()).is_none(), "{name}: id {} twice", r.id);
        }
        store.commit(1, records);
    }
    store
}

fn record(kind: &Kind, row: &Map<String, Value>, index: usize) -> Stored {
    let text = |key: &str| row.get(key).and_then(Value::as_str);
    let mut document = Map::new();
    for (path, value) in row.iter().filter(|(k, _)| !matches!(k.as_str(), "id" | "region" | "why")) {
        let known = kind.fields.iter().any(|f| f.path == *path || f.path.starts_with(&format!("{path}."))) || kind.refs.contains_key(path);
        assert!(known, "{}: no field {path}", kind.kind);
        put(&mut document, path, value.clone());
    }
    let event_date = kind.event_date.as_deref().and_then(text).unwrap_or_default().to_owned();
    let id = text("id").map_or_else(|| format!("{}{index}", kind.kind), str::to_owned);
    let mut stored = stored(&kind.kind, &id, text("region").unwrap_or("130302"), &event_date, Value::Object(document).to_string());
    stored.town = text("town").unwrap_or_default().to_owned();
    stored.owner = text("employer_id").unwrap_or_default().to_owned();
    stored
}

fn put(document: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            document.insert(path.to_owned(), value);
        }
        Some((head, rest)) => {
            let inner = document.entry(head).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// Reads a golden file and checks every answer.
pub async fn check(file: &str) {
    let catalogue = Catalogue::embedded();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
    let (golden, _) =
        zhijian_kinds::yaml::read::<Golden>(&std::fs::read_to_string(path).unwrap()).unwrap_or_else(|e| panic!("{file}: {e}"));
    let home = tempfile::tempdir().unwrap();
    let lake = Arc::new(Lake::open(home.path(), &catalogue).unwrap());
    lake.refresh(&store(&catalogue, &golden)).await.unwrap();
    let evaluator = Evaluator::new(lake, Arc::clone(&catalogue));
    for question in &golden.questions {
        answer(&catalogue, &evaluator, question).await;
    }
}

async fn answer(catalogue: &Catalogue, evaluator: &Evaluator, question: &Question) {
    let why = format!("{}: {}", question.indicator, question.why);
    let def = catalogue.indicators.get(&question.indicator).unwrap_or_else(|| panic!("{why}: no such indicator"));
    let mut params = Params::new(question.region.as_deref().unwrap_or("130300"), question.year.unwrap_or(2020));
    params.options.clone_from(&question.options);
    params.as_of = question.as_of.as_deref().and_then(zhijian_kinds::dates::parse_iso);
    let got = evaluator.indicator(def, &params).await.unwrap_or_else(|e| panic!("{why}: {}", chain(&e)));
    if let Some(units) = &question.units {
        let page = evaluator
            .units(def, &params, Which::Denominator, &UnitFilter::default(), 0, 1_000)
            .await
            .unwrap_or_else(|e| panic!("{why}: {}", chain(&e)));
        let mut rows: Vec<(String, f64)> = page.rows.iter().map(|u| (u.record.clone(), u.num)).collect();
        let mut expected: Vec<(String, f64)> = units.iter().map(|(k, v)| (k.clone(), *v)).collect();
        rows.sort_by(|a, b| a.partial_cmp(b).unwrap());
        expected.sort_by(|a, b| a.partial_cmp(b).unwrap());
        assert_eq!(rows, expected, "{why}: units");
    }
    if question.numerator.is_some() || question.denominator.is_some() {
        assert_eq!((got.numerator, got.denominator), (question.numerator, question.denominator), "{why}: numerator and denominator");
    }
    if let Some(display) = &question.display {
        assert_eq!(&got.display, display, "{why}: shown");
    }
    if question.amount.is_some() {
        assert_eq!(got.amount, question.amount, "{why}: amount");
    }
}

/// An error with its causes.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}\n  {cause}");
        source = cause.source();
    }
    text
}
