//! `zhijian demo`: the demo region from its workbooks to the plan's table, then the service.

use super::{account, data, evaluate, import, say, serve};
use crate::config::Config;
use crate::platform::Platform;
use anyhow::Result;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 演示地区的工作簿文件夹
    #[arg(long, default_value = "demo/qinhuangdao-2020")]
    from: PathBuf,
    /// 监听地址
    #[arg(long)]
    listen: Option<String>,
    /// 只载入并打印指标表，不启动服务
    #[arg(long)]
    load_only: bool,
}

/// Demo accounts: login, name, roles, region. The password is printed; demo deployments hold synthetic data only.
const ACCOUNTS: [(&str, &str, &[&str], &str); 6] = [
    ("city", "市卫健委业务员", &["R02", "R03"], "130300"),
    ("haigang", "海港区卫健局业务员", &["R03"], "130302"),
    ("cdc", "市疾控监测员", &["R06", "R07"], "130300"),
    ("inspector", "市执法人员", &["R04", "R05"], "130300"),
    ("leader", "市领导小组", &["R19"], "130300"),
    ("admin", "平台管理员", &["R01"], "130300"),
];
/// Password of the demo accounts.
const PASSWORD: &str = "demo-2020-zj";
/// Plan and year of the demo region.
const PLAN: (&str, i32, &str) = ("qinhuangdao", 2020, "130300");

/// Runs it.
///
/// # Errors
/// The workbooks cannot be read, or the store, lake or address cannot be used.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    let platform = Platform::open(config).await?;
    if platform.door.store.setting("demo").await?.is_none() {
        say("首次启动：载入演示地区（全部为合成数据）……");
        platform.set_region(PLAN.2).await?;
        let report = import::import(&platform, std::slice::from_ref(&args.from), Some(PLAN.2), &Platform::operator()).await?;
        say(import::summary(&report));
        for (login, name, roles, region) in ACCOUNTS {
            let roles: Vec<String> = roles.iter().map(|r| (*r).to_owned()).collect();
            account::put(&platform, login, name, &roles, region, "", PASSWORD, false).await?;
        }
        demo_employer(&platform).await?;
        demo_clinic(&platform).await?;
        platform.door.store.set_setting("demo", "1").await?;
    }
    let lines = evaluate::lines(&platform, PLAN.0, PLAN.1, None, None).await?;
    data(format!("秦皇岛市职业病防治规划 {} 年指标（演示数据，均为合成）", PLAN.1))?;
    data(evaluate::text(&lines))?;
    if args.load_only {
        return Ok(ExitCode::SUCCESS);
    }
    let listen = args.listen.unwrap_or_else(|| platform.config.listen.clone());
    data("演示账号（密码均为 demo-2020-zj）：")?;
    for (login, name, ..) in ACCOUNTS {
        data(format!("  {login:<10} {name}"))?;
    }
    data("  employer   用人单位职业卫生管理员")?;
    data("  clinic     体检机构人员")?;
    serve::listen(platform, &listen, true).await
}

/// An account of one demo employer.
async fn demo_employer(platform: &Platform) -> Result<()> {
    use zhijian_records::read::ListRequest;
    let page = platform
        .door
        .list(&Platform::operator(), "employer", &ListRequest { limit: 1, sort: Some("uscc".into()), ..ListRequest::default() })
        .await?;
    if let Some(employer) = page.rows.first() {
        account::put(platform, "employer", "用人单位职业卫生管理员", &["R09".into()], "", &employer.id, PASSWORD, false).await?;
    }
    Ok(())
}

/// An account of one demo clinic.
async fn demo_clinic(platform: &Platform) -> Result<()> {
    use zhijian_records::port::Op;
    use zhijian_records::read::ListRequest;
    let filters = vec![("category".to_owned(), Op::Eq, "exam".to_owned()), ("state".to_owned(), Op::Eq, "valid".to_owned())];
    let request = ListRequest { filters, limit: 1, sort: Some("uscc".into()), ..ListRequest::default() };
    let page = platform.door.list(&Platform::operator(), "institution", &request).await?;
    if let Some(clinic) = page.rows.first() {
        account::put(platform, "clinic", "体检机构人员", &["R11".into()], "", &clinic.id, PASSWORD, false).await?;
    }
    Ok(())
}
