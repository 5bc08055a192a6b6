//! Second factors: one-time codes, recovery codes, roles that need one, resets.

use crate::people::{MINUTE, PASSWORD, cookie, login, pass, session, told};
use crate::world::{Reply, Session, World};
use axum::http::StatusCode;
use data_encoding::BASE32_NOPAD;
use serde_json::json;
use zhijian_records::Caller;
use zhijian_records::accounts::{STEP_SECONDS, code_at};

/// What somebody's authenticator app and drawer hold.
struct App {
    secret: Vec<u8>,
    codes: Vec<String>,
}

impl App {
    fn code(&self, world: &World) -> String {
        code_at(&self.secret, world.app.door.now())
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split(before).nth(1).and_then(|t| t.split(after).next()).unwrap_or_default()
}

/// Enrols an app through the pages.
async fn enrol(world: &World, session: &Session) -> App {
    let page = world.form(session, "/me/factors/totp", &[("name", "办公手机"), ("password", PASSWORD)]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("<svg class=\"qr\""), "the QR code is drawn in the page");
    let action = between(&page.text, "action=\"/me/factors/totp/", "\"");
    let secret = BASE32_NOPAD.decode(between(&page.text, "<p class=\"password\"><code>", "<").as_bytes()).unwrap();
    let address = format!("/me/factors/totp/{action}");
    let wrong = world.form(session, &address, &[("code", "000000")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = world.form(session, &address, &[("code", &code_at(&secret, world.app.door.now()))]).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    let codes: Vec<String> = done.text.split("<li><code>").skip(1).filter_map(|p| p.split('<').next()).map(str::to_owned).collect();
    assert_eq!(codes.len(), 10);
    App { secret, codes }
}

/// The password, then a code.
async fn second(world: &World, code: &str) -> Reply {
    let first = login(world, "wang", PASSWORD).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text);
    let waiting = Session { cookie: cookie(&first), csrf: String::new() };
    world.bare_form(Some(&waiting), "/login/second", &[("code", code), ("next", "/kinds")]).await
}

async fn enrolled() -> (World, App) {
    let world = World::new().await;
    let wang = world.sign_in("wang", &["R03"], "130300", "").await;
    let app = enrol(&world, &wang).await;
    (world, app)
}

#[tokio::test]
async fn the_password_alone_opens_nothing_once_a_factor_is_enrolled() {
    let (world, app) = enrolled().await;
    let first = login(&world, "wang", PASSWORD).await;
    assert!(first.header("location").starts_with("/login/second"));
    let waiting = Session { cookie: cookie(&first), csrf: String::new() };
    for path in ["/", "/me", "/records/employer", "/me/factors"] {
        assert_eq!(world.get(&waiting, path).await.status, StatusCode::SEE_OTHER, "{path}");
    }
    assert_eq!(world.get(&waiting, "/api/v1/session").await.status, StatusCode::UNAUTHORIZED);
    pass(&world, STEP_SECONDS * 1_000_000);
    let reply = world.bare_form(Some(&waiting), "/login/second", &[("code", &app.code(&world)), ("next", "/kinds")]).await;
    assert_eq!((reply.status, reply.header("location")), (StatusCode::SEE_OTHER, "/kinds"));
    assert_ne!(cookie(&reply), waiting.cookie, "the session gets a new secret");
    assert_eq!(world.get(&session(&world, &reply).await, "/me").await.status, StatusCode::OK);
    assert_eq!(world.get(&waiting, "/login/second").await.status, StatusCode::SEE_OTHER, "the waiting one is over");
}

#[tokio::test]
async fn a_code_is_refused_the_second_time() {
    let (world, app) = enrolled().await;
    assert_eq!(second(&world, &app.code(&world)).await.status, StatusCode::UNAUTHORIZED, "the code of enrolment is used up");
    pass(&world, STEP_SECONDS * 1_000_000);
    let code = app.code(&world);
    assert_eq!(second(&world, &code).await.status, StatusCode::SEE_OTHER);
    let replayed = second(&world, &code).await;
    assert_eq!(replayed.status, StatusCode::UNAUTHORIZED);
    assert!(replayed.text.contains("已使用过"));
    pass(&world, 3 * STEP_SECONDS * 1_000_000);
    assert_eq!(second(&world, &code).await.status, StatusCode::UNAUTHORIZED, "and an old one is refused anyhow");
}

#[tokio::test]
async fn a_recovery_code_opens_once() {
    let (world, app) = enrolled().await;
    let code = app.codes[3].to_lowercase();
    assert_eq!(second(&world, &code).await.status, StatusCode::SEE_OTHER);
    assert_eq!(second(&world, &code).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(second(&world, &app.codes[4]).await.status, StatusCode::SEE_OTHER, "the others still do");
}

#[tokio::test]
async fn codes_cannot_be_guessed_through() {
    let (world, app) = enrolled().await;
    for _ in 0..5 {
        assert_eq!(second(&world, "000000").await.status, StatusCode::UNAUTHORIZED);
    }
    pass(&world, STEP_SECONDS * 1_000_000);
    assert_eq!(second(&world, &app.code(&world)).await.status, StatusCode::TOO_MANY_REQUESTS);
    pass(&world, 2 * MINUTE);
    assert_eq!(second(&world, &app.code(&world)).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_waiting_session_ends_after_five_minutes() {
    let (world, app) = enrolled().await;
    let first = login(&world, "wang", PASSWORD).await;
    pass(&world, 5 * MINUTE + 1);
    let waiting = Session { cookie: cookie(&first), csrf: String::new() };
    let late = world.bare_form(Some(&waiting), "/login/second", &[("code", &app.code(&world))]).await;
    assert_eq!((late.status, late.header("location")), (StatusCode::SEE_OTHER, "/login"));
}

#[tokio::test]
async fn scripts_send_the_code_with_the_password() {
    let (world, app) = enrolled().await;
    let ask = async |body: serde_json::Value| world.send(None, "POST", "/api/v1/session", &[], Some(&body)).await;
    let without = ask(json!({"login": "wang", "password": PASSWORD})).await;
    assert_eq!((without.status, without.problem().as_str()), (StatusCode::UNAUTHORIZED, "second-factor"));
    pass(&world, STEP_SECONDS * 1_000_000);
    assert_eq!(ask(json!({"login": "wang", "password": PASSWORD, "code": app.code(&world)})).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn the_secret_is_sealed_in_the_store_and_codes_are_hashed() {
    let (world, app) = enrolled().await;
    let text = BASE32_NOPAD.encode(&app.secret);
    for factor in world.app.door.store.factors("wang").await.unwrap() {
        let kept = format!("{} {} {}", factor.id, factor.name, String::from_utf8_lossy(&factor.data));
        assert!(!kept.contains(&text), "{}", factor.kind);
        for code in &app.codes {
            assert!(!kept.contains(code.as_str()) && !kept.contains(&code.replace('-', "")), "{}", factor.kind);
        }
    }
}

#[tokio::test]
async fn a_role_that_needs_a_second_factor_can_do_nothing_else_first() {
    let world = World::new().await;
    let wang = world.sign_in("wang", &["R03"], "130300", "").await;
    let li = world.sign_in("li", &["R06"], "130300", "").await;
    let admin = world.sign_in("admin", &["R01"], "130300", "").await;
    let saved = world.form(&admin, "/security", &[("factor_roles", "R03")]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    assert!(told(&world, "", "须双因素的角色 →R03").await, "the change is on record");
    for path in ["/", "/records/employer", "/me/tokens", "/me/sessions"] {
        let reply = world.get(&wang, path).await;
        assert_eq!((reply.status, reply.header("location")), (StatusCode::SEE_OTHER, "/me/factors"), "{path}");
    }
    assert_eq!(world.get(&wang, "/api/v1/kinds").await.status, StatusCode::FORBIDDEN);
    assert_eq!(world.get(&li, "/kinds").await.status, StatusCode::OK, "other roles go on");
    enrol(&world, &wang).await;
    assert_eq!(world.get(&wang, "/kinds").await.status, StatusCode::OK, "whoever has just proved one goes on");
}

#[tokio::test]
async fn factors_change_with_the_password_only_and_on_record() {
    let world = World::new().await;
    let wang = world.sign_in("wang", &["R03"], "130300", "").await;
    let li = world.sign_in("li", &["R06"], "130300", "").await;
    let without = world.form(&wang, "/me/factors/totp", &[("name", "x"), ("password", "guess guess guess")]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    enrol(&world, &wang).await;
    assert!(told(&world, "wang", "启用验证器").await);
    let factor = world.app.door.proofs("wang").await.unwrap().totp[0].id.clone();
    let remove = format!("/me/factors/totp/{factor}/remove");
    assert_eq!(world.form(&li, &remove, &[("password", PASSWORD)]).await.status, StatusCode::NOT_FOUND, "another's factor");
    assert_eq!(world.form(&wang, &remove, &[("password", "guess guess guess")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(world.form(&wang, &remove, &[("password", PASSWORD)]).await.status, StatusCode::SEE_OTHER);
    assert!(told(&world, "wang", "移除验证器").await);
    assert_eq!(world.app.door.proofs("wang").await.unwrap().recovery, 0, "codes without a factor are good for nothing");
}

#[tokio::test]
async fn an_administrator_resets_lost_factors_on_record() {
    let (world, _) = enrolled().await;
    let admin = world.sign_in("admin", &["R01"], "130300", "").await;
    assert_eq!(world.form(&admin, "/accounts/wang/factors", &[]).await.status, StatusCode::SEE_OTHER);
    let lines = crate::people::audit(&world).await;
    assert!(lines.iter().any(|l| l.record == "wang" && l.stamp.actor == "admin" && l.stamp.reason.contains("重置双因素")));
    assert_eq!(login(&world, "wang", PASSWORD).await.header("location"), "/");
    let caller = Caller::of("someone", &["R03"], "130300", "");
    assert!(world.app.door.reset_factors(&caller, "wang").await.is_err(), "the door asks too");
}
