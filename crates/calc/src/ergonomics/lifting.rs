//! `ergo.rnle_cli`: several lifting tasks in one job.

use super::rnle::{DURATIONS, Duration, frequency_multiplier};
use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::Status,
};

/// One lifting task of a job.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LiftingTask {
    /// Weight lifted.
    pub load: f64,
    /// Frequency-independent recommended weight limit.
    pub firwl: f64,
    /// Lifts a minute.
    pub f: f64,
}

/// The composite lifting index and the single-task indices, largest first; `None` when the frequencies together are
/// beyond the table.
///
/// `CLI = STLI₁ + Σ FILI_j·(1/FM(f₁+…+f_j) − 1/FM(f₁+…+f_{j−1}))`. Source: NIOSH 94-110, 3.
#[must_use]
pub fn composite_index(tasks: &[LiftingTask], duration: Duration, high: bool) -> Option<(f64, Vec<f64>)> {
    let multiplier = |f: f64| Some(frequency_multiplier(f, duration, high)).filter(|fm| *fm > 0.0);
    let mut sorted = Vec::new();
    for task in tasks {
        let independent = task.load / task.firwl;
        sorted.push((independent / multiplier(task.f)?, independent, task.f));
    }
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut index, mut together) = (0.0, 0.0);
    for (place, (single, independent, f)) in sorted.iter().enumerate() {
        index += if place == 0 {
            *single
        } else {
            independent * (1.0 / multiplier(together + f)? - 1.0 / multiplier(together)?)
        };
        together += f;
    }
    (!sorted.is_empty()).then(|| (index, sorted.iter().map(|task| task.0).collect()))
}

pub(crate) static RNLE_CLI: Calculator = Calculator {
    id: "ergo.rnle_cli",
    title: "复合提举指数 CLI",
    inputs: &[
        Field::list(
            "tasks",
            "各任务",
            &[
                Field::required("load", "kg 或 lb", "重量"),
                Field::required("firwl", "kg 或 lb", "不计频率的推荐重量限值"),
                Field::required("f", "次/min", "提举频率"),
            ],
        ),
        Field::required("duration", "", "short、moderate、long"),
        Field::optional("v_ge_30in", "", "手的高度 ≥ 75 cm（30 in）"),
    ],
    outputs: &[
        Field::required("cli", "", "复合提举指数"),
        Field::required("stli_sorted", "", "各任务的指数，自大至小"),
    ],
    formula: "CLI = STLI₁ + Σ FILI_j·(1/FM(f₁+…+f_j) − 1/FM(f₁+…+f_{j−1}))",
    source: "NIOSH 94-110",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let mut tasks = Vec::new();
    for item in args.items("tasks")? {
        tasks.push(LiftingTask {
            load: item.not_negative("load")?,
            firwl: item.positive("firwl")?,
            f: item.not_negative("f")?,
        });
    }
    let duration = args.choice("duration", &DURATIONS)?;
    let found = composite_index(&tasks, duration, args.flag("v_ge_30in")?);
    let (index, sorted) = found.ok_or_else(|| args.out_of_range("tasks"))?;
    Ok(Answer::new().with("cli", index).with("stli_sorted", sorted))
}
