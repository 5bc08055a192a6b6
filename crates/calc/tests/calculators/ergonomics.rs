//! Section I: ergonomics and questionnaires.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{examples, number, refusals, warnings};

fn manual_example_1(v: f64) -> Value {
    json!({ "unit": "lb", "load": 44, "h": 23, "v": v, "d": 48, "a": 0, "f": 0.2, "duration": "short", "coupling": "fair" })
}

#[test]
fn lifting() {
    let metric = |h: f64, v: f64, d: f64, a: f64, f: f64| json!({ "unit": "kg", "load": 10, "h": h, "v": v, "d": d, "a": a, "f": f, "duration": "short", "coupling": "good" });
    examples(&[
        (
            "NIOSH 94-110 example 1, origin (its rounded multipliers give 16.3 and 2.7)",
            "ergo.rnle",
            manual_example_1(15.0),
            json!({ "rwl": 16.03, "li": 2.74 }),
            2e-3,
        ),
        (
            "example 1, destination",
            "ergo.rnle",
            manual_example_1(63.0),
            json!({ "rwl": 14.31, "li": 3.08 }),
            2e-3,
        ),
        (
            "the best lift is 23 kg",
            "ergo.rnle",
            metric(25.0, 75.0, 25.0, 0.0, 0.2),
            json!({ "rwl": 23.0, "hm": 1.0, "vm": 1.0, "dm": 1.0, "am": 1.0, "fm": 1.0, "cm": 1.0 }),
            1e-12,
        ),
        (
            "too far away",
            "ergo.rnle",
            metric(63.1, 75.0, 25.0, 0.0, 0.2),
            json!({ "hm": 0.0, "rwl": 0.0, "li": null }),
            1e-12,
        ),
        (
            "too high",
            "ergo.rnle",
            metric(25.0, 175.1, 25.0, 0.0, 0.2),
            json!({ "vm": 0.0, "li": null }),
            1e-12,
        ),
        ("too far round", "ergo.rnle", metric(25.0, 75.0, 25.0, 136.0, 0.2), json!({ "am": 0.0 }), 1e-12),
        ("too often", "ergo.rnle", metric(25.0, 75.0, 25.0, 0.0, 15.5), json!({ "fm": 0.0 }), 1e-12),
        (
            "I2",
            "ergo.rnle_cli",
            json!({ "tasks": [{ "load": 12, "firwl": 20, "f": 2 }, { "load": 9, "firwl": 18, "f": 1 }], "duration": "moderate", "v_ge_30in": true }),
            json!({ "cli": 0.7520, "stli_sorted": [0.7143, 0.5682] }),
            1e-4,
        ),
    ]);
    refusals(&[
        ("hands inside the body", "ergo.rnle", metric(0.0, 75.0, 25.0, 0.0, 1.0), "invalid_input", "h"),
        (
            "all day",
            "ergo.rnle",
            json!({ "unit": "kg", "load": 1, "h": 30, "v": 30, "d": 30, "a": 0, "f": 1, "duration": "day", "coupling": "good" }),
            "invalid_input",
            "duration",
        ),
        (
            "together too often",
            "ergo.rnle_cli",
            json!({ "tasks": [{ "load": 1, "firwl": 20, "f": 6 }, { "load": 1, "firwl": 18, "f": 6 }], "duration": "long" }),
            "out_of_range",
            "tasks",
        ),
    ]);
}

#[test]
fn postures() {
    examples(&[
        (
            "I3",
            "ergo.reba",
            json!({ "neck": 2, "trunk": 3, "legs": 2, "upper_arm": 2, "lower_arm": 1, "wrist": 2, "load": 1, "coupling": 1, "activity": 1 }),
            json!({ "score_a": 6, "score_b": 3, "score_c": 6, "reba": 7, "action_level": 2 }),
            0.0,
        ),
        (
            "the best posture",
            "ergo.reba",
            json!({ "neck": 1, "trunk": 1, "legs": 1, "upper_arm": 1, "lower_arm": 1, "wrist": 1 }),
            json!({ "score_a": 1, "score_b": 1, "reba": 1, "action_level": 0 }),
            0.0,
        ),
        (
            "the worst posture",
            "ergo.reba",
            json!({ "neck": 3, "trunk": 5, "legs": 4, "upper_arm": 6, "lower_arm": 2, "wrist": 3, "load": 3, "coupling": 3, "activity": 3 }),
            json!({ "score_a": 12, "score_b": 12, "score_c": 12, "reba": 15, "action_level": 4 }),
            0.0,
        ),
        (
            "I4",
            "ergo.rula",
            json!({ "upper_arm": 2, "lower_arm": 2, "wrist": 2, "twist": 1, "neck": 2, "trunk": 2, "legs": 1, "muscle_a": 1 }),
            json!({ "score_c": 4, "score_d": 2, "rula": 3, "action_level": 2 }),
            0.0,
        ),
        (
            "the worst posture is 7",
            "ergo.rula",
            json!({ "upper_arm": 6, "lower_arm": 3, "wrist": 4, "twist": 2, "neck": 6, "trunk": 6, "legs": 2, "force_a": 3, "force_b": 3 }),
            json!({ "rula": 7, "action_level": 4 }),
            0.0,
        ),
        (
            "I5",
            "ergo.owas",
            json!({ "back": 2, "arms": 1, "legs": 3, "load": 3 }),
            json!({ "category": 3 }),
            0.0,
        ),
        (
            "standing straight",
            "ergo.owas",
            json!({ "back": 1, "arms": 1, "legs": 2, "load": 1 }),
            json!({ "category": 1 }),
            0.0,
        ),
        (
            "bent and twisted, kneeling",
            "ergo.owas",
            json!({ "back": 4, "arms": 3, "legs": 6, "load": 1 }),
            json!({ "category": 4 }),
            0.0,
        ),
    ]);
    refusals(&[
        ("neck 4", "ergo.reba", json!({ "neck": 4 }), "out_of_range", "neck"),
        (
            "half a score",
            "ergo.owas",
            json!({ "back": 1.5, "arms": 1, "legs": 1, "load": 1 }),
            "invalid_input",
            "back",
        ),
        (
            "legs 8",
            "ergo.owas",
            json!({ "back": 1, "arms": 1, "legs": 8, "load": 1 }),
            "out_of_range",
            "legs",
        ),
        ("no wrist", "ergo.rula", json!({ "upper_arm": 1, "lower_arm": 1 }), "invalid_input", "wrist"),
    ]);
    warnings(&[(
        "the doubtful cell",
        "ergo.owas",
        json!({ "back": 2, "arms": 2, "legs": 5, "load": 1 }),
        &["table_unverified"],
    )]);
}

