//! The drawing of `docs/ARCHITECTURE.md`, held against `cargo metadata` and the tree.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// What each crate may use of ours, besides dev-dependencies.
fn allowed() -> BTreeMap<&'static str, Vec<&'static str>> {
    BTreeMap::from([
        ("kinds", vec![]),
        ("calc", vec![]),
        ("records", vec!["kinds", "calc"]),
        ("store", vec!["records", "kinds", "telemetry"]),
        ("lake", vec!["records", "kinds", "calc"]),
        ("exchange", vec!["records", "kinds"]),
        ("telemetry", vec!["records", "kinds", "calc"]),
        ("gateway", vec!["telemetry", "records", "kinds", "calc"]),
        ("documents", vec!["records", "kinds"]),
        ("notify", vec!["records"]),
        ("web", vec!["records", "kinds", "calc", "lake", "exchange", "documents", "telemetry", "gateway"]),
        (
            "cli",
            vec!["kinds", "calc", "records", "store", "lake", "exchange", "telemetry", "gateway", "documents", "notify", "web", "demo"],
        ),
        ("demo", vec!["kinds", "calc"]),
        ("bench", vec!["kinds", "records", "store", "telemetry", "gateway"]),
    ])
}

#[test]
fn crates_depend_only_downwards() -> Result<(), Box<dyn std::error::Error>> {
    let output =
        Command::new(env!("CARGO")).args(["metadata", "--no-deps", "--format-version", "1", "--offline"]).current_dir(root()).output()?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let mut seen = 0;
    for package in metadata["packages"].as_array().ok_or("packages")? {
        let name = package["name"].as_str().unwrap_or_default().trim_start_matches("zhijian-").to_owned();
        let may = allowed().get(name.as_str()).cloned().ok_or_else(|| format!("crate {name} has no place in the drawing"))?;
        for dependency in package["dependencies"].as_array().ok_or("dependencies")? {
            let Some(ours) = dependency["name"].as_str().and_then(|n| n.strip_prefix("zhijian-")) else { continue };
            if dependency["kind"].as_str() == Some("dev") {
                continue;
            }
            assert!(may.contains(&ours), "crate {name} must not depend on {ours}; move the code or change docs/ARCHITECTURE.md on purpose");
        }
        seen += 1;
    }
    assert_eq!(seen, allowed().len(), "every crate of the drawing exists");
    Ok(())
}

#[test]
fn only_the_binary_knows_which_database_runs() -> Result<(), Box<dyn std::error::Error>> {
    for (name, _) in allowed() {
        let text = std::fs::read_to_string(root().join("crates").join(name).join("Cargo.toml"))?;
        let dependencies = text.split("[dev-dependencies]").next().unwrap_or_default();
        assert!(name == "store" || !dependencies.contains("sqlx"), "crate {name} talks to a database directly");
    }
    Ok(())
}

#[test]
fn documents_name_only_what_exists() -> Result<(), Box<dyn std::error::Error>> {
    for document in ["README.md", "docs/ARCHITECTURE.md", "docs/kind-language.md"] {
        let text = std::fs::read_to_string(root().join(document))?;
        for word in text.split('`').skip(1).step_by(2) {
            let path = word.trim_end_matches('/');
            let looks_like_path =
                ["crates/", "definitions/", "docs/", "demo/", "journeys/", "scripts/"].iter().any(|p| path.starts_with(p));
            if looks_like_path && !path.contains(['<', '*', ' ', '{']) {
                assert!(root().join(path).exists(), "{document} names {path}, which is not there");
            }
        }
    }
    Ok(())
}
