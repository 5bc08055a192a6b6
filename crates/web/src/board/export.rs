//! Tables as downloads.

use crate::PageError;
use crate::links::encode;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use zhijian_exchange::write::Table;

/// The table as a file in a format: `csv`, else a workbook.
///
/// # Errors
/// The workbook cannot be written.
pub fn file<Head: AsRef<str>>(table: &Table<Head>, format: &str) -> Result<Response, PageError> {
    if format == "csv" {
        return Ok(download(&table.title, "csv", "text/csv; charset=utf-8", table.csv().into_bytes()));
    }
    let bytes = table.xlsx().map_err(PageError::failed("生成工作簿"))?;
    Ok(download(&table.title, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", bytes))
}

/// Bytes as a download under a Chinese name.
fn download(title: &str, ending: &str, media: &str, bytes: Vec<u8>) -> Response {
    let name = format!("attachment; filename=\"export.{ending}\"; filename*=UTF-8''{}.{ending}", encode(title));
    ([(header::CONTENT_TYPE, media.to_owned()), (header::CONTENT_DISPOSITION, name)], bytes).into_response()
}
