//! The drill of docs/how-to/backup.md: a full backup while the service runs, an increment, a restore on another machine, the proof that
//! it is the same; and everything that must stop a restore.

use crate::Outcome;
use crate::home::{Home, pack, words};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

const EVALUATE: [&str; 7] = ["evaluate", "--plan", "qinhuangdao", "--year", "2020", "--format", "json"];

/// Backups with their key, and the office that made them.
struct Office {
    home: Home,
    folder: PathBuf,
    key: String,
    _place: tempfile::TempDir,
}

impl Office {
    fn new(home: Home) -> Result<Self, Box<dyn std::error::Error>> {
        let place = tempfile::tempdir()?;
        let key = place.path().join("backup.key");
        let key = key.to_str().ok_or("path")?.to_owned();
        succeed(&home, &["backup", "keygen", &key])?;
        Ok(Self { home, folder: place.path().join("tapes"), key, _place: place })
    }

    fn import(&self, file: &str) -> Outcome {
        self.home.import(&[&pack().join(file)]).map(drop)
    }

    fn backup(&self) -> Result<Value, Box<dyn std::error::Error>> {
        self.home.json(&["backup", text(&self.folder), "--key-file", &self.key])
    }

    /// A machine with nothing but the data key.
    fn spare(&self, database: Option<&str>) -> Result<Home, Box<dyn std::error::Error>> {
        let spare = database.map_or_else(Home::new, Home::on)?;
        std::fs::create_dir_all(spare.path().join("keys"))?;
        std::fs::copy(self.home.path().join("keys/data.key"), spare.path().join("keys/data.key"))?;
        Ok(spare)
    }

    fn restore(&self, spare: &Home, more: &[&str]) -> std::io::Result<std::process::Output> {
        let mut args = vec!["restore", text(&self.folder), "--key-file", &self.key];
        args.extend(more);
        spare.run(&args)
    }

    fn refused(&self, why: &str, expected: &str) -> Outcome {
        let spare = self.spare(None)?;
        let output = self.restore(&spare, &[])?;
        assert!(!output.status.success(), "{why} must be refused");
        assert!(words(&output).contains(expected), "{why}: {}", words(&output));
        Ok(())
    }

    fn files(&self, ending: &str) -> std::io::Result<Vec<PathBuf>> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(&self.folder)?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|e| e == ending))
            .collect();
        files.sort();
        Ok(files)
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}

