//! Section A: air sampling.

use proptest::prelude::*;
use serde_json::json;

use crate::support::{examples, number, refusals, warnings};

#[test]
fn averages_and_short_term_values() {
    examples(&[
        (
            "A1 worked example",
            "air.twa",
            json!({ "samples": [{ "c": 100, "t_min": 120 }, { "c": 40, "t_min": 180 }, { "c": 0, "t_min": 180 }] }),
            json!({ "c_twa": 40.0, "total_min": 480.0 }),
            1e-12,
        ),
        (
            "GBZ 2.1-2019 appendix A: ethyl acetate, 210 against 200",
            "air.twa",
            json!({ "samples": [{ "c": 400, "t_min": 180 }, { "c": 60, "t_min": 120 }, { "c": 120, "t_min": 180 }] }),
            json!({ "c_twa": 210.0 }),
            1e-12,
        ),
        (
            "a short shift still divides by 480 min",
            "air.twa",
            json!({ "samples": [{ "c": 8, "t_min": 60 }] }),
            json!({ "c_twa": 1.0, "total_min": 60.0 }),
            1e-12,
        ),
        (
            "below detection counts half by default",
            "air.twa",
            json!({ "samples": [{ "c": null, "lod": 0.6, "t_min": 480 }] }),
            json!({ "c_twa": 0.3 }),
            1e-12,
        ),
        (
            "below detection divided by √2",
            "air.twa",
            json!({ "samples": [{ "lod": 0.6, "t_min": 480 }], "nd_rule": "sqrt2" }),
            json!({ "c_twa": 0.424_264_068_7 }),
            1e-9,
        ),
        (
            "A3 worked example",
            "air.stel",
            json!({ "samples": [{ "c": 200, "t_min": 5 }, { "c": 50, "t_min": 10 }], "pc_stel": 100 }),
            json!({ "c_ste": 100.0, "complies": true }),
            1e-12,
        ),
        (
            "less than 15 min: the rest counts as nothing",
            "air.stel",
            json!({ "samples": [{ "c": 150, "t_min": 5 }], "pc_stel": 45 }),
            json!({ "c_ste": 50.0, "complies": false }),
            1e-12,
        ),
        (
            "more than 15 min: the worst window, 10·90 + 5·60 over 15",
            "air.stel",
            json!({ "samples": [{ "c": 30, "t_min": 20 }, { "c": 90, "t_min": 10 }, { "c": 60, "t_min": 20 }], "pc_stel": 80 }),
            json!({ "c_ste": 80.0, "complies": true }),
            1e-12,
        ),
        (
            "a ceiling met",
            "air.mac",
            json!({ "c_me": 10, "mac": 10 }),
            json!({ "complies": true, "ratio": 1.0 }),
            1e-12,
        ),
        (
            "a ceiling broken",
            "air.mac",
            json!({ "c_me": 10.1, "mac": 10 }),
            json!({ "complies": false }),
            1e-12,
        ),
    ]);
}

