//! The tests of the tree, by name.

use std::path::{Path, PathBuf};

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Every test as its path: crate, folders, module, function.
pub fn tests() -> std::io::Result<Vec<Vec<String>>> {
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

/// Titles of the browser journeys with their file.
pub fn journeys() -> std::io::Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    let mut folders = vec![root().join("journeys")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "mjs") {
                let file = path.strip_prefix(root()).unwrap_or(&path).to_string_lossy().into_owned();
                all.extend(std::fs::read_to_string(&path)?.lines().filter_map(title).map(|title| (title, file.clone())));
            }
        }
    }
    all.sort();
    Ok(all)
}

/// The title in `test('title', …`, or in the data of a process, `title: 'title',`.
fn title(line: &str) -> Option<String> {
    let line = line.trim_start();
    let rest = line.strip_prefix("test(").or_else(|| line.strip_prefix("title: "))?;
    let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"' | '`'))?;
    rest[1..].split(quote).next().map(str::to_owned)
}
