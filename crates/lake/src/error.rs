//! What can go wrong between the records and a figure.

use std::path::PathBuf;

use zhijian_records::port::StoreError;

/// Errors of the lake. The cause is kept as `source`, not in the text.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// The store did not give its records.
    #[error("读取业务记录失败")]
    Store(#[from] StoreError),
    /// A file of the lake cannot be read or written.
    #[error("数据湖文件操作失败：{}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Cause.
        #[source]
        source: std::io::Error,
    },
    /// A Parquet file or a query failed.
    #[error("{doing}失败")]
    Engine {
        /// What we were doing.
        doing: String,
        /// Cause.
        #[source]
        source: Box<datafusion::error::DataFusionError>,
    },
    /// A revision's document is no JSON object.
    #[error("记录 {kind}/{id} 第 {rev} 版不是有效的 JSON")]
    BadDocument {
        /// Kind.
        kind: String,
        /// Record.
        id: String,
        /// Revision.
        rev: u32,
        /// Cause.
        #[source]
        source: serde_json::Error,
    },
    /// An indicator's SQL names a parameter that nobody gives.
    #[error("指标 {code} 的查询用了未定义的参数 {{{name}}}")]
    UnknownParameter {
        /// Indicator.
        code: String,
        /// Parameter.
        name: String,
    },
    /// An option has a value that cannot become SQL.
    #[error("指标 {code} 的选项 {name} 取值无效：{value}")]
    BadOption {
        /// Indicator.
        code: String,
        /// Option.
        name: String,
        /// What was given.
        value: String,
    },
    /// A plan names an indicator that does not exist.
    #[error("没有指标 {0}")]
    UnknownIndicator(String),
    /// An indicator has no such dimension.
    #[error("指标 {code} 不能按“{dimension}”分解")]
    UnknownDimension {
        /// Indicator.
        code: String,
        /// Dimension.
        dimension: String,
    },
    /// A query's answer does not have the agreed columns.
    #[error("查询结果缺少列 {0}")]
    MissingColumn(String),
    /// A query of a person that is wrong or takes too much; what the engine says of it.
    #[error("查询未执行：{0}")]
    Refused(String),
    /// The thread that ran a query died.
    #[error("查询线程异常终止")]
    Interrupted,
}

impl LakeError {
    pub(crate) fn file(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::File { path: path.into(), source }
    }

    pub(crate) fn engine(doing: &str, source: impl Into<datafusion::error::DataFusionError>) -> Self {
        Self::Engine { doing: doing.into(), source: Box::new(source.into()) }
    }
}

/// Result of the lake.
pub type Result<T> = std::result::Result<T, LakeError>;
