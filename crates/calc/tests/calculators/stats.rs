//! Section B: exposure statistics.

use proptest::prelude::*;
use serde_json::{Value, json};
use zhijian_calc::registry::run;

use crate::support::{examples, number, refusals, warnings};

fn d() -> Value {
    json!([0.6, 1.1, 0.9, 2.3, 1.5, 0.8])
}

fn with_non_detects() -> Value {
    json!(["<1", "2.3", "4.1", "1.6", "3.0", "<1", "5.2", "2.2"])
}

#[test]
fn description_and_tolerance_limits() {
    examples(&[
        (
            "B1, data set D",
            "stats.descriptive",
            json!({ "data": d(), "oel": 5 }),
            json!({ "n": 6, "am": 1.2, "sd": 0.6197, "gm": 1.0859, "gsd": 1.6148, "p95": 2.3885, "median": 1.0, "min": 0.6, "max": 2.3 }),
            1e-4,
        ),
        (
            "B1, share above the limit",
            "stats.descriptive",
            json!({ "data": d(), "oel": 5 }),
            json!({ "ef_pct": 0.0720 }),
            1e-3,
        ),
        (
            "no spread: the percentile is the mean and nothing is above",
            "stats.descriptive",
            json!({ "data": [2, 2, 2], "oel": 2 }),
            json!({ "gsd": 1.0, "p95": 2.0, "ef_pct": 0.0 }),
            1e-12,
        ),
        (
            "no spread, above",
            "stats.descriptive",
            json!({ "data": [2, 2], "oel": 1 }),
            json!({ "ef_pct": 100.0 }),
            1e-12,
        ),
        (
            "B2, EN 689",
            "stats.utl",
            json!({ "data": d(), "confidence": 0.70 }),
            json!({ "k": 2.18674, "utl": 3.0968 }),
            2e-5,
        ),
        (
            "B2, AIHA",
            "stats.utl",
            json!({ "data": d(), "confidence": 0.95 }),
            json!({ "k": 3.70768, "utl": 6.4189 }),
            2e-5,
        ),
        (
            "EN 689 U_T, n 6",
            "stats.k_factor",
            json!({ "n": 6, "p": 0.95, "confidence": 0.70 }),
            json!({ "k": 2.187 }),
            3e-4,
        ),
        ("EN 689 U_T, n 7", "stats.k_factor", json!({ "n": 7 }), json!({ "k": 2.120 }), 3e-4),
        ("EN 689 U_T, n 8", "stats.k_factor", json!({ "n": 8 }), json!({ "k": 2.072 }), 3e-4),
        ("EN 689 U_T, n 10", "stats.k_factor", json!({ "n": 10 }), json!({ "k": 2.005 }), 3e-4),
        ("EN 689 U_T, n 12", "stats.k_factor", json!({ "n": 12 }), json!({ "k": 1.961 }), 3e-4),
        ("EN 689 U_T, n 15", "stats.k_factor", json!({ "n": 15 }), json!({ "k": 1.917 }), 3e-4),
        ("EN 689 U_T, n 20", "stats.k_factor", json!({ "n": 20 }), json!({ "k": 1.870 }), 3e-4),
        ("EN 689 U_T, n 25", "stats.k_factor", json!({ "n": 25 }), json!({ "k": 1.841 }), 3e-4),
        ("EN 689 U_T, n 30", "stats.k_factor", json!({ "n": 30 }), json!({ "k": 1.820 }), 3e-4),
        (
            "B3, 95 %",
            "stats.exceedance_ci",
            json!({ "data": d(), "oel": 5, "confidence": 0.95 }),
            json!({ "ef_pct": 0.0720, "lcl_pct": 5.81e-5, "ucl_pct": 8.443 }),
            1e-3,
        ),
        (
            "B3, 70 %",
            "stats.exceedance_ci",
            json!({ "data": d(), "oel": 5, "confidence": 0.70 }),
            json!({ "ucl_pct": 0.7460 }),
            1e-4,
        ),
        (
            "scipy.stats.shapiro on ln D",
            "stats.shapiro_log",
            json!({ "data": d() }),
            json!({ "w": 0.975_054_060_7, "p": 0.924_498_833_8 }),
            1e-6,
        ),
        (
            "scipy.stats.shapiro, n 14",
            "stats.shapiro_log",
            json!({ "data": [0.3, 0.5, 0.9, 1.2, 4.4, 2.2, 0.8, 0.7, 1.9, 3.3, 0.4, 12.0, 0.65, 0.2] }),
            json!({ "w": 0.971_384_019_8, "p": 0.894_608_506_5 }),
            1e-6,
        ),
        (
            "three values in a line",
            "stats.shapiro_log",
            json!({ "data": [1, 2, 4] }),
            json!({ "w": 1.0, "p": 1.0 }),
            1e-6,
        ),
    ]);
}

