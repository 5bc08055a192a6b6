//! `docs/security.md`, held against the tree: every test that a row names exists, and a row without a test says that it is unmet or partly met.

use crate::tree::{root, tests};

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
    assert!(exists(&all, "papers::security::a_name_that_is_not_there_is_found_out"));
    assert!(exists(&all, "guessing::*"));
    assert!(!exists(&all, "guessing::no_such_test"));
    assert_eq!(named("store contract `people`, `guessing::*`; **partly**: `acr` is not read"), ["people", "guessing::*"]);
    Ok(())
}
