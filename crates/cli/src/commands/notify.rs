//! `zhijian notify`: outlets of notices, messages that were not delivered, times.

use super::{ReportFormat, data, say};
use crate::config::Config;
use crate::platform::Platform;
use anyhow::{Context as _, Result, bail};
use serde_json::json;
use std::process::ExitCode;
use zhijian_records::duties::Clerk;
use zhijian_records::notices::port::Standing;
use zhijian_records::notices::{Contact, Message, Notifier, Post};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// 经某一渠道发一条测试消息
    Test {
        /// 渠道：smtp、sms、webhook、file
        #[arg(long)]
        outlet: String,
        /// 收件地址：邮箱或手机号（webhook、file 不需要）
        #[arg(long, default_value = "")]
        to: String,
    },
    /// 列出平台之外的消息，每行一个 JSON 对象
    List {
        /// 状态：waiting 待发送、sent 已发送、failed 未送达；不填为全部
        #[arg(long)]
        standing: Option<String>,
        /// 最多列出的数目
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// 未送达的消息重新发送
    Resend {
        /// 只重发这一条
        #[arg(long)]
        id: Option<String>,
    },
    /// 生成并发送到期的通知一次（不开服务时用）
    Run {
        /// 报告格式
        #[arg(long, value_enum, default_value = "text")]
        format: ReportFormat,
    },
    /// 查看或调整时刻与天数（均为平台约定）
    Set {
        /// 每日汇总的整点
        #[arg(long)]
        digest_hour: Option<i64>,
        /// 免打扰起始整点
        #[arg(long)]
        quiet_from: Option<i64>,
        /// 免打扰结束整点
        #[arg(long)]
        quiet_to: Option<i64>,
        /// 超过多少天以前的事不再补发
        #[arg(long)]
        horizon: Option<i64>,
        /// 逾期后逐级督办的天数，如 1,7,30；写 default 恢复定义中的天数
        #[arg(long)]
        escalation: Option<String>,
        /// 已读通知保存天数
        #[arg(long)]
        keep: Option<i64>,
    },
}

/// Runs it.
///
/// # Errors
/// The store failed; an outlet did not take the message; a value makes no sense.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    if let Command::Test { outlet, to } = &args.command {
        return test(&config, outlet, to).await;
    }
    let outlets = config.notify.outlets()?;
    let platform = Platform::open(config).await?;
    let door = &platform.door;
    match args.command {
        Command::Test { .. } => {}
        Command::List { standing, limit } => {
            let standing = standing
                .map(|word| Standing::of_word(&word).with_context(|| format!("状态“{word}”应为 waiting、sent 或 failed")))
                .transpose()?;
            for letter in door.letters(&Platform::operator(), standing, limit).await? {
                data(json!({
                    "id": letter.id, "outlet": letter.outlet, "login": letter.login, "standing": letter.standing.word(), "attempts": letter.attempts,
                    "due": zhijian_records::clock::shown(letter.due), "at": zhijian_records::clock::shown(letter.at), "fault": letter.fault
                }))?;
            }
        }
        Command::Resend { id } => {
            let number = door.resend_letters(&Platform::operator(), id.as_deref(), "console").await?;
            say(format!("{number} 条消息将重新发送"));
        }
        Command::Run { format } => {
            Clerk::new(door.clone()).catch_up().await?;
            let names = outlets.iter().map(|o| o.name().to_owned()).collect();
            let told = Notifier::new(door.clone(), names).catch_up().await?;
            let posted = Post::new(door.clone(), outlets, &platform.config.public_url).deliver().await?;
            let (Some(told), Some(posted)) = (told, posted) else {
                bail!("另一个进程（如正在运行的服务）正在处理通知，请稍后再试")
            };
            match format {
                ReportFormat::Text => say(format!(
                    "通知 {} 件，收件 {} 人次；已发送 {}，稍后重试 {}，未送达 {}",
                    told.matters, told.notices, posted.sent, posted.later, posted.failed
                )),
                ReportFormat::Json => data(json!({
                    "matters": told.matters, "notices": told.notices, "sent": posted.sent, "later": posted.later, "failed": posted.failed
                }))?,
            }
        }
        Command::Set { digest_hour, quiet_from, quiet_to, horizon, escalation, keep } => {
            let mut timing = door.timing().await?;
            let places = [
                (&mut timing.digest_hour, digest_hour),
                (&mut timing.quiet_from, quiet_from),
                (&mut timing.quiet_to, quiet_to),
                (&mut timing.horizon_days, horizon),
                (&mut timing.keep_days, keep),
            ];
            for (place, value) in places {
                *place = value.unwrap_or(*place);
            }
            match escalation.as_deref() {
                None => {}
                Some("default") => timing.escalation.clear(),
                Some(days) => {
                    let days = days.split(',').map(|d| d.trim().parse()).collect::<Result<Vec<i64>, _>>();
                    timing.escalation = days.context("--escalation 应为逗号分隔的天数，如 1,7,30")?;
                }
            }
            door.set_timing(&Platform::operator(), &timing).await?;
            data(serde_json::to_string(&timing)?)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn test(config: &Config, name: &str, to: &str) -> Result<ExitCode> {
    let outlets = config.notify.outlets()?;
    let outlet = outlets.iter().find(|o| o.name() == name).with_context(|| {
        let known: Vec<&str> = outlets.iter().map(|o| o.name()).collect();
        format!("渠道“{name}”没有配置；已配置：{}", if known.is_empty() { "无".into() } else { known.join("、") })
    })?;
    let contact = if name == "sms" {
        Contact { mail: String::new(), phone: to.to_owned() }
    } else {
        Contact { mail: to.to_owned(), phone: String::new() }
    };
    let message = Message {
        key: format!("test-{}", uuid::Uuid::now_v7().simple()),
        login: "test".into(),
        contact,
        subject: "职健平台：测试消息".into(),
        text: "职健平台：这是一条测试消息。".into(),
        link: String::new(),
    };
    outlet.send(&message).await.with_context(|| format!("{}没有接受测试消息", outlet.title()))?;
    say(format!("{}已接受测试消息", outlet.title()));
    Ok(ExitCode::SUCCESS)
}
