//! The paths: an operation about records becomes one a kind, with that kind's fields, schema and example.

use super::parameters;
use crate::api::operation::{Access, Spec};
use crate::api::operations;
use crate::api::problem::TYPES;
use serde_json::{Map, Value, json};
use zhijian_kinds::{Catalogue, Kind};

/// Failures that every operation can have.
const COMMON: [&str; 6] = ["bad-request", "unknown-parameter", "not-signed-in", "not-allowed", "not-found", "internal"];

/// All paths.
pub fn paths(catalogue: &Catalogue) -> Map<String, Value> {
    let mut all = Map::new();
    for operation in operations::operations() {
        let spec = &operation.spec;
        if spec.path.starts_with("/records/{kind}") {
            for kind in catalogue.kinds.values().filter(|k| applies(spec, k)) {
                add(&mut all, &spec.path.replace("{kind}", &kind.kind), spec, Some(kind));
            }
        } else {
            add(&mut all, spec.path, spec, None);
        }
    }
    all
}

/// A kind without states has no steps; records of most kinds cannot be merged.
fn applies(spec: &Spec, kind: &Kind) -> bool {
    let merges = ["/duplicates", "/merge", "/unmerge"].iter().any(|end| spec.path.ends_with(end));
    (!spec.path.contains("{transition}") || !kind.transitions.is_empty()) && (!merges || kind.merge.duplicates.is_some())
}

/// Heading of a kind's operations.
pub fn tag_of(kind: &Kind) -> String {
    format!("记录 · {}", kind.title)
}

fn add(all: &mut Map<String, Value>, path: &str, spec: &Spec, kind: Option<&Kind>) {
    let entry = all.entry(path.to_owned()).or_insert_with(|| json!({}));
    entry[spec.method] = one(spec, kind);
}

fn one(spec: &Spec, kind: Option<&Kind>) -> Value {
    let mut out = json!({
        "operationId": kind.map_or_else(|| spec.id.to_owned(), |k| format!("{}_{}", spec.id, k.kind)),
        "tags": [kind.map_or_else(|| spec.tag.to_owned(), tag_of)],
        "summary": spec.summary,
        "x-roles": roles(spec, kind),
        "x-scope": spec.scope,
        "parameters": parameters::of(spec, kind),
        "responses": responses(spec, kind),
    });
    if let Some(about) = about(spec, kind) {
        out["description"] = json!(about);
    }
    if spec.access == Access::Anyone {
        out["security"] = json!([]);
    } else if spec.method != "get" {
        out["security"] = json!([{"session": [], "token": []}, {"bearer": []}]);
    }
    if !spec.body.is_empty() {
        out["requestBody"] = body(spec, kind);
    }
    out
}

fn roles(spec: &Spec, kind: Option<&Kind>) -> Value {
    match (spec.access, kind) {
        (Access::Anyone, _) => json!([]),
        (Access::Role(role), _) => json!([role]),
        (Access::Kind(wish), Some(kind)) => {
            json!(kind.rights.roles(wish))
        }
        _ => json!(["*"]),
    }
}

/// Steps with their states, roles and fields, where the operation is about them.
fn about(spec: &Spec, kind: Option<&Kind>) -> Option<String> {
    let kind = kind.filter(|_| spec.path.contains("{transition}"))?;
    let title =
        |code: &str| kind.states.as_ref().and_then(|s| s.list.iter().find(|s| s.code == code)).map_or(code.to_owned(), |s| s.title.clone());
    let lines = kind.transitions.iter().map(|step| {
        let from: Vec<String> = step.from.iter().map(|code| title(code)).collect();
        let needs = if step.needs.is_empty() { String::new() } else { format!("，须填 {}", step.needs.join("、")) };
        format!("- `{}` {}：{} → {}（{}）{needs}", step.id, step.title, from.join("、"), title(&step.to), step.roles.join("、"))
    });
    Some(lines.collect::<Vec<_>>().join("\n"))
}

fn schema_of(name: &str, kind: Option<&Kind>) -> Value {
    let name = name.replace("{kind}", kind.map_or("", |k| k.kind.as_str()));
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn body(spec: &Spec, kind: Option<&Kind>) -> Value {
    let mut media = json!({"schema": schema_of(spec.body, kind)});
    if let Some(example) = kind.filter(|_| matches!(spec.body, "{kind}_entry" | "{kind}_replacement")).and_then(|k| k.examples.first()) {
        media["example"] = json!({"data": example});
    }
    let mut content = json!({"application/json": &media});
    if spec.method == "patch" {
        content["application/merge-patch+json"] = media.clone();
    }
    json!({"required": true, "content": content})
}

fn responses(spec: &Spec, kind: Option<&Kind>) -> Value {
    let success = &spec.success;
    let mut good = json!({"description": if success.schema.is_empty() { "完成" } else { "成功" }});
    if !success.schema.is_empty() {
        let mut content = Map::new();
        content.insert("application/json".into(), json!({"schema": schema_of(success.schema, kind)}));
        content.extend(success.also.iter().map(|media| ((*media).to_owned(), json!({}))));
        good["content"] = Value::Object(content);
    }
    if matches!(success.schema, "Receipt" | "{kind}_record") {
        good["headers"] = json!({"ETag": {"description": "版本", "schema": {"type": "string"}}});
    }
    let mut all = json!({success.status.to_string(): good});
    if spec.id == "read" {
        all["304"] = json!({"description": "If-None-Match 所给的版本仍是最新的"});
    }
    let token = (spec.method != "get").then_some("bad-token");
    for kind in COMMON.iter().copied().chain(token).chain(spec.failures.iter().copied()) {
        if let Some((_, status, _)) = TYPES.iter().find(|t| t.0 == kind) {
            let status = status.as_u16().to_string();
            all[&status] = json!({"$ref": format!("#/components/responses/{status}")});
        }
    }
    all
}
