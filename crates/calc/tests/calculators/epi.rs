//! Section J: epidemiology and early warning.

use proptest::prelude::*;
use serde_json::{Value, json};
use zhijian_calc::registry::run;

use crate::support::{examples, number, refusals, warnings};

#[test]
fn shares_and_rates() {
    examples(&[
        (
            "J1",
            "epi.proportion_ci",
            json!({ "x": 3, "n": 40, "confidence": 0.95 }),
            json!({ "p": 0.075, "wilson": [0.02584, 0.19864], "clopper_pearson": [0.01574, 0.20386] }),
            3e-4,
        ),
        (
            "nobody",
            "epi.proportion_ci",
            json!({ "x": 0, "n": 20 }),
            json!({ "wilson": [0.0, 0.161_125_2], "clopper_pearson": [0.0, 0.168_433_5] }),
            1e-6,
        ),
        (
            "everybody",
            "epi.proportion_ci",
            json!({ "x": 20, "n": 20 }),
            json!({ "wilson": [0.838_874_8, 1.0], "clopper_pearson": [0.831_566_5, 1.0] }),
            1e-6,
        ),
        (
            "J2, five cases",
            "epi.rate_ci",
            json!({ "cases": 5, "person_time": 1 }),
            json!({ "rate": 5.0, "exact": [1.6235, 11.6683], "byar": [1.6113, 11.6682] }),
            3e-5,
        ),
        (
            "per 100 000",
            "epi.rate_ci",
            json!({ "cases": 5, "person_time": 20_000, "per": 100_000 }),
            json!({ "rate": 25.0, "exact": [8.1175, 58.3415] }),
            3e-5,
        ),
        (
            "no case: −ln 0.025",
            "epi.rate_ci",
            json!({ "cases": 0, "person_time": 1 }),
            json!({ "rate": 0.0, "exact": [0.0, 3.688_879], "byar": [0.0, 3.668_01] }),
            1e-3,
        ),
        (
            "J2 SMR",
            "epi.smr",
            json!({ "observed": 5, "expected": 4 }),
            json!({ "smr": 1.25, "exact": [0.4059, 2.9171] }),
            2e-4,
        ),
        (
            "by strata",
            "epi.smr",
            json!({ "strata": [{ "cases": 2, "person_time": 1000, "ref_rate": 0.001 }, { "cases": 3, "person_time": 1500, "ref_rate": 0.002 }] }),
            json!({ "smr": 1.25, "observed": 5.0, "expected": 4.0 }),
            1e-12,
        ),
        (
            "Woolf's limits (numpy): ln OR ± 1.96·√(1/20 + 1/80 + 1/10 + 1/90)",
            "epi.two_by_two",
            json!({ "a": 20, "b": 80, "c": 10, "d": 90 }),
            json!({ "rr": 2.0, "rr_ci": [0.986_563_2, 4.054_479_2], "or": 2.25, "or_ci": [0.994_294_9, 5.091_547_8] }),
            1e-5,
        ),
    ]);
    refusals(&[
        ("nobody asked", "epi.proportion_ci", json!({ "x": 0, "n": 0 }), "insufficient_data", "n"),
        ("more than all", "epi.proportion_ci", json!({ "x": 5, "n": 4 }), "invalid_input", "x"),
        ("half a person", "epi.proportion_ci", json!({ "x": 0.5, "n": 4 }), "invalid_input", "x"),
        ("nothing expected", "epi.smr", json!({ "observed": 5, "expected": 0 }), "invalid_input", "expected"),
        (
            "an empty cell",
            "epi.two_by_two",
            json!({ "a": 1, "b": 2, "c": 0, "d": 4 }),
            "insufficient_data",
            "c",
        ),
        ("no time", "epi.rate_ci", json!({ "cases": 1, "person_time": 0 }), "invalid_input", "person_time"),
    ]);
}

