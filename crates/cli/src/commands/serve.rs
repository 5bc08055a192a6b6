//! `zhijian serve`: pages and API.

use super::say;
use crate::config::Config;
use crate::platform::Platform;
use anyhow::{Context as _, Result};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 监听地址
    #[arg(long)]
    listen: Option<String>,
    /// MQTT 网关的监听地址，如 0.0.0.0:1883
    #[arg(long)]
    mqtt: Option<String>,
    /// 从外部 MQTT 服务器取数：mqtt(s)://用户名@主机:端口（密码见 docs/how-to/devices.md）
    #[arg(long)]
    mqtt_broker: Option<String>,
    /// HJ 212 网关的监听地址，如 0.0.0.0:9212
    #[arg(long)]
    hj212: Option<String>,
}

/// Runs it.
///
/// # Errors
/// The address is taken, or the store cannot be opened.
pub async fn run(config: Config, args: Args) -> Result<ExitCode> {
    let mut config = config;
    config.mqtt = args.mqtt.or(config.mqtt);
    config.mqtt_broker = args.mqtt_broker.or(config.mqtt_broker);
    config.hj212 = args.hj212.or(config.hj212);
    let platform = Platform::open(config).await?;
    let listen = args.listen.unwrap_or_else(|| platform.config.listen.clone());
    let demo = platform.door.store.setting("demo").await?.is_some();
    self::listen(platform, &listen, demo).await
}

/// Serves until the process is told to stop.
///
/// # Errors
/// The address cannot be used.
pub async fn listen(platform: Platform, address: &str, demo: bool) -> Result<ExitCode> {
    let listener = tokio::net::TcpListener::bind(address).await.with_context(|| format!("无法监听 {address}"))?;
    let bound = listener.local_addr()?;
    let region = platform.region().await?.unwrap_or_default();
    let platform = Arc::new(platform);
    // A wrong setting is told at the start, not at night.
    crate::heads::today(&platform).await?;
    let heads = tokio::spawn(crate::heads::keep(Arc::clone(&platform)));
    let outlets = platform.config.notify.outlets()?;
    let names = outlets.iter().map(|outlet| outlet.name().to_owned()).collect();
    let (fresh, caught_up) = oneshot::channel();
    let refresher = tokio::spawn(keep_fresh(Arc::clone(&platform.lake), platform.door.clone(), names, fresh));
    let post = zhijian_records::notices::Post::new(platform.door.clone(), outlets, &platform.config.public_url);
    let postman = tokio::spawn(keep_posting(post));
    let housekeeper = tokio::spawn(keep_house(platform.door.clone()));
    let hub = crate::online::hub(&platform).await?;
    let gateways = crate::online::start(&platform, &hub).await?;
    let keeper = tokio::spawn(crate::keeping::keep(Arc::clone(&platform)));
    let facts = Arc::new(zhijian_lake::warnings::Rules::new(Arc::clone(&platform.evaluator)));
    let watch = tokio::spawn(keep_watch(zhijian_records::warnings::Watch::new(platform.door.clone(), facts), caught_up));
    let app = zhijian_web::App {
        door: platform.door.clone(),
        lake: Arc::clone(&platform.lake),
        evaluator: Arc::clone(&platform.evaluator),
        home: platform.config.home.clone(),
        maps: platform.config.maps_dir(),
        region,
        purposes: Arc::default(),
        published: Arc::default(),
        gate: Arc::new(platform.config.gate()?),
        demo,
        online: Some(hub),
    };
    say(format!("服务已启动：http://{bound}/  （按 Ctrl+C 停止）"));
    let service = zhijian_web::router(app).into_make_service_with_connect_info::<std::net::SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop_signal()).await?;
    refresher.abort();
    heads.abort();
    housekeeper.abort();
    postman.abort();
    gateways.iter().for_each(tokio::task::JoinHandle::abort);
    watch.abort();
    keeper.abort();
    say("服务已停止");
    Ok(ExitCode::SUCCESS)
}

/// Follows the outbox: figures, duties and what records set off are a few seconds behind them at most.
async fn keep_fresh(lake: Arc<zhijian_lake::Lake>, door: zhijian_records::Door, outlets: Vec<String>, fresh: oneshot::Sender<()>) {
    let mut fresh = Some(fresh);
    let clerk = zhijian_records::duties::Clerk::new(door.clone());
    let reactor = zhijian_records::reactions::Reactor::new(door.clone());
    let notifier = zhijian_records::notices::Notifier::new(door.clone(), outlets);
    let mut tick = tokio::time::interval(Duration::from_secs(2));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // Before the long first rounds of the others: what is written while they run is to be told, not taken for history.
    if let Err(error) = notifier.catch_up().await {
        tracing::error!(error = &error as &dyn std::error::Error, "cannot tell what happened");
    }
    loop {
        tick.tick().await;
        match lake.refresh(door.store.as_ref()).await {
            // Whoever waited may be gone.
            Ok(_) => _ = fresh.take().map(|fresh| fresh.send(())),
            Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "cannot refresh the lake"),
        }
        // First what records set off: its own duties are then found in the same round.
        if let Err(error) = reactor.catch_up().await {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot act on what records set off");
        }
        if let Err(error) = clerk.catch_up().await {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot bring the duties up to the records");
        }
        if let Err(error) = notifier.catch_up().await {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot tell what happened");
        }
    }
}

/// Hands messages of notices to their outlets. A slow receiver keeps nothing else waiting.
async fn keep_posting(post: zhijian_records::notices::Post) {
    let mut tick = tokio::time::interval(Duration::from_secs(5));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(error) = post.deliver().await {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot deliver messages");
        }
    }
}

/// Raises warnings, once the lake has caught up: in facts that are not there yet every signal would have cleared. A long round over all rules
/// keeps nothing else waiting.
async fn keep_watch(watch: zhijian_records::warnings::Watch, caught_up: oneshot::Receiver<()>) {
    if caught_up.await.is_err() {
        return;
    }
    let mut tick = tokio::time::interval(Duration::from_secs(5));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(error) = watch.catch_up().await {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot watch for warnings");
        }
    }
}

/// Deactivates unused accounts and forgets ended sessions, once an hour.
async fn keep_house(door: zhijian_records::Door) {
    let mut tick = tokio::time::interval(Duration::from_secs(3600));
    loop {
        tick.tick().await;
        let swept = async {
            door.sweep().await?;
            door.sweep_notices().await?;
            door.deactivate_unused().await
        };
        match swept.await {
            Ok(logins) if logins.is_empty() => {}
            Ok(logins) => tracing::info!(accounts = logins.len(), "deactivated unused accounts"),
            Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "cannot keep house"),
        }
    }
}

async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
