//! Packs of all five plan regions, each with other header wordings, layouts, encodings and dirt; their answers were computed
//! independently from the clean data.

use crate::Outcome;
use crate::home::{Home, root};
use crate::main_job::{compare_indicators, counts};
use serde_json::Value;

fn pack(name: &str) -> Outcome {
    let folder = root().join("journeys/packs").join(name);
    let answers: Value = serde_json::from_slice(&std::fs::read(folder.join("answers.json"))?)?;
    let home = Home::new()?;
    let report = home.import(&[&folder])?;
    assert_eq!(report["region"], answers["region"], "the office is inferred from its counties");
    let got = counts(&report);
    for (table, e) in answers["counts"].as_object().ok_or("counts")? {
        let want = ["rows_read", "accepted", "rejected", "duplicates_merged"].map(|k| e[k].as_u64().unwrap_or_default());
        let found = got.iter().find(|(k, _)| *k == table || k.split('#').next() == Some(table.as_str())).map(|(_, v)| *v);
        // A file without content is a zero report: it has no table.
        assert_eq!(found.unwrap_or_default(), want, "{name}: rows of {table}");
    }
    let (plan, year) = (answers["plan"].as_str().ok_or("plan")?, answers["year"].to_string());
    let rows = home.json(&["evaluate", "--plan", plan, "--year", &year, "--format", "json"])?;
    compare_indicators(&answers, &rows)
}

#[test]
fn wanzhou() -> Outcome {
    pack("wanzhou-2025")
}

#[test]
fn qinhuangdao_of_another_year() -> Outcome {
    pack("qinhuangdao-2022")
}

#[test]
fn jinnan() -> Outcome {
    pack("jinnan-2024")
}

#[test]
fn xinyang() -> Outcome {
    pack("xinyang-2023")
}

#[test]
fn baisha() -> Outcome {
    pack("baisha-2025")
}
