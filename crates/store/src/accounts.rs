//! Accounts and sessions.

use crate::engine::Engine;
use crate::row::Row;
use crate::sql::Sql;
use async_trait::async_trait;
use zhijian_records::port::{Account, AccountStore, Session, StoreError};

const ACCOUNT: &str = "login, name, password, roles, region, organisation, active, must_change, failures, locked_until";

#[async_trait]
impl AccountStore for Engine {
    async fn account(&self, login: &str) -> Result<Option<Account>, StoreError> {
        let text = format!("SELECT {ACCOUNT} FROM accounts WHERE login = $1");
        let rows = self.backend.read(Sql::with("读取账号", text, [login.into()])).await?;
        rows.into_iter().next().map(account).transpose()
    }

    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let text = format!("SELECT {ACCOUNT} FROM accounts ORDER BY login");
        self.backend.read(Sql::new("读取账号", text)).await?.into_iter().map(account).collect()
    }

    async fn put_account(&self, account: &Account) -> Result<(), StoreError> {
        let text = format!(
            "INSERT INTO accounts ({ACCOUNT}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (login) DO UPDATE SET \
             name = excluded.name, password = excluded.password, roles = excluded.roles, region = excluded.region, \
             organisation = excluded.organisation, active = excluded.active, must_change = excluded.must_change, \
             failures = excluded.failures, locked_until = excluded.locked_until"
        );
        let roles = serde_json::Value::from(account.roles.clone()).to_string();
        let values = [
            account.login.as_str().into(),
            account.name.as_str().into(),
            account.password.as_str().into(),
            roles.into(),
            account.region.as_str().into(),
            account.organisation.as_str().into(),
            account.active.into(),
            account.must_change.into(),
            account.failures.into(),
            account.locked_until.into(),
        ];
        self.write(Sql::with("保存账号", text, values)).await.map(drop)
    }

    async fn session(&self, token_hash: &str) -> Result<Option<Session>, StoreError> {
        let text = "SELECT token_hash, login, created, seen, csrf FROM sessions WHERE token_hash = $1";
        let rows = self.backend.read(Sql::with("读取会话", text, [token_hash.into()])).await?;
        Ok(rows.into_iter().next().map(|mut row| Session {
            token_hash: row.text(0),
            login: row.text(1),
            created: row.int(2),
            seen: row.int(3),
            csrf: row.text(4),
        }))
    }

    async fn put_session(&self, session: &Session) -> Result<(), StoreError> {
        let text = "INSERT INTO sessions (token_hash, login, created, seen, csrf) VALUES ($1, $2, $3, $4, $5) \
                    ON CONFLICT (token_hash) DO UPDATE SET \
                    login = excluded.login, created = excluded.created, seen = excluded.seen, csrf = excluded.csrf";
        let values = [
            session.token_hash.as_str().into(),
            session.login.as_str().into(),
            session.created.into(),
            session.seen.into(),
            session.csrf.as_str().into(),
        ];
        self.write(Sql::with("保存会话", text, values)).await.map(drop)
    }

    async fn end_session(&self, token_hash: &str) -> Result<(), StoreError> {
        self.write(Sql::with("结束会话", "DELETE FROM sessions WHERE token_hash = $1", [token_hash.into()])).await.map(drop)
    }

    async fn end_sessions(&self, login: &str) -> Result<(), StoreError> {
        self.write(Sql::with("结束会话", "DELETE FROM sessions WHERE login = $1", [login.into()])).await.map(drop)
    }
}

fn account(mut row: Row) -> Result<Account, StoreError> {
    let roles =
        serde_json::from_str(&row.text(3)).map_err(|error| StoreError::Failed { doing: "读取账号".into(), source: error.into() })?;
    Ok(Account {
        login: row.text(0),
        name: row.text(1),
        password: row.text(2),
        roles,
        region: row.text(4),
        organisation: row.text(5),
        active: row.truth(6),
        must_change: row.truth(7),
        failures: row.small(8),
        locked_until: row.int(9),
    })
}
