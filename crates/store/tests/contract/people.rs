//! Accounts, sessions, jobs, settings, leases.

use crate::sample::*;
use crate::setup::Base;
use crate::writing::job;
use std::time::Duration;
use zhijian_records::port::{Account, Checkpoint, Commit, Job, Lease, Session, Store};

/// An account.
pub fn account(login: &str) -> Account {
    Account {
        login: login.into(),
        name: "张三".into(),
        password: "$argon2id$…".into(),
        roles: vec!["R02".into(), "R03".into()],
        region: "130302".into(),
        organisation: String::new(),
        active: true,
        must_change: false,
        failures: 0,
        locked_until: 0,
    }
}

pub async fn accounts_are_written_and_read(base: &Base) {
    let store = &*base.store;
    for login in ["wang", "Zhang", "li"] {
        store.put_account(&account(login)).await.unwrap();
    }
    assert_eq!(store.account("nobody").await.unwrap(), None);
    assert_eq!(store.account("wang").await.unwrap(), Some(account("wang")));
    let locked = Account { active: false, must_change: true, failures: 5, locked_until: 77, roles: vec![], ..account("wang") };
    store.put_account(&locked).await.unwrap();
    assert_eq!(store.account("wang").await.unwrap(), Some(locked.clone()));
    assert_eq!(store.accounts().await.unwrap(), [account("Zhang"), account("li"), locked]);
}

pub async fn sessions_end_one_by_one_and_all_together(base: &Base) {
    let store = &*base.store;
    let session =
        |token: &str, login: &str| Session { token_hash: token.into(), login: login.into(), created: 1, seen: 2, csrf: "c".into() };
    for (token, login) in [("t1", "wang"), ("t2", "wang"), ("t3", "wang"), ("t4", "li")] {
        store.put_session(&session(token, login)).await.unwrap();
    }
    let seen = Session { seen: 9, ..session("t1", "wang") };
    store.put_session(&seen).await.unwrap();
    assert_eq!(store.session("t1").await.unwrap(), Some(seen));
    store.end_session("t1").await.unwrap();
    assert_eq!(store.session("t1").await.unwrap(), None);
    store.end_sessions("wang").await.unwrap();
    assert_eq!(store.session("t2").await.unwrap(), None);
    assert_eq!(store.session("t4").await.unwrap(), Some(session("t4", "li")));
    store.end_session("never there").await.unwrap();
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
