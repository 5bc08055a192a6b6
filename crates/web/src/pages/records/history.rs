//! The history of a record: who changed what, when and why.

use super::{cells, changes};
use crate::app::App;
use crate::error::PageError;
use crate::layout::{self, Frame};
use crate::session::Signed;
use crate::{links, words};
use axum::extract::{Path, State};
use maud::{Markup, html};
use zhijian_kinds::Kind;
use zhijian_records::Caller;
use zhijian_records::port::AuditLine;
use zhijian_records::read::View;

/// One revision with what is known about its making.
#[derive(Debug)]
pub struct Step {
    /// The revision, masked.
    pub view: View,
    /// The audit line of the commit that wrote it.
    pub line: Option<AuditLine>,
    /// Private fields whose value differs from the revision before.
    pub private: Vec<String>,
}

/// All revisions, newest first, after the door has said that the caller may see the record.
///
/// # Errors
/// Not found, or not the caller's.
pub async fn trail(app: &App, caller: &Caller, kind: &Kind, id: &str) -> Result<Vec<Step>, PageError> {
    let views = app.door.history(caller, &kind.kind, id).await?;
    let failed = |source| zhijian_records::DoorError::Store { kind: kind.kind.clone(), source };
    let mut stored = app.door.store.history(&kind.kind, id).await.map_err(failed)?;
    stored.reverse();
    let mut steps = Vec::with_capacity(views.len());
    for (index, view) in views.into_iter().enumerate() {
        let Some(now) = stored.get(index).filter(|s| s.rev == view.rev) else { continue };
        let line = app.door.store.audit(now.commit - 1, 1).await.map_err(failed)?.into_iter().next();
        let before = stored.get(index + 1);
        let mut private = before.map(|before| app.door.private_changes(kind, before, now)).transpose()?.unwrap_or_default();
        private.retain(|path| !view.hidden.contains(path));
        steps.push(Step { view, line, private });
    }
    Ok(steps)
}

/// `GET /records/{kind}/{id}/history`
pub async fn show(signed: Signed, State(app): State<App>, Path((kind, id)): Path<(String, String)>) -> Result<Markup, PageError> {
    let kind = app.door.kind(&kind)?;
    let steps = trail(&app, &signed.caller, &kind, &id).await?;
    let name = steps.first().map(|s| cells::name(&app, &kind, &s.view.data)).unwrap_or_default();
    let body = html! {
        ol.timeline {
            @for (index, step) in steps.iter().enumerate() { (revision(&app, &kind, step, steps.get(index + 1))) }
        }
    };
    let active = links::list(&kind.kind);
    let crumbs = [(kind.title.as_str(), active.clone()), (name.as_str(), links::record(&kind.kind, &id))];
    Ok(layout::page(&Frame { title: "修改历史", signed: Some(&signed), active: &active, breadcrumbs: &crumbs, ..Frame::new(&app) }, body))
}

fn revision(app: &App, kind: &Kind, step: &Step, before: Option<&Step>) -> Markup {
    let stamp = step.line.as_ref().map(|l| &l.stamp);
    html! {
        li.card {
            div.timeline-head {
                strong { "第 " (step.view.rev) " 版" }
                @if let Some(line) = &step.line { span.badge-action { (words::action(line.action)) } }
                (cells::state(kind, &step.view.state))
                time.date { (words::moment(step.view.recorded_from)) }
                @if let Some(stamp) = stamp {
                    span { (stamp.actor) }
                    span.muted { (words::source(&stamp.source)) }
                }
            }
            @if let Some(reason) = stamp.map(|s| s.reason.as_str()).filter(|r| !r.is_empty()) { p.reason { "说明：" (reason) } }
            (crate::remarks::of_revision(kind, &step.view))
            @match before {
                None => p.muted { "首次保存" },
                Some(before) => (difference(&changes::between(app, kind, &before.view.data, &step.view.data, &step.private))),
            }
        }
    }
}

/// A table of differences.
#[must_use]
pub fn difference(list: &[changes::Change]) -> Markup {
    html! {
        @if list.is_empty() { p.muted { "字段没有变化" } } @else {
            table.changes {
                thead { tr { th scope="col" { "字段" } th scope="col" { "原值" } th scope="col" { "新值" } } }
                tbody {
                    @for change in list {
                        tr {
                            th scope="row" { (change.title) }
                            td data-label="原值" { @if change.old.is_empty() { span.muted { "（空）" } } @else { del { (change.old) } } }
                            td data-label="新值" { @if change.new.is_empty() { span.muted { "（空）" } } @else { ins { (change.new) } } }
                        }
                    }
                }
            }
        }
    }
}
