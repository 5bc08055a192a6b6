//! Files embedded in the binary, served with a hash in their path so that browsers may keep them for ever.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::hash::{DefaultHasher, Hasher as _};
use std::sync::OnceLock;

#[derive(rust_embed::RustEmbed)]
#[folder = "assets"]
struct Embedded;

/// Hash over all files: a new build has new addresses, relative addresses inside CSS stay right.
fn edition() -> &'static str {
    static EDITION: OnceLock<String> = OnceLock::new();
    EDITION.get_or_init(|| {
        let mut names: Vec<_> = Embedded::iter().collect();
        names.sort();
        let mut hasher = DefaultHasher::new();
        for name in names {
            hasher.write(name.as_bytes());
            if let Some(file) = Embedded::get(&name) {
                hasher.write(&file.metadata.sha256_hash());
            }
        }
        format!("{:016x}", hasher.finish())
    })
}

/// Address of a file, `app/zhijian.css`.
#[must_use]
pub fn url(name: &str) -> String {
    format!("/assets/{}/{name}", edition())
}

/// `GET /assets/{edition}/{*name}`
pub async fn serve(Path((asked, name)): Path<(String, String)>) -> Response {
    let Some(file) = Embedded::get(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let kind = mime_guess::from_path(&name).first_or_octet_stream();
    let kind = if kind.type_() == "text" { format!("{kind}; charset=utf-8") } else { kind.to_string() };
    // A page of an older build may still ask under the old address; what it gets must not be kept.
    let keep = if asked == edition() { "public, max-age=31536000, immutable" } else { "no-cache" };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep.to_owned())], file.data).into_response()
}

/// `GET /favicon.ico`
pub async fn favicon() -> Response {
    serve(Path((edition().to_owned(), "app/logo.svg".to_owned()))).await
}