#[test]
fn peaks_mixtures_volumes() {
    examples(&[
        (
            "A4 worked example",
            "air.peak",
            json!({ "pc_twa": 20, "excursions": [{ "c": 70, "duration_min": 10, "start_min": 0 }] }),
            json!({ "max_ratio": 3.5, "n_excursions": 1, "complies": true, "violations": [] }),
            1e-12,
        ),
        (
            "exactly three times is no excursion, however long",
            "air.peak",
            json!({ "pc_twa": 0.15, "excursions": [{ "c": 0.45, "duration_min": 60, "start_min": 0 }] }),
            json!({ "n_excursions": 0, "complies": true }),
            1e-12,
        ),
        (
            "all four rules broken, in order",
            "air.peak",
            json!({ "pc_twa": 10, "excursions": [
                { "c": 51, "duration_min": 16, "start_min": 0 }, { "c": 31, "duration_min": 5, "start_min": 60 },
                { "c": 31, "duration_min": 5, "start_min": 130 }, { "c": 31, "duration_min": 5, "start_min": 200 },
                { "c": 31, "duration_min": 5, "start_min": 270 }] }),
            json!({ "n_excursions": 5, "violations": ["over_5x", "duration", "count", "interval"] }),
            1e-12,
        ),
        (
            "an hour from end to start is enough; the order of entry does not matter",
            "air.peak",
            json!({ "pc_twa": 10, "excursions": [
                { "c": 40, "duration_min": 15, "start_min": 75 }, { "c": 40, "duration_min": 15, "start_min": 0 }] }),
            json!({ "complies": true }),
            1e-12,
        ),
        (
            "A5 worked example",
            "air.mixture",
            json!({ "components": [{ "c": 25, "limit": 50 }, { "c": 30, "limit": 100 }] }),
            json!({ "index": 0.8, "complies": true }),
            1e-12,
        ),
        (
            "GBZ 2.1-2019: 225/450 + 400/600 fails",
            "air.mixture",
            json!({ "components": [{ "c": 225, "limit": 450 }, { "c": 400, "limit": 600 }] }),
            json!({ "index": 1.166_666_666_7, "complies": false }),
            1e-9,
        ),
        (
            "A6 worked example",
            "air.volume_std",
            json!({ "v": 30, "t_c": 38, "p_kpa": 98.0 }),
            json!({ "v0": 27.34, "converted": true }),
            2e-4,
        ),
        (
            "ordinary air needs no conversion",
            "air.volume_std",
            json!({ "v": 30, "t_c": 35, "p_kpa": 98.8 }),
            json!({ "v0": 30.0, "converted": false }),
            1e-12,
        ),
        (
            "unless asked for",
            "air.volume_std",
            json!({ "v": 30, "t_c": 20, "p_kpa": 101.3, "force": true }),
            json!({ "v0": 30.0, "converted": true }),
            1e-12,
        ),
        (
            "A7 worked example",
            "air.ppm_mgm3",
            json!({ "value": 25, "from": "ppm", "mw": 28.01 }),
            json!({ "ppm": 25.0, "mg_m3": 29.11 }),
            2e-4,
        ),
        (
            "and back",
            "air.ppm_mgm3",
            json!({ "value": 29.110_3, "from": "mg_m3", "mw": 28.01 }),
            json!({ "ppm": 25.0 }),
            1e-4,
        ),
        (
            "A8 worked example",
            "air.silica_limit",
            json!({ "sio2_pct": 30 }),
            json!({ "applicable": true, "total": 1.0, "respirable": 0.7 }),
            1e-12,
        ),
        (
            "not silica",
            "air.silica_limit",
            json!({ "sio2_pct": 9.9 }),
            json!({ "applicable": false, "total": null, "respirable": null }),
            1e-12,
        ),
        (
            "above 80 %",
            "air.silica_limit",
            json!({ "sio2_pct": 80.5 }),
            json!({ "total": 0.5, "respirable": 0.2 }),
            1e-12,
        ),
        (
            "A2 nine hours",
            "air.long_shift",
            json!({ "mode": "day", "hours": 9, "pc_twa": 6 }),
            json!({ "rf": 0.833_333_333, "adjusted_limit": 5.0 }),
            1e-8,
        ),
        (
            "A2 fifty hours",
            "air.long_shift",
            json!({ "mode": "week", "hours": 50, "pc_twa": 1 }),
            json!({ "rf": 0.7375 }),
            1e-12,
        ),
        (
            "eight hours are not reduced",
            "air.long_shift",
            json!({ "mode": "day", "hours": 8, "pc_twa": 1 }),
            json!({ "rf": 1.0 }),
            1e-12,
        ),
        (
            "A10",
            "air.exposure_level",
            json!({ "exposure": 0.5, "limit": 1 }),
            json!({ "level": 2, "above_action_level": false }),
            1e-12,
        ),
    ]);
}

