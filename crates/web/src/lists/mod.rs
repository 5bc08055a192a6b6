//! Named lists (名单): who is on them, why, and to which department they are handed.

mod cell;
mod export;
mod filters;
mod handover;
mod index;
mod page;
pub mod question;

pub use export::send;

use crate::app::App;
use crate::session::Signed;
use axum::Router;
use axum::routing::{get, post};
use maud::{Markup, html};
use zhijian_kinds::NamedList;
use zhijian_kinds::lists::Rows;
use zhijian_records::Caller;
use zhijian_records::access::{self, Wish};
use zhijian_records::port::Scope;

/// Address of the lists.
pub const PAGE: &str = "/lists";
/// Their name.
pub const TITLE: &str = "工作名单";

/// Routes of the lists.
pub fn router() -> Router<App> {
    Router::new().route(PAGE, get(index::show)).route("/lists/{list}", get(page::show)).route("/lists/{list}/export", post(export::start))
}

/// Address of one list.
#[must_use]
pub fn address(list: &str) -> String {
    format!("{PAGE}/{list}")
}

/// Lists that somebody sees.
#[must_use]
pub fn of<'a>(app: &'a App, caller: &Caller) -> Vec<&'a NamedList> {
    app.catalogue().lists.values().filter(|def| scope(app, caller, def, Wish::Read).is_some()).collect()
}

/// Does the menu name them?
#[must_use]
pub fn any(app: &App, signed: &Signed) -> bool {
    app.catalogue().lists.values().any(|def| scope(app, &signed.caller, def, Wish::Read).is_some())
}

/// The rows of a list that somebody may see: where the access rules of its kind show whole records, and those of every other kind that it
/// reads too, since a row tells of all of them. `None`: nothing at all.
#[must_use]
pub fn scope(app: &App, caller: &Caller, def: &NamedList, wish: Wish) -> Option<Scope> {
    let catalogue = app.catalogue();
    if !caller.system && !def.roles.iter().any(|role| caller.is(role)) {
        return None;
    }
    let kind = catalogue.kind(&def.kind)?;
    let mut rows = access::whole(caller, kind, wish)?;
    if def.rows == Rows::Place {
        // A place is nobody's own record.
        rows = Scope { all: rows.all, regions: rows.regions, ..Scope::default() };
    }
    for fact in &def.facts {
        let other = catalogue.kinds.values().find(|k| k.kind == *fact || k.facts.contains_key(fact))?;
        if other.kind != kind.kind {
            rows = both(rows, &access::whole(caller, other, wish)?);
        }
    }
    let some = rows.all || !rows.regions.is_empty() || !rows.owners.is_empty() || !rows.ids.is_empty();
    some.then_some(rows)
}

/// The part of a scope that lies in another one.
fn both(rows: Scope, other: &Scope) -> Scope {
    if other.all {
        return rows;
    }
    if rows.all {
        return Scope { all: false, regions: other.regions.clone(), owners: other.owners.clone(), ..Scope::default() };
    }
    let inside = |region: &String| other.regions.iter().any(|large| region.starts_with(large.as_str()));
    Scope {
        all: false,
        regions: rows.regions.into_iter().filter(inside).collect(),
        owners: rows.owners.into_iter().filter(|o| other.owners.contains(o)).collect(),
        ..Scope::default()
    }
}

/// Style sheets of these pages.
fn style() -> Markup {
    html! {
        link rel="stylesheet" href=(crate::assets::url("app/board.css"));
        link rel="stylesheet" href=(crate::assets::url("app/lists.css"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(regions: &[&str], ids: &[&str]) -> Scope {
        let texts = |list: &[&str]| list.iter().map(|t| (*t).to_owned()).collect();
        Scope { regions: texts(regions), ids: texts(ids), ..Scope::default() }
    }

    #[test]
    fn what_two_scopes_share() {
        let all = Scope { all: true, ..Scope::default() };
        assert_eq!(both(scope(&["130302"], &["x"]), &all), scope(&["130302"], &["x"]), "the other hides nothing");
        assert_eq!(both(scope(&["130302"], &["x"]), &scope(&["1303"], &[])), scope(&["130302"], &[]), "single records tell of others too");
        assert_eq!(both(scope(&["1303"], &[]), &scope(&["130302"], &[])), scope(&[], &[]), "no more than both");
        assert_eq!(both(all, &scope(&["1303"], &["x"])), scope(&["1303"], &[]));
    }
}
