//! Readings in the lake: days, months, what came later, and SQL over all of it.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use datafusion::arrow::util::pretty::pretty_format_batches;
use std::sync::Arc;
use zhijian_lake::Lake;
use zhijian_lake::readings::{Archive, Row, day_of, start_of};

const FIRST: i64 = 20_513; // 2026-03-01

fn row(device: &str, at_ms: i64, value: f64) -> Row {
    Row { device: device.into(), factor: "P001".into(), at_ms, value, quality: 0, seq: 7, arrived_ms: at_ms + 500 }
}

/// A reading an hour of three devices in two counties.
fn rows(device: &str, day: i64) -> Vec<Row> {
    (0..24).map(|hour| row(device, start_of(day) + hour * 3_600_000, 70.0 + hour as f64)).collect()
}

fn write(archive: &Archive, day: i64) {
    let mut writing = archive.day(day);
    for (device, region) in [("A", "130302"), ("B", "130302"), ("C", "130303")] {
        rows(device, day).into_iter().for_each(|row| writing.push(region, row).unwrap());
    }
    writing.finish().unwrap();
}

async fn asked(lake: &Lake, sql: &str) -> String {
    pretty_format_batches(&lake.query(sql, None).await.unwrap()).unwrap().to_string()
}

#[tokio::test]
async fn rq_026_closed_days_are_found_by_device_and_by_sql_also_when_months_are_one_file() {
    let home = tempfile::tempdir().unwrap();
    let archive = Arc::new(Archive::open(home.path()).unwrap());
    assert_eq!(day_of(start_of(FIRST)), FIRST);
    for day in FIRST..FIRST + 35 {
        write(&archive, day);
    }
    let lake = Lake::with(home.path(), Vec::new(), Vec::new()).unwrap().with_readings(Arc::clone(&archive));
    let sql =
        "SELECT region, device, count(*) AS n, avg(value) AS mean, max(day) AS last FROM reading GROUP BY region, device ORDER BY device";
    let before = asked(&lake, sql).await;
    assert_eq!(before.matches("| 840 | 81.5").count(), 3, "{before}");
    let (from, to) = (start_of(FIRST + 1) + 1, start_of(FIRST + 3));
    let expected: Vec<Row> = (FIRST + 1..FIRST + 3).flat_map(|day| rows("B", day)).filter(|row| row.at_ms >= from).collect();
    assert_eq!(archive.rows("B", "P001", from, to).unwrap(), expected);
    assert!(archive.rows("B", "P002", from, to).unwrap().is_empty());
    let files = archive.catalog().pieces().count();
    assert_eq!((files, archive.compact(FIRST + 34).unwrap()), (70, 2), "March of both counties");
    assert_eq!(archive.catalog().pieces().count(), 70 - 2 * 31 + 2, "April is not over");
    assert_eq!(archive.compact(FIRST + 34).unwrap(), 0);
    assert_eq!(archive.rows("B", "P001", from, to).unwrap(), expected);
    assert_eq!(asked(&lake, sql).await, before);
    // What was replaced goes at the next run; who opens the archive anew finds the same.
    archive.sweep();
    let again = Archive::open(home.path()).unwrap();
    assert_eq!(*again.catalog(), *archive.catalog());
    assert_eq!(again.rows("B", "P001", from, to).unwrap(), expected);
    let county = asked(&lake, "SELECT count(*) AS n FROM reading WHERE region = '130303' AND day >= DATE '2026-04-01'").await;
    assert!(county.contains("96"), "{county}");
}

#[tokio::test]
async fn rq_026_readings_that_come_to_a_written_day_replace_those_of_their_moments_only() {
    let home = tempfile::tempdir().unwrap();
    let archive = Archive::open(home.path()).unwrap();
    (FIRST..FIRST + 32).for_each(|day| write(&archive, day));
    archive.compact(FIRST + 31).unwrap();
    let (day, other) = (FIRST + 4, FIRST + 5);
    let mut changed = rows("A", day);
    changed[3].value = 99.0;
    changed.insert(4, row("A", changed[3].at_ms + 60_000, 98.0));
    archive.amend(day, "130302", changed.clone()).unwrap();
    assert_eq!(archive.rows("A", "P001", start_of(day), start_of(day + 1)).unwrap(), changed);
    assert_eq!(archive.rows("A", "P001", start_of(other), start_of(other + 1)).unwrap(), rows("A", other));
    assert_eq!(archive.rows("B", "P001", start_of(day), start_of(day + 1)).unwrap(), rows("B", day));
    // A device that moved since: its readings stay where they were.
    archive.amend(day, "130321", changed.clone()).unwrap();
    assert!(archive.catalog().parts.keys().all(|key| !key.contains("130321")));
    // A series that the day had not yet.
    let fresh = vec![Row { factor: "P001/2051-Avg".into(), ..row("A", start_of(day), 71.0) }];
    archive.amend(day, "130302", fresh.clone()).unwrap();
    assert_eq!(archive.rows("A", "P001/2051-Avg", 0, i64::MAX).unwrap(), fresh);
    assert_eq!(archive.catalog().rows(), 32 * 72 + 2);
}

#[test]
fn a_manifest_that_cannot_be_read_is_never_taken_for_an_empty_archive() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(home.path().join("readings")).unwrap();
    std::fs::write(home.path().join("readings/manifest.json"), "{").unwrap();
    assert!(Archive::open(home.path()).is_err());
}
