//! The binary `zhijian`: settings, wiring and commands. Data go to stdout, words to stderr.

mod ask;
mod broker;
mod commands;
mod config;
mod heads;
mod keeping;
mod master;
mod online;
mod platform;
mod secret_file;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Records, rules and queries make many small objects; this allocator is faster at that than the system's (docs/decisions/0006).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// 职健：区域职业健康信息平台。
#[derive(Debug, Parser)]
#[command(name = "zhijian", version, about, disable_help_subcommand = true, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 建立数据目录、密钥和数据库（其他命令在首次使用时也会自动建立）
    Init(commands::init::Args),
    /// 导入工作簿：xlsx、xls、csv 或整个文件夹
    Import(commands::import::Args),
    /// 计算规划指标表
    Evaluate(commands::evaluate::Args),
    /// 检查定义文件，指出文件、行号和问题
    Check(commands::check::Args),
    /// 导出一类记录
    Export(commands::export::Args),
    /// 生成一类记录的填报模板（xlsx）
    Template(commands::template::Args),
    /// 启动网页与接口服务
    Serve(commands::serve::Args),
    /// 载入演示地区并启动服务
    Demo(commands::demo::Args),
    /// 账号管理
    Account(commands::account::Args),
    /// 数据密钥：查看、更换、重新加密、销毁
    Keys(commands::keys::Args),
    /// 保存期限：到期清单、到期删除、保全
    Retention(commands::retention::Args),
    /// 脱敏导出：检验 k-匿名，导出已批准的申请
    Research(commands::research::Args),
    /// 审计链
    Audit(commands::audit::Args),
    /// 备份：服务运行时进行，加密，可增量
    Backup(commands::backup::Args),
    /// 由备份恢复到空数据库，可到指定时间
    Restore(commands::restore::Args),
    /// 指标数据湖
    Lake(commands::lake::Args),
    /// 文书：列出、出具、核对 PDF 文件
    Document(commands::document::Args),
    /// 应办事项：期限、逾期与临期
    Duties(commands::duties::Args),
    /// 通知：渠道测试、未送达消息、时刻设置
    Notify(commands::notify::Args),
    /// 联动：由记录引起的任务单、报告卡草稿等，补处理到最新
    React(commands::react::Args),
    /// 预警：规则清单、补处理、按日扫描、回测
    Warn(commands::warn::Args),
    /// 按现行规则与限值表重算已入库记录的计算值：先看差异，再决定是否写入
    Rederive(commands::rederive::Args),
    /// 职业卫生计算器
    Calc(commands::calc::Args),
    /// HJ 212 报文编解码：标准输入逐行读 JSON（decode、stream、encode、flag），逐行给出结果
    Hj212(commands::hj212::Args),
    /// 在线监测设备：登记、密码
    Device(commands::device::Args),
    /// 在线监测数据：某台设备存有什么
    Readings(commands::readings::Args),
    /// 模拟在线监测设备：正常日、故障、风暴
    Simulate(commands::simulate::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let config = match config::Config::load() {
        Ok(config) => config,
        Err(error) => return fail(&error),
    };
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(&config.log))
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .init();
    // Unoptimised builds recurse deeply while planning queries: give the workers room.
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(16 << 20).build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    match runtime.block_on(run(cli.command, config)) {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

async fn run(command: Command, config: config::Config) -> anyhow::Result<ExitCode> {
    match command {
        Command::Init(args) => commands::init::run(config, args).await,
        Command::Import(args) => commands::import::run(config, args).await,
        Command::Evaluate(args) => commands::evaluate::run(config, args).await,
        Command::Check(args) => commands::check::run(args),
        Command::Export(args) => commands::export::run(config, args).await,
        Command::Template(args) => commands::template::run(args),
        Command::Serve(args) => commands::serve::run(config, args).await,
        Command::Demo(args) => commands::demo::run(config, args).await,
        Command::Account(args) => commands::account::run(config, args).await,
        Command::Keys(args) => commands::keys::run(config, args).await,
        Command::Retention(args) => commands::retention::run(config, args).await,
        Command::Research(args) => commands::research::run(config, args).await,
        Command::Audit(args) => commands::audit::run(config, args).await,
        Command::Backup(args) => commands::backup::run(config, args).await,
        Command::Restore(args) => commands::restore::run(config, args).await,
        Command::Lake(args) => commands::lake::run(config, args).await,
        Command::Document(args) => commands::document::run(config, args).await,
        Command::Duties(args) => commands::duties::run(config, args).await,
        Command::Notify(args) => commands::notify::run(config, args).await,
        Command::React(args) => commands::react::run(config, args).await,
        Command::Warn(args) => commands::warn::run(config, args).await,
        Command::Rederive(args) => commands::rederive::run(config, args).await,
        Command::Calc(args) => commands::calc::run(args),
        Command::Hj212(args) => commands::hj212::run(args),
        Command::Device(args) => commands::device::run(config, args).await,
        Command::Readings(args) => commands::readings::run(config, args).await,
        Command::Simulate(args) => commands::simulate::run(args).await,
    }
}

/// The whole chain of causes, once, for a person.
#[expect(clippy::print_stderr, reason = "words of commands go to stderr")]
fn fail(error: &anyhow::Error) -> ExitCode {
    let mut text = format!("错误：{error}");
    let mut last = error.to_string();
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        if !last.contains(&cause) {
            text.push_str(&format!("\n  原因：{cause}"));
        }
        last = cause;
    }
    eprintln!("{text}");
    ExitCode::FAILURE
}
