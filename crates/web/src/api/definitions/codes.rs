//! Code lists (代码表) and the region tree (行政区划).

use crate::api::client::Client;
use crate::api::given::Given;
use crate::api::operation::{Holds, Param};
use crate::api::problem::{Answer, Failure};
use crate::app::App;
use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Map, Value, json};
use zhijian_kinds::{Code, CodeList, regions::Region};

/// Parameters of one code list.
pub const ENTRIES: [Param; 4] = [
    Param::new("q", Holds::Text, "代码、名称、别名、拼音首字母或 CAS 号"),
    Param::new("on", Holds::Day, "只要这一天有效的代码"),
    Param::new("parent", Holds::Text, "只要这个上级代码之下的"),
    Param::new("limit", Holds::Number(1, 5000), "最多条数，默认 200"),
];

/// Parameters of the regions.
pub const REGIONS: [Param; 2] = [Param::new("parent", Holds::Text, "上级代码；不给则为省级"), Param::new("q", Holds::Text, "名称中的字")];

/// `GET /codes`
pub async fn lists(_: Client, State(app): State<App>) -> Json<Value> {
    let items: Vec<Value> = app.catalogue().codes.values().map(|list| head(list)).collect();
    Json(json!({"items": items, "next": null}))
}

/// `GET /codes/{list}`
pub async fn entries(_: Client, State(app): State<App>, Path(name): Path<String>, given: Given) -> Answer<Json<Value>> {
    let list = app.catalogue().list(&name).ok_or_else(|| Failure::not_found(format!("没有代码表“{name}”")))?;
    let limit = given.number("limit").unwrap_or(200_usize);
    let parent = given.text("parent");
    let mut hits = list.search(given.text("q")).filter(|c| c.valid_on(given.text("on")) && (parent.is_empty() || c.parent == parent));
    let items: Vec<Value> = hits.by_ref().take(limit).map(|code| entry(list, code)).collect();
    let more = hits.next().is_some();
    let mut answer = head(list);
    answer["items"] = Value::Array(items);
    answer["next"] = Value::Null;
    answer["more"] = Value::Bool(more);
    Ok(Json(answer))
}

fn head(list: &CodeList) -> Value {
    json!({
        "list": list.name,
        "title": list.title,
        "standard": list.standard,
        "edition": list.edition,
        "source": list.source,
        "status": list.status,
        "size": list.codes.len(),
    })
}

fn entry(list: &CodeList, code: &Code) -> Value {
    let more: Map<String, Value> =
        list.extra.iter().zip(&code.more).filter(|(_, v)| !v.is_empty()).map(|(k, v)| (k.clone(), json!(v))).collect();
    json!({
        "code": code.code,
        "label": code.label,
        "synonyms": code.synonyms,
        "parent": code.parent,
        "valid_from": code.valid_from,
        "valid_to": code.valid_to,
        "note": code.note,
        "more": more,
    })
}

/// `GET /regions`
pub async fn regions(_: Client, State(app): State<App>, given: Given) -> Answer<Json<Value>> {
    let regions = &app.catalogue().regions;
    let (parent, q) = (given.text("parent"), given.text("q"));
    if !parent.is_empty() && regions.get(parent).is_none() {
        return Err(Failure::not_found(format!("没有区划“{parent}”")));
    }
    let items: Vec<Value> = regions
        .all()
        .iter()
        .filter(|r| if parent.is_empty() && !q.is_empty() { true } else { r.parent == parent })
        .filter(|r| r.name.contains(q))
        .take(500)
        .map(region)
        .collect();
    Ok(Json(json!({"items": items, "next": null})))
}

fn region(region: &Region) -> Value {
    json!({"code": region.code, "name": region.name, "level": region.level.word(), "parent": region.parent})
}
