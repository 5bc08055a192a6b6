//! Health and running figures: for machines, without anything personal.

use crate::people::{PASSWORD, login};
use crate::world::{Reply, World};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use std::net::SocketAddr;
use zhijian_records::Caller;

async fn from(world: &World, path: &str, address: &str, headers: &[(&str, &str)]) -> Reply {
    let socket: SocketAddr = format!("{address}:4711").parse().unwrap();
    let mut request = Request::builder().uri(path).extension(ConnectInfo(socket));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    world.answer(request.body(Body::empty()).unwrap()).await
}

async fn allow_local(world: &World) {
    let policy = world.app.door.security().await.unwrap().with(&[("local_metrics".into(), "1".into())]).unwrap();
    world.app.door.set_security(&Caller::system("test"), &policy).await.unwrap();
}

#[tokio::test]
async fn figures_need_a_token_with_the_scope_or_the_machine_itself_where_allowed() {
    let world = World::new().await;
    assert_eq!(from(&world, "/metrics", "127.0.0.1", &[]).await.status, StatusCode::UNAUTHORIZED, "not by default");
    let caller = Caller::of("admin", &["R01"], "", "");
    world.sign_in("admin", &["R01"], "130300", "").await;
    let door = &world.app.door;
    let good = door.issue_token(&caller, "监控", &["metrics".into()], 30).await.unwrap().secret;
    let other = door.issue_token(&caller, "其他", &["read".into()], 30).await.unwrap().secret;
    let ask = async |token: &str| from(&world, "/metrics", "192.0.2.1", &[("authorization", &format!("Bearer {token}"))]).await.status;
    assert_eq!(ask(&good).await, StatusCode::OK);
    assert_eq!(ask(&other).await, StatusCode::UNAUTHORIZED);
    assert_eq!(ask("zj_guess").await, StatusCode::UNAUTHORIZED);
    allow_local(&world).await;
    assert_eq!(from(&world, "/metrics", "127.0.0.1", &[]).await.status, StatusCode::OK);
    assert_eq!(
        from(&world, "/metrics", "127.0.0.1", &[("x-forwarded-for", "192.0.2.1")]).await.status,
        StatusCode::UNAUTHORIZED,
        "a proxy is not the machine"
    );
    assert_eq!(from(&world, "/metrics", "192.0.2.1", &[]).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn figures_name_templates_and_nothing_personal() {
    let world = World::new().await;
    let officer = world.officer().await;
    login(&world, "wang-secret-login", PASSWORD).await;
    world.get(&officer, "/records/employer?q=%E5%BC%A0%E4%B8%89").await;
    world.get(&officer, "/records/employer/00000000000000000000000000000000").await;
    world.get(&officer, "/no/such/page/130322196104169975").await;
    world.send(None, "BREW", "/login", &[], None).await;
    allow_local(&world).await;
    let text = from(&world, "/metrics", "127.0.0.1", &[]).await.text;
    assert!(text.contains("zhijian_http_requests_total{method=\"GET\",route=\"/records/{kind}/{id}\",status=\"404\"} 1"), "{text}");
    for name in ["zhijian_http_request_duration_seconds_bucket", "zhijian_sessions 1", "zhijian_outbox_depth", "zhijian_lake_lag_seconds"] {
        assert!(text.contains(name), "{name}: {text}");
    }
    for personal in ["officer", "wang-secret", "130322", "%E5", "0000000000", "BREW"] {
        assert!(!text.contains(personal), "{personal}");
    }
}

#[tokio::test]
async fn health_says_little_to_strangers() {
    let world = World::new().await;
    let reply = from(&world, "/health", "192.0.2.1", &[]).await;
    assert_eq!((reply.status, reply.json()), (StatusCode::OK, serde_json::json!({"status": "ok"})));
    allow_local(&world).await;
    let known = from(&world, "/health", "127.0.0.1", &[]).await.json();
    for part in ["version", "store", "lake", "disk"] {
        assert!(known.get(part).is_some(), "{part}: {known}");
    }
}
