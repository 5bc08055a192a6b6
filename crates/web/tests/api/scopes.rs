//! Nobody sees another's records: not in rows, counts, filters, searches, figures or by trying ids.

use crate::world::World;
use axum::http::StatusCode;
use serde_json::json;

#[tokio::test]
async fn another_regions_records_do_not_exist() {
    let (world, officer) = World::with_examples().await;
    let list = world.get(&officer, "/api/v1/records/employer").await.json();
    let item = list["items"].as_array().unwrap().iter().find(|r| r["region"] == "130302").unwrap().clone();
    let path = format!("/api/v1/records/employer/{}", item["id"].as_str().unwrap());
    for (login, region) in [("other-city", "130200"), ("other-county", "130322")] {
        let stranger = world.sign_in(login, &["R03"], region, "").await;
        let read = world.get(&stranger, &path).await;
        assert_eq!((read.status, read.problem().as_str()), (StatusCode::NOT_FOUND, "not-found"));
        assert_eq!(world.get(&stranger, &format!("{path}/history")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.get(&stranger, "/api/v1/records/employer").await.json()["items"], json!([]));
        assert_eq!(world.get(&stranger, "/api/v1/records/employer?region=130302").await.json()["items"], json!([]));
        assert_eq!(world.get(&stranger, "/api/v1/records/employer/count").await.json()["count"], 0);
        assert_eq!(world.get(&stranger, "/api/v1/records/employer/count?by=industry").await.json()["groups"], json!([]));
        assert_eq!(world.get(&stranger, "/api/v1/records/employer?as_of=2026-12-31").await.json()["items"], json!([]));
        let name = item["data"]["name"].as_str().unwrap();
        let q: String = name.bytes().map(|b| format!("%{b:02X}")).collect();
        assert_eq!(world.get(&stranger, &format!("/api/v1/search?q={q}")).await.json()["items"], json!([]));
        let change =
            world.send(Some(&stranger), "PATCH", &path, &[("if-match", "\"1\"")], Some(&json!({"data": {"staff_total": 1}}))).await;
        assert_eq!(change.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_record_of_another_region_is_not_named_when_it_stands_in_the_way() {
    let (world, _) = World::with_examples().await;
    let stranger = world.sign_in("other-city", &["R03"], "130200", "").await;
    let reply = world.post(&stranger, "/api/v1/records/employer", &json!({"data": world.example("employer", &json!({}))})).await;
    assert!(reply.status.is_client_error());
    assert!(reply.json().get("id").is_none(), "{}", reply.text);
}

#[tokio::test]
async fn an_employer_sees_its_own_records_only() {
    let (world, officer) = World::with_examples().await;
    let list = world.get(&officer, "/api/v1/records/employer").await.json();
    let own = list["items"][0]["id"].as_str().unwrap().to_owned();
    let other = world.file(&officer, "employer", &json!({"uscc": "12130302TE5T08C06Y", "name": "海港样甲厂", "former_names": null})).await;
    let employer = world.sign_in("employer", &["R09"], "", &own).await;
    assert_eq!(world.get(&employer, &format!("/api/v1/records/employer/{own}")).await.status, StatusCode::OK);
    assert_eq!(world.get(&employer, &format!("/api/v1/records/employer/{other}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.get(&employer, "/api/v1/records/violation").await.problem(), "not-allowed");
    assert_eq!(world.get(&employer, "/api/v1/plans/qinhuangdao/evaluation?year=2020").await.problem(), "not-allowed");
}

#[tokio::test]
async fn roles_decide_which_kinds_can_be_read() {
    let (world, _) = World::with_examples().await;
    let leader = world.sign_in("leader", &["R19"], "130300", "").await;
    // The papers of its plan speak of no person and no employer; of everything else it sees figures only.
    for kind in world.app.door.catalogue.kinds.values().filter(|kind| kind.area != "plan").map(|kind| &kind.kind) {
        let reply = world.get(&leader, &format!("/api/v1/records/{kind}")).await;
        assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::FORBIDDEN, "not-allowed"), "{kind}");
        let reply = world.get(&leader, &format!("/api/v1/records/{kind}/count")).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{kind}");
    }
}

#[tokio::test]
async fn strangers_and_tokens_nobody_has_are_turned_away() {
    let world = World::new().await;
    let reply = world.send(None, "GET", "/api/v1/kinds", &[], None).await;
    assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::UNAUTHORIZED, "not-signed-in"));
    assert!(reply.header("www-authenticate").starts_with("Bearer"));
    let reply = world.send(None, "GET", "/api/v1/kinds", &[("authorization", "Bearer nobody")], None).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down() {
    let world = World::new().await;
    world.officer().await;
    let attempt =
        || async { world.send(None, "POST", "/api/v1/session", &[], Some(&json!({"login": "officer", "password": "guess"}))).await };
    for _ in 0..5 {
        assert_eq!(attempt().await.problem(), "not-signed-in");
    }
    let reply = attempt().await;
    assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::TOO_MANY_REQUESTS, "locked"));
    assert!(reply.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds >= 60), "{}", reply.header("retry-after"));
}

#[tokio::test]
async fn the_audit_trail_is_for_the_administrator() {
    let (world, officer) = World::with_examples().await;
    assert_eq!(world.get(&officer, "/api/v1/audit").await.problem(), "not-allowed");
    let admin = world.sign_in("admin", &["R01"], "", "").await;
    let page = world.get(&admin, "/api/v1/audit?limit=3").await.json();
    assert_eq!(page["items"].as_array().unwrap().len(), 3);
    let next = page["next"].as_str().unwrap();
    let more = world.get(&admin, &format!("/api/v1/audit?limit=3&cursor={next}")).await.json();
    assert_eq!(more["items"][0]["prev"], page["items"][2]["hash"], "the chain goes on");
}
