//! How fast is the lake over many records? Generates records, rebuilds a lake from them and answers timed questions.
//!
//! `cargo run --release -p zhijian-lake --example scale -- FOLDER [THOUSAND RECORDS] [--ask]`
//!
//! Writes beside the lake what another engine needs to be timed over the same data: `files.json` (Parquet files of each
//! table), `columns.json` (its columns) and `questions.json` (every indicator as every plan asks it, with its SQL).
//! With `--ask` it then answers one question a line of its input; see [`ask`].
//! A second run over the same folder does not write the lake again.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a measuring tool talks to its terminal and stops at the first surprise"
)]

#[macro_use]
#[path = "../../tests/common/reading.rs"]
mod reading;
mod ask;
mod generate;
mod questions;

use std::{path::Path, sync::Arc, time::Instant as Clock};

use serde_json::{Map, Value, json};
use zhijian_kinds::Catalogue;
use zhijian_lake::Lake;

use generate::Generated;

/// As in the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() {
    let (flags, args): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|a| a.starts_with("--"));
    let folder = args.first().map_or("target/scale", String::as_str);
    let records = args.get(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(1_000) * 1_000;
    let (folder, store, catalogue) = (Path::new(folder), Generated { records }, Catalogue::embedded());
    let lake = Arc::new(Lake::open(folder, &catalogue).unwrap());
    let started = Clock::now();
    let report = lake.refresh(&store).await.unwrap();
    if report.partitions > 0 {
        let seconds = started.elapsed().as_secs_f64();
        eprintln!("rebuilt {records} records in {seconds:.1} s: {:.0} records/s, {} MB", records as f64 / seconds, bytes(&lake) >> 20);
    }
    write_tables(folder, &lake, &catalogue);
    let questions = questions::all(&lake, &catalogue);
    write(folder, "questions.json", &Value::Array(questions.iter().map(questions::Question::json).collect()));
    if flags.iter().any(|f| f == "--ask") {
        ask::answer_lines(&lake, &catalogue, &questions).await;
    }
}

fn bytes(lake: &Lake) -> u64 {
    let files = lake.facts().iter().flat_map(|f| lake.snapshot().files_of(&f.name));
    files.filter_map(|f| Some(f.metadata().ok()?.len())).sum()
}

fn write(folder: &Path, name: &str, value: &Value) {
    std::fs::write(folder.join(name), serde_json::to_string_pretty(value).unwrap()).unwrap();
}

fn write_tables(folder: &Path, lake: &Lake, catalogue: &Catalogue) {
    let snapshot = lake.snapshot();
    let tables = zhijian_lake::reference::tables_of(catalogue);
    let names = lake.facts().iter().map(|f| f.name.clone()).chain(tables.iter().map(|t| t.name.clone()));
    let files: Map<String, Value> = names.map(|n| (n.clone(), json!(snapshot.files_of(&n)))).collect();
    write(folder, "files.json", &Value::Object(files));
    let of_facts = lake.facts().iter().map(|f| {
        let columns: Vec<_> = f.columns.iter().map(|c| (c.name.clone(), format!("{:?}", c.ty))).collect();
        (f.name.clone(), json!(columns))
    });
    let of_tables = tables.iter().map(|t| {
        let columns: Vec<_> = t.schema().fields().iter().map(|f| (f.name().clone(), "Text")).collect();
        (t.name.clone(), json!(columns))
    });
    write(folder, "columns.json", &Value::Object(of_facts.chain(of_tables).collect()));
}
