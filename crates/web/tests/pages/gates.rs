//! Who gets in, and what is refused.

use crate::browser::{get, post, post_bare};
use crate::world::World;
use axum::http::StatusCode;
use serde_json::json;

#[tokio::test]
async fn strangers_are_sent_to_the_sign_in_page() {
    let world = World::new().await;
    for path in [
        "/",
        "/records/employer",
        "/records/employer/new",
        "/kinds",
        "/codes",
        "/search?q=x",
        "/import",
        "/accounts",
        "/rederive",
        "/me",
        "/plans",
    ] {
        let reply = get(&world, None, path).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{path}");
        assert!(reply.header("location").starts_with("/login"), "{path}: {}", reply.header("location"));
    }
    assert_eq!(get(&world, None, "/records/employer?q=a").await.header("location"), "/login?next=%2Frecords%2Femployer%3Fq%3Da");
    let api = get(&world, None, "/api/v1/records/employer").await;
    assert_eq!((api.status, api.header("content-type")), (StatusCode::UNAUTHORIZED, "application/problem+json"));
}

#[tokio::test]
async fn signing_in_leads_where_one_wanted_to_go_but_never_to_another_site() {
    let world = World::new().await;
    world.sign_in("wang", &["R03"], "130300", "").await;
    let sign_in = |next: &'static str| [("login", "wang"), ("password", "correct horse 42"), ("next", next)];
    let reply = post_bare(&world, None, "/login", &sign_in("/records/exam")).await;
    assert_eq!((reply.status, reply.header("location")), (StatusCode::SEE_OTHER, "/records/exam"));
    let cookie = reply.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    assert_eq!(post_bare(&world, None, "/login", &sign_in("//evil.example")).await.header("location"), "/");
}

#[tokio::test]
async fn five_wrong_passwords_lock_the_account_and_say_for_how_long() {
    let world = World::new().await;
    world.sign_in("wang", &["R03"], "130300", "").await;
    for _ in 0..5 {
        let reply = post_bare(&world, None, "/login", &[("login", "wang"), ("password", "wrong")]).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
        assert!(reply.text.contains("账号或密码不正确"));
    }
    let reply = post_bare(&world, None, "/login", &[("login", "wang"), ("password", "correct horse 42")]).await;
    assert_eq!(reply.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(
        reply.text.contains("请在 2 分钟后重试") || reply.text.contains("请在 1 分钟后重试"),
        "{}",
        crate::browser::main_text(&reply.text)
    );
}

#[tokio::test]
async fn a_new_account_must_set_its_own_password_first() {
    let world = World::new().await;
    let wang = world.sign_in("wang", &["R03"], "130300", "").await;
    let mut account = world.app.door.store.account("wang").await.unwrap().unwrap();
    account.must_change = true;
    world.app.door.store.put_account(&account).await.unwrap();
    let reply = get(&world, Some(&wang), "/records/employer").await;
    assert_eq!((reply.status, reply.header("location")), (StatusCode::SEE_OTHER, "/me/password"));
    assert!(get(&world, Some(&wang), "/me/password").await.text.contains("首次登录"));
    let weak = post(&world, &wang, "/me/password", &[("old", "correct horse 42"), ("new", "short"), ("repeat", "short")]).await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done =
        post(&world, &wang, "/me/password", &[("old", "correct horse 42"), ("new", "another horse 43"), ("repeat", "another horse 43")])
            .await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/"));
    assert!(!world.app.door.store.account("wang").await.unwrap().unwrap().must_change);
}

#[tokio::test]
async fn another_regions_record_is_not_found_on_any_page() {
    let (world, officer) = World::with_examples().await;
    let id = world
        .file(&officer, "employer", &json!({"uscc": "91130303MA0000007A", "name": "测山海关机械厂", "county": "山海关区", "town": null}))
        .await;
    let other = world.sign_in("other", &["R02", "R03"], "130302", "").await;
    let own = world.sign_in("own", &["R02", "R03"], "130303", "").await;
    for what in ["", "/edit", "/history", "/print", "/retract"] {
        let path = format!("/records/employer/{id}{what}");
        assert_eq!(get(&world, Some(&own), &path).await.status, StatusCode::OK, "{path}");
        let reply = get(&world, Some(&other), &path).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!reply.text.contains("测山海关机械厂"), "{path} leaks");
    }
    let reveal = post(&world, &other, &format!("/records/employer/{id}/reveal"), &[("purpose", "业务办理与审核")]).await;
    assert_eq!(reveal.status, StatusCode::NOT_FOUND);
    assert!(!get(&world, Some(&other), "/records/employer").await.text.contains("测山海关机械厂"));
    assert!(!get(&world, Some(&other), "/search?q=%E6%B5%8B%E5%B1%B1%E6%B5%B7%E5%85%B3").await.text.contains("测山海关机械厂</"));
}

#[tokio::test]
async fn unknown_parameters_are_refused_with_a_clear_page() {
    let world = World::new().await;
    let officer = world.officer().await;
    for path in [
        "/records/employer?colour=red",
        "/records/employer?name__like=x",
        "/records/employer?updated_on__gte=yesterday",
        "/records/employer?status=%E7%81%AB",
        "/records/employer?sort=no_such_field",
        "/records/employer?cursor=broken",
        "/records/employer/new?colour=red",
        "/codes/SEX?colour=red",
        "/search?colour=red",
        "/import?colour=red",
    ] {
        let reply = get(&world, Some(&officer), path).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{path}: {}", reply.text);
        assert!(reply.text.contains("请求有误"), "{path}");
    }
    assert_eq!(get(&world, Some(&officer), "/records/nothing").await.status, StatusCode::NOT_FOUND);
    assert_eq!(get(&world, Some(&officer), "/nowhere").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_form_without_its_token_changes_nothing() {
    let world = World::new().await;
    let officer = world.officer().await;
    for path in ["/records/employer/new", "/logout", "/me/password", "/records/employer/export"] {
        for token in [None, Some("guess")] {
            let fields: Vec<(&str, &str)> = token.map(|t| ("_csrf", t)).into_iter().collect();
            assert_eq!(post_bare(&world, Some(&officer), path, &fields).await.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    let foreign = axum::http::Request::builder()
        .method("POST")
        .uri("/logout")
        .header("cookie", &officer.cookie)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .body(axum::body::Body::from(format!("_csrf={}", officer.csrf)))
        .unwrap();
    assert_eq!(world.answer(foreign).await.status, StatusCode::FORBIDDEN);
    assert_eq!(get(&world, Some(&officer), "/").await.status, StatusCode::OK, "still signed in");
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let world = World::new().await;
    for path in ["/login", "/", "/nowhere", "/api/v1/records/employer", "/favicon.ico"] {
        let reply = get(&world, None, path).await;
        assert!(reply.header("content-security-policy").starts_with("default-src 'self'"), "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert!(!reply.header("content-security-policy").contains("unsafe"), "{path}");
    }
}
