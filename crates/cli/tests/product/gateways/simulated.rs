//! `zhijian simulate devices` on each way in: what it plays is what the platform counts.

use super::{LOGGER, NOISE, SECRET, Server, deployment, kept};
use crate::Outcome;
use crate::home::{Home, words};
use std::collections::BTreeMap;

/// What became of what a device sent, by code.
fn tallies(home: &Home, device: &str) -> Result<BTreeMap<String, u64>, Box<dyn std::error::Error>> {
    let url = format!("sqlite://{}", home.path().join("readings.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tallies = runtime.block_on(async { zhijian_store::open_readings(&url).await?.tallies(Some(&[device.to_owned()])).await })?;
    Ok(tallies.into_iter().map(|tally| (tally.what, tally.count)).collect())
}

/// Numbers in the words of a simulation: by what stands before them.
fn told(words: &str) -> BTreeMap<String, u64> {
    let pieces = words.split(['：', '，', '、', '\n']);
    pieces
        .filter_map(|piece| {
            let (name, rest) = piece.trim().split_once(' ').or_else(|| piece.trim().rsplit_once(' '))?;
            Some((name.to_owned(), rest.split(' ').next()?.parse().ok()?))
        })
        .collect()
}

fn simulate(
    home: &Home,
    way: &str,
    address: &str,
    device: &str,
    more: &[&str],
) -> Result<BTreeMap<String, u64>, Box<dyn std::error::Error>> {
    let who = format!("{device}={SECRET}");
    let mut args = vec!["simulate", "devices", way, address, "--device", &who, "--hours", "12", "--rate", "2000", "--storm", "3"];
    args.extend(more);
    let output = home.run(&args)?;
    assert!(output.status.success(), "{}", words(&output));
    Ok(told(&words(&output)))
}

#[test]
fn rq_026_faults_of_simulated_devices_are_counted_one_by_one_on_each_way_in() -> Outcome {
    let home = deployment()?;
    let mut add = vec!["device", "add", "--device", "ZX0003", "--protocol", "http", "--secret", SECRET, "--uscc", "91130302TE5T05JB25"];
    add.extend(["--hazard", "P001", "--unit", "dB(A)", "--set", "notice_at=85", "--set", "alarm_at=100"]);
    let output = home.run(&add)?;
    assert!(output.status.success(), "{}", words(&output));
    let server = Server::start(&home)?;
    for (way, address, device) in [("--mqtt", &server.mqtt, NOISE), ("--http", &server.http, "ZX0003"), ("--hj212", &server.hj212, LOGGER)]
    {
        let told = simulate(&home, way, address, device, &["--unit", "dB(A)", "--faults", "20"])?;
        let played = |name: &str| told.get(name).copied().unwrap_or_default();
        assert_eq!(played("发送"), played("收到应答"), "{way}: {told:?}");
        let counted = tallies(&home, device)?;
        let of = |what: &str| counted.get(what).copied().unwrap_or_default();
        let rows = [("单位不符", "unit"), ("时钟超前", "clock"), ("过迟", "late"), ("无法识别", "malformed"), ("重复", "duplicate")];
        for (name, what) in rows {
            // A message of HJ 212 has no unit that could be wrong.
            assert_eq!(played(name) > 0, !(what == "unit" && way == "--hj212"), "{way}: {name} is played: {told:?}");
            assert_eq!(of(what), played(name), "{way}: {name}: {counted:?}");
        }
        assert_eq!(of("new"), kept(&home, device)?.len() as u64, "{way}");
        assert_eq!(counted.values().sum::<u64>(), played("发送"), "{way}: everything is counted once: {counted:?}");
        assert!(kept(&home, device)?.values().any(|value| *value >= 95.0), "{way}: the storm is there");
    }
    Ok(())
}

#[test]
fn rq_026_a_storm_of_reconnections_and_resending_doubles_nothing() -> Outcome {
    let home = deployment()?;
    let server = Server::start(&home)?;
    for (way, address, device) in [("--mqtt", &server.mqtt, NOISE), ("--hj212", &server.hj212, LOGGER)] {
        let told = simulate(&home, way, address, device, &["--faults", "0", "--reconnects", "6"])?;
        assert!(told.get("断线") == Some(&6) && told.get("重连后重发") >= Some(&30), "{way}: {told:?}");
        assert_eq!(kept(&home, device)?.len(), 12 * 60, "{way}: each reading once");
        assert!(tallies(&home, device)?.get("duplicate") > Some(&0), "{way}: what was answered came again");
    }
    for (way, address, device) in [("--mqtt", &server.mqtt, NOISE), ("--hj212", &server.hj212, LOGGER), ("--http", &server.http, NOISE)] {
        let output = home.run(&["simulate", "devices", way, address, "--device", &format!("{device}=wrong1234")])?;
        assert!(!output.status.success() && words(&output).contains("密码不符"), "{way}: {}", words(&output));
        assert!(tallies(&home, device)?.get("secret") <= Some(&70), "{way}: a refusal is not answered by trying again");
    }
    Ok(())
}
