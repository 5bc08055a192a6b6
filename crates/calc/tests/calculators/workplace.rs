//! The door's calculators: the limit of a day and one sample against it.

use proptest::prelude::*;
use serde_json::json;

use crate::support::{examples, number, refusals, warnings};

#[test]
fn the_limit_of_the_day() {
    let benzene = |on: &str| json!({ "factor": "苯", "sample": "twa", "on": on });
    examples(&[
        (
            "GBZ 2.1-2019 table 1: benzene PC-TWA 6",
            "workplace.limit",
            benzene("2021-05-06"),
            json!({ "value": 6.0, "kind": "PC-TWA", "unit": "mg/m3", "edition": "GBZ 2.1-2019", "status": "firm", "pending": null }),
            0.0,
        ),
        (
            "before 2020-04-01 the edition of 2007",
            "workplace.limit",
            benzene("2019-05-06"),
            json!({ "value": 6.0, "edition": "GBZ 2.1-2007", "status": "verify" }),
            0.0,
        ),
        (
            "the amendment of 2022-11 has no known first day: both limits (domain G-12)",
            "workplace.limit",
            benzene("2023-05-06"),
            json!({ "value": 6.0, "pending": 3.0 }),
            0.0,
        ),
        (
            "GBZ 2.2-2007 table 8: Ⅱ at 70 % takes the row of 75 %",
            "workplace.limit",
            json!({ "factor": "高温", "sample": "wbgt", "on": "2024-07-01", "intensity": 2, "contact_rate_pct": 70 }),
            json!({ "value": 29.0, "kind": "WBGT" }),
            0.0,
        ),
    ]);
    refusals(&[
        (
            "no such factor",
            "workplace.limit",
            json!({ "factor": "空气", "sample": "twa", "on": "2024-07-01" }),
            "invalid_input",
            "factor",
        ),
        ("no such day", "workplace.limit", benzene("2024-02-30"), "invalid_input", "on"),
        (
            "silica dust without its free silica",
            "workplace.limit",
            json!({ "factor": "矽尘（游离SiO2含量≥10%）", "sample": "twa", "on": "2024-07-01", "dust": "total" }),
            "invalid_input",
            "sio2_pct",
        ),
    ]);
}

