//! Failures as `application/problem+json` (RFC 9457), in Chinese, each with the fields that must be mended.

use crate::error::{door_status, log_chain};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use zhijian_kinds::{Level, Problem};
use zhijian_lake::LakeError;
use zhijian_records::DoorError;
use zhijian_records::accounts::SignInError;

/// Kinds of failure: the last part of `type`, the status and the title.
pub const TYPES: [(&str, StatusCode, &str); 17] = [
    ("bad-request", StatusCode::BAD_REQUEST, "请求无效"),
    ("unknown-parameter", StatusCode::BAD_REQUEST, "未知的查询参数"),
    ("not-signed-in", StatusCode::UNAUTHORIZED, "未登录"),
    ("second-factor", StatusCode::UNAUTHORIZED, "须双因素"),
    ("bad-token", StatusCode::FORBIDDEN, "缺少或不符的防伪令牌"),
    ("not-allowed", StatusCode::FORBIDDEN, "没有权限"),
    ("not-found", StatusCode::NOT_FOUND, "没有找到"),
    ("wrong-method", StatusCode::METHOD_NOT_ALLOWED, "不支持的请求方法"),
    ("exists", StatusCode::CONFLICT, "已有相同的记录"),
    ("key-reused", StatusCode::CONFLICT, "幂等键已用于另一请求"),
    ("stale", StatusCode::PRECONDITION_FAILED, "记录已被修改"),
    ("too-large", StatusCode::PAYLOAD_TOO_LARGE, "请求体过大"),
    ("not-json", StatusCode::UNSUPPORTED_MEDIA_TYPE, "请求体须为 JSON"),
    ("invalid", StatusCode::UNPROCESSABLE_ENTITY, "内容需要修改"),
    ("revision-needed", StatusCode::PRECONDITION_REQUIRED, "缺少版本"),
    ("locked", StatusCode::TOO_MANY_REQUESTS, "登录暂停"),
    ("internal", StatusCode::INTERNAL_SERVER_ERROR, "服务器内部错误"),
];

/// A request that failed.
#[derive(Debug)]
pub struct Failure {
    kind: &'static str,
    detail: String,
    problems: Vec<Problem>,
    more: Vec<(&'static str, Value)>,
}

/// What handlers return.
pub type Answer<T> = Result<T, Failure>;

#[derive(Serialize)]
struct Body {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: String,
    problems: Vec<Problem>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

impl Failure {
    /// A failure of a type of [`TYPES`].
    pub fn new(kind: &'static str, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), problems: Vec::new(), more: Vec::new() }
    }

    /// A request that makes no sense.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new("bad-request", detail)
    }

    /// Nothing there, or not the caller's.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new("not-found", detail)
    }

    /// The caller's roles do not allow it.
    pub fn not_allowed(detail: impl Into<String>) -> Self {
        Self::new("not-allowed", detail)
    }

    /// One parameter or header is wrong.
    #[must_use]
    pub fn parameter(name: &str, found: &str, expected: &str) -> Self {
        let problem = Problem::new(Level::Error, "E_PARAM", name, name, found, expected);
        Self::bad_request(problem.message.clone()).with(vec![problem])
    }

    /// Adds the problems of fields.
    #[must_use]
    pub fn with(mut self, problems: Vec<Problem>) -> Self {
        self.problems = problems;
        self
    }

    /// Adds a member.
    #[must_use]
    pub fn member(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.more.push((name, value.into()));
        self
    }

    /// What is wrong, in words.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.entry().1
    }

    fn entry(&self) -> (&'static str, StatusCode, &'static str) {
        let [.., last] = TYPES;
        TYPES.into_iter().find(|t| t.0 == self.kind).unwrap_or(last)
    }
}

/// The `type` of a failure.
#[must_use]
pub fn type_of(kind: &str) -> String {
    format!("urn:zhijian:problem:{kind}")
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (kind, status, title) = self.entry();
        let minutes = self.more.iter().find(|(name, _)| *name == "minutes").and_then(|(_, value)| value.as_i64());
        let more = self.more.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let body = Body { r#type: type_of(kind), title, status: status.as_u16(), detail: self.detail, problems: self.problems, more };
        let text = serde_json::to_string(&body).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], text).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"zhijian\""));
        }
        if let Some(seconds) = minutes.and_then(|m| HeaderValue::from_str(&(m * 60).to_string()).ok()) {
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}

impl From<DoorError> for Failure {
    fn from(error: DoorError) -> Self {
        let detail = error.to_string();
        match error {
            DoorError::Invalid(problems) => Self::new("invalid", detail).with(problems),
            DoorError::NotAllowed { .. } | DoorError::NeedsApproval { .. } => Self::not_allowed(detail),
            DoorError::NotFound | DoorError::NoKind(_) => Self::not_found(detail),
            DoorError::Stale { newest } => Self::new("stale", detail).member("newest", newest),
            DoorError::Exists { id } => Self::new("exists", detail).member("id", id),
            DoorError::BadRequest(_) => Self::bad_request(detail),
            DoorError::Store { .. } | DoorError::Vault(_) => {
                debug_assert!(door_status(&error).is_server_error(), "one view of what is our own fault");
                log_chain(&error);
                Self::new("internal", detail)
            }
        }
    }
}

impl From<LakeError> for Failure {
    fn from(error: LakeError) -> Self {
        match error {
            LakeError::UnknownDimension { .. } | LakeError::BadOption { .. } => Self::bad_request(error.to_string()),
            LakeError::UnknownIndicator(_) => Self::not_found(error.to_string()),
            error => {
                log_chain(&error);
                Self::new("internal", "统计数据读取失败")
            }
        }
    }
}

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Refused => Self::new("not-signed-in", error.to_string()),
            SignInError::SecondFactor | SignInError::WrongCode => Self::new("second-factor", error.to_string()),
            SignInError::Locked { minutes } => Self::new("locked", error.to_string()).member("minutes", minutes),
            SignInError::WeakPassword(_) => Self::new("invalid", error.to_string()),
            SignInError::Door(error) => error.into(),
        }
    }
}

impl From<crate::PageError> for Failure {
    fn from(error: crate::PageError) -> Self {
        use crate::PageError as P;
        match error {
            P::Door(error) => error.into(),
            P::Lake(error) => error.into(),
            P::Stranger { .. } => Self::new("not-signed-in", error.to_string()),
            P::PasswordFirst | P::FactorFirst | P::NotAllowed(_) => Self::not_allowed(error.to_string()),
            P::BadToken => Self::new("bad-token", error.to_string()),
            P::NotFound(detail) => Self::not_found(detail),
            P::BadRequest(detail) => Self::bad_request(detail),
            P::Failed { .. } => {
                log_chain(&error);
                Self::new("internal", error.to_string())
            }
        }
    }
}
