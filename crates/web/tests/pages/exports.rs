//! Exports that another must approve, their marks, and the watermark of pages.

use crate::browser::{get, post};
use crate::world::World;
use axum::http::StatusCode;
use zhijian_records::port::Action;

const ID_NO: &str = "130322199804129999";

#[tokio::test(flavor = "multi_thread")]
async fn an_identified_export_is_asked_for_approved_by_another_and_downloaded_once() {
    let (world, officer) = World::with_examples().await;
    let approver = world.sign_in("approver", &["R07"], "130300", "").await;
    let path = "/records/exam/export";
    let full = [("format", "csv"), ("purpose", "监测数据核实"), ("full", "1")];
    let question = post(&world, &officer, path, &full).await;
    assert!(question.status == StatusCode::OK && question.text.contains("name=\"reason\"") && !question.text.contains(ID_NO));
    let asked = post(&world, &officer, path, &[full[0], full[1], full[2], ("reason", "年度核查需要")]).await;
    assert_eq!((asked.status, asked.header("location")), (StatusCode::SEE_OTHER, "/exports"));
    let own = get(&world, Some(&officer), "/exports").await.text;
    assert!(own.contains("待审批") && own.contains("年度核查需要") && !own.contains("/download"), "{own}");
    assert!(get(&world, Some(&approver), "/").await.text.contains("导出申请 1 件"), "the approver is told on the desk");
    let queue = get(&world, Some(&approver), "/exports").await.text;
    let id = queue.split("/exports/").nth(1).and_then(|t| t.split('/').next()).unwrap().to_owned();
    let decide = format!("/exports/{id}/decide");
    assert_eq!(post(&world, &officer, &decide, &[("decision", "approve")]).await.status, StatusCode::BAD_REQUEST, "not oneself");
    assert_eq!(post(&world, &approver, &decide, &[("decision", "refuse")]).await.status, StatusCode::BAD_REQUEST, "a refusal says why");
    assert_eq!(post(&world, &approver, &decide, &[("decision", "approve")]).await.status, StatusCode::SEE_OTHER);
    let download = format!("/exports/{id}/download");
    assert_eq!(post(&world, &approver, &download, &[]).await.status, StatusCode::NOT_FOUND, "only who asked");
    assert!(get(&world, Some(&officer), "/exports").await.text.contains(&download));
    let file = post(&world, &officer, &download, &[]).await;
    assert_eq!(file.status, StatusCode::OK);
    let lines: Vec<&str> = file.text.lines().collect();
    assert!(lines[0].ends_with(",导出标记") && file.text.contains(ID_NO), "{}", file.text);
    let end = file.text.trim_end();
    assert!(end.contains("测试officer（officer）") && end.ends_with(&id), "every row tells who took it: {end}");
    assert!(file.header("content-disposition").contains("officer"));
    assert_eq!(post(&world, &officer, &download, &[]).await.status, StatusCode::BAD_REQUEST, "once");
    let audit = world.app.door.store.audit(0, 10_000).await.unwrap();
    let actors: Vec<&str> = audit.iter().filter(|l| l.action == Action::Export && l.record == id).map(|l| l.stamp.actor.as_str()).collect();
    assert_eq!(actors, ["officer", "approver", "officer"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_identified_data_carry_who_looks_and_when() {
    let (world, officer) = World::with_examples().await;
    let list = get(&world, Some(&officer), "/records/exam").await.text;
    let id =
        list.split("/records/exam/").filter_map(|t| t.get(..32)).find(|t| t.bytes().all(|b| b.is_ascii_hexdigit())).unwrap().to_owned();
    let masked = get(&world, Some(&officer), &format!("/records/exam/{id}")).await.text;
    assert!(!masked.contains("class=\"watermark\""));
    for deed in ["reveal", "print"] {
        let shown = post(&world, &officer, &format!("/records/exam/{id}/{deed}"), &[("purpose", "监测数据核实")]).await.text;
        assert!(shown.contains(ID_NO) && shown.contains("class=\"watermark\""), "{deed}");
        assert!(shown.contains("测试officer officer 2"), "the line for print: {deed}");
    }
    let tile = get(&world, Some(&officer), "/watermark.svg").await;
    assert_eq!((tile.status, tile.header("content-type")), (StatusCode::OK, "image/svg+xml"));
    assert!(tile.text.contains("测试officer officer") && tile.header("cache-control").contains("no-store"), "{}", tile.text);
    assert_ne!(get(&world, None, "/watermark.svg").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn retention_and_research_pages_answer_their_roles() {
    let (world, officer) = World::with_examples().await;
    let retention = get(&world, Some(&officer), "/retention").await;
    assert!(
        retention.status == StatusCode::OK && retention.text.contains("GBZ 188") && retention.text.contains("15 年"),
        "{}",
        retention.text
    );
    let exam = world
        .app
        .door
        .list(&zhijian_records::Caller::system("t"), "exam", &zhijian_records::read::ListRequest { limit: 1, ..Default::default() })
        .await
        .unwrap()
        .rows[0]
        .id
        .clone();
    let held = post(&world, &officer, "/retention", &[("deed", "hold"), ("kind", "exam"), ("id", &exam), ("reason", "诉讼未结")]).await;
    assert_eq!(held.status, StatusCode::SEE_OTHER, "{}", held.text);
    assert!(get(&world, Some(&officer), "/retention").await.text.contains("诉讼未结"));
    let lifted = post(&world, &officer, "/retention", &[("deed", "lift"), ("kind", "exam"), ("id", &exam), ("reason", "结案")]).await;
    assert_eq!(lifted.status, StatusCode::SEE_OTHER);
    let tried = get(&world, Some(&officer), "/research?kind=exam&quasi=age&quasi=sex&k=5&column=conclusion").await;
    assert!(tried.status == StatusCode::OK && tried.text.contains("不满足 k=5"), "one person is never five: {}", tried.text);
    let grades = get(&world, Some(&officer), "/access/exam").await.text;
    assert!(grades.contains("数据分级") && grades.contains("第4级"), "{grades}");
}
