//! `zhijian account`: accounts from the console.

use super::{data, say};
use crate::config::Config;
use crate::platform::Platform;
use anyhow::{Context as _, Result};
use std::process::ExitCode;
use zhijian_records::port::Account;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// 新建或修改账号；密码从环境变量 ZHIJIAN_PASSWORD 读取，首次登录须修改
    Put {
        /// 登录名
        login: String,
        /// 显示姓名
        #[arg(long)]
        name: String,
        /// 角色代码，可多个，如 R02,R03
        #[arg(long, value_delimiter = ',')]
        roles: Vec<String>,
        /// 管辖地区
        #[arg(long, default_value = "")]
        region: String,
        /// 所属单位（用人单位或机构的记录编号）
        #[arg(long, default_value = "")]
        organisation: String,
    },
    /// 列出账号
    List,
    /// 生成一次性邀请链接，由本人设置密码；原密码和会话失效
    Invite {
        /// 登录名
        login: String,
    },
    /// 启用账号
    Activate {
        /// 登录名
        login: String,
    },
    /// 停用账号：会话和令牌立即失效
    Deactivate {
        /// 登录名
        login: String,
    },
    /// 解除登录暂停
    Unlock {
        /// 登录名
        login: String,
    },
    /// 移除账号的验证器、通行密钥和恢复码（本人遗失时使用）
    ResetFactors {
        /// 登录名
        login: String,
    },
    /// 停用长期未登录的账号（服务运行时每小时自动执行）
    DeactivateUnused,
}

/// Runs it.
///
/// # Errors
/// Weak password, unknown region, the store failed.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    let platform = Platform::open(config).await?;
    match args.command {
        Command::Put { login, name, roles, region, organisation } => {
            let password = std::env::var("ZHIJIAN_PASSWORD").context("请用环境变量 ZHIJIAN_PASSWORD 给出初始密码")?;
            anyhow::ensure!(region.is_empty() || platform.door.catalogue.regions.get(&region).is_some(), "区划代码“{region}”不存在");
            put(&platform, &login, &name, &roles, &region, &organisation, &password, true).await?;
            say(format!("账号 {login} 已保存"));
        }
        Command::Invite { login } => {
            let invitation = platform.door.invite(&Platform::operator(), &login).await?;
            data(format!("{}/invite/{}", platform.config.public_url.trim_end_matches('/'), invitation.secret))?;
            say(format!("有效期至 {}，只能使用一次", zhijian_records::clock::shown(invitation.until)));
        }
        Command::Activate { login } => activate(&platform, &login, true).await?,
        Command::Deactivate { login } => activate(&platform, &login, false).await?,
        Command::Unlock { login } => {
            platform.door.unlock(&Platform::operator(), &login).await?;
            say(format!("账号 {login} 已解除暂停"));
        }
        Command::ResetFactors { login } => {
            platform.door.reset_factors(&Platform::operator(), &login).await?;
            say(format!("账号 {login} 的双因素已重置"));
        }
        Command::DeactivateUnused => {
            for login in platform.door.deactivate_unused().await? {
                data(login)?;
            }
        }
        Command::List => {
            for account in platform.door.store.accounts().await? {
                data(format!(
                    "{}\t{}\t{}\t{}\t{}",
                    account.login,
                    account.name,
                    account.roles.join(","),
                    account.region,
                    if account.active { "启用" } else { "停用" }
                ))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn activate(platform: &Platform, login: &str, active: bool) -> Result<()> {
    let account = platform.door.managed(&Platform::operator(), login).await?;
    platform.door.put_account(&Platform::operator(), &Account { active, ..account }).await?;
    say(format!("账号 {login} 已{}", if active { "启用" } else { "停用" }));
    Ok(())
}

/// Saves an account.
///
/// # Errors
/// Weak password, unknown role, the store failed.
#[expect(clippy::too_many_arguments, reason = "the fields of an account")]
pub async fn put(
    platform: &Platform,
    login: &str,
    name: &str,
    roles: &[String],
    region: &str,
    organisation: &str,
    password: &str,
    must_change: bool,
) -> Result<()> {
    let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
    let account = Account { must_change, ..Account::new(login, name, &roles, region, organisation) };
    platform.door.put_with_password(&Platform::operator(), &account, password).await?;
    Ok(())
}
