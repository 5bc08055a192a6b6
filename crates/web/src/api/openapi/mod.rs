//! The OpenAPI 3.1 document, made from the table of operations and from the kinds.

mod kinds;
mod operations;
mod parameters;

use super::operations::TAGS;
use super::problem::{self, TYPES};
use super::{BASE, client};
use crate::app::App;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};
use std::sync::OnceLock;
use zhijian_kinds::Catalogue;

/// Schemas that do not depend on a kind.
const SHARED: &str = include_str!("schemas.json");

/// `GET /openapi.json`: made once, because a process serves one set of definitions.
pub(super) async fn serve(State(app): State<App>) -> impl IntoResponse {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(|| document(app.catalogue()).to_string());
    ([(header::CONTENT_TYPE, "application/json")], text.as_str())
}

/// The document.
#[must_use]
pub fn document(catalogue: &Catalogue) -> Value {
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "职健 接口",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "职业健康一张网：记录、定义、规划指标",
            "description": include_str!("introduction.md"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": BASE}],
        "tags": tags(catalogue),
        "security": [{"session": []}, {"bearer": []}],
        "paths": operations::paths(catalogue),
        "components": {
            "securitySchemes": security(),
            "schemas": schemas(catalogue),
            "responses": responses(),
        },
    })
}

fn tags(catalogue: &Catalogue) -> Vec<Value> {
    let general = TAGS.iter().filter(|(name, _)| *name != "记录").map(|(name, about)| json!({"name": name, "description": about}));
    let kinds = catalogue.kinds.values().map(|kind| json!({"name": operations::tag_of(kind), "description": kind.help}));
    general.chain(kinds).collect()
}

fn security() -> Value {
    json!({
        "session": {"type": "apiKey", "in": "cookie", "name": "zhijian_session", "description": "登录后的会话 Cookie"},
        "token": {"type": "apiKey", "in": "header", "name": client::TOKEN_HEADER, "description": "会话的防伪令牌，写操作必带"},
        "bearer": {"type": "http", "scheme": "bearer", "description": "接口令牌"},
    })
}

fn schemas(catalogue: &Catalogue) -> Map<String, Value> {
    let mut all: Map<String, Value> = serde_json::from_str(SHARED).unwrap_or_default();
    for kind in catalogue.kinds.values() {
        all.extend(kinds::schemas(kind));
    }
    all
}

/// One response for each status; it names the types of problem that can come with it.
fn responses() -> Map<String, Value> {
    let mut all = Map::new();
    for (_, status, _) in TYPES {
        let same = TYPES.iter().filter(|(_, s, _)| *s == status);
        let description: Vec<String> = same.map(|(kind, _, title)| format!("{title}（`{}`）", problem::type_of(kind))).collect();
        let content = json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
        all.insert(status.as_u16().to_string(), json!({"description": description.join("；"), "content": content}));
    }
    all
}
