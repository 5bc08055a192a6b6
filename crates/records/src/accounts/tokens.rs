//! Tokens of scripts (接口令牌): a part of what their account may do, for a time. Shown once; only a hash is kept.

use super::factors::name_of;
use super::{DAY, MINUTE, random_hex, token_hash};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Account, Action, Instant, Token};

/// Beginning of every token, so that scanners for lost secrets know one.
const MARK: &str = "zj_";
/// Most tokens of one account.
const MOST: usize = 20;

/// What a token may do, with its Chinese title. Accounts, factors, sessions and tokens are beyond every one of them.
pub const SCOPES: [(&str, &str); 4] = [
    ("read", "读取记录、定义、指标"),
    ("write", "新建、修改、办理、作废记录"),
    ("identify", "查看完整个人信息（须说明用途）"),
    ("metrics", "读取运行指标"),
];

/// A fresh token.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The token itself, to be shown once.
    pub secret: String,
    /// What is kept.
    pub token: Token,
}

/// Name of a token on pages: tells nothing that could be used in its stead.
fn id(token: &Token) -> String {
    token_hash(&token.hash)[..16].to_owned()
}

impl Token {
    /// Name of the token on pages.
    #[must_use]
    pub fn id(&self) -> String {
        id(self)
    }

    /// May it do this?
    #[must_use]
    pub fn may(&self, scope: &str) -> bool {
        self.scopes.iter().any(|s| s == scope)
    }
}

impl Door {
    /// Makes a token for the caller's own account.
    ///
    /// # Errors
    /// Unknown or no scope; too long a life; too many tokens; the store failed.
    pub async fn issue_token(&self, by: &Caller, name: &str, scopes: &[String], days: u32) -> Result<Issued, DoorError> {
        let failed = || Self::store_error("token");
        let most = self.security().await?.token_days;
        if !(1..=most).contains(&days) {
            return Err(DoorError::BadRequest(format!("有效期填写为 {days} 天，应为 1～{most} 天")));
        }
        if name.trim().is_empty() {
            return Err(DoorError::BadRequest("请填写令牌名称（用途或使用它的程序）".into()));
        }
        let unknown = scopes.iter().find(|s| !SCOPES.iter().any(|(code, _)| code == s));
        if let Some(unknown) = unknown {
            return Err(DoorError::BadRequest(format!("没有权限范围“{unknown}”")));
        }
        if scopes.is_empty() {
            return Err(DoorError::BadRequest("请至少选择一项权限范围".into()));
        }
        if self.store.tokens(&by.login).await.map_err(failed())?.len() >= MOST {
            return Err(DoorError::BadRequest(format!("令牌已有{MOST}个，请先撤销不用的")));
        }
        let secret = format!("{MARK}{}", random_hex()?);
        let now = self.now();
        let token = Token {
            hash: token_hash(&secret),
            login: by.login.clone(),
            name: name_of(name, "令牌"),
            scopes: scopes.to_vec(),
            created: now,
            expires: now + Instant::from(days) * DAY,
            used: 0,
        };
        let reason = format!("新建令牌“{}”（{}，{days} 天）", token.name, scopes.join(","));
        self.note(by, Action::Administer, "token", &id(&token), &reason, "web").await?;
        self.store.put_token(&token).await.map_err(failed())?;
        Ok(Issued { secret, token })
    }

    /// The account and scopes behind a token; `None` when it is unknown, expired, or its account is gone or deactivated.
    ///
    /// # Errors
    /// The store failed.
    pub async fn token(&self, secret: &str) -> Result<Option<(Token, Account)>, DoorError> {
        let failed = || Self::store_error("token");
        if !secret.starts_with(MARK) {
            return Ok(None);
        }
        let now = self.now();
        let found = self.store.token(&token_hash(secret)).await.map_err(failed())?;
        let Some(mut token) = found.filter(|t| t.expires > now) else { return Ok(None) };
        let account = self.store.account(&token.login).await.map_err(failed())?;
        let Some(account) = account.filter(|a| a.active && !a.must_change) else { return Ok(None) };
        if now - token.used > MINUTE {
            token.used = now;
            self.store.touch_token(&token.hash, now).await.map_err(failed())?;
        }
        Ok(Some((token, account)))
    }

    /// Tokens of the caller's own account.
    ///
    /// # Errors
    /// The store failed.
    pub async fn own_tokens(&self, by: &Caller) -> Result<Vec<Token>, DoorError> {
        self.store.tokens(&by.login).await.map_err(Self::store_error("token"))
    }

    /// Revokes one of the caller's own tokens.
    ///
    /// # Errors
    /// The caller has no such token; the store failed.
    pub async fn revoke_token(&self, by: &Caller, name: &str) -> Result<(), DoorError> {
        let token = self.own_tokens(by).await?.into_iter().find(|t| id(t) == name).ok_or(DoorError::NotFound)?;
        self.store.remove_token(&token.hash).await.map_err(Self::store_error("token"))?;
        self.note(by, Action::Administer, "token", name, &format!("撤销令牌“{}”", token.name), "web").await
    }

    /// Revokes all tokens of an account, as its administrator.
    ///
    /// # Errors
    /// The caller does not administer the account; the store failed.
    pub async fn revoke_tokens_of(&self, by: &Caller, login: &str) -> Result<(), DoorError> {
        self.managed(by, login).await?;
        for token in self.store.tokens(login).await.map_err(Self::store_error("token"))? {
            self.store.remove_token(&token.hash).await.map_err(Self::store_error("token"))?;
        }
        self.note(by, Action::Administer, "token", login, "撤销该账号全部令牌", "web").await
    }
}
