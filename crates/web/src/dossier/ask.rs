//! Rows of a section: one question to the door, bounded; nothing where the caller may not ask it.

use crate::app::App;
use crate::error::PageError;
use crate::links;
use crate::session::Signed;
use serde_json::Value;
use std::sync::Arc;
use zhijian_kinds::Kind;
use zhijian_kinds::intake::get_path;
use zhijian_records::DoorError;
use zhijian_records::access::{self, Wish};
use zhijian_records::person::Person;
use zhijian_records::port::Op;
use zhijian_records::read::{ListRequest, View, ViewPage, display};

/// A filter of a list.
pub type Filter = (String, Op, String);

/// What a section is made of.
#[derive(Debug)]
pub struct Rows {
    /// Kind of the rows.
    pub kind: Arc<Kind>,
    /// Rows, newest first.
    pub views: Vec<View>,
    /// There are more than were asked for.
    pub more: bool,
    /// The list behind them, where one can be named in an address.
    pub all: Option<String>,
}

/// Records that an employer owns, newest first; `None` where the caller may not read them.
///
/// # Errors
/// The store failed.
pub async fn owned(app: &App, signed: &Signed, kind: &str, employer: &str, more: &[Filter], limit: u32) -> Result<Option<Rows>, PageError> {
    let kind = app.door.kind(kind)?;
    if !readable(signed, &kind) {
        return Ok(None);
    }
    let mut filters = vec![("owner".to_owned(), Op::Eq, employer.to_owned())];
    filters.extend_from_slice(more);
    let mut pairs = vec![("employer_id".to_owned(), employer.to_owned())];
    pairs.extend(more.iter().filter(|(_, op, _)| *op == Op::Eq).map(|(field, _, value)| (field.clone(), value.clone())));
    let all = format!("{}{}", links::list(&kind.kind), links::query(&pairs));
    let request = ListRequest { filters, sort: Some("-event_date".into()), limit, ..ListRequest::default() };
    let page = given(app.door.list(&signed.caller, &kind.kind, &request).await)?;
    Ok(page.map(|page| Rows { kind, more: page.next.is_some(), views: page.rows, all: Some(all) }))
}

/// Records about a person, newest first; `None` where the caller may not read them or may not tell persons apart in them.
///
/// # Errors
/// The store failed.
pub async fn persons(app: &App, signed: &Signed, kind: &str, person: &Person, limit: u32) -> Result<Option<Rows>, PageError> {
    let kind = app.door.kind(kind)?;
    if !access::may(&signed.caller, &kind, Wish::Read) {
        return Ok(None);
    }
    let request = ListRequest { sort: Some("-event_date".into()), limit, ..ListRequest::default() };
    let page = given(app.door.list_of_person(&signed.caller, &kind.kind, person, &request).await)?;
    Ok(page.map(|page| Rows { kind, more: page.next.is_some(), views: page.rows, all: None }))
}

/// May the caller ask for an employer's records of the kind?
#[must_use]
pub fn readable(signed: &Signed, kind: &Kind) -> bool {
    access::may(&signed.caller, kind, Wish::Read) && access::shown(&signed.caller, kind, "owner")
}

/// What a policy does not answer has no part in the page.
fn given(page: Result<ViewPage, DoorError>) -> Result<Option<ViewPage>, PageError> {
    match page {
        Ok(page) => Ok(Some(page)),
        Err(DoorError::BadRequest(_) | DoorError::NotAllowed { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A field as people read it.
#[must_use]
pub fn shown(app: &App, kind: &Kind, view: &View, path: &str) -> String {
    display(app.catalogue(), kind, path, &view.data)
}

/// A field's text as it is kept, empty when there is none.
#[must_use]
pub fn text<'a>(view: &'a View, path: &str) -> &'a str {
    get_path(&view.data, path).and_then(Value::as_str).unwrap_or_default()
}

/// A field's number.
#[must_use]
pub fn number(view: &View, path: &str) -> Option<f64> {
    get_path(&view.data, path).and_then(Value::as_f64)
}

/// A field's truth.
#[must_use]
pub fn truth(view: &View, path: &str) -> bool {
    get_path(&view.data, path).and_then(Value::as_bool).unwrap_or_default()
}

/// The day on which the record's event was, empty when none is known or shown.
#[must_use]
pub fn day<'a>(kind: &Kind, view: &'a View) -> &'a str {
    kind.event_date.as_deref().map_or("", |field| text(view, field))
}
