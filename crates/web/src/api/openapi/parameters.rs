//! Parameters: those of the table, those of a path, and the fields of a kind.

use crate::api::operation::{Holds, Param, Spec};
use crate::api::records::filters::{self, Filterable, Values};
use serde_json::{Map, Value, json};
use zhijian_kinds::Kind;
use zhijian_records::port::Op;

/// Parameters of an operation, for a kind where the path names one.
pub fn of(spec: &Spec, kind: Option<&Kind>) -> Vec<Value> {
    let mut all: Vec<Value> =
        path_names(spec.path).filter(|name| kind.is_none() || *name != "kind").map(|name| in_path(name, kind)).collect();
    all.extend(spec.query.iter().map(named));
    if let Some(kind) = kind.filter(|_| spec.fields) {
        all.extend(main_fields(kind));
        all.push(other_fields(kind));
    }
    if spec.if_match {
        all.push(header("If-Match", "读到的版本，如 \"3\"", true));
    }
    if spec.idempotent {
        all.push(header("Idempotency-Key", "重发不重复：同一个键只执行一次", false));
    }
    all
}

/// Names in the braces of a path.
pub fn path_names(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split('}').next())
}

fn in_path(name: &str, kind: Option<&Kind>) -> Value {
    let mut schema = json!({"type": "string"});
    let about = match name {
        "id" => "记录号",
        "kind" => "表单名",
        "list" => "代码表名",
        "notice" => "通知编号",
        "plan" => "规划名",
        "code" => "指标代码，如 I-02",
        "board" => "看板名",
        "panel" => "面板名",
        "layer" => "图层名",
        "calculator" => "计算器编号，如 air.twa",
        "transition" => {
            if let Some(kind) = kind {
                schema["enum"] = kind.transitions.iter().map(|t| json!(t.id)).collect();
            }
            "办理步骤"
        }
        _ => "",
    };
    json!({"name": name, "in": "path", "required": true, "description": about, "schema": schema})
}

fn named(param: &Param) -> Value {
    let schema = match param.holds {
        Holds::Text => json!({"type": "string"}),
        Holds::Number(least, most) => json!({"type": "integer", "minimum": least, "maximum": most}),
        Holds::Day => json!({"type": "string", "format": "date"}),
        Holds::Moment => json!({"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]}),
        Holds::OneOf(words) => json!({"type": "string", "enum": words}),
    };
    json!({"name": param.name, "in": "query", "required": param.required, "description": param.help, "schema": schema})
}

fn header(name: &str, about: &str, required: bool) -> Value {
    json!({"name": name, "in": "header", "required": required, "description": about, "schema": {"type": "string"}})
}

/// The fields that lists are usually narrowed by, one parameter each.
fn main_fields(kind: &Kind) -> Vec<Value> {
    let mut all = Vec::new();
    for field in filters::of(kind).iter().filter(|f| is_main(kind, f)) {
        for op in field.ops {
            let name = format!("{}{}", field.path, filters::suffix(*op));
            all.push(
                json!({"name": name, "in": "query", "required": false, "description": about(field, *op), "schema": schema(field, *op)}),
            );
        }
    }
    all
}

fn is_main(kind: &Kind, field: &Filterable) -> bool {
    let path = field.path.as_str();
    matches!(path, "region" | "town" | "year" | "state" | "recorded_from")
        || kind.list.filters.iter().any(|f| f == path)
        || kind.natural_key.iter().any(|f| f == path)
        || kind.event_date.as_deref() == Some(path)
        || kind.field(path).is_some_and(|f| f.index)
}

/// All other fields, as one object whose members are parameters of their own.
fn other_fields(kind: &Kind) -> Value {
    let mut properties = Map::new();
    for field in filters::of(kind).iter().filter(|f| !is_main(kind, f)) {
        for op in field.ops {
            let mut schema = schema(field, *op);
            schema["description"] = json!(about(field, *op));
            properties.insert(format!("{}{}", field.path, filters::suffix(*op)), schema);
        }
    }
    json!({
        "name": "filters",
        "in": "query",
        "style": "form",
        "explode": true,
        "required": false,
        "description": "其余字段，各为一个查询参数",
        "schema": {"type": "object", "properties": properties, "additionalProperties": false},
    })
}

fn about(field: &Filterable, op: Op) -> String {
    let list = field.codes.as_ref().map(|list| format!("，代码表 {list}")).unwrap_or_default();
    format!("{} {}{list}", field.title, filters::meaning(op))
}

fn schema(field: &Filterable, op: Op) -> Value {
    match (op, field.values) {
        (Op::Empty, _) => json!({"type": "string", "const": "true"}),
        (Op::In, _) | (_, Values::Text) => json!({"type": "string"}),
        (_, Values::Number) => json!({"type": "number"}),
        (_, Values::Day) => json!({"type": "string", "format": "date"}),
        (_, Values::Moment) => json!({"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]}),
        (_, Values::Truth) => json!({"type": "boolean"}),
    }
}
