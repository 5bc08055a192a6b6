//! Readings through an external broker: a real mosquitto, both versions of the protocol.

use crate::mosquitto::{Mosquitto, PASSWORD, USER};
use crate::mqtt::{Client, reading};
use crate::world::{NOISE, World};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::task::JoinHandle;
use zeroize::Zeroizing;
use zhijian_gateway::mqtt::Version;
use zhijian_gateway::mqtt::consumer::{Address, Broker, consume};
use zhijian_gateway::{Hub, tls};
use zhijian_telemetry::readings::ReadingStore;

const TOPIC: &str = "zhijian/ZY0001/readings";

fn broker(mosquitto: &Mosquitto, version: Version, client: &str) -> Broker {
    let address = Address::read(&format!("mqtt://{USER}@{}", mosquitto.address)).unwrap();
    let pauses = (Duration::from_millis(50), Duration::from_millis(400));
    let password = Zeroizing::new(PASSWORD.to_owned());
    Broker { address, password, client: client.into(), group: String::new(), version, tls: None, pauses }
}

fn start(broker: &Broker, hub: &Hub) -> JoinHandle<()> {
    tokio::spawn(consume(broker.clone(), hub.clone()))
}

/// Ends a consumer as a crash would, connection and all.
async fn crash(task: JoinHandle<()>) {
    task.abort();
    let _ = task.await;
}

