//! What is wrong with the notices: names that point nowhere, texts that would tell too much.

use super::def::{Moment, Notice, NoticeDef, Step};
use super::text::names;
use crate::catalogue::{File, read_all};
use crate::lint::Fault;
use crate::{Catalogue, Kind, yaml};

/// Recipients that are no roles.
const OF_DUTY: &[&str] = &["party", "watch", "owner"];
const OF_RECORD: &[&str] = &["owner", "filer"];
const OF_EVENT: &[&str] = &["self", "owner", "approvers", "overseers"];
/// Names of texts about duties.
const DUTY_NAMES: &[&str] = &["duty", "record", "region", "due_on", "days", "rule"];
/// Names of texts about records, besides the fields.
const RECORD_NAMES: &[&str] = &["record", "region", "state"];
/// Longest word of an outlet.
const OUTLET_LENGTH: usize = 12;

/// Faults of `notices/*.yaml` that show only beside the other definitions, and duties with faulty steps.
pub(crate) fn check(catalogue: &Catalogue, files: &[File]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, content) in files.iter().filter(|(p, _)| p.starts_with("notices/") && p.ends_with(".yaml")) {
        let Ok((def, document)) = yaml::read::<NoticeDef>(content) else { continue };
        for (at, message) in of_notice(catalogue, &def, path) {
            faults.push(Fault::soft(path, document.line(&at), message));
        }
    }
    for (path, content) in files.iter().filter(|(p, _)| p.starts_with("duties/") && p.ends_with(".yaml")) {
        let Ok((def, document)) = yaml::read::<crate::due::DutyDef>(content) else { continue };
        for (at, message) in of_steps(catalogue, &def.escalate, "escalate") {
            faults.push(Fault::soft(path, document.line(&at), message));
        }
    }
    faults
}

fn of_notice(catalogue: &Catalogue, def: &NoticeDef, path: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut say = |at: &str, message: String| found.push((at.to_owned(), message));
    if path != format!("notices/{}.yaml", def.notice) {
        say("notice", format!("“{}”与文件名不一致", def.notice));
    }
    if def.outlet.contains(['{', '}']) || def.outlet.is_empty() || def.outlet.chars().count() > OUTLET_LENGTH {
        say("outlet", format!("“{}”应为 1 至 {OUTLET_LENGTH} 个字的固定文字：平台之外的消息不含记录内容", def.outlet));
    }
    if def.basis.is_empty() {
        say("basis", "须写明依据，平台约定的写 design".into());
    }
    let kinds: Vec<&Kind> = def.on.records.iter().filter_map(|k| catalogue.kind(k)).map(AsRef::as_ref).collect();
    for state in &def.on.state {
        for kind in &kinds {
            if kind.states.as_ref().is_none_or(|s| s.list.iter().all(|s| s.code != *state)) {
                say("on.state", format!("{}没有状态“{state}”", kind.title));
            }
        }
    }
    if !kinds.is_empty() && def.on.state.is_empty() && def.on.when.is_none() {
        say("on", "须写明记录进入什么状态（state）或满足什么条件（when）".into());
    }
    for duty in def.on.duties.iter().filter(|d| !catalogue.duties.contains_key(*d)) {
        say("on.duties", format!("没有名为“{duty}”的事项"));
    }
    let special = match (def.on.duty, def.on.event) {
        (Some(_), _) => OF_DUTY,
        (_, Some(_)) => OF_EVENT,
        _ => OF_RECORD,
    };
    for who in def.to.iter().filter(|who| !recipient(catalogue, who, special)) {
        say("to", format!("收件人“{who}”不是角色，也不是 {}", special.join("、")));
    }
    // Who was told that something is late is told that it is done: that needs no list.
    let told_before = def.on.duty == Some(Moment::Resolved);
    if def.to.is_empty() && def.steps.is_empty() && !told_before {
        say("to", "没有收件人".into());
    }
    if (def.on.duty == Some(Moment::Escalated)) == def.steps.is_empty() {
        say("steps", "steps 用于且必须用于 duty: escalated".into());
    }
    for name in names(&def.text) {
        if let Some(message) = wrong_name(def, &kinds, name) {
            say("text", message);
        }
    }
    found.extend(of_steps(catalogue, &def.steps, "steps"));
    found
}

