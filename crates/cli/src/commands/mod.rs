//! One file a command.

pub mod account;
pub mod audit;
pub mod backup;
pub mod calc;
pub mod check;
pub mod demo;
pub mod device;
pub mod document;
pub mod duties;
pub mod evaluate;
pub mod export;
pub mod hj212;
pub mod import;
pub mod init;
pub mod keys;
pub mod lake;
pub mod notify;
pub mod react;
pub mod readings;
pub mod rederive;
pub mod research;
pub mod restore;
pub mod retention;
pub mod serve;
pub mod simulate;
pub mod template;
pub mod warn;

/// How a command reports what it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ReportFormat {
    /// Words.
    Text,
    /// One JSON document.
    Json,
}

/// Words for the person at the terminal.
#[expect(clippy::print_stderr, reason = "words of commands go to stderr")]
pub fn say(words: impl std::fmt::Display) {
    eprintln!("{words}");
}

/// Data for scripts.
///
/// # Errors
/// The pipe is closed.
pub fn data(text: impl std::fmt::Display) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(())
}