#[test]
fn censored_data() {
    let by = |method: &str| json!({ "data": with_non_detects(), "method": method });
    examples(&[
        (
            "B4 mle",
            "stats.censored",
            by("mle"),
            json!({ "gm": 1.9805, "gsd": 2.0714, "am": 2.5817, "p95": 6.561 }),
            5e-5,
        ),
        (
            "scipy: left, right and interval censoring together",
            "stats.censored",
            json!({ "data": ["<1", "<0.5", 2.3, 4.1, ">8", "[3-6]", 1.6, 0.7], "method": "mle" }),
            json!({ "gm": 1.689_642_47, "gsd": 3.853_207_63, "am": 4.196_666_77, "p95": 15.537_707_3 }),
            1e-7,
        ),
        (
            "B4 ros",
            "stats.censored",
            by("ros"),
            json!({ "am": 2.5319, "sd": 1.5126, "gm": 2.1374, "gsd": 1.9029, "imputed": [0.788, 1.067] }),
            5e-4,
        ),
        (
            "B4 beta",
            "stats.censored",
            by("beta"),
            json!({ "am": 2.4555, "gm": 1.8528, "gsd": 2.2307, "beta_mean": 0.6219, "beta_gm": 0.5179 }),
            1e-4,
        ),
        ("B4 half", "stats.censored", by("half"), json!({ "gm": 1.8366, "gsd": 2.4179 }), 5e-5),
        (
            "several limits: a detect between them",
            "stats.censored",
            json!({ "data": ["<1", 0.7, "<3", 2, 4, 5, 9], "method": "ros" }),
            json!({ "n": 7, "n_nondetect": 2 }),
            1e-9,
        ),
    ]);
    refusals(&[
        (
            "nothing detected",
            "stats.censored",
            json!({ "data": ["<1", "<2"], "method": "mle" }),
            "all_censored",
            "data",
        ),
        (
            "two detects",
            "stats.censored",
            json!({ "data": ["<1", 2, 3], "method": "ros" }),
            "insufficient_data",
            "data",
        ),
        (
            "a zero has no logarithm",
            "stats.censored",
            json!({ "data": [0, 2, 3], "method": "mle" }),
            "invalid_input",
            "data.0",
        ),
        (
            "ROS knows no intervals",
            "stats.censored",
            json!({ "data": ["[1-2]", 2, 3, 4], "method": "ros" }),
            "invalid_input",
            "data.0",
        ),
        (
            "equal detects have no likelihood",
            "stats.censored",
            json!({ "data": [2, 2, 2], "method": "mle" }),
            "insufficient_data",
            "data",
        ),
        (
            "unknown method",
            "stats.censored",
            json!({ "data": [2, 3, 4], "method": "guess" }),
            "invalid_input",
            "method",
        ),
    ]);
    warnings(&[
        (
            "more than half",
            "stats.censored",
            json!({ "data": ["<1", "<1", "<1", "<1", 2, 3, 4], "method": "ros" }),
            &["high_censoring"],
        ),
        (
            "nearly all",
            "stats.censored",
            json!({ "data": ["<1", "<1", "<1", "<1", "<1", 2], "method": "half" }),
            &["high_censoring", "use_bayes_seg"],
        ),
        ("β formulas are unconfirmed", "stats.censored", by("beta"), &["table_unverified"]),
    ]);
}

