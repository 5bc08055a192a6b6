//! Nothing is given when its line cannot be written: the audit table refuses, and accounts, settings and sessions stay as they were.

use crate::world::World;
use std::process::Command;
use zhijian_records::Caller;
use zhijian_records::accounts::{Peer, SecurityPolicy};
use zhijian_records::port::Account;

const FIRST: &str = "glacier-lantern-42";
const OTHER: &str = "meadow-compass-77";

/// From here on the audit table takes no line.
fn no_more_lines(world: &World) {
    let script = "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); \
                  c.execute(\"CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END\"); c.commit()";
    let done = Command::new("python3").args(["-c", script]).arg(world.file()).status().unwrap();
    assert!(done.success());
}

#[tokio::test]
async fn without_its_line_no_account_setting_or_token_changes() {
    let world = World::new();
    let (door, _) = world.keyed(1).await.unwrap();
    let console = Caller::system("test");
    let account = Account::new("officer", "测试一", &["R03"], "130302", "");
    door.put_with_password(&console, &account, FIRST).await.unwrap();
    let before = door.store.account("officer").await.unwrap();
    let policy = door.security().await.unwrap();
    let by = Caller::from(before.as_ref().unwrap());
    no_more_lines(&world);

    let wider = Account { roles: vec!["R02".into()], region: "130300".into(), ..before.clone().unwrap() };
    assert!(door.put_account(&console, &wider).await.is_err(), "wider rights");
    assert!(door.put_account(&console, &Account::new("fresh", "测试二", &["R03"], "130302", "")).await.is_err(), "a new account");
    assert!(door.set_password(&by, "officer", OTHER).await.is_err(), "another password");
    assert!(door.invite(&console, "officer").await.is_err(), "an invitation");
    assert!(door.set_security(&console, &SecurityPolicy { attempts: 20, ..policy.clone() }).await.is_err(), "looser settings");
    assert!(door.set(&console, "region", "130300", "test").await.is_err(), "a setting");
    assert!(door.issue_token(&by, "脚本", &["read".to_owned()], 1).await.is_err(), "a token");
    assert!(door.tie_person(&console, "officer", "11010519491231002X").await.is_err(), "the person of an account");
    assert!(door.sign_in("officer", FIRST, &Peer::default()).await.is_err(), "a session");

    assert_eq!(door.store.account("officer").await.unwrap(), before);
    assert_eq!(door.store.account("fresh").await.unwrap(), None);
    assert_eq!(door.security().await.unwrap(), policy);
    assert_eq!(door.store.setting("region").await.unwrap(), None);
    assert!(door.store.tokens("officer").await.unwrap().is_empty());
    assert!(door.store.factors("officer").await.unwrap().is_empty());
    assert!(door.store.sessions("officer").await.unwrap().is_empty());
    assert!(!door.tied_person("officer").await.unwrap());
}
