//! Sentences of an evaluation's report: which are written follows from what the figures say.

use indexmap::IndexMap;
use serde::Deserialize;

/// What sentences are told: a name and its text; an empty text is "not known".
pub type Words = IndexMap<&'static str, String>;

/// Names that sentences about one indicator may use.
pub const FIGURE_WORDS: [&str; 21] = [
    "name",
    "year",
    "display",
    "numerator",
    "denominator",
    "baseline",
    "goal",
    "goal_year",
    "gap",
    "still",
    "change_base",
    "change_year",
    "gap_first",
    "change_first",
    "status",
    "trend",
    "data",
    "failed",
    "withheld",
    "parts",
    "failure",
];
/// Names that sentences of sections may use.
pub const SECTION_WORDS: [&str; 32] = [
    "plan",
    "plan_title",
    "place",
    "kind",
    "year",
    "stand",
    "unfinished",
    "count",
    "met",
    "near",
    "missed",
    "pending",
    "void",
    "met_names",
    "missed_names",
    "pending_names",
    "failed_names",
    "missed_gaps",
    "weak_counties",
    "tasks",
    "tasks_done",
    "tasks_going",
    "tasks_planned",
    "tasks_progress",
    "tasks_evidence",
    "tasks_late",
    "has_tasks",
    "has_funds",
    "funds_amount",
    "funds_used",
    "funds_pct",
    "clean",
];

/// The rules, `definitions/evaluation/narrative.yaml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Narrative {
    /// Sentences about each indicator.
    pub figure: Vec<Sentence>,
    /// Sections of the report, in order.
    pub sections: Vec<SectionRule>,
}

/// A section of the report.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectionRule {
    /// Name by which its text is kept.
    pub key: String,
    /// Heading.
    pub title: String,
    /// Sentences in order.
    pub sentences: Vec<Sentence>,
}

/// A sentence with its conditions.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sentence {
    /// Name → texts that it must be one of.
    #[serde(default)]
    pub when: IndexMap<String, Vec<String>>,
    /// Names whose text must not be empty.
    #[serde(default)]
    pub need: Vec<String>,
    /// The sentence; names in braces are replaced.
    pub text: String,
}

impl Sentence {
    /// The sentence for these words, or nothing when a condition does not hold.
    #[must_use]
    pub fn said(&self, words: &Words) -> Option<String> {
        let text = |name: &str| words.get(name).map_or("", String::as_str);
        let holds = self.when.iter().all(|(name, allowed)| allowed.iter().any(|a| a == text(name)));
        if !holds || self.need.iter().any(|name| text(name).is_empty()) {
            return None;
        }
        let mut out = self.text.clone();
        for name in names(&self.text) {
            out = out.replace(&format!("{{{name}}}"), text(&name));
        }
        Some(out)
    }
}

impl Narrative {
    /// The sentences about an indicator.
    #[must_use]
    pub fn of_figure(&self, words: &Words) -> String {
        said(&self.figure, words)
    }

    /// What names something unknown: where and what.
    pub(crate) fn faults(&self, plans: &[&str]) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut look = |at: String, sentence: &Sentence, known: &[&str]| {
            let used = names(&sentence.text).into_iter().chain(sentence.need.iter().cloned()).chain(sentence.when.keys().cloned());
            for name in used.filter(|n| !known.contains(&n.as_str())) {
                found.push((at.clone(), format!("没有名为“{name}”的变量")));
            }
            for plan in sentence.when.get("plan").into_iter().flatten().filter(|p| !plans.contains(&p.as_str())) {
                found.push((at.clone(), format!("没有名为“{plan}”的规划")));
            }
        };
        for (i, sentence) in self.figure.iter().enumerate() {
            look(format!("figure.{i}"), sentence, &FIGURE_WORDS);
        }
        for (s, section) in self.sections.iter().enumerate() {
            for (i, sentence) in section.sentences.iter().enumerate() {
                look(format!("sections.{s}.sentences.{i}"), sentence, &SECTION_WORDS);
            }
        }
        found
    }
}

impl SectionRule {
    /// The section's text.
    #[must_use]
    pub fn of(&self, words: &Words) -> String {
        said(&self.sentences, words)
    }
}

fn said(sentences: &[Sentence], words: &Words) -> String {
    sentences.iter().filter_map(|sentence| sentence.said(words)).collect()
}

/// Names in braces.
fn names(text: &str) -> Vec<String> {
    let starts = text.split('{').skip(1);
    starts.filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(text: &str) -> Sentence {
        Sentence { text: text.into(), ..Sentence::default() }
    }

    #[test]
    fn a_sentence_is_written_when_its_conditions_hold() {
        let words: Words = [("status", "达标".to_owned()), ("goal", "≥ 89 %".to_owned()), ("gap", String::new())].into_iter().collect();
        let met = Sentence { when: IndexMap::from([("status".into(), vec!["达标".into()])]), ..sentence("已达到{goal}。") };
        assert_eq!(met.said(&words).as_deref(), Some("已达到≥ 89 %。"));
        let missed = Sentence { when: IndexMap::from([("status".into(), vec!["未达标".into()])]), ..sentence("未达到。") };
        assert_eq!(missed.said(&words), None);
        let needs = Sentence { need: vec!["gap".into()], ..sentence("差距{gap}。") };
        assert_eq!(needs.said(&words), None, "an empty word is not known");
    }

    #[test]
    fn words_that_do_not_exist_are_found() {
        let narrative = Narrative { figure: vec![sentence("{name}{nonsense}")], sections: Vec::new() };
        assert_eq!(narrative.faults(&[]), [("figure.0".to_owned(), "没有名为“nonsense”的变量".to_owned())]);
    }

    #[test]
    fn a_sentence_of_a_plan_that_does_not_exist_is_found() {
        let of =
            |plan: &str| Sentence { when: IndexMap::from([("plan".into(), vec![plan.into()])]), ..sentence("评估结果报市政府。") };
        let section = SectionRule { key: "measures".into(), title: "措施".into(), sentences: vec![of("xinyang"), of("xinyan")] };
        let narrative = Narrative { figure: Vec::new(), sections: vec![section] };
        assert_eq!(narrative.faults(&["xinyang"]), [("sections.0.sentences.1".to_owned(), "没有名为“xinyan”的规划".to_owned())]);
    }
}
