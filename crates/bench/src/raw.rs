//! The raw limit: the same rows through the databases' own bulk loaders.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

const TABLE: &str =
    "CREATE TABLE card (id TEXT PRIMARY KEY, region TEXT NOT NULL, year INTEGER NOT NULL, event_date TEXT NOT NULL, data TEXT NOT NULL)";

/// Writes the rows as CSV.
pub fn csv(path: &Path, rows: usize, items: &[String]) -> anyhow::Result<()> {
    let mut out = std::io::BufWriter::new(std::fs::File::create(path)?);
    for n in 0..rows {
        let data = crate::cards::raw(n, items).to_string().replace('"', "\"\"");
        writeln!(out, "{n:032x},130302,2020,2020-{:02}-{:02},\"{data}\"", 1 + n / 28 % 12, 1 + n % 28)?;
    }
    Ok(out.flush()?)
}

/// Seconds of `sqlite3 .import`.
pub fn sqlite(folder: &Path, csv: &Path) -> anyhow::Result<f64> {
    let database = folder.join("raw.sqlite");
    let script = format!("PRAGMA journal_mode=WAL;\nPRAGMA synchronous=FULL;\n{TABLE};\n.mode csv\n.import {} card\n", csv.display());
    timed(Command::new("sqlite3").arg(&database), &script)
}

/// Seconds of `psql \copy`.
pub fn postgres(url: &str, csv: &Path) -> anyhow::Result<f64> {
    let script = format!("DROP TABLE IF EXISTS card;\n{TABLE};\n\\copy card from '{}' csv\n", csv.display());
    timed(Command::new("psql").args([url, "-q", "-v", "ON_ERROR_STOP=1"]), &script)
}

fn timed(command: &mut Command, script: &str) -> anyhow::Result<f64> {
    let clock = Instant::now();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    child.stdin.take().expect("stdin was piped").write_all(script.as_bytes())?;
    anyhow::ensure!(child.wait()?.success(), "the raw load failed");
    Ok(clock.elapsed().as_secs_f64())
}
