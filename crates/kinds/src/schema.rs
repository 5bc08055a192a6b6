//! From the definition as written to flat fields and a plain JSON Schema 2020-12.

use crate::kind::{Field, FieldDef, FieldType, Format, Kind, KindDef};
use crate::rules::Compiled;
use crate::yaml::{self, Document, YamlError};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

impl Kind {
    /// Reads a kind file: structure, schema and rules.
    ///
    /// # Errors
    /// The first fault with its line.
    pub fn parse(text: &str) -> Result<Self, YamlError> {
        let (def, document): (KindDef, Document) = yaml::read(text)?;
        let mut fields = Vec::new();
        flatten("", &def.properties, &def.required, "", &mut fields, &document)?;
        let schema = object_schema(&def);
        let compiled = Compiled::new(&def, &fields, &schema, &document)?;
        let by_path = fields.iter().enumerate().map(|(at, field)| (field.path.clone(), at)).collect();
        Ok(Self { fields, by_path, schema, rights: crate::access::Rights::default(), compiled, def })
    }
}

fn fault(document: &Document, path: &str, message: impl Into<String>) -> YamlError {
    YamlError { line: document.line(path), message: format!("{path}：{}", message.into()) }
}

fn flatten(
    prefix: &str,
    properties: &IndexMap<String, FieldDef>,
    required: &[String],
    group: &str,
    out: &mut Vec<Field>,
    document: &Document,
) -> Result<(), YamlError> {
    for (name, def) in properties {
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        let at = format!("properties.{}", path.replace('.', ".properties."));
        if def.title.is_empty() {
            return Err(fault(document, &at, "缺少 title"));
        }
        let group = def.group.clone().unwrap_or_else(|| group.to_owned());
        if def.type_ == "object"
            && def.pivot.is_none()
            && let Some(inner) = &def.properties
        {
            let heading = if def.group.is_some() { group } else { def.title.clone() };
            let start = out.len();
            flatten(&path, inner, &def.required, &heading, out, document)?;
            if def.read_only {
                for field in &mut out[start..] {
                    field.read_only = true;
                }
            }
            continue;
        }
        out.push(field(&path, def, required.contains(name), &group, &at, document)?);
    }
    Ok(())
}

fn field(path: &str, def: &FieldDef, required: bool, group: &str, at: &str, document: &Document) -> Result<Field, YamlError> {
    let ty = field_type(def, at, document)?;
    Ok(Field {
        path: path.to_owned(),
        title: def.title.clone(),
        ty,
        help: def.description.clone(),
        group: group.to_owned(),
        required,
        wanted: def.wanted || required,
        read_only: def.read_only,
        hidden: def.hidden,
        private: def.private,
        blind: def.blind,
        format: def.x_format,
        unit: def.unit.clone(),
        unit_from: def.unit_from.clone(),
        year_from: def.year_from.clone(),
        suffix: def.suffix.clone(),
        measured: def.measured.clone(),
        aka: def.aka.clone(),
        class: def.class.clone(),
        default: def.x_default.clone().or_else(|| def.default.clone()),
        codes_partial: def.codes_partial,
        pivot: def.pivot.clone(),
        index: def.index,
        not_future: def.not_future,
        minimum: def.minimum,
        maximum: def.maximum,
        max_length: def.max_length,
        max_items: def.max_items,
    })
}

fn field_type(def: &FieldDef, at: &str, document: &Document) -> Result<FieldType, YamlError> {
    Ok(match (def.type_.as_str(), &def.codes, def.format) {
        ("string", Some(list), _) => FieldType::Code(list.clone()),
        ("string", None, Some(Format::Date)) => FieldType::Date,
        ("string", None, Some(Format::DateTime)) => FieldType::DateTime,
        ("string", None, _) => FieldType::Text,
        ("integer", ..) => FieldType::Integer,
        ("number", ..) => FieldType::Number,
        ("boolean", ..) => FieldType::Boolean,
        ("array", Some(list), _) => FieldType::Codes(list.clone()),
        ("array", None, _) => match &def.items {
            Some(items) if items.type_ == "object" => {
                let mut members = Vec::new();
                let inner = items.properties.clone().unwrap_or_default();
                for (name, member) in &inner {
                    let at = format!("{at}.items.properties.{name}");
                    if member.title.is_empty() {
                        return Err(fault(document, &at, "缺少 title"));
                    }
                    members.push(field(name, member, items.required.contains(name), "", &at, document)?);
                }
                FieldType::Group(members)
            }
            Some(items) if items.codes.is_some() => FieldType::Codes(items.codes.clone().unwrap_or_default()),
            _ => FieldType::Texts,
        },
        ("object", ..) => FieldType::Object,
        (other, ..) => return Err(fault(document, at, format!("type“{other}”应为 string、integer、number、boolean、array 或 object"))),
    })
}

/// The schema of stored documents: plain JSON Schema, closed objects, plus what the door adds.
fn object_schema(def: &KindDef) -> Value {
    let mut schema = inner_schema(&def.properties, &def.required);
    let properties = schema["properties"].as_object_mut();
    if let Some(properties) = properties {
        for (name, rule) in &def.refs {
            properties.insert(name.clone(), json!({"type": "string", "title": rule.title, "readOnly": true}));
        }
        properties.insert("_month".into(), json!({"type": "array", "items": {"type": "string"}, "title": "只到月份的日期"}));
        properties.insert("_unread".into(), json!({"type": "object", "title": "未能识别的原文"}));
        properties.insert("_calc".into(), json!({"type": "object", "title": "计算依据", "readOnly": true}));
    }
    let mut out = Map::new();
    out.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    out.insert("title".into(), json!(def.title));
    out.insert("description".into(), json!(def.help));
    if let Value::Object(rest) = schema {
        out.extend(rest);
    }
    Value::Object(out)
}

fn inner_schema(properties: &IndexMap<String, FieldDef>, required: &[String]) -> Value {
    let members: Map<String, Value> = properties.iter().map(|(name, def)| (name.clone(), one_schema(def))).collect();
    json!({"type": "object", "properties": members, "required": required, "additionalProperties": false})
}

fn one_schema(def: &FieldDef) -> Value {
    let mut out = match (&def.properties, def.type_.as_str()) {
        (Some(inner), "object") => inner_schema(inner, &def.required),
        _ => json!({"type": def.type_}),
    };
    let Value::Object(map) = &mut out else { return out };
    map.insert("title".into(), json!(def.title));
    if !def.description.is_empty() {
        map.insert("description".into(), json!(def.description));
    }
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            map.insert(key.into(), value);
        }
    };
    put("minimum", def.minimum.map(|v| json!(v)));
    put("maximum", def.maximum.map(|v| json!(v)));
    put("exclusiveMinimum", def.exclusive_minimum.map(|v| json!(v)));
    put("exclusiveMaximum", def.exclusive_maximum.map(|v| json!(v)));
    put("minLength", def.min_length.map(|v| json!(v)));
    put("maxLength", def.max_length.map(|v| json!(v)));
    put("minItems", def.min_items.map(|v| json!(v)));
    put("maxItems", def.max_items.map(|v| json!(v)));
    put("pattern", def.pattern.as_ref().map(|v| json!(v)));
    put("enum", def.enum_.as_ref().map(|v| json!(v)));
    match def.format {
        Some(Format::Date) => put("format", Some(json!("date"))),
        Some(Format::DateTime) => put("format", Some(json!("date-time"))),
        _ => {}
    }
    if def.read_only {
        put("readOnly", Some(Value::Bool(true)));
    }
    if let Some(items) = &def.items {
        put("items", Some(one_schema(items)));
    }
    out
}