#[test]
fn questionnaires() {
    let mut jcq = json!({ "q4": 3, "q8": 3 });
    for key in ["q3", "q5", "q6", "q7", "q9", "q10", "q11", "q19", "q20", "q22", "q23", "q26"] {
        jcq[key] = json!(2);
    }
    let mut with_medians = jcq.clone();
    with_medians["median_latitude"] = json!(60);
    with_medians["median_demand"] = json!(29);
    let yes = |yes: Option<bool>| json!({ "trouble_12m": yes });
    examples(&[
        (
            "I6 ERI",
            "psy.eri",
            json!({ "effort": 8, "reward": 21, "n_effort": 3, "n_reward": 7 }),
            json!({ "ratio": 0.8889, "imbalance": false }),
            1e-4,
        ),
        (
            "just balanced",
            "psy.eri",
            json!({ "effort": 9, "reward": 21 }),
            json!({ "ratio": 1.0, "imbalance": false }),
            1e-12,
        ),
        (
            "I6 JCQ",
            "psy.jcq",
            jcq,
            json!({ "skill_discretion": 24.0, "decision_authority": 24.0, "decision_latitude": 48.0, "psychological_demand": 30.0 }),
            1e-12,
        ),
        ("demand above, latitude below", "psy.jcq", with_medians, json!({ "quadrant": "high_strain" }), 0.0),
        (
            "a blank is missing, not “no”",
            "ergo.nmq",
            json!({ "respondents": [
                { "neck": yes(Some(true)), "knees": yes(Some(false)) }, { "neck": yes(Some(false)) }, { "neck": yes(None) }, {}] }),
            json!({ "n": 4,
                "regions": { "neck": { "trouble_12m": { "yes": 1, "answered": 2, "prevalence": 0.5 } }, "elbows": { "trouble_12m": { "answered": 0, "prevalence": null, "wilson": null } } },
                "any": { "trouble_12m": { "yes": 1, "answered": 2 } }, "any_flags": [true, false, null, null] }),
            1e-12,
        ),
    ]);
    refusals(&[
        (
            "fewer points than items",
            "psy.eri",
            json!({ "effort": 2, "reward": 21 }),
            "invalid_input",
            "effort",
        ),
        (
            "more points than there are",
            "psy.eri",
            json!({ "effort": 13, "reward": 21 }),
            "invalid_input",
            "effort",
        ),
        ("item 5 of 4", "psy.jcq", json!({ "q3": 5 }), "out_of_range", "q3"),
        (
            "an unknown question",
            "ergo.nmq",
            json!({ "respondents": [{ "neck": { "trouble": true } }] }),
            "invalid_input",
            "respondents.0.neck.trouble",
        ),
    ]);
}

proptest! {
    #[test]
    fn the_weight_limit_never_exceeds_the_constant(
        h in 1.0..80.0f64, v in 0.0..200.0f64, d in 0.0..200.0f64, a in 0.0..180.0f64, f in 0.0..20.0f64, lb in any::<bool>(),
    ) {
        let unit = if lb { "lb" } else { "kg" };
        let inputs = json!({ "unit": unit, "load": 10, "h": h, "v": v, "d": d, "a": a, "f": f, "duration": "long", "coupling": "poor" });
        let rwl = number("ergo.rnle", &inputs, "rwl");
        prop_assert!((0.0..=if lb { 51.0 } else { 23.0 }).contains(&rwl), "{rwl}");
    }

    #[test]
    fn lifting_more_often_is_never_allowed_more(f in 0.0..16.0f64, more in 0.0..4.0f64) {
        let rwl = |f: f64| {
            let inputs = json!({ "unit": "kg", "load": 10, "h": 30, "v": 60, "d": 30, "a": 0, "f": f, "duration": "moderate", "coupling": "fair" });
            number("ergo.rnle", &inputs, "rwl")
        };
        prop_assert!(rwl(f + more) <= rwl(f) + 1e-12);
    }

    #[test]
    fn the_order_of_tasks_does_not_matter(a in 1.0..20.0f64, b in 1.0..20.0f64, fa in 0.2..4.0f64, fb in 0.2..4.0f64) {
        let task = |load: f64, f: f64| json!({ "load": load, "firwl": 18, "f": f });
        let index = |tasks: [Value; 2]| number("ergo.rnle_cli", &json!({ "tasks": tasks, "duration": "short" }), "cli");
        let there = index([task(a, fa), task(b, fb)]);
        prop_assert!((there - index([task(b, fb), task(a, fa)])).abs() < 1e-9);
        let single = number("ergo.rnle_cli", &json!({ "tasks": [task(a, fa)], "duration": "short" }), "cli");
        prop_assert!(there >= single - 1e-12, "a second task never makes the job lighter");
    }
}
