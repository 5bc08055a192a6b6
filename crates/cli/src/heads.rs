//! A signed head of the audit chain every day, in a folder that is kept elsewhere (a share of the superior office, a disk that is only
//! appended to).

use crate::commands::audit;
use crate::platform::Platform;
use anyhow::{Context as _, Result};
use std::path::PathBuf;
use std::time::Duration;

/// How often it is looked whether the day's head is there.
const EVERY: Duration = Duration::from_secs(600);

/// Writes the day's head if it is not there; gives its file.
///
/// # Errors
/// The key or the folder cannot be used, or the store failed.
pub async fn today(platform: &Platform) -> Result<Option<PathBuf>> {
    let Some(folder) = &platform.config.audit_head_folder else { return Ok(None) };
    let key = platform.config.audit_head_key.as_ref().context("设置了 audit_head_folder，还须设置签名密钥 audit_head_key")?;
    let path = folder.join(format!("audit-head-{}.json", platform.door.today()));
    if path.exists() {
        return Ok(Some(path));
    }
    std::fs::create_dir_all(folder).with_context(|| format!("无法建立 {}", folder.display()))?;
    let signed = audit::sign(platform, key).await?;
    let part = path.with_extension("part");
    std::fs::write(&part, serde_json::to_string_pretty(&signed)?).with_context(|| format!("无法写入 {}", part.display()))?;
    std::fs::rename(&part, &path).with_context(|| format!("无法写入 {}", path.display()))?;
    Ok(Some(path))
}

/// Keeps doing so; a failure is logged and tried again.
pub async fn keep(platform: std::sync::Arc<Platform>) {
    let mut tick = tokio::time::interval(EVERY);
    loop {
        tick.tick().await;
        if let Err(error) = today(&platform).await {
            tracing::error!(error = %format!("{error:#}"), "cannot write the day's head of the audit chain");
        }
    }
}
