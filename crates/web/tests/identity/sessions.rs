//! Sessions: fresh secrets, time-outs, list and end, cookies.

use crate::people::{MINUTE, PASSWORD, cookie, login, pass, session, told};
use crate::world::{Session, World};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use std::sync::Arc;
use zhijian_records::Caller;
use zhijian_web::gate::Gate;

#[tokio::test]
async fn a_planted_session_is_not_the_one_that_is_signed_in() {
    let world = World::new().await;
    let mallory = world.sign_in("mallory", &["R03"], "130300", "").await;
    world.sign_in("wang", &["R03"], "130300", "").await;
    for planted in [mallory.cookie.clone(), "zhijian_session=0123456789abcdef".to_owned()] {
        let planted = Session { cookie: planted, csrf: String::new() };
        let reply = world.bare_form(Some(&planted), "/login", &[("login", "wang"), ("password", PASSWORD)]).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER);
        assert_ne!(cookie(&reply), planted.cookie);
        assert_eq!(world.get(&planted, "/me").await.status, StatusCode::SEE_OTHER, "the planted one opens nothing");
        assert!(world.get(&session(&world, &reply).await, "/me").await.text.contains("测试wang"));
    }
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_or_old() {
    let world = World::new().await;
    let wang = world.sign_in("wang", &["R03"], "130300", "").await;
    for _ in 0..11 {
        pass(&world, 59 * MINUTE);
        assert_eq!(world.get(&wang, "/kinds").await.status, StatusCode::OK, "used within the hour");
    }
    pass(&world, 59 * MINUTE);
    assert_eq!(world.get(&wang, "/kinds").await.status, StatusCode::OK);
    pass(&world, 12 * MINUTE + 1);
    assert_eq!(world.get(&wang, "/kinds").await.status, StatusCode::SEE_OTHER, "twelve hours are the longest");
    let li = world.sign_in("li", &["R03"], "130300", "").await;
    pass(&world, 60 * MINUTE + 1);
    assert_eq!(world.get(&li, "/kinds").await.status, StatusCode::SEE_OTHER, "an hour idle");
}

#[tokio::test]
async fn shorter_time_outs_hold_at_once() {
    let world = World::new().await;
    let wang = world.sign_in("wang", &["R03"], "130300", "").await;
    let admin = world.sign_in("admin", &["R01"], "130300", "").await;
    pass(&world, 10 * MINUTE);
    assert_eq!(world.form(&admin, "/security", &[("idle_minutes", "5")]).await.status, StatusCode::SEE_OTHER);
    assert!(told(&world, "", "会话空闲超时分钟数 60→5").await);
    assert_eq!(world.get(&wang, "/kinds").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn somebody_sees_and_ends_the_own_sessions_and_no_other() {
    let world = World::new().await;
    let wang = world.sign_in("wang", &["R03"], "130300", "").await;
    let other = session(&world, &login(&world, "wang", PASSWORD).await).await;
    let third = session(&world, &login(&world, "wang", PASSWORD).await).await;
    let li = world.sign_in("li", &["R03"], "130300", "").await;
    let page = world.get(&other, "/me/sessions").await.text;
    let ids: Vec<&str> =
        page.split("action=\"/me/sessions/").skip(1).filter_map(|p| p.split("/end\"").next()).filter(|p| p.len() == 16).collect();
    assert_eq!(ids.len(), 2, "{page}");
    let secret = wang.cookie.split('=').nth(1).unwrap();
    assert!(!page.contains(secret), "no secret on the page");
    let path = format!("/me/sessions/{}/end", ids[0]);
    assert_eq!(world.form(&li, &path, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.form(&other, &path, &[]).await.status, StatusCode::SEE_OTHER);
    assert!(told(&world, ids[0], "结束会话").await);
    assert_eq!(world.form(&other, "/me/sessions/end", &[]).await.status, StatusCode::SEE_OTHER);
    for gone in [&wang, &third] {
        assert_eq!(world.get(gone, "/me").await.status, StatusCode::SEE_OTHER);
    }
    for alive in [&other, &li] {
        assert_eq!(world.get(alive, "/me").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let world = World::new().await;
    let wang = world.sign_in("wang", &["R03"], "130300", "").await;
    let other = session(&world, &login(&world, "wang", PASSWORD).await).await;
    let fields = [("old", PASSWORD), ("new", "another horse 43"), ("repeat", "another horse 43")];
    let reply = world.form(&other, "/me/password", &fields).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.text);
    for gone in [&wang, &other] {
        assert_eq!(world.get(gone, "/me").await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(world.get(&session(&world, &reply).await, "/me").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_password_that_is_too_old_must_be_changed_first() {
    let world = World::new().await;
    world.sign_in("wang", &["R03"], "130300", "").await;
    let caller = Caller::system("test");
    world.app.door.set_password(&caller, "wang", "another horse 43").await.unwrap();
    let policy = world.app.door.security().await.unwrap().with(&[("password_days".into(), "90".into())]).unwrap();
    world.app.door.set_security(&caller, &policy).await.unwrap();
    assert_eq!(login(&world, "wang", "another horse 43").await.header("location"), "/");
    pass(&world, 91 * crate::people::DAY);
    assert_eq!(login(&world, "wang", "another horse 43").await.header("location"), "/me/password");
}

#[tokio::test]
async fn over_https_the_cookie_is_bound_to_the_host() {
    let mut world = World::new().await;
    world.sign_in("wang", &["R03"], "130300", "").await;
    let plain = cookie(&login(&world, "wang", PASSWORD).await);
    assert!(plain.starts_with("zhijian_session="));
    world.app.gate = Arc::new(Gate::of("https://zhijian.example"));
    world.router = zhijian_web::router(world.app.clone());
    let reply = login(&world, "wang", PASSWORD).await;
    let line = reply.header("set-cookie");
    assert!(line.starts_with("__Host-zhijian_session="), "{line}");
    for attribute in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/;"] {
        assert!(line.contains(attribute), "{line}");
    }
    assert!(!line.contains("Domain"));
    let ask = async |cookie: &str| {
        let request = Request::builder().uri("/me").header("cookie", cookie).body(Body::empty()).unwrap();
        world.answer(request).await.status
    };
    assert_eq!(ask(&cookie(&reply)).await, StatusCode::OK);
    assert_eq!(ask(&plain).await, StatusCode::SEE_OTHER, "a cookie that somebody else could set is not looked at");
    assert!(world.bare_form(None, "/login", &[]).await.header("strict-transport-security").contains("max-age="));
}
