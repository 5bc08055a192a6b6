//! `epi.scan_llr` and `epi.scan_temporal`: Kulldorff's scan statistic.

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    stats::count,
    tables::Status,
};

/// Log-likelihood ratio of a window with c of C cases where e were expected; 0 when there is no excess.
///
/// `c·ln(c/E) + (C−c)·ln((C−c)/(C−E))`, with 0·ln 0 = 0. Source: Kulldorff 1997.
///
/// # Example
/// ```
/// assert_eq!(format!("{:.4}", zhijian_calc::epi::scan_llr(11.0, 4.0, 16.0)), "6.7503");
/// ```
#[must_use]
pub fn scan_llr(c: f64, e: f64, total: f64) -> f64 {
    if c <= e {
        return 0.0;
    }
    let term = |observed: f64, expected: f64| {
        if observed > 0.0 { observed * (observed / expected).ln() } else { 0.0 }
    };
    (term(c, e) + term(total - c, total - e)).max(0.0)
}

/// The most unusual window of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cluster {
    /// Its log-likelihood ratio.
    pub llr: f64,
    /// First period, from 0.
    pub start: usize,
    /// Last period, from 0.
    pub end: usize,
    /// Cases inside.
    pub cases: f64,
    /// Cases expected inside.
    pub expected: f64,
}

/// The window of up to `max_window` periods with the highest ratio; ties go to the earliest, then the shortest.
///
/// `expected` is scaled to the number of cases. `None` without cases.
#[must_use]
pub fn scan_temporal(counts: &[f64], expected: &[f64], max_window: usize) -> Option<Cluster> {
    let total: f64 = counts.iter().sum();
    let scale = total / expected.iter().sum::<f64>();
    if !(total > 0.0 && scale.is_finite()) {
        return None;
    }
    let mut best: Option<Cluster> = None;
    for start in 0..counts.len() {
        let (mut cases, mut inside) = (0.0, 0.0);
        for end in start..counts.len().min(start + max_window) {
            cases += counts[end];
            inside += scale * expected[end];
            let llr = scan_llr(cases, inside, total);
            // a difference below float noise is a tie
            if best.is_none_or(|best| llr > best.llr + 1e-12 * (1.0 + best.llr)) {
                best = Some(Cluster { llr, start, end, cases, expected: inside });
            }
        }
    }
    best
}

/// Share of random series, cases spread as expected, whose best window is at least as unusual; the observed series
/// counts as one. The same seed gives the same answer.
#[must_use]
pub fn scan_p_value(
    counts: &[f64],
    expected: &[f64],
    max_window: usize,
    replicates: u32,
    seed: u64,
) -> Option<f64> {
    let observed = scan_temporal(counts, expected, max_window)?;
    let mut up_to = 0.0;
    let limits: Vec<f64> = expected
        .iter()
        .map(|e| {
            up_to += e;
            up_to
        })
        .collect();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number of cases")]
    let cases = counts.iter().sum::<f64>() as u64;
    let mut random = SplitMix(seed);
    let mut as_unusual = 1.0;
    let mut series = vec![0.0; counts.len()];
    for _ in 0..replicates {
        series.fill(0.0);
        for _ in 0..cases {
            let drawn = random.unit() * up_to;
            let place = limits.partition_point(|limit| *limit <= drawn).min(series.len() - 1);
            series[place] += 1.0;
        }
        let best = scan_temporal(&series, expected, max_window)?;
        if best.llr >= observed.llr - 1e-9 {
            as_unusual += 1.0;
        }
    }
    Some(as_unusual / (f64::from(replicates) + 1.0))
}

/// SplitMix64 (Steele, Lea & Flood 2014): small, fast, reproducible.
struct SplitMix(u64);

impl SplitMix {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
        let top = ((z ^ (z >> 31)) >> 11) as f64;
        top / 9_007_199_254_740_992.0
    }
}

