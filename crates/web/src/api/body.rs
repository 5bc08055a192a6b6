//! JSON bodies, read strictly: what is not expected is refused with its name.

use super::problem::Failure;
use crate::posted::FORM_LIMIT;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value};
use zhijian_kinds::{Level, Problem};

/// A JSON object that was sent; members are taken out one by one.
#[derive(Debug, Default)]
pub struct Sent {
    members: Map<String, Value>,
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        if !is_json(request.headers()) {
            return Err(Failure::new("not-json", "请求体须为 JSON，Content-Type 为 application/json"));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|e| unread(e.status()))?;
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(members)) => Ok(Self { members }),
            Ok(_) => Err(Failure::bad_request("请求体须为一个 JSON 对象")),
            Err(error) => Err(Failure::bad_request(format!("请求体不是有效的 JSON：第{}行第{}列", error.line(), error.column()))),
        }
    }
}

fn unread(status: StatusCode) -> Failure {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::new("too-large", format!("请求体须在 {} MB 以内", FORM_LIMIT / 1024 / 1024)),
        _ => Failure::bad_request("请求体没有收完整"),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let media = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    media.eq_ignore_ascii_case("application/json") || media.eq_ignore_ascii_case("application/merge-patch+json")
}

impl Sent {
    /// Takes an object that must be there.
    ///
    /// # Errors
    /// It is missing or something else.
    pub fn object(&mut self, name: &str) -> Result<Map<String, Value>, Failure> {
        match self.members.shift_remove(name) {
            Some(Value::Object(members)) => Ok(members),
            other => Err(wrong(name, other.as_ref(), "一个 JSON 对象")),
        }
    }

    /// Takes an object that may be missing.
    ///
    /// # Errors
    /// It is something else.
    pub fn object_or_empty(&mut self, name: &str) -> Result<Map<String, Value>, Failure> {
        if matches!(self.members.get(name), None | Some(Value::Null)) {
            self.members.shift_remove(name);
            return Ok(Map::new());
        }
        self.object(name)
    }

    /// Takes a list; empty when it is missing.
    ///
    /// # Errors
    /// It is something else.
    pub fn list(&mut self, name: &str) -> Result<Vec<Value>, Failure> {
        match self.members.shift_remove(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(items)) => Ok(items),
            Some(other) => Err(wrong(name, Some(&other), "一个 JSON 数组")),
        }
    }

    /// Takes a whole number that must be there.
    ///
    /// # Errors
    /// It is missing or something else.
    pub fn number(&mut self, name: &str) -> Result<u32, Failure> {
        let found = self.members.shift_remove(name);
        let number = found.as_ref().and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
        number.ok_or_else(|| wrong(name, found.as_ref(), "整数"))
    }

    /// Takes a text; empty when it is missing.
    ///
    /// # Errors
    /// It is something else.
    pub fn text(&mut self, name: &str) -> Result<String, Failure> {
        match self.members.shift_remove(name) {
            None | Some(Value::Null) => Ok(String::new()),
            Some(Value::String(text)) => Ok(text),
            Some(other) => Err(wrong(name, Some(&other), "文字")),
        }
    }

    /// Refuses what nobody took.
    ///
    /// # Errors
    /// Names the unknown members.
    pub fn finish(self) -> Result<(), Failure> {
        let problems: Vec<Problem> = self.members.iter().map(|(name, value)| unknown(name, value)).collect();
        if problems.is_empty() { Ok(()) } else { Err(Failure::new("invalid", "请求体有未知的成员").with(problems)) }
    }
}

fn unknown(name: &str, value: &Value) -> Problem {
    let mut problem = Problem::new(Level::Error, "E_FIELD", name, name, &value.to_string(), "已定义的成员");
    problem.message = format!("不认识成员“{name}”");
    problem
}

fn wrong(name: &str, found: Option<&Value>, expected: &str) -> Failure {
    let found = found.map(ToString::to_string).unwrap_or_default();
    let problem = Problem::new(Level::Error, "E_FIELD", name, name, &found, expected);
    Failure::new("invalid", problem.message.clone()).with(vec![problem])
}
