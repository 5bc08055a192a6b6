//! Schemas of a kind: its document, and the envelopes in which it travels.

use crate::api::definitions::kinds::privacy;
use serde_json::{Map, Value, json};
use zhijian_kinds::{Field, FieldType, Kind};

/// All schemas of a kind.
pub fn schemas(kind: &Kind) -> Map<String, Value> {
    let name = &kind.kind;
    let here = |suffix: &str| json!({"$ref": format!("#/components/schemas/{name}{suffix}")});
    let reason = json!({"type": "string", "description": "原因或说明，记入审计"});
    let list =
        |of: &str, about: &str| json!({"type": "array", "items": {"$ref": format!("#/components/schemas/{of}")}, "description": about});
    let answers = list("RemarkAnswer", "对退回意见的答复");
    let remarks = list("NewRemark", "退回时在字段上的意见");
    let mut all = Map::new();
    let mut put = |suffix: &str, schema: Value| all.insert(format!("{name}{suffix}"), schema);
    let (document, required) = document(kind);
    let seen = seen(kind, &document);
    put("_seen", seen);
    put("", document);
    put(
        "_entry",
        json!({
            "type": "object",
            "required": ["data"],
            "properties": {"data": {"allOf": [here(""), {"required": required}]}, "reason": reason},
            "additionalProperties": false,
        }),
    );
    put(
        "_replacement",
        json!({
            "type": "object",
            "required": ["data"],
            "properties": {"data": {"allOf": [here(""), {"required": required}]}, "reason": reason, "answers": answers},
            "additionalProperties": false,
        }),
    );
    put(
        "_change",
        json!({
            "type": "object",
            "required": ["data"],
            "properties": {"data": {"type": "object", "description": format!("要改的字段（见 {name}），null 清空")}, "reason": reason, "answers": answers},
            "additionalProperties": false,
        }),
    );
    put(
        "_record",
        json!({
            "allOf": [{"$ref": "#/components/schemas/Record"}, {"type": "object", "properties": {"data": here("_seen")}}],
        }),
    );
    put(
        "_page",
        json!({
            "type": "object",
            "required": ["items", "next"],
            "properties": {"items": {"type": "array", "items": here("_record")}, "next": {"$ref": "#/components/schemas/Next"}},
        }),
    );
    if !kind.transitions.is_empty() {
        put(
            "_step",
            json!({
                "type": "object",
                "properties": {"data": {"type": "object", "description": "随此步骤填写的字段"}, "reason": reason, "remarks": remarks},
                "additionalProperties": false,
            }),
        );
    }
    all
}

/// The document's schema with what a client should know beside it: code lists, units, privacy; and what must be there when it is filed.
/// A reader may see less of it than was filed.
fn document(kind: &Kind) -> (Value, Value) {
    let mut schema = kind.schema.clone();
    let mut required = json!([]);
    if let Some(members) = schema.as_object_mut() {
        members.shift_remove("$schema");
        required = members.shift_remove("required").unwrap_or(required);
    }
    for field in &kind.fields {
        if let Some(place) = at(&mut schema, &field.path) {
            annotate(place, field);
        }
    }
    (schema, required)
}

/// The document as a reader gets it: private values may be masked or destroyed, and then are texts that keep no format.
fn seen(kind: &Kind, document: &Value) -> Value {
    fn loosen(schema: &mut Value, fields: &[Field]) {
        for field in fields {
            let Some(place) = at(schema, &field.path) else { continue };
            if field.private.is_some() {
                let (title, class) = (place.get("title").cloned(), place.get("x-private").cloned());
                place.clear();
                place.insert("description".into(), json!("可能以掩码给出"));
                for (name, value) in [("title", title), ("x-private", class)] {
                    place.extend(value.map(|v| (name.to_owned(), v)));
                }
            } else if let (FieldType::Group(members), Some(items)) = (&field.ty, place.get_mut("items")) {
                loosen(items, members);
            }
        }
    }
    let mut schema = document.clone();
    loosen(&mut schema, &kind.fields);
    schema
}

fn at<'a>(schema: &'a mut Value, path: &str) -> Option<&'a mut Map<String, Value>> {
    let mut place = schema;
    for step in path.split('.') {
        place = place.get_mut("properties")?.get_mut(step)?;
    }
    place.as_object_mut()
}

fn annotate(place: &mut Map<String, Value>, field: &Field) {
    match &field.ty {
        FieldType::Code(list) | FieldType::Codes(list) => {
            place.insert("x-codes".into(), json!(list));
        }
        FieldType::Group(members) => {
            let Some(items) = place.get_mut("items") else { return };
            for member in members {
                if let Some(place) = at(items, &member.path) {
                    annotate(place, member);
                }
            }
        }
        _ => {}
    }
    if let Some(unit) = &field.unit {
        place.insert("x-unit".into(), json!(unit));
    }
    if let Some(class) = field.private {
        place.insert("x-private".into(), json!(privacy(class)));
    }
    if field.wanted && !field.required {
        place.insert("x-wanted".into(), json!(true));
    }
}