pub(crate) static SCAN_LLR: Calculator = Calculator {
    id: "epi.scan_llr",
    title: "扫描统计量 LLR",
    inputs: &[
        Field::required("c", "", "窗口内病例").also(&["cases", "observed"]),
        Field::required("e", "", "窗口内期望").also(&["expected", "E"]),
        Field::required("total", "", "全部病例").also(&["C", "total_cases", "n"]),
    ],
    outputs: &[Field::required("llr", "", "对数似然比")],
    formula: "c > E：c ln(c/E) + (C−c) ln((C−c)/(C−E))；否则 0",
    source: "Kulldorff 1997",
    status: Status::Firm,
    version: 1,
    run: run_llr,
};

fn run_llr(args: &Args<'_>) -> Result<Answer, CalcError> {
    let (c, e, total) = (args.not_negative("c")?, args.positive("e")?, args.number("total")?);
    if total <= 0.0 {
        return Err(if total < 0.0 { args.invalid("total") } else { args.insufficient("total") });
    }
    if c > total {
        return Err(args.invalid("c"));
    }
    if e > total {
        return Err(args.out_of_range("e"));
    }
    Ok(Answer::new().with("llr", scan_llr(c, e, total)))
}

pub(crate) static SCAN_TEMPORAL: Calculator = Calculator {
    id: "epi.scan_temporal",
    title: "时间扫描",
    inputs: &[
        Field::required("counts", "", "自早至晚的计数").also(&["cases", "series"]),
        Field::required("max_window", "", "最长窗口（期）"),
        Field::optional("expected", "", "各期期望，默认均等；按总病例数缩放"),
        Field::optional("replicates", "", "随机重复次数，默认 999，0 不算 p"),
        Field::optional("seed", "", "随机种子，默认 1"),
    ],
    outputs: &[
        Field::required("llr", "", "最大对数似然比"),
        Field::required("start", "", "窗口起（从 1 起）"),
        Field::required("end", "", "窗口止"),
        Field::required("cases", "", "窗口内病例"),
        Field::required("expected_in_window", "", "窗口内期望"),
        Field::required("p_value", "", "随机化 p；未算为空"),
        Field::required("seed", "", "所用种子"),
    ],
    formula: "所有 ≤ max_window 的窗口中 LLR 最大者；p = (1+#{LLR* ≥ LLR})/(R+1)",
    source: "Kulldorff 1997",
    status: Status::Firm,
    version: 1,
    run: run_temporal,
};

/// Work for p, in steps of the inner loop; beyond it p is left out rather than let a page wait.
const MOST_WORK: f64 = 5e7;

fn run_temporal(args: &Args<'_>) -> Result<Answer, CalcError> {
    let counts = args.counts("counts")?;
    if counts.len() > 10_000 {
        return Err(args.out_of_range("counts"));
    }
    let longest = args.count("max_window")?;
    if longest == 0 {
        return Err(args.invalid("max_window"));
    }
    let longest = usize::try_from(longest).unwrap_or(usize::MAX).min(counts.len());
    let expected = expected(args, counts.len())?;
    let replicates = args.count_or("replicates", 999)?;
    let seed = args.count_or("seed", 1)?;
    let found = scan_temporal(&counts, &expected, longest).ok_or_else(|| args.insufficient("counts"))?;
    let replicates = u32::try_from(replicates).map_err(|_| args.out_of_range("replicates"))?;
    #[expect(clippy::cast_precision_loss, reason = "at most 10 000")]
    let each = counts.iter().sum::<f64>() * 4.0 + count(&counts) * longest as f64;
    let feasible = each * f64::from(replicates) <= MOST_WORK;
    let p = if replicates > 0 && feasible {
        scan_p_value(&counts, &expected, longest, replicates, seed)
    } else {
        None
    };
    Ok(Answer::new()
        .with("llr", found.llr)
        .with("start", found.start + 1)
        .with("end", found.end + 1)
        .with("cases", found.cases)
        .with("expected_in_window", found.expected)
        .with("p_value", p)
        .with("seed", seed)
        .warn_if(!feasible, "p_not_computed"))
}

fn expected(args: &Args<'_>, periods: usize) -> Result<Vec<f64>, CalcError> {
    if args.value("expected").is_none() {
        return Ok(vec![1.0; periods]);
    }
    let expected = args.numbers("expected")?;
    if expected.len() != periods || expected.iter().any(|e| *e < 0.0) || expected.iter().sum::<f64>() <= 0.0 {
        return Err(args.invalid("expected"));
    }
    Ok(expected)
}
