//! The inbox in a browser's hands: bell, list, opening, undo, settings, stopping an escalation, what the system page tells.

use crate::browser::get;
use crate::walk::{labels_are_bound, obeys_the_policy};
use crate::world::{Session, World};
use axum::http::StatusCode;
use serde_json::json;
use zhijian_records::duties::Clerk;
use zhijian_records::notices::Notifier;

async fn told(world: &World) {
    Clerk::new(world.app.door.clone()).catch_up().await.unwrap();
    Notifier::new(world.app.door.clone(), vec![]).catch_up().await.unwrap();
}

/// An employer whose declaration was returned; gives its session and the declaration.
async fn returned(world: &World) -> (Session, String) {
    let officer = world.officer().await;
    let employer = world.file(&officer, "employer", &json!({})).await;
    let firm = world.sign_in("firm", &["R09"], "", &employer).await;
    told(world).await;
    let bare = json!({"accepted_on": null, "receipt_on": null, "receipt_no": null});
    let declaration = world.file(&officer, "declaration", &bare).await;
    world.advance(&officer, "declaration", &declaration, "submit", &json!({})).await;
    world.advance(&officer, "declaration", &declaration, "return", &json!({"return_reason": "附件不清"})).await;
    told(world).await;
    (firm, declaration)
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_138_a_returned_declaration_rings_the_bell_and_opens_from_the_inbox() {
    let world = World::new().await;
    let (firm, declaration) = returned(&world).await;
    assert!(get(&world, Some(&firm), "/notices/bell").await.text.contains("通知，1 条未读"));
    let page = get(&world, Some(&firm), "/notices").await;
    assert_eq!(page.status, StatusCode::OK);
    obeys_the_policy(&page.text, "/notices");
    labels_are_bound(&page.text, "/notices");
    assert!(page.text.contains("被退回，请按退回意见改正后重新提交"), "{}", page.text);
    let items = world.get(&firm, "/api/v1/notices").await.json();
    let counts = world.get(&firm, "/api/v1/notices/counts").await.json();
    assert_eq!((counts["unread"].as_u64(), items["items"].as_array().unwrap().len()), (Some(1), 1));
    let id = items["items"][0]["id"].as_str().unwrap().to_owned();
    let opened = world.form(&firm, &format!("/notices/{id}/open"), &[]).await;
    assert_eq!((opened.status, opened.header("location")), (StatusCode::SEE_OTHER, format!("/records/declaration/{declaration}").as_str()));
    assert!(get(&world, Some(&firm), "/notices").await.text.contains("没有未读通知"));
    assert!(get(&world, Some(&firm), "/notices?show=all&level=attention").await.text.contains("标为未读"));
    assert!(get(&world, Some(&firm), "/notices?show=all&level=urgent").await.text.contains("没有符合条件的通知"));
    assert_eq!(get(&world, Some(&firm), "/notices?colour=red").await.status, StatusCode::BAD_REQUEST);
    // Somebody else's notice reads as not found, on pages and in the API.
    let other = world.sign_in("other", &["R09"], "", "0000").await;
    assert_eq!(world.form(&other, &format!("/notices/{id}/open"), &[]).await.status, StatusCode::NOT_FOUND);
    let marked = world.post(&other, &format!("/api/v1/notices/{id}/read"), &json!({"read": "yes"})).await;
    assert_eq!(marked.status, StatusCode::NOT_FOUND);
    let unread = world.post(&firm, &format!("/api/v1/notices/{id}/read"), &json!({"read": "no"})).await;
    assert_eq!(unread.status, StatusCode::NO_CONTENT);
    assert_eq!(world.get(&firm, "/api/v1/notices/counts").await.json()["levels"]["attention"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_everything_offers_to_take_it_back() {
    let world = World::new().await;
    let (firm, _) = returned(&world).await;
    let done = world.form(&firm, "/notices/read", &[]).await;
    let to = done.header("location").to_owned();
    let page = get(&world, Some(&firm), &to).await;
    assert!(page.text.contains("已全部标为已读") && page.text.contains("撤销"), "{to}");
    let at = to.split("undo=").nth(1).unwrap();
    world.form(&firm, "/notices/unread", &[("at", at)]).await;
    assert!(get(&world, Some(&firm), "/notices/bell").await.text.contains("1 条未读"));
}

#[tokio::test(flavor = "multi_thread")]
async fn own_settings_keep_statutory_notices_on_and_addresses_masked() {
    let world = World::new().await;
    let (firm, _) = returned(&world).await;
    let page = get(&world, Some(&firm), "/notices/settings").await;
    obeys_the_policy(&page.text, "/notices/settings");
    labels_are_bound(&page.text, "/notices/settings");
    assert!(page.text.contains("法定"), "{}", page.text);
    // Nothing is ticked: what may be switched off is, and nothing else.
    let saved = world.form(&firm, "/notices/settings", &[("mail", "li@firm.example.cn")]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let account = world.app.door.store.account("firm").await.unwrap().unwrap();
    let caller = world.app.door.caller(&account).await.unwrap();
    let (wishes, contact) = world.app.door.own_wishes(&caller).await.unwrap();
    assert!(wishes.muted.contains("task_opened") && !wishes.muted.contains("returned"));
    assert_eq!(contact.mail, "li@firm.example.cn");
    let bad = world.form(&firm, "/notices/settings", &[("phone", "123")]).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert!(bad.text.contains("手机号应为"), "{}", bad.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_escalation_is_stopped_on_the_page_of_the_duty_and_shown_beside_the_record() {
    let world = World::new().await;
    let officer = world.officer().await;
    world.file(&officer, "employer", &json!({})).await;
    let bare = json!({"declared_on": "2026-04-20", "accepted_on": null, "receipt_on": null, "receipt_no": null, "changed_on": null, "tested_on": null, "tested": null});
    let declaration = world.file(&officer, "declaration", &bare).await;
    world.advance(&officer, "declaration", &declaration, "submit", &json!({})).await;
    told(&world).await;
    let chief = world.sign_in("chief", &["R02"], "130300", "").await;
    let record = format!("/records/declaration/{declaration}");
    let query = format!("/duties/escalation?kind=declaration&id={declaration}&duty=declaration_receipt");
    assert!(get(&world, Some(&chief), &record).await.text.contains("督办设置"));
    let page = get(&world, Some(&chief), &query).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    labels_are_bound(&page.text, &query);
    let fields =
        [("kind", "declaration"), ("id", declaration.as_str()), ("duty", "declaration_receipt"), ("deed", "hold"), ("until", "2026-07-15")];
    let mut with = fields.to_vec();
    with.push(("reason", "企业正在补正材料"));
    assert_eq!(world.form(&chief, "/duties/escalation", &with).await.status, StatusCode::SEE_OTHER);
    assert!(get(&world, Some(&chief), &record).await.text.contains("暂停督办至 2026-07-15：企业正在补正材料"));
    assert_eq!(world.form(&chief, "/duties/escalation", &fields).await.status, StatusCode::BAD_REQUEST, "without a reason");
    let far = world.sign_in("far", &["R02"], "140100", "").await;
    assert_eq!(world.form(&far, "/duties/escalation", &with).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bell_sends_nobody_to_the_page_on_which_it_stands() {
    let world = World::new().await;
    let session = world.sign_in("fresh", &["R03"], "130302", "").await;
    let account = world.app.door.store.account("fresh").await.unwrap().unwrap();
    world.app.door.store.put_account(&zhijian_records::port::Account { must_change: true, ..account }).await.unwrap();
    assert_eq!(get(&world, Some(&session), "/me/password").await.status, StatusCode::OK);
    assert_eq!(get(&world, Some(&session), "/notices/bell").await.status, StatusCode::NO_CONTENT, "else the page would load for ever");
    assert_eq!(get(&world, None, "/notices/bell").await.status, StatusCode::SEE_OTHER);
}
