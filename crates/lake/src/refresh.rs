//! Keeps the lake equal to the records.
//!
//! A refresh reads the outbox from where the last one stopped, collects the partitions that were touched and writes each of
//! them anew from the store, with its whole history. What it writes is the state after the last event it has read, not
//! whatever the store holds by then: later revisions are left out and what they closed is still open. So every manifest is a
//! consistent state of all kinds, and refreshing equals rebuilding (held by a property test).

use std::{collections::BTreeSet, time::Instant as Clock};

use futures::{StreamExt, TryStreamExt, stream};
use zhijian_records::port::{Instant, Partition, RecordStore, Stored};

use crate::{
    error::{LakeError, Result},
    facts::FactDef,
    lake::Lake,
    manifest::{self, Manifest, Part, Piece, Position, part_key},
    reference::TextTable,
    rows::Revision,
    writer::{FileWriter, PieceWriter},
};

/// Name under which the lake reads the outbox.
pub const CONSUMER: &str = "lake";
const EVENTS: u32 = 1_000;
const SCAN: u32 = 2_000;

/// What a refresh did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refreshed {
    /// Outbox events read.
    pub events: u64,
    /// Partitions written.
    pub partitions: usize,
    /// Another process keeps the lake fresh; its state was taken over.
    pub elsewhere: bool,
    /// Moment up to which the figures stand now.
    pub stand: Instant,
}

/// The state of the records that a refresh writes down.
#[derive(Debug, Clone, Copy)]
struct Horizon {
    position: Position,
    stand: Instant,
}

impl Horizon {
    /// The revision as it was at the horizon; `None` when it did not exist yet.
    fn see(self, mut stored: Stored) -> Option<Stored> {
        if stored.commit > self.position.seq {
            return None;
        }
        if stored.recorded_to.is_some_and(|to| to > self.stand) {
            stored.recorded_to = None;
        }
        Some(stored)
    }
}

impl Lake {
    /// Brings the lake up to date with the outbox.
    ///
    /// # Errors
    /// The store or the disk failed; the lake stays as it was.
    pub async fn refresh(&self, store: &dyn RecordStore) -> Result<Refreshed> {
        self.bring_up(store, false).await
    }

    /// Writes the whole lake anew.
    ///
    /// # Errors
    /// As [`Lake::refresh`].
    pub async fn rebuild(&self, store: &dyn RecordStore) -> Result<Refreshed> {
        self.bring_up(store, true).await
    }

    async fn bring_up(&self, store: &dyn RecordStore, anew: bool) -> Result<Refreshed> {
        let mut state = self.refreshing.lock().await;
        let Some(_lease) = store.lease(CONSUMER).await? else {
            self.reload()?;
            return Ok(Refreshed { elsewhere: true, stand: self.stand(), ..Refreshed::default() });
        };
        let started = Clock::now();
        let old = Manifest::read(&self.root)?.unwrap_or_default();
        if old.generation == 0 {
            // Files are numbered from the beginning again: names of old answers may come back for other rows.
            self.shelf.clear();
        }
        let anew = anew || !continues(store, old.position).await?;
        let known = if anew { Manifest { generation: old.generation, ..Manifest::default() } } else { old.clone() };
        let news = read_events(store, Horizon { position: known.position, stand: known.stand }).await?;
        let mut dirty = news.partitions;
        dirty.extend(self.outdated(store, &known, !state.checked).await?);
        dirty.retain(|p| self.engine.facts.iter().any(|f| f.kind == p.kind));

        let mut next = known.clone();
        next.generation += 1;
        (next.position, next.stand) = (news.horizon.position, news.horizon.stand);
        self.drop_foreign(&mut next);
        let tables = self.write_tables(&mut next)?;
        let partitions = self.write_partitions(store, &mut next, news.horizon, &dirty).await?;
        let report = Refreshed { events: news.events, partitions, elsewhere: false, stand: next.stand };
        if partitions > 0 || tables || news.events > 0 || anew {
            next.write(&self.root)?;
            let snapshot = self.install(next);
            store.set_position(CONSUMER, snapshot.manifest.position.seq).await?;
            let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            tracing::info!(events = report.events, partitions, took_ms, "refreshed the lake");
        } else {
            self.reload()?;
        }
        if !state.checked {
            self.snapshot().manifest.sweep(&self.root);
            state.checked = true;
        }
        Ok(report)
    }

