//! Documents to files: templates, exports, and the sender's workbook with its findings marked.

mod export;
mod mark;
mod sheet;
mod table;
mod template;
mod value;

pub use export::{ExportFormat, ExportOptions, ExportSummary, Exporter, MARK_COLUMN, Mark, collect_keys};
pub use mark::{mark, mark_to};
pub use table::{Cell, Table, workbook};
pub use template::{EXAMPLE_MARK, INSTRUCTIONS_SHEET, LISTS_SHEET, template};

/// Name of the sheet that [`mark`] adds.
pub const RESULT_SHEET: &str = "处理结果";

/// Sheets that we add ourselves; they hold no records.
pub const OWN_SHEETS: [&str; 3] = [RESULT_SHEET, INSTRUCTIONS_SHEET, LISTS_SHEET];

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The disk or the connection failed.
    #[error("写出文件失败，请检查磁盘空间后重试")]
    Io(#[from] std::io::Error),
    /// The workbook could not be made.
    #[error("生成 Excel 文件失败")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// A record has a column that was not announced.
    #[error("记录中出现未登记的列“{key}”，请先用 collect_keys 收集")]
    UnseenKey {
        /// Key of the element.
        key: String,
    },
    /// The sender's file could not be read again.
    #[error(transparent)]
    Source(#[from] crate::FileError),
}
