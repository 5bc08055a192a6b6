//! `noise.iso9612_job`: level from random samples of a job or from full days, with uncertainty.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{
    energy_mean,
    iso9612_task::{U2, U3, levels},
};
use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    stats::{count, sd},
    tables::{self, Status, text},
};

/// A row of the uncertainty table: N, then c1u1 for u1 of 0.5 to 6 dB in steps of half a decibel.
#[derive(Debug, Deserialize)]
struct Row {
    n: f64,
    c1u1: [f64; 12],
}

static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let with_source = tables::rows::<(f64, [f64; 12], String, String, String)>(text::ISO9612_JOB);
    with_source.into_iter().map(|(n, c1u1, ..)| Row { n, c1u1 }).collect()
});

/// Uncertainty contribution of sampling, from the number of samples and their standard deviation.
///
/// Linear between the entries of the table of ISO 9612:2009 (table C.4), 0 at u1 = 0, constant outside.
#[must_use]
pub fn c1u1(n: usize, u1: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "numbers of samples are small")]
    let n = n as f64;
    let table = &*TABLE;
    let (Some(first), Some(last)) = (table.first(), table.last()) else {
        return f64::NAN;
    };
    let n = n.clamp(first.n, last.n);
    let upper = table.iter().position(|row| row.n >= n).unwrap_or(0);
    let (a, b) = (&table[upper.saturating_sub(1)], &table[upper]);
    let part = if b.n > a.n { (n - a.n) / (b.n - a.n) } else { 0.0 };
    (1.0 - part) * along(&a.c1u1, u1) + part * along(&b.c1u1, u1)
}

fn along(row: &[f64; 12], u1: f64) -> f64 {
    let place = (u1 / 0.5).clamp(0.0, 12.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0–12")]
    let left = (place as usize).min(11);
    let from = if left == 0 { 0.0 } else { row[left - 1] };
    #[expect(clippy::cast_precision_loss, reason = "at most 11")]
    let part = place - left as f64;
    from + part * (row[left] - from)
}

/// Level of a job with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JobResult {
    /// Energy mean of the samples, dB(A).
    pub lp_aeqte: f64,
    /// Standard deviation of the samples, n − 1.
    pub u1: f64,
    /// Contribution of sampling.
    pub c1u1: f64,
    /// L_EX,8h, dB(A).
    pub lex_8h: f64,
    /// Combined standard uncertainty, dB.
    pub u: f64,
}

/// Job-based or full-day level from at least three samples: energy mean `+ 10·lg(Te/8)`,
/// `u² = (c1u1)² + u2² + u3²`. `None` for fewer.
///
/// The standard asks for five samples of a job, or three whole days. Source: ISO 9612:2009, 10, 11 and annex C.
#[must_use]
pub fn job_level(samples: &[f64], effective_hours: f64, u2: f64, u3: f64) -> Option<JobResult> {
    if samples.len() < 3 {
        return None;
    }
    let (lp_aeqte, u1) = (energy_mean(samples), sd(samples));
    let c1u1 = c1u1(samples.len(), u1);
    let u = (c1u1 * c1u1 + u2 * u2 + u3 * u3).sqrt();
    Some(JobResult { lp_aeqte, u1, c1u1, lex_8h: lp_aeqte + 10.0 * (effective_hours / 8.0).log10(), u })
}

pub(crate) static JOB: Calculator = Calculator {
    id: "noise.iso9612_job",
    title: "按岗位抽样或全天测量的 L_EX,8h 及不确定度",
    inputs: &[
        Field::required("samples", "dB(A)", "样品，岗位 ≥ 5 个或全天 ≥ 3 天"),
        Field::required("effective_hours", "h", "有效接触时间 Te"),
        U2,
        U3,
    ],
    outputs: &[
        Field::required("lp_aeqte", "dB(A)", "样品能量平均"),
        Field::required("u1", "dB", "样品标准差"),
        Field::required("c1u1", "dB", "抽样的不确定度分量"),
        Field::required("lex_8h", "dB(A)", "L_EX,8h"),
        Field::required("u", "dB", "合成标准不确定度"),
        Field::required("expanded_u", "dB", "扩展不确定度 1.65u（单侧 95 %）"),
    ],
    formula: "L_EX = L_p + 10 lg(Te/8)；u² = (c1u1)²+u2²+u3²；c1u1 查表",
    source: "ISO 9612:2009 表 C.4",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let samples = levels(args, "samples")?;
    let hours = args.positive("effective_hours")?;
    if hours > 24.0 {
        return Err(args.out_of_range("effective_hours"));
    }
    let (u2, u3) = (args.not_negative_or("u2", 1.5)?, args.not_negative_or("u3", 1.0)?);
    let found = job_level(&samples, hours, u2, u3).ok_or_else(|| args.insufficient("samples"))?;
    Ok(Answer::new()
        .with("lp_aeqte", found.lp_aeqte)
        .with("u1", found.u1)
        .with("c1u1", found.c1u1)
        .with("lex_8h", found.lex_8h)
        .with("u", found.u)
        .with("expanded_u", 1.65 * found.u)
        .warn_if(count(&samples) < 5.0, "small_sample")
        .warn_if(found.u1 > 6.0, "extrapolated"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete_and_read_between_its_entries() {
        assert_eq!(TABLE.len(), text::ISO9612_JOB.lines().count() - 1);
        // why, N, u1, expected
        let rows = [
            ("an entry", 5, 2.0, 1.7),
            ("no spread", 5, 0.0, 0.0),
            ("half way to the first entry", 5, 0.25, 0.15),
            ("between two entries", 5, 2.25, 2.05),
            ("between two rows: 11 of 10 and 12", 11, 1.0, 0.35),
            ("more samples than the table", 60, 6.0, 2.0),
            ("more spread than the table", 3, 9.0, 46.5),
        ];
        for (why, n, u1, expected) in rows {
            assert!((c1u1(n, u1) - expected).abs() < 1e-12, "{why}: {}", c1u1(n, u1));
        }
    }
}
