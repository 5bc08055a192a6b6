//! Previews and copies.

use super::purpose;
use crate::app::App;
use crate::download;
use crate::error::PageError;
use crate::session::Signed;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use zhijian_documents::register::{Reprint, text};
use zhijian_documents::{KIND, Wanted, docx};
use zhijian_kinds::paper::Format;

const PDF: &str = "application/pdf";

/// `GET /records/{kind}/{id}/documents/{document}/preview`: in the browser, marked; private fields only where a purpose was stated.
pub async fn preview(
    signed: Signed,
    State(app): State<App>,
    Path((kind, id, document)): Path<(String, String, String)>,
) -> Result<Response, PageError> {
    let purpose = purpose(&app, &signed, &kind, &id);
    let wanted = Wanted { kind: &kind, id: &id, document: &document, purpose: &purpose, source: "web", site: &app.gate.public_url };
    let file = zhijian_documents::preview(&app.door, &signed.caller, wanted).await?;
    Ok(([(header::CONTENT_TYPE, PDF), (header::CONTENT_DISPOSITION, "inline"), (header::CACHE_CONTROL, "no-store")], file).into_response())
}

/// `GET /documents/{id}/pdf`
pub async fn pdf(signed: Signed, State(app): State<App>, Path(id): Path<String>) -> Result<Response, PageError> {
    let copy = copy(&app, &signed, &id).await?;
    let (file, same) = copy.pdf(&app.door).await?;
    if !same && copy.entry.state != "voided" {
        tracing::info!(id, "the layout program sets this document differently than at issue; its content is the same");
    }
    Ok(private(download::file(&name(&copy, "pdf"), PDF, file)))
}

/// `GET /documents/{id}/docx`
pub async fn docx(signed: Signed, State(app): State<App>, Path(id): Path<String>) -> Result<Response, PageError> {
    let entry = app.door.open(&signed.caller, KIND, &id, None).await?;
    if !app.catalogue().documents.get(text(&entry, "document")).is_some_and(|d| d.comes_as(Format::Docx)) {
        return Err(PageError::NotFound("该文书不提供 Word 格式".into()));
    }
    let copy = copy(&app, &signed, &id).await?;
    let file = docx::make(&copy.printed())?;
    Ok(private(download::file(&name(&copy, "docx"), docx::MEDIA, file)))
}

async fn copy(app: &App, signed: &Signed, id: &str) -> Result<Reprint, PageError> {
    let entry = app.door.open(&signed.caller, KIND, id, None).await?;
    let purpose = purpose(app, signed, text(&entry, "source_kind"), text(&entry, "source_id"));
    Ok(zhijian_documents::open(&app.door, &signed.caller, id, &purpose, "web").await?)
}

fn name(copy: &Reprint, ending: &str) -> String {
    format!("{}-{}.{ending}", copy.content.title, copy.content.number)
}

fn private(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, axum::http::HeaderValue::from_static("no-store"));
    response
}
