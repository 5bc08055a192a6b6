//! The audit pages: who reads which lines, what they tell, and that taking them out is itself on record.

use crate::people::{self, everybody};
use crate::world::{Session, World};
use axum::http::StatusCode;
use zhijian_kinds::access::Aggregate;
use zhijian_records::Caller;
use zhijian_records::port::{Action, AuditLine};
use zhijian_records::read::ListRequest;

async fn exam(world: &World) -> String {
    let request = ListRequest { limit: 1, ..ListRequest::default() };
    world.app.door.list(&Caller::system("test"), "exam", &request).await.unwrap().rows[0].id.clone()
}

async fn lines(world: &World, action: Action) -> Vec<AuditLine> {
    let lines = world.app.door.store.audit(0, 10_000).await.unwrap();
    lines.into_iter().filter(|line| line.action == action).collect()
}

async fn looked_at(world: &World, id: &str) -> Session {
    let doctor = world.sign_in("doctor", &["R06"], "130300", "").await;
    let reply = world.form(&doctor, &format!("/records/exam/{id}/reveal"), &[("purpose", "监测数据核实"), ("remark", "复核听力")]).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
    doctor
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_is_found_by_account_record_and_region_and_shows_nothing_of_the_record() {
    let (world, _) = people::world().await;
    let id = exam(&world).await;
    let doctor = looked_at(&world, &id).await;
    let line = lines(&world, Action::View).await.pop().unwrap();
    let trace = &line.stamp.trace;
    assert_eq!((line.stamp.actor.as_str(), line.record.as_str(), trace.rev), ("doctor", id.as_str(), 1));
    assert!(trace.role == "R06" && trace.region.starts_with("1303") && trace.region.len() == 6, "{trace:?}");
    assert_eq!(trace.session.len(), 12, "the session is told apart: {trace:?}");
    let admin = world.sign_in("auditor", &["R01"], "130300", "").await;
    for query in [format!("?record={id}"), "?actor=doctor&action=view".into(), format!("?region={}&kind=exam&action=view", trace.region)] {
        let page = world.get(&admin, &format!("/audit{query}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("监测数据核实：复核听力") && page.text.contains("疾控监测员"), "{query}");
    }
    let none = world.get(&admin, "/audit?actor=doctor&region=130400").await.text;
    assert!(none.contains("没有符合条件的记录"));
    assert_eq!(world.get(&admin, "/audit?colour=red").await.status, StatusCode::BAD_REQUEST);
    // The administrator sees that somebody looked, and not at what.
    assert_ne!(world.get(&admin, &format!("/records/exam/{id}")).await.status, StatusCode::OK);
    let page = world.get(&admin, &format!("/records/exam/{id}/audit")).await.text;
    assert!(page.contains("复核听力") && page.contains("测试doctor"));
    let own = world.get(&doctor, "/me").await.text;
    assert!(own.contains("复核听力") && own.contains("登录"), "everybody sees the own lines");
    let other = world.get(&admin, "/me").await.text;
    assert!(!other.contains("复核听力"), "and those only");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_region_reads_its_own_lines_only() {
    let (world, _) = people::world().await;
    let id = exam(&world).await;
    looked_at(&world, &id).await;
    let near = world.sign_in("near", &["R02"], "130300", "").await;
    let far = world.sign_in("far", &["R02"], "130400", "").await;
    assert!(world.get(&near, "/audit").await.text.contains("复核听力"));
    for query in ["", "?region=130300", "?region=1303", "?region=13", "?actor=doctor"] {
        let page = world.get(&far, &format!("/audit{query}")).await;
        assert!(page.status == StatusCode::OK && !page.text.contains("复核听力"), "{query}");
    }
    assert_eq!(world.get(&far, &format!("/records/exam/{id}/audit")).await.status, StatusCode::NOT_FOUND);
    let reply = world.form(&far, "/audit/export", &[("format", "csv"), ("reason", "季度检查")]).await;
    assert!(reply.status == StatusCode::OK && !reply.text.contains("复核听力"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_of_the_audit_is_itself_a_line_and_comes_first() {
    let (world, _) = people::world().await;
    let id = exam(&world).await;
    looked_at(&world, &id).await;
    let admin = world.sign_in("auditor", &["R01"], "130300", "").await;
    let refused = world.form(&admin, "/audit/export?actor=doctor", &[("format", "csv"), ("reason", " ")]).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "a purpose is needed");
    let reply = world.form(&admin, "/audit/export?actor=doctor", &[("format", "csv"), ("reason", "季度检查")]).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.text.starts_with('\u{feff}') && reply.text.contains("复核听力") && !reply.text.contains("auditor"), "{}", reply.text);
    let line = lines(&world, Action::Export).await.pop().unwrap();
    assert_eq!((line.kind.as_str(), line.stamp.actor.as_str()), ("audit", "auditor"));
    assert!(line.stamp.reason.contains("季度检查") && line.stamp.reason.contains("actor=doctor"), "{}", line.stamp.reason);
    let book = world.form(&admin, "/audit/export", &[("format", "xlsx"), ("reason", "季度检查")]).await;
    assert!(book.header("content-type").contains("spreadsheetml"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_one_another_without_gap_or_repeat() {
    let (world, _) = people::world().await;
    let admin = world.sign_in("auditor", &["R01"], "130300", "").await;
    let officer = Caller::of("officer", &["R03"], "130300", "");
    for number in 0..60 {
        world.app.door.note(&officer, Action::View, "exam", "", &number.to_string(), "web").await.unwrap();
    }
    let number = |text: &str| -> Vec<i64> {
        let cells = text.split(r#"data-label="序号">"#).skip(1);
        cells.filter_map(|cell| cell.split('<').next()?.parse().ok()).collect()
    };
    let (mut address, mut all) = ("/audit?actor=officer".to_owned(), Vec::new());
    loop {
        let page = world.get(&admin, &address).await.text;
        all.extend(number(&page));
        let Some(at) = page.find("btn next\" href=\"") else { break };
        address = page[at + 16..].split('"').next().unwrap().replace("&amp;", "&");
        assert!(address.contains("actor=officer"), "the filter stays: {address}");
    }
    let mut expected: Vec<i64> =
        world.app.door.store.audit(0, 10_000).await.unwrap().iter().filter(|l| l.stamp.actor == "officer").map(|l| l.seq).collect();
    expected.reverse();
    assert!(expected.len() > 100, "there are more than two pages: {}", expected.len());
    assert_eq!(all, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_and_out_settings_and_definitions_are_on_record() {
    let (world, _) = people::world().await;
    let somebody = world.sign_in("somebody", &["R03"], "130300", "").await;
    let reply = world.form(&somebody, "/logout", &[]).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);
    for action in [Action::SignIn, Action::SignOut] {
        assert!(lines(&world, action).await.iter().any(|line| line.stamp.actor == "somebody"), "{action:?}");
    }
    let system = Caller::system("test");
    world.app.door.set(&system, "region", "130302", "console").await.unwrap();
    world.app.door.set(&system, "region", "130302", "console").await.unwrap();
    let set: Vec<_> = lines(&world, Action::Administer).await.into_iter().filter(|line| line.kind == "setting").collect();
    assert_eq!((set.len(), set[0].record.as_str()), (1, "region"), "a change, and not a repetition");
    for _ in 0..2 {
        world.app.door.note_definitions(&system).await.unwrap();
    }
    world.app.door.store.set_setting("definitions", "定义 0，访问策略 0").await.unwrap();
    world.app.door.note_definitions(&system).await.unwrap();
    let defined = lines(&world, Action::Define).await;
    assert_eq!(defined.len(), 2, "the first start, and a start with other definitions");
    assert!(defined[1].stamp.reason.starts_with("定义 0，访问策略 0 → "), "{}", defined[1].stamp.reason);
}

/// Whoever may not read the audit gets none of it; the policy says who may.
#[tokio::test(flavor = "multi_thread")]
async fn only_roles_that_the_policy_names_read_the_audit() {
    let (world, _) = people::world().await;
    for person in &everybody(&world).await {
        let role = &world.app.catalogue().roles.roles[&person.role];
        let status = world.get(&person.session, "/audit").await.status;
        let may = role.audits == Aggregate::All || role.audits == Aggregate::Region && !person.region.is_empty();
        assert_eq!(status, if may { StatusCode::OK } else { StatusCode::FORBIDDEN }, "{}", person.role);
        assert_eq!(world.get(&person.session, "/").await.text.contains("href=\"/audit\""), may, "the menu of {}", person.role);
    }
}
