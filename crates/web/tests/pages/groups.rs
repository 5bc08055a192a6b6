//! Similar exposure groups of an employer, as those who may read its measurements see them.

use crate::browser::{get, main_text};
use crate::world::{Session, World};
use axum::http::StatusCode;
use serde_json::{Value, json};

/// An employer with a post's xylene-like results over the year, one of them in two parts, two below detection, and noise.
async fn plant() -> (World, Session, String) {
    let world = World::new().await;
    let officer = world.officer().await;
    let employer = world.file(&officer, "employer", &json!({})).await;
    let base = json!({
        "workshop": "喷涂车间", "post": "喷漆工", "point": "1#", "factor": "C016", "dust_kind": null, "sio2_pct": null, "sample_type": "1",
        "sampled_on": "2020-05-01", "sample_hours": 8, "shift_hours": 8, "week_days": 5, "week_hours": null, "start_time": null, "end_time": null,
        "sampling_min": null, "unit": "mg/m3", "below_lod": null, "lod": null, "method_lod": null, "reported_limit": null, "reported_value": null, "reported_judge": null,
    });
    let rows = [
        json!({"result": 0.05}),
        json!({"result": 0.12, "sampled_on": "2020-06-01"}),
        json!({"result": 0.2, "sampled_on": "2020-07-01", "sample_hours": 6}),
        json!({"result": 0.1, "sampled_on": "2020-07-01", "sample_hours": 2}),
        json!({"result": null, "below_lod": true, "lod": 0.02, "sampled_on": "2020-08-01"}),
        json!({"result": null, "below_lod": true, "lod": 0.02, "sampled_on": "2020-09-01"}),
        json!({"result": 0.07, "sampled_on": "2020-10-01"}),
        json!({"result": 0.3, "sampled_on": "2020-10-01", "sample_type": "2", "sample_hours": 0.25}),
        json!({"result": 88.0, "factor": "P001", "sample_type": "5", "unit": "dB(A)"}),
    ];
    for (index, row) in rows.iter().enumerate() {
        let mut changes = base.clone();
        for (name, value) in row.as_object().into_iter().flatten() {
            changes[name] = value.clone();
        }
        changes["sample_no"] = Value::String(format!("S{index}"));
        world.file(&officer, "measurement", &changes).await;
    }
    (world, officer, employer)
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_say_what_the_results_say_and_when_there_are_too_few() {
    let (world, _, employer) = plant().await;
    let cdc = world.sign_in("cdc", &["R06"], "130300", "").await;
    let reply = get(&world, Some(&cdc), &format!("/records/employer/{employer}/groups")).await;
    assert_eq!(reply.status, StatusCode::OK);
    crate::walk::obeys_the_policy(&reply.text, "groups");
    crate::walk::labels_are_bound(&reply.text, "groups");
    insta::assert_snapshot!(main_text(&reply.text));
    let detail = get(&world, Some(&cdc), &format!("/records/employer/{employer}")).await.text;
    assert!(detail.contains(&format!("hx-get=\"/records/employer/{employer}/groups\"")));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_read_measurements_sees_no_groups() {
    let (world, _, employer) = plant().await;
    let path = format!("/records/employer/{employer}");
    let kind = world.app.door.kind("measurement").unwrap();
    let employers = world.app.door.kind("employer").unwrap();
    let reads =
        |kind: &zhijian_kinds::Kind, role: &str| kind.rights.rows(&[role.to_owned()], zhijian_kinds::access::Wish::Read).next().is_some();
    let roles: Vec<String> = (1..=22).map(|n| format!("R{n:02}")).filter(|r| reads(&employers, r) && !reads(&kind, r)).collect();
    for role in &roles {
        let session = world.sign_in(&format!("no{role}"), &[role.as_str()], "130300", "").await;
        assert!(!get(&world, Some(&session), &path).await.text.contains("相似接触组"), "{role}");
        let reply = get(&world, Some(&session), &format!("{path}/groups")).await;
        assert!(matches!(reply.status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND), "{role}: {}", reply.status);
    }
    let elsewhere = world.sign_in("elsewhere", &["R06"], "130322", "").await;
    assert_eq!(get(&world, Some(&elsewhere), &format!("{path}/groups")).await.status, StatusCode::NOT_FOUND);
    let cdc = world.sign_in("cdc", &["R06"], "130300", "").await;
    assert_eq!(get(&world, Some(&cdc), &format!("/records/measurement/{employer}/groups")).await.status, StatusCode::NOT_FOUND);
}
