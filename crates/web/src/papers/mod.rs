//! Documents (文书): those of a record, previews, issuing, copies; and the public check of a copy.

mod check;
mod files;
mod issue;
mod page;

pub use check::PAGE as CHECK;

use crate::app::App;
use crate::error::PageError;
use crate::session::Signed;
use axum::Router;
use axum::routing::{get, post};
use zhijian_documents::PaperError;

/// Routes of documents.
pub fn router() -> Router<App> {
    Router::new()
        .route("/records/{kind}/{id}/documents", get(page::show).post(issue::submit))
        .route("/records/{kind}/{id}/documents/purpose", post(issue::state_purpose))
        .route("/records/{kind}/{id}/documents/{document}/preview", get(files::preview))
        .route("/documents/{id}/pdf", get(files::pdf))
        .route("/documents/{id}/docx", get(files::docx))
        .route(check::PAGE, get(check::ask))
        .route("/verify/{code}", get(check::show))
}

/// Page of a record's documents.
#[must_use]
pub fn address(kind: &str, id: &str) -> String {
    format!("/records/{kind}/{id}/documents")
}

/// Are there documents that are made of records of this kind?
#[must_use]
pub fn of_kind(app: &App, kind: &str) -> bool {
    app.catalogue().documents.values().any(|d| d.kind == kind)
}

/// The purpose that was stated in this session for the record, as it goes on the audit chain; empty when none was.
pub(crate) fn purpose(app: &App, signed: &Signed, kind: &str, id: &str) -> String {
    match app.purposes.stated(signed, kind, id, app.door.now()) {
        Some((purpose, remark)) if remark.is_empty() => purpose,
        Some((purpose, remark)) => format!("{purpose}：{remark}"),
        None => String::new(),
    }
}

impl From<PaperError> for PageError {
    fn from(error: PaperError) -> Self {
        match error {
            PaperError::Door(error) => Self::Door(error),
            PaperError::NoDocument(_) => Self::NotFound(error.to_string()),
            PaperError::Refused(message) => Self::BadRequest(message),
            PaperError::NoFont | PaperError::Layout { .. } | PaperError::Content(_) | PaperError::Random => {
                Self::Failed { doing: "生成文书".into(), source: error.into() }
            }
        }
    }
}
