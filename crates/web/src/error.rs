//! From a failure to a status and an explanation: one match, one log line.

use crate::app::App;
use crate::layout::{self, Frame};
use crate::{session, words};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use zhijian_records::DoorError;
use zhijian_records::accounts::SignInError;

/// Why a page could not be given.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The door refused or failed.
    #[error(transparent)]
    Door(#[from] DoorError),
    /// The lake failed.
    #[error("统计数据读取失败")]
    Lake(#[from] zhijian_lake::LakeError),
    /// Nobody is signed in.
    #[error("请先登录")]
    Stranger {
        /// Address that was asked for.
        wanted: String,
    },
    /// The account must set its own password first.
    #[error("请先设置新密码")]
    PasswordFirst,
    /// The account must have a second factor first.
    #[error("您的角色须启用双因素登录，请先完成设置")]
    FactorFirst,
    /// The form does not come from one of our pages, or the session changed meanwhile.
    #[error("页面已过期，请刷新后重新提交")]
    BadToken,
    /// There is no such page or thing.
    #[error("{0}")]
    NotFound(String),
    /// A parameter makes no sense.
    #[error("{0}")]
    BadRequest(String),
    /// The caller's roles do not allow it.
    #[error("{0}")]
    NotAllowed(String),
    /// Something outside failed: a file, a task.
    #[error("{doing}失败")]
    Failed {
        /// What we were doing, in Chinese.
        doing: String,
        /// Cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl PageError {
    /// A failure with its cause.
    pub fn failed<E: Into<Box<dyn std::error::Error + Send + Sync>>>(doing: &str) -> impl FnOnce(E) -> Self + use<E> {
        let doing = doing.to_owned();
        move |source| Self::Failed { doing, source: source.into() }
    }

    /// Status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Door(error) => door_status(error),
            Self::Lake(_) | Self::Failed { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Stranger { .. } => StatusCode::UNAUTHORIZED,
            Self::PasswordFirst | Self::FactorFirst | Self::BadToken | Self::NotAllowed(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
        }
    }
}

/// Status of a door error; the API uses the same.
#[must_use]
pub fn door_status(error: &DoorError) -> StatusCode {
    match error {
        DoorError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        DoorError::NotAllowed { .. } => StatusCode::FORBIDDEN,
        DoorError::NotFound | DoorError::NoKind(_) => StatusCode::NOT_FOUND,
        DoorError::Stale { .. } | DoorError::Exists { .. } => StatusCode::CONFLICT,
        DoorError::BadRequest(_) => StatusCode::BAD_REQUEST,
        DoorError::NeedsApproval { .. } => StatusCode::FORBIDDEN,
        DoorError::Store { .. } | DoorError::Vault(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Logs an error with its causes, once, where it is handled.
pub fn log_chain(error: &dyn std::error::Error) {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    tracing::error!(error.chain = %text, "a request failed");
}

/// What the frame around an error needs; travels in the response until [`dress`] sees whether a person or a script asked.
#[derive(Debug, Clone)]
pub struct Explained {
    status: StatusCode,
    message: String,
}

impl From<SignInError> for PageError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Door(error) => Self::Door(error),
            other => Self::BadRequest(other.to_string()),
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let status = self.status();
        if status.is_server_error() {
            log_chain(&self);
        }
        let mut response = match &self {
            Self::Stranger { wanted } => Redirect::to(&crate::links::login(wanted)).into_response(),
            Self::PasswordFirst => Redirect::to(crate::links::PASSWORD).into_response(),
            Self::FactorFirst => Redirect::to(crate::links::FACTORS).into_response(),
            _ => status.into_response(),
        };
        response.extensions_mut().insert(Explained { status, message: self.to_string() });
        response
    }
}

/// Puts an explanation around errors: problem+json for the API, a notice for htmx, a page for people.
pub async fn dress(State(app): State<App>, request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with("/api");
    let headers = request.headers().clone();
    let response = next.run(request).await;
    let Some(error) = response.extensions().get::<Explained>().cloned() else { return response };
    if api {
        return problem_json(&error);
    }
    let htmx = headers.contains_key("hx-request");
    if response.status().is_redirection() {
        return if htmx { follow(response) } else { response };
    }
    if htmx {
        return (error.status, notice(&error.message)).into_response();
    }
    (error.status, page(&app, &headers, &error).await).into_response()
}

/// htmx follows redirects silently and would swap the login page into a fragment; it must load it instead.
fn follow(response: Response) -> Response {
    let to = response.headers().get(header::LOCATION).cloned().unwrap_or_else(|| HeaderValue::from_static("/login"));
    (StatusCode::OK, [("hx-redirect", to)]).into_response()
}

fn problem_json(error: &Explained) -> Response {
    let body = serde_json::json!({
        "type": "about:blank",
        "title": error.status.canonical_reason().unwrap_or_default(),
        "status": error.status.as_u16(),
        "detail": error.message,
        "problems": [],
    });
    (error.status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

/// The notice that htmx puts at the top of the page.
fn notice(message: &str) -> Markup {
    html! { div.notice.notice-error role="alert" { (message) } }
}

async fn page(app: &App, headers: &HeaderMap, error: &Explained) -> Markup {
    let signed = session::find(app, headers).await.ok().flatten();
    let (title, hint) = words::failure(error.status.as_u16());
    let body = html! {
        div.empty-state {
            p.empty-title { (error.message) }
            p.muted { (hint) }
            p { a.btn.btn-primary href="/" { (words::BACK_TO_DESK) } }
        }
    };
    layout::page(&Frame { title, signed: signed.as_ref(), ..Frame::new(app) }, body)
}
