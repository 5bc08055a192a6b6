//! kill -9, and a gateway that was away for an hour.

use super::sender::{Sender, Tongue};
use super::{NOISE, Server, deployment, kept, now_ms, soon};
use crate::Outcome;
use std::time::Duration;

#[test]
fn rq_026_a_server_killed_under_mqtt_load_has_every_acknowledged_reading_once() -> Outcome {
    let home = deployment()?;
    let begin = (now_ms() / 1000 - 6 * 3600) * 1000;
    let mut sender = Sender::new(Tongue::Mqtt);
    let mut kills_under_load = 0;
    for round in 0..4_i64 {
        // What was not acknowledged in the last round is sent again with the new ones.
        for n in 0..3000 {
            sender.read(begin + (round * 3000 + n) * 1000, 60.0 + (n % 17) as f64);
        }
        let server = Server::start(&home)?;
        let address = server.mqtt.clone();
        let sending = std::thread::spawn(move || {
            sender.connection(&address);
            sender
        });
        std::thread::sleep(Duration::from_millis(60 + 90 * u64::try_from(round)?));
        server.kill()?;
        sender = sending.join().map_err(|_| "the device failed")?;
        kills_under_load += usize::from(!sender.open().is_empty() && !sender.acknowledged.is_empty());
        let kept = kept(&home, NOISE)?;
        for at in &sender.acknowledged {
            assert_eq!(kept.get(at), sender.all.get(at), "{at} was acknowledged before kill {round}");
        }
    }
    assert!(kills_under_load > 0, "a kill met a device that was sending");
    let server = Server::start(&home)?;
    while !sender.connection(&server.mqtt) {}
    assert_eq!(kept(&home, NOISE)?, sender.all, "sent again until acknowledged: all of them, each once");
    Ok(())
}

#[test]
fn rq_026_after_an_hour_without_gateway_what_devices_kept_is_taken_and_its_alarm_raised() -> Outcome {
    let home = deployment()?;
    Server::start(&home)?.kill()?;
    let begin = (now_ms() / 60_000 - 65) * 60_000;
    let mut sender = Sender::new(Tongue::Mqtt);
    for minute in 0..60 {
        sender.read(begin + minute * 60_000, if (20..25).contains(&minute) { 104.0 } else { 72.0 });
    }
    assert!(!sender.connection("127.0.0.1:1"), "nobody is there");
    let server = Server::start(&home)?;
    assert!(sender.connection(&server.mqtt), "all acknowledged on one connection");
    assert_eq!(kept(&home, NOISE)?, sender.all);
    let mut alarms = String::new();
    soon("the alarm of the hour", || {
        let output = home.run(&["export", "alarm", "--format", "csv"])?;
        alarms = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(alarms.contains(NOISE))
    })?;
    assert_eq!(alarms.matches(NOISE).count(), 1, "one alarm, though it came late: {alarms}");
    assert!(alarms.contains("104"), "{alarms}");
    Ok(())
}
