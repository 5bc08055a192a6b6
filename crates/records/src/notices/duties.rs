//! The clock: which steps of open duties have been reached, and which duties have come to their end.
//!
//! Of each sort of telling (early warning, overdue, escalation) only the latest step that was reached is told: after a pause of the service
//! nobody gets three reminders at once. A step that was reached before the horizon is not told at all.

use super::notifier::{Round, Told};
use super::people::Whom;
use super::port::{Hold, Mark};
use super::telling::Matter;
use super::{failed, port::Telling};
use crate::access::Coordinates;
use crate::door::DoorError;
use crate::duties::{Ask, DutyRow, Part};
use crate::port::Scope;
use serde_json::{Map, Value};
use std::collections::HashMap;
use zhijian_kinds::due::Duty;
use zhijian_kinds::notice::{Moment, Notice, Reach, Step};
use zhijian_kinds::{Kind, dates};

/// Duties read at once.
const PAGE: u32 = 500;
/// Longest early warning that is looked for, days: those of the deadline register are shorter, and `zhijian check` would be the place to refuse others.
const LONGEST_WARNING: i64 = 400;

/// A step that was reached.
struct Reached<'a> {
    notice: &'a Notice,
    /// Names the step in its mark.
    step: String,
    whom: Whom,
    days: i64,
    /// Its end is told.
    awaited: bool,
}

/// Tells what open duties ask for today.
pub(super) async fn steps(round: &mut Round<'_>, told: &mut Told) -> Result<(), DoorError> {
    let today = round.door.today();
    let catalogue = &round.door.catalogue;
    let longest = catalogue.notices.values().flat_map(|n| &n.steps).chain(catalogue.duties.values().flat_map(|d| &d.escalate));
    let longest = longest.map(|s| s.after).chain(round.timing.escalation.iter().copied()).max().unwrap_or(0);
    let from = dates::add_days(&today, -(longest + round.timing.horizon_days + 1));
    let until = dates::add_days(&today, LONGEST_WARNING);
    let everything =
        Part { duties: catalogue.duties.keys().cloned().collect(), scope: Scope { all: true, ..Scope::default() }, escalated_by: None };
    let mut ask =
        Ask { parts: vec![everything], from, until, warned_by: Some(today.clone()), paused: Some(false), limit: PAGE, ..Ask::default() };
    loop {
        let rows = round.door.store.duties(&ask).await.map_err(failed)?;
        let Some(last) = rows.last().map(|r| (r.due_on.clone(), r.id.clone(), r.duty.clone())) else { return Ok(()) };
        page(round, &rows, &today, told).await?;
        ask.after = Some(last);
    }
}

