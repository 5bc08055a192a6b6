//! Lists and counts.

use super::{filters, shape};
use crate::api::client::Client;
use crate::api::given::Given;
use crate::api::operation::{Holds, Param};
use crate::api::problem::Answer;
use crate::app::App;
use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};
use zhijian_records::access::Wish;
use zhijian_records::door::Door;
use zhijian_records::read::ListRequest;

/// Parameters of a list besides the fields.
pub const LIST: [Param; 5] = [
    Param::new("q", Holds::Text, "搜索：单位名称、编号、姓名等，空格分隔的词都要有"),
    Param::new("sort", Holds::Text, "排序字段，前加 - 为从大到小"),
    Param::new("cursor", Holds::Text, "上一页的 next"),
    Param::new("limit", Holds::Number(1, 500), "每页条数，默认 50"),
    Param::new("as_of", Holds::Moment, "当时的记录：日期（当日24时）或时刻"),
];

/// Parameters of a count besides the fields.
pub const COUNT: [Param; 3] = [
    Param::new("q", Holds::Text, "搜索"),
    Param::new("as_of", Holds::Moment, "当时的记录：日期（当日24时）或时刻"),
    Param::new("by", Holds::Text, "按此字段的取值分组计数，最多 200 组"),
];

/// Most rows that a count goes to.
const COUNTED: u64 = 1_000_000;

fn request(app: &App, kind: &str, given: &Given) -> Answer<ListRequest> {
    let kind = app.door.kind(kind)?;
    let text = |name: &str| Some(given.text(name)).filter(|t| !t.is_empty()).map(str::to_owned);
    Ok(ListRequest {
        filters: filters::read(&kind, &given.fields)?,
        search: given.text("q").to_owned(),
        sort: text("sort"),
        cursor: text("cursor"),
        limit: given.number("limit").unwrap_or(50),
        as_of: given.moment("as_of"),
    })
}

/// `GET /records/{kind}`
pub async fn list(client: Client, State(app): State<App>, Path(kind): Path<String>, given: Given) -> Answer<Json<Value>> {
    let found = app.door.kind(&kind)?;
    Door::allow(&client.caller, &found, Wish::Read)?;
    let page = app.door.list(&client.caller, &kind, &request(&app, &kind, &given)?).await?;
    let items: Vec<Value> = page.rows.iter().map(shape).collect();
    Ok(Json(json!({"items": items, "next": page.next})))
}

/// `GET /records/{kind}/count`
pub async fn count(client: Client, State(app): State<App>, Path(kind): Path<String>, given: Given) -> Answer<Json<Value>> {
    let found = app.door.kind(&kind)?;
    Door::allow(&client.caller, &found, Wish::Read)?;
    let request = request(&app, &kind, &given)?;
    let by = given.text("by");
    let count = app.door.count(&client.caller, &kind, &request, COUNTED).await?;
    let mut answer = json!({"count": count, "exact": count < COUNTED});
    if !by.is_empty() {
        let private = found.field(by).is_some_and(|f| f.private.is_some());
        if private {
            return Err(crate::api::problem::Failure::parameter("by", by, "不加密的字段"));
        }
        let groups = app.door.count_by(&client.caller, &kind, &request, by).await?;
        let groups: Vec<Value> = groups.into_iter().map(|(value, count)| json!({"value": value, "count": count})).collect();
        answer["groups"] = Value::Array(groups);
    }
    Ok(Json(answer))
}
