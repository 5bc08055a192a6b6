//! Sections C8–C10: hearing.

use proptest::prelude::*;
use serde_json::json;

use crate::support::{examples, refusals, warnings};

#[test]
fn hearing_with_age_and_noise() {
    examples(&[
        (
            "C8, man of 60, edition of 2000",
            "hearing.iso7029",
            json!({ "sex": "male", "age": 60, "edition": "iso7029_2000", "fractile": 0.5 }),
            json!({ "htla": { "500": 6.17, "1000": 7.06, "2000": 12.35, "3000": 20.29, "4000": 28.22, "6000": 31.75 } }),
            1e-3,
        ),
        (
            "C8, man of 60, 30 years at 90 dB, edition of 2017",
            "noise.htlan",
            json!({ "sex": "male", "age": 60, "lex_8h": 90, "years": 30, "fractile": 0.5, "edition": "iso7029_2017" }),
            json!({ "htlan": { "500": 6.03, "1000": 7.93, "2000": 17.16, "3000": 26.28, "4000": 31.80, "6000": 33.15 } }),
            1e-3,
        ),
        (
            "18 is the zero of the scale",
            "hearing.iso7029",
            json!({ "sex": "female", "age": 18, "edition": "iso7029_2017" }),
            json!({ "htla": { "500": 0.0, "8000": 0.0 } }),
            1e-12,
        ),
        // GB/T 7582-2004 table C.1, printed in whole decibels
        (
            "GB/T 7582 table C.1: man of 60, worst tenth, 4000 Hz: 55 dB",
            "hearing.iso7029",
            json!({ "sex": "male", "age": 60, "edition": "iso7029_2000", "fractile": 0.9 }),
            json!({ "htla": { "4000": 55.0 } }),
            0.01,
        ),
        (
            "GB/T 7582 table C.1: man of 60, best tenth, 4000 Hz: 7 dB",
            "hearing.iso7029",
            json!({ "sex": "male", "age": 60, "edition": "iso7029_2000", "fractile": 0.1 }),
            json!({ "htla": { "4000": 7.0 } }),
            0.07,
        ),
    ]);
    warnings(&[
        (
            "the old edition says so",
            "hearing.iso7029",
            json!({ "sex": "male", "age": 60, "edition": "iso7029_2000" }),
            &["edition_superseded"],
        ),
        (
            "the new one is from one transcription",
            "hearing.iso7029",
            json!({ "sex": "男", "age": 60 }),
            &["table_unverified"],
        ),
    ]);
    refusals(&[
        (
            "71, edition of 2000",
            "hearing.iso7029",
            json!({ "sex": "male", "age": 71, "edition": "iso7029_2000" }),
            "out_of_range",
            "age",
        ),
        (
            "81, edition of 2017",
            "hearing.iso7029",
            json!({ "sex": "male", "age": 81 }),
            "out_of_range",
            "age",
        ),
        ("17", "hearing.iso7029", json!({ "sex": "male", "age": 17 }), "out_of_range", "age"),
        ("no sex", "hearing.iso7029", json!({ "age": 17 }), "invalid_input", "sex"),
    ]);
}

