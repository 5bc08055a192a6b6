//! What is done with an order: sent, cancelled, booked, reasons told.

use super::{back, order_page};
use crate::app::App;
use crate::error::PageError;
use crate::posted::Posted;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Map, Value, json};
use zhijian_kinds::intake::{Cell, Draft, Place};
use zhijian_records::DoorError;
use zhijian_records::access::Wish;
use zhijian_records::exams::{ORDER, Sending, WORKER};
use zhijian_records::submit::Entry;

/// The caller must be one who moves the order on.
async fn mover(app: &App, posted: &Posted, id: &str) -> Result<(), PageError> {
    let view = app.door.open(&posted.signed.caller, ORDER, id, None).await?;
    if view.may.contains(&Wish::Advance) { Ok(()) } else { Err(DoorError::NotAllowed { kind: "体检委托·办理".into() }.into()) }
}

/// `POST /exams/orders/{id}/send`
pub async fn send(State(app): State<App>, Path(id): Path<String>, posted: Posted) -> Result<Response, PageError> {
    mover(&app, &posted, &id).await?;
    let sending =
        Sending { institution: posted.get("institution").to_owned(), from: posted.get("from").to_owned(), to: posted.get("to").to_owned() };
    app.door.send_order(&posted.signed.caller, &id, &sending).await?;
    Ok(back(&order_page(&id), "已发给机构，机构确认后可以预约。"))
}

/// `POST /exams/orders/{id}/cancel`
pub async fn cancel(State(app): State<App>, Path(id): Path<String>, posted: Posted) -> Result<Response, PageError> {
    mover(&app, &posted, &id).await?;
    app.door.cancel_order(&posted.signed.caller, &id, posted.get("reason")).await?;
    Ok(back(&order_page(&id), "委托已取消，预约的号源已退回。"))
}

/// `POST /exams/orders/{id}/book`
pub async fn book(State(app): State<App>, Path(id): Path<String>, posted: Posted) -> Result<Response, PageError> {
    mover(&app, &posted, &id).await?;
    let lines: Vec<String> = posted.all("line").map(str::to_owned).collect();
    if lines.is_empty() {
        return Err(PageError::BadRequest("没有勾选劳动者：请在名单中勾选后再预约".into()));
    }
    if posted.get("do") == "unbook" {
        app.door.unbook(&posted.signed.caller, &id, &lines).await?;
        return Ok(back(&order_page(&id), &format!("已取消 {} 人的预约。", lines.len())));
    }
    app.door.book(&posted.signed.caller, &id, &lines, posted.get("slot")).await?;
    Ok(back(&order_page(&id), &format!("已预约 {} 人。", lines.len())))
}

/// `POST /exams/orders/{id}/reasons`
pub async fn reasons(State(app): State<App>, Path(id): Path<String>, posted: Posted) -> Result<Response, PageError> {
    mover(&app, &posted, &id).await?;
    let kind = app.door.kind(WORKER)?;
    let lines = app.door.lines_of_order(&posted.signed.caller, &id).await?.rows;
    let mut saved = 0;
    for line in &lines {
        let given = |name: &str| posted.get(&format!("{name}.{}", line.view.id)).trim().to_owned();
        let told = posted.fields.iter().any(|(name, _)| *name == format!("reason.{}", line.view.id));
        let before = |name: &str| line.view.data.get(name).and_then(Value::as_str).unwrap_or_default();
        let (reason, note) = (given("reason"), given("note"));
        if !told || (reason == before("unexamined_reason") && note == before("unexamined_note")) {
            continue;
        }
        let filled: Map<String, Value> =
            [("unexamined_reason", reason), ("unexamined_note", note)].into_iter().map(|(n, v)| (n.to_owned(), json!(v))).collect();
        let mut draft = Draft::from_json(&kind, &filled);
        for (place, cell) in &mut draft.cells {
            if matches!(place, Place::Field(path) if filled.get(path).and_then(Value::as_str) == Some("")) {
                *cell = Cell::Empty;
            }
        }
        let entry = Entry { source: "web", reason: "未检登记", idempotency: None };
        app.door.amend(&posted.signed.caller, WORKER, &line.view.id, line.view.rev, &draft, entry).await?;
        saved += 1;
    }
    Ok(back(&order_page(&id), &format!("已保存 {saved} 人的未检原因。")))
}
