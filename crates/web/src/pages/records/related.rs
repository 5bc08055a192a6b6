//! Records that belong together: those this record points to, and those that point to it.

use super::cells;
use super::pick::links_to;
use crate::app::App;
use crate::error::PageError;
use crate::session::Signed;
use crate::{links, words};
use maud::{Markup, html};
use serde_json::Value;
use zhijian_kinds::Kind;
use zhijian_records::DoorError;
use zhijian_records::access::{self, Wish};
use zhijian_records::port::Op;
use zhijian_records::read::{ListRequest, View};

/// A link to records of another kind.
#[derive(Debug)]
pub struct Related {
    title: String,
    text: String,
    address: String,
    /// How many records there are behind the link.
    count: u64,
    /// Form of a new record that already names this one.
    new: Option<String>,
}

/// Finds both directions.
///
/// # Errors
/// The store failed.
pub async fn find(app: &App, signed: &Signed, kind: &Kind, view: &View) -> Result<(Vec<Related>, Vec<Related>), PageError> {
    let mut to = Vec::new();
    for (name, rule) in &kind.refs {
        let Some(id) = view.data.get(name).and_then(Value::as_str) else { continue };
        let target = app.door.kind(&rule.kind)?;
        match app.door.open(&signed.caller, &rule.kind, id, None).await {
            Ok(other) => to.push(Related {
                title: rule.title.clone(),
                text: cells::name(app, &target, &other.data),
                address: links::record(&rule.kind, id),
                count: 1,
                new: None,
            }),
            Err(DoorError::NotFound | DoorError::NotAllowed { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let pointing = app
        .catalogue()
        .kinds
        .values()
        .flat_map(|other| other.refs.iter().filter(|(_, r)| r.kind == kind.kind).map(move |(name, _)| (other, name)));
    let counted = pointing.filter(|(other, name)| access::shown(&signed.caller, other, name)).map(|(other, name)| async move {
        let request = ListRequest { filters: vec![(name.clone(), Op::Eq, view.id.clone())], limit: 1, ..ListRequest::default() };
        let count = app.door.count(&signed.caller, &other.kind, &request, words::COUNT_LIMIT).await?;
        Ok::<_, DoorError>(Related {
            title: other.title.clone(),
            text: format!("{} 条", words::count(count)),
            address: links::list_by(&other.kind, name, &view.id),
            count,
            new: new_for(signed, kind, view, other, name),
        })
    });
    let from = futures::future::try_join_all(counted).await?;
    Ok((to, from))
}

/// Address of a new record of `other` with the fields filled in that name this record.
fn new_for(signed: &Signed, kind: &Kind, view: &View, other: &Kind, reference: &str) -> Option<String> {
    if !access::may(&signed.caller, other, Wish::File) {
        return None;
    }
    let rule = other.refs.get(reference)?;
    let pairs: Vec<(String, String)> = links_to(kind, &rule.by, &view.data).collect();
    if pairs.len() < rule.by.len() {
        return None;
    }
    Some(format!("{}{}", links::new(&other.kind), links::query(&pairs)))
}

/// The card of a detail page.
#[must_use]
pub fn card((to, from): &(Vec<Related>, Vec<Related>)) -> Markup {
    let (there, none): (Vec<&Related>, Vec<&Related>) = from.iter().partition(|r| r.count > 0);
    let new = |r: &Related| html! { @if let Some(new) = &r.new { " " a.quiet href=(new) aria-label={"为此新建" (r.title)} { "新建" } } };
    html! {
        @if !to.is_empty() || !from.is_empty() {
            section.card.related {
                h2 { "关联记录" }
                ul {
                    @for r in to { li { span.muted { (r.title) } a href=(r.address) { (r.text) } } }
                    @for r in &there { li { a href=(r.address) { (r.title) } span.related-count { (r.text) (new(r)) } } }
                }
                @if !none.is_empty() {
                    details.missing {
                        summary { "尚无记录 " (none.len()) " 类" }
                        ul { @for r in &none { li { span { (r.title) } span.related-count { (new(r)) } } } }
                    }
                }
            }
        }
    }
}
