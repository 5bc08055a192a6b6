//! Accounts and sessions; factors, tokens and attempts are in their own rooms.

use crate::engine::Engine;
use crate::row::Row;
use crate::sql::Sql;
use crate::{factors, throttle, tokens};
use async_trait::async_trait;
use zhijian_records::port::{Account, AccountStore, Admission, Factor, Instant, Pace, Session, StoreError, Token};

const ACCOUNT: &str = "login, name, password, roles, region, organisation, active, must_change, created, used, password_set";
const SESSION: &str = "token_hash, login, created, seen, csrf, way, address, device";

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
            "INSERT INTO accounts ({ACCOUNT}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (login) DO UPDATE SET \
             name = excluded.name, password = excluded.password, roles = excluded.roles, region = excluded.region, \
             organisation = excluded.organisation, active = excluded.active, must_change = excluded.must_change, \
             created = excluded.created, password_set = excluded.password_set"
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
            account.created.into(),
            account.used.into(),
            account.password_set.into(),
        ];
        self.write(Sql::with("保存账号", text, values)).await.map(drop)
    }

    async fn touch_account(&self, login: &str, at: Instant) -> Result<(), StoreError> {
        self.write(Sql::with("保存账号", "UPDATE accounts SET used = $1 WHERE login = $2", [at.into(), login.into()])).await.map(drop)
    }

    async fn session(&self, token_hash: &str) -> Result<Option<Session>, StoreError> {
        let text = format!("SELECT {SESSION} FROM sessions WHERE token_hash = $1");
        let rows = self.backend.read(Sql::with("读取会话", text, [token_hash.into()])).await?;
        Ok(rows.into_iter().next().map(session))
    }

    async fn sessions(&self, login: &str) -> Result<Vec<Session>, StoreError> {
        let text = format!("SELECT {SESSION} FROM sessions WHERE login = $1 ORDER BY seen DESC, token_hash");
        Ok(self.backend.read(Sql::with("读取会话", text, [login.into()])).await?.into_iter().map(session).collect())
    }

    async fn sessions_since(&self, since: Instant) -> Result<u64, StoreError> {
        let rows = self.backend.read(Sql::with("读取会话", "SELECT count(*) FROM sessions WHERE seen >= $1", [since.into()])).await?;
        Ok(rows.into_iter().next().map_or(0, |mut row| u64::try_from(row.int(0)).unwrap_or_default()))
    }

    async fn put_session(&self, session: &Session) -> Result<(), StoreError> {
        let text = format!(
            "INSERT INTO sessions ({SESSION}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (token_hash) DO UPDATE SET \
             login = excluded.login, created = excluded.created, seen = excluded.seen, csrf = excluded.csrf, \
             way = excluded.way, address = excluded.address, device = excluded.device"
        );
        let values = [
            session.token_hash.as_str().into(),
            session.login.as_str().into(),
            session.created.into(),
            session.seen.into(),
            session.csrf.as_str().into(),
            session.way.as_str().into(),
            session.address.as_str().into(),
            session.device.as_str().into(),
        ];
        self.write(Sql::with("保存会话", text, values)).await.map(drop)
    }

    async fn touch_session(&self, token_hash: &str, at: Instant) -> Result<(), StoreError> {
        let sql = Sql::with("保存会话", "UPDATE sessions SET seen = $1 WHERE token_hash = $2", [at.into(), token_hash.into()]);
        self.write(sql).await.map(drop)
    }

    async fn end_session(&self, token_hash: &str) -> Result<bool, StoreError> {
        let sql = Sql::with("结束会话", "DELETE FROM sessions WHERE token_hash = $1", [token_hash.into()]);
        self.write(sql).await.map(|rows| rows > 0)
    }

    async fn end_sessions(&self, login: &str) -> Result<(), StoreError> {
        self.write(Sql::with("结束会话", "DELETE FROM sessions WHERE login = $1", [login.into()])).await.map(drop)
    }

    async fn factors(&self, login: &str) -> Result<Vec<Factor>, StoreError> {
        factors::of(self, login).await
    }

    async fn factor(&self, kind: &str, id: &str) -> Result<Option<Factor>, StoreError> {
        factors::one(self, kind, id).await
    }

    async fn put_factor(&self, factor: &Factor) -> Result<(), StoreError> {
        factors::put(self, factor).await
    }

    async fn advance_factor(&self, kind: &str, id: &str, counter: i64, at: Instant) -> Result<bool, StoreError> {
        factors::advance(self, kind, id, counter, at).await
    }

    async fn remove_factor(&self, kind: &str, id: &str) -> Result<bool, StoreError> {
        factors::remove(self, kind, id).await
    }

    async fn tokens(&self, login: &str) -> Result<Vec<Token>, StoreError> {
        tokens::of(self, login).await
    }

    async fn token(&self, hash: &str) -> Result<Option<Token>, StoreError> {
        tokens::one(self, hash).await
    }

    async fn put_token(&self, token: &Token) -> Result<(), StoreError> {
        tokens::put(self, token).await
    }

    async fn touch_token(&self, hash: &str, at: Instant) -> Result<(), StoreError> {
        self.write(Sql::with("保存令牌", "UPDATE tokens SET used = $1 WHERE hash = $2", [at.into(), hash.into()])).await.map(drop)
    }

    async fn remove_token(&self, hash: &str) -> Result<bool, StoreError> {
        tokens::remove(self, hash).await
    }

    async fn admit(&self, key: &str, now: Instant, pace: Pace) -> Result<Admission, StoreError> {
        throttle::admit(self, key, now, pace).await
    }

    async fn forgive(&self, key: &str, attempts: Option<u32>) -> Result<(), StoreError> {
        throttle::forgive(self, key, attempts).await
    }

    async fn paused(&self, key: &str) -> Result<Instant, StoreError> {
        throttle::paused(self, key).await
    }

    async fn sweep(&self, sessions: Instant, attempts: Instant) -> Result<u64, StoreError> {
        let ended = self.write(Sql::with("清理会话", "DELETE FROM sessions WHERE seen < $1", [sessions.into()])).await?;
        Ok(ended + throttle::sweep(self, attempts).await?)
    }
}

fn session(mut row: Row) -> Session {
    Session {
        token_hash: row.text(0),
        login: row.text(1),
        created: row.int(2),
        seen: row.int(3),
        csrf: row.text(4),
        way: row.text(5),
        address: row.text(6),
        device: row.text(7),
    }
}

/// A list of words kept as a JSON text.
pub(crate) fn words(doing: &'static str, text: &str) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Failed { doing: doing.into(), source: error.into() })
}

fn account(mut row: Row) -> Result<Account, StoreError> {
    Ok(Account {
        roles: words("读取账号", &row.text(3))?,
        login: row.text(0),
        name: row.text(1),
        password: row.text(2),
        region: row.text(4),
        organisation: row.text(5),
        active: row.truth(6),
        must_change: row.truth(7),
        created: row.int(8),
        used: row.int(9),
        password_set: row.int(10),
    })
}
