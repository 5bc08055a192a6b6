//! Section F: grading of hazardous work.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{examples, number, refusals, warnings};

fn dust(edition: &str, sio2: f64, b: f64, intensity: u8) -> Value {
    json!({ "edition": edition, "sio2_pct": sio2, "b": b, "intensity": intensity })
}

fn chemical(edition: &str, hazard: &str, b: f64, intensity: u8) -> Value {
    json!({ "edition": edition, "hazard": hazard, "b": b, "intensity": intensity })
}

#[test]
fn dust_and_chemicals() {
    examples(&[
        ("F, dust 2010", "grade.dust", dust("2010", 30.0, 2.4, 3), json!({ "g": 9.6, "level": 2 }), 1e-12),
        (
            "below the limit",
            "grade.dust",
            dust("2010", 90.0, 0.99, 4),
            json!({ "g": 0.0, "level": 0 }),
            1e-12,
        ),
        (
            "the limit itself weighs 1",
            "grade.dust",
            dust("2010", 10.0, 1.0, 1),
            json!({ "g": 1.0, "level": 1 }),
            1e-12,
        ),
        (
            "twice the limit still weighs 1",
            "grade.dust",
            dust("2010", 60.0, 2.0, 2),
            json!({ "g": 6.0, "level": 1 }),
            1e-12,
        ),
        ("pure quartz", "grade.dust", dust("2010", 81.0, 3.0, 1), json!({ "g": 18.0, "level": 3 }), 1e-12),
        (
            "2025: up to half the limit",
            "grade.dust",
            dust("2025", 30.0, 0.5, 3),
            json!({ "g": 0.0, "level": 0 }),
            1e-12,
        ),
        (
            "2025: action level, whatever G",
            "grade.dust",
            dust("2025", 90.0, 0.9, 4),
            json!({ "g": 9.0, "level": 1 }),
            1e-12,
        ),
        ("2025: light", "grade.dust", dust("2025", 5.0, 1.5, 1), json!({ "g": 1.5, "level": 2 }), 1e-12),
        ("2025: moderate", "grade.dust", dust("2025", 30.0, 2.4, 3), json!({ "g": 9.6, "level": 3 }), 1e-12),
        ("2025: high", "grade.dust", dust("2025", 81.0, 3.0, 2), json!({ "g": 18.0, "level": 4 }), 1e-12),
        (
            "F, chemical 2010",
            "grade.chemical",
            chemical("2010", "severe", 1.5, 2),
            json!({ "g": 9.0, "level": 2 }),
            1e-12,
        ),
        (
            "the limit itself is kept",
            "grade.chemical",
            chemical("2010", "extreme", 1.0, 4),
            json!({ "g": 0.0, "level": 0 }),
            1e-12,
        ),
        (
            "up to 24",
            "grade.chemical",
            chemical("2010", "extreme", 3.0, 1),
            json!({ "g": 24.0, "level": 2 }),
            1e-12,
        ),
        ("above 24", "grade.chemical", chemical("2010", "extreme", 3.1, 1), json!({ "level": 3 }), 1e-12),
        (
            "2025: half the limit counts",
            "grade.chemical",
            chemical("2025", "mild", 0.6, 1),
            json!({ "g": 0.6, "level": 1 }),
            1e-12,
        ),
        (
            "2025: above the limit at least 2",
            "grade.chemical",
            chemical("2025", "mild", 1.1, 1),
            json!({ "g": 1.1, "level": 2 }),
            1e-12,
        ),
        (
            "notations are shown and change nothing",
            "grade.chemical",
            json!({ "edition": "2010", "hazard": "mild", "b": 2, "intensity": 1, "skin": true, "carcinogen_g1": true }),
            json!({ "g": 2.0, "level": 1, "flags": ["skin", "carcinogen_g1"] }),
            1e-12,
        ),
    ]);
    refusals(&[
        (
            "which edition?",
            "grade.dust",
            json!({ "sio2_pct": 1, "b": 1, "intensity": 1 }),
            "invalid_input",
            "edition",
        ),
        ("no such edition", "grade.dust", dust("2015", 1.0, 1.0, 1), "invalid_input", "edition"),
        ("no such class", "grade.dust", dust("2010", 1.0, 1.0, 5), "out_of_range", "intensity"),
        ("negative", "grade.chemical", chemical("2010", "mild", -0.1, 1), "invalid_input", "b"),
        ("no such hazard", "grade.chemical", chemical("2010", "deadly", 1.0, 1), "invalid_input", "hazard"),
    ]);
    let on = |day: &str| json!({ "edition": 2010, "hazard": "mild", "b": 2, "intensity": 1, "on": day });
    warnings(&[
        ("the last day of the old edition", "grade.chemical", on("2026-01-31"), &[]),
        ("the first day of the new one", "grade.chemical", on("2026-02-01"), &["edition_superseded"]),
        ("unconfirmed weights", "grade.dust", dust("2010", 1.0, 1.0, 1), &["table_unverified"]),
        ("unconfirmed edition", "grade.chemical", chemical("2025", "mild", 1.0, 1), &["table_unverified"]),
    ]);
}

#[test]
fn coal_dust_stops_work_above_sixteen() {
    for (respirable, level) in [(0.0, 1), (1.25, 1), (2.5, 2), (6.0, 3), (16.0, 4), (16.1, 5)] {
        let expected = json!({ "level": level, "stop_work": level == 5 });
        let inputs = json!({ "respirable": respirable });
        examples(&[(
            "GBZ/T 342-2025, cuts belong to the lower grade",
            "grade.coal_dust",
            inputs,
            expected,
            0.0,
        )]);
    }
}

proptest! {
    #[test]
    fn more_exposure_or_heavier_work_never_grades_lower(
        b in 0.0..5.0f64, more in 0.0..2.0f64, sio2 in 0.0..100.0f64, intensity in 1u8..4, new in any::<bool>(),
    ) {
        let edition = if new { "2025" } else { "2010" };
        let level = |b: f64, i: u8| number("grade.dust", &dust(edition, sio2, b, i), "level");
        prop_assert!(level(b + more, intensity) >= level(b, intensity));
        prop_assert!(level(b, intensity + 1) >= level(b, intensity));
        let level = |b: f64, i: u8| number("grade.chemical", &chemical(edition, "severe", b, i), "level");
        prop_assert!(level(b + more, intensity) >= level(b, intensity));
        prop_assert!(level(b, intensity + 1) >= level(b, intensity));
    }
}
