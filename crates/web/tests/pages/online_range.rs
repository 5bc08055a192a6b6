//! A device over its range: every look at it says so, and that its value is a bound.

use crate::world::World;
use serde_json::json;
use zhijian_records::port::Query;
use zhijian_telemetry::readings::{Arrival, Batch, Series};
use zhijian_telemetry::windows::{Quality, Reading};

const DEVICE: &str = "ZX130302008";
const MINUTE: i64 = 60_000;

#[tokio::test]
async fn rq_027_a_device_over_its_range_is_shown_as_such_where_no_level_is_reached() {
    let (world, officer) = World::with_examples().await;
    let changes = json!({"device_no": DEVICE, "protocol": "mqtt", "logger_no": null, "channel": null, "status": null, "stopped_on": null,
                         "hazard": "C048", "unit": "mg/m3", "dust_kind": null, "range_high": 0.4, "notice_at": 0.5, "alarm_at": 1, "high_at": null,
                         "hysteresis": null, "raise_after_s": null, "clear_after_s": null, "shift_begins": "08:00", "shift_hours": 8});
    let id = world.file(&officer, "device", &changes).await;
    let hub = world.app.online.clone().unwrap();
    hub.register.renew(std::time::Duration::ZERO).await.unwrap();
    let now = world.app.door.now() / 1000;
    let arrivals = [(2, 0.1, Quality::Ok), (1, 0.2, Quality::OverRange)]
        .map(|(ago, value, quality)| Arrival {
            series: Series { device: DEVICE.into(), factor: "C048".into() },
            reading: Reading { at_ms: now - ago * MINUTE, value, quality, seq: 0 },
            arrived_ms: now,
        })
        .to_vec();
    hub.deliver(Batch { arrivals, refused: Vec::new() }).await.unwrap();
    let live = format!("/online/devices/{id}");
    for path in ["/online", "/online/posts", "/online/posts?state=over_range", "/online/wall/piece", "/online/map", &live] {
        let text = world.get(&officer, path).await.text;
        assert!(text.contains("超量程") && text.contains("≥ 0.4"), "{path}: {text}");
    }
    assert!(!world.get(&officer, "/online/posts?state=fault").await.text.contains(DEVICE), "over its range is no fault");
    let page = world.get(&officer, &live).await.text;
    assert!(page.contains("回差 0.05 mg/m3，持续 60 秒报警、120 秒恢复（平台默认，未注明出处）"), "{page}");
    let day = world.get(&officer, &format!("{live}/exposure")).await.text;
    assert!(day.contains("超量程 1 条未计入") && day.contains("实际接触水平可能更高"), "{day}");
    // An alarm with a bound says what it is.
    let alarm = json!({
        "device_no": DEVICE, "employer_name": "海港样嘉盛建材厂", "uscc": "91130302TE5T05JB25", "workshop": "包装车间", "post": "包装工", "hazard": "C048",
        "level": "2", "level_now": "2", "started_on": "2026-06-30", "started_at": "2026-06-30T08:50:00+08:00", "peak": 3, "unit": "mg/m3",
        "peak_note": "超测量上限，实际值不低于 3 mg/m3",
    });
    world.register(&world.app.door.kind("alarm").unwrap(), &alarm).await;
    let alarms = world.app.door.store.all(Query::everything("alarm", Vec::new())).await.unwrap();
    let id = &alarms.iter().find(|stored| stored.document()["device_no"] == DEVICE).unwrap().id;
    for path in [&live, "/online/wall/piece"] {
        let text = world.get(&officer, path).await.text;
        assert!(text.contains("超测量上限") && text.contains("≥ 3"), "{path}: {text}");
    }
    let record = world.get(&officer, &format!("/records/alarm/{id}")).await.text;
    assert!(record.contains("超测量上限，实际值不低于 3 mg/m3"), "{record}");
}