#[test]
fn one_sample_against_its_limit() {
    let twa = |result: f64, hours: f64, shift: f64, days: f64| json!({ "kind": "PC-TWA", "limit": 1, "result": result, "hours": hours, "shift_hours": shift, "week_days": days });
    examples(&[
        (
            "a whole shift within the limit",
            "workplace.exposure",
            twa(0.5, 8.0, 8.0, 5.0),
            json!({ "value": 0.5, "limit": 1.0, "rf": 1.0, "ratio": 0.5, "level": 2, "verdict": "pass", "whole_shift": true, "sample_ratio": 0.5, "sample_level": 2 }),
            1e-12,
        ),
        (
            "two hours of eight within the limit say nothing by themselves",
            "workplace.exposure",
            twa(2.0, 2.0, 8.0, 5.0),
            json!({ "value": 0.5, "verdict": "none", "whole_shift": false, "sample_ratio": 2.0, "sample_level": 4 }),
            1e-12,
        ),
        (
            "two hours that are over the limit for the day fail whatever follows",
            "workplace.exposure",
            twa(5.0, 2.0, 8.0, 5.0),
            json!({ "value": 1.25, "verdict": "fail" }),
            1e-12,
        ),
        (
            "domain D.1: 12 h are allowed half, and averaged over 12 h",
            "workplace.exposure",
            twa(0.6, 12.0, 12.0, 5.0),
            json!({ "value": 0.6, "rf": 0.5, "limit": 0.5, "verdict": "fail", "ratio": 1.2 }),
            1e-12,
        ),
        (
            "domain D.1: 10 h → 0.70",
            "workplace.exposure",
            twa(0.6, 10.0, 10.0, 5.0),
            json!({ "rf": 0.7 }),
            1e-12,
        ),
        (
            "domain D.1: six days of 8 h → 0.78125",
            "workplace.exposure",
            twa(0.6, 8.0, 8.0, 6.0),
            json!({ "rf": 0.781_25 }),
            1e-12,
        ),
        (
            "below detection counts as the limit of detection (GBZ 331 appendix G), not as half",
            "workplace.exposure",
            json!({ "kind": "PC-TWA", "limit": 1, "lod": 0.6, "hours": 8 }),
            json!({ "value": 0.6, "sample_ratio": 0.6 }),
            1e-12,
        ),
        (
            "domain D.1: 90 dB for 4 h are 87.0",
            "workplace.exposure",
            json!({ "kind": "LEX", "limit": 85, "result": 90, "hours": 4, "shift_hours": 4 }),
            json!({ "value": 86.9897, "verdict": "fail", "sample_ratio": null }),
            1e-6,
        ),
        (
            "six days a week: +0.79 dB",
            "workplace.exposure",
            json!({ "kind": "LEX", "limit": 85, "result": 84.5, "week_days": 6 }),
            json!({ "value": 85.291_812, "verdict": "fail" }),
            1e-7,
        ),
        (
            "domain D.1: a·√(T/4); 5 m/s² for 2 h are 3.54",
            "workplace.exposure",
            json!({ "kind": "A(4)", "limit": 5, "result": 5, "hours": 2 }),
            json!({ "value": 3.535_533_9, "verdict": "pass" }),
            1e-7,
        ),
        (
            "a ceiling is not averaged",
            "workplace.exposure",
            json!({ "kind": "MAC", "limit": 10, "result": 10.1, "hours": 0.25, "shift_hours": 8 }),
            json!({ "value": 10.1, "verdict": "fail", "whole_shift": true }),
            1e-12,
        ),
        (
            "heat as read",
            "workplace.exposure",
            json!({ "kind": "WBGT", "limit": 29, "result": 29 }),
            json!({ "value": 29.0, "verdict": "pass", "sample_ratio": null }),
            1e-12,
        ),
    ]);
    warnings(&[
        (
            "an hour of contact is judged by short samples",
            "workplace.exposure",
            twa(0.5, 1.0, 1.0, 5.0),
            &["short_contact"],
        ),
        ("fourteen hours", "workplace.exposure", twa(0.1, 14.0, 14.0, 5.0), &["overlong_shift"]),
    ]);
    refusals(&[
        (
            "a limit of nothing",
            "workplace.exposure",
            json!({ "kind": "MAC", "limit": 0, "result": 1 }),
            "invalid_input",
            "limit",
        ),
        (
            "no result and no detection limit",
            "workplace.exposure",
            json!({ "kind": "MAC", "limit": 1 }),
            "invalid_input",
            "lod",
        ),
        ("a day of 25 h", "workplace.exposure", twa(1.0, 8.0, 25.0, 5.0), "out_of_range", "shift_hours"),
        (
            "a level of 200 dB",
            "workplace.exposure",
            json!({ "kind": "LEX", "limit": 85, "result": 200 }),
            "out_of_range",
            "result",
        ),
    ]);
}

proptest! {
    #[test]
    fn more_is_never_judged_better(kind in prop::sample::select(vec!["PC-TWA", "LEX", "A(4)", "MAC"]), result in 0.0..120.0f64, more in 0.0..40.0f64, hours in 0.5..12.0f64) {
        let ratio = |result: f64| number("workplace.exposure", &json!({ "kind": kind, "limit": 60, "result": result, "hours": hours, "shift_hours": 12 }), "ratio");
        prop_assert!(ratio(result + more) >= ratio(result));
    }

    #[test]
    fn the_unit_does_not_matter(result in 0.01..50.0f64, limit in 0.01..50.0f64, factor in 0.001..1000.0f64, hours in 0.5..12.0f64) {
        let ratio = |by: f64| number("workplace.exposure", &json!({ "kind": "PC-TWA", "limit": limit * by, "result": result * by, "hours": hours, "shift_hours": 12 }), "ratio");
        prop_assert!((ratio(factor) / ratio(1.0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_longer_shift_is_never_allowed_more(result in 0.1..5.0f64, shift in 1.0..23.0f64, more in 0.0..1.0f64, days in 1.0..7.0f64) {
        let limit = |shift: f64| number("workplace.exposure", &json!({ "kind": "PC-TWA", "limit": 1, "result": result, "hours": 1, "shift_hours": shift, "week_days": days }), "limit");
        prop_assert!(limit(shift + more) <= limit(shift) + 1e-12);
    }
}
