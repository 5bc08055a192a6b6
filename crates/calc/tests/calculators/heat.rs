//! Section D: heat.

use proptest::prelude::*;
use serde_json::json;

use crate::support::{examples, number, refusals, warnings};

#[test]
fn the_index_and_its_limits() {
    examples(&[
        (
            "D, sun",
            "heat.wbgt",
            json!({ "tnw": 26, "tg": 40, "ta": 31, "solar": true }),
            json!({ "wbgt": 29.3 }),
            1e-12,
        ),
        (
            "D, no sun",
            "heat.wbgt",
            json!({ "tnw": 24, "tg": 35, "ta": null, "solar": false }),
            json!({ "wbgt": 27.3 }),
            1e-12,
        ),
        (
            "D, uneven",
            "heat.wbgt_height",
            json!({ "head": 31, "abdomen": 29, "ankle": 28 }),
            json!({ "wbgt": 29.25 }),
            1e-12,
        ),
        (
            "D, over time",
            "heat.wbgt_twa",
            json!({ "segments": [{ "wbgt": 29, "t_min": 90 }, { "wbgt": 32, "t_min": 30 }] }),
            json!({ "wbgt": 29.75 }),
            1e-12,
        ),
        (
            "D, 70 % is the row of 75 %, hot region",
            "heat.limit",
            json!({ "contact_rate_pct": 70, "intensity": 2, "hot_region": true }),
            json!({ "limit": 30.0 }),
            1e-12,
        ),
        (
            "GBZ 2.2 table 8, 100 % and Ⅳ",
            "heat.limit",
            json!({ "contact_rate_pct": 100, "intensity": 4 }),
            json!({ "limit": 25.0 }),
            1e-12,
        ),
        (
            "25 % itself",
            "heat.limit",
            json!({ "contact_rate_pct": 25, "intensity": 1 }),
            json!({ "limit": 33.0 }),
            1e-12,
        ),
        (
            "ISO 7243 class 2, not acclimatised",
            "heat.iso7243_ref",
            json!({ "class": 2, "acclimatised": false }),
            json!({ "wbgt_ref": 26.0 }),
            1e-12,
        ),
        (
            "a double layer costs 3 ℃",
            "heat.iso7243_ref",
            json!({ "class": 3, "acclimatised": true, "wbgt": 24, "clothing_adjustment": 3 }),
            json!({ "wbgt_ref": 26.0, "wbgt_eff": 27.0, "complies": false }),
            1e-12,
        ),
        (
            "D, NIOSH",
            "heat.niosh_rel",
            json!({ "m": 250, "acclimatised": true }),
            json!({ "rel": 29.1237 }),
            1e-4,
        ),
        (
            "NIOSH, not acclimatised",
            "heat.niosh_rel",
            json!({ "m": 250, "acclimatised": false }),
            json!({ "rel": 26.0890 }),
            1e-4,
        ),
    ]);
}

#[test]
fn grades_of_2025() {
    let grade = |wbgt: f64, rate: f64, intensity: u8| json!({ "wbgt_eff": wbgt, "contact_rate_pct": rate, "intensity": intensity });
    let level = |level: u8| json!({ "level": level, "special_assessment": false });
    let special = || json!({ "level": null, "special_assessment": true });
    examples(&[
        ("D worked example", "heat.grade_2025", grade(32.5, 40.0, 2), level(3), 1e-12),
        ("below 28 nothing is graded", "heat.grade_2025", grade(27.9, 100.0, 4), level(0), 1e-12),
        ("below the first column", "heat.grade_2025", grade(32.9, 25.0, 1), level(0), 1e-12),
        ("the first column", "heat.grade_2025", grade(33.0, 25.0, 1), level(1), 1e-12),
        ("columns end at 36", "heat.grade_2025", grade(41.0, 25.0, 1), level(4), 1e-12),
        ("34 is grade 5 of Ⅱ at 50 %", "heat.grade_2025", grade(34.0, 50.0, 2), special(), 1e-12),
        ("33 is grade 4 of Ⅱ at 50 %", "heat.grade_2025", grade(33.0, 50.0, 2), level(4), 1e-12),
        ("Ⅲ all day is always special", "heat.grade_2025", grade(28.0, 80.0, 3), special(), 1e-12),
        ("Ⅳ at 75 % is always special", "heat.grade_2025", grade(28.0, 75.0, 4), special(), 1e-12),
    ]);
}

#[test]
fn what_is_refused() {
    refusals(&[
        (
            "sun without air temperature",
            "heat.wbgt",
            json!({ "tnw": 26, "tg": 40, "solar": true }),
            "insufficient_data",
            "ta",
        ),
        ("81 ℃", "heat.wbgt", json!({ "tnw": 81, "tg": 40 }), "out_of_range", "tnw"),
        ("−11 ℃", "heat.wbgt", json!({ "tnw": -11, "tg": 40 }), "out_of_range", "tnw"),
        (
            "no time",
            "heat.wbgt_twa",
            json!({ "segments": [{ "wbgt": 30, "t_min": 0 }] }),
            "invalid_input",
            "segments.0.t_min",
        ),
        (
            "class Ⅴ",
            "heat.limit",
            json!({ "contact_rate_pct": 50, "intensity": 5 }),
            "out_of_range",
            "intensity",
        ),
        (
            "no contact",
            "heat.limit",
            json!({ "contact_rate_pct": 0, "intensity": 2 }),
            "invalid_input",
            "contact_rate_pct",
        ),
        (
            "more than all the time",
            "heat.limit",
            json!({ "contact_rate_pct": 101, "intensity": 2 }),
            "out_of_range",
            "contact_rate_pct",
        ),
        ("asleep", "heat.niosh_rel", json!({ "m": 100, "acclimatised": true }), "out_of_range", "m"),
        ("acclimatised or not?", "heat.niosh_rel", json!({ "m": 200 }), "invalid_input", "acclimatised"),
    ]);
    warnings(&[
        (
            "a wet bulb above the dry one",
            "heat.wbgt",
            json!({ "tnw": 30, "tg": 40, "ta": 28, "solar": true }),
            &["tnw_above_ta"],
        ),
        (
            "an unconfirmed table",
            "heat.grade_2025",
            json!({ "wbgt_eff": 30, "contact_rate_pct": 50, "intensity": 2 }),
            &["table_unverified"],
        ),
    ]);
}

proptest! {
    #[test]
    fn an_average_lies_between_its_parts(a in 15.0..45.0f64, b in 15.0..45.0f64, t in 1.0..600.0f64) {
        let inputs = json!({ "segments": [{ "wbgt": a, "t_min": t }, { "wbgt": b, "t_min": 60 }] });
        let mean = number("heat.wbgt_twa", &inputs, "wbgt");
        prop_assert!(mean >= a.min(b) - 1e-9 && mean <= a.max(b) + 1e-9);
    }

    #[test]
    fn heavier_or_longer_work_is_never_allowed_more(rate in 1.0..100.0f64, more in 0.0..50.0f64, intensity in 1u8..4) {
        let limit = |rate: f64, i: u8| number("heat.limit", &json!({ "contact_rate_pct": rate.min(100.0), "intensity": i }), "limit");
        prop_assert!(limit(rate + more, intensity) <= limit(rate, intensity));
        prop_assert!(limit(rate, intensity + 1) <= limit(rate, intensity));
    }
}
