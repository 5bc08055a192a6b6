//! The Bayesian group model is an integral, not a draw: the same answer every time, and a small change of the data changes little.

#![allow(clippy::unwrap_used, reason = "tests fail loudly")]

use proptest::prelude::*;
use serde_json::{Value, json};
use zhijian_calc::registry::run;

const FIGURES: [&str; 8] =
    ["gm", "gsd", "p95", "p95_ucl70", "p95_ucl95", "ef_pct", "prob_overexposure", "prob_am_over"];

fn figures(data: &[Value], oel: f64) -> Vec<f64> {
    let answer = run("stats.bayes_seg", &json!({ "data": data, "oel": oel })).unwrap();
    FIGURES.iter().map(|key| answer.outputs[*key].as_f64().unwrap()).collect()
}

/// Results with some below detection, some above a range, some between bounds.
fn results() -> impl Strategy<Value = Vec<(u8, f64)>> {
    prop::collection::vec((0u8..8, 0.05..20.0f64), 1..12)
}

fn token((kind, x): (u8, f64), factor: f64) -> Value {
    let x = x * factor;
    match kind {
        0 | 1 => json!(format!("<{x}")),
        2 => json!(format!(">{x}")),
        3 => json!(format!("[{x}-{}]", 1.5 * x)),
        _ => json!(x),
    }
}

fn close(a: &[f64], b: &[f64], within: f64) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() <= within * a.abs().max(b.abs()).max(1e-3))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn order_and_unit_do_not_matter(data in results(), factor in 0.01..100.0f64) {
        let here: Vec<Value> = data.iter().map(|x| token(*x, 1.0)).collect();
        let backwards: Vec<Value> = here.iter().rev().cloned().collect();
        let found = figures(&here, 5.0);
        prop_assert_eq!(&found, &figures(&here, 5.0), "the same again");
        prop_assert!(close(&found, &figures(&backwards, 5.0), 1e-6));
        let scaled: Vec<Value> = data.iter().map(|x| token(*x, factor)).collect();
        let mut there = figures(&scaled, 5.0 * factor);
        for place in [0, 2, 3, 4] {
            there[place] /= factor;
        }
        prop_assert!(close(&found, &there, 1e-4), "{:?} {:?}", found, there);
    }

    #[test]
    fn a_small_change_changes_little_and_more_exposure_is_never_safer(data in results()) {
        let at = |factor: f64| figures(&data.iter().map(|x| token(*x, factor)).collect::<Vec<_>>(), 5.0);
        let (here, near, more) = (at(1.0), at(1.000_01), at(1.5));
        prop_assert!(close(&here, &near, 2e-3), "{:?} {:?}", here, near);
        prop_assert!(more[6] >= here[6] - 1e-6 && more[2] > here[2]);
    }
}
