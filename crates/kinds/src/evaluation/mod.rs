//! Evaluation of plans (规划评估) as data: the sentences of the report, and the tasks of each plan.

mod narrative;
mod tasks;

pub use narrative::{FIGURE_WORDS, Narrative, SECTION_WORDS, SectionRule, Sentence, Words};
pub use tasks::{PlanTasks, TaskDef, TaskSection};

use crate::catalogue::{Catalogue, File, read_all};
use crate::lint::Fault;

impl Catalogue {
    /// Reads `evaluation/` and `plan_tasks/`.
    pub(crate) fn evaluations(&mut self, files: &[File], faults: &mut Vec<Fault>) {
        for (path, narrative, document) in read_all::<Narrative>(files, "evaluation/", faults) {
            let plans: Vec<&str> = self.plans.keys().map(String::as_str).collect();
            for (at, message) in narrative.faults(&plans) {
                faults.push(Fault::soft(path, document.line(&at), message));
            }
            self.narrative = narrative;
        }
        for (path, tasks, document) in read_all::<PlanTasks>(files, "plan_tasks/", faults) {
            for (at, message) in tasks.faults(self) {
                faults.push(Fault::soft(path, document.line(&at), message));
            }
            self.plan_tasks.insert(tasks.plan.clone(), tasks);
        }
    }
}
