//! `zhijian audit`: proves the chain against the records; heads of the chain that leave the platform.

use super::{data, say};
use crate::config::Config;
use crate::platform::Platform;
use crate::secret_file;
use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use zhijian_records::clock::shown;
use zhijian_records::signed_head::{self, Head, SignedHead};
use zhijian_records::verify;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// 逐条核对审计链与记录内容，输出链头摘要；有任何不符时以非零状态退出
    Verify {
        /// 以 JSON 输出
        #[arg(long)]
        json: bool,
        /// 留存的链头文件（audit head 或 audit sign 的输出），可多个：核对历史是否被改写或截断
        #[arg(long, value_name = "文件")]
        head: Vec<PathBuf>,
    },
    /// 输出链头：条数、时间、SM3（JSON）
    Head,
    /// 生成链头签名用的 SM2 密钥对：私钥写入文件，公钥写入同名 .pub 文件
    Keygen {
        /// 私钥文件
        file: PathBuf,
    },
    /// 用 SM2 私钥签名当前链头，输出 JSON（请打印或报送上级留存）
    Sign {
        /// 私钥文件（PEM）
        #[arg(long)]
        key: PathBuf,
        /// 写入文件，缺省为标准输出
        #[arg(long)]
        output: Option<PathBuf>,
    },
    /// 核对一份已签名的链头文件是否由所给公钥签名、未被改动
    Check {
        /// 链头文件
        file: PathBuf,
        /// 公钥：PEM 文件，或以 04 开头的十六进制
        #[arg(long)]
        public: String,
    },
}

/// Runs it.
///
/// # Errors
/// A file cannot be read, or the store failed.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    match args.command {
        Command::Verify { json, head } => verify(config, json, &head).await,
        Command::Head => {
            let platform = Platform::open(config).await?;
            let head = signed_head::now(platform.door.store.as_ref()).await?.context("审计链还没有任何记录")?;
            say(format!("审计记录 {} 条，最后一条 {}，SM3 {}", head.count, shown(head.at), head.hash));
            data(serde_json::to_string_pretty(&head)?)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Keygen { file } => {
            let (private, public) = signed_head::new_keys()?;
            secret_file::create(&file, &private)?;
            let beside = PathBuf::from(format!("{}.pub", file.display()));
            std::fs::write(&beside, public).with_context(|| format!("无法写入 {}", beside.display()))?;
            say(format!("私钥 {}，公钥 {}。私钥请与本系统分开保管，公钥交给留存链头的单位", file.display(), beside.display()));
            Ok(ExitCode::SUCCESS)
        }
        Command::Sign { key, output } => {
            let platform = Platform::open(config).await?;
            let signed = sign(&platform, &key).await?;
            let text = serde_json::to_string_pretty(&signed)?;
            match output {
                Some(path) => std::fs::write(&path, text).with_context(|| format!("无法写入 {}", path.display()))?,
                None => data(text)?,
            }
            Ok(ExitCode::SUCCESS)
        }
        Command::Check { file, public } => {
            let signed: SignedHead = read(&file)?;
            let public = if public.trim_start().starts_with("04") && !Path::new(&public).exists() {
                public
            } else {
                std::fs::read_to_string(&public).with_context(|| format!("无法读取公钥文件 {public}"))?
            };
            signed_head::check(&signed, &public)?;
            data(format!(
                "签名有效：{} 的审计链共 {} 条，最后一条 {}，SM3 {}，签名于 {}",
                if signed.office.is_empty() { "本部署" } else { &signed.office },
                signed.head.count,
                signed.at_text,
                signed.head.hash,
                shown(signed.signed_at)
            ))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The head as it is now, signed with the key of a file.
///
/// # Errors
/// No key, no line yet, or the store failed.
pub async fn sign(platform: &Platform, key: &Path) -> Result<SignedHead> {
    let private = std::fs::read_to_string(key).with_context(|| format!("无法读取签名密钥 {}", key.display()))?;
    let head = signed_head::now(platform.door.store.as_ref()).await?.context("审计链还没有任何记录")?;
    let office = platform.region().await?.unwrap_or_default();
    Ok(signed_head::sign(head, &office, &private, platform.door.now())?)
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    let text = std::fs::read_to_string(path).with_context(|| format!("无法读取 {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} 不是链头文件", path.display()))
}

async fn verify(config: Config, json: bool, heads: &[PathBuf]) -> Result<ExitCode> {
    let heads: Vec<Head> = heads.iter().map(|path| read(path)).collect::<Result<_>>()?;
    let platform = Platform::open_as_it_is(config).await?;
    let clock = std::time::Instant::now();
    let telling = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let progress = |done: u64, all: i64| {
        if telling && done.is_multiple_of(100_000) {
            say(format!("已核对 {done} / {all} 条"));
        }
    };
    let mut verdict = verify::against(&platform.door.store, &heads, progress).await?;
    // The chain covers commitments; that the sealed values are what was committed to needs the keys.
    verdict.faults.extend(zhijian_records::sealed::verify(&platform.door).await?.faults);
    if json {
        data(serde_json::to_string_pretty(&verdict)?)?;
    } else {
        data(format!("审计记录 {} 条，记录版本 {} 个，链头 {}", verdict.lines, verdict.revisions, verdict.head))?;
    }
    for fault in &verdict.faults {
        say(fault);
    }
    if verdict.more_faults > 0 {
        say(format!("另有 {} 处不符未列出", verdict.more_faults));
    }
    let seconds = clock.elapsed().as_secs_f64();
    say(if verdict.sound() {
        let with = if heads.is_empty() { "" } else { "，与留存的链头相符" };
        format!("核对通过{with}（{seconds:.1} 秒）")
    } else {
        "核对未通过：审计链或记录被改动，请封存数据库并与备份和留存的链头比对".to_owned()
    });
    Ok(if verdict.sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
