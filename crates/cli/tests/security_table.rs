//! `docs/security.md`, held against the tree: every test that a row names exists, and a row without a test says that it is unmet or partly met.

use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Every test as its path: crate, folders, module, function.
fn tests() -> std::io::Result<Vec<Vec<String>>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(root().join("crates"))? {
        let folder = entry?.path();
        for part in ["src", "tests"] {
            collect(&folder.join(part), &mut vec![name_of(&folder)], &mut all)?;
        }
    }
    Ok(all)
}

fn name_of(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn collect(folder: &Path, above: &mut Vec<String>, all: &mut Vec<Vec<String>>) -> std::io::Result<()> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    let paths: Vec<PathBuf> = entries.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    for path in paths {
        above.push(name_of(&path));
        if path.is_dir() {
            collect(&path, above, all)?;
        } else if path.extension().is_some_and(|e| e == "rs") {
            for function in functions(&std::fs::read_to_string(&path)?, above.iter().any(|a| a == "contract")) {
                all.push(above.iter().cloned().chain([function]).collect());
            }
        }
        above.pop();
    }
    Ok(())
}

/// Names of the test functions of a file. Cases of the store contract are plain functions; a macro makes the tests.
fn functions(text: &str, contract: bool) -> Vec<String> {
    let mut marked = false;
    let mut out = Vec::new();
    for line in text.lines().map(str::trim) {
        marked |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        let Some((head, rest)) = line.split_once("fn ") else { continue };
        let is_test = marked || contract && head.starts_with("pub async");
        if head.chars().all(|c| c.is_alphabetic() || c == ' ') && is_test {
            out.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
            marked = false;
        }
    }
    out
}

/// `module::function`, `module::*` or one name: its parts occur in this order in the path of some test.
fn exists(all: &[Vec<String>], name: &str) -> bool {
    all.iter().any(|path| {
        let mut path = path.iter();
        name.split("::").filter(|part| !matches!(*part, "*" | "tests")).all(|part| path.any(|p| p == part))
    })
}

/// The names in backticks that look like tests, before the row says what is missing.
fn named(cell: &str) -> Vec<&str> {
    let told = ["**partly**", "**unmet**", "**not**"].iter().filter_map(|word| cell.find(word)).min().unwrap_or(cell.len());
    let plain = |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_:*".contains(c));
    cell[..told].split('`').skip(1).step_by(2).filter(plain).collect()
}

#[test]
fn every_test_of_the_table_exists_and_rows_without_one_say_so() -> Result<(), Box<dyn std::error::Error>> {
    let all = tests()?;
    let mut faults = Vec::new();
    let mut rows = 0;
    for (number, line) in std::fs::read_to_string(root().join("docs/security.md"))?.lines().enumerate() {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        let [id, _, _, test] = cells.as_slice() else { continue };
        if *test == "test" || test.starts_with("---") {
            continue;
        }
        rows += 1;
        let names = named(test);
        for name in names.iter().filter(|name| !exists(&all, name)) {
            faults.push(format!("line {}, {id}: there is no test {name}", number + 1));
        }
        let other = ["`zhijian check`", "journey"].iter().any(|word| test.contains(word));
        let honest = ["**partly**", "**unmet**", "not applicable"].iter().any(|word| line.contains(word));
        if names.is_empty() && !other && !honest {
            faults.push(format!("line {}, {id}: no test, and neither unmet nor partly", number + 1));
        }
    }
    assert!(rows > 100, "the table was read: {rows}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[test]
fn a_name_that_is_not_there_is_found_out() -> Result<(), Box<dyn std::error::Error>> {
    let all = tests()?;
    assert!(exists(&all, "security_table::a_name_that_is_not_there_is_found_out"));
    assert!(exists(&all, "guessing::*"));
    assert!(!exists(&all, "guessing::no_such_test"));
    assert_eq!(named("store contract `people`, `guessing::*`; **partly**: `acr` is not read"), ["people", "guessing::*"]);
    Ok(())
}
