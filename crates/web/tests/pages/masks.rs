//! Private fields on pages: masked, revealed for a purpose, never saved back as masks.

use crate::browser::{get, main_text, post};
use crate::filing::{clear, edit};
use crate::world::World;
use axum::http::StatusCode;
use zhijian_records::Caller;
use zhijian_records::port::Action;
use zhijian_records::read::ListRequest;

async fn first(world: &World, kind: &str) -> String {
    world.app.door.list(&Caller::system("test"), kind, &ListRequest { limit: 1, ..ListRequest::default() }).await.unwrap().rows[0]
        .id
        .clone()
}

#[tokio::test]
async fn masks_are_not_saved_back() {
    let (world, officer) = World::with_examples().await;
    let id = first(&world, "exam").await;
    let before = clear(&world, "exam", &id).await;
    let reply = edit(&world, &officer, "exam", &id, &[("post", "筛分工"), ("phone", "0000-5899999")]).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", main_text(&reply.text));
    let after = clear(&world, "exam", &id).await;
    assert_eq!(after.rev, before.rev + 1);
    for field in world.app.door.catalogue.kind("exam").unwrap().private_fields().filter(|f| f.path != "phone") {
        assert_eq!(after.data.get(&field.path), before.data.get(&field.path), "{}", field.path);
    }
    assert_eq!((&after.data["post"], &after.data["phone"]), (&"筛分工".into(), &"0000-5899999".into()));
    let history = main_text(&get(&world, Some(&officer), &format!("/records/exam/{id}/history")).await.text);
    assert!(history.contains("联系电话") && !history.contains("5899999"), "{history}");
}

#[tokio::test]
async fn private_values_stand_on_no_page_until_a_purpose_is_given() {
    let (world, officer) = World::with_examples().await;
    let id = first(&world, "exam").await;
    let secrets = ["130322199804129999", "傅测民", "0000-5800117", "青霉素过敏", "1998-04-12"];
    let record = format!("/records/exam/{id}");
    for path in [
        "/records/exam",
        &record,
        &format!("{record}/edit"),
        &format!("{record}/history"),
        &format!("{record}/print"),
        "/search?q=130322199804129999",
    ] {
        let page = get(&world, Some(&officer), path).await;
        // The search box repeats what the person typed; the results do not.
        let results = page.text.replace("value=\"130322199804129999\"", "").replace("搜索“130322199804129999”", "");
        for secret in secrets {
            assert!(!results.contains(secret), "{path} shows {secret}");
        }
    }
    assert!(get(&world, Some(&officer), "/search?q=130322199804129999").await.text.contains(&record), "found by the whole number");
    let none = post(&world, &officer, &format!("{record}/reveal"), &[("purpose", "")]).await;
    assert_eq!(none.status, StatusCode::BAD_REQUEST);
    let shown = post(&world, &officer, &format!("{record}/reveal"), &[("purpose", "随访与救助"), ("remark", "电话随访")]).await;
    assert_eq!(shown.status, StatusCode::OK);
    for secret in secrets {
        assert!(shown.text.contains(secret), "{secret}");
    }
    let audit = world.app.door.store.audit(0, 10_000).await.unwrap();
    let line = audit.iter().rfind(|l| l.action == Action::View && l.record == id).unwrap();
    assert_eq!((line.stamp.actor.as_str(), line.stamp.reason.as_str()), ("officer", "随访与救助：电话随访"));
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_are_masked_unless_asked_for_and_always_on_record() {
    let (world, officer) = World::with_examples().await;
    let path = "/records/exam/export";
    assert_eq!(post(&world, &officer, path, &[("format", "csv")]).await.status, StatusCode::BAD_REQUEST, "no purpose, no file");
    let masked = post(&world, &officer, path, &[("format", "csv"), ("purpose", "监测数据核实")]).await;
    assert!(masked.text.contains("1303**********9999") && !masked.text.contains("130322199804129999"), "{}", masked.text);
    let full = post(&world, &officer, path, &[("format", "csv"), ("purpose", "监测数据核实"), ("full", "1")]).await;
    assert!(!full.text.contains("130322199804129999") && full.text.contains("须由另一人批准"), "{}", full.text);
    assert!(masked.header("content-disposition").contains("filename*=UTF-8''"), "{}", masked.header("content-disposition"));
    let audit = world.app.door.store.audit(0, 10_000).await.unwrap();
    let reasons: Vec<&str> = audit.iter().filter(|l| l.action == Action::Export).map(|l| l.stamp.reason.as_str()).collect();
    assert_eq!(reasons, ["监测数据核实；csv；1 条；条件：全部"]);
    let employer = world.sign_in("boss", &["R08"], "", "nobody").await;
    assert_eq!(post(&world, &employer, path, &[("format", "csv"), ("purpose", "监测数据核实")]).await.status, StatusCode::FORBIDDEN);
}
