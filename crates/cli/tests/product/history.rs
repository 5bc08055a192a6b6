//! The demo region with the years after its workbooks.

use crate::Outcome;
use crate::home::{Home, pack, words};
use serde_json::Value;

/// The plan's table of a year by indicator.
fn plan(home: &Home, year: &str) -> Result<Vec<Value>, Box<dyn std::error::Error>> {
    let lines = home.json(&["evaluate", "--plan", "qinhuangdao", "--year", year, "--format", "json"])?;
    Ok(lines.as_array().cloned().unwrap_or_default())
}

fn line<'a>(lines: &'a [Value], indicator: &str) -> &'a Value {
    lines.iter().find(|l| l["indicator"] == indicator).unwrap_or(&Value::Null)
}

/// Rows that a warning rule gives on a day.
fn rows(home: &Home, rule: &str, day: &str) -> Result<Vec<Value>, Box<dyn std::error::Error>> {
    let output = home.run(&["warn", "rows", rule, "--as-of", day])?;
    assert!(output.status.success(), "{}", words(&output));
    Ok(String::from_utf8(output.stdout)?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

#[test]
fn five_years_follow_the_workbooks_and_leave_the_base_year_as_it_was() -> Outcome {
    let home = Home::new()?;
    let from = pack();
    let from = from.to_str().ok_or("path")?;
    let loaded = home.run(&["demo", "--from", from, "--load-only", "--until", "2025", "--scale", "0.1"])?;
    let said = words(&loaded);
    assert!(loaded.status.success(), "{said}");
    assert!(!said.contains("拒收："), "the door refuses nothing that the history hands in: {said}");
    let table = String::from_utf8(loaded.stdout)?;
    assert!(table.contains("2023年  ") && table.contains("2025年  "), "the years of review stand side by side: {table}");

    // The baselines that the plan prints.
    let base = plan(&home, "2020")?;
    for (indicator, display) in [
        ("I-01", "500000"),
        ("I-02", "87.01 %"),
        ("I-04", "79.16 %"),
        ("I-05", "80.20 %"),
        ("I-06", "项目尚未启动"),
        ("I-07", "50.00 %"),
        ("I-08", "100.00 %"),
        ("I-09", "100.00 %"),
        ("I-10", "71.43 %"),
        ("I-19", "已设立"),
    ] {
        assert_eq!(line(&base, indicator)["display"], display, "{indicator} of 2020 is the published baseline");
    }

    // Where the design puts the years of review: some targets are met, some missed.
    for (year, indicator, low, high, status) in [
        ("2023", "I-02", 87.4, 88.99, "接近"),
        ("2023", "I-04", 82.0, 84.0, "达标"),
        ("2023", "I-05", 85.0, 87.5, "达标"),
        ("2023", "I-06", 71.0, 74.0, "达标"),
        ("2023", "I-07", 70.0, 95.0, ""),
        ("2023", "I-08", 100.0, 100.0, "达标"),
        ("2023", "I-10", 80.0, 90.0, "未达标"),
        ("2025", "I-02", 90.0, 91.8, "达标"),
        ("2025", "I-04", 82.5, 84.99, "接近"),
        ("2025", "I-05", 90.0, 92.9, "达标"),
        ("2025", "I-06", 81.0, 84.5, "接近"),
        ("2025", "I-07", 100.0, 100.0, "达标"),
        ("2025", "I-10", 100.0, 100.0, "达标"),
    ] {
        let lines = plan(&home, year)?;
        let found = line(&lines, indicator);
        let value = found["value"].as_f64().unwrap_or(-1.0);
        assert!((low..=high).contains(&value), "{indicator} of {year}: {value} is not in {low}..{high}");
        assert!(status.is_empty() || found["status"] == status, "{indicator} of {year}: {}", found["status"]);
    }

    // The clusters are found by the rules that are there for them.
    let suspected = rows(&home, "EW-11", "2024-12-31")?;
    assert!(suspected.iter().any(|r| r["row"]["value"].as_f64().unwrap_or(0.0) >= 5.0), "EW-11 finds the cluster: {suspected:?}");
    let confirmed = rows(&home, "EW-12", "2025-06-30")?;
    assert!(confirmed.iter().any(|r| r["row"]["value"].as_f64().unwrap_or(0.0) >= 3.0), "EW-12 finds what was confirmed: {confirmed:?}");
    let unexpected = rows(&home, "EW-14", "2024-12-31")?;
    assert!(unexpected.iter().any(|r| r["level"] == "Level(Orange)"), "EW-14 finds the county: {unexpected:?}");
    let bad = rows(&home, "EW-20", "2023-09-30")?;
    assert!(!bad.is_empty(), "EW-20 finds the agency whose reports contradict the limits");
    Ok(())
}

#[test]
fn the_workbooks_alone_are_loaded_when_asked() -> Outcome {
    let home = Home::new()?;
    let from = pack();
    let loaded = home.run(&["demo", "--from", from.to_str().ok_or("path")?, "--load-only", "--no-history"])?;
    assert!(loaded.status.success(), "{}", words(&loaded));
    assert!(String::from_utf8(loaded.stdout)?.contains("规划 2020 年指标"), "one year, no comparison");
    let later = plan(&home, "2023");
    assert!(later.is_err() || later.is_ok_and(|l| line(&l, "I-04")["numerator"] == 0 || line(&l, "I-04")["numerator"].is_null()));
    Ok(())
}
