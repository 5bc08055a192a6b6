//! The workbook that an office fills in.

use crate::app::App;
use crate::download;
use crate::error::PageError;
use crate::session::Signed;
use axum::extract::{Path, State};
use axum::response::Response;
use zhijian_exchange::write::{ExportFormat, template};

/// `GET /records/{kind}/template.xlsx`
pub async fn show(_: Signed, State(app): State<App>, Path(kind): Path<String>) -> Result<Response, PageError> {
    let kind = app.door.kind(&kind)?;
    let name = format!("{}模板_v{}.xlsx", kind.title, kind.version);
    let catalogue = std::sync::Arc::clone(&app.door.catalogue);
    let made = tokio::task::spawn_blocking(move || template(&kind, &catalogue)).await.map_err(PageError::failed("生成模板"))?;
    Ok(download::file(&name, ExportFormat::Xlsx.media_type(), made.map_err(PageError::failed("生成模板"))?))
}
