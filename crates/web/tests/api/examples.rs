//! Every kind's example goes in and comes out again.

use crate::world::{World, amended_by_hand, by_hand};
use axum::http::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn every_example_can_be_filed_and_read_back() {
    let world = World::new().await;
    let officer = world.officer().await;
    let mut refused = Vec::new();
    for kind in world.app.door.catalogue.in_dependency_order().into_iter().filter(|kind| by_hand(kind)) {
        for example in &kind.examples {
            let path = format!("/api/v1/records/{}", kind.kind);
            let reply = world.post(&officer, &path, &json!({"data": example})).await;
            if reply.status != StatusCode::CREATED {
                refused.push(format!("{}: {}", kind.kind, reply.text));
                continue;
            }
            let place = reply.header("location").to_owned();
            assert_eq!(reply.header("etag"), "\"1\"");
            let read = world.get(&officer, &place).await;
            assert_eq!(read.status, StatusCode::OK, "{}", read.text);
            let record = read.json();
            assert_eq!((&record["kind"], &record["revision"], &record["masked"]), (&json!(kind.kind), &json!(1), &json!(true)));
            for name in &kind.natural_key {
                let public = kind.field(name).is_some_and(|f| f.private.is_none());
                let given = example.get(name).filter(|v| public && v.is_string() && v.as_str() == record["data"][name].as_str());
                assert!(!public || given.is_some() || record["data"].get(name).is_some(), "{} {name}: {record}", kind.kind);
            }
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[tokio::test]
async fn a_record_that_was_read_can_be_put_back_unchanged() {
    let (world, officer) = World::with_examples().await;
    for kind in world.app.door.catalogue.kinds.values().filter(|kind| amended_by_hand(kind)) {
        let list = world.get(&officer, &format!("/api/v1/records/{}", kind.kind)).await.json();
        let Some(record) = list["items"].get(0) else { continue };
        let path = format!("/api/v1/records/{}/{}", kind.kind, record["id"].as_str().unwrap());
        let before = secrets(&world, &kind.kind, record).await;
        let reply = world.send(Some(&officer), "PUT", &path, &[("if-match", "\"1\"")], Some(&json!({"data": record["data"]}))).await;
        assert_eq!(reply.status, StatusCode::OK, "{}: {}", kind.kind, reply.text);
        let after = world.get(&officer, &path).await.json();
        assert_eq!(after["data"], record["data"], "{}", kind.kind);
        assert_eq!(secrets(&world, &kind.kind, record).await, before, "{}: masks never replace what they stand for", kind.kind);
    }
}

/// The whole record in clear, as the platform itself sees it.
async fn secrets(world: &World, kind: &str, record: &Value) -> Value {
    let system = zhijian_records::Caller::system("test");
    let view = world.app.door.open(&system, kind, record["id"].as_str().unwrap(), Some("test")).await.unwrap();
    Value::Object(view.data)
}
