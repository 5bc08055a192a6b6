//! `zhijian hj212`: frames of HJ 212, as JSON lines (docs/how-to/hj212.md).

use anyhow::Context as _;
use std::process::ExitCode;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Reads JSON lines `{"id","op":"decode|stream|encode|flag",…}` from stdin and writes one answer a line; a bad line does not stop the others.
///
/// # Errors
/// Closed pipes.
pub fn run(Args {}: Args) -> anyhow::Result<ExitCode> {
    zhijian_telemetry::hj212::lines::run(std::io::stdin().lock(), std::io::stdout().lock()).context("读写 JSON 行时中断")?;
    Ok(ExitCode::SUCCESS)
}