fn wrong_name(def: &NoticeDef, kinds: &[&Kind], name: &str) -> Option<String> {
    if let Some(event) = def.on.event {
        return (!event.names().contains(&name)).then(|| format!("文字中的“{name}”应为 {} 之一", event.names().join("、")));
    }
    if def.on.duty.is_some() {
        return (!DUTY_NAMES.contains(&name)).then(|| format!("文字中的“{name}”应为 {} 之一", DUTY_NAMES.join("、")));
    }
    if RECORD_NAMES.contains(&name) {
        return None;
    }
    kinds.iter().find_map(|kind| match kind.field(name) {
        None => Some(format!("文字中的“{name}”不是{}的字段，也不是 {}", kind.title, RECORD_NAMES.join("、"))),
        Some(field) if field.private.is_some() => Some(format!("文字中的“{name}”是{}的个人信息，不能写进通知", kind.title)),
        Some(_) => None,
    })
}

fn of_steps(catalogue: &Catalogue, steps: &[Step], at: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        for who in step.to.iter().filter(|who| !recipient(catalogue, who, OF_DUTY)) {
            found.push((format!("{at}.{index}"), format!("收件人“{who}”不是角色，也不是 {}", OF_DUTY.join("、"))));
        }
        if step.to.is_empty() {
            found.push((format!("{at}.{index}"), "没有收件人".into()));
        }
    }
    if steps.windows(2).any(|pair| pair[0].after >= pair[1].after) {
        found.push((at.to_owned(), "各步的天数应逐步增大".into()));
    }
    found
}

fn recipient(catalogue: &Catalogue, who: &str, special: &[&str]) -> bool {
    special.contains(&who) || catalogue.roles.roles.contains_key(who)
}

/// Reads the notices of the files into the catalogue.
impl Catalogue {
    pub(crate) fn tellings(&mut self, files: &[File], faults: &mut Vec<Fault>) {
        for (path, def, document) in read_all::<NoticeDef>(files, "notices/", faults) {
            match Notice::new(def, |name| self.kinds.get(name).map(AsRef::as_ref)) {
                Ok(notice) => drop(self.notices.insert(notice.notice.clone(), notice)),
                Err((at, message)) => faults.push(Fault::fatal(path, document.line(at), message)),
            }
        }
        self.notices.sort_keys();
    }
}

#[cfg(test)]
mod tests {
    use crate::Catalogue;
    use crate::catalogue::embedded_files;

    fn faults(text: &str, by: &str) -> Vec<String> {
        let mut files = embedded_files();
        let (_, content) = files.iter_mut().find(|(p, _)| p == "notices/returned.yaml").unwrap();
        assert!(content.contains(text), "{text}");
        *content = content.replace(text, by);
        Catalogue::load(&files).1.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn faults_name_file_line_and_what_is_expected() {
        let rows = [
            ("a state that a kind lacks", "state: [returned]", "state: [gone]", "没有状态“gone”"),
            ("no role", "to: [filer, owner]", "to: [filer, R99]", "收件人“R99”不是角色"),
            ("a private field", "{record}", "{record}{id_no}", "id_no"),
            ("an outlet that tells too much", "outlet: 退回", "outlet: \"{record}\"", "平台之外的消息不含记录内容"),
            ("a misspelt word", "level: attention", "levell: attention", "levell"),
        ];
        for (why, text, by, expected) in rows {
            let found = faults(text, by);
            assert!(found.iter().any(|f| f.starts_with("notices/returned.yaml:") && f.contains(expected)), "{why}: {found:?}");
        }
    }

    #[test]
    fn steps_of_escalation_grow() {
        let mut files = embedded_files();
        let (_, content) = files.iter_mut().find(|(p, _)| p == "notices/duty_escalated.yaml").unwrap();
        *content = content.replace("after: 7d", "after: 40d");
        let found: Vec<String> = Catalogue::load(&files).1.iter().map(ToString::to_string).collect();
        assert!(found.iter().any(|f| f.contains("逐步增大")), "{found:?}");
    }
}
