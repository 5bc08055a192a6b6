//! Readings kept for years: into the archive, out of the database, through a backup onto another machine; always found, always the same.

use crate::Outcome;
use crate::home::{Home, words};
use crate::online::with_device;
use serde_json::Value;
use zhijian_telemetry::readings::{Arrival, Batch, Reason, Refused, Series};
use zhijian_telemetry::windows::{Quality, Reading};

const DAY_MS: i64 = 86_400_000;

fn succeed(home: &Home, args: &[&str]) -> Result<String, Box<dyn std::error::Error>> {
    let output = home.command(args).env("ZHIJIAN_READINGS_KEEP_DAYS", "20").output()?;
    assert!(output.status.success(), "{args:?}: {}", words(&output));
    Ok(String::from_utf8(output.stdout)?)
}

fn readings(home: &Home, factor: &str) -> Result<String, Box<dyn std::error::Error>> {
    let args = ["readings", "--device", "ZX0001", "--from", "2020-01-01", "--to", "2099-01-01", "--format", "csv", "--factor", factor];
    succeed(home, &args)
}

fn round(home: &Home) -> Result<Value, Box<dyn std::error::Error>> {
    Ok(serde_json::from_str(&succeed(home, &["lake", "readings"])?)?)
}

/// Writes as a gateway does, at moments of the past.
fn append(url: &str, factor: &str, moments: &[i64], arrived_ms: Option<i64>) -> Outcome {
    let arrival = |at_ms: &i64| Arrival {
        series: Series { device: "ZX0001".into(), factor: factor.into() },
        reading: Reading { at_ms: *at_ms, value: 70.0 + (at_ms / 60_000 % 17) as f64 / 8.0, quality: Quality::Ok, seq: 3 },
        arrived_ms: arrived_ms.unwrap_or(at_ms + 700),
    };
    let refused = Refused {
        device: "ZX0001".into(),
        reason: Reason::Malformed,
        source: "mqtt".into(),
        detail: "{".into(),
        arrived_ms: moments.first().copied().unwrap_or_default(),
    };
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let store = zhijian_store::open_readings(url).await?;
        for chunk in moments.chunks(2_000) {
            store.append(&Batch { arrivals: chunk.iter().map(arrival).collect(), refused: vec![refused.clone()] }).await?;
        }
        Ok(())
    })
}