    /// Partitions that must be written though no event names them: of facts whose columns changed, and with damaged files.
    async fn outdated(&self, store: &dyn RecordStore, known: &Manifest, check_files: bool) -> Result<Vec<Partition>> {
        let stale = |kind: &str| {
            let mut own = self.engine.facts.iter().filter(|f| f.kind == kind);
            own.any(|f| known.facts.get(&f.name).is_none_or(|k| k.fingerprint != f.fingerprint))
        };
        let kinds: BTreeSet<&str> = self.engine.facts.iter().map(|f| f.kind.as_str()).filter(|k| stale(k)).collect();
        let mut outdated = Vec::new();
        if !kinds.is_empty() {
            outdated = store.partitions().await?;
            outdated.retain(|p| kinds.contains(p.kind.as_str()));
        }
        if check_files {
            for fact in &self.engine.facts {
                let parts = known.facts.get(&fact.name).into_iter().flat_map(|f| f.parts.values());
                let broken = parts.filter(|p| p.open.iter().chain(&p.past).any(|piece| !piece.is_sound(&self.root)));
                outdated.extend(broken.map(|p| Partition { kind: fact.kind.clone(), region: p.region.clone(), year: p.year }));
            }
        }
        Ok(outdated)
    }

    /// Forgets facts that no kind gives any more and empties those whose columns changed.
    fn drop_foreign(&self, next: &mut Manifest) {
        let ours = |name: &str| self.engine.facts.iter().find(|f| f.name == name);
        next.facts.retain(|name, known| ours(name).is_some_and(|f| f.fingerprint == known.fingerprint));
        for fact in &self.engine.facts {
            let entry = next.facts.entry(fact.name.clone()).or_default();
            entry.fingerprint.clone_from(&fact.fingerprint);
        }
        next.tables.retain(|name, _| self.engine.tables.iter().any(|t| t.name == *name));
    }

    fn write_tables(&self, next: &mut Manifest) -> Result<bool> {
        let mut written = false;
        for (table, fingerprint) in self.engine.tables.iter().zip(self.engine.table_prints()) {
            let same = next.tables.get(&table.name).is_some_and(|t| t.fingerprint == *fingerprint && t.piece.is_sound(&self.root));
            if !same {
                let piece = self.write_table(table, next.generation)?;
                next.tables.insert(table.name.clone(), manifest::Table { fingerprint: fingerprint.clone(), piece });
                written = true;
            }
        }
        Ok(written)
    }

    fn write_table(&self, table: &TextTable, generation: u64) -> Result<Piece> {
        let file = format!("{}/{generation}.parquet", table.name);
        let mut writer = FileWriter::create(&self.root, file, table.schema())?;
        writer.write(&table.batch()?)?;
        writer.finish(&self.root)
    }

    async fn write_partitions(
        &self,
        store: &dyn RecordStore,
        next: &mut Manifest,
        horizon: Horizon,
        dirty: &BTreeSet<Partition>,
    ) -> Result<usize> {
        let generation = next.generation;
        // Owned partitions keep the future `Send` for whoever refreshes in a background task.
        let written: Vec<(Partition, Vec<(String, Part)>)> = stream::iter(dirty.iter().cloned())
            .map(|partition| async move {
                let parts = self.write_partition(store, &partition, horizon, generation).await?;
                Ok::<_, LakeError>((partition, parts))
            })
            .buffer_unordered(self.workers)
            .try_collect()
            .await?;
        for (partition, parts) in written {
            let key = part_key(&partition.region, partition.year);
            for (name, part) in parts {
                let fact = next.facts.entry(name).or_default();
                if part.open.is_some() || part.past.is_some() {
                    fact.parts.insert(key.clone(), part);
                } else {
                    fact.parts.remove(&key);
                }
            }
        }
        Ok(dirty.len())
    }

