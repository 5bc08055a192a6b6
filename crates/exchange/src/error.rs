//! Why a whole file, or the rest of a sheet, cannot be read.

/// A file that cannot be read. The text is meant for the sender, so it says what to do.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The disk or the connection failed.
    #[error("读取文件失败，请重试或检查文件是否被占用")]
    Io(#[source] std::io::Error),
    /// The content is something else than a table.
    #[error("文件内容不是可导入的表格，看起来是{seems}。{hint}")]
    NotATable {
        /// What it seems to be.
        seems: String,
        /// What to do.
        hint: &'static str,
    },
    /// The workbook is protected by a password.
    #[error("工作簿设置了打开密码，无法读取。请在 Excel 中取消密码后重新上传")]
    Encrypted,
    /// The file ends in the middle.
    #[error("文件不完整（可能是上传或下载中断）：{0}。请重新导出后再上传")]
    Truncated(String),
    /// Compressed content that grows beyond all reason.
    #[error("压缩内容异常（疑似“压缩炸弹”），已停止读取：{0}")]
    Bomb(String),
    /// A limit is exceeded by a file that may be honest.
    #[error("文件超出允许的规模：{0}")]
    TooLarge(String),
    /// A sheet has more columns with content than any form.
    #[error("第 {row} 行的列数超过上限 {limit}，请检查分隔符或删除多余的列")]
    TooManyColumns {
        /// Row.
        row: u32,
        /// Limit.
        limit: usize,
    },
    /// The structure is damaged.
    #[error("文件已损坏，无法读取{part}：{detail}。请用 Excel 打开并另存为 .xlsx 后重新上传")]
    Broken {
        /// Which part.
        part: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The named sheet does not exist.
    #[error("文件中没有第 {0} 张表")]
    NoSuchTable(usize),
}

impl FileError {
    /// A damaged part.
    pub(crate) fn broken(part: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Broken { part: part.into(), detail: detail.into() }
    }

    /// Class of the error for reports.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Self::Io(_) => "F_IO",
            Self::NotATable { .. } => "F_FORMAT",
            Self::Encrypted => "F_ENCRYPTED",
            Self::Truncated(_) => "F_TRUNCATED",
            Self::Bomb(_) => "F_BOMB",
            Self::TooLarge(_) | Self::TooManyColumns { .. } => "F_LIMIT",
            Self::Broken { .. } => "F_BROKEN",
            Self::NoSuchTable(_) => "F_SHEET",
        }
    }
}

/// A [`FileError`] travelling through a reader that only knows I/O errors.
impl From<FileError> for std::io::Error {
    fn from(error: FileError) -> Self {
        Self::other(error)
    }
}

/// The way back: a [`FileError`] inside comes out again, anything else is an I/O error.
impl From<std::io::Error> for FileError {
    fn from(error: std::io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(inner) => inner,
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Self::Truncated("内容提前结束".into()),
            Err(error) => Self::Io(error),
        }
    }
}
