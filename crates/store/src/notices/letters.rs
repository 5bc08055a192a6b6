//! Messages that leave the platform: waiting, sent, given up.

use super::{READING, WRITING};
use crate::engine::Engine;
use crate::outbox::unreadable;
use crate::row::Row;
use crate::schema::{ColumnType, Target};
use crate::sql::{Sql, Value};
use zhijian_records::notices::port::{Letter, Standing, Telling};
use zhijian_records::port::{Instant, StoreError};

const COLUMNS: &str = "id, notice, login, outlet, digest, standing, attempts, due, fault, at";

pub(super) fn target() -> Target {
    const COLUMNS: [(&str, ColumnType); 10] = [
        ("id", ColumnType::Text),
        ("notice", ColumnType::Text),
        ("login", ColumnType::Text),
        ("outlet", ColumnType::Text),
        ("digest", ColumnType::Int),
        ("standing", ColumnType::Text),
        ("attempts", ColumnType::Int),
        ("due", ColumnType::Int),
        ("fault", ColumnType::Text),
        ("at", ColumnType::Int),
    ];
    Target { table: "letters".into(), columns: &COLUMNS, ignore_existing: false }
}

pub(super) fn rows(telling: &Telling) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    for notice in &telling.notices {
        for letter in &notice.letters {
            rows.push(vec![
                format!("{}-{}", notice.id, letter.outlet).into(),
                notice.id.as_str().into(),
                notice.login.as_str().into(),
                letter.outlet.as_str().into(),
                letter.digest.into(),
                Standing::Waiting.word().into(),
                Value::Int(0),
                letter.due.into(),
                "".into(),
                telling.mark.at.into(),
            ]);
        }
    }
    rows
}

pub(super) async fn due(engine: &Engine, now: Instant, limit: u32) -> Result<Vec<Letter>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM letters WHERE standing = 'waiting' AND due <= $1 ORDER BY due, id LIMIT $2");
    engine.backend.read(Sql::with(READING, text, [now.into(), limit.into()])).await?.into_iter().map(letter).collect()
}

pub(super) async fn listed(engine: &Engine, standing: Option<Standing>, limit: u32) -> Result<Vec<Letter>, StoreError> {
    let mut sql = Sql::new(READING, format!("SELECT {COLUMNS} FROM letters"));
    if let Some(standing) = standing {
        sql.push(" WHERE standing = ").bind(standing.word());
    }
    sql.push(" ORDER BY at DESC, id DESC LIMIT ").bind(limit);
    engine.backend.read(sql).await?.into_iter().map(letter).collect()
}

pub(super) async fn put(engine: &Engine, letters: &[Letter]) -> Result<(), StoreError> {
    let mut tx = engine.backend.begin().await?;
    for l in letters {
        let text = "UPDATE letters SET standing = $1, attempts = $2, due = $3, fault = $4, at = $5 WHERE id = $6";
        let values =
            [l.standing.word().into(), l.attempts.into(), l.due.into(), l.fault.as_str().into(), l.at.into(), l.id.as_str().into()];
        tx.run(Sql::with(WRITING, text, values)).await?;
    }
    tx.commit().await
}

pub(super) async fn counts(engine: &Engine) -> Result<Vec<(String, Standing, u64)>, StoreError> {
    let text = "SELECT outlet, standing, count(*) FROM letters GROUP BY outlet, standing ORDER BY outlet, standing";
    let one = |mut row: Row| Ok((row.text(0), standing(&row.text(1))?, u64::try_from(row.int(2)).unwrap_or_default()));
    engine.backend.read(Sql::new(READING, text)).await?.into_iter().map(one).collect()
}

fn letter(mut row: Row) -> Result<Letter, StoreError> {
    Ok(Letter {
        id: row.text(0),
        notice: row.text(1),
        login: row.text(2),
        outlet: row.text(3),
        digest: row.truth(4),
        standing: standing(&row.text(5))?,
        attempts: row.small(6),
        due: row.int(7),
        fault: row.text(8),
        at: row.int(9),
    })
}

fn standing(word: &str) -> Result<Standing, StoreError> {
    Standing::of_word(word).ok_or_else(|| unreadable("standing"))
}
