//! What is to be done with the chosen rows: a step, an assignment, an export.

use super::{address, own, show};
use crate::actions::{self, Action};
use crate::app::App;
use crate::error::PageError;
use crate::forms::draft;
use crate::forms::filled::Filled;
use crate::pages::records::{export, reveal};
use crate::posted::Posted;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Map, Value};
use zhijian_kinds::intake::Cell;
use zhijian_kinds::{Field, Level, Problem};
use zhijian_records::DoorError;
use zhijian_records::exports::Wanted;
use zhijian_records::many::Deed;
use zhijian_records::port::Op;
use zhijian_records::read::ListRequest;

/// `POST /actions/{job}/start`
pub async fn start(State(app): State<App>, Path(id): Path<String>, posted: Posted) -> Result<Response, PageError> {
    let signed = &posted.signed;
    let job = own(&app, signed, &id).await?;
    if job.state != "chosen" {
        return Ok(Redirect::to(&address(&id)).into_response());
    }
    let mut action = actions::read(&job);
    posted.get("_reason").trim().clone_into(&mut action.reason);
    let deed = posted.get("deed");
    if deed == "assign" {
        let login = posted.get("login").trim().to_owned();
        let days = posted.get("days").parse().unwrap_or(0);
        if login.is_empty() || !(1..=366).contains(&days) || action.reason.is_empty() {
            return Err(PageError::BadRequest("指派须填写账号、天数（1 到 366）和事由".into()));
        }
        action.title = format!("指派给 {login}（{days} 天）");
        action.deed = Some(Deed::Assign { login, days });
    } else {
        let Some((kind, step)) = show::step(&app, signed, &action, deed) else {
            return Err(PageError::BadRequest("请选择要办理的步骤".into()));
        };
        let fields: Vec<&Field> = step.needs.iter().filter_map(|path| kind.field(path)).filter(|f| !f.read_only).collect();
        let filled = Filled::from_body(&app, signed, kind, &posted.fields, fields.iter().copied());
        let missing: Vec<Problem> = fields
            .iter()
            .filter(|f| filled.get(&f.path).is_none_or(|held| held.is_empty()))
            .map(|f| Problem::new(Level::Error, "E_REQUIRED", &f.path, &f.title, "", "填写后才能办理"))
            .collect();
        if !missing.is_empty() {
            let page = show::ask(&app, signed, &job, &action, deed, &filled, &missing);
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
        let draft = draft(kind, fields.iter().copied(), &filled, None);
        let mut given = Map::new();
        for (place, cell) in draft.cells {
            if let zhijian_kinds::intake::Place::Field(path) = place {
                let value = match cell {
                    Cell::Json(value) => value,
                    other => Value::String(other.shown().to_string()),
                };
                given.insert(path, value);
            }
        }
        action.title = format!("{}·{}", kind.title, step.title);
        action.deed = Some(Deed::Step { kind: kind.kind.clone(), step: step.id.clone(), given });
    }
    actions::start(&app, &signed.caller, job, action).await?;
    Ok(Redirect::to(&address(&id)).into_response())
}

/// `POST /actions/{job}/export`: the chosen records of one kind as a file, by the rules of every export.
pub async fn export(State(app): State<App>, Path(id): Path<String>, posted: Posted) -> Result<Response, PageError> {
    let signed = &posted.signed;
    let action: Action = actions::read(&own(&app, signed, &id).await?);
    let kind = app.door.kind(posted.get("kind"))?;
    let ids: Vec<&str> = action.rows.iter().filter(|r| r.kind == kind.kind).map(|r| r.id.as_str()).collect();
    if ids.is_empty() {
        return Err(PageError::BadRequest("所选记录中没有这类表单".into()));
    }
    let wanted = Wanted {
        kind: kind.kind.clone(),
        request: ListRequest { filters: vec![("id".into(), Op::In, ids.join(","))], limit: 500, ..ListRequest::default() },
        full: false,
        format: "xlsx".into(),
        conditions: format!("勾选的 {} 条", ids.len()),
        purpose: reveal::purpose(&app, &posted)?,
        ..Wanted::default()
    };
    match app.door.free_export(&signed.caller, &wanted, "web").await {
        Ok(pass) => export::send(app, signed.caller.clone(), pass, &wanted).await,
        Err(error @ DoorError::NeedsApproval { .. }) => Err(PageError::BadRequest(format!("{error}（在列表页用“导出”提出申请）"))),
        Err(error) => Err(error.into()),
    }
}

/// `POST /actions/{job}/cancel`
pub async fn cancel(State(app): State<App>, Path(id): Path<String>, posted: Posted) -> Result<Redirect, PageError> {
    let job = own(&app, &posted.signed, &id).await?;
    actions::cancel(&job.id);
    Ok(Redirect::to(&address(&id)))
}

/// `POST /actions/{job}/continue`: rows that found no end are taken up.
pub async fn again(State(app): State<App>, Path(id): Path<String>, posted: Posted) -> Result<Redirect, PageError> {
    let job = own(&app, &posted.signed, &id).await?;
    let action = Action { error: String::new(), ..actions::read(&job) };
    if action.deed.is_some() && job.state != "done" && !actions::running(&id) {
        actions::start(&app, &posted.signed.caller, job, action).await?;
    }
    Ok(Redirect::to(&address(&id)))
}
