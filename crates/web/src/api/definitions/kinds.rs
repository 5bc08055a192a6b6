//! Kinds (表单) as JSON: what a client needs to build a form or a file.

use crate::api::client::Client;
use crate::api::problem::Answer;
use crate::app::App;
use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};
use zhijian_kinds::kind::{CheckRule, Format, Privacy};
use zhijian_kinds::{Field, FieldType, Kind, Level};
use zhijian_records::access::{self, Wish};

/// `GET /kinds`
pub async fn list(client: Client, State(app): State<App>) -> Json<Value> {
    let items: Vec<Value> = app
        .catalogue()
        .kinds
        .values()
        .map(|kind| {
            let may = |wish| access::may(&client.caller, kind, wish);
            json!({
                "kind": kind.kind,
                "version": kind.version,
                "title": kind.title,
                "area": kind.area,
                "help": kind.help,
                "may": Wish::ALL.into_iter().map(|wish| (json!(wish).as_str().unwrap_or_default().to_owned(), json!(may(wish)))).collect::<serde_json::Map<_, _>>(),
            })
        })
        .collect();
    Json(json!({"items": items, "next": null}))
}

/// `GET /kinds/{kind}`
pub async fn read(_: Client, State(app): State<App>, Path(kind): Path<String>) -> Answer<Json<Value>> {
    Ok(Json(definition(&*app.door.kind(&kind)?)))
}

/// `GET /kinds/{kind}/schema`
pub async fn schema(_: Client, State(app): State<App>, Path(kind): Path<String>) -> Answer<Json<Value>> {
    Ok(Json(app.door.kind(&kind)?.schema.clone()))
}

/// The definition of a kind.
fn definition(kind: &Kind) -> Value {
    json!({
        "kind": kind.kind,
        "version": kind.version,
        "title": kind.title,
        "area": kind.area,
        "valid_from": kind.valid_from,
        "valid_to": kind.valid_to,
        "basis": kind.basis,
        "help": kind.help,
        "natural_key": kind.natural_key,
        "event_date": kind.event_date,
        "owner": kind.owner,
        "roles": Wish::ALL.into_iter().map(|wish| (json!(wish).as_str().unwrap_or_default().to_owned(), json!(kind.rights.roles(wish)))).collect::<serde_json::Map<_, _>>(),
        "health": kind.rights.health(),
        "fields": kind.fields.iter().map(field).collect::<Vec<_>>(),
        "references": kind.refs.iter().map(|(name, rule)| json!({
            "field": name, "kind": rule.kind, "title": rule.title, "required": rule.required,
            "by": rule.by.iter().map(|way| &way.field).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "checks": kind.checks.iter().map(check).collect::<Vec<_>>(),
        "derived": kind.derive.iter().map(|rule| json!({"field": rule.set, "function": rule.call, "expression": rule.cel, "when": rule.when})).collect::<Vec<_>>(),
        "states": kind.states.as_ref().map(|states| json!({
            "field": states.field, "initial": states.initial,
            "list": states.list.iter().map(|s| json!({"code": s.code, "title": s.title, "final": s.final_})).collect::<Vec<_>>(),
        })),
        "transitions": kind.transitions.iter().map(|t| json!({
            "id": t.id, "title": t.title, "from": t.from, "to": t.to, "roles": t.roles, "when": t.when, "needs": t.needs,
            "starts": t.starts, "stops": t.stops,
        })).collect::<Vec<_>>(),
        "list": {"columns": kind.list.columns, "sort": kind.list.sort, "filters": kind.list.filters},
        "search": kind.search,
        "examples": kind.examples,
    })
}

fn check(rule: &CheckRule) -> Value {
    json!({
        "id": rule.id,
        "level": if rule.level == Level::Error { "error" } else { "warning" },
        "rule": rule.rule,
        "fields": rule.fields,
        "message": rule.message,
        "basis": rule.basis,
    })
}

fn field(field: &Field) -> Value {
    let (ty, codes) = type_of(&field.ty);
    let mut out = json!({
        "path": field.path,
        "title": field.title,
        "type": ty,
        "group": field.group,
        "required": field.required,
        "wanted": field.wanted,
        "read_only": field.read_only,
    });
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            out[name] = value;
        }
    };
    put("codes", codes.map(|c| json!(c)));
    put("help", Some(&field.help).filter(|h| !h.is_empty()).map(|h| json!(h)));
    put("unit", field.unit.as_ref().map(|u| json!(u)));
    put("private", field.private.map(|p| json!(privacy(p))));
    put("format", field.format.map(|f| json!(format(f))));
    put("default", field.default.clone());
    put("minimum", field.minimum.map(|v| json!(v)));
    put("maximum", field.maximum.map(|v| json!(v)));
    put("max_length", field.max_length.map(|v| json!(v)));
    put("max_items", field.max_items.map(|v| json!(v)));
    put("synonyms", Some(&field.aka).filter(|a| !a.is_empty()).map(|a| json!(a)));
    if let FieldType::Group(members) = &field.ty {
        put("members", Some(members.iter().map(self::field).collect()));
    }
    out
}

/// Word of a field's type, and its code list.
#[must_use]
pub fn type_of(ty: &FieldType) -> (&'static str, Option<&str>) {
    match ty {
        FieldType::Text => ("text", None),
        FieldType::Integer => ("integer", None),
        FieldType::Number => ("number", None),
        FieldType::Boolean => ("boolean", None),
        FieldType::Date => ("date", None),
        FieldType::DateTime => ("date-time", None),
        FieldType::Code(list) => ("code", Some(list)),
        FieldType::Codes(list) => ("codes", Some(list)),
        FieldType::Texts => ("texts", None),
        FieldType::Group(_) => ("group", None),
        FieldType::Object => ("object", None),
    }
}

/// Word of a privacy class.
#[must_use]
pub fn privacy(class: Privacy) -> &'static str {
    match class {
        Privacy::Identity => "identity",
        Privacy::Contact => "contact",
        Privacy::Medical => "medical",
    }
}

fn format(format: Format) -> &'static str {
    match format {
        Format::Uscc => "uscc",
        Format::IdNo => "id_no",
        Format::OrgName => "org_name",
        Format::PersonName => "person_name",
        Format::Phone => "phone",
        Format::Quarter => "quarter",
        Format::MultiChoice => "multi_choice",
        Format::Date => "date",
        Format::DateTime => "date-time",
    }
}
