//! Suggestions for a reference: records that a form field may point to.

use super::cells;
use crate::app::App;
use crate::error::PageError;
use crate::posted;
use crate::session::Signed;
use axum::extract::{Path, RawQuery, State};
use maud::{Markup, html};
use serde_json::{Map, Value};
use zhijian_kinds::Kind;
use zhijian_kinds::intake::get_path;
use zhijian_kinds::kind::RefWay;
use zhijian_records::access::{self, Wish};
use zhijian_records::read::{ListRequest, display};

/// Rows of a suggestion list.
const ROWS: u32 = 8;

/// `GET /records/{kind}/pick/{reference}?q=`
pub async fn show(
    signed: Signed,
    State(app): State<App>,
    Path((kind, reference)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Markup, PageError> {
    let kind = app.door.kind(&kind)?;
    let rule = kind.refs.get(&reference).ok_or_else(|| PageError::NotFound("没有这个引用".into()))?;
    let target = app.door.kind(&rule.kind)?;
    let q = posted::pairs(query.unwrap_or_default().as_bytes()).into_iter().find(|(n, _)| n == "q").map(|(_, v)| v).unwrap_or_default();
    if !access::may(&signed.caller, &target, Wish::Read) || q.trim().is_empty() {
        return Ok(Markup::default());
    }
    let page = app.door.list(&signed.caller, &target.kind, &ListRequest { search: q, limit: ROWS, ..ListRequest::default() }).await?;
    Ok(html! {
        @for row in &page.rows {
            @let fill = links_to(&target, &rule.by, &row.data).map(|(field, value)| (field, Value::String(value))).collect::<Map<String, Value>>();
            @if !fill.is_empty() {
                li role="option" data-fill=(Value::Object(fill).to_string()) {
                    span { (cells::name(&app, &target, &row.data)) }
                    small { @for column in target.list.columns.iter().skip(1).take(2) { (display(app.catalogue(), &target, column, &row.data)) " " } }
                }
            }
        }
    })
}

/// The fields of a form that name a record, with their values; private ones are left out.
pub(super) fn links_to<'a>(
    target: &'a Kind,
    by: &'a [RefWay],
    data: &'a Map<String, Value>,
) -> impl Iterator<Item = (String, String)> + 'a {
    by.iter().filter_map(|way| {
        let source = target.lookup.get(&way.way)?.first()?;
        let public = target.field(source).is_some_and(|f| f.private.is_none());
        public.then_some((way.field.clone(), get_path(data, source)?.as_str()?.to_owned()))
    })
}
