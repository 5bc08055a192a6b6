//! Readings become the figures of shifts and days, beside the limits of the day.

use crate::world::{self, World};
use serde_json::{Map, Value, json};
use time::macros::date;
use zhijian_gateway::exposure::{Clerk, Day};
use zhijian_records::clock::start_of;
use zhijian_records::port::{Query, Stored};
use zhijian_telemetry::readings::{Arrival, Batch, Series};
use zhijian_telemetry::windows::{Quality, Reading};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// Midnight of a day in China, Unix milliseconds.
fn midnight(day: &str) -> i64 {
    start_of(day).unwrap() / 1000
}

async fn device(world: &World, number: &str, more: Value) {
    let mut document = json!({
        "device_no": number, "installed_on": "2026-01-05", "employer_name": "海港样嘉盛建材厂", "uscc": "91130302TE5T05JB25",
        "workshop": "包装车间", "post": "包装工", "shift_begins": "08:00", "shift_hours": 8,
    });
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world::file(&world.door, "device", document).await;
    world.hub.register.renew(std::time::Duration::ZERO).await.unwrap();
}

/// A reading a minute from a moment on.
async fn send(world: &World, device: &str, factor: &str, from: i64, values: impl IntoIterator<Item = f64>) -> Vec<Arrival> {
    let series = Series { device: device.into(), factor: factor.into() };
    let arrivals: Vec<Arrival> = (0..)
        .zip(values)
        .map(|(minute, value)| Arrival {
            series: series.clone(),
            reading: Reading { at_ms: from + minute * MINUTE, value, quality: Quality::Ok, seq: 0 },
            arrived_ms: world.now_ms(),
        })
        .collect();
    let fates = world.hub.deliver(Batch { arrivals: arrivals.clone(), refused: Vec::new() }).await.unwrap();
    assert!(fates.iter().all(|fate| fate.changed()), "kept");
    arrivals
}

async fn shifts(world: &World) -> Vec<Stored> {
    world.door.store.query(&Query::everything("online_shift", Vec::new())).await.unwrap().rows
}

fn shown(stored: &Stored, names: &[&str]) -> Vec<Value> {
    let document: Map<String, Value> = stored.document();
    names.iter().map(|name| document.get(*name).cloned().unwrap_or_default()).collect()
}

#[tokio::test]
async fn rq_026_a_shift_is_kept_once_and_late_readings_amend_it() {
    let world = World::new().await;
    device(&world, "ZY0002", json!({"hazard": "P001", "unit": "dB(A)"})).await;
    let begins = midnight("2026-03-04") + 8 * HOUR;
    let mut clerk = Clerk::new(world.hub.clone());
    for arrival in send(&world, "ZY0002", "P001", begins, [88.0; 300]).await {
        clerk.note(&arrival);
    }
    clerk.round().await.unwrap();
    let kept = shifts(&world).await;
    assert_eq!(kept.len(), 1);
    let names = ["began_at", "measure", "value", "present", "required_slots", "availability", "valid", "why", "over"];
    assert_eq!(
        shown(&kept[0], &names),
        json!(["2026-03-04T08:00:00+08:00", "lex_8h", null, 300, 480, 62.5, false, "有效率不足 75 %", null]).as_array().unwrap().clone()
    );
    // The rest comes late: the same record, now with its figure.
    for arrival in send(&world, "ZY0002", "P001", begins + 300 * MINUTE, [88.0; 180]).await {
        clerk.note(&arrival);
    }
    clerk.round().await.unwrap();
    let kept = shifts(&world).await;
    assert_eq!((kept.len(), kept[0].rev), (1, 2));
    let names = ["value", "mean", "limit", "limit_kind", "edition", "over", "availability", "valid", "why", "short_max"];
    assert_eq!(shown(&kept[0], &names), json!([88, 88, 85, "LEX", "GBZ 2.2-2007", true, 100, true, null, 88]).as_array().unwrap().clone());
    // A process that begins anew looks at three days again and has nothing to write.
    let mut anew = Clerk::new(world.hub.clone());
    anew.look_back();
    anew.round().await.unwrap();
    let again = shifts(&world).await;
    assert_eq!((again.len(), again[0].rev), (1, 2));
    // What on-line devices say never becomes a measurement.
    assert!(world.door.store.query(&Query::everything("measurement", Vec::new())).await.unwrap().rows.is_empty());
}

