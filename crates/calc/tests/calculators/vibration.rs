//! Section E: hand-arm vibration.

use proptest::prelude::*;
use serde_json::json;

use crate::support::{examples, number, refusals};

#[test]
fn exposure_and_times() {
    examples(&[
        (
            "three axes",
            "vib.total_value",
            json!({ "x": 2, "y": 3, "z": 6 }),
            json!({ "a_hv": 7.0, "dominant": 6.0, "dominant_axis": "z" }),
            1e-12,
        ),
        (
            "E, printed in ISO 5349-2 as 4.1",
            "vib.hav",
            json!({ "operations": [{ "a_hw": 7.4, "hours": 2.5 }] }),
            json!({ "a8": 4.137, "a4": 5.850, "points": 273.8 }),
            1e-4,
        ),
        (
            "HSE L140: 2.5 m/s² all day is 100 points",
            "vib.hav",
            json!({ "operations": [{ "a_hw": 2.5, "hours": 8 }] }),
            json!({ "a8": 2.5, "points": 100.0 }),
            1e-12,
        ),
        (
            "HSE L140: 5 m/s² all day is 400 points",
            "vib.hav",
            json!({ "operations": [{ "a_hw": 5, "hours": 4 }, { "a_hw": 5, "hours": 4 }] }),
            json!({ "a8": 5.0, "points": 400.0 }),
            1e-12,
        ),
        ("E", "vib.time_to", json!({ "a": 4 }), json!({ "hours_to_2_5": 3.125, "hours_to_5": 12.5 }), 1e-12),
        ("E, ISO 5349-1 annex C", "vib.vwf_years", json!({ "a8": 5 }), json!({ "years": 5.77 }), 1e-3),
    ]);
    refusals(&[
        ("a still tool", "vib.time_to", json!({ "a": 0 }), "invalid_input", "a"),
        ("negative", "vib.total_value", json!({ "x": -1, "y": 0, "z": 0 }), "invalid_input", "x"),
        (
            "more than a day",
            "vib.hav",
            json!({ "operations": [{ "a_hw": 1, "hours": 25 }] }),
            "out_of_range",
            "operations",
        ),
        ("nothing", "vib.hav", json!({ "operations": [] }), "insufficient_data", "operations"),
    ]);
}

proptest! {
    #[test]
    fn four_hours_are_root_two_of_eight(a in 0.1..40.0f64, hours in 0.1..12.0f64) {
        let inputs = json!({ "operations": [{ "a_hw": a, "hours": hours }] });
        let ratio = number("vib.hav", &inputs, "a4") / number("vib.hav", &inputs, "a8");
        prop_assert!((ratio - std::f64::consts::SQRT_2).abs() < 1e-12);
    }

    #[test]
    fn working_until_the_limit_reaches_it(a in 0.5..40.0f64) {
        let hours = number("vib.time_to", &json!({ "a": a }), "hours_to_5");
        prop_assume!(hours <= 24.0);
        let a8 = number("vib.hav", &json!({ "operations": [{ "a_hw": a, "hours": hours }] }), "a8");
        prop_assert!((a8 - 5.0).abs() < 1e-9);
    }
}
