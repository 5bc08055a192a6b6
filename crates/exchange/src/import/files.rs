//! The files of an import: named ones as they are, folders by the endings of workbooks.

use std::path::{Path, PathBuf};

/// A file to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFile {
    /// Name as the sender knows it.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
}

/// Endings that a folder is searched for. The content decides later what a file is.
const ENDINGS: [&str; 7] = ["xlsx", "xlsm", "xls", "csv", "tsv", "txt", "et"];

/// Lists the files below the paths, sorted; names of other files in folders come back as left out.
///
/// # Errors
/// A path does not exist or cannot be read.
pub fn collect(paths: &[PathBuf]) -> std::io::Result<(Vec<InputFile>, Vec<String>)> {
    let (mut files, mut left_out) = (Vec::new(), Vec::new());
    for path in paths {
        if path.is_dir() {
            walk(path, path, &mut files, &mut left_out)?;
        } else {
            // Opening tells a missing file now, not in the middle of the work.
            std::fs::File::open(path)?;
            files.push(InputFile { name: name_of(path, path), path: path.clone() });
        }
    }
    Ok((files, left_out))
}

fn walk(root: &Path, at: &Path, files: &mut Vec<InputFile>, left_out: &mut Vec<String>) -> std::io::Result<()> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(at)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    entries.sort();
    for path in entries {
        let hidden = path.file_name().and_then(|n| n.to_str()).is_none_or(|n| n.starts_with('.') || n.starts_with("~$"));
        if hidden {
            continue;
        }
        if path.is_dir() {
            walk(root, &path, files, left_out)?;
            continue;
        }
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase();
        let name = name_of(root, &path);
        if ENDINGS.contains(&ending.as_str()) {
            files.push(InputFile { name, path });
        } else {
            left_out.push(name);
        }
    }
    Ok(())
}

fn name_of(root: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(root).ok().filter(|p| !p.as_os_str().is_empty());
    relative.map_or_else(
        || path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
        |p| p.to_string_lossy().into_owned(),
    )
}
