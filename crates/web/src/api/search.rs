//! One search over all kinds that the caller may read.

use super::client::Client;
use super::given::Given;
use super::operation::{Holds, Param};
use super::problem::Answer;
use super::records::shape;
use crate::app::App;
use crate::pages::search::found_in;
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use zhijian_records::access::{self, Wish};
use zhijian_records::read::ListRequest;

/// Parameters.
pub const SEARCH: [Param; 2] = [
    Param::needed("q", Holds::Text, "要找的内容：名称、编号、统一社会信用代码、姓名或完整证件号"),
    Param::new("limit", Holds::Number(1, 50), "每种表单最多条数，默认 10"),
];

/// `GET /search`
pub async fn search(client: Client, State(app): State<App>, given: Given) -> Answer<Json<Value>> {
    let request = ListRequest { search: given.text("q").to_owned(), limit: given.number("limit").unwrap_or(10), ..ListRequest::default() };
    let kinds = app.catalogue().kinds.values().filter(|k| !k.search.is_empty() && access::may(&client.caller, k, Wish::Read));
    let kinds: Vec<_> = kinds.collect();
    let lists = kinds.iter().map(|kind| async { found_in(app.door.list(&client.caller, &kind.kind, &request).await) });
    let pages = futures::future::try_join_all(lists).await?;
    let mut items = Vec::new();
    for (kind, page) in kinds.iter().zip(&pages) {
        for view in &page.rows {
            let mut item = shape(view);
            item["title"] = json!(kind.title);
            items.push(item);
        }
    }
    Ok(Json(json!({"items": items, "next": null})))
}
