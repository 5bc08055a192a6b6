//! Accounts, sessions, jobs, settings, leases.

use crate::sample::*;
use crate::setup::Base;
use crate::writing::job;
use std::time::Duration;
use zhijian_records::port::{Account, Admission, Checkpoint, Commit, Factor, Job, Lease, Pace, Session, Store, Token};

/// An account.
pub fn account(login: &str) -> Account {
    Account {
        password: "$argon2id$…".into(), created: 5, password_set: 6, ..Account::new(login, "张三", &["R02", "R03"], "130302", "")
    }
}

pub async fn accounts_are_written_and_read(base: &Base) {
    let store = &*base.store;
    for login in ["wang", "Zhang", "li"] {
        store.put_account(&account(login)).await.unwrap();
    }
    assert_eq!(store.account("nobody").await.unwrap(), None);
    assert_eq!(store.account("wang").await.unwrap(), Some(account("wang")));
    store.touch_account("wang", 9).await.unwrap();
    let changed = Account { active: false, must_change: true, password_set: 77, roles: vec![], ..account("wang") };
    store.put_account(&changed).await.unwrap();
    let kept = Account { used: 9, ..changed };
    assert_eq!(store.account("wang").await.unwrap(), Some(kept.clone()), "saving an account leaves its last use");
    assert_eq!(store.accounts().await.unwrap(), [account("Zhang"), account("li"), kept]);
}

pub async fn sessions_end_one_by_one_and_all_together(base: &Base) {
    let store = &*base.store;
    let session = |token: &str, login: &str| Session {
        token_hash: token.into(),
        login: login.into(),
        created: 1,
        seen: 2,
        csrf: "c".into(),
        way: "totp".into(),
        address: "192.0.2.1".into(),
        device: "火狐".into(),
    };
    for (token, login) in [("t1", "wang"), ("t2", "wang"), ("t3", "wang"), ("t4", "li")] {
        store.put_session(&session(token, login)).await.unwrap();
    }
    let seen = Session { seen: 9, ..session("t1", "wang") };
    store.put_session(&seen).await.unwrap();
    assert_eq!(store.session("t1").await.unwrap(), Some(seen.clone()));
    store.touch_session("t2", 11).await.unwrap();
    store.touch_session("gone", 11).await.unwrap();
    assert_eq!(
        store.sessions("wang").await.unwrap(),
        [Session { seen: 11, ..session("t2", "wang") }, seen, session("t3", "wang")],
        "the latest used first"
    );
    assert_eq!(store.sessions_since(9).await.unwrap(), 2);
    assert!(store.end_session("t1").await.unwrap());
    assert!(!store.end_session("t1").await.unwrap());
    assert_eq!(store.session("t1").await.unwrap(), None);
    store.end_sessions("wang").await.unwrap();
    assert_eq!(store.session("t2").await.unwrap(), None);
    assert_eq!(store.session("t4").await.unwrap(), Some(session("t4", "li")));
    assert_eq!(store.sweep(3, 0).await.unwrap(), 1);
    assert_eq!(store.session("t4").await.unwrap(), None);
}

pub async fn a_factor_is_used_up_by_one_of_two(base: &Base) {
    let store = &*base.store;
    let factor = |kind: &str, id: &str, login: &str, created: i64| Factor {
        kind: kind.into(),
        id: id.into(),
        login: login.into(),
        name: "办公手机".into(),
        data: vec![0, 255, 7],
        counter: 10,
        created,
        used: 0,
    };
    for one in [factor("totp", "a", "wang", 2), factor("recovery", "a", "wang", 1), factor("totp", "b", "li", 1)] {
        store.put_factor(&one).await.unwrap();
    }
    assert_eq!(store.factors("wang").await.unwrap(), [factor("recovery", "a", "wang", 1), factor("totp", "a", "wang", 2)]);
    let (first, second) = tokio::join!(store.advance_factor("totp", "a", 11, 5), store.advance_factor("totp", "a", 11, 5));
    assert_ne!(first.unwrap(), second.unwrap(), "of two who use a step, one succeeds");
    assert!(!store.advance_factor("totp", "a", 10, 6).await.unwrap(), "an earlier step is used up too");
    assert_eq!(store.factor("totp", "a").await.unwrap(), Some(Factor { counter: 11, used: 5, ..factor("totp", "a", "wang", 2) }));
    let (first, second) = tokio::join!(store.remove_factor("recovery", "a"), store.remove_factor("recovery", "a"));
    assert_ne!(first.unwrap(), second.unwrap(), "of two who use a code, one succeeds");
    assert_eq!(store.factor("recovery", "a").await.unwrap(), None);
}

pub async fn tokens_are_written_used_and_taken_away(base: &Base) {
    let store = &*base.store;
    let token = |hash: &str, created: i64| Token {
        hash: hash.into(),
        login: "wang".into(),
        name: "交换程序".into(),
        scopes: vec!["read".into(), "metrics".into()],
        created,
        expires: 100,
        used: 0,
    };
    for one in [token("h1", 1), token("h2", 2)] {
        store.put_token(&one).await.unwrap();
    }
    store.touch_token("h1", 7).await.unwrap();
    assert_eq!(store.tokens("wang").await.unwrap(), [token("h2", 2), Token { used: 7, ..token("h1", 1) }]);
    assert!(store.remove_token("h1").await.unwrap());
    assert!(!store.remove_token("h1").await.unwrap());
    store.touch_token("h1", 8).await.unwrap();
    assert_eq!(store.token("h1").await.unwrap(), None, "noting a use does not bring a revoked token back");
}

