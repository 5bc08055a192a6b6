//! The two files everyone wants: 一企一档 of an employer, 一人一档 of a person.
//!
//! Both are made of lists of the door with the caller in them, a fixed number of questions a page, so that they show what the lists
//! behind them show and nothing more. Charts and tables of a section are drawn from the same rows: what a view hides is in neither.

mod ask;
mod care;
mod cases;
mod completeness;
mod coverage;
mod curves;
mod declared;
mod doses;
mod employer;
mod exposure;
mod hearing;
mod hygiene;
mod mine;
mod parts;
mod person;
mod profile;
mod risk;
mod tasks;
mod timeline;

use crate::app::App;
use axum::Router;
use axum::routing::{get, post};
use zhijian_kinds::Kind;
use zhijian_records::read::View;

/// Name of the employer's file.
pub const EMPLOYER: &str = "一企一档";
/// Name of the person's file.
pub const PERSON: &str = "一人一档";
/// Name of the file of the account's own person.
pub const MINE: &str = "我的职业健康档案";
/// Its address.
pub const MINE_PAGE: &str = "/me/file";

/// Routes of these pages.
pub fn router() -> Router<App> {
    Router::new()
        .route("/employers/{id}/file", get(employer::show))
        .route("/persons/{kind}/{id}/file", get(person::show).post(person::reveal))
        .route(MINE_PAGE, get(mine::show))
        .route("/me/file/copy", post(mine::copy))
}

/// The file to which a record leads: name and address. A person's file is offered to those who may identify the person.
#[must_use]
pub fn of_record(kind: &Kind, view: &View) -> Option<(&'static str, String)> {
    if kind.kind == "employer" {
        return Some((EMPLOYER, employer_file(&view.id)));
    }
    if let Some(way) = crate::exams::of_record(&kind.kind, &view.id) {
        return Some(way);
    }
    let person = person::ANCHORS.contains(&kind.kind.as_str()) && view.revealable && view.data.contains_key("id_no");
    person.then(|| (PERSON, person_file(&kind.kind, &view.id)))
}

/// Address of an employer's file.
#[must_use]
pub fn employer_file(id: &str) -> String {
    format!("/employers/{id}/file")
}

/// Address of the file of the person whom a record is about.
#[must_use]
pub fn person_file(kind: &str, id: &str) -> String {
    format!("/persons/{kind}/{id}/file")
}