#[test]
fn decisions() {
    examples(&[
        (
            "B5 preliminary",
            "stats.en689",
            json!({ "data": [0.5, 0.7, 0.3], "oel": 10 }),
            json!({ "stage": "preliminary", "result": "compliance", "u_r": null, "u_t": null }),
            1e-9,
        ),
        (
            "B5 statistical",
            "stats.en689",
            json!({ "data": d(), "oel": 5 }),
            json!({ "stage": "statistical", "result": "compliance", "u_r": 3.1864, "u_t": 2.187 }),
            2e-5,
        ),
        (
            "one above",
            "stats.en689",
            json!({ "data": [11], "oel": 10 }),
            json!({ "stage": "any", "result": "non_compliance" }),
            1e-9,
        ),
        (
            "not below a tenth",
            "stats.en689",
            json!({ "data": [0.5, 1.0, 0.3], "oel": 10 }),
            json!({ "result": "no_decision" }),
            1e-9,
        ),
        (
            "four below 15 %",
            "stats.en689",
            json!({ "data": [1.4, 1.4, 1.4, 1.4], "oel": 10 }),
            json!({ "result": "compliance" }),
            1e-9,
        ),
        (
            "five below 20 %",
            "stats.en689",
            json!({ "data": [1.9, 1.9, 1.9, 1.9, 1.9], "oel": 10 }),
            json!({ "result": "compliance" }),
            1e-9,
        ),
        (
            "wide group",
            "stats.en689",
            json!({ "data": [1, 5, 0.2, 8, 0.1, 9], "oel": 10 }),
            json!({ "stage": "statistical", "result": "non_compliance" }),
            1e-9,
        ),
        (
            "non-detects enter by ROS",
            "stats.en689",
            json!({ "data": with_non_detects(), "oel": 50 }),
            json!({ "stage": "statistical", "result": "compliance", "u_t": 2.072 }),
            1e-9,
        ),
        ("B6", "stats.aiha_band", json!({ "p95": 3.2, "oel": 10 }), json!({ "band": 2 }), 1e-9),
        (
            "B7 decision",
            "stats.bayes_decision",
            json!({ "prob_overexposure": 0.711 }),
            json!({ "decision": "poorly_controlled" }),
            1e-9,
        ),
        (
            "just tolerable",
            "stats.bayes_decision",
            json!({ "prob_overexposure": 0.05 }),
            json!({ "decision": "tolerable" }),
            1e-9,
        ),
        (
            "acceptable",
            "stats.bayes_decision",
            json!({ "prob_overexposure": 0.0499 }),
            json!({ "decision": "acceptable" }),
            1e-9,
        ),
        (
            "B8",
            "stats.variance_components",
            json!({ "groups": [[5, 8, 6], [12, 15, 10], [3, 4, 4.5]] }),
            json!({ "var_between": 0.32843, "var_within": 0.046_965, "icc": 0.87489, "r95_between": 9.4548, "r95_within": 2.3385, "truncated": false }),
            2e-5,
        ),
    ]);
    refusals(&[
        ("two results", "stats.en689", json!({ "data": [1, 2], "oel": 10 }), "insufficient_data", "data"),
        (
            "one group",
            "stats.variance_components",
            json!({ "groups": [[1, 2]] }),
            "insufficient_data",
            "groups",
        ),
        (
            "no repeat",
            "stats.variance_components",
            json!({ "groups": [[1], [2]] }),
            "insufficient_data",
            "groups",
        ),
        ("one value", "stats.descriptive", json!({ "data": [1] }), "insufficient_data", "data"),
        (
            "a non-detect is no value",
            "stats.descriptive",
            json!({ "data": [1, "<2"] }),
            "invalid_input",
            "data.1",
        ),
        ("n 1", "stats.k_factor", json!({ "n": 1 }), "out_of_range", "n"),
        ("n 1001", "stats.k_factor", json!({ "n": 1001 }), "out_of_range", "n"),
        ("half a sample", "stats.k_factor", json!({ "n": 2.5 }), "invalid_input", "n"),
        ("certainty", "stats.k_factor", json!({ "n": 6, "confidence": 1 }), "out_of_range", "confidence"),
        (
            "no spread, no limits",
            "stats.exceedance_ci",
            json!({ "data": [1, 1, 1], "oel": 5 }),
            "insufficient_data",
            "data",
        ),
        (
            "a probability",
            "stats.bayes_decision",
            json!({ "prob_overexposure": 1.1 }),
            "out_of_range",
            "prob_overexposure",
        ),
    ]);
}

