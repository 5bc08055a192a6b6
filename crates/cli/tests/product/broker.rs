//! The product as a consumer of an external broker: killed again and again, what devices published is there once.

use crate::Outcome;
use crate::home::{Home, words};
use crate::online::{begin, with_device};
use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Ended with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn mosquitto(home: &Home) -> Result<(Process, u16), Box<dyn std::error::Error>> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let config = home.path().join("mosquitto.conf");
    std::fs::write(&config, format!("user root\nmax_queued_messages 0\nallow_anonymous true\nlistener {port} 127.0.0.1\n"))?;
    let program = if std::path::Path::new("/usr/sbin/mosquitto").exists() { "/usr/sbin/mosquitto" } else { "mosquitto" };
    let child = Command::new(program).arg("-c").arg(config).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let process = Process(child.map_err(|error| format!("mosquitto ({error}): run scripts/debian.sh"))?);
    let since = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(since.elapsed() < Duration::from_secs(10), "mosquitto does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok((process, port))
}

fn serve(home: &Home, broker: &str) -> Result<Process, Box<dyn std::error::Error>> {
    let mut child = home.command(&["serve", "--listen", "127.0.0.1:0", "--mqtt-broker", broker]).stderr(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(child.stderr.take().ok_or("stderr")?).lines();
    let process = Process(child);
    for line in lines.by_ref() {
        if line?.starts_with("服务已启动") {
            break;
        }
    }
    std::thread::spawn(move || lines.for_each(drop));
    Ok(process)
}

/// Moments of the readings that are kept.
fn kept(home: &Home) -> Result<Vec<i64>, Box<dyn std::error::Error>> {
    let output = home.run(&["readings", "--device", "ZX0001", "--from", "2020-01-01", "--to", "2099-01-01", "--format", "json"])?;
    assert!(output.status.success(), "{}", words(&output));
    let moment = |line: &str| Ok(serde_json::from_str::<serde_json::Value>(line)?["ts_ms"].as_i64().ok_or("ts_ms")?);
    String::from_utf8(output.stdout)?.lines().map(moment).collect()
}

#[test]
fn rq_026_a_consumer_killed_again_and_again_keeps_what_went_through_the_broker_once() -> Outcome {
    const READINGS: i64 = 1500;
    let home = Home::new()?;
    with_device(&home, "mqtt", &["--set", "notice_at=85", "--set", "alarm_at=100"])?;
    let (_broker, port) = mosquitto(&home)?;
    let address = format!("mqtt://127.0.0.1:{port}");
    // The session has to be there before anything is published.
    let mut server = Some(serve(&home, &address)?);
    std::thread::sleep(Duration::from_secs(2));
    let first = begin()?.unix_timestamp() * 1000;
    let publisher = std::thread::spawn(move || -> std::io::Result<bool> {
        let args = ["-h", "127.0.0.1", "-p", &port.to_string(), "-q", "1", "-t", "zhijian/ZX0001/readings", "-l"];
        let mut child = Command::new("mosquitto_pub").args(args).stdin(Stdio::piped()).spawn()?;
        let mut input = child.stdin.take().ok_or_else(|| std::io::Error::other("stdin"))?;
        for n in 0..READINGS {
            writeln!(input, "{{\"ts\":{},\"value\":{},\"unit\":\"dB(A)\"}}", first + n * 1000, 70 + n % 10)?;
            std::thread::sleep(Duration::from_millis(4));
        }
        drop(input);
        Ok(child.wait()?.success())
    });
    for round in 0..3_u64 {
        std::thread::sleep(Duration::from_millis(900 + 350 * round));
        // SIGKILL, in the middle of what comes.
        drop(server.take());
        std::thread::sleep(Duration::from_millis(300));
        server = Some(serve(&home, &address)?);
    }
    assert!(publisher.join().map_err(|_| "the publisher failed")??, "the broker took everything");
    let since = Instant::now();
    while (kept(&home)?.len() as i64) < READINGS && since.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(500));
    }
    let kept = kept(&home)?;
    let different: BTreeSet<i64> = kept.iter().copied().collect();
    assert_eq!((kept.len() as i64, different.len() as i64), (READINGS, READINGS), "each one, once");
    Ok(())
}
