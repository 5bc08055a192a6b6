//! Tasks of the plan and its money, as they are registered for the place.

use super::super::TASK;
use super::super::content::{FundLine, Funds, TaskLine};
use super::Desk;
use crate::error::PageError;
use serde_json::Value;
use zhijian_kinds::Kind;
use zhijian_records::access::{self, Wish};
use zhijian_records::port::Op;
use zhijian_records::read::{ListRequest, View, display};

/// Most rows that are read.
const MOST: u32 = 500;

async fn rows(desk: &Desk<'_>, kind: &Kind, sort: &str) -> Result<Vec<View>, PageError> {
    if !access::may(desk.officer, kind, Wish::Read) {
        return Ok(Vec::new());
    }
    let request = ListRequest {
        filters: vec![("plan".into(), Op::Eq, desk.plan.plan.clone()), ("county".into(), Op::Eq, desk.node.to_owned())],
        sort: Some(sort.to_owned()),
        limit: MOST,
        ..ListRequest::default()
    };
    Ok(desk.app.door.list(desk.officer, &kind.kind, &request).await?.rows)
}

/// Tasks in the plan's order.
///
/// # Errors
/// The door failed.
pub async fn tasks(desk: &Desk<'_>) -> Result<Vec<TaskLine>, PageError> {
    let kind = desk.app.door.kind(TASK)?;
    let views = rows(desk, &kind, "task_no").await?;
    Ok(views.iter().map(|view| task(desk, &kind, view)).collect())
}

fn task(desk: &Desk<'_>, kind: &Kind, view: &View) -> TaskLine {
    let said = |name: &str| display(desk.app.catalogue(), kind, name, &view.data);
    let whole = |name: &str| view.data.get(name).and_then(Value::as_i64);
    let state = kind.states.as_ref().and_then(|s| s.list.iter().find(|s| s.code == view.state));
    TaskLine {
        id: view.id.clone(),
        no: said("task_no"),
        section: said("section"),
        task: said("task"),
        departments: departments(&said("departments"), &said("departments_basis")),
        milestone: said("milestone"),
        due_year: whole("due_year"),
        progress: whole("progress").unwrap_or_default(),
        state: view.state.clone(),
        status: state.map_or_else(|| view.state.clone(), |s| s.title.clone()),
        situation: said("situation"),
        evidence: said("evidence"),
    }
}

/// Departments; where the plan does not name all of them and nobody has settled it, that is said.
fn departments(names: &str, basis: &str) -> String {
    match basis {
        "按任务内容归口" | "部分列明" if !names.is_empty() => format!("{names}（{basis}）"),
        _ => names.to_owned(),
    }
}

/// Budget lines up to the year.
///
/// # Errors
/// The door failed.
pub async fn funds(desk: &Desk<'_>) -> Result<Funds, PageError> {
    let kind = desk.app.door.kind("fund")?;
    let views = rows(desk, &kind, "budget_year").await?;
    let mut funds = Funds::default();
    for view in views {
        let number = |name: &str| view.data.get(name).and_then(Value::as_f64);
        let said = |name: &str| display(desk.app.catalogue(), &kind, name, &view.data);
        let year = view.data.get("budget_year").and_then(Value::as_i64).unwrap_or_default();
        if year > i64::from(desk.when.year) {
            continue;
        }
        let amount = number("amount").unwrap_or_default();
        funds.amount += amount;
        funds.used += number("used").unwrap_or_default();
        let result = [said("target"), said("result"), said("judged")].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join("；");
        funds.lines.push(FundLine { year, title: said("title"), source: said("source"), amount, used: number("used"), result });
    }
    Ok(funds)
}
