//! Records of every kind: list, file, read, change, move on, retract.

pub mod change;
pub mod filters;
pub mod list;
pub mod merge;
pub mod read;
pub mod remarks;

use super::problem::{Answer, Failure};
use axum::http::{HeaderMap, HeaderValue, header};
use serde::Serialize;
use serde_json::{Map, Value, json};
use zhijian_kinds::Problem;
use zhijian_records::clock::shown;
use zhijian_records::read::View;
use zhijian_records::submit::Saved;

/// A record as the API gives it.
#[must_use]
pub fn shape(view: &View) -> Value {
    json!({
        "kind": view.kind,
        "id": view.id,
        "revision": view.rev,
        "region": view.region,
        "town": view.town,
        "state": view.state,
        "recorded_from": shown(view.recorded_from),
        "recorded_to": view.recorded_to.map(shown),
        "retracted": view.retracted,
        "masked": !view.revealed,
        "hidden": view.hidden,
        "data": view.data,
        "remarks": remarks::told(view),
        "merged": view.merged.iter().map(|m| json!({"id": m.id, "by": m.by, "at": shown(m.at), "reason": m.reason})).collect::<Vec<_>>(),
        "merged_into": view.redirect.as_ref().map(|r| &r.to),
    })
}

/// What a write answers.
#[derive(Debug, Serialize)]
pub struct Receipt {
    /// Kind.
    pub kind: String,
    /// Record.
    pub id: String,
    /// Revision that was written.
    pub revision: u32,
    /// Warnings and repairs that the sender should look at.
    pub problems: Vec<Problem>,
}

impl Receipt {
    fn new(kind: &str, saved: Saved) -> Self {
        Self { kind: kind.to_owned(), id: saved.id, revision: saved.rev, problems: saved.problems }
    }
}

/// Address of a record in the API.
#[must_use]
pub fn address(kind: &str, id: &str) -> String {
    format!("/api/v1/records/{kind}/{id}")
}

/// The entity tag of a revision.
#[must_use]
pub fn etag(revision: u32) -> (header::HeaderName, HeaderValue) {
    let value = HeaderValue::from_str(&format!("\"{revision}\"")).unwrap_or(HeaderValue::from_static("\"0\""));
    (header::ETAG, value)
}

/// The revision named by `If-Match`.
///
/// # Errors
/// 428 when the header is missing or names no single revision.
pub fn seen(headers: &HeaderMap) -> Answer<u32> {
    let value = headers.get(header::IF_MATCH).and_then(|v| v.to_str().ok()).unwrap_or_default().trim();
    let bare = value.strip_prefix("W/").unwrap_or(value).trim_matches('"');
    bare.parse().map_err(|_| Failure::new("revision-needed", "请在请求头 If-Match 中给出读到的版本，如 If-Match: \"3\""))
}

/// A document from a body.
pub(super) type Document = Map<String, Value>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_is_named_by_its_entity_tag() {
        let rows = [("\"3\"", Some(3)), ("W/\"3\"", Some(3)), ("3", Some(3)), ("*", None), ("\"1\", \"2\"", None), ("", None)];
        for (value, expected) in rows {
            let headers: HeaderMap = [(header::IF_MATCH, HeaderValue::from_static(value))].into_iter().collect();
            assert_eq!(seen(&headers).ok(), expected, "{value}");
        }
        assert_eq!(seen(&HeaderMap::new()).map_err(|f| f.status().as_u16()), Err(428));
    }
}