#[test]
fn aiha_bands_have_five_steps() {
    for (p95, band) in [(0.0, 0), (0.1, 0), (0.11, 1), (1.0, 1), (5.0, 2), (10.0, 3), (10.1, 4)] {
        examples(&[(
            "B6 cuts",
            "stats.aiha_band",
            json!({ "p95": p95, "oel": 10 }),
            json!({ "band": band }),
            0.0,
        )]);
    }
}

#[test]
fn bayesian_group_model_agrees_with_webexpo_and_brute_force() {
    let nine = json!([24.7, 64.1, 13.8, 43.7, 19.9, 133, 32.1, 15, 53.7]);
    examples(&[
        (
            "WebExpo's JAGS run of 200 000 draws (Monte Carlo error about 1 %)",
            "stats.bayes_seg",
            json!({ "data": nine, "oel": 100 }),
            json!({ "gm": 34.3, "gsd": 2.180, "p95": 122.8, "p95_ucl70": 154.3, "p95_ucl95": 297.7, "ef_pct": 8.36, "prob_overexposure": 0.712 }),
            8e-3,
        ),
        (
            "brute force on 801 × 16001 points (numpy)",
            "stats.bayes_seg",
            json!({ "data": nine, "oel": 100, "prior": "informedvar" }),
            json!({ "gm": 34.3009, "gsd": 2.180_13, "p95": 122.737, "p95_ucl70": 154.368, "p95_ucl95": 299.654, "ef_pct": 8.345_63, "prob_overexposure": 0.711_041, "prob_am_over": 0.035_642 }),
            2e-3,
        ),
        (
            "uninformative, brute force",
            "stats.bayes_seg",
            json!({ "data": nine, "oel": 100, "prior": "uninformative" }),
            json!({ "gm": 34.3009, "gsd": 2.299_57, "p95": 133.933, "p95_ucl70": 175.998, "p95_ucl95": 411.460, "ef_pct": 9.774_2, "prob_overexposure": 0.761_754 }),
            2e-3,
        ),
        (
            "all kinds of censoring, brute force",
            "stats.bayes_seg",
            json!({ "data": ["<5", "<10", 12.0, 7.5, ">40", "[15-25]"], "oel": 50 }),
            json!({ "gm": 10.1708, "gsd": 3.582_37, "p95": 79.2049, "p95_ucl70": 135.574, "p95_ucl95": 812.46, "ef_pct": 9.946_9, "prob_overexposure": 0.720_553 }),
            4e-3,
        ),
        (
            "nothing detected: the prior decides, brute force",
            "stats.bayes_seg",
            json!({ "data": ["<1", "<1", "<2"], "oel": 10 }),
            json!({ "gsd": 2.284, "p95_ucl95": 1.2150, "prob_overexposure": 0.006_261 }),
            8e-3,
        ),
        (
            "one value says nothing of σ, whose median stays 1.1505",
            "stats.bayes_seg",
            json!({ "data": [3.0], "oel": 10, "prior": "uninformative" }),
            json!({ "gm": 3.0, "gsd": 3.159_772 }),
            1e-4,
        ),
    ]);
    refusals(&[
        ("no data", "stats.bayes_seg", json!({ "data": [], "oel": 1 }), "insufficient_data", "data"),
        (
            "units wrong by far",
            "stats.bayes_seg",
            json!({ "data": [1e30], "oel": 1 }),
            "out_of_range",
            "data",
        ),
    ]);
    warnings(&[(
        "nothing detected",
        "stats.bayes_seg",
        json!({ "data": ["<1"], "oel": 10 }),
        &["high_censoring"],
    )]);
}

