//! How gateways, broker and archive stand: on the page of the system, and for monitoring programs.

use crate::app::App;
use maud::{Markup, html};
use std::sync::atomic::Ordering;

/// Figures of this process for `/metrics`: names and values.
#[must_use]
pub fn figures(app: &App) -> Vec<(&'static str, u64)> {
    let mut all = Vec::new();
    if let Some(hub) = &app.online {
        let (counts, broker) = (hub.counts(), &hub.counts().broker);
        all.extend([
            ("commits", counts.commits.load(Ordering::Relaxed)),
            ("items", counts.items.load(Ordering::Relaxed)),
            ("failed_commits", counts.failures.load(Ordering::Relaxed)),
            ("connections", counts.connections.load(Ordering::Relaxed)),
            ("devices_to_ask", hub.lines().count() as u64),
        ]);
        if !broker.address().is_empty() {
            all.extend([
                ("broker_connected", u64::from(broker.connected())),
                ("broker_sessions", broker.sessions()),
                ("broker_messages", broker.received()),
            ]);
        }
    }
    if let Some(archive) = app.lake.readings() {
        let catalog = archive.catalog();
        all.extend([
            ("archive_rows", catalog.rows()),
            ("archive_days", catalog.days.len() as u64),
            ("archive_files", catalog.pieces().count() as u64),
        ]);
    }
    all
}

/// The card on the page of the system.
pub fn card(app: &App) -> Markup {
    let line = |title: &str, value: &str, well: Option<bool>| {
        html! {
            dt { (title) }
            dd { (value) @if let Some(well) = well { " " @if well { span.state-badge.badge-ok { "正常" } } @else { span.state-badge.badge-look { "请检查" } } } }
        }
    };
    html! {
        section.card.about.narrow { h2 { "在线监测" } dl {
            @if let Some(hub) = &app.online {
                @let (counts, broker) = (hub.counts(), &hub.counts().broker);
                @let failures = counts.failures.load(Ordering::Relaxed);
                (line("设备连接", &counts.connections.load(Ordering::Relaxed).to_string(), None))
                (line("可下发请求的设备连接", &hub.lines().count().to_string(), None))
                (line("已落盘", &format!("{} 条，{} 次提交", counts.items.load(Ordering::Relaxed), counts.commits.load(Ordering::Relaxed)), None))
                (line("没有落盘的提交", &failures.to_string(), Some(failures == 0)))
                @if broker.address().is_empty() { (line("外部 MQTT 服务器", "未启用", None)) }
                @else if broker.connected() {
                    (line("外部 MQTT 服务器", &format!("{}，已连接；收到 {} 条消息，连接 {} 次", broker.address(), broker.received(), broker.sessions()), Some(true)))
                } @else { (line("外部 MQTT 服务器", &format!("{}，未连接：{}", broker.address(), broker.trouble()), Some(false))) }
            } @else { (line("网关", "本服务没有启用在线监测", None)) }
            @if let Some(archive) = app.lake.readings() {
                @let catalog = archive.catalog();
                @let until = catalog.days.last().map_or("还没有满 72 小时的整日".to_owned(), |day| {
                    let at = zhijian_lake::readings::start_of(*day);
                    format!("至 {}，{} 条，{} 个文件", zhijian_records::clock::day_of(at * 1000), catalog.rows(), catalog.pieces().count())
                });
                (line("监测数据归档", &until, None))
            }
        } }
    }
}
