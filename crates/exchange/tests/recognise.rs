//! Which kind a sheet is, whatever the office has done to it.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::collections::BTreeMap;
use zhijian_exchange::header::{Hints, Recogniser, Unrecognised};
use zhijian_exchange::read::{RawRow, open};
use zhijian_exchange::rows::{RowKind, classify};
use zhijian_kinds::Catalogue;

/// Set `ZHIJIAN_SAMPLES` to a folder of sample files; prints what is recognised with `--nocapture`.
#[test]
fn samples_are_recognised_and_their_rows_counted() {
    let Some(folder) = std::env::var_os("ZHIJIAN_SAMPLES") else { return };
    let catalogue = Catalogue::embedded();
    let recogniser = Recogniser::new(&catalogue);
    let mut seen = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e == "json") {
            continue;
        }
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let source = open(&file, path).unwrap();
        for (index, table) in source.tables().iter().enumerate() {
            let first: Vec<RawRow> = source.rows(index).unwrap().take(40).collect::<Result<_, _>>().unwrap();
            let hints = Hints { file: &file, sheet: &table.name, ..Hints::default() };
            let found = recogniser.recognise(&first, &source.merged(index).unwrap(), &hints);
            let line = match found {
                Ok(found) => {
                    let data = source.rows(index).unwrap().filter(|r| r.as_ref().is_ok_and(|r| r.number >= found.header_rows.end && classify(r, &found) == RowKind::Data)).count();
                    let columns: Vec<String> = found.columns.iter().filter_map(|c| c.place.as_ref().map(|p| format!("{}→{p:?}", c.header))).collect();
                    format!("{} rows {:?} data {data} unknown {:?} ignored {:?} missing {:?}\n   {}", found.kind.kind, found.header_rows, found.unknown, found.ignored, found.missing, columns.join("  ").replace("Field(", "(").replace('"', ""))
                }
                Err(Unrecognised { headers, closest, missing }) => format!("- {headers:?} {closest:?} {missing:?}"),
            };
            seen.insert(format!("{file}#{}", table.name), line);
        }
    }
    for (name, line) in seen {
        println!("{name}: {line}");
    }
}
