//! State of the running system, for platform administrators.

use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::health::Health;
use crate::layout::{self, Frame};
use crate::session::Signed;
use crate::words;
use axum::extract::State;
use axum::http::HeaderMap;
use maud::{Markup, html};

/// Address of the page.
pub const PAGE: &str = "/system";

/// `GET /system`
pub async fn show(signed: Signed, State(app): State<App>, headers: HeaderMap) -> Result<Markup, PageError> {
    app.door.administrator(&signed.caller).map_err(|_| PageError::NotAllowed("系统状态由平台管理员查看".into()))?;
    let health = Health::look(&app).await;
    let gate = &app.gate;
    let free = health.free.map_or_else(|| words::NONE.to_owned(), |bytes| format!("{:.1} GB", bytes as f64 / 1e9));
    let lag = if health.waiting == 0 {
        "与记录同步".to_owned()
    } else {
        format!("落后 {} 秒，待处理提交 {} 个", health.lag, health.waiting)
    };
    let told = |configured: bool, what: &str| if configured { what.to_owned() } else { "未启用".to_owned() };
    let body = html! {
        (Flash::of(&headers).notice())
        section.card.about.narrow { h2 { "运行" } dl {
            (line("版本", env!("CARGO_PKG_VERSION"), None))
            (line("数据库", if health.store { "可以访问" } else { "无法访问" }, Some(health.store)))
            (line("统计数据", &lag, Some(health.lake_well())))
            (line("数据目录可用空间", &free, Some(health.disk_well())))
            (line("登录中的会话", &health.sessions.to_string(), None))
        } }
        section.card.about.narrow { h2 { "入口" } dl {
            (line("平台网址", if gate.public_url.is_empty() { "未配置（public_url）" } else { &gate.public_url }, None))
            (line("HTTPS", if gate.https() { "是" } else { "否：会话未限定加密连接" }, Some(gate.https())))
            (line("可信代理", &told(!gate.proxies.is_empty(), &gate.proxies.iter().map(ToString::to_string).collect::<Vec<_>>().join("、")), None))
            (line("通行密钥", &told(gate.passkeys.is_some(), "已启用"), None))
            (line("单点登录", &gate.sso.as_ref().map_or_else(|| "未启用".to_owned(), |sso| sso.issuer().to_owned()), None))
        } }
        (crate::online::figures::card(&app))
        (crate::notices::letters_card(&app, &signed).await?)
        p.hint { "供监控程序：" code { "/health" } "（是否正常）、" code { "/metrics" } "（运行指标，须有 metrics 权限的令牌，或在安全设置中允许本机读取）。" }
    };
    Ok(layout::page(&Frame { title: words::SYSTEM, signed: Some(&signed), active: PAGE, ..Frame::new(&app) }, body))
}

fn line(title: &str, value: &str, well: Option<bool>) -> Markup {
    html! {
        dt { (title) }
        dd { (value) @if let Some(well) = well { " " @if well { span.state-badge.badge-ok { "正常" } } @else { span.state-badge.badge-look { "请检查" } } } }
    }
}