#[test]
fn aberrations() {
    let eight = json!([2, 3, 1, 4, 2, 3, 5, 2]);
    examples(&[
        (
            "J3, C1",
            "epi.ears",
            json!({ "counts": eight, "method": "C1", "k": 3 }),
            json!({ "baseline_mean": 2.857, "baseline_sd": 1.345, "upper": 6.893, "alarm": false }),
            2e-4,
        ),
        (
            "C2 leaves out the two days before",
            "epi.ears",
            json!({ "counts": [2, 3, 1, 4, 2, 3, 5, 9, 9, 7], "method": "C2" }),
            json!({ "baseline_mean": 2.857, "upper": 6.893, "alarm": true }),
            2e-4,
        ),
        (
            "C3 adds up three days (numpy)",
            "epi.ears",
            json!({ "counts": [2, 3, 1, 4, 2, 3, 5, 3, 2, 5, 6, 6], "method": "C3" }),
            json!({ "statistic": 3.253_147_4, "alarm": true }),
            1e-6,
        ),
        (
            "J4",
            "epi.cusum",
            json!({ "counts": [2, 3, 1, 4, 2, 3, 5, 2, 1, 3, 2, 9], "m": 3 }),
            json!({ "cusum": [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.1147, 0.0, 0.0, 0.0, 0.0, 2.4241],
                "alarm": [false, false, false, false, false, false, false, false, false, false, false, true] }),
            1e-4,
        ),
    ]);
    refusals(&[
        (
            "seven values",
            "epi.ears",
            json!({ "counts": [1, 2, 3, 4, 5, 6, 7], "method": "C1" }),
            "insufficient_data",
            "counts",
        ),
        (
            "nine values",
            "epi.ears",
            json!({ "counts": [1, 2, 3, 4, 5, 6, 7, 8, 9], "method": "C2" }),
            "insufficient_data",
            "counts",
        ),
        (
            "eleven values",
            "epi.ears",
            json!({ "counts": [1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2], "method": "C3" }),
            "insufficient_data",
            "counts",
        ),
        ("nothing expected", "epi.cusum", json!({ "counts": [1], "m": 0 }), "invalid_input", "m"),
        ("negative count", "epi.cusum", json!({ "counts": [1, -1], "m": 1 }), "invalid_input", "counts.1"),
    ]);
    warnings(&[(
        "equal days",
        "epi.ears",
        json!({ "counts": [1, 1, 1, 1, 1, 1, 1, 2], "method": "C1" }),
        &["flat_baseline"],
    )]);
}

/// Weekly counts of Salmonella Agona, from the R package surveillance.
fn agona(weeks: usize) -> Vec<u32> {
    let lines = include_str!("data/salmonella_agona.csv").lines().skip(1);
    lines.filter_map(|line| line.split(',').nth(1)?.trim().parse().ok()).take(weeks).collect()
}

fn weekly(weeks: usize, power: &str, trend: bool, reweight: bool) -> Value {
    json!({ "counts": agona(weeks), "freq": 52, "b": 4, "w": 3, "alpha": 0.01, "trend": trend, "reweight": reweight,
        "power": power, "limit54": [5, 4] })
}

#[test]
fn excess_over_the_expected() {
    let of = |observed: u32, expected: f64| json!({ "observed": observed, "expected": expected });
    examples(&[
        (
            "scipy.stats.poisson.sf(4, 1)",
            "epi.excess",
            of(5, 1.0),
            json!({ "p": 0.003_659_846_8, "level": "yellow" }),
            1e-8,
        ),
        (
            "scipy.stats.poisson.sf(9, 2)",
            "epi.excess",
            of(10, 2.0),
            json!({ "p": 4.649_807_5e-5, "level": "orange" }),
            1e-7,
        ),
        (
            "two cases are no cluster, however rare",
            "epi.excess",
            of(2, 0.01),
            json!({ "level": "none" }),
            0.0,
        ),
        ("none seen", "epi.excess", of(0, 3.0), json!({ "p": 1.0, "level": "none" }), 0.0),
    ]);
}