async fn page(round: &mut Round<'_>, rows: &[DutyRow], today: &str, told: &mut Told) -> Result<(), DoorError> {
    let ids: Vec<String> = rows.iter().map(|r| r.id.clone()).collect();
    let holds = round.door.store.holds(&ids).await.map_err(failed)?;
    let holds: HashMap<(&str, &str), &Hold> = holds.iter().map(|h| ((h.id.as_str(), h.duty.as_str()), h)).collect();
    let catalogue = std::sync::Arc::clone(&round.door.catalogue);
    let mut reached: Vec<(&DutyRow, String, Reached<'_>)> = Vec::new();
    for row in rows {
        let Some(duty) = catalogue.duties.get(&row.duty) else { continue };
        let held = holds.get(&(row.id.as_str(), row.duty.as_str())).is_some_and(|hold| *hold.until >= *today);
        for notice in catalogue.notices.values() {
            for moment in [Moment::Warned, Moment::Overdue, Moment::Escalated] {
                if !notice.about(moment, &row.duty) || moment == Moment::Escalated && held {
                    continue;
                }
                if let Some(step) = reached_step(round, notice, moment, duty, row, today) {
                    reached.push((
                        row,
                        format!("{}/{}/{}/{}/{}/{}", notice.notice, row.kind, row.id, row.duty, row.due_on, step.step),
                        step,
                    ));
                }
            }
        }
    }
    let keys: Vec<String> = reached.iter().map(|(_, key, _)| key.clone()).collect();
    let marked = round.door.store.marked(&keys).await.map_err(failed)?;
    for (row, key, step) in reached.into_iter().filter(|(_, key, _)| !marked.contains(key)) {
        let Some(kind) = catalogue.kind(&row.kind) else { continue };
        tell(round, kind, row, key, step, told).await?;
    }
    Ok(())
}

/// The latest step of this sort that was reached within the horizon.
fn reached_step<'a>(round: &Round<'_>, notice: &'a Notice, moment: Moment, duty: &Duty, row: &DutyRow, today: &str) -> Option<Reached<'a>> {
    let catalogue = &round.door.catalogue;
    let fresh = |day: &str| dates::days_between(day, today).is_some_and(|n| (0..=round.timing.horizon_days).contains(&n));
    let late = dates::days_between(&row.due_on, today)?;
    let whom = |to: &[String], reach: Reach| whom(duty, row, to, reach);
    match moment {
        Moment::Warned if late <= 0 => {
            let rule = catalogue.deadlines.rule(&duty.rule, duty.part, &row.since)?;
            let day = catalogue.deadlines.warnings(rule, &row.since, &row.due_on).into_iter().rfind(|day| **day <= *today)?;
            fresh(&day).then(|| Reached { notice, step: day, whom: whom(&notice.to, notice.reach), days: -late, awaited: false })
        }
        Moment::Overdue if late > 0 => {
            let day = dates::add_days(&row.due_on, 1)?;
            fresh(&day).then(|| Reached { notice, step: "overdue".into(), whom: whom(&notice.to, notice.reach), days: late, awaited: true })
        }
        Moment::Escalated if late > 0 => {
            let own = !duty.escalate.is_empty();
            let steps: &[Step] = if own { &duty.escalate } else { &notice.def.steps };
            let after =
                |at: usize, step: &Step| if own { step.after } else { round.timing.escalation.get(at).copied().unwrap_or(step.after) };
            // Who watches is not told before the duty comes onto its desk.
            let day = |at: usize, step: &Step| {
                let day = dates::add_days(&row.due_on, after(at, step))?;
                Some(if step.to.iter().any(|who| who == "watch") { day.max(row.escalate_on.clone()) } else { day })
            };
            let reached = steps.iter().enumerate().filter_map(|(at, step)| Some((at, step, day(at, step)?)));
            let (at, step, day) = reached.filter(|(_, _, day)| **day <= *today).max_by_key(|(at, _, _)| *at)?;
            fresh(&day).then(|| Reached {
                notice,
                step: format!("step{}", at + 1),
                whom: whom(&step.to, step.reach),
                days: late,
                awaited: true,
            })
        }
        _ => None,
    }
}

fn whom(duty: &Duty, row: &DutyRow, to: &[String], reach: Reach) -> Whom {
    let mut whom = Whom { reach, ..Whom::default() };
    for who in to {
        match who.as_str() {
            "party" => whom.roles.extend(duty.who.iter().cloned()),
            "watch" => whom.roles.extend(duty.watch.iter().cloned()),
            "owner" => whom.organisation.clone_from(&row.owner),
            role => whom.roles.push(role.to_owned()),
        }
    }
    whom
}

async fn tell(round: &mut Round<'_>, kind: &Kind, row: &DutyRow, key: String, step: Reached<'_>, told: &mut Told) -> Result<(), DoorError> {
    let data: Map<String, Value> = serde_json::from_str(&row.data).unwrap_or_default();
    let at = Coordinates { id: &row.id, region: &row.region, town: &row.town, owner: &row.owner, data: &data };
    let readers = round.people().await?.for_record(&step.whom, kind, at).await?;
    let matter = Matter {
        kind: row.kind.clone(),
        record: row.id.clone(),
        params: vec![("duty", row.duty.clone()), ("due_on", row.due_on.clone()), ("days", step.days.to_string())],
    };
    let awaited = if step.awaited { row.kind.clone() } else { String::new() };
    let mark = Mark { key, kind: awaited, id: row.id.clone(), duty: row.duty.clone(), due_on: row.due_on.clone(), at: 0 };
    let telling = round.compose(step.notice, mark, &matter, readers).await?;
    round.write(&telling, told).await
}

/// Tells those who were told that a duty is late when it is open no longer.
pub(super) async fn ends(round: &mut Round<'_>, told: &mut Told) -> Result<(), DoorError> {
    let catalogue = std::sync::Arc::clone(&round.door.catalogue);
    let mut after = String::new();
    let mut seen = std::collections::HashSet::new();
    loop {
        let marks = round.door.store.awaited(&after, PAGE).await.map_err(failed)?;
        let Some(last) = marks.last().map(|m| m.key.clone()) else { return Ok(()) };
        for mark in marks {
            if !seen.insert((mark.id.clone(), mark.duty.clone(), mark.due_on.clone())) {
                continue;
            }
            let part = Part { duties: vec![mark.duty.clone()], scope: Scope { all: true, ..Scope::default() }, escalated_by: None };
            let ask = Ask { parts: vec![part], record: Some((mark.kind.clone(), mark.id.clone())), limit: 1, ..Ask::default() };
            let open = round.door.store.duties(&ask).await.map_err(failed)?.into_iter().next();
            match open {
                Some(row) if row.due_on == mark.due_on => {}
                // Its day has moved: it goes on, and whoever was told is told of the new day when that comes.
                Some(_) => round.door.store.forget_duty(&mark).await.map_err(failed)?,
                None => ended(round, catalogue.notices.values().find(|n| n.about(Moment::Resolved, &mark.duty)), &mark, told).await?,
            }
        }
        after = last;
    }
}

async fn ended(round: &mut Round<'_>, notice: Option<&Notice>, mark: &Mark, told: &mut Told) -> Result<(), DoorError> {
    let Some(notice) = notice else { return round.door.store.forget_duty(mark).await.map_err(failed) };
    let readers = round.door.store.readers_of(mark).await.map_err(failed)?;
    let key = format!("{}/{}/{}/{}/{}", notice.notice, mark.kind, mark.id, mark.duty, mark.due_on);
    let matter = Matter {
        kind: mark.kind.clone(),
        record: mark.id.clone(),
        params: vec![("duty", mark.duty.clone()), ("due_on", mark.due_on.clone())],
    };
    let telling = round.compose(notice, Mark { key, ..mark.clone() }, &matter, readers).await?;
    let telling = Telling { ends: true, ..telling };
    if !round.write_all(&telling, told).await? {
        // It had come to its end before, and was open again since: there is nothing new to tell.
        round.door.store.forget_duty(mark).await.map_err(failed)?;
    }
    Ok(())
}
