//! Checks of the policy files: nobody and nothing is forgotten, and every name points somewhere.

use super::{AccessDef, Reach, Roles, View, Wish};
use crate::catalogue::{Catalogue, File};
use crate::lint::Fault;
use crate::yaml;

const ROLES: &str = "access/roles.yaml";

/// All faults of the policy files.
#[must_use]
pub fn check(catalogue: &Catalogue, files: &[File]) -> Vec<Fault> {
    let mut faults = Vec::new();
    if catalogue.roles.roles.is_empty() {
        faults.push(Fault::fatal(ROLES, 1, "缺少角色表，没有它谁也不能看任何记录"));
    }
    for service in &catalogue.roles.clients {
        let right = catalogue.kind(&service.kind).is_some_and(|kind| {
            let named = kind.field(&service.by).is_some() || kind.refs.contains_key(&service.by);
            let states = |code: &String| kind.states.as_ref().is_some_and(|s| s.list.iter().any(|state| state.code == *code));
            named && kind.owner.is_some() && service.states.iter().all(states)
        });
        if !right {
            faults.push(Fault::soft(ROLES, 1, format!("clients：表单“{}”的字段或状态不存在，或没有 owner", service.kind)));
        }
    }
    let mut seen: Vec<String> = Vec::new();
    for (path, content) in files.iter().filter(|(p, _)| p.starts_with("access/") && p.ends_with(".yaml") && p != ROLES) {
        let Ok((def, document)) = yaml::read::<AccessDef>(content) else { continue };
        let mut say = |at: &str, message: String| faults.push(Fault::soft(path, document.line(at), message));
        if seen.contains(&def.kind) {
            say("kind", format!("表单“{}”已有另一份访问策略", def.kind));
        }
        seen.push(def.kind.clone());
        if *path != format!("access/{}.yaml", def.kind) {
            say("kind", format!("kind“{}”与文件名不一致", def.kind));
        }
        roles(&catalogue.roles, &def, &mut say);
        match catalogue.kind(&def.kind) {
            Some(kind) => rows(kind, &def, &mut say),
            None => say("kind", format!("没有名为“{}”的表单", def.kind)),
        }
    }
    for kind in catalogue.kinds.keys().filter(|k| !seen.contains(k)) {
        faults.push(Fault::soft(&format!("access/{kind}.yaml"), 1, format!("表单“{kind}”没有访问策略：谁也不能看，请新建此文件")));
    }
    faults
}

/// Every role is named once: in rows, or under `none`.
fn roles(known: &Roles, def: &AccessDef, say: &mut impl FnMut(&str, String)) {
    let allowed: Vec<&String> = def.allow.iter().flat_map(|row| &row.roles).collect();
    for (i, row) in def.allow.iter().enumerate() {
        for role in row.roles.iter().filter(|r| !known.roles.contains_key(*r)) {
            say(&format!("allow.{i}"), format!("角色“{role}”不在角色表中"));
        }
    }
    for role in def.none.iter().chain(&def.break_glass).filter(|r| !known.roles.contains_key(*r)) {
        say("none", format!("角色“{role}”不在角色表中"));
    }
    for role in known.roles.keys() {
        match (allowed.contains(&role), def.none.contains(role)) {
            (false, false) => say("none", format!("没有说明角色“{role}”的权限；不允许的写入 none")),
            (true, true) => say("none", format!("角色“{role}”既有权限又写在 none 中")),
            _ => {}
        }
    }
    for role in def.break_glass.iter().filter(|r| !allowed.contains(r)) {
        say("break_glass", format!("角色“{role}”平时不办理此表单，不能紧急访问"));
    }
}

fn rows(kind: &crate::Kind, def: &AccessDef, say: &mut impl FnMut(&str, String)) {
    let known = |name: &str| {
        kind.field(name).is_some() || kind.refs.contains_key(name) || kind.fields.iter().any(|f| f.path.starts_with(&format!("{name}.")))
    };
    for (name, view) in &def.views {
        for field in view.only.iter().chain(&view.hide).chain(&view.mask).filter(|f| !known(f)) {
            say(&format!("views.{name}"), format!("字段“{field}”不存在"));
        }
        if view.only.is_empty() && view.hide.is_empty() && view.mask.is_empty() {
            say(&format!("views.{name}"), "视图没有隐去任何字段，请去掉".into());
        }
        if !def.allow.iter().any(|row| row.view.as_ref() == Some(name)) {
            say(&format!("views.{name}"), "视图没有被任何一行使用".into());
        }
    }
    for (i, row) in def.allow.iter().enumerate() {
        let at = format!("allow.{i}");
        let may = |wish| row.may.contains(&wish);
        if row.may.is_empty() {
            say(&at, "may 为空；不允许的角色写入 none".into());
        }
        let view = match &row.view {
            None => View::whole(),
            Some(name) => match def.views.get(name) {
                Some(view) => View::new(name, view, kind),
                None => {
                    say(&at, format!("视图“{name}”不存在"));
                    continue;
                }
            },
        };
        if !may(Wish::Read) {
            for wish in [Wish::Amend, Wish::Advance, Wish::Retract, Wish::Export, Wish::Reveal].into_iter().filter(|d| may(*d)) {
                say(&at, format!("“{}”须同时允许“查看”", wish.word()));
            }
        }
        if may(Wish::File) || may(Wish::Import) {
            for field in kind.fields.iter().filter(|f| f.required || kind.natural_key.contains(&f.path)).filter(|f| !view.shows(&f.path)) {
                say(&at, format!("可以新建，却看不到必填的“{}”", field.title));
            }
        }
        if may(Wish::Import) && may(Wish::Amend) && !view.is_whole() {
            say(&at, "导入会改写看不到的字段：带视图的一行不能同时允许 amend 和 import".into());
        }
        if may(Wish::Reveal) && kind.private_fields().next().is_none() {
            say(&at, "此表单没有加密字段，reveal 没有意义".into());
        }
        match (row.scope, &row.by) {
            (Reach::Own, None) => say(&at, "scope: own 须写明 by（哪个字段写着本机构）".into()),
            (Reach::Own, Some(field)) if kind.field(field).is_some_and(|f| f.private.is_some()) => {
                say(&at, format!("by 的字段“{field}”是加密字段，不能用来限定范围"));
            }
            (Reach::Own, Some(field)) if !known(field) => say(&at, format!("字段“{field}”不存在")),
            (Reach::Own, Some(_)) => {}
            (_, Some(_)) => say(&at, "by 只用于 scope: own".into()),
            (Reach::Person, _) if kind.field("id_no").is_none_or(|f| !f.blind) => {
                say(&at, "scope: person 需要可比对的证件号字段 id_no".into());
            }
            (Reach::Organisation | Reach::Clients, _) if kind.owner.is_none() && row.scope == Reach::Clients && kind.kind != "employer" => {
                say(&at, "scope: clients 需要 owner".into());
            }
            _ => {}
        }
    }
    for (i, step) in kind.transitions.iter().enumerate() {
        for role in &step.roles {
            let advances = def.allow.iter().any(|row| row.roles.contains(role) && row.may.contains(&Wish::Advance));
            if !advances {
                say("allow", format!("第{}步“{}”由 {role} 办理，但没有一行允许它 advance", i + 1, step.title));
            }
        }
    }
}
