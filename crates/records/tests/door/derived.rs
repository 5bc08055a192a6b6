//! Derived fields of the shipped kinds, and what they rest on.

use crate::world::{World, changed, example, file};
use serde_json::{Map, Value, json};
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::get_path;
use zhijian_records::Door;
use zhijian_records::access::Sight;
use zhijian_records::derive::{BASIS, basis_of, fill};

/// The document after derivation.
fn derived(kind: &str, changes: &Value) -> Map<String, Value> {
    let catalogue = Catalogue::embedded();
    let kind = catalogue.kind(kind).unwrap();
    let mut document = example(kind, changes).as_object().cloned().unwrap();
    fill(kind, &catalogue, &mut document, "2026-06-30");
    document
}

fn at(document: &Map<String, Value>, path: &str) -> Value {
    get_path(document, path).cloned().unwrap_or_default()
}

#[test]
fn a_sample_is_held_against_the_limit_of_its_day() {
    // why, changes of the first example, path, expected
    let rows: Vec<(&str, Value, &str, Value)> = vec![
        ("respirable silica, 15.4 % free silica", json!({}), "limit.value", json!(0.7)),
        ("four hours of eight decide nothing alone", json!({}), "exposure.verdict", json!("none")),
        ("the whole shift does", json!({"sample_hours": 8}), "exposure.verdict", json!("pass")),
        ("its average", json!({"sample_hours": 8}), "exposure.value", json!(0.622)),
        ("over the limit by itself", json!({"result": 1.5}), "exposure.verdict", json!("fail")),
        ("12 h shifts are allowed half", json!({"sample_hours": 12, "shift_hours": 12}), "exposure.limit", json!(0.35)),
        ("and so fail", json!({"sample_hours": 12, "shift_hours": 12}), "exposure.verdict", json!("fail")),
        ("six days of eight hours", json!({"week_days": 6}), "exposure.rf", json!(0.781_25)),
        (
            "below detection the limit of detection counts",
            json!({"result": null, "below_lod": true, "lod": 0.4, "sample_hours": 8}),
            "exposure.value",
            json!(0.4),
        ),
        ("the single sample's level as before", json!({}), "exposure_level", json!("3")),
        ("no limit, no judgement", json!({"factor": null}), "exposure.verdict", json!(null)),
        (
            "job grade of 2010: WM 2 × WB 2.2 × WL 1.5 = 6.7, moderate",
            json!({"result": 1.54, "sample_hours": 8, "labour_class": "2"}),
            "job_grade.level",
            json!("2"),
        ),
        ("no labour intensity, no grade", json!({"result": 1.54, "sample_hours": 8}), "job_grade.level", json!(null)),
        (
            "the edition of 2025 from 2026-02-01: 0.5 < B ≤ 1 is the action level",
            json!({"sample_hours": 8, "labour_class": "2", "sampled_on": "2026-02-01"}),
            "job_grade.level",
            json!("1"),
        ),
    ];
    for (why, changes, path, expected) in rows {
        assert_eq!(at(&derived("measurement", &changes), path), expected, "{why}");
    }
}

#[test]
fn noise_and_vibration_are_brought_to_their_reference_time() {
    let noise = |result: f64, hours: f64, days: f64| json!({"factor": "P001", "sample_type": "5", "result": result, "unit": "dB(A)", "sample_hours": hours, "shift_hours": hours, "week_days": days});
    let level = |document: &Map<String, Value>| format!("{:.1}", at(document, "exposure.value").as_f64().unwrap());
    let four = derived("measurement", &noise(90.0, 4.0, 5.0));
    assert_eq!((level(&four), at(&four, "exposure.verdict"), at(&four, "job_grade.level")), ("87.0".into(), json!("fail"), json!("1")));
    let six_days = derived("measurement", &noise(84.5, 8.0, 6.0));
    assert_eq!((level(&six_days), at(&six_days, "exposure.verdict")), ("85.3".into(), json!("fail")));
    let quiet = derived("measurement", &noise(84.9, 8.0, 5.0));
    assert_eq!((at(&quiet, "exposure.verdict"), at(&quiet, "job_grade.level")), (json!("pass"), json!("0")));
}

