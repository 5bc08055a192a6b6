//! What goes wrong: a clear message, a non-zero exit, nothing half-written, nothing acknowledged lost.

use crate::Outcome;
use crate::home::{Home, pack, words};
use crate::main_job::counts;
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;

fn register() -> PathBuf {
    pack().join("用人单位名录.xlsx")
}

fn exams() -> PathBuf {
    pack().join("职业健康检查个案.csv")
}

#[test]
fn unknown_plans_kinds_years_and_regions_are_named() -> Outcome {
    let home = Home::new()?;
    let rows: [(&[&str], &str); 6] = [
        (&["evaluate", "--plan", "atlantis", "--year", "2020"], "没有名为“atlantis”的规划"),
        (&["evaluate", "--plan", "qinhuangdao", "--year", "2019"], "2019 年没有任何数据"),
        (&["evaluate", "--plan", "qinhuangdao", "--year", "2020", "--as-of", "31.12.2020"], "应写作 2020-12-31"),
        (&["export", "unicorn"], "没有名为“unicorn”的表单"),
        (&["init", "--region", "999999"], "区划代码“999999”不存在"),
        (&["import", "/nowhere/at/all"], "找不到 /nowhere/at/all"),
    ];
    for (args, expected) in rows {
        let output = home.run(args)?;
        assert!(!output.status.success(), "{args:?} must fail");
        assert!(words(&output).contains(expected), "{args:?}: {}", words(&output));
    }
    Ok(())
}

#[test]
fn a_definition_with_an_error_is_named_with_file_and_line() -> Outcome {
    let home = Home::new()?;
    let folder = home.path().join("definitions/kinds");
    std::fs::create_dir_all(&folder)?;
    let kind = "kind: broken\nversion: 1\ntitle: 坏\narea: test\nvalid_from: 2020-01-01\nbasis: 无\nnatural_key: [a]\nregion: {}\nproperties:\n  a: {type: string, title: 甲, x-colour: red}\n";
    std::fs::write(folder.join("broken.v1.yaml"), kind)?;
    let root = home.path().join("definitions");
    let output = home.run(&["check", root.to_str().ok_or("path")?])?;
    assert!(!output.status.success());
    let found = String::from_utf8_lossy(&output.stdout);
    assert!(found.contains("kinds/broken.v1.yaml:10:") && found.contains("x-colour"), "{found}");
    Ok(())
}

#[test]
fn a_damaged_database_is_refused_and_left_as_it_is() -> Outcome {
    let home = Home::new()?;
    let file = home.path().join("zhijian.sqlite");
    let damaged = b"This is no database, but somebody's letter. ".repeat(200);
    std::fs::write(&file, &damaged)?;
    let output = home.run(&["evaluate", "--plan", "qinhuangdao", "--year", "2020"])?;
    assert!(!output.status.success());
    assert!(words(&output).contains("损坏"), "{}", words(&output));
    assert_eq!(std::fs::read(&file)?, damaged, "the file was not touched");
    Ok(())
}

#[test]
fn a_full_disk_stops_an_import_without_half_a_chunk_and_it_goes_on_later() -> Outcome {
    let home = Home::new()?;
    let path = home.path().join("zhijian.sqlite");
    let small = format!("sqlite://{}?max_page_count=2600", path.display());
    let import = |limited: bool| {
        let register = register();
        let exams = exams();
        let mut command =
            home.command(&["import", "--format", "json", register.to_str().unwrap_or_default(), exams.to_str().unwrap_or_default()]);
        if limited {
            command.env("ZHIJIAN_DATABASE_URL", &small);
        }
        command.output()
    };
    let output = import(true)?;
    assert!(!output.status.success(), "the disk is too small for 20,000 cards");
    assert!(words(&output).contains("磁盘空间不足"), "{}", words(&output));
    let verdict = home.json(&["audit", "verify", "--json"])?;
    assert_eq!(verdict["faults"], serde_json::json!([]), "what was acknowledged is whole");
    let output = import(false)?;
    assert!(output.status.success(), "{}", words(&output));
    let report: Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(counts(&report)["职业健康检查个案.csv#"], [19943, 19600, 213, 130], "resumed, every row has one end");
    Ok(())
}

#[test]
fn a_killed_import_goes_on_where_it_stopped() -> Outcome {
    let home = Home::new()?;
    let (register, exams) = (register(), exams());
    let args = ["import", "--format", "json", register.to_str().ok_or("path")?, exams.to_str().ok_or("path")?];
    // Kill later and later, until a run has got through. Each kill is SIGKILL: nothing can be tidied up.
    let mut kills = 0;
    let mut pause = 1_500;
    let report: Value = loop {
        let mut child = home.command(&args).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn()?;
        if kills < 4 {
            std::thread::sleep(Duration::from_millis(pause));
            if child.try_wait()?.is_none() {
                child.kill()?;
                child.wait()?;
                kills += 1;
                pause += 1_500;
                continue;
            }
        }
        let output = child.wait_with_output()?;
        assert!(output.status.success());
        break serde_json::from_slice(&output.stdout)?;
    };
    let got = counts(&report);
    assert_eq!(got["用人单位名录.xlsx#名录"], [3106, 3000, 55, 51], "after {kills} kills");
    assert_eq!(got["职业健康检查个案.csv#"], [19943, 19600, 213, 130], "after {kills} kills");
    let verdict = home.json(&["audit", "verify", "--json"])?;
    assert_eq!(verdict["faults"], serde_json::json!([]), "the chain holds after {kills} kills");
    Ok(())
}

#[test]
fn two_imports_of_one_file_at_once_double_nothing() -> Outcome {
    let home = Home::new()?;
    home.run(&["init"])?;
    let register = register();
    let args = ["import", "--format", "json", register.to_str().ok_or("path")?];
    let spawn = || home.command(&args).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn();
    let (first, second) = (spawn()?, spawn()?);
    let mut accepted = 0;
    for child in [first, second] {
        let output = child.wait_with_output()?;
        assert!(output.status.success(), "{}", words(&output));
        let report: Value = serde_json::from_slice(&output.stdout)?;
        assert_eq!(report["totals"]["rows_read"], 3106);
        accepted += report["totals"]["accepted"].as_u64().unwrap_or_default();
    }
    assert_eq!(accepted, 3000, "each employer was filed once");
    Ok(())
}
