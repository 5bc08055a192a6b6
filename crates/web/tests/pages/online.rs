//! On-line monitoring: what a device sends is on the page of whoever may see it, and of nobody else.

use crate::world::World;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use zhijian_records::Caller;

const SECRET: &str = "secret123456";
const DEVICE: &str = "ZX130302002";

/// A device's request: no session, its own secret.
async fn deliver(world: &World, secret: &str, body: &Value) -> crate::world::Reply {
    let request = Request::post("/api/v1/readings")
        .header("authorization", format!("Bearer {DEVICE}:{secret}"))
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    world.answer(request).await
}

#[tokio::test]
async fn rq_027_live_values_charts_and_quarantine_are_for_the_region_and_the_employer() {
    let (world, officer) = World::with_examples().await;
    world.app.door.give_device_secret(&Caller::system("test"), DEVICE, Some(SECRET)).await.unwrap();
    let hub = world.app.online.clone().unwrap();
    hub.register.renew(std::time::Duration::ZERO).await.unwrap();
    let now = world.app.door.now() / 1000;
    let refused = deliver(&world, "wrong", &json!([])).await;
    assert_eq!(refused.status, 401);
    let reply = deliver(
        &world,
        SECRET,
        &json!([{"ts": now - 60_000, "value": 91.25}, {"ts": now - 30_000, "value": 1, "unit": "mg/m3"}, {"value": 3}]),
    )
    .await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["counts"], json!({"malformed": 1, "new": 1, "unit": 1}));
    let device = hub.register.device(DEVICE).unwrap();
    let address = format!("/online/devices/{}", device.id);
    let list = world.get(&officer, "/online").await;
    assert!(list.text.contains(DEVICE) && list.text.contains("91.25") && list.text.contains("在线数据只作提示"));
    let page = world.get(&officer, &address).await;
    assert!(page.text.contains("91.25") && page.text.contains("预报 85") && page.text.contains("计量单位与登记不符"));
    let chart = world.get(&officer, &format!("{address}/chart?span=1h")).await.json();
    assert_eq!(chart["points"].as_array().unwrap().len(), 1);
    assert_eq!((&chart["points"][0][1], &chart["points"][0][2]), (&json!(91.25), &json!(91.25)));
    let held = world.get(&officer, &format!("/online/quarantine?device={DEVICE}")).await;
    assert!(held.text.contains("内容无法识别") && held.text.contains("计量单位与登记不符"));
    for wrong in ["/online?colour=red", "/online/quarantine?reason=x", &format!("{address}?span=9y")] {
        assert_eq!(world.get(&officer, wrong).await.status, 400, "{wrong}");
    }
    let mine = world.sign_in("qy-1", &["R09"], "", &device.owner).await;
    assert!(world.get(&mine, &address).await.text.contains("91.25"));
    let elsewhere = world.sign_in("far", &["R03"], "130303", "").await;
    for hidden in [address.clone(), format!("{address}/chart"), format!("{address}/live")] {
        assert_eq!(world.get(&elsewhere, &hidden).await.status, 404, "{hidden}");
    }
    assert!(!world.get(&elsewhere, "/online").await.text.contains(DEVICE));
    assert!(!world.get(&elsewhere, &format!("/online/quarantine?device={DEVICE}")).await.text.contains("计量单位与登记不符</td>"));
    let clinic = world.sign_in("clinic", &["R11"], "", "").await;
    assert_eq!(world.get(&clinic, "/online").await.status, 403);
}

#[tokio::test]
async fn rq_027_a_year_is_drawn_by_hours_and_what_the_quarantine_had_no_room_for_is_told() {
    let (world, officer) = World::with_examples().await;
    world.app.door.give_device_secret(&Caller::system("test"), DEVICE, Some(SECRET)).await.unwrap();
    let hub = world.app.online.clone().unwrap();
    hub.register.renew(std::time::Duration::ZERO).await.unwrap();
    let now = world.app.door.now() / 1000;
    let readings: Vec<Value> = (0..48 * 60).map(|n| json!({"ts": now - n * 60_000, "value": 60 + n % 30})).collect();
    assert_eq!(deliver(&world, SECRET, &json!(readings)).await.status, 200);
    let address = format!("/online/devices/{}", hub.register.device(DEVICE).unwrap().id);
    let chart = async |span: &str| world.get(&officer, &format!("{address}/chart?span={span}")).await.json();
    let before = chart("1y").await;
    assert!(hub.store.sum_up(now).await.unwrap() > 0);
    assert_eq!(chart("1y").await, before, "summed up by hours it is the same");
    assert_eq!(before["width"], json!(6 * 3_600_000));
    let points = before["points"].as_array().unwrap();
    assert!((9..=10).contains(&points.len()), "{}", points.len());
    assert_eq!((&points[3][1], &points[3][2], &points[3][3]), (&json!(60.0), &json!(89.0), &json!(74.5)), "lowest, highest, mean");
    for (span, width) in [("1h", 2800), ("8h", 19_600), ("24h", 58_000), ("7d", 403_600), ("30d", 3_600_000)] {
        let told = chart(span).await;
        assert_eq!(told["width"], json!(width), "{span}");
        let page = world.get(&officer, &format!("{address}?span={span}")).await;
        assert!(page.text.contains(&format!("?span={span}\" aria-current=\"page\"")), "{span} is chosen");
    }
    // Two thousand entries a device and no more.
    let wrong: Vec<Value> = (0..2001).map(|n| json!({"ts": now, "value": n, "unit": "mg/m3"})).collect();
    assert_eq!(deliver(&world, SECRET, &json!(wrong)).await.status, 200);
    let held = world.get(&officer, &format!("/online/quarantine?device={DEVICE}")).await;
    assert!(held.text.contains("共清除 <strong>101</strong> 项"), "{}", held.text);
    assert!(world.get(&officer, &address).await.text.contains("隔离区已满而清除"));
    let elsewhere = world.sign_in("far", &["R03"], "130303", "").await;
    assert!(!world.get(&elsewhere, "/online/quarantine").await.text.contains("共清除"), "another county's device");
}