#[test]
fn farrington() {
    assert_eq!(agona(400).len(), 312);
    examples(&[
        (
            "J5: algo.farrington of surveillance",
            "epi.farrington",
            weekly(287, "2/3", true, true),
            json!({ "upper": 6.2709, "alarm": false, "trend_used": true }),
            2e-5,
        ),
        (
            "too few cases in four weeks",
            "epi.farrington",
            json!({ "counts": vec![0; 300], "freq": 52, "b": 4, "w": 3 }),
            json!({ "upper": 0.0, "alarm": false, "trend_used": false }),
            0.0,
        ),
        (
            "without trend and weights µ is the mean (by hand: mean 2, φ 1, τ 1 + 1/n)",
            "epi.farrington",
            json!({ "counts": [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 9], "freq": 4, "b": 3, "w": 0, "trend": false, "reweight": false, "power": "none", "alpha": 0.05 }),
            json!({ "upper": 5.200_608, "alarm": true, "trend_used": false }),
            1e-6,
        ),
    ]);
    refusals(&[
        (
            "no past",
            "epi.farrington",
            json!({ "counts": [1, 2, 3], "freq": 52, "b": 4, "w": 3 }),
            "insufficient_data",
            "counts",
        ),
        (
            "no years",
            "epi.farrington",
            json!({ "counts": [1, 2, 3], "freq": 52, "b": 0, "w": 3 }),
            "out_of_range",
            "b",
        ),
    ]);
}

#[test]
fn scans_and_small_numbers() {
    examples(&[
        (
            "J6",
            "epi.scan_temporal",
            json!({ "counts": [1, 2, 0, 1, 6, 5, 1, 0], "max_window": 4 }),
            json!({ "llr": 6.7503, "start": 5, "end": 6, "cases": 11.0, "expected_in_window": 4.0, "seed": 1 }),
            1e-5,
        ),
        (
            "J6, the ratio alone",
            "epi.scan_llr",
            json!({ "c": 11, "e": 4, "total": 16 }),
            json!({ "llr": 6.7503 }),
            1e-5,
        ),
        ("no excess", "epi.scan_llr", json!({ "c": 3, "e": 4, "total": 16 }), json!({ "llr": 0.0 }), 0.0),
        (
            "all cases inside: 0·ln 0 is 0",
            "epi.scan_llr",
            json!({ "c": 16, "e": 4, "total": 16 }),
            json!({ "llr": 22.180_71 }),
            1e-6,
        ),
        (
            "ties go to the earliest and shortest",
            "epi.scan_temporal",
            json!({ "counts": [3, 0, 3, 0], "max_window": 1 }),
            json!({ "start": 1, "end": 1 }),
            0.0,
        ),
        (
            "J7",
            "epi.suppress",
            json!({ "row": [8, 4, 30], "threshold": 5, "total_published": true }),
            json!({ "row": [null, null, 30], "n_primary": 1, "n_secondary": 1 }),
            0.0,
        ),
        (
            "without a total one is enough",
            "epi.suppress",
            json!({ "row": [8, 4, 30] }),
            json!({ "row": [8, null, 30], "n_secondary": 0 }),
            0.0,
        ),
        (
            "a zero stays",
            "epi.suppress",
            json!({ "row": [0, 5, 9], "total_published": true }),
            json!({ "row": [0, 5, 9], "n_primary": 0 }),
            0.0,
        ),
        (
            "ties hide the leftmost",
            "epi.suppress",
            json!({ "row": [7, 3, 7], "total_published": true }),
            json!({ "row": [null, null, 7] }),
            0.0,
        ),
        (
            "two small ones hide each other",
            "epi.suppress",
            json!({ "row": [2, 3, 7], "total_published": true }),
            json!({ "row": [null, null, 7], "n_primary": 2, "n_secondary": 0 }),
            0.0,
        ),
    ]);
    refusals(&[
        (
            "no case",
            "epi.scan_temporal",
            json!({ "counts": [0, 0], "max_window": 1 }),
            "insufficient_data",
            "counts",
        ),
        (
            "no window",
            "epi.scan_temporal",
            json!({ "counts": [0, 1], "max_window": 0 }),
            "invalid_input",
            "max_window",
        ),
        (
            "more inside than at all",
            "epi.scan_llr",
            json!({ "c": 17, "e": 4, "total": 16 }),
            "invalid_input",
            "c",
        ),
        ("half a case", "epi.suppress", json!({ "row": [1.5] }), "invalid_input", "row.0"),
    ]);
    warnings(&[
        (
            "the only cell above zero is the total",
            "epi.suppress",
            json!({ "row": [3, 0], "total_published": true }),
            &["total_reveals"],
        ),
        (
            "1 + 1 can only be 2",
            "epi.suppress",
            json!({ "row": [1, 1, 9], "total_published": true }),
            &["total_reveals"],
        ),
        (
            "a year of many cases",
            "epi.scan_temporal",
            json!({ "counts": [90_000, 1], "max_window": 1 }),
            &["p_not_computed"],
        ),
    ]);
    let p = number(
        "epi.scan_temporal",
        &json!({ "counts": [1, 2, 0, 1, 6, 5, 1, 0], "max_window": 4 }),
        "p_value",
    );
    assert!((0.001..0.02).contains(&p), "a cluster of 11 against 4 is unusual: {p}");
    let again = number(
        "epi.scan_temporal",
        &json!({ "counts": [1, 2, 0, 1, 6, 5, 1, 0], "max_window": 4 }),
        "p_value",
    );
    assert_eq!(p, again, "the same seed gives the same answer");
}