fn positive_data(at_least: usize) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(0.01..100.0f64, at_least..15)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_tolerance_limit_rises_with_confidence(data in positive_data(3), low in 0.5..0.9f64, more in 0.01..0.09f64) {
        let utl = |confidence: f64| number("stats.utl", &json!({ "data": data, "confidence": confidence }), "utl");
        prop_assert!(utl(low + more) >= utl(low));
    }

    #[test]
    fn a_factor_falls_with_the_number_of_values(n in 2u32..300, confidence in 0.55..0.99f64) {
        let k = |n: u32| number("stats.k_factor", &json!({ "n": n, "confidence": confidence }), "k");
        prop_assert!(k(n + 1) <= k(n));
    }

    #[test]
    fn units_do_not_matter(data in positive_data(6), factor in 0.01..100.0f64) {
        let scaled: Vec<f64> = data.iter().map(|x| x * factor).collect();
        let there = number("stats.descriptive", &json!({ "data": scaled }), "p95");
        let here = number("stats.descriptive", &json!({ "data": data }), "p95");
        prop_assert!((there / (here * factor) - 1.0).abs() < 1e-9);
        let u = |data: &[f64], oel: f64| run("stats.en689", &json!({ "data": data, "oel": oel })).map(|a| a.outputs);
        prop_assert_eq!(u(&data, 200.0).map(|o| o["result"].clone()), u(&scaled, 200.0 * factor).map(|o| o["result"].clone()));
    }

    #[test]
    fn order_does_not_matter(data in positive_data(4).prop_shuffle()) {
        let mut sorted = data.clone();
        sorted.sort_by(f64::total_cmp);
        for (id, key) in [("stats.descriptive", "gsd"), ("stats.shapiro_log", "w")] {
            let (a, b) = (number(id, &json!({ "data": data }), key), number(id, &json!({ "data": sorted }), key));
            prop_assert!((a - b).abs() < 1e-9, "{}", id);
        }
    }

    #[test]
    fn likelihood_finds_the_maximum_of_complete_data(data in positive_data(4)) {
        // without censoring the maximum is known: mean and n-denominator deviation of the logs
        let logs: Vec<f64> = data.iter().map(|x| x.ln()).collect();
        let n = logs.len() as f64;
        let mean = logs.iter().sum::<f64>() / n;
        let sigma = (logs.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / n).sqrt();
        prop_assume!(sigma > 1e-3);
        let inputs = json!({ "data": data, "method": "mle" });
        prop_assert!((number("stats.censored", &inputs, "gsd").ln() - sigma).abs() < 1e-6);
        prop_assert!((number("stats.censored", &inputs, "gm").ln() - mean).abs() < 1e-6);
    }

    #[test]
    fn limits_of_the_share_enclose_it(data in positive_data(3), oel in 1.0..200.0f64) {
        let inputs = json!({ "data": data, "oel": oel, "confidence": 0.95 });
        let of = |key| number("stats.exceedance_ci", &inputs, key);
        prop_assert!(of("lcl_pct") <= of("ef_pct") + 1e-9 && of("ef_pct") <= of("ucl_pct") + 1e-9);
    }
}