#[tokio::test]
async fn rq_026_a_shift_that_goes_on_is_not_kept_yet_and_one_over_midnight_is_one() {
    let world = World::new().await;
    device(&world, "ZY0003", json!({"hazard": "P001", "unit": "dB(A)", "shift_begins": "08:00,22:00"})).await;
    let mut clerk = Clerk::new(world.hub.clone());
    // The night of the 4th reaches to six in the morning of the 5th; the shift of the 5th goes on.
    let night = midnight("2026-03-04") + 22 * HOUR;
    let mut arrivals = send(&world, "ZY0003", "P001", night, [80.0; 480]).await;
    arrivals.extend(send(&world, "ZY0003", "P001", midnight("2026-03-05") + 8 * HOUR, [95.0; 200]).await);
    for arrival in &arrivals {
        clerk.note(arrival);
    }
    clerk.round().await.unwrap();
    let kept = shifts(&world).await;
    assert_eq!(kept.len(), 1, "one shift has ended");
    assert_eq!(shown(&kept[0], &["worked_on", "value", "over"]), [json!("2026-03-04"), json!(80), json!(false)]);
    // Past its end and a minute.
    world.pass(4 * HOUR + 2 * MINUTE);
    clerk.round().await.unwrap();
    let kept = shifts(&world).await;
    assert_eq!(kept.len(), 2);
    let day = kept.iter().find(|stored| shown(stored, &["worked_on"])[0] == "2026-03-05").unwrap();
    assert_eq!(shown(day, &["value", "valid", "present"]), [Value::Null, json!(false), json!(200)]);
}

#[tokio::test]
async fn rq_026_a_concentration_stands_beside_the_limits_of_its_day() {
    let world = World::new().await;
    device(&world, "BZ0001", json!({"hazard": "C028", "unit": "mg/m3", "shift_hours": 4})).await;
    let begins = midnight("2026-03-04") + 8 * HOUR;
    // Four hours of 7 with a quarter of an hour of 12: C_TWA = (225·7 + 15·12) / 60 / 8.
    let values = (0..240).map(|minute| if (60..75).contains(&minute) { 12.0 } else { 7.0 });
    send(&world, "BZ0001", "C028", begins, values).await;
    let register = world.hub.register.device("BZ0001").unwrap();
    let day = Day::of(&world.door.catalogue, &*world.hub.store, &register, date!(2026 - 03 - 04), world.now_ms()).await.unwrap();
    assert_eq!(day.shifts.len(), 1);
    let figure = &day.shifts[0];
    assert_eq!(format!("{:.4}", figure.value.unwrap()), "3.6562");
    let limit = figure.limit.unwrap();
    assert_eq!((limit.kind.word(), limit.value, limit.edition, figure.over()), ("PC-TWA", 6.0, "GBZ 2.1-2019", Some(false)));
    assert!(figure.why.contains("实施日期未录入"), "the published amendment is told: {}", figure.why);
    let short = figure.short.unwrap();
    assert_eq!((short.highest.mean, short.highest.start_ms, short.over()), (12.0, begins + 60 * MINUTE, Some(true)));
    assert_eq!(short.limit.map(|limit| (limit.kind.word(), limit.value)), Some(("PC-STEL", 10.0)));
    assert!(!day.window.valid && day.window.required == 1440, "four hours are no valid day");
}

#[tokio::test]
async fn rq_026_heat_needs_what_its_limit_depends_on_and_dust_its_silica() {
    let world = World::new().await;
    let heat = json!({"hazard": "P002", "unit": "℃", "interval_s": 300, "labour_class": "2", "contact_share": 75});
    device(&world, "GW0001", heat).await;
    device(&world, "FC0002", json!({"hazard": "D001", "dust_kind": "total", "unit": "mg/m3"})).await;
    let begins = midnight("2026-03-04") + 8 * HOUR;
    let register = |number: &str| world.hub.register.device(number).unwrap();
    // A reading every five minutes is all there should be.
    let series = Series { device: "GW0001".into(), factor: "P002".into() };
    let arrivals = (0..96_i64)
        .map(|n| Arrival {
            series: series.clone(),
            reading: Reading { at_ms: begins + n * 5 * MINUTE, value: 30.0, quality: Quality::Ok, seq: 0 },
            arrived_ms: world.now_ms(),
        })
        .collect();
    world.hub.deliver(Batch { arrivals, refused: Vec::new() }).await.unwrap();
    let day = async |number: &str| {
        Day::of(&world.door.catalogue, &*world.hub.store, &register(number), date!(2026 - 03 - 04), world.now_ms()).await.unwrap()
    };
    let heat = day("GW0001").await;
    let figure = &heat.shifts[0];
    assert_eq!((figure.window.present, figure.window.required, figure.value), (96, 96, Some(30.0)));
    let limit = figure.limit.unwrap();
    assert_eq!((limit.kind.word(), limit.value, figure.over()), ("WBGT", 29.0, Some(true)), "class II at 75 % of the time");
    let dust = day("FC0002").await;
    assert!(dust.limits.shift.limit.is_none() && dust.limits.shift.why.contains("游离 SiO₂"), "{}", dust.limits.shift.why);
}

