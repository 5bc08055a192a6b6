//! What proves an account besides its password.

use crate::engine::Engine;
use crate::row::Row;
use crate::sql::Sql;
use zhijian_records::port::{Factor, Instant, StoreError};

const FACTOR: &str = "kind, id, login, name, data, counter, created, used";

/// Factors of an account, oldest first.
pub(crate) async fn of(engine: &Engine, login: &str) -> Result<Vec<Factor>, StoreError> {
    let text = format!("SELECT {FACTOR} FROM factors WHERE login = $1 ORDER BY created, kind, id");
    Ok(engine.backend.read(Sql::with("读取登录凭据", text, [login.into()])).await?.into_iter().map(factor).collect())
}

/// One factor.
pub(crate) async fn one(engine: &Engine, kind: &str, id: &str) -> Result<Option<Factor>, StoreError> {
    let text = format!("SELECT {FACTOR} FROM factors WHERE kind = $1 AND id = $2");
    Ok(engine.backend.read(Sql::with("读取登录凭据", text, [kind.into(), id.into()])).await?.into_iter().next().map(factor))
}

/// Writes a factor.
pub(crate) async fn put(engine: &Engine, factor: &Factor) -> Result<(), StoreError> {
    let text = format!(
        "INSERT INTO factors ({FACTOR}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (kind, id) DO UPDATE SET \
         login = excluded.login, name = excluded.name, data = excluded.data, counter = excluded.counter, \
         created = excluded.created, used = excluded.used"
    );
    let values = [
        factor.kind.as_str().into(),
        factor.id.as_str().into(),
        factor.login.as_str().into(),
        factor.name.as_str().into(),
        factor.data.as_slice().into(),
        factor.counter.into(),
        factor.created.into(),
        factor.used.into(),
    ];
    engine.write(Sql::with("保存登录凭据", text, values)).await.map(drop)
}

/// Moves a counter forward; one statement decides, so that two requests cannot both succeed.
pub(crate) async fn advance(engine: &Engine, kind: &str, id: &str, counter: i64, at: Instant) -> Result<bool, StoreError> {
    let text = "UPDATE factors SET counter = $1, used = $2 WHERE kind = $3 AND id = $4 AND counter < $1";
    let sql = Sql::with("核对登录凭据", text, [counter.into(), at.into(), kind.into(), id.into()]);
    engine.write(sql).await.map(|rows| rows > 0)
}

/// Takes a factor away.
pub(crate) async fn remove(engine: &Engine, kind: &str, id: &str) -> Result<bool, StoreError> {
    let sql = Sql::with("删除登录凭据", "DELETE FROM factors WHERE kind = $1 AND id = $2", [kind.into(), id.into()]);
    engine.write(sql).await.map(|rows| rows > 0)
}

fn factor(mut row: Row) -> Factor {
    Factor {
        kind: row.text(0),
        id: row.text(1),
        login: row.text(2),
        name: row.text(3),
        data: row.blob(4),
        counter: row.int(5),
        created: row.int(6),
        used: row.int(7),
    }
}
