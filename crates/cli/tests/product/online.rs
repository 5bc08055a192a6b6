//! On-line monitoring as a script uses it: a device registered, a server killed under load, what was acknowledged still there.

use crate::Outcome;
use crate::home::{Home, words};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::Duration;
use time::{OffsetDateTime, UtcOffset};
use zhijian_telemetry::hj212::{encode, write_segment};

pub const EMPLOYERS: &str = "用人单位名称,统一社会信用代码,所属县区,所属乡镇（街道）,行业代码,在册职工,经营状态\n\
                         海港样嘉盛建材厂,91130302TE5T05JB25,海港区,建设大街街道,3021,79,正常\n";

/// An office with one employer and its device `ZX0001` for noise; the device's secret.
pub fn with_device(home: &Home, protocol: &str, more: &[&str]) -> Result<String, Box<dyn std::error::Error>> {
    assert!(home.run(&["init", "--region", "130300"])?.status.success());
    let list = home.path().join("用人单位名录.csv");
    std::fs::write(&list, EMPLOYERS)?;
    home.import(&[&list])?;
    let add = [
        "device",
        "add",
        "--device",
        "ZX0001",
        "--uscc",
        "91130302TE5T05JB25",
        "--hazard",
        "P001",
        "--unit",
        "dB(A)",
        "--protocol",
        protocol,
    ];
    let output = home.run(&[&add[..], more].concat())?;
    assert!(output.status.success(), "{}", words(&output));
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// A server with its HJ 212 gateway's address.
struct Server {
    child: Child,
    gateway: String,
}

impl Server {
    fn start(home: &Home) -> Result<Self, Box<dyn std::error::Error>> {
        let args = ["serve", "--listen", "127.0.0.1:0", "--hj212", "127.0.0.1:0", "--mqtt", "127.0.0.1:0"];
        let mut child = home.command(&args).stderr(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(child.stderr.take().ok_or("stderr")?).lines();
        let mut gateway = String::new();
        for line in lines.by_ref() {
            let line = line?;
            if let Some(address) = line.strip_prefix("HJ 212 网关：") {
                gateway = address.to_owned();
            }
            if line.starts_with("服务已启动") {
                break;
            }
        }
        // The pipe is read on, or the server would wait for it.
        std::thread::spawn(move || lines.for_each(drop));
        assert!(!gateway.is_empty(), "the server says where its gateway is");
        Ok(Self { child, gateway })
    }

    /// As a power cut would.
    fn kill(mut self) -> Outcome {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

/// Twenty hours ago, to the second.
pub fn begin() -> Result<OffsetDateTime, Box<dyn std::error::Error>> {
    let begin = OffsetDateTime::now_utc().to_offset(UtcOffset::from_hms(8, 0, 0)?) - time::Duration::hours(20);
    Ok(begin.replace_nanosecond(0)?)
}

fn frame(secret: &str, at: OffsetDateTime, value: f64) -> Result<(String, Vec<u8>), Box<dyn std::error::Error>> {
    let (date, clock) = (at.date(), at.time());
    let stamp = format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}",
        date.year(),
        u8::from(date.month()),
        date.day(),
        clock.hour(),
        clock.minute(),
        clock.second()
    );
    let (qn, value) = (format!("{stamp}000"), format!("{value}"));
    let header = [("QN", qn.as_str()), ("ST", "22"), ("CN", "2011"), ("PW", secret), ("MN", "ZX0001"), ("Flag", "5")];
    let segment = write_segment(&header, &[("DataTime", &stamp), ("LA-Rtd", &value)])?;
    Ok((qn, encode(segment.as_bytes())?))
}

/// The request numbers that are answered in a text.
fn answered(text: &str) -> Vec<String> {
    text.split("##")
        .filter(|part| part.contains("CN=9014"))
        .filter_map(|part| Some(part.split_once("QN=")?.1.split_once(';')?.0.to_owned()))
        .collect()
}

#[test]
fn rq_026_a_server_killed_under_load_has_every_acknowledged_reading_once() -> Outcome {
    let home = Home::new()?;
    let secret = with_device(&home, "hj212", &["--channel", "LA", "--set", "notice_at=85", "--set", "alarm_at=100"])?;
    assert_eq!(secret.len(), 32, "a secret of 160 bits, shown once");
    let begin = begin()?;
    let mut acknowledged: BTreeMap<String, f64> = BTreeMap::new();
    let mut next = 0_i64;
    for round in 0..3_u64 {
        let server = Server::start(&home)?;
        let mut stream = TcpStream::connect(&server.gateway)?;
        let mut reader = stream.try_clone()?;
        let sent: BTreeMap<String, f64> = {
            let mut sent = BTreeMap::new();
            // What may not have been acknowledged in the last round is sent again.
            for n in (next - 50).max(0)..next + 400 {
                let value = 70.0 + (n % 17) as f64;
                let (qn, bytes) = frame(&secret, begin + time::Duration::seconds(n), value)?;
                stream.write_all(&bytes)?;
                sent.insert(qn, value);
            }
            sent
        };
        next += 400;
        let listening = std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = reader.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        std::thread::sleep(Duration::from_millis(40 + 120 * round));
        server.kill()?;
        let text = listening.join().map_err(|_| "the listener failed")?;
        for qn in answered(&text) {
            acknowledged.insert(qn.clone(), sent[&qn]);
        }
    }
    assert!(!acknowledged.is_empty(), "something was acknowledged before a kill");
    let output = home.run(&["readings", "--device", "ZX0001", "--from", "2020-01-01", "--to", "2099-01-01", "--format", "json"])?;
    assert!(output.status.success(), "{}", words(&output));
    let mut kept: BTreeMap<String, f64> = BTreeMap::new();
    for line in String::from_utf8(output.stdout)?.lines() {
        let reading: serde_json::Value = serde_json::from_str(line)?;
        let ts = reading["ts"].as_str().ok_or("ts")?;
        let qn: String = ts.chars().filter(char::is_ascii_digit).take(14).chain("000".chars()).collect();
        assert!(kept.insert(qn, reading["value"].as_f64().ok_or("value")?).is_none(), "{ts} is there twice");
        assert_eq!((&reading["q"], &reading["state"]), (&serde_json::json!(0), &serde_json::json!("stored")));
    }
    for (qn, value) in &acknowledged {
        assert_eq!(kept.get(qn), Some(value), "{qn} was acknowledged");
    }
    Ok(())
}