#[test]
fn hearing_is_computed_when_both_ears_are_complete() {
    let whole = derived("exam", &json!({}));
    // 22 years: no correction. (15+25+25+30+35+25)/6
    assert!((at(&whole, "hearing.bhfta").as_f64().unwrap() - 155.0 / 6.0).abs() < 1e-9);
    assert_eq!(at(&whole, "hearing.grade"), json!("none"));
    let items = whole["items"].as_array().unwrap();
    let without: Vec<&Value> = items.iter().filter(|i| i["item"] != "R6000").collect();
    assert!(at(&derived("exam", &json!({"items": without})), "hearing").is_null(), "a frequency is missing");
    assert!(at(&derived("exam", &json!({"sex": "9"})), "hearing").is_null(), "the correction goes by sex");
}

#[test]
fn a_dose_period_is_recorded_and_held_against_its_level() {
    let days = json!({"worn_from": "2020-01-01", "worn_to": "2020-03-31"});
    let with = |changes: Value| {
        let mut all = days.as_object().cloned().unwrap();
        all.extend(changes.as_object().cloned().unwrap());
        derived("dose", &json!(all))
    };
    let over = with(json!({"hp10": 1.3}));
    assert_eq!((at(&over, "recorded_dose"), at(&over, "over_level"), at(&over, "over_limit")), (json!(1.3), json!(true), json!(null)));
    assert!((at(&over, "level_period").as_f64().unwrap() - 5.0 * 91.0 / 365.0).abs() < 1e-12);
    let below = with(json!({"hp10": null, "below_mdl": true}));
    assert_eq!((at(&below, "recorded_dose"), at(&below, "over_level")), (json!(0.01), json!(null)));
    let lens = with(json!({"hp3": 151}));
    assert_eq!(at(&lens, "over_limit"), json!("lens_150"));
}

#[test]
fn a_basis_names_calculator_version_edition_and_fields_and_copies_no_value() {
    let catalogue = Catalogue::embedded();
    let mut calls = 0;
    for kind in catalogue.kinds.values() {
        for sample in &kind.examples {
            let mut document = sample.as_object().cloned().unwrap();
            fill(kind, &catalogue, &mut document, "2026-06-30");
            let once = document.clone();
            fill(kind, &catalogue, &mut document, "2026-06-30");
            assert_eq!(once, document, "{}: filling again changes nothing", kind.kind);
            for basis in basis_of(&document) {
                calls += 1;
                assert!(basis.version > 0 && !basis.edition.is_empty() && !basis.inputs.is_empty(), "{}: {basis:?}", kind.kind);
                for path in basis.inputs.iter().chain(&basis.also) {
                    assert!(kind.field(path).is_some(), "{}: “{path}” is no field: {basis:?}", kind.kind);
                }
            }
        }
    }
    assert!(calls > 8, "{calls}");
    let noisy = derived("measurement", &json!({"sample_hours": 8, "labour_class": "2"}));
    let bases = basis_of(&noisy);
    let of = |field: &str| bases.iter().find(|b| b.field == field).unwrap_or_else(|| panic!("{field}"));
    assert_eq!((of("limit").calculator, of("limit").edition), ("workplace.limit", "GBZ 2.1-2019"));
    assert_eq!(of("exposure").also, ["ratio", "exposure_level"]);
    assert_eq!((of("job_grade").edition, of("job_grade").warnings.as_slice()), ("GBZ/T 229.1-2010", ["table_unverified"].as_slice()));
}

#[tokio::test]
async fn the_basis_of_a_private_result_is_sealed_with_it() {
    let secret = changed(&[(
        "kinds/exam.v1.yaml",
        "grade: {type: string, title: 噪声聋计算分级,",
        "grade: {type: string, title: 噪声聋计算分级, x-private: medical,",
    )]);
    let world = World::new();
    let door: Door = world.door(secret).await;
    employer(&door).await;
    let kind = door.kind("exam").unwrap();
    let id = file(&door, "exam", &example(&kind, &json!({}))).await;
    let stored = door.store.find("exam", &id).await.unwrap().unwrap();
    let public: Map<String, Value> = serde_json::from_str(&stored.data).unwrap();
    assert!(public.get(BASIS).is_none_or(|b| b.get("hearing").is_none()) && get_path(&public, "hearing.grade").is_none());
    let revealed = door.view(&kind, &stored, &Sight::whole(), true).unwrap();
    assert!(basis_of(&revealed.data).iter().any(|b| b.field == "hearing"));
    let masked = door.view(&kind, &stored, &Sight::whole(), false).unwrap();
    assert!(basis_of(&masked.data).iter().all(|b| b.field != "hearing"));
}

/// The employer that the examples of other kinds point to.
pub async fn employer(door: &Door) -> String {
    let kind = door.kind("employer").unwrap();
    file(door, "employer", &example(&kind, &json!({}))).await
}
