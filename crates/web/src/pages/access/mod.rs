//! Who sees what, and why: the policy as pages, made from the same compiled policy that the door applies.

mod emergency;
mod kind;
mod matrix;
mod person;
mod record;

pub use person::card as person_card;

use crate::app::App;
use axum::Router;
use axum::routing::{get, post};

/// Routes.
pub fn router() -> Router<App> {
    Router::new()
        .route("/access", get(matrix::show))
        .route("/access/{kind}", get(kind::show))
        .route("/records/{kind}/{id}/access", get(record::show).post(record::assign))
        .route("/accounts/{login}/person", post(person::tie))
        .route("/emergency", get(emergency::show).post(emergency::submit))
}
