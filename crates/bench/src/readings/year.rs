//! A year of a device (525,600 readings, one a minute) for a chart, among other devices.

use super::arrival;
use std::time::Instant;
use zhijian_telemetry::readings::{Batch, ReadingStore, Series};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// Minutes of a year.
const YEAR: i64 = 525_600;
/// Hours of a piece of the chart of a year.
const PIECE: i64 = 6;
/// The first minute: 2025-01-01 00:00 +8.
const BEGIN: i64 = 1_735_660_800_000;

/// Fills `devices` with a year each, minute by minute as they would come, and asks for the chart of one.
pub async fn run(devices: usize) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mut places = vec![("sqlite", format!("sqlite://{}/readings.db", folder.path().display()))];
    if let Ok(url) = std::env::var("ZHIJIAN_TEST_POSTGRES") {
        places.push(("postgres", url));
    }
    for (name, url) in places {
        let store = zhijian_store::open_readings(&url).await?;
        let clock = Instant::now();
        for first in (0..YEAR).step_by(500) {
            let minutes = first..YEAR.min(first + 500);
            let arrivals =
                minutes.flat_map(|minute| (0..devices).map(move |n| arrival(&format!("Y{n:03}"), BEGIN + minute * MINUTE))).collect();
            store.append(&Batch { arrivals, ..Batch::default() }).await?;
        }
        let filled = clock.elapsed().as_secs_f64();
        let series = Series { device: "Y000".into(), factor: "P001".into() };
        // A piece that is not whole hours reads every reading.
        let (raw, pieces) = ask(&*store, &series, PIECE * HOUR + 1).await?;
        anyhow::ensure!(pieces > 1400, "{pieces} pieces");
        let clock = Instant::now();
        store.sum_up(BEGIN + (YEAR + 180) * MINUTE).await?;
        let summing = clock.elapsed().as_secs_f64();
        let (hours, pieces) = ask(&*store, &series, PIECE * HOUR).await?;
        println!(
            "{name}: {devices} devices with {YEAR} readings in {filled:.0} s; chart of a year ({pieces} pieces): {hours}; reading by reading: {raw}; summed up in {summing:.1} s"
        );
    }
    Ok(())
}

async fn ask(store: &dyn ReadingStore, series: &Series, width: i64) -> anyhow::Result<(String, usize)> {
    let mut times = Vec::new();
    let mut pieces = 0;
    for _ in 0..11 {
        let clock = Instant::now();
        pieces = store.buckets(series, BEGIN, BEGIN + YEAR * MINUTE, width).await?.len();
        times.push(clock.elapsed().as_secs_f64() * 1000.0);
    }
    let first = times[0];
    times.sort_by(f64::total_cmp);
    Ok((format!("median {:.1} ms, slowest {:.1} ms, first {first:.1} ms", times[5], times[10]), pieces))
}
