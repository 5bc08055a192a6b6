//! A deployment for measuring.

use std::sync::Arc;
use zhijian_kinds::Catalogue;
use zhijian_records::bulk::{Bulk, BulkEnd};
use zhijian_records::clock::SystemClock;
use zhijian_records::read::indexes;
use zhijian_records::vault::Vault;
use zhijian_records::{Caller, Door};
use zhijian_store::TableSpec;

/// Rows of a transaction, as in an import.
const CHUNK: usize = 2_000;

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
    bulk_as(door, &Caller::system("bench"), kind)
}

/// A bulk writer for somebody.
pub fn bulk_as(door: &Door, caller: &Caller, kind: &str) -> anyhow::Result<Bulk> {
    Ok(Bulk::new(door, caller, kind, "130300", "", "excel")?)
}

/// Files the employers and `rows` exam cards; seconds for the cards.
pub async fn fill(door: &Door, rows: usize) -> anyhow::Result<f64> {
    let mut employers = bulk(door, "employer")?;
    employers.chunk(employers.ahead(crate::cards::employers()), |_| None).await?;
    let items = crate::cards::items(&door.catalogue);
    let mut exams = bulk(door, "exam")?;
    let mut seconds = 0.0;
    // Rows are made outside the measured time, a block at a time so that memory stays flat; within a block chunks follow one another as
    // in an import: one is read and checked while the one before it is written.
    for block in (0..rows).step_by(10 * CHUNK) {
        let end = rows.min(block + 10 * CHUNK);
        let chunks: Vec<Vec<_>> = (block..end)
            .step_by(CHUNK)
            .map(|start| (start..end.min(start + CHUNK)).map(|n| crate::cards::card(n, &items)).collect())
            .collect();
        let clock = std::time::Instant::now();
        let mut waiting = None;
        for chunk in chunks {
            if let Some(earlier) = waiting.replace(exams.ahead(chunk)) {
                accepted(&exams.chunk(earlier, |_| None).await?)?;
            }
        }
        if let Some(last) = waiting {
            accepted(&exams.chunk(last, |_| None).await?)?;
        }
        seconds += clock.elapsed().as_secs_f64();
    }
    Ok(seconds)
}

fn accepted(ends: &[BulkEnd]) -> anyhow::Result<()> {
    let refused = ends.iter().find(|e| e.id.is_none());
    anyhow::ensure!(refused.is_none(), "the bench's own cards must pass: {refused:?}");
    Ok(())
}