#[tokio::test]
async fn rq_026_peaks_of_a_shift_are_held_against_the_rules_for_substances_without_a_short_term_limit() {
    let world = World::new().await;
    for number in ["FJ0001", "FJ0002"] {
        device(&world, number, json!({"hazard": "C048", "unit": "mg/m3"})).await;
    }
    let begins = midnight("2026-03-04") + 8 * HOUR;
    let day = async |number: &str| {
        let register = world.hub.register.device(number).unwrap();
        Day::of(&world.door.catalogue, &*world.hub.store, &register, date!(2026 - 03 - 04), world.now_ms()).await.unwrap()
    };
    // PC-TWA 0.3. One quarter above three times of it is allowed.
    send(&world, "FJ0001", "C048", begins, (0..480).map(|minute| if (60..75).contains(&minute) { 1.0 } else { 0.05 })).await;
    let peaks = day("FJ0001").await.shifts[0].peaks.clone().unwrap();
    assert_eq!((peaks.found.excursions, peaks.words().as_str(), peaks.pc_twa), (1, "", 0.3));
    assert!((peaks.found.max_ratio - 1.0 / 0.3).abs() < 1e-9, "{}", peaks.found.max_ratio);
    // Two within an hour, one of half an hour, five in all, and one above five times that lies across two quarters of the clock.
    let value = |minute: i64| match minute {
        60..75 | 90..105 | 180..210 | 300..315 => 1.0,
        400..415 => 1.6,
        _ => 0.05,
    };
    send(&world, "FJ0002", "C048", begins, (0..480).map(value)).await;
    let peaks = day("FJ0002").await.shifts[0].peaks.clone().unwrap();
    assert_eq!(peaks.found.excursions, 5);
    assert_eq!(peaks.words(), "不超过 5 倍 PC-TWA、每次不超过 15 分钟、每班不超过 4 次、间隔不短于 60 分钟");
    let mut clerk = Clerk::new(world.hub.clone());
    clerk.look_back();
    clerk.round().await.unwrap();
    let kept = shifts(&world).await;
    let second = kept.iter().find(|stored| shown(stored, &["device_no"])[0] == "FJ0002").unwrap();
    assert_eq!(shown(second, &["peaks", "peak_ratio", "short_limit_kind"]), [json!(5), json!(5.3333), json!("PE")]);
    // Where a short-term limit is set, it is that which holds.
    device(&world, "FJ0003", json!({"hazard": "C028", "unit": "mg/m3"})).await;
    send(&world, "FJ0003", "C028", begins, [7.0; 480]).await;
    assert_eq!(day("FJ0003").await.shifts[0].peaks, None);
}

#[tokio::test]
async fn rq_026_what_is_over_the_range_is_left_out_of_a_shift_and_told() {
    let world = World::new().await;
    device(&world, "FJ0004", json!({"hazard": "C048", "unit": "mg/m3", "range_high": 2})).await;
    let begins = midnight("2026-03-04") + 8 * HOUR;
    send(&world, "FJ0004", "C048", begins, [0.1; 478]).await;
    let series = Series { device: "FJ0004".into(), factor: "C048".into() };
    let arrivals = (478..480)
        .map(|minute| Arrival {
            series: series.clone(),
            reading: Reading { at_ms: begins + minute * MINUTE, value: 2.0, quality: Quality::OverRange, seq: 0 },
            arrived_ms: world.now_ms(),
        })
        .collect();
    world.hub.deliver(Batch { arrivals, refused: Vec::new() }).await.unwrap();
    let mut clerk = Clerk::new(world.hub.clone());
    clerk.look_back();
    clerk.round().await.unwrap();
    let kept = shifts(&world).await;
    assert_eq!(shown(&kept[0], &["value", "present", "over_range"]), [json!(0.1), json!(478), json!(2)]);
}
