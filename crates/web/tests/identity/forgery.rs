//! Requests that other sites send: every route that changes something refuses them, with the right cookie and without the token.

use crate::world::{Session, World};
use axum::body::Body;
use axum::http::{Request, StatusCode};

#[path = "../access/routes.rs"]
#[allow(dead_code, reason = "the list is shared, the tests of it are not")]
mod routes;

/// Routes that somebody without a session may send: a token of a session cannot be asked for; the check of the origin stands alone.
const BEFORE_SESSION: [&str; 7] = [
    "/login",
    "/login/second",
    "/login/passkey",
    "/login/passkey/options",
    "/invite/{secret}",
    "/api/v1/session",
    // A device proves itself by its own secret; a session opens nothing there.
    "/api/v1/readings",
];

async fn send(world: &World, session: &Session, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> StatusCode {
    let mut request = Request::builder().method(method).uri(path).header("cookie", &session.cookie).header("host", "zhijian.example");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    world.answer(request.body(Body::from(body.to_owned())).unwrap()).await.status
}

#[tokio::test]
async fn every_route_that_changes_something_refuses_other_sites() {
    let world = World::new().await;
    let admin = world.sign_in("admin", &["R01"], "130300", "").await;
    let mut walked = 0;
    for (method, path) in routes::all(&world).await {
        if method == "GET" {
            continue;
        }
        walked += 1;
        let address = path.replace("{kind}", "employer").replace("/calc/{id}", "/calc/air.twa").replace(['{', '}'], "");
        let form = ("content-type", "application/x-www-form-urlencoded");
        let token = format!("_csrf={}", admin.csrf);
        for foreign in [
            &[form, ("sec-fetch-site", "cross-site"), ("x-csrf-token", &admin.csrf)][..],
            &[form, ("sec-fetch-site", "same-site"), ("x-csrf-token", &admin.csrf)],
            &[form, ("origin", "https://evil.example"), ("x-csrf-token", &admin.csrf)],
            &[form, ("origin", "null"), ("x-csrf-token", &admin.csrf)],
        ] {
            let status = send(&world, &admin, &method, &address, foreign, &token).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{method} {path} {foreign:?}");
        }
        if BEFORE_SESSION.contains(&path.as_str()) && method == "POST" {
            continue;
        }
        // From our own pages, yet without the token or with a guess.
        for token in ["", "_csrf=", "_csrf=guess"] {
            let status =
                send(&world, &admin, &method, &address, &[form, ("sec-fetch-site", "same-origin"), ("x-csrf-token", "guess")], token).await;
            let refused = matches!(status, StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST);
            assert!(refused, "{method} {path} with “{token}”: {status}");
        }
    }
    assert!(walked > 40, "{walked} routes change something");
    assert_eq!(world.get(&admin, "/me").await.status, StatusCode::OK, "nothing was done: the session still stands");
}
