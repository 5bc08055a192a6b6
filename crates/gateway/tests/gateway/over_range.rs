//! Values over the range of a device: from the frame with flag T to the alarm.

use crate::hj212::{answer, upload};
use crate::mqtt::Client;
use crate::world::{DUST, LOGGER, NOISE, SECRET, World, file};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use zhijian_gateway::alarms::Clerk;
use zhijian_records::port::Query;

const MINUTE: i64 = 60_000;

/// An alarm: device, level, peak, note, and whether it has ended.
type Found = (String, String, Option<f64>, String, bool);

/// Alarms, by the device.
async fn alarms(world: &World) -> Vec<Found> {
    let rows = world.door.store.query(&Query::everything("alarm", Vec::new())).await.unwrap().rows;
    let mut all: Vec<_> = rows
        .iter()
        .map(|stored| {
            let document = stored.document();
            let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            (text("device_no"), text("level"), document["peak"].as_f64(), text("peak_note"), !text("ended_at").is_empty())
        })
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

async fn behind_the_logger(world: &World, number: &str, channel: &str, range_high: f64) {
    let document = json!({
        "device_no": number, "hazard": "D001", "unit": "mg/m3", "installed_on": "2026-01-05", "employer_name": "海港样嘉盛建材厂",
        "uscc": "91130302TE5T05JB25", "workshop": "包装车间", "post": "包装工", "protocol": "hj212", "logger_no": LOGGER, "channel": channel,
        "range_high": range_high, "notice_at": 2, "alarm_at": 4, "high_at": 8,
    });
    file(&world.door, "device", document).await;
    world.hub.register.renew(std::time::Duration::ZERO).await.unwrap();
}

async fn send(stream: &mut TcpStream, at_ms: i64, values: &str) {
    stream.write_all(&upload(SECRET, at_ms, values)).await.unwrap();
    assert!(answer(stream).await.contains("CN=9014"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_026_rq_027_frames_with_flag_t_alarm_and_say_that_it_was_at_least_so_much() {
    let world = World::new().await;
    behind_the_logger(&world, "FC0002", "a34002", 10.0).await;
    behind_the_logger(&world, "FC0003", "a34004", 1.5).await;
    let start = world.now_ms() - 20 * MINUTE;
    let mut stream = TcpStream::connect(world.hj212).await.unwrap();
    send(&mut stream, start, "a34001-Rtd=1,a34001-Flag=N;a34002-Rtd=1,a34002-Flag=N;a34004-Rtd=1,a34004-Flag=N").await;
    // No range in the register: what was sent. A number below the range, and none at all: the range. The third reaches no level.
    send(&mut stream, start + MINUTE, "a34001-Rtd=5,a34001-Flag=T;a34002-Rtd=0.3,a34002-Flag=T;a34004-Rtd=1.5,a34004-Flag=T").await;
    send(&mut stream, start + 2 * MINUTE, "a34001-Rtd=5,a34001-Flag=T;a34002-Flag=T;a34004-Rtd=1.5,a34004-Flag=T").await;
    for _ in 0..2 {
        Clerk::new(world.hub.clone()).round().await.unwrap();
    }
    let at_least = |value: f64| format!("超测量上限，实际值不低于 {value} mg/m3");
    let expected = |ended: bool| {
        vec![
            (DUST.to_owned(), "2".to_owned(), Some(5.0), at_least(5.0), ended),
            ("FC0002".to_owned(), "3".to_owned(), Some(10.0), at_least(10.0), ended),
        ]
    };
    assert_eq!(alarms(&world).await, expected(false));
    let kept = world.kept("FC0002", "D001").await;
    let values: Vec<_> = kept.iter().map(|kept| (kept.reading.value, kept.reading.quality.code())).collect();
    assert_eq!(values, [(1.0, 0), (0.3, 5), (10.0, 5)], "kept as they came");
    // A bound ends nothing; values do.
    send(&mut stream, start + 3 * MINUTE, "a34001-Rtd=0.1,a34001-Flag=T").await;
    send(&mut stream, start + 4 * MINUTE, "a34001-Rtd=0.1,a34001-Flag=T").await;
    Clerk::new(world.hub.clone()).round().await.unwrap();
    assert_eq!(alarms(&world).await, expected(false));
    for minute in [5, 6] {
        send(&mut stream, start + minute * MINUTE, "a34001-Rtd=1,a34001-Flag=N;a34002-Rtd=1,a34002-Flag=N").await;
    }
    Clerk::new(world.hub.clone()).round().await.unwrap();
    assert_eq!(alarms(&world).await, expected(true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_027_quality_five_over_mqtt_is_the_same_and_six_is_none() {
    let world = World::new().await;
    let (mut client, _) = Client::connect(world.mqtt, NOISE, SECRET).await;
    let topic = format!("zhijian/{NOISE}/readings");
    let at = world.now_ms() - 10 * MINUTE;
    for q in [5, 6] {
        let message = json!({"ts": at + q * MINUTE, "value": 130.0, "unit": "dB(A)", "q": q}).to_string();
        client.publish(&topic, &message, 1).await;
        client.acknowledged().await.unwrap();
    }
    Clerk::new(world.hub.clone()).round().await.unwrap();
    let note = "超测量上限，实际值不低于 130 dB(A)".to_owned();
    assert_eq!(alarms(&world).await, [(NOISE.to_owned(), "2".to_owned(), Some(130.0), note, false)]);
    assert_eq!(world.held(NOISE, "malformed").await, 1);
}

/// A value a minute that swings around the set point by a little.
async fn flap(world: &World, hysteresis: Option<f64>) -> usize {
    let mut document = json!({
        "device_no": "FC0009", "hazard": "D001", "unit": "mg/m3", "installed_on": "2026-01-05", "employer_name": "海港样嘉盛建材厂",
        "uscc": "91130302TE5T05JB25", "workshop": "包装车间", "post": "包装工", "protocol": "mqtt", "notice_at": 2, "alarm_at": 4,
    });
    if let Some(own) = hysteresis {
        document["hysteresis"] = json!(own);
    }
    file(&world.door, "device", document).await;
    world.door.give_device_secret(&zhijian_records::Caller::system("test"), "FC0009", Some(SECRET)).await.unwrap();
    world.hub.register.renew(std::time::Duration::ZERO).await.unwrap();
    let (mut client, _) = Client::connect(world.mqtt, "FC0009", SECRET).await;
    let start = world.now_ms() - 60 * MINUTE;
    for minute in 0..40 {
        let value = if minute % 2 == 0 { 2.05 } else { 1.95 };
        let message = json!({"ts": start + minute * MINUTE, "value": value, "q": 0}).to_string();
        client.publish("zhijian/FC0009/readings", &message, 1).await;
        client.acknowledged().await.unwrap();
    }
    Clerk::new(world.hub.clone()).round().await.unwrap();
    alarms(world).await.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rq_027_a_signal_that_flaps_around_its_set_point_is_one_alarm_by_the_defaults() {
    let world = World::new().await;
    assert_eq!(flap(&world, None).await, 1);
    let device = world.hub.register.device("FC0009").unwrap();
    let points = device.points.as_ref().unwrap();
    assert!(points.defaulted);
    assert_eq!(points.manner("mg/m3"), "回差 0.2 mg/m3，持续 60 秒报警、120 秒恢复（平台默认，未注明出处）");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_with_a_hysteresis_of_its_own_alarms_as_it_did() {
    let world = World::new().await;
    assert_eq!(flap(&world, Some(0.0)).await, 20, "none is its own choice: each crossing is an alarm");
    let device = world.hub.register.device("FC0009").unwrap();
    assert!(device.points.as_ref().is_ok_and(|points| !points.defaulted && points.rule.clear_after_ms == 0));
}
