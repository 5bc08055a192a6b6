//! Tasks of a plan as its text names them, `definitions/plan_tasks/<plan>.yaml`.

use crate::Catalogue;
use serde::Deserialize;

/// A plan's tasks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanTasks {
    /// Plan.
    pub plan: String,
    /// Where they stand in the plan's text.
    pub source: String,
    /// What is said of departments that the plan does not name.
    #[serde(default)]
    pub departments_note: String,
    /// Year in which tasks without a year of their own are due: the end of the plan.
    pub due_year: i32,
    /// Sections in the plan's order.
    pub sections: Vec<TaskSection>,
}

/// A section of the plan's text.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskSection {
    /// Number, `3.1`.
    pub no: String,
    /// Where it stands, `三（一）`.
    pub cite: String,
    /// Heading.
    pub title: String,
    /// Tasks in order.
    pub tasks: Vec<TaskDef>,
}

/// A task.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskDef {
    /// What is to be done, in short.
    pub task: String,
    /// Where in the section, `第2条` or `专栏1行动内容2`; empty where the section has no items.
    #[serde(default)]
    pub clause: String,
    /// The plan's own words.
    pub quote: String,
    /// Box (专栏) in which it stands.
    #[serde(default, rename = "box")]
    pub boxed: Option<String>,
    /// Departments, codes of `PLANDEPT`, the leading one first.
    pub departments: Vec<String>,
    /// Those of them that the plan names; the others are our reading of the task.
    #[serde(default)]
    pub named: Vec<String>,
    /// Indicators that it serves.
    #[serde(default)]
    pub indicators: Vec<String>,
    /// What the plan wants to see, in its words: 预期产出, or a year and what is due then.
    #[serde(default)]
    pub milestone: Option<String>,
    /// Year in which it is due.
    #[serde(default)]
    pub due_year: Option<i32>,
}

impl TaskDef {
    /// On what the departments stand, a word of the field `departments_basis` of kind `plan_task`.
    #[must_use]
    pub fn basis(&self) -> &'static str {
        match self.departments.iter().filter(|code| self.named.contains(code)).count() {
            0 => "按任务内容归口",
            all if all == self.departments.len() => "规划列明",
            _ => "部分列明",
        }
    }

    /// Where it stands in the plan, `四（五）第2条`.
    #[must_use]
    pub fn source(&self, section: &TaskSection) -> String {
        format!("{}{}", section.cite, self.clause)
    }
}

impl PlanTasks {
    /// Every task with its number and section, in order.
    pub fn all(&self) -> impl Iterator<Item = (String, &TaskSection, &TaskDef)> {
        self.sections.iter().flat_map(|section| {
            section.tasks.iter().enumerate().map(move |(i, task)| (format!("{}.{:02}", section.no, i + 1), section, task))
        })
    }

    /// What names something unknown: where and what.
    pub(crate) fn faults(&self, catalogue: &Catalogue) -> Vec<(String, String)> {
        let mut found = Vec::new();
        if !catalogue.plans.contains_key(&self.plan) {
            found.push(("plan".to_owned(), format!("没有名为“{}”的规划", self.plan)));
        }
        let departments = catalogue.list("PLANDEPT");
        for (s, section) in self.sections.iter().enumerate() {
            for (t, task) in section.tasks.iter().enumerate() {
                let at = format!("sections.{s}.tasks.{t}");
                for code in task.departments.iter().filter(|code| departments.is_none_or(|list| list.label(code) == code.as_str())) {
                    found.push((at.clone(), format!("代码表 PLANDEPT 没有“{code}”")));
                }
                if task.departments.is_empty() {
                    found.push((at.clone(), "没有责任部门（departments）".to_owned()));
                }
                for code in task.named.iter().filter(|code| !task.departments.contains(code)) {
                    found.push((at.clone(), format!("named 中的“{code}”不在 departments 中")));
                }
                for code in task.indicators.iter().filter(|code| !catalogue.indicators.contains_key(*code)) {
                    found.push((at.clone(), format!("指标“{code}”没有定义")));
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use crate::Catalogue;

    #[test]
    fn tasks_are_numbered_by_their_place_in_the_plan() {
        let catalogue = Catalogue::embedded();
        let tasks = &catalogue.plan_tasks["qinhuangdao"];
        let (no, section, task) = tasks.all().nth(1).unwrap();
        assert_eq!((no.as_str(), section.no.as_str()), ("3.1.02", "3.1"));
        assert!(task.task.contains("申报") && task.indicators.contains(&"I-02".to_owned()));
        assert_eq!(tasks.all().filter(|(_, _, t)| t.due_year == Some(2023)).count(), 1, "the mid-term evaluation");
    }

    #[test]
    fn rq_159_every_plan_has_its_tasks_with_place_and_words() {
        let catalogue = Catalogue::embedded();
        for plan in catalogue.plans.keys() {
            let tasks = catalogue.plan_tasks.get(plan).unwrap_or_else(|| panic!("{plan} has no tasks"));
            let kind = &catalogue.kinds["plan_task"];
            for (no, section, task) in tasks.all() {
                assert!(task.source(section).starts_with(&section.cite) && !section.cite.is_empty(), "{plan} {no}");
                assert!(!task.quote.is_empty(), "{plan} {no}");
                let limit = |field: &str| kind.field(field).and_then(|f| f.max_length).unwrap();
                let source = task.source(section);
                let texts = [
                    ("section", section.title.as_str()),
                    ("task", &task.task),
                    ("source", &source),
                    ("quote", &task.quote),
                    ("milestone", task.milestone.as_deref().unwrap_or_default()),
                ];
                for (field, text) in texts {
                    assert!(text.chars().count() <= limit(field), "{plan} {no}: {field} is too long to be entered");
                }
                // A box that is named is the one that the clause cites.
                assert!(task.boxed.as_ref().is_none_or(|b| task.clause.contains(b.split(' ').next().unwrap())), "{plan} {no}");
            }
            // The plan of 津南 names no year of evaluation.
            let years: Vec<i32> = tasks.all().filter_map(|(_, _, t)| t.due_year).filter(|year| *year == 2023).collect();
            assert_eq!(years.len(), usize::from(plan != "jinnan"), "{plan}: the mid-term evaluation");
        }
    }

    #[test]
    fn departments_that_the_plan_names_are_told_from_our_reading() {
        let catalogue = Catalogue::embedded();
        let basis = |plan: &str, start: &str| {
            let of = catalogue.plan_tasks[plan].all().find(|(_, _, t)| t.task.starts_with(start)).map(|(_, _, t)| t.basis());
            of.unwrap_or_else(|| panic!("no task {start} in {plan}"))
        };
        assert_eq!(basis("jinnan", "发挥联席会议"), "规划列明");
        assert_eq!(basis("qinhuangdao", "加强部门间信息共享"), "部分列明");
        assert_eq!(basis("baisha", "规范用工管理"), "按任务内容归口");
    }

    #[test]
    fn a_name_that_is_no_department_of_the_task_is_a_fault() {
        let catalogue = Catalogue::embedded();
        let mut tasks = catalogue.plan_tasks["baisha"].clone();
        assert_eq!(tasks.faults(&catalogue), []);
        tasks.sections[0].tasks[0].named = vec!["union".into()];
        tasks.sections[0].tasks[1].departments.clear();
        let found = tasks.faults(&catalogue);
        assert!(found.iter().any(|(at, what)| at == "sections.0.tasks.0" && what.contains("union")), "{found:?}");
        assert!(found.iter().any(|(at, _)| at == "sections.0.tasks.1"), "{found:?}");
    }
}