proptest! {
    #[test]
    fn intervals_lie_inside_0_to_1_and_hold_the_share(n in 1u32..2000, share in 0.0..=1.0f64, confidence in 0.5..0.999f64) {
        let x = (f64::from(n) * share) as u32;
        let inputs = json!({ "x": x, "n": n, "confidence": confidence });
        let outputs = run("epi.proportion_ci", &inputs).map(|a| a.outputs).unwrap_or_default();
        let p = f64::from(x) / f64::from(n);
        for key in ["wilson", "clopper_pearson"] {
            let (low, high) = (outputs[key][0].as_f64().unwrap_or(f64::NAN), outputs[key][1].as_f64().unwrap_or(f64::NAN));
            prop_assert!(low >= 0.0 && high <= 1.0 && low <= p + 1e-12 && p <= high + 1e-12, "{key} {low} {p} {high}");
        }
    }

    #[test]
    fn exact_limits_are_wider_than_nothing_and_hold_the_count(x in 0u32..5000) {
        let outputs = run("epi.rate_ci", &json!({ "cases": x, "person_time": 1 })).map(|a| a.outputs).unwrap_or_default();
        for key in ["exact", "byar"] {
            let (low, high) = (outputs[key][0].as_f64().unwrap_or(f64::NAN), outputs[key][1].as_f64().unwrap_or(f64::NAN));
            prop_assert!(low <= f64::from(x) && f64::from(x) < high, "{key} {low} {x} {high}");
        }
    }

    #[test]
    fn no_hidden_cell_follows_from_the_total(row in prop::collection::vec(0u64..12, 1..8), threshold in 2u64..8) {
        let answer = run("epi.suppress", &json!({ "row": row, "threshold": threshold, "total_published": true }));
        let answer = answer.map_err(|e| TestCaseError::fail(e.to_string()))?;
        let cells = answer.outputs["row"].as_array().cloned().unwrap_or_default();
        let hidden = cells.iter().filter(|cell| cell.is_null()).count();
        prop_assert!(cells.iter().all(|cell| cell.as_u64().is_none_or(|n| n == 0 || n >= threshold)));
        prop_assert!(hidden != 1 || answer.warnings.contains(&"total_reveals"));
    }

    #[test]
    fn a_cluster_is_found_whatever_the_unit_of_the_expected(counts in prop::collection::vec(0u32..9, 3..20), unit in 0.01..100.0f64) {
        prop_assume!(counts.iter().sum::<u32>() > 0);
        let flat = json!({ "counts": counts, "max_window": 3, "replicates": 0 });
        let scaled = json!({ "counts": counts, "max_window": 3, "replicates": 0, "expected": vec![unit; counts.len()] });
        prop_assert!((number("epi.scan_temporal", &flat, "llr") - number("epi.scan_temporal", &scaled, "llr")).abs() < 1e-9);
    }

    #[test]
    fn an_alarm_stays_an_alarm_with_more_cases(counts in prop::collection::vec(0u32..9, 12..20), more in 1u32..9) {
        let alarm = |counts: &[u32], method: &str| {
            run("epi.ears", &json!({ "counts": counts, "method": method })).ok().and_then(|a| a.outputs["alarm"].as_bool())
        };
        let mut higher = counts.clone();
        if let Some(last) = higher.last_mut() {
            *last += more;
        }
        for method in ["C1", "C2", "C3"] {
            prop_assert!(alarm(&higher, method) >= alarm(&counts, method));
        }
    }
}
