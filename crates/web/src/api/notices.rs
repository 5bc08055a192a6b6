//! The inbox: list, numbers, marking.

use super::body::Sent;
use super::client::Client;
use super::given::Given;
use super::operation::{Holds, Param};
use super::problem::{Answer, Failure};
use crate::app::App;
use crate::notices::asked::position;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};
use zhijian_kinds::notice::Level;
use zhijian_records::clock::shown;
use zhijian_records::notices::Inbox;

/// Words.
const SHOW: &[&str] = &["unread", "all"];
const LEVEL: &[&str] = &["urgent", "attention", "info"];

/// Parameters of the list.
pub const LIST: [Param; 5] = [
    Param::new("show", Holds::OneOf(SHOW), "unread 未读（默认），all 全部"),
    Param::new("level", Holds::OneOf(LEVEL), "urgent 紧急，attention 关注，info 知悉；不填为全部"),
    Param::new("notice", Holds::Text, "通知类别，如 duty_overdue"),
    Param::new("cursor", Holds::Text, "上一页的 next"),
    Param::new("limit", Holds::Number(1, 100), "每页条数，默认 30"),
];

/// `GET /notices`
pub async fn list(client: Client, State(app): State<App>, given: Given) -> Answer<Json<Value>> {
    let some = |name: &str| Some(given.text(name)).filter(|t| !t.is_empty()).map(str::to_owned);
    if let Some(notice) = some("notice").filter(|n| !app.catalogue().notices.contains_key(n)) {
        return Err(Failure::parameter("notice", &notice, "definitions/notices 中的通知"));
    }
    if let Some(cursor) = some("cursor").filter(|c| !position(c)) {
        return Err(Failure::parameter("cursor", &cursor, "上一页的 next"));
    }
    let asked = Inbox {
        unread: given.text("show") != "all",
        level: Level::of_word(given.text("level")),
        notice: some("notice"),
        before: some("cursor"),
        limit: given.number("limit").unwrap_or(30),
    };
    let page = app.door.inbox(&client.caller, &asked).await?;
    let items: Vec<Value> = page
        .rows
        .iter()
        .map(|n| {
            let optional = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
            json!({
                "id": n.id, "notice": n.notice, "title": n.title, "level": n.level.word(), "text": n.text,
                "kind": optional(&n.kind), "record": optional(&n.record), "link": optional(&n.link), "at": shown(n.at),
                "read_at": if n.read == 0 { Value::Null } else { json!(shown(n.read)) },
            })
        })
        .collect();
    Ok(Json(json!({"items": items, "next": page.next})))
}

/// `GET /notices/counts`
pub async fn counts(client: Client, State(app): State<App>) -> Answer<Json<Value>> {
    let unread = app.door.unread(&client.caller).await?;
    let total: u64 = unread.iter().map(|(_, n)| n).sum();
    let levels: serde_json::Map<String, Value> = unread.iter().map(|(level, n)| (level.word().to_owned(), json!(n))).collect();
    Ok(Json(json!({"unread": total, "levels": levels})))
}

/// `POST /notices/{notice}/read`
pub async fn mark(client: Client, State(app): State<App>, Path(id): Path<String>, mut sent: Sent) -> Answer<StatusCode> {
    let read = match sent.text("read")?.as_str() {
        "yes" | "" => true,
        "no" => false,
        other => return Err(Failure::parameter("read", other, "yes 或 no")),
    };
    sent.finish()?;
    app.door.mark_notice(&client.caller, &id, read).await?;
    Ok(StatusCode::NO_CONTENT)
}
