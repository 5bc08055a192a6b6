//! A file, one JSON object a line: for trying things out and for tests. It holds no addresses.

use async_trait::async_trait;
use serde_json::json;
use std::path::PathBuf;
use tokio::io::AsyncWriteExt as _;
use zhijian_records::notices::{Message, Outlet, OutletError};

/// The outlet.
pub struct FileOutlet {
    path: PathBuf,
}

impl FileOutlet {
    /// Appends to this file.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }
}

#[async_trait]
impl Outlet for FileOutlet {
    fn name(&self) -> &'static str {
        "file"
    }

    fn title(&self) -> &'static str {
        "文件（调试）"
    }

    async fn send(&self, message: &Message) -> Result<(), OutletError> {
        let line =
            json!({"key": message.key, "login": message.login, "subject": message.subject, "text": message.text, "link": message.link});
        let written = async {
            let mut file = tokio::fs::OpenOptions::new().create(true).append(true).open(&self.path).await?;
            file.write_all(format!("{line}\n").as_bytes()).await?;
            file.sync_data().await
        };
        written.await.map_err(|_| OutletError::Passing("无法写入文件".into()))
    }
}
