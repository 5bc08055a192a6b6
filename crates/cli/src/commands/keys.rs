//! `zhijian keys`: the data keys of a deployment. All of it works while the platform serves.

use super::{data, say};
use crate::config::Config;
use crate::master;
use crate::platform::Platform;
use anyhow::Result;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use zhijian_records::keys::FOLLOWED;
use zhijian_records::reseal::{self, Progress};
use zhijian_records::vault::{Algorithm, KeyState, Purpose};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// 列出数据密钥：编号、用途、算法、生成日期、状态
    List {
        /// 以 JSON 输出
        #[arg(long)]
        json: bool,
    },
    /// 新增一个数据密钥，暂不启用
    Add(Kind),
    /// 更换数据密钥：新增、启用，并把原有数据重新加密；服务可以照常运行，中断后再次执行 reseal 即可继续
    Rotate {
        #[command(flatten)]
        kind: Kind,
        /// 只更换，不立即重新加密原有数据
        #[arg(long)]
        later: bool,
    },
    /// 把原有数据用现用密钥重新加密（接着上次中断的地方）
    Reseal,
    /// 销毁一个不再使用的数据密钥；先确认没有数据还用着它
    Retire {
        /// 密钥编号
        id: u32,
    },
    /// 更换主密钥：用新密钥文件重新封装全部数据密钥
    Rewrap {
        /// 新的主密钥文件；不存在时生成
        #[arg(long)]
        new_key_file: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
struct Kind {
    /// 密钥用途：seal 字段加密，blind 盲索引
    #[arg(long, value_enum, default_value = "seal")]
    purpose: Use,
    /// 加密算法：sm4-gcm、aes-256-gcm；不填时按设置 cipher
    #[arg(long)]
    cipher: Option<Algorithm>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Use {
    Seal,
    Blind,
}

impl Kind {
    fn purpose(&self) -> Purpose {
        match self.purpose {
            Use::Seal => Purpose::Seal,
            Use::Blind => Purpose::Blind,
        }
    }
}

/// Runs it.
///
/// # Errors
/// The keys cannot be changed; a value cannot be opened; the store failed.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    let platform = Platform::open(config).await?;
    match args.command {
        Command::List { json } => list(&platform, json)?,
        Command::Add(kind) => {
            let id = add(&platform, &kind).await?;
            say(format!("已新增密钥 {id}，尚未启用"));
        }
        Command::Rotate { kind, later } => {
            let id = add(&platform, &kind).await?;
            // Every process must be able to open what is sealed with the new key before anybody seals with it.
            say(format!("已新增密钥 {id}，等待各进程获知……"));
            tokio::time::sleep(FOLLOWED * 2 + Duration::from_millis(500)).await;
            platform.keys.activate(id, "system:console").await?;
            say(format!("密钥 {id} 已启用，新数据用它加密"));
            if later {
                say("原有数据仍可读取；执行 zhijian keys reseal 重新加密");
            } else {
                reseal_all(&platform).await?;
            }
        }
        Command::Reseal => reseal_all(&platform).await?,
        Command::Retire { id } => retire(&platform, id).await?,
        Command::Rewrap { new_key_file } => {
            if !new_key_file.exists() {
                master::create(&new_key_file)?;
            }
            let to = master::of_file(&new_key_file)?;
            platform.keys.rewrap(to.as_ref(), "system:console").await?;
            say(format!("数据密钥已改由 {} 保护；请把设置改为新文件并重启服务，旧主密钥在旧备份过期前仍须保存", to.place()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn add(platform: &Platform, kind: &Kind) -> Result<u32> {
    let algorithm = kind.cipher.map_or_else(|| platform.config.algorithm(), Ok)?;
    Ok(platform.keys.add(kind.purpose(), algorithm, "system:console").await?)
}

fn list(platform: &Platform, json: bool) -> Result<()> {
    let ring = platform.keys.ring();
    if json {
        let keys: Vec<serde_json::Value> = ring
            .keys
            .iter()
            .map(|k| serde_json::json!({"id": k.id, "purpose": k.purpose, "cipher": k.algorithm, "made": k.made, "state": k.state}))
            .collect();
        return data(serde_json::to_string_pretty(&keys)?);
    }
    data("编号  用途      算法         生成日期    状态")?;
    for key in &ring.keys {
        let algorithm = if key.purpose == Purpose::Seal { key.algorithm.name() } else { "HMAC-SM3" };
        data(format!("{:<5} {:<6} {algorithm:<12} {}  {}", key.id, key.purpose.word(), key.made, key.state.word()))?;
    }
    Ok(())
}

async fn reseal_all(platform: &Platform) -> Result<()> {
    let mut told = std::time::Instant::now();
    let done = reseal::run(&platform.door, &Platform::operator(), |progress| {
        if told.elapsed() > Duration::from_secs(2) {
            told = std::time::Instant::now();
            say(line(progress));
        }
        true
    })
    .await?;
    say(format!("重新加密完成：{}", line(&done)));
    Ok(())
}

fn line(progress: &Progress) -> String {
    let (done, all) = progress.partitions;
    let taken =
        if progress.taken > 0 { format!("，{} 条记录的自然键已被占用、保留原值", progress.taken) } else { String::new() };
    format!("第{}遍 {done}/{all} 个分区，查看 {} 个版本，重新加密 {} 个{taken}", progress.pass, progress.looked, progress.resealed)
}

async fn retire(platform: &Platform, id: u32) -> Result<()> {
    let ring = platform.keys.ring();
    let key = ring.key(id).ok_or_else(|| anyhow::anyhow!("没有编号为 {id} 的密钥"))?;
    anyhow::ensure!(key.state != KeyState::Active, "密钥 {id} 正在使用，请先执行 zhijian keys rotate 更换");
    anyhow::ensure!(key.state != KeyState::Retired, "密钥 {id} 已经销毁");
    let settled = platform.door.now() - key.since > 10_000_000;
    anyhow::ensure!(key.state == KeyState::Ready || settled, "密钥 {id} 刚刚停用，其他进程可能还在用它写入，请 10 秒后再试");
    // A last look at everything: whatever is still under the old key is sealed again first.
    reseal_all(platform).await?;
    platform.keys.retire(id, "system:console").await?;
    say(format!("密钥 {id} 已销毁；仍含旧密钥数据的备份须连同备份当时的密钥环一起恢复"));
    Ok(())
}
