//! Bulk import with full validation, against the raw load.

use crate::{cards, deployment, raw};

/// Measures both databases.
pub async fn run(rows: usize) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let items = cards::items(&zhijian_kinds::Catalogue::embedded());
    let csv = folder.path().join("cards.csv");
    raw::csv(&csv, rows, &items)?;
    let size = std::fs::metadata(&csv)?.len() as f64 / rows as f64;
    println!("{rows} exam cards, {size:.0} bytes and {} items each, 2,000 a transaction", items.len());
    let door = deployment::open(&format!("sqlite://{}", folder.path().join("bench.sqlite").display())).await?;
    let ours = rows as f64 / deployment::fill(&door, rows).await?;
    let limit = rows as f64 / raw::sqlite(folder.path(), &csv)?;
    println!("SQLite: {ours:.0} records/s; sqlite3 .import {limit:.0} rows/s; ratio {:.2}", ours / limit);
    if let Ok(url) = std::env::var("ZHIJIAN_TEST_POSTGRES") {
        let door = deployment::open(&url).await?;
        let ours = rows as f64 / deployment::fill(&door, rows).await?;
        let limit = rows as f64 / raw::postgres(&url, &csv)?;
        println!("PostgreSQL: {ours:.0} records/s; psql \\copy {limit:.0} rows/s; ratio {:.2}", ours / limit);
    } else {
        println!("PostgreSQL: not measured (run through scripts/with-postgres.sh)");
    }
    Ok(())
}