pub async fn attempts_side_by_side_count_one_by_one(base: &Base) {
    let store = &*base.store;
    let pace = Pace { free: 3, pause: 60, longest: 200, forget: 1000 };
    let mut granted = 0;
    let admit = || store.admit("account/wang", 100, pace);
    let (a, b, c, d, e) = tokio::join!(admit(), admit(), admit(), admit(), admit());
    for one in [a, b, c, d, e] {
        granted += i32::from(matches!(one.unwrap(), Admission::Granted(_)));
    }
    assert_eq!(granted, 3, "three free attempts, however many come at once");
    assert_eq!(store.admit("account/wang", 159, pace).await.unwrap(), Admission::Paused(160));
    assert_eq!(store.paused("account/wang").await.unwrap(), 160);
    assert_eq!(store.admit("account/li", 159, pace).await.unwrap(), Admission::Granted(0), "each key counts for itself");
    for (now, until) in [(160, 280), (280, 480), (480, 680), (680, 880)] {
        assert_eq!(store.admit("account/wang", now, pace).await.unwrap(), Admission::Granted(until), "pauses double up to the longest");
    }
    store.forgive("account/wang", Some(1)).await.unwrap();
    assert_eq!(store.admit("account/wang", 690, pace).await.unwrap(), Admission::Granted(890), "the count is one lower, not gone");
    assert_eq!(store.admit("account/wang", 5000, pace).await.unwrap(), Admission::Granted(0), "attempts of long ago are forgotten");
    store.forgive("account/wang", None).await.unwrap();
    assert_eq!(store.paused("account/wang").await.unwrap(), 0);
    assert_eq!(store.sweep(0, 1000).await.unwrap(), 1, "the other key's attempt was long ago");
}

pub async fn jobs_are_listed_newest_first(base: &Base) {
    let store = &*base.store;
    store.put_job(&job("a", "one.xlsx", 10)).await.unwrap();
    store.put_job(&Job { login: "li".into(), ..job("b", "two.xlsx", 30) }).await.unwrap();
    store.put_job(&job("c", "one.xlsx", 20)).await.unwrap();
    let ids = |jobs: Vec<Job>| jobs.into_iter().map(|job| job.id).collect::<Vec<_>>();
    assert_eq!(ids(store.jobs(None, 10).await.unwrap()), ["b", "c", "a"]);
    assert_eq!(ids(store.jobs(None, 2).await.unwrap()), ["b", "c"]);
    assert_eq!(ids(store.jobs(Some("zhang"), 10).await.unwrap()), ["c", "a"]);
    assert_eq!(store.unfinished("import", "one.xlsx").await.unwrap().unwrap().id, "c");
    let done = Job { state: "done".into(), progress: "{\"rows\":3}".into(), ..job("c", "one.xlsx", 20) };
    store.put_job(&done).await.unwrap();
    assert_eq!(store.job("c").await.unwrap(), Some(done));
    assert_eq!(store.unfinished("import", "one.xlsx").await.unwrap().unwrap().id, "a");
    assert_eq!(store.unfinished("export", "one.xlsx").await.unwrap(), None);
    assert_eq!(store.job("none").await.unwrap(), None);
}

pub async fn findings_come_in_order_of_rows(base: &Base) {
    let store = &*base.store;
    for id in ["J", "K"] {
        store.put_job(&job(id, id, 1)).await.unwrap();
    }
    let save = async |job: &str, rows: std::ops::Range<i64>| {
        let findings = rows.rev().map(|row| (row, format!("\"{row}\""))).collect();
        let checkpoint = Some(Checkpoint { job: job.into(), progress: "{}".into(), findings });
        store.append(Commit { checkpoint, ..commit(1, vec![]) }, "").await.unwrap();
    };
    save("J", 1..101).await;
    save("K", 1..5).await;
    save("J", 101..151).await;
    let mut rows = Vec::new();
    let mut after = 0;
    loop {
        let page = store.findings("J", after, 40).await.unwrap();
        let Some((position, _, _)) = page.last() else { break };
        after = *position;
        rows.extend(page.into_iter().map(|(_, row, finding)| (row, finding)));
    }
    assert_eq!(rows, (1..151).map(|row| (row, format!("\"{row}\""))).collect::<Vec<_>>());
    assert_eq!(store.findings("K", 0, 100).await.unwrap().len(), 4);
    assert!(store.findings("none", 0, 100).await.unwrap().is_empty());
}

pub async fn settings_are_written_and_read(base: &Base) {
    let store = &*base.store;
    assert_eq!(store.setting("region").await.unwrap(), None);
    for value in ["130300", "", "秦皇岛"] {
        store.set_setting("region", value).await.unwrap();
        assert_eq!(store.setting("region").await.unwrap().as_deref(), Some(value));
    }
}

pub async fn a_lease_has_one_holder(base: &Base) {
    let other = base.open_again().await.unwrap();
    let lease = base.store.lease("lake").await.unwrap().unwrap();
    assert!(other.lease("lake").await.unwrap().is_none());
    assert!(base.store.lease("lake").await.unwrap().is_none(), "not even twice by the same program");
    let different = other.lease("warnings/今天").await.unwrap();
    assert!(different.is_some(), "another name is another lease");
    drop(lease);
    assert!(soon(&*other, "lake").await.is_some(), "a lease that is dropped is free");
}

/// A server may need a moment to notice that a connection is closed.
async fn soon(store: &dyn Store, name: &str) -> Option<Box<dyn Lease>> {
    for _ in 0..50 {
        if let Some(lease) = store.lease(name).await.unwrap() {
            return Some(lease);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    None
}
