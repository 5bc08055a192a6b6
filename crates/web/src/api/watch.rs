//! Jobs and the audit trail.

use super::client::Client;
use super::given::Given;
use super::operation::{Holds, Param};
use super::problem::{Answer, Failure};
use crate::app::App;
use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};
use zhijian_records::DoorError;
use zhijian_records::clock::shown;
use zhijian_records::port::{AuditLine, Job, StoreError};

/// Parameters of the jobs.
pub const JOBS: [Param; 1] = [Param::new("limit", Holds::Number(1, 200), "最多条数，默认 50；最新的在前")];

/// Parameters of the audit trail.
pub const AUDIT: [Param; 2] = [
    Param::new("cursor", Holds::Number(0, i64::MAX), "上一页的 next：已读到的序号"),
    Param::new("limit", Holds::Number(1, 1000), "每页条数，默认 100"),
];

fn failed(kind: &str) -> impl FnOnce(StoreError) -> Failure {
    let kind = kind.to_owned();
    move |source| DoorError::Store { kind, source }.into()
}

/// `GET /jobs`: the caller's own; the platform's administrator sees all.
pub async fn jobs(client: Client, State(app): State<App>, given: Given) -> Answer<Json<Value>> {
    let own = (!client.caller.is("R01")).then_some(client.caller.login.as_str());
    let jobs = app.door.store.jobs(own, given.number("limit").unwrap_or(50)).await.map_err(failed("任务"))?;
    let items: Vec<Value> = jobs.iter().map(job_shape).collect();
    Ok(Json(json!({"items": items, "next": null})))
}

/// `GET /jobs/{id}`
pub async fn job(client: Client, State(app): State<App>, Path(id): Path<String>) -> Answer<Json<Value>> {
    let job = app.door.store.job(&id).await.map_err(failed("任务"))?;
    let job = job.filter(|job| job.login == client.caller.login || client.caller.is("R01"));
    job.map(|job| Json(job_shape(&job))).ok_or_else(|| Failure::not_found("没有找到该任务"))
}

fn job_shape(job: &Job) -> Value {
    json!({
        "id": job.id,
        "what": job.what,
        "login": job.login,
        "state": job.state,
        "progress": serde_json::from_str::<Value>(&job.progress).unwrap_or(Value::Null),
        "input": job.input,
        "started": shown(job.started),
        "updated": shown(job.updated),
    })
}

/// `GET /audit`
pub async fn audit(client: Client, State(app): State<App>, given: Given) -> Answer<Json<Value>> {
    if !client.caller.is("R01") {
        return Err(Failure::not_allowed("审计记录只供平台管理员查阅"));
    }
    let (after, limit) = (given.number("cursor").unwrap_or(0_i64), given.number("limit").unwrap_or(100_u32));
    let lines = app.door.store.audit(after, limit).await.map_err(failed("审计记录"))?;
    let full = lines.len() == usize::try_from(limit).unwrap_or(usize::MAX);
    let next = lines.last().filter(|_| full).map(|line| line.seq.to_string());
    let items: Vec<Value> = lines.iter().map(line_shape).collect();
    Ok(Json(json!({"items": items, "next": next})))
}

fn line_shape(line: &AuditLine) -> Value {
    json!({
        "seq": line.seq,
        "at": shown(line.stamp.at),
        "actor": line.stamp.actor,
        "action": line.action,
        "reason": line.stamp.reason,
        "source": line.stamp.source,
        "role": line.stamp.trace.role,
        "session": line.stamp.trace.session,
        "address": line.stamp.trace.address,
        "region": line.stamp.trace.region,
        "revision": line.stamp.trace.rev,
        "kind": line.kind,
        "record": line.record,
        "count": line.count,
        "digest": line.digest,
        "prev": line.prev,
        "hash": line.hash,
    })
}
