//! `zhijian calc`: the calculators, one by one or as a batch of JSON lines.

use super::data;
use anyhow::{Context as _, Result};
use std::io::{BufRead as _, Write as _};
use std::process::ExitCode;
use zhijian_calc::registry;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// 列出全部计算器
    List,
    /// 说明一个计算器：公式、输入（类型、范围、选项）、示例、输出、出处
    Explain {
        /// 计算器编号，如 air.twa
        id: String,
    },
}

/// Runs it. Without a sub-command it reads JSON lines `{"id","calculator","inputs"}` from stdin and writes one answer a line; a bad line
/// does not stop the others.
///
/// # Errors
/// Unknown calculator (explain), closed pipes.
pub fn run(args: Args) -> Result<ExitCode> {
    match args.command {
        Some(Command::List) => {
            for calculator in registry::list() {
                data(format!("{}\t{}", calculator.id, calculator.title))?;
            }
        }
        Some(Command::Explain { id }) => {
            let calculator = registry::find(&id).with_context(|| format!("没有名为“{id}”的计算器，可用 zhijian calc list 查看"))?;
            data(serde_json::to_string_pretty(&calculator.explained())?)?;
        }
        None => {
            let mut out = std::io::BufWriter::new(std::io::stdout().lock());
            for line in std::io::stdin().lock().lines() {
                let line = line?;
                if !line.trim().is_empty() {
                    writeln!(out, "{}", registry::batch_line(&line))?;
                }
            }
            out.flush()?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
