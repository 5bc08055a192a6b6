//! The main job: an office's workbooks in, the plan's table out, to the last row.

use crate::Outcome;
use crate::home::{Home, pack, root};
use serde_json::Value;
use std::collections::BTreeMap;

fn answers() -> Result<Value, Box<dyn std::error::Error>> {
    Ok(serde_json::from_slice(&std::fs::read(root().join("journeys/data/qinhuangdao-2020.answers.json"))?)?)
}

/// Counts per sheet of a report, named as in the answers (`file`, or `file#sheet` where a file has two tables).
pub fn counts(report: &Value) -> BTreeMap<String, [u64; 4]> {
    let mut out = BTreeMap::new();
    for file in report["files"].as_array().into_iter().flatten() {
        for sheet in file["sheets"].as_array().into_iter().flatten().filter(|s| !s["kind"].is_null()) {
            let name = format!("{}#{}", file["file"].as_str().unwrap_or_default(), sheet["sheet"].as_str().unwrap_or_default());
            out.insert(name, ["rows_read", "accepted", "rejected", "duplicates"].map(|k| sheet[k].as_u64().unwrap_or(u64::MAX)));
        }
    }
    out
}

/// Every row of the pack ends as the answers say, and the published baselines of 2020 come out exactly.
pub fn the_pack_gives_the_published_baselines(home: &Home) -> Outcome {
    let answers = answers()?;
    let report = home.import(&[&pack()])?;
    let got = counts(&report);
    let expected = answers["counts"].as_object().ok_or("counts")?;
    for (name, e) in expected {
        let want = ["rows_read", "accepted", "rejected", "duplicates_merged"].map(|k| e[k].as_u64().unwrap_or_default());
        let found = got.iter().find(|(k, _)| *k == name || k.split('#').next() == Some(name.as_str())).map(|(_, v)| *v);
        assert_eq!(found, Some(want), "rows of {name}");
    }
    assert_eq!(got.len(), expected.len(), "every table with data was read");
    let rows = home.json(&["evaluate", "--plan", "qinhuangdao", "--year", "2020", "--format", "json"])?;
    compare_indicators(&answers, &rows)
}

/// Every indicator of the answers, to the last digit.
pub fn compare_indicators(answers: &Value, rows: &Value) -> Outcome {
    for (code, e) in answers["indicators"].as_object().ok_or("indicators")? {
        let row = rows.as_array().into_iter().flatten().find(|r| r["indicator"] == **code).ok_or_else(|| format!("{code} is missing"))?;
        for key in ["numerator", "denominator", "value"].into_iter().filter(|k| e.get(*k).is_some()) {
            match (&e[key], &row[key]) {
                (Value::Number(a), Value::Number(b)) => {
                    assert!((a.as_f64().unwrap_or(0.0) - b.as_f64().unwrap_or(1.0)).abs() < 1e-9, "{code} {key}: {a} against {b}");
                }
                (a, b) => assert_eq!(a, b, "{code} {key}"),
            }
        }
    }
    Ok(())
}

#[test]
fn on_the_embedded_store() -> Outcome {
    let home = Home::new()?;
    the_pack_gives_the_published_baselines(&home)?;
    the_same_folder_again_changes_nothing(&home)?;
    let verdict = home.json(&["audit", "verify", "--json"])?;
    assert_eq!(verdict["faults"], serde_json::json!([]), "the chain holds");
    assert!(verdict["revisions"].as_u64().unwrap_or(0) > 40_000);
    Ok(())
}

/// Importing the same folder again: every accepted row is a duplicate now, and no figure moves.
fn the_same_folder_again_changes_nothing(home: &Home) -> Outcome {
    let before = home.json(&["evaluate", "--plan", "qinhuangdao", "--year", "2020", "--format", "json"])?;
    let report = home.import(&[&pack()])?;
    for (name, [_, accepted, ..]) in counts(&report) {
        assert_eq!(accepted, 0, "{name}: nothing new in the same file");
    }
    assert_eq!(report["totals"]["rejected"], 583);
    let after = home.json(&["evaluate", "--plan", "qinhuangdao", "--year", "2020", "--format", "json"])?;
    let figures = |v: &Value| -> Vec<Value> {
        v.as_array()
            .into_iter()
            .flatten()
            .map(|r| serde_json::json!([r["indicator"], r["numerator"], r["denominator"], r["value"]]))
            .collect()
    };
    assert_eq!(figures(&before), figures(&after));
    Ok(())
}

/// Runs something with the address of a schema of its own; nothing when PostgreSQL is left out on purpose.
pub fn on_a_schema(name: &str, what: impl FnOnce(&str) -> Outcome) -> Outcome {
    let Ok(server) = std::env::var("ZHIJIAN_TEST_POSTGRES") else {
        assert!(
            std::env::var_os("ZHIJIAN_SKIP_POSTGRES").is_some(),
            "run through scripts/with-postgres.sh, or set ZHIJIAN_SKIP_POSTGRES=1"
        );
        return Ok(());
    };
    let schema = format!("{name}_{}", std::process::id());
    let run = |sql: String| std::process::Command::new("psql").args([&server, "-q", "-v", "ON_ERROR_STOP=1", "-c", &sql]).status();
    assert!(run(format!("CREATE SCHEMA {schema}"))?.success(), "psql can make a schema");
    let join = if server.contains('?') { '&' } else { '?' };
    let outcome = what(&format!("{server}{join}options[search_path]={schema}"));
    run(format!("DROP SCHEMA {schema} CASCADE"))?;
    outcome
}

#[test]
fn on_postgresql() -> Outcome {
    on_a_schema("product", |url| the_pack_gives_the_published_baselines(&Home::on(url)?))
}
