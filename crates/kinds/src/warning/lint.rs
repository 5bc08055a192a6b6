//! What is wrong with the warning rules: names that point nowhere, levels out of order, subjects that would tell too much.

use super::def::{RecordSource, Source, WarningDef};
use super::rule::Warning;
use crate::catalogue::{File, read_all};
use crate::lint::Fault;
use crate::{Catalogue, yaml};

/// What begins a need that names a kind.
const KIND: &str = "kind:";

/// Faults of `warnings/*.yaml` that show only beside the other definitions.
pub(crate) fn check(catalogue: &Catalogue, files: &[File]) -> Vec<Fault> {
    let mut faults = Vec::new();
    // What cannot be read was reported when it was loaded.
    for (path, def, document) in read_all::<WarningDef>(files, "warnings/", &mut Vec::new()) {
        for (at, message) in of_rule(catalogue, &def, path) {
            faults.push(Fault::soft(path, document.line(&at), message));
        }
    }
    faults
}

fn of_rule(catalogue: &Catalogue, def: &WarningDef, path: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut say = |at: &str, message: String| found.push((at.to_owned(), message));
    if path != format!("warnings/{}.yaml", def.warning) {
        say("warning", format!("“{}”与文件名不一致", def.warning));
    }
    if def.levels.is_empty() {
        say("levels", "至少写一个级别及其条件".into());
    }
    if def.levels.windows(2).any(|pair| pair[0].level <= pair[1].level) {
        say("levels", "级别应由高到低各写一次：先成立的为准".into());
    }
    for (i, party) in def.parties.iter().enumerate() {
        for role in party.roles.iter().filter(|role| !catalogue.roles.roles.contains_key(*role)) {
            say(&format!("parties.{i}.roles"), format!("角色“{role}”不存在"));
        }
    }
    if def.parties.iter().all(|p| p.roles.is_empty()) {
        say("parties", "须写明由谁处置".into());
    }
    match &def.source {
        Source::Record(record) => found.extend(of_record(catalogue, def, record, "source.record")),
        Source::Query(query) => found.extend(of_query(catalogue, query)),
        Source::Statistic(statistic) => found.extend(of_query(catalogue, &statistic.query)),
        Source::Forecast(of) => {
            for plan in of.plans.iter().filter(|plan| !catalogue.plans.contains_key(*plan)) {
                say("source.forecast", format!("没有名为“{plan}”的规划"));
            }
        }
        Source::Duty(of) => {
            for duty in of.duties.iter().filter(|duty| !catalogue.duties.contains_key(*duty)) {
                say("source.duty", format!("没有名为“{duty}”的事项"));
            }
        }
    }
    for (i, also) in def.also.iter().enumerate() {
        let at = format!("also.{i}.record");
        match &def.source {
            Source::Record(record) if record.kind != also.record.kind => {}
            Source::Record(_) => found.push((at.clone(), format!("“{}”已经是该规则的表单，每种表单写一次", also.record.kind))),
            _ => found.push((at.clone(), "also 只用于逐条记录的规则".into())),
        }
        if also.levels.is_empty() || also.levels.windows(2).any(|pair| pair[0].level <= pair[1].level) {
            found.push((format!("also.{i}.levels"), "级别应由高到低各写一次，至少一个".into()));
        }
        found.extend(of_record(catalogue, def, &also.record, &at));
    }
    found
}

fn of_record(catalogue: &Catalogue, def: &WarningDef, record: &RecordSource, at: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut say = |at: &str, message: String| found.push((at.to_owned(), message));
    let Some(kind) = catalogue.kind(&record.kind) else {
        if !def.needs.iter().any(|n| n.strip_prefix(KIND) == Some(&record.kind)) {
            say(&format!("{at}.kind"), format!("没有名为“{}”的表单；若尚未建立，请在 needs 中写 kind:{0}", record.kind));
        }
        return found;
    };
    for name in record.key.iter().chain(&record.subject).chain(&record.value) {
        match kind.field(name) {
            None if kind.refs.contains_key(name) => {}
            None => say(at, format!("{}没有字段“{name}”", kind.title)),
            // A blind field is known by its token and may tell subjects apart; it may not be shown.
            Some(f) if f.private.is_some() && !(f.blind && record.key.contains(name) && !record.subject.contains(name)) => {
                say(at, format!("“{name}”是{}的个人信息，不能写进预警", kind.title));
            }
            Some(_) => {}
        }
    }
    found
}

