//! Signals of open duties: how late each is today.

use super::{Row, SCAN, Signal};
use crate::door::{Door, DoorError};
use crate::duties::{Ask, Part};
use crate::port::Scope;
use serde_json::json;
use zhijian_kinds::dates::{add_days, days_between};
use zhijian_kinds::warning::OfDuties;

/// Rows read in one step.
const STEP: u32 = 1_000;
/// Days before the last day from which a duty is looked at at all.
const AHEAD: i64 = 120;

/// Every open duty of a rule, with its row of values.
pub(super) async fn signals(door: &Door, of: &OfDuties, today: &str) -> Result<Vec<(Signal, Row)>, DoorError> {
    let mut ask = Ask {
        parts: vec![Part { duties: of.duties.clone(), scope: Scope { all: true, ..Scope::default() }, escalated_by: None }],
        until: add_days(today, AHEAD),
        paused: Some(false),
        limit: STEP,
        ..Ask::default()
    };
    let mut all = Vec::new();
    loop {
        let rows = door.store.duties(&ask).await.map_err(Door::store_error("应办事项"))?;
        let full = rows.len() == STEP as usize;
        ask.after = rows.last().map(|r| (r.due_on.clone(), r.id.clone(), r.duty.clone()));
        for row in rows {
            let late = days_between(&row.due_on, today).unwrap_or_default();
            let title = door.catalogue.duties.get(&row.duty).map_or(row.duty.as_str(), |d| d.title.as_str());
            let employer = if row.kind == "employer" { row.id.clone() } else { row.owner.clone() };
            let name = name_of(door, &row.kind, &row.id, &employer).await?;
            let signal = Signal {
                key: format!("{}/{}", row.duty, row.id),
                subject: format!("{name}：{title}（期限 {}）", row.due_on),
                employer,
                region: row.region.clone(),
                source: SCAN.into(),
                on: today.to_owned(),
                level: None,
                value: Some(late as f64),
                evidence: vec![(row.kind.clone(), row.id.clone())],
                inputs: format!("late={late} due_on={}", row.due_on),
            };
            let values = json!({"late": late, "duty": row.duty});
            all.push((signal, values.as_object().cloned().unwrap_or_default()));
        }
        if !full {
            return Ok(all);
        }
    }
}

/// The employer's or institution's name.
async fn name_of(door: &Door, kind: &str, id: &str, employer: &str) -> Result<String, DoorError> {
    let (kind, id) = if employer.is_empty() { (kind, id) } else { ("employer", employer) };
    let found = door.store.find(kind, id).await.map_err(Door::store_error(kind))?;
    Ok(found
        .map(|s| s.document())
        .and_then(|d| ["name", "agency", "institution"].iter().map(|f| super::text(&d, f)).find(|t| !t.is_empty()))
        .unwrap_or_default())
}
