//! Wishes of accounts about their notices, and escalations that were stopped.

use super::{READING, WRITING};
use crate::engine::Engine;
use crate::row::Row;
use crate::sql::{List, Sql};
use zhijian_records::notices::port::{Choice, Hold};
use zhijian_records::port::StoreError;

pub(super) async fn choice(engine: &Engine, login: &str) -> Result<Option<Choice>, StoreError> {
    let text = "SELECT login, wishes, contact FROM notice_choices WHERE login = $1";
    Ok(engine.backend.read(Sql::with(READING, text, [login.into()])).await?.into_iter().next().map(read))
}

pub(super) async fn choices(engine: &Engine) -> Result<Vec<Choice>, StoreError> {
    let sql = Sql::new(READING, "SELECT login, wishes, contact FROM notice_choices ORDER BY login");
    Ok(engine.backend.read(sql).await?.into_iter().map(read).collect())
}

fn read(mut row: Row) -> Choice {
    Choice { login: row.text(0), wishes: row.text(1), contact: row.blob(2) }
}

pub(super) async fn put_choice(engine: &Engine, choice: &Choice) -> Result<(), StoreError> {
    let text = "INSERT INTO notice_choices (login, wishes, contact) VALUES ($1, $2, $3) \
                ON CONFLICT (login) DO UPDATE SET wishes = excluded.wishes, contact = excluded.contact";
    let values = [choice.login.as_str().into(), choice.wishes.as_str().into(), choice.contact.as_slice().into()];
    engine.write(Sql::with(WRITING, text, values)).await.map(drop)
}

pub(super) async fn holds(engine: &Engine, ids: &[String]) -> Result<Vec<Hold>, StoreError> {
    let mut sql = Sql::new(READING, "SELECT kind, id, duty, until, reason, by, at FROM escalation_holds WHERE ");
    sql.bind_list(engine.backend.dialect(), "id", List::Texts(ids.to_vec()));
    sql.push(" ORDER BY id, duty");
    let hold = |mut row: Row| Hold {
        kind: row.text(0),
        id: row.text(1),
        duty: row.text(2),
        until: row.text(3),
        reason: row.text(4),
        by: row.text(5),
        at: row.int(6),
    };
    Ok(engine.backend.read(sql).await?.into_iter().map(hold).collect())
}

pub(super) async fn put_hold(engine: &Engine, hold: &Hold) -> Result<(), StoreError> {
    let text = "INSERT INTO escalation_holds (kind, id, duty, until, reason, by, at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
                ON CONFLICT (id, duty) DO UPDATE SET until = excluded.until, reason = excluded.reason, by = excluded.by, at = excluded.at";
    let texts = [&hold.kind, &hold.id, &hold.duty, &hold.until, &hold.reason, &hold.by];
    let mut sql = Sql::new(WRITING, text);
    sql.values = texts.into_iter().map(|t| t.as_str().into()).chain([hold.at.into()]).collect();
    engine.write(sql).await.map(drop)
}
