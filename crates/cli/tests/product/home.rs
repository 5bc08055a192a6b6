//! A deployment of its own for each test.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A fresh data folder.
pub struct Home {
    folder: tempfile::TempDir,
    database: Option<String>,
}

/// The repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The workbooks of the demo region.
pub fn pack() -> PathBuf {
    root().join("demo/qinhuangdao-2020")
}

impl Home {
    /// With the embedded store.
    pub fn new() -> std::io::Result<Self> {
        Ok(Self { folder: tempfile::tempdir()?, database: None })
    }

    /// With another database.
    pub fn on(database: &str) -> std::io::Result<Self> {
        Ok(Self { database: Some(database.to_owned()), ..Self::new()? })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A command of the binary.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zhijian"));
        command
            .args(args)
            .env("ZHIJIAN_HOME", self.path())
            .env_remove("ZHIJIAN_DATABASE_URL")
            .env_remove("ZHIJIAN_REGION")
            .env("ZHIJIAN_LOG", "error");
        if let Some(database) = &self.database {
            command.env("ZHIJIAN_DATABASE_URL", database);
        }
        command
    }

    /// Runs a command.
    pub fn run(&self, args: &[&str]) -> std::io::Result<Output> {
        self.command(args).output()
    }

    /// Runs a command that must succeed and reads its JSON.
    pub fn json(&self, args: &[&str]) -> Result<Value, Box<dyn std::error::Error>> {
        let output = self.run(args)?;
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?} failed: {words}");
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// Imports paths and gives the report.
    pub fn import(&self, paths: &[&Path]) -> Result<Value, Box<dyn std::error::Error>> {
        let mut args = vec!["import", "--format", "json"];
        args.extend(paths.iter().filter_map(|p| p.to_str()));
        self.json(&args)
    }
}

/// Standard error as text.
pub fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