#[test]
fn noise_deafness() {
    let both = |hz: f64, high: f64| json!({ "500": hz, "1000": hz, "2000": hz, "3000": high, "4000": high, "6000": high });
    let grade = |hz: f64, high: f64| json!({ "sex": "male", "age": 25, "left": both(hz, high), "right": both(hz, high) });
    examples(&[
        (
            "C9",
            "hearing.gbz49",
            json!({ "sex": "male", "age": 47,
                "left": { "500": 30, "1000": 35, "2000": 45, "3000": 60, "4000": 70, "6000": 75 },
                "right": { "500": 25, "1000": 30, "2000": 40, "3000": 55, "4000": 65, "6000": 70 } }),
            json!({ "bhfta": 58.1667, "mtmv_left": 37.1, "mtmv_right": 32.1, "better_ear": 32.1, "grade": "mild" }),
            1e-5,
        ),
        (
            "the same as lists",
            "hearing.gbz49",
            json!({ "sex": "male", "age": 47, "left": [30, 35, 45, 60, 70, 75], "right": [25, 30, 40, 55, 65, 70] }),
            json!({ "bhfta": 58.1667, "grade": "mild" }),
            1e-5,
        ),
        ("39.5 rounds up to 40", "hearing.gbz49", grade(39.5, 39.5), json!({ "grade": "mild" }), 1e-9),
        ("high frequencies below 40", "hearing.gbz49", grade(39.4, 39.4), json!({ "grade": "none" }), 1e-9),
        (
            "better ear 25",
            "hearing.gbz49",
            grade(20.0, 74.0),
            json!({ "better_ear": 25.4, "grade": "none" }),
            1e-9,
        ),
        (
            "better ear 25.5 rounds to 26",
            "hearing.gbz49",
            grade(20.0, 75.0),
            json!({ "better_ear": 25.5, "grade": "mild" }),
            1e-9,
        ),
        ("moderate from 41", "hearing.gbz49", grade(40.5, 40.5), json!({ "grade": "moderate" }), 1e-9),
        ("severe from 56", "hearing.gbz49", grade(55.5, 55.5), json!({ "grade": "severe" }), 1e-9),
        (
            "negative corrected thresholds stay negative",
            "hearing.gbz49",
            json!({ "sex": "female", "age": 70, "left": [0, 0, 0, 0, 0, 0], "right": [0, 0, 0, 0, 0, 0] }),
            json!({ "bhfta": -25.333_33, "mtmv_left": -13.2 }),
            1e-5,
        ),
        (
            "C10",
            "hearing.sts",
            json!({ "baseline": { "2000": 5, "3000": 10, "4000": 15 }, "current": { "2000": 20, "3000": 20, "4000": 30 } }),
            json!({ "shift": 13.3333, "sts": true }),
            1e-5,
        ),
        (
            // 29 CFR 1910.95 appendix F: man, 27 → 32 years, 4000 Hz: 20 dB, corrected 17
            "with age correction",
            "hearing.sts",
            json!({ "baseline": [0, 0, 5], "current": [5, 10, 25],
                "age_correction_baseline": [4, 5, 7], "age_correction_current": [5, 7, 10] }),
            json!({ "adjusted_shift_4000": 17.0, "shift": 9.666_67, "sts": false }),
            1e-5,
        ),
    ]);
    refusals(&[
        (
            "a missing frequency",
            "hearing.gbz49",
            json!({ "sex": "male", "age": 47, "left": { "500": 30 }, "right": [1, 2, 3, 4, 5, 6] }),
            "insufficient_data",
            "left.1000",
        ),
        (
            "a missing ear",
            "hearing.gbz49",
            json!({ "sex": "male", "age": 47, "left": [1, 2, 3, 4, 5, 6] }),
            "insufficient_data",
            "right",
        ),
        (
            "a short list",
            "hearing.sts",
            json!({ "baseline": [1, 2], "current": [1, 2, 3] }),
            "insufficient_data",
            "baseline.4000",
        ),
        (
            "no age",
            "hearing.gbz49",
            json!({ "sex": "male", "left": [1, 2, 3, 4, 5, 6], "right": [1, 2, 3, 4, 5, 6] }),
            "invalid_input",
            "age",
        ),
    ]);
    warnings(&[(
        "no response enters as the limit of the audiometer",
        "hearing.gbz49",
        json!({ "sex": "male", "age": 47, "left": [30, 35, 45, 60, 70, ">90"], "right": [25, 30, 40, 55, 65, 70] }),
        &["no_response"],
    )]);
}

proptest! {
    #[test]
    fn a_worse_threshold_never_gives_a_better_grade(left in prop::array::uniform6(0.0..90.0f64), add in 0.0..20.0f64, at in 0usize..6) {
        let grade = |left: &[f64; 6]| {
            let inputs = json!({ "sex": "female", "age": 45, "left": left, "right": left });
            let answer = zhijian_calc::registry::run("hearing.gbz49", &inputs);
            let word = answer.map(|a| a.outputs["grade"].clone()).unwrap_or_default();
            ["none", "mild", "moderate", "severe"].iter().position(|g| word == *g)
        };
        let mut worse = left;
        worse[at] += add;
        prop_assert!(grade(&worse) >= grade(&left));
    }

    #[test]
    fn hearing_never_improves_with_age(age in 18.0..69.0f64, more in 0.0..1.0f64) {


        for edition in ["iso7029_2000", "iso7029_2017"] {
            let shift = |age: f64| {
                let inputs = json!({ "sex": "female", "age": age, "edition": edition });
                zhijian_calc::registry::run("hearing.iso7029", &inputs).ok().and_then(|a| a.outputs["htla"]["4000"].as_f64())
            };
            prop_assert!(shift(age + more) >= shift(age));
        }
    }
}
