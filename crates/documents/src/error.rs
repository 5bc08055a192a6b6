//! Why there is no document.

use zhijian_records::DoorError;

/// Why there is no document. Knows nothing of HTTP.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// The door refused.
    #[error(transparent)]
    Door(#[from] DoorError),
    /// There is no such document.
    #[error("没有名为“{0}”的文书")]
    NoDocument(String),
    /// It may not be issued now, or not by the caller.
    #[error("{0}")]
    Refused(String),
    /// No Chinese font.
    #[error(
        "没有可用的中文字体：程序内未嵌入 Noto Serif SC（构建前运行 scripts/assets.sh），系统中也没有 fonts-noto-cjk（apt-get install fonts-noto-cjk）"
    )]
    NoFont,
    /// The layout failed.
    #[error("文书“{document}”排版失败：{message}")]
    Layout {
        /// Document.
        document: String,
        /// What the layout program said.
        message: String,
    },
    /// The stored content cannot be read.
    #[error("文书内容无法读取：{0}")]
    Content(String),
    /// No random numbers.
    #[error("无法取得随机数")]
    Random,
}
