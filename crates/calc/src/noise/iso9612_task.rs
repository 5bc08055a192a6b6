//! `noise.iso9612_task`: level of a day from its tasks, with uncertainty.

use super::{energy, energy_mean, level_of};
use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    stats::{count, mean},
    tables::Status,
};

/// A task: measured levels and how long it lasts.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Samples, dB(A).
    pub samples: Vec<f64>,
    /// Duration a day, h.
    pub hours: f64,
    /// Standard uncertainty of the duration, u1b, h.
    pub duration_uncertainty: f64,
}

/// Daily level with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TaskResult {
    /// L_EX,8h, dB(A).
    pub lex_8h: f64,
    /// Combined standard uncertainty, dB.
    pub u: f64,
}

impl TaskResult {
    /// Expanded uncertainty for a one-sided coverage of 95 %, `1.65·u`.
    #[must_use]
    pub fn expanded(&self) -> f64 {
        1.65 * self.u
    }
}

/// Task-based level: energy sum of the tasks, `u² = Σ[c1a²(u1a² + u2² + u3²) + (c1b·u1b)²]`.
///
/// u1a is the standard error of a task's samples (0 for one), `c1a = 10^(0.1(contribution − L_EX))`,
/// `c1b = 4.34·c1a/T`. u2 is the instrument (0.7 dB class 1 meter, 1.5 dB dosimeter or class 2), u3 the position
/// (1.0 dB). `include_duration` adds the last term. Source: ISO 9612:2009, 9 and annex C.
#[must_use]
pub fn task_level(tasks: &[Task], u2: f64, u3: f64, include_duration: bool) -> TaskResult {
    let contribution = |task: &Task| energy_mean(&task.samples) + 10.0 * (task.hours / 8.0).log10();
    let lex_8h = level_of(tasks.iter().map(|task| energy(contribution(task))).sum());
    let variance = |task: &Task| {
        let c1a = energy(contribution(task) - lex_8h);
        let sampling = standard_error(&task.samples).powi(2) + u2 * u2 + u3 * u3;
        let duration =
            if include_duration { 4.34 * c1a / task.hours * task.duration_uncertainty } else { 0.0 };
        c1a * c1a * sampling + duration * duration
    };
    TaskResult { lex_8h, u: tasks.iter().map(variance).sum::<f64>().sqrt() }
}

/// Standard error of the arithmetic mean, 0 for one value.
fn standard_error(samples: &[f64]) -> f64 {
    let (n, centre) = (count(samples), mean(samples));
    if n < 2.0 {
        return 0.0;
    }
    (samples.iter().map(|s| (s - centre).powi(2)).sum::<f64>() / (n * (n - 1.0))).sqrt()
}

pub(super) const U2: Field = Field::optional("u2", "dB", "仪器：1 级 0.7，个体剂量计、2 级 1.5（默认）");
pub(super) const U3: Field = Field::optional("u3", "dB", "传声器位置，默认 1.0");

pub(crate) static TASK: Calculator = Calculator {
    id: "noise.iso9612_task",
    title: "按任务测量的 L_EX,8h 及不确定度",
    inputs: &[
        Field::list(
            "tasks",
            "各任务",
            &[
                Field::required("samples", "dB(A)", "测得声级"),
                Field::required("hours", "h", "每日持续时间"),
                Field::optional("range_hours", "h", "持续时间的范围：[最短, 最长] 或宽度"),
                Field::optional("durations", "h", "多次记录的持续时间，用其标准误"),
            ],
        ),
        U2,
        U3,
        Field::optional("include_duration", "", "计入持续时间的不确定度"),
    ],
    outputs: &[
        Field::required("lex_8h", "dB(A)", "L_EX,8h"),
        Field::required("u", "dB", "合成标准不确定度"),
        Field::required("expanded_u", "dB", "扩展不确定度 1.65u（单侧 95 %）"),
    ],
    formula: "L_EX = 10 lg Σ10^(0.1(L_m+10 lg(T/8)))；u² = Σ[c1a²(u1a²+u2²+u3²)+(c1b·u1b)²]",
    source: "ISO 9612:2009",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let mut tasks = Vec::new();
    for item in args.items("tasks")? {
        let samples = levels(&item, "samples")?;
        let duration_uncertainty = duration_uncertainty(&item)?;
        tasks.push(Task { samples, hours: item.positive("hours")?, duration_uncertainty });
    }
    if tasks.iter().map(|task| task.hours).sum::<f64>() > 24.0 + 1e-9 {
        return Err(args.out_of_range("tasks"));
    }
    let (u2, u3) = (args.not_negative_or("u2", 1.5)?, args.not_negative_or("u3", 1.0)?);
    let found = task_level(&tasks, u2, u3, args.flag("include_duration")?);
    let spread = |task: &Task| {
        let high = task.samples.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        high - task.samples.iter().copied().fold(f64::INFINITY, f64::min)
    };
    Ok(Answer::new()
        .with("lex_8h", found.lex_8h)
        .with("u", found.u)
        .with("expanded_u", found.expanded())
        .warn_if(tasks.iter().any(|task| spread(task) >= 3.0 - 1e-9), "spread_over_3db"))
}

/// A list of levels of 0–180 dB.
pub(super) fn levels(args: &Args<'_>, key: &str) -> Result<Vec<f64>, CalcError> {
    let levels = args.numbers(key)?;
    let check = |(index, level): (usize, &f64)| {
        let path = format!("{}.{index}", args.path_of(key));
        match level {
            l if *l < 0.0 => Err(CalcError::invalid(path)),
            l if *l > 180.0 => Err(CalcError::out_of_range(path)),
            _ => Ok(()),
        }
    };
    levels.iter().enumerate().try_for_each(check)?;
    Ok(levels)
}

/// u1b: half the range given, or the standard error of repeated durations.
fn duration_uncertainty(item: &Args<'_>) -> Result<f64, CalcError> {
    if item.value("durations").is_some() {
        return Ok(standard_error(&item.numbers("durations")?));
    }
    match item.value("range_hours") {
        None => Ok(0.0),
        Some(serde_json::Value::Array(_)) => match item.numbers("range_hours")?[..] {
            [low, high] if low >= 0.0 && high >= low => Ok((high - low) / 2.0),
            _ => Err(item.invalid("range_hours")),
        },
        Some(_) => Ok(item.not_negative("range_hours")? / 2.0),
    }
}
