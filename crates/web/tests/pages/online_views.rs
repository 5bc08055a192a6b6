//! Other looks at on-line devices: posts, wall, map, the exposure of a day; all of them say the same of a device, and that they are an indication.

use crate::world::{Session, World};
use serde_json::{Value, json};
use zhijian_telemetry::readings::{Arrival, Batch, Series};
use zhijian_telemetry::windows::{Quality, Reading};

/// A noise device of the examples, with a shift from eight.
const DEVICE: &str = "ZX130302002";
const MINUTE: i64 = 60_000;
const SAYS: &str = "在线数据只作提示，不是法定检测结果：不计入工作场所合格率（I-04），不单独作为处罚证据。";

/// Readings of a minute each from a moment on; the device's record.
async fn read(world: &World, from: i64, values: &[f64]) -> zhijian_gateway::Device {
    let hub = world.app.online.clone().unwrap();
    hub.register.renew(std::time::Duration::ZERO).await.unwrap();
    let series = Series { device: DEVICE.into(), factor: "P001".into() };
    let arrivals = (0_i64..)
        .zip(values)
        .map(|(minute, value)| Arrival {
            series: series.clone(),
            reading: Reading { at_ms: from + minute * MINUTE, value: *value, quality: Quality::Ok, seq: 0 },
            arrived_ms: world.app.door.now() / 1000,
        })
        .collect();
    hub.deliver(Batch { arrivals, refused: Vec::new() }).await.unwrap();
    hub.register.device(DEVICE).unwrap().as_ref().clone()
}

/// An alarm of that device whose value has not come back.
async fn alarm(world: &World, level: &str) {
    let kind = world.app.door.kind("alarm").unwrap();
    let document = json!({
        "device_no": DEVICE, "employer_name": "海港样嘉盛建材厂", "uscc": "91130302TE5T05JB25", "workshop": "包装车间", "post": "包装工", "hazard": "P001",
        "level": level, "level_now": level, "started_on": "2026-06-30", "started_at": "2026-06-30T08:50:00+08:00", "peak": 104.5, "unit": "dB(A)",
    });
    world.register(&kind, &document).await;
}

async fn page(world: &World, session: &Session, path: &str) -> String {
    let reply = world.get(session, path).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text);
    reply.text
}

/// Midnight of the world's day, Unix milliseconds.
fn midnight() -> i64 {
    zhijian_records::clock::start_of(crate::world::TODAY).unwrap() / 1000
}

#[tokio::test]
async fn rq_027_posts_wall_map_and_file_show_the_worst_state_of_a_post() {
    let (world, officer) = World::with_examples().await;
    let device = read(&world, world.app.door.now() / 1000 - 2 * MINUTE, &[91.0, 92.5]).await;
    let posts = page(&world, &officer, "/online/posts").await;
    assert!(posts.contains(DEVICE) && posts.contains("on-fine") && posts.contains("92.5"));
    alarm(&world, "3").await;
    let file = format!("/employers/{}/file", device.owner);
    for path in ["/online/posts", "/online/posts?state=high", "/online/wall", "/online/wall/piece", "/online/map", &file] {
        let text = page(&world, &officer, path).await;
        assert!(text.contains("on-high") && text.contains("高报"), "{path} shows the alarm");
        assert!(path.ends_with("piece") || text.contains(SAYS), "{path} says what it is");
    }
    let fine = page(&world, &officer, "/online/posts?state=fine").await;
    assert!(!fine.contains(DEVICE) && fine.contains("没有符合条件的岗位"));
    // The gravest stands first on the wall, before the one that sends nothing.
    let wall = page(&world, &officer, "/online/wall/piece").await;
    let (grave, silent) = (wall.find("on-side-high").unwrap(), wall.find("破碎工").unwrap());
    assert!(grave < silent);
    assert!(wall.contains("104.5"), "the newest alarm with its peak");
    for wrong in ["/online/posts?colour=red", "/online/wall?state=purple", "/online/map?page=x", "/online/map?region=abc"] {
        assert_eq!(world.get(&officer, wrong).await.status, 400, "{wrong}");
    }
    // Another county sees nothing of it, the employer sees its own.
    let elsewhere = world.sign_in("far", &["R03"], "130303", "").await;
    let mine = world.sign_in("qy-1", &["R09"], "", &device.owner).await;
    for path in ["/online/posts", "/online/wall", "/online/map"] {
        assert!(
            !page(&world, &elsewhere, path).await.contains(DEVICE) && !page(&world, &elsewhere, path).await.contains("on-high"),
            "{path}"
        );
        assert!(page(&world, &mine, path).await.contains("高报"), "{path}");
    }
    let live = world.get(&elsewhere, &format!("/online/devices/{}/alarms", device.id)).await;
    assert_eq!(live.status, 404);
}

#[tokio::test]
async fn rq_026_the_map_has_the_same_devices_as_points_and_as_rows() {
    let (world, officer) = World::with_examples().await;
    let text = page(&world, &officer, "/online/map").await;
    let element = text.split(r#"id="map-data""#).nth(1).and_then(|rest| rest.split("</script>").next()).unwrap();
    let (_, data) = element.split_once('>').unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["points"].as_array().unwrap().len(), 1, "one example has a place");
    assert_eq!((&data["points"][0]["name"], &data["points"][0]["at"]), (&json!("ZX130302001"), &json!([119.5123, 39.9412])));
    assert!(text.contains("119.5123") && text.contains("另有 1 台没有登记经纬度") && text.contains(DEVICE));
    let outlines = text.split(r#"data-map=""#).nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let reply = world.get(&officer, outlines).await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "application/geo+json"));
    assert!(reply.json()["features"].as_array().unwrap().iter().any(|f| f["properties"]["code"] == "130302"));
    for nothing in ["/maps/NOTICE.md", "/maps/..%2Fkinds%2Falarm.v1.yaml", "/maps/nowhere.geojson"] {
        assert_eq!(world.get(&officer, nothing).await.status, 404, "{nothing}");
    }
}

#[tokio::test]
async fn rq_026_a_day_of_a_device_opens_to_how_its_figure_was_reckoned() {
    let (world, officer) = World::with_examples().await;
    let yesterday = midnight() - 16 * 60 * MINUTE;
    let device = read(&world, yesterday, &[88.0; 480]).await;
    let address = format!("/online/devices/{}/exposure", device.id);
    let text = page(&world, &officer, &format!("{address}?on=2026-06-29")).await;
    for part in
        ["L_EX,8h", "88", "LEX 85 dB(A)", "GBZ 2.2-2007", "高于限值（提示）", "10·lg(8 / 8)", "有值的时段 480 个，应有 480 个", SAYS]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.contains("33.3 %"), "eight hours are a third of the day");
    // Today's shift goes on since eight: an hour of it is not enough for a figure.
    read(&world, midnight() + 8 * 60 * MINUTE, &[90.0; 50]).await;
    let text = page(&world, &officer, &address).await;
    assert!(text.contains("进行中") && text.contains("有效率不足 75 %") && !text.contains("高于限值（提示）"));
    let own = page(&world, &officer, &format!("/online/devices/{}", device.id)).await;
    assert!(own.contains("今天的接触水平") && own.contains("进行中"));
    for wrong in ["?on=2026-07-01", "?on=yesterday", "?day=2026-06-29"] {
        assert_eq!(world.get(&officer, &format!("{address}{wrong}")).await.status, 400, "{wrong}");
    }
}
