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
    /// What is ours about the departments, if anything.
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
    /// Heading.
    pub title: String,
    /// Tasks in order.
    pub tasks: Vec<TaskDef>,
}

/// A task.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskDef {
    /// What is to be done.
    pub task: String,
    /// Box (专栏) in which it stands.
    #[serde(default, rename = "box")]
    pub boxed: Option<String>,
    /// Departments, codes of `PLANDEPT`, the leading one first.
    #[serde(default)]
    pub departments: Vec<String>,
    /// Indicators that it serves.
    #[serde(default)]
    pub indicators: Vec<String>,
    /// Year in which it is due.
    #[serde(default)]
    pub due_year: Option<i32>,
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
}
