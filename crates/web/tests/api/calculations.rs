//! Calculators over the API: the contract of the batch command, with problems in Chinese.

use crate::world::{Session, World};
use axum::http::StatusCode;
use serde_json::{Value, json};
use zhijian_calc::registry;

async fn somebody() -> (World, Session) {
    let world = World::new().await;
    let session = world.sign_in("cdc", &["R06"], "130300", "").await;
    (world, session)
}

#[tokio::test]
async fn every_calculator_is_listed_explained_and_calculates_its_example() {
    let (world, session) = somebody().await;
    let listed = world.get(&session, "/api/v1/calc").await.json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(registry::list().len()));
    for item in listed["items"].as_array().unwrap() {
        let path = format!("/api/v1/calc/{}", item["id"].as_str().unwrap());
        let told = world.get(&session, &path).await.json();
        let reply = world.post(&session, &path, &json!({"inputs": told["example"]})).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text);
        let done = reply.json();
        let expected = registry::run(item["id"].as_str().unwrap(), &told["example"]).unwrap();
        assert_eq!(done["outputs"], Value::Object(expected.outputs), "{path}");
        assert_eq!((&done["version"], &done["source"], &done["inputs"]), (&told["version"], &told["source"], &told["example"]));
    }
    let found = world.get(&session, "/api/v1/calc?q=GBZ%2049").await.json();
    assert_eq!(found["items"][0]["id"], "hearing.gbz49");
}

#[tokio::test]
async fn a_refusal_has_the_code_and_the_field() {
    let (world, session) = somebody().await;
    // body, code, field
    let rows = [
        (json!({"c_me": -1, "mac": 10}), "invalid_input", "c_me"),
        (json!({"c_me": "NaN", "mac": 10}), "invalid_input", "c_me"),
        (json!({"c_me": 1, "mak": 10}), "unknown_key", "mak"),
    ];
    for (inputs, code, field) in rows {
        let reply = world.post(&session, "/api/v1/calc/air.mac", &json!({"inputs": inputs})).await;
        assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid"), "{inputs}");
        let problem = &reply.json()["problems"][0];
        assert_eq!((problem["class"].as_str(), problem["field"].as_str()), (Some(code), Some(field)), "{inputs}");
    }
    let reply = world.post(&session, "/api/v1/calc/air.twa", &json!({"inputs": {"samples": [{"c": 1, "t_min": 0}]}})).await;
    assert_eq!(reply.json()["problems"][0]["field"], "samples.0.t_min");
    assert_eq!(reply.json()["problems"][0]["found"], "0");
    let reply = world.post(&session, "/api/v1/calc/air.nothing", &json!({"inputs": {}})).await;
    assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::NOT_FOUND, "not-found"));
    let reply = world.post(&session, "/api/v1/calc/air.mac", &json!({"c_me": 1, "mac": 10})).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "inputs stand in `inputs`");
}
