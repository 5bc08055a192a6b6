//! `GET /evaluations/{id}/files/{format}`: the report as PDF or Word file, the figures as workbook.

use super::{report, sheets, store};
use crate::app::App;
use crate::download;
use crate::error::PageError;
use crate::session::Signed;
use axum::extract::{Path, State};
use axum::response::Response;
use zhijian_exchange::write::workbook;
use zhijian_records::port::Action;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The file.
pub async fn download(signed: Signed, State(app): State<App>, Path((id, format)): Path<(String, String)>) -> Result<Response, PageError> {
    let evaluation = store::open(&app, &signed.caller, &id).await?;
    if !["pdf", "docx", "xlsx"].contains(&format.as_str()) {
        return Err(PageError::BadRequest(format!("“{format}”：报告有 pdf、docx、xlsx 三种")));
    }
    let made = report::of(&app, &signed.caller, &evaluation)?;
    let name = format!("{}{}.{format}", made.title, made.subtitle);
    let (media, bytes) = match format.as_str() {
        "pdf" => ("application/pdf", zhijian_documents::report::pdf(&app.door.catalogue, made).await?),
        "docx" => (zhijian_documents::docx::MEDIA, zhijian_documents::report::docx(&made)?),
        _ => {
            let Some(figures) = &evaluation.figures else { return Err(PageError::BadRequest("请先计算数值".into())) };
            (XLSX, workbook(&sheets::of(&app, &evaluation, figures)).map_err(PageError::failed("生成工作簿"))?)
        }
    };
    app.door.note(&signed.caller, Action::Export, super::KIND, &id, &format!("评估报告 {format}"), "web").await?;
    Ok(download::file(&name, media, bytes))
}
