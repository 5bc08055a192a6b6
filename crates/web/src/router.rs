//! The list of pages.

use crate::app::App;
use crate::error::PageError;
use crate::pages::{access, accounts, codes, desk, import, kinds, login, me, records, rederive, search};
use crate::{api, assets, board, calculators, duties, error, security};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tower_http::compression::CompressionLayer;

/// Largest body of a form or API request; uploads have their own limit.
const FORM_LIMIT: usize = 8 * 1024 * 1024;

/// Everything the server answers.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/login", get(login::show).post(login::submit))
        .route("/logout", post(me::logout))
        .route("/", get(desk::show))
        .route("/me", get(me::show))
        .route("/me/password", get(me::password).post(me::change))
        .route("/search", get(search::show))
        .route("/kinds", get(kinds::index))
        .route("/kinds/{kind}", get(kinds::show))
        .route("/codes", get(codes::index))
        .route("/codes/{list}", get(codes::show))
        .route("/codes/{list}/options", get(codes::options))
        .merge(records::router())
        .merge(import::router())
        .merge(accounts::router())
        .merge(rederive::router())
        .merge(duties::router())
        .merge(access::router())
        .merge(api::router())
        .merge(board::router())
        .merge(calculators::router())
        .fallback(nowhere)
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .layer(from_fn(security::same_site))
        .layer(from_fn_with_state(app.clone(), error::dress))
        .route("/assets/{edition}/{*name}", get(assets::serve))
        .route("/favicon.ico", get(assets::favicon))
        .layer(from_fn(security::headers))
        .layer(CompressionLayer::new())
        .with_state(app)
}

/// Any other address.
async fn nowhere() -> PageError {
    PageError::NotFound("没有这个页面".into())
}
