//! How fast the calculations are, beside the bare arithmetic of the same run. One core; `scripts/bench.sh` runs it.
//!
//! Aims: compliance verdicts, noise, hearing and dose 1,000,000 a second; a Bayesian group of ten results 5 ms; Farrington on ten years of
//! weeks 1 ms.

#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use zhijian_calc::air::additive_index;
use zhijian_calc::dose::{Notional, Period, annual, period};
use zhijian_calc::epi::{Farrington, Power, farrington};
use zhijian_calc::hearing::{Sex, noise_deafness};
use zhijian_calc::registry::batch_line;
use zhijian_calc::stats::{Observation, Prior, posterior};
use zhijian_calc::units::{DbA, Hours};
use zhijian_calc::workplace::{NdRule, NoiseSegment, Reading, Segment, Shift, judge_noise, judge_twa};

/// Cases that are gone through in turn, so that nothing is computed once and remembered.
const CASES: usize = 4096;
/// How long each figure is taken for.
const SPAN: Duration = Duration::from_millis(400);

fn main() {
    println!("{:<52} {:>14} {:>14} {:>7}", "calculation", "a second", "bare", "ratio");
    rate("compliance: TWA of 3, long shift, mixture of 3, band", 1e6, &workdays(), verdict, bare_verdict);
    rate("noise: 3 segments, week of 6 days, verdict", 1e6, &noise_days(), noise, bare_noise);
    rate("hearing: two ears corrected for age, graded", 1e6, &ears(), hearing, bare_hearing);
    rate("dose: a period and its year", 1e6, &doses(), dose, bare_dose);
    rate(
        "json: one line of a batch (air.twa)",
        0.0,
        &lines(),
        |line| batch_line(line).len() as f64,
        |line| line.len() as f64,
    );
    span("bayes: ten results, censored", 5.0, || bayes(&TEN));
    span("bayes: ten results, all measured", 5.0, || bayes(&MEASURED));
    let weeks = weeks();
    span("farrington: ten years of weeks, b 9, w 3", 1.0, || outbreak(&weeks));
}

/// Runs over the cases until the span is over; calls a second.
fn per_second<T>(cases: &[T], run: impl Fn(&T) -> f64) -> f64 {
    let started = Instant::now();
    let (mut calls, mut sum) = (0_u64, 0.0);
    while started.elapsed() < SPAN {
        for case in cases {
            sum += run(black_box(case));
        }
        calls += cases.len() as u64;
    }
    black_box(sum);
    calls as f64 / started.elapsed().as_secs_f64()
}

fn rate<T>(what: &str, aim: f64, cases: &[T], run: impl Fn(&T) -> f64, bare: impl Fn(&T) -> f64) {
    let (ours, raw) = (per_second(cases, run), per_second(cases, bare));
    let verdict = if ours >= aim { "" } else { "  MISSED" };
    println!("{what:<52} {ours:>14.0} {raw:>14.0} {:>7.2}{verdict}", raw / ours);
}

fn span(what: &str, most_ms: f64, run: impl Fn() -> f64) {
    let ms = 1e3 / per_second(&[()], |()| run());
    let verdict = if ms <= most_ms { "" } else { "  MISSED" };
    println!("{what:<52} {ms:>11.3} ms (at most {most_ms} ms){verdict}");
}

/// A small generator of its own: the same cases in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn cases<T>(mut one: impl FnMut(&mut Random) -> T) -> Vec<T> {
    let mut random = Random(2020);
    (0..CASES).map(|_| one(&mut random)).collect()
}

struct Workday {
    segments: [Segment; 3],
    plain: [(f64, f64); 3],
    shift: f64,
    limit: f64,
    mixture: [(f64, f64); 3],
}

fn workdays() -> Vec<Workday> {
    cases(|r| {
        let shift = 8.0 + (4.0 * r.next()).floor();
        let plain = [0; 3].map(|_| (10.0 * r.next(), shift / 3.0));
        let segments = plain.map(|(c, hours)| {
            let reading = if c < 1.0 { Reading::Below(c) } else { Reading::Measured(c) };
            Segment { reading, lasts: Hours(hours) }
        });
        let mixture = [0; 3].map(|_| (10.0 * r.next(), 5.0 + 50.0 * r.next()));
        Workday { segments, plain, shift, limit: 1.0 + 9.0 * r.next(), mixture }
    })
}

fn verdict(day: &Workday) -> f64 {
    let shift = Shift { day: Hours(day.shift), days_per_week: 5.0 };
    let twa = judge_twa(&day.segments, shift, day.limit, NdRule::Lod);
    let index = additive_index(&day.mixture);
    twa.map_or(f64::NAN, |v| v.ratio + f64::from(v.band.number()) + f64::from(u8::from(v.passes)))
        + f64::from(u8::from(index <= 1.0))
}

