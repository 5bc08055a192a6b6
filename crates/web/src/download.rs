//! Files for download.

use crate::links;
use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// A file with its name, which may be Chinese.
pub fn file(name: &str, media: &str, body: impl Into<Body>) -> Response {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }).collect();
    let disposition = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", links::encode(name));
    ([(header::CONTENT_TYPE, media.to_owned()), (header::CONTENT_DISPOSITION, disposition)], body.into()).into_response()
}
