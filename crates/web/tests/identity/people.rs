//! Helpers: forms as browsers send them, time that passes, the audit chain.

use crate::world::{Reply, Session, World};
use std::sync::atomic::Ordering;
use zhijian_records::port::AuditLine;

/// The password of every test account.
pub const PASSWORD: &str = "correct horse 42";
pub const MINUTE: i64 = 60_000_000;
pub const DAY: i64 = 24 * 60 * MINUTE;

/// Lets time pass.
pub fn pass(world: &World, time: i64) {
    world.clock.0.fetch_add(time, Ordering::Relaxed);
}

/// Sends the sign-in form.
pub async fn login(world: &World, login: &str, password: &str) -> Reply {
    world.bare_form(None, "/login", &[("login", login), ("password", password)]).await
}

/// The cookie that an answer sets.
pub fn cookie(reply: &Reply) -> String {
    let all = reply.headers.get_all("set-cookie").iter().filter_map(|v| v.to_str().ok());
    all.filter_map(|v| v.split(';').next()).find(|v| v.contains("zhijian_session=")).unwrap_or_default().to_owned()
}

/// A session from an answer's cookie, with its token read from a page.
pub async fn session(world: &World, reply: &Reply) -> Session {
    let mut session = Session { cookie: cookie(reply), csrf: String::new() };
    let page = world.get(&session, "/me/factors").await.text;
    session.csrf = page.split("name=\"_csrf\" value=\"").nth(1).and_then(|p| p.split('"').next()).unwrap_or_default().to_owned();
    session
}

/// The audit lines so far.
pub async fn audit(world: &World) -> Vec<AuditLine> {
    world.app.door.store.audit(0, 100_000).await.unwrap()
}

/// Whether some line says this about a record.
pub async fn told(world: &World, record: &str, words: &str) -> bool {
    audit(world).await.iter().any(|l| l.record == record && l.stamp.reason.contains(words))
}
