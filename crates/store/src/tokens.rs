//! Tokens of scripts.

use crate::accounts::words;
use crate::engine::Engine;
use crate::row::Row;
use crate::sql::Sql;
use zhijian_records::port::{StoreError, Token};

const TOKEN: &str = "hash, login, name, scopes, created, expires, used";

/// Tokens of an account, newest first.
pub(crate) async fn of(engine: &Engine, login: &str) -> Result<Vec<Token>, StoreError> {
    let text = format!("SELECT {TOKEN} FROM tokens WHERE login = $1 ORDER BY created DESC, hash");
    engine.backend.read(Sql::with("读取令牌", text, [login.into()])).await?.into_iter().map(token).collect()
}

/// One token.
pub(crate) async fn one(engine: &Engine, hash: &str) -> Result<Option<Token>, StoreError> {
    let text = format!("SELECT {TOKEN} FROM tokens WHERE hash = $1");
    engine.backend.read(Sql::with("读取令牌", text, [hash.into()])).await?.into_iter().next().map(token).transpose()
}

/// Writes a token.
pub(crate) async fn put(engine: &Engine, token: &Token) -> Result<(), StoreError> {
    let text = format!(
        "INSERT INTO tokens ({TOKEN}) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (hash) DO UPDATE SET \
         login = excluded.login, name = excluded.name, scopes = excluded.scopes, created = excluded.created, \
         expires = excluded.expires, used = excluded.used"
    );
    let values = [
        token.hash.as_str().into(),
        token.login.as_str().into(),
        token.name.as_str().into(),
        serde_json::Value::from(token.scopes.clone()).to_string().into(),
        token.created.into(),
        token.expires.into(),
        token.used.into(),
    ];
    engine.write(Sql::with("保存令牌", text, values)).await.map(drop)
}

/// Takes a token away.
pub(crate) async fn remove(engine: &Engine, hash: &str) -> Result<bool, StoreError> {
    engine.write(Sql::with("删除令牌", "DELETE FROM tokens WHERE hash = $1", [hash.into()])).await.map(|rows| rows > 0)
}

fn token(mut row: Row) -> Result<Token, StoreError> {
    Ok(Token {
        scopes: words("读取令牌", &row.text(3))?,
        hash: row.text(0),
        login: row.text(1),
        name: row.text(2),
        created: row.int(4),
        expires: row.int(5),
        used: row.int(6),
    })
}
