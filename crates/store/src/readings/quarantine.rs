//! The quarantine as it is written: the very same again is counted, and there is an end to its room.
//!
//! A device has its room, all who are not in the register have one together, and there is one for everything. Where it is full, entries go: those that came
//! repeatedly first, the oldest of them first (they are the ones of which the least is lost: their count stands for them), then the oldest. How many went is
//! counted under the device's number.

use crate::backend::Writing;
use crate::sql::{Sql, Value};
use sm3::{Digest as _, Sm3};
use std::collections::BTreeMap;
use zhijian_records::port::StoreError;
use zhijian_telemetry::readings::{Held, Reason, Refused, Room};

const DOING: &str = "保存隔离数据";

/// Whose room an entry takes.
type Owner = (&'static str, String);

const ALL: &str = "all";
const STRANGERS: &str = "strangers";
const DEVICE: &str = "device";

fn owner(device: &str, reason: &str) -> Owner {
    // Numbers of strangers are of their own choice: each would get a room of its own.
    if reason == Reason::Unknown.code() { (STRANGERS, String::new()) } else { (DEVICE, device.to_owned()) }
}

/// Writes the quarantine; how many entries had to go, by device.
pub(super) async fn hold(
    tx: &mut dyn Writing,
    refused: impl Iterator<Item = &Refused>,
    room: Room,
) -> Result<BTreeMap<String, i64>, StoreError> {
    let mut several: BTreeMap<[u8; 32], (&Refused, i64)> = BTreeMap::new();
    for one in refused {
        several.entry(digest(one)).or_insert((one, 0)).1 += 1;
    }
    let mut fresh: BTreeMap<Owner, i64> = BTreeMap::new();
    for (digest, (one, times)) in several {
        if write(tx, &digest, one, times).await? {
            *fresh.entry(owner(&one.device, one.reason.code())).or_default() += 1;
            *fresh.entry((ALL, String::new())).or_default() += 1;
        }
    }
    let mut gone = BTreeMap::new();
    for (owner, count) in fresh {
        let entries = change(tx, &owner, count).await?;
        let most = i64::try_from(if owner.0 == ALL { room.in_all } else { room.of_device }).unwrap_or(i64::MAX);
        if entries > most {
            // A little more than has to, or every further entry would look for one to go.
            clear(tx, &owner, entries - (most - most / 20), &mut gone).await?;
        }
    }
    Ok(gone)
}

/// Names an entry.
fn digest(one: &Refused) -> [u8; 32] {
    let mut digest = Sm3::new();
    for part in [&one.device, one.reason.code(), &one.source, &one.detail] {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    digest.finalize().into()
}

/// Writes entries as a backup holds them; those that are there stay as they are.
pub(super) async fn put_back(tx: &mut dyn Writing, held: &[Held]) -> Result<(), StoreError> {
    for entry in held {
        let (one, digest) = (&entry.refused, digest(&entry.refused));
        if !insert(tx, &digest, one, i64::try_from(entry.times).unwrap_or(i64::MAX)).await? {
            continue;
        }
        tx.run(Sql::with(DOING, "UPDATE quarantine SET last = $2 WHERE digest = $1", [digest.as_slice().into(), entry.last_ms.into()]))
            .await?;
        change(tx, &owner(&one.device, one.reason.code()), 1).await?;
        change(tx, &(ALL, String::new()), 1).await?;
    }
    Ok(())
}

/// Writes an entry that is not there yet; whether it was not.
async fn insert(tx: &mut dyn Writing, digest: &[u8; 32], one: &Refused, times: i64) -> Result<bool, StoreError> {
    let text = "INSERT INTO quarantine (digest, device, reason, source, detail, arrived, last, times) VALUES ($1, $2, $3, $4, $5, $6, $6, $7) \
                ON CONFLICT (digest) DO NOTHING";
    let values: [Value; 7] = [
        digest.as_slice().into(),
        one.device.as_str().into(),
        one.reason.code().into(),
        one.source.as_str().into(),
        one.detail.as_str().into(),
        one.arrived_ms.into(),
        times.into(),
    ];
    Ok(tx.run(Sql::with(DOING, text, values)).await? > 0)
}

/// Whether the entry is a new one; one that is there is counted.
async fn write(tx: &mut dyn Writing, digest: &[u8; 32], one: &Refused, times: i64) -> Result<bool, StoreError> {
    if insert(tx, digest, one, times).await? {
        return Ok(true);
    }
    let text = "UPDATE quarantine SET times = times + $2, last = $3 WHERE digest = $1";
    tx.run(Sql::with(DOING, text, [digest.as_slice().into(), times.into(), one.arrived_ms.into()])).await?;
    Ok(false)
}

/// Counts entries of an owner; how many there are then.
async fn change(tx: &mut dyn Writing, owner: &Owner, by: i64) -> Result<i64, StoreError> {
    let text = "INSERT INTO quarantine_room (scope, owner, entries) VALUES ($1, $2, $3) \
                ON CONFLICT (scope, owner) DO UPDATE SET entries = quarantine_room.entries + excluded.entries RETURNING entries";
    let rows = tx.fetch(Sql::with(DOING, text, [owner.0.into(), owner.1.as_str().into(), by.into()])).await?;
    Ok(rows.into_iter().next().map_or(0, |mut row| row.int(0)))
}

async fn clear(tx: &mut dyn Writing, of: &Owner, count: i64, gone: &mut BTreeMap<String, i64>) -> Result<(), StoreError> {
    let mut sql = Sql::new(DOING, "DELETE FROM quarantine WHERE digest IN (SELECT digest FROM quarantine WHERE 1 = 1");
    match of.0 {
        ALL => {}
        STRANGERS => _ = sql.push(" AND reason = ").bind(Reason::Unknown.code()),
        _ => _ = sql.push(" AND device = ").bind(of.1.as_str()).push(" AND reason <> ").bind(Reason::Unknown.code()),
    }
    sql.push(" ORDER BY (times > 1) DESC, last, digest LIMIT ").bind(count).push(") RETURNING device, reason");
    let mut fewer: BTreeMap<Owner, i64> = BTreeMap::new();
    for mut row in tx.fetch(sql).await? {
        let (device, reason) = (row.text(0), row.text(1));
        let whose = owner(&device, &reason);
        // Numbers of strangers do not get a count of their own either.
        *gone.entry(whose.1.clone()).or_default() += 1;
        *fewer.entry(whose).or_default() -= 1;
        *fewer.entry((ALL, String::new())).or_default() -= 1;
    }
    for (owner, by) in fewer {
        change(tx, &owner, by).await?;
    }
    Ok(())
}
