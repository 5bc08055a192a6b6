//! YAML with line numbers: a definition error names the file and the line.

use saphyr::{LoadableYamlNode as _, MarkedYaml, Scalar, YamlData};
use serde_json::{Map, Number, Value};
use std::collections::HashMap;

/// A YAML file turned into JSON, with the line of every path.
#[derive(Debug)]
pub struct Document {
    /// The content.
    pub value: Value,
    lines: HashMap<String, usize>,
}

impl Document {
    /// Line (from 1) of a path such as `properties.uscc.x-aka`, or of its nearest parent.
    #[must_use]
    pub fn line(&self, path: &str) -> usize {
        let mut path = path;
        loop {
            if let Some(line) = self.lines.get(path) {
                return *line;
            }
            match path.rfind('.') {
                Some(cut) => path = &path[..cut],
                None => return 1,
            }
        }
    }
}

/// An error at a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("第{line}行：{message}")]
pub struct YamlError {
    /// Line from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// Parses one document. Duplicate keys are refused.
///
/// # Errors
/// Syntax errors with their line.
pub fn parse(text: &str) -> Result<Document, YamlError> {
    let documents = MarkedYaml::load_from_str(text)
        .map_err(|e| YamlError { line: e.marker().line(), message: format!("YAML 语法错误：{}", e.info()) })?;
    let root = documents.first().ok_or(YamlError { line: 1, message: "文件为空".into() })?;
    let mut lines = HashMap::new();
    let value = convert(root, String::new(), &mut lines)?;
    Ok(Document { value, lines })
}

fn convert(node: &MarkedYaml<'_>, path: String, lines: &mut HashMap<String, usize>) -> Result<Value, YamlError> {
    let line = node.span.start.line();
    lines.entry(path.clone()).or_insert(line);
    let child = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    Ok(match &node.data {
        YamlData::Value(scalar) => match scalar {
            Scalar::Null => Value::Null,
            Scalar::Boolean(truth) => Value::Bool(*truth),
            Scalar::Integer(number) => Value::Number((*number).into()),
            Scalar::FloatingPoint(number) => Number::from_f64(number.into_inner()).map_or(Value::Null, Value::Number),
            Scalar::String(text) => Value::String(text.to_string()),
        },
        YamlData::Sequence(items) => {
            let items: Result<Vec<_>, _> = items.iter().enumerate().map(|(i, item)| convert(item, child(&i.to_string()), lines)).collect();
            Value::Array(items?)
        }
        YamlData::Mapping(entries) => {
            let mut map = Map::new();
            for (key, value) in entries {
                let name = match &key.data {
                    YamlData::Value(Scalar::String(text)) => text.to_string(),
                    YamlData::Value(Scalar::Integer(number)) => number.to_string(),
                    YamlData::Value(Scalar::Boolean(truth)) => truth.to_string(),
                    _ => return Err(YamlError { line: key.span.start.line(), message: "键必须是文字".into() }),
                };
                lines.insert(child(&name), key.span.start.line());
                let value = convert(value, child(&name), lines)?;
                if map.insert(name.clone(), value).is_some() {
                    return Err(YamlError { line: key.span.start.line(), message: format!("键“{name}”重复") });
                }
            }
            Value::Object(map)
        }
        YamlData::Tagged(_, inner) => convert(inner, path, lines)?,
        YamlData::Alias(_) | YamlData::BadValue | YamlData::Representation(..) => {
            return Err(YamlError { line, message: "不支持的 YAML 写法".into() });
        }
    })
}

/// Reads a document into a type; unknown words are refused with their line.
///
/// # Errors
/// The first mismatch, with its line.
pub fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<(T, Document), YamlError> {
    let document = parse(text)?;
    match serde_path_to_error::deserialize(document.value.clone()) {
        Ok(value) => Ok((value, document)),
        Err(error) => {
            let path = error.path().to_string().replace('[', ".").replace(']', "");
            let inner = error.inner().to_string();
            // An unknown word: point at the word itself.
            let word = inner.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next()).map(str::to_owned);
            let at = match (&word, path.as_str()) {
                (Some(word), "." | "") => word.clone(),
                (Some(word), path) if !path.ends_with(word.as_str()) => format!("{path}.{word}"),
                _ => path,
            };
            Err(YamlError { line: document.line(&at), message: format!("{at}：{inner}") })
        }
    }
}
