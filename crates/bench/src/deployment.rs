//! A deployment for measuring.

use std::sync::Arc;
use zhijian_kinds::Catalogue;
use zhijian_records::bulk::Bulk;
use zhijian_records::clock::SystemClock;
use zhijian_records::read::indexes;
use zhijian_records::vault::Vault;
use zhijian_records::{Caller, Door};
use zhijian_store::TableSpec;

/// Opens a door on a database.
pub async fn open(url: &str) -> anyhow::Result<Door> {
    let catalogue = Catalogue::embedded();
    let tables: Vec<TableSpec> = catalogue.kinds.values().map(|k| TableSpec { kind: k.kind.clone(), indexes: indexes(k) }).collect();
    let store = zhijian_store::open(url, &tables).await?;
    let vault = Arc::new(Vault::new(&[(1, vec![7; 32])])?);
    Ok(Door { store, catalogue, vault, clock: Arc::new(SystemClock) })
}

/// A bulk writer.
pub fn bulk(door: &Door, kind: &str) -> anyhow::Result<Bulk> {
    Ok(Bulk::new(door, &Caller::system("bench"), kind, "130300", "", "excel")?)
}

/// Files the employers and `rows` exam cards; seconds for the cards.
pub async fn fill(door: &Door, rows: usize) -> anyhow::Result<f64> {
    bulk(door, "employer")?.chunk(crate::cards::employers(), |_| None).await?;
    let items = crate::cards::items(&door.catalogue);
    let mut exams = bulk(door, "exam")?;
    let mut seconds = 0.0;
    for start in (0..rows).step_by(2_000) {
        let chunk: Vec<_> = (start..rows.min(start + 2_000)).map(|n| crate::cards::card(n, &items)).collect();
        let clock = std::time::Instant::now();
        let ends = exams.chunk(chunk, |_| None).await?;
        seconds += clock.elapsed().as_secs_f64();
        if start == 0 {
            let refused = ends.iter().filter(|e| e.id.is_none()).count();
            anyhow::ensure!(
                refused == 0,
                "the bench's own cards must pass: {:?}",
                ends.iter().find(|e| e.id.is_none()).map(|e| &e.problems)
            );
        }
    }
    Ok(seconds)
}
