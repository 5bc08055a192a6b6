//! Many at once.

use crate::mqtt::{Client, reading};
use crate::world::{NOISE, SECRET, World};
use std::sync::atomic::Ordering;
use zhijian_gateway::batch::{Request, take};
use zhijian_gateway::{Live, alarms::Clerk};
use zhijian_records::port::Query;
use zhijian_telemetry::readings::Series;

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_026_a_clock_of_the_server_that_jumps_and_comes_back_leaves_readings_and_alarm_as_they_are() {
    const MINUTE: i64 = 60_000;
    const DAY: i64 = 24 * 60 * MINUTE;
    let world = World::new().await;
    let mut live = world.hub.watch();
    let mut clerk = Clerk::new(world.hub.clone());
    clerk.round().await.unwrap();
    let (mut client, _) = Client::connect(world.mqtt, NOISE, SECRET).await;
    let topic = format!("zhijian/{NOISE}/readings");
    let start = world.now_ms();
    world.pass(3000);
    let mut kept = Vec::new();
    for (minute, value, off) in [
        (0, 80.0, 0),
        (1, 103.0, 0),
        (2, 103.5, 10 * DAY),
        (3, 104.0, 0),
        (4, 102.0, -2 * 60 * MINUTE),
        (5, 101.0, 0),
        (6, 80.0, 0),
        (7, 80.0, 0),
    ] {
        world.pass(off);
        client.publish(&topic, &reading(start + minute * MINUTE, value), 1).await;
        assert_eq!(client.acknowledged().await, Some(1), "kept, as reading or in quarantine");
        if off == 0 {
            kept.push((start + minute * MINUTE, value));
            let Live(arrival) = live.recv().await.unwrap();
            clerk.watching().add(&arrival);
        }
        clerk.round().await.unwrap();
        world.hub.store.sum_up(world.now_ms()).await.unwrap();
        world.pass(MINUTE - off);
        clerk.round().await.unwrap();
    }
    let found: Vec<(i64, f64)> = world.kept(NOISE, "P001").await.iter().map(|kept| (kept.reading.at_ms, kept.reading.value)).collect();
    assert_eq!(found, kept);
    assert_eq!((world.held(NOISE, "late").await, world.held(NOISE, "clock").await), (1, 1), "what came meanwhile is in quarantine");
    let series = Series { device: NOISE.into(), factor: "P001".into() };
    let from = start.div_euclid(60 * MINUTE) * 60 * MINUTE;
    let hours = world.hub.store.buckets(&series, from, from + 120 * MINUTE, 60 * MINUTE).await.unwrap();
    assert_eq!(hours.iter().map(|hour| hour.count).sum::<u64>(), kept.len() as u64, "hours that were summed up too early are right again");
    let alarms = world.door.store.query(&Query::everything("alarm", Vec::new())).await.unwrap().rows;
    assert_eq!(alarms.len(), 1, "no alarm is written twice");
    let alarm = alarms[0].document();
    assert_eq!(alarm["peak"].as_f64(), Some(104.0), "nothing of it was withdrawn or begun anew");
    assert!(alarm["ended_at"].is_string(), "its end was seen");
}
