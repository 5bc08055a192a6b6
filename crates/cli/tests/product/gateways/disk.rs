//! No room: the files of the running service may not grow any further (RLIMIT_FSIZE), and later they may.

use super::sender::{Sender, Tongue, connect, publish};
use super::{NOISE, SECRET, Server, deployment, kept, now_ms};
use crate::Outcome;
use crate::home::Home;
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

/// Sets how long any file of the service may become; `None`: as long as it likes.
fn room(server: &Server, bytes: Option<u64>) -> Outcome {
    let soft = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
    let status = Command::new("prlimit").args(["--pid", &server.id().to_string(), &format!("--fsize={soft}:")]).status()?;
    assert!(status.success(), "prlimit (util-linux) sets the room");
    Ok(())
}

fn longest(home: &Home) -> Result<u64, Box<dyn std::error::Error>> {
    Ok(std::fs::metadata(home.path().join("readings.db-wal"))?.len())
}

/// A batch of so many readings from a second on.
fn batch(first: i64, count: i64) -> (BTreeMap<i64, f64>, String) {
    let readings: BTreeMap<i64, f64> = (0..count).map(|n| ((first + n) * 1000, 61.0 + (n % 9) as f64)).collect();
    let rows: Vec<String> = readings.iter().map(|(at, value)| format!("{{\"ts\":{at},\"value\":{value}}}")).collect();
    (readings, format!("[{}]", rows.join(",")))
}

#[test]
fn rq_026_without_room_nothing_is_acknowledged_the_service_says_so_and_goes_on_when_there_is_room() -> Outcome {
    let home = deployment()?;
    let server = Server::start(&home)?;
    let begin = now_ms() / 1000 - 20 * 3600;
    let (mut expected, body) = batch(begin, 500);
    assert_eq!(server.post(NOISE, SECRET, &body)?.0, 200);
    room(&server, Some(longest(&home)? + 40_000))?;
    // Batches until there is no room; the one that does not fit is not in half.
    let mut refused = None;
    for n in 1..40 {
        let (readings, body) = batch(begin + n * 500, 500);
        match server.post(NOISE, SECRET, &body)? {
            (200, _) => expected.extend(readings),
            (503, words) => {
                assert!(words.contains("没有保存"), "{words}");
                refused = Some((readings, body));
                break;
            }
            (status, words) => panic!("{status}: {words}"),
        }
    }
    let (readings, body) = refused.ok_or("the room came to an end")?;
    // Smaller ones may have found room where that one did not; now nothing does. By MQTT the connection ends without an acknowledgement.
    room(&server, Some(4096))?;
    let mut stream = TcpStream::connect(&server.mqtt)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    stream.write_all(&connect(NOISE, 60))?;
    let mut welcome = [0; 4];
    stream.read_exact(&mut welcome)?;
    assert_eq!(welcome[3], 0);
    for (number, at) in (1..).zip(readings.keys().take(50)) {
        if stream.write_all(&publish(NOISE, number, &format!("{{\"ts\":{at},\"value\":61}}"))).is_err() {
            break;
        }
    }
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    assert!(rest.is_empty(), "no acknowledgement: {rest:?}");
    assert!(server.said().contains("readings are not kept and not acknowledged"), "{}", server.said());
    assert_eq!(server.post(NOISE, SECRET, &body)?.0, 503, "still none");
    assert_eq!(kept(&home, NOISE)?, expected, "nothing of what was refused, everything that was acknowledged");
    room(&server, None)?;
    let (status, words) = server.post(NOISE, SECRET, &body)?;
    assert_eq!(status, 200, "{words}");
    expected.extend(readings);
    let mut sender = Sender::new(Tongue::Mqtt);
    for n in 0..30 {
        sender.read((begin + 40_000 + n) * 1000, 62.0);
    }
    assert!(sender.connection(&server.mqtt), "MQTT goes on as well");
    expected.extend(sender.all);
    assert_eq!(kept(&home, NOISE)?, expected, "the same service goes on, without a new start");
    Ok(())
}
