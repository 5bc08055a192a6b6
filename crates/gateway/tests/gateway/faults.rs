//! Many at once.

use crate::mqtt::{Client, reading};
use crate::world::{NOISE, SECRET, World};
use std::sync::atomic::Ordering;
use zhijian_gateway::batch::{Request, take};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_senders_share_transactions_and_each_reading_is_kept_once() {
    const SENDERS: i64 = 16;
    const EACH: i64 = 50;
    let world = World::new().await;
    let start = world.now_ms() - 3_600_000;
    let mut tasks = tokio::task::JoinSet::new();
    for sender in 0..SENDERS {
        let hub = world.hub.clone();
        tasks.spawn(async move {
            for n in 0..EACH {
                // Every reading comes from two senders.
                let at = start + (sender / 2 * EACH + n) * 1000;
                let body = reading(at, 80.0);
                let request = Request { sender: NOISE, secret: SECRET, csv: false, gzip: false, body: body.as_bytes() };
                take(&hub, request).await.unwrap();
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    assert_eq!(world.kept(NOISE, "P001").await.len() as i64, SENDERS / 2 * EACH);
    let tallies = world.hub.store.tallies(None).await.unwrap();
    let of = |what: &str| tallies.iter().find(|tally| tally.what == what).map_or(0, |tally| tally.count) as i64;
    assert_eq!((of("new"), of("duplicate")), (SENDERS / 2 * EACH, SENDERS / 2 * EACH));
    let commits = world.hub.counts().commits.load(Ordering::Relaxed) as i64;
    assert!(commits < SENDERS * EACH, "transactions are shared: {commits} for {}", SENDERS * EACH);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_that_is_stopped_is_no_longer_heard() {
    let world = World::new().await;
    let (mut client, _) = Client::connect(world.mqtt, NOISE, SECRET).await;
    let device = world.hub.register.device(NOISE).unwrap();
    let kind = world.door.kind("device").unwrap();
    let given = serde_json::Map::from_iter([("stopped_on".to_owned(), serde_json::Value::from(crate::world::TODAY))]);
    let draft = zhijian_kinds::intake::Draft::from_json(&kind, &given);
    let entry = zhijian_records::submit::Entry { source: "test", reason: "", idempotency: None };
    let caller = zhijian_records::Caller::system("test");
    world.door.advance(&caller, "device", &device.id, 1, "stop", &draft, entry).await.unwrap();
    world.hub.register.renew(std::time::Duration::ZERO).await.unwrap();
    client.publish(&format!("zhijian/{NOISE}/readings"), &reading(world.now_ms(), 80.0), 1).await;
    client.acknowledged().await;
    assert!(world.kept(NOISE, "P001").await.is_empty());
    assert_eq!(world.held(NOISE, "unknown").await, 1);
    let (_, code) = Client::connect(world.mqtt, NOISE, SECRET).await;
    assert_eq!(code, 5);
}