async fn until<F: Future<Output = bool>>(what: &str, met: impl Fn() -> F) {
    for _ in 0..400 {
        if met().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("in vain waited for: {what}");
}

async fn subscribed(hub: &Hub) {
    until("a subscription", || async { hub.counts().broker.connected() }).await;
}

async fn kept(world: &World, count: usize) {
    until(&format!("{count} readings"), || async { world.kept(NOISE, "P001").await.len() == count }).await;
}

async fn tally(world: &World, what: &str) -> u64 {
    let tallies = world.readings.tallies(Some(&[NOISE.to_owned()])).await.unwrap();
    tallies.iter().find(|tally| tally.what == what).map_or(0, |tally| tally.count)
}

async fn publish(mosquitto: &Mosquitto, payloads: impl IntoIterator<Item = String>) {
    let (mut client, code) = Client::connect(mosquitto.address, "device", PASSWORD).await;
    assert_eq!(code, 0);
    for (pid, payload) in (1..).zip(payloads) {
        client.publish(TOPIC, &payload, pid).await;
        assert_eq!(client.acknowledged().await, Some(pid), "the broker has it");
    }
}

fn minutes(world: &World, range: std::ops::Range<i64>) -> Vec<String> {
    let start = world.now_ms() - 3_600_000;
    range.map(|n| reading(start + n * 1000, 80.0)).collect()
}

async fn arrive_once(version: Version) {
    let (world, mosquitto) = (World::new().await, Mosquitto::start(false));
    let task = start(&broker(&mosquitto, version, "one"), &world.hub);
    subscribed(&world.hub).await;
    publish(&mosquitto, minutes(&world, 0..40)).await;
    kept(&world, 40).await;
    // A device that sends again, one that nobody knows, and something that is no reading.
    publish(&mosquitto, minutes(&world, 0..3)).await;
    let (mut client, _) = Client::connect(mosquitto.address, "device", PASSWORD).await;
    client.publish("zhijian/NOBODY/readings", &reading(world.now_ms(), 80.0), 1).await;
    client.publish(TOPIC, "{", 2).await;
    // Longer than what we read: it must not stand in the way of what comes behind it.
    client.publish(TOPIC, &"x".repeat(300 * 1024), 3).await;
    client.publish(TOPIC, &reading(world.now_ms() - 1000, 81.0), 4).await;
    for pid in 1..=4 {
        assert_eq!(client.acknowledged().await, Some(pid));
    }
    kept(&world, 41).await;
    until("duplicates", || async { tally(&world, "duplicate").await == 3 }).await;
    assert_eq!((world.held("NOBODY", "unknown").await, tally(&world, "new").await), (1, 41));
    // A broker of version 5 was told the ceiling and passes nothing longer on.
    let expected = if version == Version::Three { 2 } else { 1 };
    assert_eq!(world.held(NOISE, "malformed").await, expected);
    assert_eq!(world.hub.counts().broker.sessions(), 1, "one session for all of it");
    crash(task).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_026_readings_through_a_broker_of_version_5_arrive_once() {
    arrive_once(Version::Five).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_026_readings_through_a_broker_of_version_3_arrive_once() {
    arrive_once(Version::Three).await;
}

async fn away(version: Version, group: &str) {
    let (world, mut mosquitto) = (World::new().await, Mosquitto::start(false));
    let broker = Broker { group: group.into(), ..broker(&mosquitto, version, "one") };
    let task = start(&broker, &world.hub);
    subscribed(&world.hub).await;
    crash(task).await;
    // While we are away, and over a stop of the broker. (A mosquitto 2.0 forgets shared subscriptions of whoever is away when it stops, so that what
    // comes then is lost to it; docs/how-to/devices.md says so.)
    publish(&mosquitto, minutes(&world, 0..30)).await;
    if group.is_empty() {
        mosquitto.stop();
        mosquitto.begin();
    }
    publish(&mosquitto, minutes(&world, 30..60)).await;
    assert!(world.kept(NOISE, "P001").await.is_empty());
    let task = start(&broker, &world.hub);
    kept(&world, 60).await;
    // The broker goes while we are there: we come back by ourselves, the pause having grown to its longest meanwhile.
    let before = world.hub.counts().broker.sessions();
    mosquitto.stop();
    until("the loss to be noticed", || async { !world.hub.counts().broker.connected() }).await;
    assert!(!world.hub.counts().broker.trouble().is_empty(), "the page of the system says why");
    tokio::time::sleep(Duration::from_secs(2)).await;
    mosquitto.begin();
    subscribed(&world.hub).await;
    assert_eq!(world.hub.counts().broker.sessions(), before + 1);
    publish(&mosquitto, minutes(&world, 60..70)).await;
    kept(&world, 70).await;
    assert_eq!((tally(&world, "new").await, tally(&world, "contradiction").await), (70, 0));
    crash(task).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_026_nothing_is_lost_while_consumer_or_broker_are_away() {
    away(Version::Five, "").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_026_nothing_is_lost_while_consumer_or_broker_are_away_with_version_3() {
    away(Version::Three, "").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_026_nothing_is_lost_while_the_only_consumer_of_a_group_is_away() {
    away(Version::Five, "office").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_026_what_was_not_written_is_not_acknowledged_and_comes_again() {
    let (world, mosquitto) = (World::new().await, Mosquitto::start(false));
    let task = start(&broker(&mosquitto, Version::Five, "one"), &world.hub);
    subscribed(&world.hub).await;
    world.readings.full.store(true, Ordering::SeqCst);
    publish(&mosquitto, minutes(&world, 0..20)).await;
    until("a session that ended", || async { world.hub.counts().broker.sessions() > 2 }).await;
    assert!(world.kept(NOISE, "P001").await.is_empty());
    world.readings.full.store(false, Ordering::SeqCst);
    kept(&world, 20).await;
    assert_eq!(tally(&world, "new").await, 20);
    crash(task).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_026_a_consumer_that_dies_between_disk_and_acknowledgement_gets_it_again_and_keeps_it_once() {
    let (world, mosquitto) = (World::new().await, Mosquitto::start(false));
    let broker = broker(&mosquitto, Version::Five, "one");
    let task = start(&broker, &world.hub);
    subscribed(&world.hub).await;
    world.readings.mute.store(true, Ordering::SeqCst);
    publish(&mosquitto, minutes(&world, 0..5)).await;
    until("something on the disk", || async { !world.kept(NOISE, "P001").await.is_empty() }).await;
    let there = world.kept(NOISE, "P001").await.len() as u64;
    crash(task).await;
    world.readings.mute.store(false, Ordering::SeqCst);
    let next = Hub::start(Arc::clone(&world.hub.register), Arc::clone(&world.readings) as Arc<dyn ReadingStore>);
    let task = start(&broker, &next);
    kept(&world, 5).await;
    until("what came again", || async { tally(&world, "duplicate").await == there }).await;
    assert_eq!(tally(&world, "new").await, 5);
    crash(task).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_026_consumers_of_one_group_share_the_messages() {
    let (world, mosquitto) = (World::new().await, Mosquitto::start(false));
    let other = Hub::start(Arc::clone(&world.hub.register), Arc::clone(&world.readings) as Arc<dyn ReadingStore>);
    let tasks = [
        start(&Broker { group: "office".into(), ..broker(&mosquitto, Version::Five, "one") }, &world.hub),
        start(&Broker { group: "office".into(), ..broker(&mosquitto, Version::Three, "two") }, &other),
    ];
    subscribed(&world.hub).await;
    subscribed(&other).await;
    publish(&mosquitto, minutes(&world, 0..40)).await;
    kept(&world, 40).await;
    let (first, second) = (world.hub.counts().broker.received(), other.counts().broker.received());
    assert!(first > 0 && second > 0, "{first} and {second}");
    assert_eq!((first + second, tally(&world, "duplicate").await), (40, 0), "each message went to one of them");
    for task in tasks {
        crash(task).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_is_trusted_by_its_certificate_and_says_when_the_password_is_wrong() {
    let (world, mosquitto) = (World::new().await, Mosquitto::start(true));
    let plain = broker(&mosquitto, Version::Five, "one");
    let secure = |authorities: Option<&std::path::Path>| Broker {
        address: Address { tls: true, ..plain.address.clone() },
        tls: Some(tls::connector(authorities).unwrap()),
        ..plain.clone()
    };
    let trouble = |part: &'static str| {
        let hub = world.hub.clone();
        async move {
            for _ in 0..400 {
                if hub.counts().broker.trouble().contains(part) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
            panic!("{} instead of {part}", hub.counts().broker.trouble());
        }
    };
    let task = start(&secure(None), &world.hub);
    trouble("certificate").await;
    crash(task).await;
    let wrong = Broker { password: Zeroizing::new("wrong".into()), ..secure(Some(&mosquitto.certificate())) };
    let task = start(&wrong, &world.hub);
    trouble("拒绝连接").await;
    crash(task).await;
    assert_eq!(world.hub.counts().broker.sessions(), 0);
    let task = start(&secure(Some(&mosquitto.certificate())), &world.hub);
    subscribed(&world.hub).await;
    assert_eq!(world.hub.counts().broker.trouble(), "");
    crash(task).await;
    assert!(Broker { client: String::new(), ..plain.clone() }.checked().is_err(), "a session needs a name");
    assert!(Broker { group: "a/b".into(), ..plain }.checked().is_err());
}
