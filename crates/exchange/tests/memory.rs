//! Long files are streamed: memory stays flat. Runs in a process of its own, so that the peak is its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, missing_docs)]
#![cfg(target_os = "linux")]

use serde_json::Value;
use std::io::{BufWriter, Write};
use std::time::Instant;
use zhijian_exchange::read::open;
use zhijian_exchange::write::{ExportFormat, ExportOptions, Exporter};
use zhijian_kinds::Catalogue;

/// Highest resident memory of this process so far, MB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

#[test]
fn two_million_rows_are_read_and_written_in_flat_memory() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::embedded();
    let kind = &catalogue.kinds["inspection"];
    let document = kind.def.examples[0].as_object().unwrap().clone();
    let before = peak();

    let path = folder.path().join("长.csv");
    let mut file = BufWriter::new(std::fs::File::create(&path).unwrap());
    for n in 0..2_000_000u32 {
        let (line, _, _) = encoding_rs::GB18030.encode("JC,秦皇岛样例建材有限公司,\"2020-03-05\",未发现");
        file.write_all(&line).unwrap();
        writeln!(file, ",{n}").unwrap();
    }
    file.flush().unwrap();
    let begin = Instant::now();
    let source = open("长.csv", path).unwrap();
    let rows = source.rows(0).unwrap().filter(|r| r.is_ok()).count();
    println!("csv: {rows} rows in {:?}, peak {} → {} MB", begin.elapsed(), before, peak());
    assert_eq!(rows, 2_000_000);
    assert!(peak() < before + 60, "{} MB before, {} MB after", before, peak());

    let path = folder.path().join("长.xlsx");
    let begin = Instant::now();
    let writer = BufWriter::new(std::fs::File::create(&path).unwrap());
    let mut exporter = Exporter::new(kind, &catalogue, ExportFormat::Xlsx, &ExportOptions::default(), writer).unwrap();
    for n in 0..100_000u32 {
        let mut document = document.clone();
        document.insert("inspection_no".into(), Value::from(format!("JC{n}")));
        exporter.push(&document).unwrap();
    }
    exporter.finish().unwrap();
    println!("xlsx written in {:?}, peak {} MB", begin.elapsed(), peak());
    let begin = Instant::now();
    let source = open("长.xlsx", path).unwrap();
    assert_eq!(source.rows(0).unwrap().filter(|r| r.is_ok()).count(), 100_001);
    println!("xlsx read in {:?}, peak {} MB", begin.elapsed(), peak());
    let begin = Instant::now();
    source.merged(0).unwrap();
    println!("merged in {:?}", begin.elapsed());
    assert!(peak() < before + 120, "{} MB before, {} MB after", before, peak());
}
