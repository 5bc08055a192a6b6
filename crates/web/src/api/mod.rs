//! The JSON API (接口): everything that a page can do, below `/api/v1`, and its documentation.
//!
//! [`operations`] is the one table from which the router and the OpenAPI document are made.

mod boards;
mod body;
mod calc;
mod client;
mod cockpit;
mod definitions;
mod docs;
mod duties;
mod explore;
mod given;
mod layers;
mod lists;
mod notices;
pub mod openapi;
pub mod operation;
pub mod operations;
mod outlook;
mod papers;
mod plan_params;
mod plans;
pub mod problem;
pub mod records;
mod search;
mod session;
mod tables;
mod watch;

use crate::app::App;
use axum::Router;
use axum::routing::get;
use problem::Failure;

/// Where the API lives.
pub const BASE: &str = "/api/v1";

/// Routes below `/api`.
pub fn router() -> Router<App> {
    let mut routes = Router::new();
    for operation in operations::operations() {
        let (path, route) = operation.into_route();
        routes = routes.route(path, route);
    }
    let routes = routes.fallback(nowhere).method_not_allowed_fallback(wrong_method);
    Router::new().nest(BASE, routes).route("/api/docs", get(docs::page))
}

async fn nowhere() -> Failure {
    Failure::not_found("没有这个接口")
}

async fn wrong_method() -> Failure {
    Failure::new("wrong-method", "此地址不支持该请求方法")
}

/// The token of an `Authorization: Bearer` header.
#[must_use]
pub fn bearer(headers: &axum::http::HeaderMap) -> Option<&str> {
    client::bearer(headers)
}

/// A day (its end in China) or an instant with offset, as pages and the API read it.
#[must_use]
pub fn moment(text: &str) -> Option<zhijian_records::port::Instant> {
    given::moment(text)
}
