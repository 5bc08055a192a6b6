//! The list of pages.

use crate::app::App;
use crate::error::PageError;
use crate::pages::{
    access, accounts, audit, codes, desk, exports, import, invite, kinds, login, me, records, rederive, research, retention, search, system,
};
use crate::posted::FORM_LIMIT;
use crate::{
    api, assets, board, boards, calculators, dossier, duties, error, evaluations, exams, explore, health, lists, maps, metrics, notices,
    online, pages, papers, security, tables, visit, warnings, watermark, wizard,
};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tower_http::compression::CompressionLayer;

/// Everything the server answers.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/login", get(login::show).post(login::submit))
        .route("/login/second", get(login::second).post(login::confirm))
        .route("/login/passkey", post(login::passkey))
        .route("/login/passkey/options", post(login::passkey_options))
        .route("/login/sso", get(login::sso))
        .route(crate::sso::BACK, get(login::sso_back))
        .route("/", get(desk::show))
        .route("/health", get(health::show))
        .route("/metrics", get(health::metrics))
        .route(system::PAGE, get(system::show))
        .route("/search", get(search::show))
        .route("/kinds", get(kinds::index))
        .route("/kinds/{kind}", get(kinds::show))
        .route("/codes", get(codes::index))
        .route("/codes/{list}", get(codes::show))
        .route("/codes/{list}/options", get(codes::options))
        .merge(records::router())
        .merge(papers::router())
        .merge(import::router())
        .merge(me::router())
        .merge(invite::router())
        .merge(accounts::router())
        .merge(pages::security::router())
        .merge(rederive::router())
        .merge(dossier::router())
        .merge(duties::router())
        .merge(exams::router())
        .merge(warnings::router())
        .merge(wizard::router())
        .merge(notices::router())
        .merge(online::router())
        .merge(access::router())
        .merge(audit::router())
        .merge(exports::router())
        .merge(retention::router())
        .merge(pages::duplicates::router())
        .merge(pages::actions::router())
        .merge(research::router())
        .route("/watermark.svg", get(watermark::tile))
        .merge(api::router())
        .merge(board::router())
        .merge(boards::router())
        .merge(maps::router())
        .merge(crate::matches::router())
        .merge(evaluations::router())
        .merge(tables::router())
        .merge(explore::router())
        .merge(lists::router())
        .merge(calculators::router())
        .fallback(nowhere)
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .layer(from_fn(security::same_site))
        .layer(from_fn(security::readable))
        .layer(from_fn_with_state(app.clone(), error::dress))
        .layer(from_fn_with_state(app.clone(), metrics::count))
        .route("/assets/{edition}/{*name}", get(assets::serve))
        .route("/favicon.ico", get(assets::favicon))
        .layer(from_fn_with_state(app.clone(), visit::note))
        .layer(from_fn_with_state(app.clone(), security::headers))
        .layer(CompressionLayer::new())
        .with_state(app)
}

/// Any other address.
async fn nowhere() -> PageError {
    PageError::NotFound("没有这个页面".into())
}