    /// Writes one partition of all facts of its kind: pages of revisions go to a thread that encodes them.
    async fn write_partition(
        &self,
        store: &dyn RecordStore,
        partition: &Partition,
        horizon: Horizon,
        generation: u64,
    ) -> Result<Vec<(String, Part)>> {
        let (pages, mut incoming) = tokio::sync::mpsc::channel::<Vec<Stored>>(2);
        let facts: Vec<FactDef> = self.engine.facts.iter().filter(|f| f.kind == partition.kind).cloned().collect();
        let (root, partition_name) = (self.root.clone(), partition.clone());
        let encoder = tokio::task::spawn_blocking(move || {
            let mut encoder = PartitionEncoder::new(&root, &facts, &partition_name, generation);
            while let Some(page) = incoming.blocking_recv() {
                for stored in page {
                    encoder.push(&stored)?;
                }
            }
            encoder.finish()
        });
        let mut after = None;
        loop {
            let (rows, next) = store.scan(partition, after, SCAN).await?;
            let seen = rows.into_iter().filter_map(|row| horizon.see(row)).collect();
            // The encoder stops listening only after an error, which it gives when joined.
            if pages.send(seen).await.is_err() || next.is_none() {
                break;
            }
            after = next;
        }
        drop(pages);
        encoder.await.map_err(|_| LakeError::Interrupted)?
    }
}

/// The files of one partition: for each fact one of rows that stand and one of past rows.
struct PartitionEncoder<'a> {
    partition: &'a Partition,
    facts: Vec<(&'a FactDef, PieceWriter<'a>, PieceWriter<'a>)>,
}

impl<'a> PartitionEncoder<'a> {
    fn new(root: &'a std::path::Path, facts: &'a [FactDef], partition: &'a Partition, generation: u64) -> Self {
        let key = part_key(&partition.region, partition.year);
        let piece =
            |fact: &'a FactDef, what: &str| PieceWriter::new(root, fact, format!("{}/{key}/{generation}-{what}.parquet", fact.name));
        Self { partition, facts: facts.iter().map(|f| (f, piece(f, "open"), piece(f, "past"))).collect() }
    }

    fn push(&mut self, stored: &Stored) -> Result<()> {
        let revision = Revision::parse(stored)?;
        let stands = stored.recorded_to.is_none() && !stored.retracted;
        for (_, open, past) in &mut self.facts {
            if stands { open.push(&revision)? } else { past.push(&revision)? }
        }
        Ok(())
    }

    fn finish(self) -> Result<Vec<(String, Part)>> {
        let (region, year) = (&self.partition.region, self.partition.year);
        self.facts
            .into_iter()
            .map(|(fact, open, past)| {
                let part = Part { region: region.clone(), year, open: open.finish()?, past: past.finish()? };
                Ok((fact.name.clone(), part))
            })
            .collect()
    }
}

/// The store still holds the event at which the lake stopped; otherwise it is another database or an older copy of it.
async fn continues(store: &dyn RecordStore, position: Position) -> Result<bool> {
    if position.seq == 0 {
        return Ok(true);
    }
    let found = store.events(position.seq - 1, 1).await?;
    Ok(found.first().is_some_and(|e| e.seq == position.seq && e.at == position.at))
}

struct News {
    events: u64,
    partitions: BTreeSet<Partition>,
    horizon: Horizon,
}

async fn read_events(store: &dyn RecordStore, mut horizon: Horizon) -> Result<News> {
    let (mut partitions, mut events) = (BTreeSet::new(), 0);
    loop {
        let page = store.events(horizon.position.seq, EVENTS).await?;
        let Some(last) = page.last() else { break };
        horizon.position = Position { seq: last.seq, at: last.at };
        events += page.len() as u64;
        for event in page {
            horizon.stand = horizon.stand.max(event.at);
            partitions.extend(event.partitions);
        }
    }
    Ok(News { events, partitions, horizon })
}
