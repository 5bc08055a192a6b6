//! The audit lines of the current filters as a file. The export is itself a line, written first.

use super::asked::Asked;
use super::{auditor, rows};
use crate::app::App;
use crate::board::export;
use crate::error::PageError;
use crate::posted::Posted;
use crate::words;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use zhijian_exchange::write::{Cell, Table};
use zhijian_records::clock::shown;
use zhijian_records::port::Action;

/// Most lines of a file; more need a narrower time.
const MOST: u32 = 100_000;

/// `POST /audit/export`
pub async fn start(State(app): State<App>, RawQuery(query): RawQuery, posted: Posted) -> Result<Response, PageError> {
    let signed = &posted.signed;
    auditor(&app, signed)?;
    let asked = Asked { before: None, ..Asked::read(query.as_deref().unwrap_or_default())? };
    let format = match posted.get("format") {
        format @ ("csv" | "xlsx") => format,
        other => return Err(PageError::BadRequest(format!("不支持的格式“{other}”"))),
    };
    let reason: String = posted.get("reason").trim().chars().take(200).collect();
    if reason.is_empty() {
        return Err(PageError::BadRequest("请填写导出用途".into()));
    }
    let question = asked.query(MOST + 1)?;
    let conditions: Vec<String> = asked.pairs().iter().map(|(name, value)| format!("{name}={value}")).collect();
    let conditions = if conditions.is_empty() { "全部".to_owned() } else { conditions.join("，") };
    app.door.note(&signed.caller, Action::Export, "audit", "", &format!("{reason}；{format}；条件：{conditions}"), "web").await?;
    let mut lines = app.door.audit_lines(&signed.caller, &question).await?;
    let cut = lines.len() > MOST as usize;
    lines.truncate(MOST as usize);
    let names = rows::names(&app).await?;
    let mut notes = vec![
        format!("导出人 {}（{}），{}，用途：{reason}", signed.account.name, signed.account.login, words::moment(app.door.now())),
        format!("条件：{conditions}"),
    ];
    if cut {
        notes.push(format!("只含最新的 {MOST} 条，请缩小时间范围分次导出"));
    }
    let table = Table {
        title: format!("审计日志_{}", app.door.today().replace('-', "")),
        notes,
        columns: vec![
            ("序号", 10),
            ("时间", 26),
            ("账号", 14),
            ("姓名", 16),
            ("角色", 20),
            ("操作", 14),
            ("对象", 16),
            ("记录号", 36),
            ("版本", 8),
            ("版本数", 8),
            ("用途或原因", 40),
            ("入口", 10),
            ("地区", 14),
            ("地址", 16),
            ("会话", 18),
            ("摘要", 66),
            ("SM3", 66),
        ],
        rows: lines
            .into_iter()
            .map(|line| {
                let (stamp, trace) = (&line.stamp, &line.stamp.trace);
                let number = |n: u32| if n == 0 { Cell::Text(String::new()) } else { Cell::Number(f64::from(n)) };
                let roles: Vec<&str> = trace.role.split(',').filter(|role| !role.is_empty()).map(words::role).collect();
                vec![
                    Cell::Text(line.seq.to_string()),
                    shown(stamp.at).into(),
                    stamp.actor.as_str().into(),
                    rows::who(&names, &stamp.actor).into(),
                    roles.join("、").into(),
                    words::action(line.action).into(),
                    rows::about(&app, &line.kind).into(),
                    line.record.as_str().into(),
                    number(trace.rev),
                    number(line.count),
                    stamp.reason.as_str().into(),
                    words::source(&stamp.source).into(),
                    app.catalogue().regions.name(&trace.region).into(),
                    trace.address.as_str().into(),
                    trace.session.as_str().into(),
                    line.digest.as_str().into(),
                    line.hash.as_str().into(),
                ]
            })
            .collect(),
    };
    export::file(&table, format)
}