fn succeed(home: &Home, args: &[&str]) -> Result<String, Box<dyn std::error::Error>> {
    let output = home.run(args)?;
    assert!(output.status.success(), "{args:?}: {}", words(&output));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Lines and revisions of a chain that verifies.
fn proved(home: &Home) -> Result<(u64, u64), Box<dyn std::error::Error>> {
    let verdict = home.json(&["audit", "verify", "--json"])?;
    assert_eq!(verdict["faults"], serde_json::json!([]));
    Ok((verdict["lines"].as_u64().unwrap_or_default(), verdict["revisions"].as_u64().unwrap_or_default()))
}

/// Full, increment, restore: chain, records and indicators are the same.
fn the_drill(home: Home, spare_on: Option<&str>) -> Outcome {
    let office = Office::new(home)?;
    office.import("用人单位名录.xlsx")?;
    let full = office.backup()?;
    assert_eq!((full["number"].as_u64(), full["from_seq"].as_i64()), (Some(1), Some(0)));
    for file in ["职业病危害申报.xlsx", "放射工作人员个人剂量.xlsx", "培训记录.xlsx"] {
        office.import(file)?;
    }
    let next = office.backup()?;
    assert_eq!((next["number"].as_u64(), &next["from_seq"]), (Some(2), &full["to_seq"]), "an increment continues");
    let known: [&[u8]; 2] = ["海港".as_bytes(), b"declared_on"];
    for file in office.files("data")? {
        let bytes = std::fs::read(&file)?;
        assert!(!known.iter().any(|word| bytes.windows(word.len()).any(|w| w == *word)), "{} is sealed", file.display());
    }
    succeed(&office.home, &["backup", "check", text(&office.folder), "--key-file", &office.key])?;
    let before = office.home.json(&EVALUATE)?;
    let spare = office.spare(spare_on)?;
    let output = office.restore(&spare, &[])?;
    assert!(output.status.success(), "{}", words(&output));
    assert_eq!(spare.json(&EVALUATE)?, before, "the same indicators");
    let (_, revisions) = proved(&office.home)?;
    assert_eq!(proved(&spare)?.1, revisions, "every revision");
    let again = office.restore(&spare, &[])?;
    assert!(!again.status.success() && words(&again).contains("只能恢复到空数据库"), "{}", words(&again));
    // The restored office works on: the same file again is nothing but duplicates, because references and keys find the records.
    let report = spare.import(&[&pack().join("用人单位名录.xlsx")])?;
    assert_eq!(report["totals"]["accepted"], 0, "{}", report["totals"]);
    // To the end of the first backup: as it was then.
    let spare = office.spare(None)?;
    let at = zhijian_records::clock::shown(full["to_at"].as_i64().unwrap_or_default());
    let output = office.restore(&spare, &["--to", &at])?;
    assert!(output.status.success(), "{}", words(&output));
    assert_eq!(proved(&spare)?.1, full["revisions"].as_u64().unwrap_or_default(), "nothing of what came later");
    Ok(())
}

#[test]
fn a_restored_copy_is_proved_and_gives_the_same_indicators() -> Outcome {
    the_drill(Home::new()?, None)
}

#[test]
fn what_is_not_whole_is_not_restored() -> Outcome {
    let office = Office::new(Home::new()?)?;
    office.import("用人单位名录.xlsx")?;
    office.backup()?;
    for region in ["130302", "130303"] {
        succeed(&office.home, &["init", "--region", region])?;
        office.backup()?;
    }
    let (data, manifests) = (office.files("data")?, office.files("json")?);
    assert_eq!((data.len(), manifests.len()), (3, 3));
    let mut flipped = std::fs::read(&data[0])?;
    let whole = flipped.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    std::fs::write(&data[0], &flipped)?;
    office.refused("an altered chunk", "内容被改动")?;
    std::fs::write(&data[0], &whole[..middle])?;
    office.refused("a cut file", "字节")?;
    std::fs::write(&data[0], &whole)?;
    let manifest = std::fs::read_to_string(&manifests[1])?;
    std::fs::write(&manifests[1], manifest.replace("\"revisions\": 0", "\"revisions\": 9"))?;
    office.refused("an altered manifest", "被改动")?;
    std::fs::remove_file(&manifests[1])?;
    office.refused("a missing link", "缺少第 2 份")?;
    std::fs::write(&manifests[1], &manifest)?;
    std::fs::rename(&data[1], data[1].with_extension("away"))?;
    office.refused("a missing data file", "数据文件不在")?;
    std::fs::rename(data[1].with_extension("away"), &data[1])?;
    // Another key; no data key; another data key.
    let other = office.folder.join("other.key");
    succeed(&office.home, &["backup", "keygen", text(&other)])?;
    let spare = office.spare(None)?;
    let output = spare.run(&["restore", text(&office.folder), "--key-file", text(&other)])?;
    assert!(!output.status.success() && words(&output).contains("备份密钥不符"), "{}", words(&output));
    let bare = Home::new()?;
    let output = office.restore(&bare, &[])?;
    assert!(!output.status.success() && words(&output).contains("请先放好"), "{}", words(&output));
    let early = office.restore(&spare, &["--to", "1999-01-01"])?;
    assert!(!early.status.success() && words(&early).contains("不能恢复到更早的时间"), "{}", words(&early));
    let output = office.restore(&spare, &[])?;
    assert!(output.status.success(), "the whole chain is restored: {}", words(&output));
    // Retention.
    succeed(&office.home, &["backup", text(&office.folder), "--full", "--key-file", &office.key])?;
    succeed(&office.home, &["backup", "prune", text(&office.folder), "--keep", "1"])?;
    assert_eq!((office.files("data")?.len(), office.files("json")?.len()), (1, 1), "the newest chain stays");
    Ok(())
}

#[test]
fn a_killed_backup_is_no_backup_and_a_killed_restore_does_not_serve() -> Outcome {
    let office = Office::new(Home::new()?)?;
    office.import("用人单位名录.xlsx")?;
    office.backup()?;
    office.import("职业健康检查个案.csv")?;
    let args = ["backup", text(&office.folder), "--full", "--key-file", &office.key];
    let killed = |home: &Home, args: &[&str], until: &dyn Fn() -> bool| -> Result<bool, Box<dyn std::error::Error>> {
        let mut child = home.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        loop {
            if child.try_wait()?.is_some() {
                return Ok(false);
            }
            if until() {
                child.kill()?;
                child.wait()?;
                return Ok(true);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    };
    let part = || office.files("part").is_ok_and(|files| files.iter().any(|f| f.metadata().is_ok_and(|m| m.len() > 1_000_000)));
    assert!(killed(&office.home, &args, &part)?, "the backup was killed half way");
    assert_eq!(office.files("json")?.len(), 1, "no manifest");
    succeed(&office.home, &["backup", "check", text(&office.folder), "--key-file", &office.key])?;
    succeed(&office.home, &args)?;
    assert_eq!((office.files("part")?.len(), office.files("data")?.len(), office.files("json")?.len()), (0, 2, 2));
    let spare = office.spare(None)?;
    // Empty tables alone are less than that.
    let files = ["zhijian.sqlite", "zhijian.sqlite-wal"].map(|name| spare.path().join(name));
    let begun = || files.iter().filter_map(|file| file.metadata().ok()).map(|m| m.len()).sum::<u64>() > 20_000_000;
    let args = ["restore", text(&office.folder), "--key-file", &office.key];
    assert!(killed(&spare, &args, &begun)?, "the restore was killed half way");
    let serve = spare.run(&["serve", "--listen", "127.0.0.1:0"])?;
    assert!(!serve.status.success() && words(&serve).contains("上次恢复没有完成"), "{}", words(&serve));
    let output = office.restore(&spare, &[])?;
    assert!(output.status.success(), "it begins anew: {}", words(&output));
    assert_eq!(proved(&spare)?.1, proved(&office.home)?.1);
    Ok(())
}

/// An office moves from the embedded store to PostgreSQL by its backups.
#[test]
fn an_office_moves_to_the_other_database() -> Outcome {
    crate::main_job::on_a_schema("drill", |url| the_drill(Home::new()?, Some(url)))
}
