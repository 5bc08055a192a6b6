//! Section G: radiation dose.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{examples, number, refusals, warnings};

fn year(doses: &[Option<f64>], months: u8, mdl: f64) -> Value {
    let periods: Vec<Value> = doses.iter().map(|dose| json!({ "hp10": dose })).collect();
    json!({ "periods": periods, "months_per_period": months, "mdl": mdl })
}

#[test]
fn doses_of_people_and_groups() {
    examples(&[
        (
            "G worked example",
            "rad.annual",
            year(&[Some(0.20), None, Some(0.40), Some(0.02)], 3, 0.04),
            json!({ "annual": 0.826_667, "n_missing": 1, "notional": 0.206_667, "investigate_periods": [], "exceeds_20": false, "exceeds_50": false }),
            1e-5,
        ),
        (
            "nothing missing",
            "rad.annual",
            year(&[Some(1.25), Some(1.26), Some(0.0), Some(20.0)], 3, 0.04),
            json!({ "annual": 22.53, "n_missing": 0, "notional": null, "investigate_periods": [2, 4], "exceeds_20": true, "exceeds_50": false }),
            1e-9,
        ),
        (
            "monthly badges: 5/12 mSv",
            "rad.annual",
            year(&[Some(0.42), Some(0.41)], 1, 0.04),
            json!({ "investigate_periods": [1] }),
            1e-9,
        ),
        (
            "doubtful cases take the share of the limit",
            "rad.annual",
            json!({ "periods": [{ "hp10": 1.0 }, { "hp10": null }], "months_per_period": 3, "mdl": 0.04, "notional_method": "limit_share" }),
            json!({ "annual": 6.0, "notional": 5.0 }),
            1e-9,
        ),
        (
            "G",
            "rad.five_year",
            json!({ "annual": [10, 12, 30, 20, 25] }),
            json!({ "sum5": 97.0, "mean5": 19.4, "max_year": 30.0, "complies": true }),
            1e-12,
        ),
        (
            "51 in one year",
            "rad.five_year",
            json!({ "annual": [0, 0, 51, 0, 0] }),
            json!({ "complies": false }),
            1e-12,
        ),
        (
            "the worst five of seven",
            "rad.five_year",
            json!({ "annual": [0, 0, 25, 25, 25, 25, 5] }),
            json!({ "sum5": 105.0, "complies": false }),
            1e-12,
        ),
        (
            "G, with thyroid shield",
            "rad.apron",
            json!({ "h_under": 0.3, "h_over": 2.0, "thyroid_shield": true }),
            json!({ "e": 0.339 }),
            1e-9,
        ),
        ("without", "rad.apron", json!({ "h_under": 0.3, "h_over": 2.0 }), json!({ "e": 0.452 }), 1e-9),
        (
            "G",
            "rad.distribution",
            json!({ "doses": [0.5, 2, 6, 11.5] }),
            json!({ "collective": 20.0, "mean": 5.0, "nr15": 0.0, "nr10": 0.25, "sr10": 0.575, "nr5": 0.5, "sr5": 0.875, "nr1": 0.75, "sr1": 0.975 }),
            1e-12,
        ),
        (
            "nobody exposed",
            "rad.distribution",
            json!({ "doses": [0, 0] }),
            json!({ "collective": 0.0, "sr1": 0.0 }),
            1e-12,
        ),
    ]);
    refusals(&[
        ("no result at all", "rad.annual", year(&[None, None], 3, 0.04), "insufficient_data", "periods"),
        ("no period", "rad.annual", year(&[], 3, 0.04), "insufficient_data", "periods"),
        ("negative", "rad.annual", year(&[Some(-0.1)], 3, 0.04), "invalid_input", "periods.0.hp10"),
        (
            "half a year is no period",
            "rad.annual",
            year(&[Some(0.1)], 6, 0.04),
            "out_of_range",
            "months_per_period",
        ),
        ("fifteen months", "rad.annual", year(&[Some(0.1); 5], 3, 0.04), "out_of_range", "periods"),
        ("four years", "rad.five_year", json!({ "annual": [1, 2, 3, 4] }), "insufficient_data", "annual"),
        ("nobody", "rad.distribution", json!({ "doses": [] }), "insufficient_data", "doses"),
    ]);
    warnings(&[
        ("a notional dose is marked", "rad.annual", year(&[Some(0.2), None], 3, 0.04), &["notional_dose"]),
        ("unconfirmed weights", "rad.apron", json!({ "h_under": 1, "h_over": 1 }), &["table_unverified"]),
    ]);
}

#[test]
fn one_period() {
    examples(&[
        (
            "domain B16: a quarter of 91 days is investigated above 1.2466",
            "rad.period",
            json!({ "hp10": 1.3, "days": 91, "mdl": 0.04 }),
            json!({ "recorded": 1.3, "level": 1.246_575_3, "over_level": true, "over_limit": null }),
            1e-7,
        ),
        (
            "GBZ 128: below detection half of it goes on record, and nothing is above a level",
            "rad.period",
            json!({ "below": true, "mdl": 0.04, "days": 90 }),
            json!({ "recorded": 0.02, "over_level": null }),
            1e-12,
        ),
        (
            "no result",
            "rad.period",
            json!({ "days": 90 }),
            json!({ "recorded": null, "over_level": null }),
            1e-12,
        ),
        (
            "a whole year's limit in one period",
            "rad.period",
            json!({ "hp10": 51, "hp3": 151 }),
            json!({ "over_limit": "effective_50" }),
            0.0,
        ),
        (
            "the lens alone",
            "rad.period",
            json!({ "hp10": 1, "hp3": 151 }),
            json!({ "over_limit": "lens_150" }),
            0.0,
        ),
        (
            "the limit itself is kept",
            "rad.period",
            json!({ "hp10": 20, "hp3": 150, "hp007": 500 }),
            json!({ "over_limit": null }),
            0.0,
        ),
        (
            "GB 18871: the mean of five years",
            "rad.period",
            json!({ "hp10": 20.1 }),
            json!({ "over_limit": "effective_20" }),
            0.0,
        ),
    ]);
    refusals(&[
        ("nothing given", "rad.period", json!({}), "insufficient_data", "hp10"),
        ("a negative dose", "rad.period", json!({ "hp10": -0.1 }), "invalid_input", "hp10"),
        (
            "more days than a year has",
            "rad.period",
            json!({ "hp10": 1, "days": 400 }),
            "out_of_range",
            "days",
        ),
    ]);
}

proptest! {
    #[test]
    fn a_lost_badge_never_lowers_the_year(doses in prop::collection::vec(0.0..5.0f64, 1..4)) {
        let known: Vec<Option<f64>> = doses.iter().map(|d| Some(*d)).collect();
        let mut lost = known.clone();
        lost.push(None);
        let annual = |doses: &[Option<f64>]| number("rad.annual", &year(doses, 3, 0.04), "annual");
        prop_assert!(annual(&lost) >= annual(&known));
    }

    #[test]
    fn shares_fall_with_the_dose_they_are_counted_above(doses in prop::collection::vec(0.0..30.0f64, 1..30)) {
        let of = |key| number("rad.distribution", &json!({ "doses": doses }), key);
        prop_assert!(of("nr15") <= of("nr10") && of("nr10") <= of("nr5") && of("nr5") <= of("nr1"));
        prop_assert!(of("sr1") <= 1.0 + 1e-12 && of("sr1") >= of("nr1") * of("mean").min(0.0));
    }
}
