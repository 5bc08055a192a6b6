//! Files that only their owner reads.

use anyhow::{Context as _, Result};
use std::io::Write as _;
use std::path::Path;

/// Writes a new file with mode 0600; one that is there is never replaced.
///
/// # Errors
/// It exists, or cannot be written.
pub fn create(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).with_context(|| format!("无法建立 {}", folder.display()))?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path).with_context(|| format!("无法新建 {}（已有同名文件时不覆盖）", path.display()))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(())
}
