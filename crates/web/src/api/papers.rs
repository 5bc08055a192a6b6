//! Documents: those of a record, issuing, copies.

use super::body::Sent;
use super::client::Client;
use super::problem::{Answer, Failure};
use crate::app::App;
use crate::download;
use crate::error::log_chain;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use zhijian_documents::register::{Reprint, text};
use zhijian_documents::{KIND, PaperError, Wanted, docx};
use zhijian_kinds::paper::Format;
use zhijian_records::read::View;

use super::given::Given;
use super::operation::{Holds, Param};

/// Parameters of copies.
pub const COPY: [Param; 1] = [Param::new("purpose", Holds::Text, "用途，从固定列表中选择；文书含个人信息时必填（记入审计）")];

const PDF: &str = "application/pdf";

/// `GET /records/{kind}/{id}/documents`
pub async fn list(client: Client, State(app): State<App>, Path((kind, id)): Path<(String, String)>) -> Answer<Json<Value>> {
    let view = app.door.open(&client.caller, &kind, &id, None).await?;
    let issued = zhijian_documents::issued_of(&app.door, &client.caller, &kind, &id).await?;
    let offered: Vec<Value> = zhijian_documents::offered(&app.door, &client.caller, &view)
        .into_iter()
        .map(|d| json!({"document": d.document, "title": d.title, "identified": d.identified, "formats": d.formats, "basis": d.basis}))
        .collect();
    Ok(Json(json!({"offered": offered, "items": issued.iter().map(shape).collect::<Vec<_>>()})))
}

/// `POST /records/{kind}/{id}/documents`
pub async fn issue(client: Client, State(app): State<App>, Path((kind, id)): Path<(String, String)>, mut sent: Sent) -> Answer<Response> {
    let (document, purpose) = (sent.text("document")?, sent.text("purpose")?);
    sent.finish()?;
    listed(&app, &purpose)?;
    let wanted = Wanted { kind: &kind, id: &id, document: &document, purpose: &purpose, source: "api", site: &app.gate.public_url };
    let issued = zhijian_documents::issue(&app.door, &client.caller, wanted).await?;
    let body = json!({
        "id": issued.id, "document": document, "title": issued.content.title, "number": issued.number, "code": issued.code,
        "issued_on": issued.content.issued_on, "check_at": issued.content.check_at, "status": "issued",
        "content_digest": issued.content.digest(), "file_digest": zhijian_documents::content::digest(&issued.file),
    });
    let at = format!("{}/documents/{}/pdf", super::BASE, issued.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, at)], Json(body)).into_response())
}

/// `GET /documents/{id}/pdf`
pub async fn pdf(client: Client, State(app): State<App>, Path(id): Path<String>, given: Given) -> Answer<Response> {
    let copy = copy(&app, &client, &id, &given).await?;
    let (file, _) = copy.pdf(&app.door).await?;
    Ok(download::file(&format!("{}.pdf", copy.content.number), PDF, file))
}

/// `GET /documents/{id}/docx`
pub async fn docx(client: Client, State(app): State<App>, Path(id): Path<String>, given: Given) -> Answer<Response> {
    let entry = app.door.open(&client.caller, KIND, &id, None).await?;
    if !app.catalogue().documents.get(text(&entry, "document")).is_some_and(|d| d.comes_as(Format::Docx)) {
        return Err(Failure::not_found("该文书不提供 Word 格式"));
    }
    let copy = copy(&app, &client, &id, &given).await?;
    let file = docx::make(&copy.printed())?;
    Ok(download::file(&format!("{}.docx", copy.content.number), docx::MEDIA, file))
}

async fn copy(app: &App, client: &Client, id: &str, given: &Given) -> Answer<Reprint> {
    let purpose = given.text("purpose");
    listed(app, purpose)?;
    Ok(zhijian_documents::open(&app.door, &client.caller, id, purpose, "api").await?)
}

/// A purpose is one of the list, or none.
fn listed(app: &App, purpose: &str) -> Answer<()> {
    let purposes = crate::purposes::all(app);
    if purpose.is_empty() || purposes.contains(&purpose) {
        return Ok(());
    }
    Err(Failure::parameter("purpose", purpose, &purposes.join("、")))
}

fn shape(entry: &View) -> Value {
    json!({
        "id": entry.id, "document": text(entry, "document"), "title": text(entry, "document_title"), "number": text(entry, "number"),
        "code": text(entry, "code"), "issued_on": text(entry, "issued_on"), "issued_by": text(entry, "issued_by"), "status": entry.state,
        "content_digest": text(entry, "content_digest"), "file_digest": text(entry, "file_digest"),
    })
}

impl From<PaperError> for Failure {
    fn from(error: PaperError) -> Self {
        match error {
            PaperError::Door(error) => error.into(),
            PaperError::NoDocument(_) => Self::not_found(error.to_string()),
            PaperError::Refused(message) => Self::bad_request(message),
            PaperError::NoFont | PaperError::Layout { .. } | PaperError::Content(_) | PaperError::Random => {
                log_chain(&error);
                Self::new("internal", error.to_string())
            }
        }
    }
}
