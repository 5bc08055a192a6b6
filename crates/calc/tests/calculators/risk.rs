//! Domain section D and B11: risk of chemicals and of employers.

use serde_json::{Value, json};

use crate::support::{examples, refusals};

#[test]
fn risk_of_chemicals() {
    let thi = |all: f64| {
        let keys = [
            "acute_inhalation",
            "dermal",
            "irritation",
            "sensitisation",
            "reproductive",
            "carcinogenic",
            "dispersion",
            "accumulation",
        ];
        let scores: serde_json::Map<String, Value> =
            keys.iter().map(|key| ((*key).to_owned(), json!(all))).collect();
        Value::Object(scores)
    };
    examples(&[
        (
            "half the limit is class 3",
            "risk.chemical",
            json!({ "hazard_class": 3, "ratio": 0.5 }),
            json!({ "er": 3.0, "risk": 3.0, "level": 3 }),
            1e-12,
        ),
        (
            "twice the limit of a carcinogen",
            "risk.chemical",
            json!({ "hazard_class": 5, "ratio": 2 }),
            json!({ "er": 5.0, "level": 5 }),
            1e-12,
        ),
        (
            "the geometric mean of indices",
            "risk.chemical",
            json!({ "hazard_class": 4, "exposure_indices": [1, 4, 2] }),
            json!({ "er": 2.0, "risk": 2.828_427, "level": 3 }),
            1e-6,
        ),
        (
            "RAGS F: 8 h, 250 days, 25 years",
            "risk.inhalation",
            json!({ "ca": 1.0, "et": 8, "ef": 250, "ed": 25, "rfc": 0.03, "iur": 0.0078 }),
            json!({ "hq": 7.610_35, "cancer_risk": 6.360_08e-4 }),
            1e-5,
        ),
        ("all categories 5", "risk.toxicity", thi(0.0), json!({ "thi": 0.0, "hazard": "mild" }), 1e-12),
        ("all categories 3", "risk.toxicity", thi(2.0), json!({ "thi": 50.0, "hazard": "severe" }), 1e-12),
        ("all categories 1", "risk.toxicity", thi(4.0), json!({ "thi": 100.0, "hazard": "extreme" }), 1e-12),
    ]);
    refusals(&[
        (
            "neither reference nor unit risk",
            "risk.inhalation",
            json!({ "ca": 1, "et": 8, "ef": 250, "ed": 25 }),
            "invalid_input",
            "rfc",
        ),
        (
            "class 6",
            "risk.chemical",
            json!({ "hazard_class": 6, "ratio": 1 }),
            "out_of_range",
            "hazard_class",
        ),
    ]);
}

#[test]
fn risk_of_employers() {
    // annex 1, row by row; annex 3 for management A, B, C
    let rows = [
        ("general, within limits", false, false, 500, ["甲", "甲", "乙"], 1),
        ("general, over, few", false, true, 49, ["甲", "乙", "丙"], 2),
        ("general, over, many", false, true, 50, ["乙", "丙", "丙"], 3),
        ("severe, within, few", true, false, 9, ["甲", "乙", "丙"], 2),
        ("severe, within, many", true, false, 50, ["乙", "丙", "丙"], 3),
        ("severe, over", true, true, 1, ["乙", "丙", "丙"], 3),
    ];
    for (why, severe, over_limit, exposed, words, class) in rows {
        for (management, word) in ["A", "B", "C"].into_iter().zip(words) {
            let hazard = json!({ "severe": severe, "over_limit": over_limit, "exposed": exposed });
            let inputs = json!({ "hazards": [hazard], "management": management });
            examples(&[(
                why,
                "risk.employer",
                inputs,
                json!({ "risk_class": class, "comprehensive": word }),
                0.0,
            )]);
        }
    }
}

#[test]
fn ultraviolet_and_power_frequency() {
    examples(&[
        (
            "by the formula",
            "phys.uv_effective",
            json!({ "uva": 100, "uvb": 0.2, "uvc": 0.2 }),
            json!({ "effective": 0.239, "complies": true }),
            1e-12,
        ),
        (
            "just above 0.24",
            "phys.uv_effective",
            json!({ "uva": 0, "uvb": 0, "uvc": 0.49 }),
            json!({ "complies": false }),
            1e-12,
        ),
        (
            "two hours are half",
            "phys.power_frequency",
            json!({ "segments": [{ "field": 10, "hours": 2 }] }),
            json!({ "e8": 5.0 }),
            1e-12,
        ),
    ]);
}
