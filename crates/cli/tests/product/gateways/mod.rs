//! The gateways of the running product when things go wrong: killed, cut off, slow, no room, clocks that jump. What was acknowledged is there, once; what was
//! not is sent again by its device.

mod clock;
mod disk;
mod kill;
mod network;
mod proxy;
mod sender;
mod server;
mod simulated;

use crate::Outcome;
use crate::home::{Home, words};
use std::collections::BTreeMap;

pub use server::Server;

const EMPLOYERS: &str = "用人单位名称,统一社会信用代码,所属县区,所属乡镇（街道）,行业代码,在册职工,经营状态\n\
                         海港样嘉盛建材厂,91130302TE5T05JB25,海港区,建设大街街道,3021,79,正常\n";
/// A device that speaks HJ 212.
pub const LOGGER: &str = "ZX0001";
/// A device that speaks MQTT and HTTP.
pub const NOISE: &str = "ZX0002";
/// Unit and secret of both.
pub const SECRET: &str = "secret123456";

/// A deployment with an employer and two devices.
pub fn deployment() -> Result<Home, Box<dyn std::error::Error>> {
    let home = Home::new()?;
    assert!(home.run(&["init", "--region", "130300"])?.status.success());
    let list = home.path().join("用人单位名录.csv");
    std::fs::write(&list, EMPLOYERS)?;
    home.import(&[&list])?;
    for (number, protocol) in [(LOGGER, "hj212"), (NOISE, "mqtt")] {
        let mut args =
            vec!["device", "add", "--device", number, "--protocol", protocol, "--secret", SECRET, "--uscc", "91130302TE5T05JB25"];
        args.extend(["--hazard", "P001", "--unit", "dB(A)", "--channel", "LA", "--set", "notice_at=85", "--set", "alarm_at=100"]);
        let output = home.run(&args)?;
        assert!(output.status.success(), "{}", words(&output));
    }
    Ok(home)
}

/// Now, Unix milliseconds.
pub fn now_ms() -> i64 {
    i64::try_from(time::OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000).unwrap_or_default()
}

/// What is kept of a device: value by moment. Twice the same moment fails the test.
pub fn kept(home: &Home, device: &str) -> Result<BTreeMap<i64, f64>, Box<dyn std::error::Error>> {
    let output = home.run(&["readings", "--device", device, "--from", "2020-01-01", "--to", "2099-01-01", "--format", "json"])?;
    assert!(output.status.success(), "{}", words(&output));
    let mut kept = BTreeMap::new();
    for line in String::from_utf8(output.stdout)?.lines() {
        let reading: serde_json::Value = serde_json::from_str(line)?;
        let at = reading["ts_ms"].as_i64().ok_or("ts_ms")?;
        assert!(kept.insert(at, reading["value"].as_f64().ok_or("value")?).is_none(), "{at} is there twice");
    }
    Ok(kept)
}

/// Waits until something is so, ten seconds at most.
pub fn soon(what: &str, mut so: impl FnMut() -> Result<bool, Box<dyn std::error::Error>>) -> Outcome {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !so()? {
        assert!(std::time::Instant::now() < end, "{what} did not come about");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    Ok(())
}