fn the_life_of_readings(home: Home, url: &str, spare_on: Option<&str>) -> Outcome {
    with_device(&home, "hj212", &[])?;
    let now = time::OffsetDateTime::now_utc().unix_timestamp() * 1000;
    // A reading every ten minutes for sixty days, until now.
    let moments: Vec<i64> = (0..60 * 144).map(|n| (now / 600_000 - n) * 600_000).rev().collect();
    append(url, "P001", &moments, None)?;
    let before = readings(&home, "P001")?;
    assert_eq!(before.lines().count(), 1 + moments.len());
    let done = round(&home)?;
    let days = done["done"]["days"].as_i64().ok_or("days")?;
    assert!((55..=58).contains(&days), "whole days that are 73 hours old: {done}");
    let removed = done["done"]["removed"].as_i64().ok_or("removed")?;
    assert!(removed > 39 * 144 && removed < 41 * 144, "all but the last twenty days left the database: {done}");
    assert_eq!(readings(&home, "P001")?, before, "every one is found as it was");
    assert!(done["files"].as_i64().ok_or("files")? < days, "months are one file: {done}");
    let again = round(&home)?;
    assert_eq!(
        again["done"],
        serde_json::json!({"days": 0, "rows": 0, "amended": 0, "compacted": 0, "removed": 0}),
        "nothing is done twice"
    );
    // History that was asked for: days long over change, in a branch and in the series itself, where rows have left the database.
    let old = now / 600_000 * 600_000 - 40 * DAY_MS;
    append(url, "P001/2051-Avg", &[old, old + 60_000], Some(now))?;
    append(url, "P001", &[old + 60_000], Some(now))?;
    let more = readings(&home, "P001")?;
    assert_eq!(more.lines().count(), before.lines().count() + 1);
    let done = round(&home)?;
    assert_eq!((&done["done"]["amended"], &done["done"]["days"]), (&serde_json::json!(2), &serde_json::json!(0)), "{done}");
    assert_eq!(readings(&home, "P001")?, more);
    assert_eq!(readings(&home, "P001/2051-Avg")?.lines().count(), 3);

    let place = tempfile::tempdir()?;
    let (key, tapes) = (place.path().join("backup.key").display().to_string(), place.path().join("tapes").display().to_string());
    succeed(&home, &["backup", "keygen", &key])?;
    succeed(&home, &["backup", &tapes, "--key-file", &key])?;
    let pieces = || -> Result<Vec<_>, Box<dyn std::error::Error>> {
        let files = std::fs::read_dir(place.path().join("tapes/readings"))?.collect::<Result<Vec<_>, _>>()?;
        Ok(files.into_iter().filter(|file| file.path().extension().is_some_and(|e| e == "piece")).map(|file| file.file_name()).collect())
    };
    let carried = pieces()?.len();
    append(url, "P001", &[now + 1000], None)?;
    let after = readings(&home, "P001")?;
    succeed(&home, &["backup", &tapes, "--key-file", &key])?;
    assert_eq!(pieces()?.len(), carried, "closed days are carried once");
    succeed(&home, &["backup", "check", &tapes, "--key-file", &key])?;
    for file in std::fs::read_dir(place.path().join("tapes/readings"))? {
        let bytes = std::fs::read(file?.path())?;
        assert!(!bytes.windows(6).any(|part| part == b"ZX0001"), "everything is sealed");
    }

    let spare = spare_on.map_or_else(Home::new, Home::on)?;
    std::fs::create_dir_all(spare.path().join("keys"))?;
    std::fs::copy(home.path().join("keys/data.key"), spare.path().join("keys/data.key"))?;
    succeed(&spare, &["restore", &tapes, "--key-file", &key])?;
    assert_eq!(readings(&spare, "P001")?, after, "the same readings on another machine");
    assert_eq!(readings(&spare, "P001/2051-Avg")?, readings(&home, "P001/2051-Avg")?);
    succeed(&spare, &["restore", &tapes, "--key-file", &key, "--readings"])?;
    assert_eq!(readings(&spare, "P001")?, after, "restored again: nothing is doubled");
    assert_eq!(round(&spare)?["done"]["amended"], serde_json::json!(0));
    // The oldest chain goes with what only it needs; what is left is whole.
    succeed(&home, &["backup", &tapes, "--key-file", &key, "--full"])?;
    succeed(&home, &["backup", "prune", &tapes, "--keep", "1"])?;
    succeed(&home, &["backup", "check", &tapes, "--key-file", &key])?;
    // A file that is missing or changed is told.
    let victim = place.path().join("tapes/readings").join(pieces()?.first().ok_or("a piece")?);
    let mut bytes = std::fs::read(&victim)?;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&victim, bytes)?;
    let output = home.run(&["backup", "check", &tapes, "--key-file", &key])?;
    assert!(!output.status.success() && words(&output).contains("被改动"), "{}", words(&output));
    Ok(())
}

#[test]
fn rq_026_readings_are_archived_removed_backed_up_and_restored_and_always_the_same() -> Outcome {
    let home = Home::new()?;
    let url = format!("sqlite://{}", home.path().join("readings.db").display());
    the_life_of_readings(home, &url, None)
}

#[test]
fn rq_026_readings_of_postgresql_are_archived_and_restored_as_well() -> Outcome {
    crate::main_job::on_a_schema("keeping", |url| {
        crate::main_job::on_a_schema("keeping_spare", |spare| the_life_of_readings(Home::on(url)?, url, Some(spare)))
    })
}
