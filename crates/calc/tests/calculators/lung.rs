//! Section H: lung function and pneumoconiosis.

use proptest::prelude::*;
use serde_json::{Value, json};
use zhijian_calc::registry::run;

use crate::support::{examples, refusals, warnings};

fn man(age: f64, fev1: f64, fvc: f64) -> Value {
    json!({ "sex": "male", "age": age, "height_cm": 172, "ethnicity": "ne_asian", "fev1": fev1, "fvc": fvc })
}

#[test]
fn reference_values_of_gli_2012() {
    examples(&[
        (
            "H1 worked example, predicted and percent",
            "spiro.gli2012",
            man(45.2, 2.90, 3.70),
            json!({
                "fev1": { "pred": 3.653, "pct_pred": 79.4 }, "fvc": { "pred": 4.543, "pct_pred": 81.5 },
                "ratio": { "pred": 0.8070, "pct_pred": 97.1 } }),
            1e-3,
        ),
        (
            "H1, limits and z (the handbook allows 0.2 %: its oracle used z of 1.644 to 1.645)",
            "spiro.gli2012",
            man(45.2, 2.90, 3.70),
            json!({ "fev1": { "lln": 3.137, "z": -2.383 }, "fvc": { "lln": 3.937, "z": -2.291 }, "ratio": { "lln": 0.7230, "z": -0.478 } }),
            2e-3,
        ),
    ]);
    refusals(&[
        ("two years old", "spiro.gli2012", man(2.9, 1.0, 1.2), "out_of_range", "age"),
        ("ninety-six", "spiro.gli2012", man(95.1, 1.0, 1.2), "out_of_range", "age"),
        ("more in a second than in all", "spiro.gli2012", man(45.0, 3.8, 3.7), "invalid_input", "fev1"),
        (
            "a height in metres",
            "spiro.gli2012",
            json!({ "sex": "male", "age": 45, "height_cm": 1.72, "ethnicity": "ne_asian", "fev1": 3, "fvc": 4 }),
            "out_of_range",
            "height_cm",
        ),
        (
            "which China?",
            "spiro.gli2012",
            json!({ "sex": "male", "age": 45, "height_cm": 172, "ethnicity": "asian", "fev1": 3, "fvc": 4 }),
            "invalid_input",
            "ethnicity",
        ),
    ]);
}

#[test]
fn patterns() {
    let z = |ratio: f64, fvc: f64, fev1: f64| json!({ "z_ratio": ratio, "z_fvc": fvc, "z_fev1": fev1 });
    let is = |pattern: &str, severity: &str| json!({ "pattern": pattern, "severity": severity });
    examples(&[
        ("H2", "spiro.pattern", z(-2.0, -1.0, -2.6), is("obstruction", "moderate"), 0.0),
        ("the limit itself is normal", "spiro.pattern", z(-1.645, -1.645, -3.0), is("normal", "none"), 0.0),
        ("low volume", "spiro.pattern", z(0.0, -2.0, -2.0), is("possible_restriction", "mild"), 0.0),
        ("both low", "spiro.pattern", z(-3.0, -2.0, -4.1), is("possible_mixed", "severe"), 0.0),
        ("−2.5 is moderate", "spiro.pattern", z(-2.0, 0.0, -2.5), is("obstruction", "moderate"), 0.0),
        ("−4 is moderate", "spiro.pattern", z(-2.0, 0.0, -4.0), is("obstruction", "moderate"), 0.0),
        (
            "obstruction with a normal FEV1",
            "spiro.pattern",
            z(-2.0, 0.0, 0.0),
            is("obstruction", "none"),
            0.0,
        ),
    ]);
}

#[test]
fn stages_of_pneumoconiosis() {
    let rows = [
        ("nothing", json!({}), 0),
        ("one zone is not enough", json!({ "overall": 1, "zones": 1 }), 0),
        ("stage one", json!({ "overall": 1, "zones": 2 }), 1),
        ("profusion 2 in four zones stays one", json!({ "overall": 2, "zones": 4 }), 1),
        ("H3", json!({ "overall": 2, "zones": 6 }), 2),
        ("profusion 3 without aggregation", json!({ "overall": 3, "zones": 6 }), 2),
        ("with aggregation", json!({ "overall": 3, "zones": 5, "aggregation": true }), 3),
        ("a large opacity", json!({ "large_opacity_long_mm": 20, "large_opacity_short_mm": 10.1 }), 3),
        ("one that is 10 mm wide", json!({ "large_opacity_long_mm": 25, "large_opacity_short_mm": 10 }), 0),
        (
            "a small large opacity with profusion 3",
            json!({ "overall": 3, "zones": 5, "large_opacity_long_mm": 12, "large_opacity_short_mm": 8 }),
            3,
        ),
        (
            "asbestos: plaque and 0/1 in two zones",
            json!({ "asbestos": true, "plaque": true, "zones_0_1": 2 }),
            1,
        ),
        (
            "asbestos: plaque and one zone",
            json!({ "asbestos": true, "plaque": true, "overall": 1, "zones": 1 }),
            1,
        ),
        ("the same without asbestos", json!({ "plaque": true, "overall": 1, "zones": 1 }), 0),
        (
            "asbestos: plaque at the heart, more than four zones",
            json!({ "asbestos": true, "plaque_heart_or_diaphragm": true, "overall": 1, "zones": 5 }),
            2,
        ),
        (
            "asbestos: profusion 2 in four zones",
            json!({ "asbestos": true, "plaque_heart_or_diaphragm": true, "overall": 2, "zones": 4 }),
            2,
        ),
        (
            "asbestos: shaggy heart",
            json!({ "asbestos": true, "plaque_over_half_or_shaggy": true, "overall": 3, "zones": 5 }),
            3,
        ),
    ];
    for (why, inputs, stage) in rows {
        examples(&[(why, "pneumo.stage", inputs, json!({ "stage": stage }), 0.0)]);
    }
    warnings(&[(
        "a plaque at the heart that is no plaque",
        "pneumo.stage",
        json!({ "asbestos": true, "plaque_heart_or_diaphragm": true, "overall": 1, "zones": 1 }),
        &["plaque_not_ticked"],
    )]);
    refusals(&[
        ("profusion 4", "pneumo.stage", json!({ "overall": 4 }), "out_of_range", "overall"),
        ("seven zones", "pneumo.stage", json!({ "zones": 7 }), "out_of_range", "zones"),
        ("a word for a tick", "pneumo.stage", json!({ "plaque": "yes" }), "invalid_input", "plaque"),
    ]);
}

proptest! {
    #[test]
    fn the_limit_is_the_fifth_percentile_and_z_rises(age in 3.0..95.0f64, height in 90.0..200.0f64, fvc in 1.0..6.0f64, more in 0.0..1.0f64) {
        for sex in ["male", "female"] {
            for ethnicity in ["caucasian", "african_american", "ne_asian", "se_asian", "other_mixed"] {
                let of = |fvc: f64| {
                    let inputs = json!({ "sex": sex, "age": age, "height_cm": height, "ethnicity": ethnicity, "fev1": 0.5, "fvc": fvc });
                    run("spiro.gli2012", &inputs).map(|a| a.outputs["fvc"].clone()).unwrap_or_default()
                };
                let z = |fvc: f64| of(fvc)["z"].as_f64().unwrap_or(f64::NAN);
                prop_assert!(z(fvc + more) >= z(fvc));
                let lln = of(fvc)["lln"].as_f64().unwrap_or(f64::NAN);
                prop_assume!(lln > 0.5);
                prop_assert!((z(lln) + 1.644_853_6).abs() < 1e-6);
            }
        }
    }
}
