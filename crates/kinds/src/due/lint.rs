//! What is wrong with the duties: names that point nowhere.

use super::duty::{DutyDef, Related};
use crate::catalogue::File;
use crate::lint::Fault;
use crate::{Catalogue, Kind, yaml};

/// Faults of `duties/*.yaml` that show only beside the other definitions.
pub(crate) fn check(catalogue: &Catalogue, files: &[File]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, content) in files.iter().filter(|(p, _)| p.starts_with("duties/") && p.ends_with(".yaml")) {
        let Ok((def, document)) = yaml::read::<DutyDef>(content) else { continue };
        let Some(kind) = catalogue.kind(&def.kind) else { continue };
        for (at, message) in of_duty(catalogue, &def, kind, path) {
            faults.push(Fault::soft(path, document.line(at), message));
        }
    }
    faults
}

fn of_duty(catalogue: &Catalogue, def: &DutyDef, kind: &Kind, path: &str) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    if path != format!("duties/{}.yaml", def.duty) {
        found.push(("duty", format!("“{}”与文件名不一致", def.duty)));
    }
    if !catalogue.deadlines.rules.iter().any(|r| r.id == def.rule && r.part == def.part) {
        found.push(("rule", format!("期限登记表中没有 {} 第{}项", def.rule, def.part)));
    }
    for role in def.who.iter().chain(&def.watch).filter(|role| !catalogue.roles.roles.contains_key(*role)) {
        found.push(("who", format!("角色“{role}”不存在")));
    }
    if let Some(step) = &def.step
        && !kind.transitions.iter().any(|t| t.id == *step)
    {
        found.push(("step", format!("{}没有流程步骤“{step}”", kind.title)));
    }
    for state in &def.paused_in {
        if kind.states.as_ref().is_none_or(|s| s.list.iter().all(|s| s.code != *state)) {
            found.push(("paused_in", format!("{}没有状态“{state}”", kind.title)));
        }
    }
    for (at, related) in [("since", &def.since), ("met", &def.met)] {
        let Some(related) = related else { continue };
        found.extend(of_related(catalogue, related, kind).into_iter().map(|message| (at, message)));
    }
    found
}

fn of_related(catalogue: &Catalogue, related: &Related, kind: &Kind) -> Vec<String> {
    let Some(other) = catalogue.kind(&related.kind) else { return vec![format!("没有名为“{}”的表单", related.kind)] };
    let known = |kind: &Kind, name: &str| kind.refs.contains_key(name) || kind.field(name).is_some_and(|f| f.private.is_none() || f.blind);
    let mut found = Vec::new();
    match (&related.by, &related.same) {
        (Some(by), _) if by == "owner" => {
            let owned = other.owner.as_ref().and_then(|o| other.refs.get(o)).is_some_and(|r| r.kind == kind.kind);
            found.extend((!owned).then(|| format!("{}不属于{}", other.title, kind.title)));
        }
        (Some(by), _) if other.refs.get(by).is_none_or(|r| r.kind != kind.kind) => {
            found.push(format!("{}的“{by}”不是对{}的引用", other.title, kind.title));
        }
        (None, Some(same)) if !(known(other, same) && known(kind, same)) => {
            found.push(format!("{}与{}不都有可比较的字段“{same}”", other.title, kind.title));
        }
        _ => {}
    }
    for wanted in related.only.iter().filter(|w| other.field(&w.field).is_none()) {
        found.push(format!("{}没有字段“{}”", other.title, wanted.field));
    }
    found
}
