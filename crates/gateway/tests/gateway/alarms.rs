//! Readings become alarms, alarms pass through people's hands.

use crate::mqtt::{Client, reading};
use crate::world::{DUST, NOISE, SECRET, World};
use crate::{hj212, world};
use serde_json::{Map, Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use zhijian_gateway::{Live, alarms::Clerk};
use zhijian_kinds::intake::Draft;
use zhijian_records::port::{Query, Stored};
use zhijian_records::submit::Entry;
use zhijian_records::{Caller, DoorError};

const MINUTE: i64 = 60_000;

async fn alarms(world: &World) -> Vec<Stored> {
    world.door.store.query(&Query::everything("alarm", Vec::new())).await.unwrap().rows
}

fn text(stored: &Stored, name: &str) -> String {
    stored.document().get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

async fn step(world: &World, caller: &Caller, id: &str, step: &str, given: Value) -> Result<(), DoorError> {
    let newest = world.door.store.find("alarm", id).await.unwrap().unwrap();
    let map: Map<String, Value> = given.as_object().unwrap().clone();
    let draft = Draft::from_json(&world.door.kind("alarm").unwrap(), &map);
    let entry = Entry { source: "test", reason: "", idempotency: None };
    world.door.advance(caller, "alarm", id, newest.rev, step, &draft, entry).await.map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_027_a_device_drives_an_alarm_from_its_first_value_to_closed() {
    let world = World::new().await;
    let mut live = world.hub.watch();
    let mut clerk = Clerk::new(world.hub.clone());
    clerk.round().await.unwrap();
    let (mut client, _) = Client::connect(world.mqtt, NOISE, SECRET).await;
    let topic = format!("zhijian/{NOISE}/readings");
    let start = world.now_ms();
    // A minute is judged a little after its end.
    world.pass(3000);
    let mut send = async |clerk: &mut Clerk, minute: i64, value: f64| {
        client.publish(&topic, &reading(start + minute * MINUTE, value), 1).await;
        client.acknowledged().await.unwrap();
        let Live(arrival) = live.recv().await.unwrap();
        clerk.watching().add(&arrival);
        world.pass(MINUTE);
        clerk.round().await.unwrap();
    };
    send(&mut clerk, 0, 80.0).await;
    assert!(alarms(&world).await.is_empty());
    send(&mut clerk, 1, 90.0).await;
    send(&mut clerk, 2, 101.0).await;
    let [alarm] = &alarms(&world).await[..] else { panic!("one alarm") };
    let (device, level, state) = (text(alarm, "device_no"), text(alarm, "level"), alarm.state.clone());
    assert_eq!((device.as_str(), level.as_str(), state.as_str()), (NOISE, "2", "pushed"));
    assert_eq!(text(alarm, "ended_at"), "");
    // Nobody acknowledges a 警报 for half an hour: the county is told, once.
    let told = text(alarm, "escalated_at");
    assert_eq!(told, "");
    world.pass(31 * MINUTE);
    clerk.round().await.unwrap();
    let after = alarms(&world).await;
    assert_ne!(text(&after[0], "escalated_at"), "");
    clerk.round().await.unwrap();
    assert_eq!(alarms(&world).await[0].rev, after[0].rev, "told once");
    // People.
    let owner = after[0].owner.clone();
    let employer = Caller::of("qy", &["R09"], "", &owner);
    let office = Caller::of("wjw", &["R03"], "130302", "");
    let id = after[0].id.clone();
    assert!(
        matches!(step(&world, &office, &id, "acknowledge", json!({})).await, Err(DoorError::NotAllowed { .. })),
        "the employer acknowledges"
    );
    step(&world, &employer, &id, "acknowledge", json!({})).await.unwrap();
    step(&world, &employer, &id, "handle", json!({})).await.unwrap();
    let measures = json!({"cause": "隔声罩未关", "measures": "关闭隔声罩"});
    assert!(matches!(step(&world, &employer, &id, "remove", measures.clone()).await, Err(DoorError::Invalid(_))), "the value still stands");
    for minute in 40..43 {
        send(&mut clerk, minute, 80.0).await;
    }
    assert_ne!(text(&alarms(&world).await[0], "ended_at"), "");
    step(&world, &employer, &id, "remove", measures).await.unwrap();
    step(&world, &office, &id, "close", json!({"closed_on": world::TODAY})).await.unwrap();
    let done = alarms(&world).await;
    assert_eq!((done.len(), done[0].state.as_str()), (1, "closed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_027_three_levels_from_a_logger_and_an_alarm_once_whatever_is_restarted() {
    let world = World::new().await;
    let start = world.now_ms() - 20 * MINUTE;
    let mut stream = TcpStream::connect(world.hj212).await.unwrap();
    for (minute, value) in [(0, 1.0), (1, 2.5), (2, 4.5), (3, 8.5), (4, 8.6), (5, 1.0), (6, 1.0)] {
        let frame = hj212::upload(SECRET, start + minute * MINUTE, &format!("a34001-Rtd={value}"));
        stream.write_all(&frame).await.unwrap();
        assert!(hj212::answer(&mut stream).await.contains("CN=9014"));
    }
    // Each clerk stands for a service that was started again.
    for _ in 0..3 {
        Clerk::new(world.hub.clone()).round().await.unwrap();
    }
    let found = alarms(&world).await;
    let [alarm] = &found[..] else { panic!("one alarm, not {}", found.len()) };
    assert_eq!((text(alarm, "device_no").as_str(), text(alarm, "level").as_str()), (DUST, "3"));
    assert_eq!(alarm.document()["peak"], json!(8.6));
    assert_ne!(text(alarm, "ended_at"), "");
    let rev = alarm.rev;
    Clerk::new(world.hub.clone()).round().await.unwrap();
    assert_eq!(alarms(&world).await[0].rev, rev, "nothing is written that is as it was");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_readings_change_the_alarm_that_is_there_instead_of_making_another() {
    let world = World::new().await;
    let start = world.now_ms() - 30 * MINUTE;
    let (mut client, _) = Client::connect(world.mqtt, NOISE, SECRET).await;
    let topic = format!("zhijian/{NOISE}/readings");
    let mut send = async |minute: i64, value: f64| {
        client.publish(&topic, &reading(start + minute * MINUTE, value), 1).await;
        client.acknowledged().await.unwrap();
    };
    for (minute, value) in [(0, 80.0), (5, 90.0), (9, 80.0), (10, 80.0)] {
        send(minute, value).await;
    }
    Clerk::new(world.hub.clone()).round().await.unwrap();
    let before = alarms(&world).await;
    assert_eq!((before.len(), text(&before[0], "level")), (1, "1".to_owned()));
    send(6, 105.0).await;
    Clerk::new(world.hub.clone()).round().await.unwrap();
    let after = alarms(&world).await;
    assert_eq!((after.len(), text(&after[0], "level")), (1, "2".to_owned()), "the same alarm, higher");
    assert_eq!(after[0].id, before[0].id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alarm_that_lasts_for_days_is_one_alarm_whatever_is_restarted() {
    let world = World::new().await;
    let hour = 60 * MINUTE;
    let topic = format!("zhijian/{NOISE}/readings");
    let send = async |value: f64| {
        let (mut client, _) = Client::connect(world.mqtt, NOISE, SECRET).await;
        client.publish(&topic, &reading(world.now_ms(), value), 1).await;
        client.acknowledged().await.unwrap();
        world.pass(2 * MINUTE);
    };
    send(101.0).await;
    Clerk::new(world.hub.clone()).round().await.unwrap();
    let first = alarms(&world).await;
    assert_eq!(first.len(), 1);
    for _ in 0..4 {
        world.pass(30 * hour);
        send(90.0).await;
        Clerk::new(world.hub.clone()).round().await.unwrap();
    }
    let later = alarms(&world).await;
    assert_eq!(later.len(), 1, "no second alarm");
    assert_eq!((later[0].id.as_str(), text(&later[0], "level").as_str()), (first[0].id.as_str(), "2"), "its highest level stays known");
    // Below for as long as the platform asks where the register says nothing.
    send(80.0).await;
    send(80.0).await;
    Clerk::new(world.hub.clone()).round().await.unwrap();
    let over = alarms(&world).await;
    assert_eq!(over.len(), 1);
    assert_ne!(text(&over[0], "ended_at"), "");
}
