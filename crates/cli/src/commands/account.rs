//! `zhijian account`: accounts from the console.

use super::{data, say};
use crate::config::Config;
use crate::platform::Platform;
use anyhow::{Context as _, Result};
use std::process::ExitCode;
use zhijian_records::accounts::{check_password, hash_password};
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
            check_password(&login, &password)?;
            anyhow::ensure!(region.is_empty() || platform.door.catalogue.regions.get(&region).is_some(), "区划代码“{region}”不存在");
            put(&platform, &login, &name, &roles, &region, &organisation, &password, true).await?;
            say(format!("账号 {login} 已保存"));
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

/// Saves an account.
///
/// # Errors
/// The store failed.
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
    let account = Account {
        login: login.into(),
        name: name.into(),
        password: hash_password(password)?,
        roles: roles.to_vec(),
        region: region.into(),
        organisation: organisation.into(),
        active: true,
        must_change,
        failures: 0,
        locked_until: 0,
    };
    platform.door.put_account(&Platform::operator(), &account).await?;
    Ok(())
}