#[test]
fn what_is_refused() {
    let twa = |sample| json!({ "samples": [sample] });
    refusals(&[
        ("no samples", "air.twa", json!({ "samples": [] }), "insufficient_data", "samples"),
        ("negative", "air.twa", twa(json!({ "c": -1, "t_min": 5 })), "invalid_input", "samples.0.c"),
        ("no time", "air.twa", twa(json!({ "c": 1, "t_min": 0 })), "invalid_input", "samples.0.t_min"),
        ("below what?", "air.twa", twa(json!({ "c": null, "t_min": 5 })), "invalid_input", "samples.0.lod"),
        ("more than a day", "air.twa", twa(json!({ "c": 1, "t_min": 1441 })), "out_of_range", "samples"),
        ("text", "air.twa", twa(json!({ "c": "1", "t_min": 5 })), "invalid_input", "samples.0.c"),
        (
            "unknown rule",
            "air.twa",
            json!({ "samples": [{ "c": 1, "t_min": 5 }], "nd_rule": "third" }),
            "invalid_input",
            "nd_rule",
        ),
        (
            "0 h",
            "air.long_shift",
            json!({ "mode": "day", "hours": 0, "pc_twa": 1 }),
            "invalid_input",
            "hours",
        ),
        (
            "25 h a day",
            "air.long_shift",
            json!({ "mode": "day", "hours": 25, "pc_twa": 1 }),
            "out_of_range",
            "hours",
        ),
        (
            "169 h a week",
            "air.long_shift",
            json!({ "mode": "week", "hours": 169, "pc_twa": 1 }),
            "out_of_range",
            "hours",
        ),
        ("zero limit", "air.mac", json!({ "c_me": 1, "mac": 0 }), "invalid_input", "mac"),
        (
            "zero limit",
            "air.mixture",
            json!({ "components": [{ "c": 1, "limit": 0 }] }),
            "invalid_input",
            "components.0.limit",
        ),
        (
            "absolute zero",
            "air.volume_std",
            json!({ "v": 1, "t_c": -273, "p_kpa": 100 }),
            "out_of_range",
            "t_c",
        ),
        ("vacuum", "air.volume_std", json!({ "v": 1, "t_c": 20, "p_kpa": 0 }), "out_of_range", "p_kpa"),
        ("more silica than dust", "air.silica_limit", json!({ "sio2_pct": 101 }), "out_of_range", "sio2_pct"),
        ("less than none", "air.silica_limit", json!({ "sio2_pct": -1 }), "invalid_input", "sio2_pct"),
        (
            "when was it?",
            "air.peak",
            json!({ "pc_twa": 1, "excursions": [{ "c": 4, "duration_min": 1, "start_min": 0 }, { "c": 4, "duration_min": 1 }] }),
            "invalid_input",
            "excursions.1.start_min",
        ),
        (
            "an overflow is no result",
            "air.mixture",
            json!({ "components": [{ "c": 1e308, "limit": 1e-308 }] }),
            "out_of_range",
            "components",
        ),
    ]);
    warnings(&[
        (
            "most below detection",
            "air.twa",
            json!({ "samples": [{ "lod": 1, "t_min": 480 }] }),
            &["high_censoring"],
        ),
        (
            "half of the shift sampled",
            "air.twa",
            json!({ "samples": [{ "c": 1, "t_min": 240 }], "shift_min": 480 }),
            &["small_sample"],
        ),
        (
            "thirteen hours",
            "air.long_shift",
            json!({ "mode": "day", "hours": 13, "pc_twa": 1 }),
            &["overlong_shift"],
        ),
    ]);
}

proptest! {
    #[test]
    fn an_average_is_linear_in_concentration(c in 0.0..1e4f64, t in 1.0..1440.0f64, factor in 0.1..10.0f64) {
        let twa = |c: f64| number("air.twa", &json!({ "samples": [{ "c": c, "t_min": t }] }), "c_twa");
        prop_assert!((twa(c * factor) - factor * twa(c)).abs() <= 1e-9 * (1.0 + twa(c) * factor));
    }

    #[test]
    fn an_average_does_not_depend_on_the_order(a in 0.0..99.0f64, b in 0.0..99.0f64, t in 1.0..700.0f64) {
        let pair = |x, y| json!({ "samples": [x, y] });
        let (x, y) = (json!({ "c": a, "t_min": t }), json!({ "c": b, "t_min": 90 }));
        let there = number("air.twa", &pair(&x, &y), "c_twa");
        prop_assert!((there - number("air.twa", &pair(&y, &x), "c_twa")).abs() < 1e-9);
    }

    #[test]
    fn the_worst_quarter_is_no_more_than_the_highest_sample(c in prop::collection::vec((0.0..50.0f64, 1.0..30.0f64), 1..8)) {
        let samples: Vec<_> = c.iter().map(|(c, t)| json!({ "c": c, "t_min": t })).collect();
        let got = number("air.stel", &json!({ "samples": samples, "pc_stel": 1 }), "c_ste");
        let highest = c.iter().map(|s| s.0).fold(0.0, f64::max);
        prop_assert!(got <= highest + 1e-9);
    }

    #[test]
    fn a_longer_day_is_never_allowed_more(h in 0.1..24.0f64, more in 0.0..1.0f64) {
        let rf = |h: f64| number("air.long_shift", &json!({ "mode": "day", "hours": h.min(24.0), "pc_twa": 1 }), "rf");
        prop_assert!(rf(h + more) <= rf(h) + 1e-12);
    }

    #[test]
    fn ppm_there_and_back(value in 0.001..1e5f64, mw in 2.0..400.0f64, t in -20.0..60.0f64) {
        let there = number("air.ppm_mgm3", &json!({ "value": value, "from": "ppm", "mw": mw, "t_c": t }), "mg_m3");
        let back = number("air.ppm_mgm3", &json!({ "value": there, "from": "mg_m3", "mw": mw, "t_c": t }), "ppm");
        prop_assert!((back / value - 1.0).abs() < 1e-12);
    }
}