fn of_query(catalogue: &Catalogue, query: &super::Query) -> Vec<(String, String)> {
    let known = |fact: &str| {
        catalogue.kinds.values().any(|k| k.kind == fact || k.facts.contains_key(fact))
            || fact.starts_with("code_")
            || fact.starts_with("rule_")
            || fact == "region"
            || fact == "town"
    };
    query.facts.iter().filter(|fact| !known(fact)).map(|fact| ("source".to_owned(), format!("事实表“{fact}”不存在"))).collect()
}

/// Reads the warning rules of the files into the catalogue.
impl Catalogue {
    pub(crate) fn warnings_of(&mut self, files: &[File], faults: &mut Vec<Fault>) {
        for (path, def, document) in read_all::<WarningDef>(files, "warnings/", faults) {
            match self.compiled(def) {
                Ok(rule) => drop(self.warnings.insert(rule.warning.clone(), rule)),
                Err((at, message)) => faults.push(Fault::fatal(path, document.line(&at), message)),
            }
        }
        self.warnings.sort_keys();
    }

    fn compiled(&self, def: WarningDef) -> Result<Warning, (String, String)> {
        let there = |need: &String| need.strip_prefix(KIND).is_some_and(|kind| self.kinds.contains_key(kind));
        let lacks = def.needs.iter().filter(|need| !there(need)).cloned().collect();
        Warning::new(def, |kind| self.kinds.get(kind).map(AsRef::as_ref), lacks)
    }

    /// A rule that is not among the definitions yet, to be tried.
    ///
    /// # Errors
    /// Line and what is wrong.
    pub fn warning_of(&self, text: &str) -> Result<Warning, String> {
        let (def, document) = yaml::read::<WarningDef>(text).map_err(|e| e.to_string())?;
        self.compiled(def).map_err(|(at, message)| format!("第{}行：{message}", document.line(&at)))
    }
}

#[cfg(test)]
mod tests {
    use crate::Catalogue;
    use crate::catalogue::embedded_files;

    fn faults(file: &str, from: &str, to: &str) -> Vec<String> {
        let mut files = embedded_files();
        let (_, content) = files.iter_mut().find(|(p, _)| p == file).unwrap();
        assert!(content.contains(from), "{file} has “{from}”");
        *content = content.replacen(from, to, 1);
        Catalogue::load(&files).1.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_faulty_rule_is_told_with_file_and_line() {
        let rows = [
            ("a name that no column has", "warnings/EW-11.yaml", "when: \"cases >= red", "when: \"casez >= red", "casez"),
            ("a role that nobody has", "warnings/EW-11.yaml", "roles: [R03, R06]", "roles: [R03, R99]", "R99"),
            ("a fact that is not there", "warnings/EW-11.yaml", "facts: [exam", "facts: [exams", "exams"),
            ("private data in the subject", "warnings/EW-01.yaml", "subject: [employer_name", "subject: [nowhere", "nowhere"),
            ("a plan that is not there", "warnings/EW-28.yaml", "counties: true", "plans: [nowhere]", "nowhere"),
            ("a column that no forecast has", "warnings/EW-28.yaml", "projected <", "foreseen <", "foreseen"),
            ("an unknown word", "warnings/EW-11.yaml", "quiet_days:", "quiet_hours:", "quiet_hours"),
        ];
        for (why, file, from, to, expected) in rows {
            let found = faults(file, from, to);
            assert!(found.iter().any(|f| f.starts_with(&format!("{file}:")) && f.contains(expected)), "{why}: {found:?}");
        }
    }

    #[test]
    fn rq_168_all_thirty_rules_are_there_and_what_lacks_data_says_so() {
        let catalogue = Catalogue::embedded();
        let expected: Vec<String> = (1..=30).map(|n| format!("EW-{n:02}")).collect();
        assert_eq!(catalogue.warnings.keys().cloned().collect::<Vec<_>>(), expected);
        for rule in catalogue.warnings.values().filter(|r| !r.ready()) {
            assert!(rule.lacks.iter().all(|l| !l.is_empty()), "{}", rule.warning);
        }
    }
}