fn bare_verdict(day: &Workday) -> f64 {
    let dose: f64 = day.plain.iter().map(|(c, hours)| c * hours).sum();
    let index: f64 = day.mixture.iter().map(|(c, limit)| c / limit).sum();
    let factor = 8.0 / day.shift * (24.0 - day.shift) / 16.0;
    dose / day.shift / (day.limit * factor) + f64::from(u8::from(index <= 1.0))
}

fn noise_days() -> Vec<[(f64, f64); 3]> {
    cases(|r| [0; 3].map(|_| (70.0 + 30.0 * r.next(), 1.0 + 2.0 * r.next())))
}

fn noise(day: &[(f64, f64); 3]) -> f64 {
    let segments = day.map(|(level, hours)| NoiseSegment { level: DbA(level), lasts: Hours(hours) });
    judge_noise(&segments, 6.0, 85.0).map_or(f64::NAN, |v| v.value + f64::from(v.band.number()))
}

fn bare_noise(day: &[(f64, f64); 3]) -> f64 {
    10.0 * (day.iter().map(|(level, hours)| hours * 10f64.powf(level / 10.0)).sum::<f64>() / 8.0 * 1.2)
        .log10()
}

struct Ears {
    age: f64,
    left: [f64; 6],
    right: [f64; 6],
}

fn ears() -> Vec<Ears> {
    cases(|r| {
        let mut ear = || [0; 6].map(|_| (90.0 * r.next()).round());
        let (left, right) = (ear(), ear());
        Ears { age: (20.0 + 45.0 * r.next()).floor(), left, right }
    })
}

fn hearing(ears: &Ears) -> f64 {
    let found = noise_deafness(Sex::Male, ears.age, &ears.left, &ears.right);
    found.bhfta + found.better_ear() + f64::from(found.grade as u8)
}

fn bare_hearing(ears: &Ears) -> f64 {
    let high: f64 = ears.left[3..].iter().chain(&ears.right[3..]).sum();
    let weighted = |ear: &[f64; 6]| (ear[0] + ear[1] + ear[2]) / 3.0 * 0.9 + ear[4] * 0.1;
    high / 6.0 + weighted(&ears.left).min(weighted(&ears.right))
}

fn doses() -> Vec<[f64; 4]> {
    cases(|r| [0; 4].map(|_| 2.0 * r.next()))
}

fn dose(quarters: &[f64; 4]) -> f64 {
    let of = period(&Period { hp10: Some(quarters[0]), days: Some(91.0), ..Period::default() });
    let year = annual(&quarters.map(Some), 3, 0.04, Notional::OwnMean);
    year.map_or(f64::NAN, |y| y.annual) + of.recorded.unwrap_or(0.0)
}

fn bare_dose(quarters: &[f64; 4]) -> f64 {
    quarters.iter().map(|d| if *d < 0.04 { 0.02 } else { *d }).sum::<f64>() + 5.0 * 91.0 / 365.0
}

fn lines() -> Vec<String> {
    let line = |r: &mut Random| {
        let (a, b) = (100.0 * r.next(), 100.0 * r.next());
        format!(
            r#"{{"id":"x","calculator":"air.twa","inputs":{{"samples":[{{"c":{a:.2},"t_min":120}},{{"c":{b:.2},"t_min":240}}]}}}}"#
        )
    };
    cases(line)
}

const TEN: [Observation; 10] = [
    Observation::Below(0.10),
    Observation::Below(0.10),
    Observation::Exact(0.125),
    Observation::Exact(0.312),
    Observation::Between(0.401, 0.902),
    Observation::Exact(0.184),
    Observation::Above(1.20),
    Observation::Exact(0.220),
    Observation::Below(0.05),
    Observation::Exact(0.148),
];

const MEASURED: [Observation; 10] = [
    Observation::Exact(0.247),
    Observation::Exact(0.641),
    Observation::Exact(0.138),
    Observation::Exact(0.437),
    Observation::Exact(0.199),
    Observation::Exact(1.33),
    Observation::Exact(0.321),
    Observation::Exact(0.15),
    Observation::Exact(0.537),
    Observation::Exact(0.289),
];

/// Everything that `stats.bayes_seg` gives.
fn bayes(group: &[Observation]) -> f64 {
    let Some(found) = posterior(black_box(group), Prior::Informed) else { return f64::NAN };
    let quantiles = found.gm(0.5) + found.gsd(0.5) + found.p95(0.5) + found.p95(0.70) + found.p95(0.95);
    quantiles + found.exceedance_pct(0.5) + found.overexposure() + found.mean_above() + found.bands()[4]
}

fn weeks() -> Vec<f64> {
    let mut random = Random(7);
    (0..520).map(|_| (8.0 * random.next() * random.next()).floor()).collect()
}

fn outbreak(weeks: &[f64]) -> f64 {
    let settings = Farrington {
        freq: 52,
        b: 9,
        w: 3,
        alpha: 0.01,
        trend: true,
        reweight: true,
        power: Power::TwoThirds,
        limit54: (5.0, 4),
    };
    farrington(black_box(weeks), &settings).map_or(f64::NAN, |t| t.upper)
}
