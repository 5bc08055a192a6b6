//! Guessing passwords: pauses by account and by address, the same answers for accounts that do not exist.

use crate::people::{DAY, MINUTE, PASSWORD, audit, login, pass};
use crate::world::World;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use std::net::SocketAddr;
use zhijian_records::port::Action;

#[tokio::test]
async fn pauses_of_an_account_double_and_end_with_the_right_password() {
    let world = World::new().await;
    world.sign_in("wang", &["R03"], "130300", "").await;
    for _ in 0..5 {
        assert_eq!(login(&world, "wang", "wrong wrong wrong").await.status, StatusCode::UNAUTHORIZED);
    }
    for minutes in [1, 2, 4, 8] {
        assert_eq!(login(&world, "wang", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS, "{minutes}: even the right one");
        pass(&world, minutes * MINUTE - 1);
        assert_eq!(login(&world, "wang", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS, "{minutes}: not before its end");
        pass(&world, 1);
        assert_eq!(login(&world, "wang", "wrong wrong wrong").await.status, StatusCode::UNAUTHORIZED, "{minutes}: one more attempt");
    }
    pass(&world, 16 * MINUTE);
    assert_eq!(login(&world, "wang", PASSWORD).await.status, StatusCode::SEE_OTHER);
    assert_eq!(login(&world, "wang", "wrong wrong wrong").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(login(&world, "wang", PASSWORD).await.status, StatusCode::SEE_OTHER, "the count began anew");
    let failures = audit(&world).await.iter().filter(|l| l.action == Action::SignInFailed && l.record == "wang").count();
    assert_eq!(failures, 10 + 5, "each attempt and each pause is on record; refused ones in a pause are none");
}

#[tokio::test]
async fn an_unknown_account_answers_and_pauses_like_a_known_one() {
    let world = World::new().await;
    world.sign_in("wang", &["R03"], "130300", "").await;
    for attempt in 0..7 {
        let (known, unknown) = (login(&world, "wang", "wrong wrong wrong").await, login(&world, "nobody", "wrong wrong wrong").await);
        assert_eq!(known.status, unknown.status, "{attempt}");
        assert_eq!(known.text.replace("wang", "nobody"), unknown.text, "{attempt}");
    }
}

#[tokio::test]
async fn a_deactivated_account_looks_like_a_wrong_password() {
    let world = World::new().await;
    world.sign_in("wang", &["R03"], "130300", "").await;
    let account = world.app.door.store.account("wang").await.unwrap().unwrap();
    let off = zhijian_records::port::Account { active: false, ..account };
    world.app.door.put_account(&zhijian_records::Caller::system("test"), &off).await.unwrap();
    let reply = login(&world, "wang", PASSWORD).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    assert!(reply.text.contains("账号或密码不正确"));
}

async fn from(world: &World, address: &str, login: &str) -> StatusCode {
    let socket: SocketAddr = format!("{address}:4711").parse().unwrap();
    let request = Request::builder()
        .method("POST")
        .uri("/login")
        .header("content-type", "application/x-www-form-urlencoded")
        .extension(ConnectInfo(socket))
        .body(Body::from(format!("login={login}&password=wrong+wrong+wrong")))
        .unwrap();
    world.answer(request).await.status
}

#[tokio::test]
async fn an_address_that_tries_many_accounts_pauses_and_others_do_not() {
    let world = World::new().await;
    let caller = zhijian_records::Caller::system("test");
    let policy = world.app.door.security().await.unwrap().with(&[("address_attempts".into(), "6".into())]).unwrap();
    world.app.door.set_security(&caller, &policy).await.unwrap();
    for n in 0..6 {
        assert_eq!(from(&world, "192.0.2.1", &format!("guess{n}")).await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(from(&world, "192.0.2.1", "guess7").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(from(&world, "192.0.2.2", "guess7").await, StatusCode::UNAUTHORIZED, "another address");
    pass(&world, DAY + 2 * MINUTE);
    assert_eq!(from(&world, "192.0.2.1", "guess8").await, StatusCode::UNAUTHORIZED, "a day later all is forgotten");
}

#[tokio::test]
async fn guesses_at_once_are_counted_one_by_one() {
    let world = World::new().await;
    world.sign_in("wang", &["R03"], "130300", "").await;
    let replies = futures::future::join_all((0..20).map(|_| login(&world, "wang", "wrong wrong wrong"))).await;
    let tried = replies.iter().filter(|r| r.status == StatusCode::UNAUTHORIZED).count();
    assert_eq!(tried, 5);
}
