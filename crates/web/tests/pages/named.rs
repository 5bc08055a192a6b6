//! Named lists as their readers see them, and a patient's file.

use crate::browser::{get, main_text, post};
use crate::world::{Session, World};
use axum::http::StatusCode;
use serde_json::json;
use zhijian_records::port::Action;

const LIST: &str = "/lists/uninsured_employers";
const PATIENT: &str = "130302197006019969";

/// The examples, and employers that are short of insurance.
async fn world() -> (World, Session) {
    let (world, officer) = World::with_examples().await;
    for n in 0..60 {
        let county = if n % 3 == 0 { "130303" } else { "130302" };
        let uscc = crate::world::reading::credit_code(&format!("91{county}TE5TA{n:04}"));
        let changes = json!({"name": format!("扩面测试厂{n:02}"), "former_names": null, "uscc": uscc, "county": county,
            "town": null, "exposed_total": 9, "insured_injury": if n % 2 == 0 { json!(3) } else { json!(null) }, "exposed_by_class": null,
            "posts": null, "post_hazards": null});
        let id = world.file(&officer, "employer", &changes).await;
        world.advance(&officer, "employer", &id, "confirm", &json!({})).await;
    }
    world.refresh().await;
    (world, officer)
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_051_uninsured_employers_are_listed_paged_and_handed_over() {
    let (world, officer) = world().await;
    let city = world.sign_in("city", &["R03"], "130300", "").await;
    let first = get(&world, Some(&city), &format!("{LIST}?year=2026&q=%E6%89%A9%E9%9D%A2")).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    crate::walk::obeys_the_policy(&first.text, "named list");
    crate::walk::labels_are_bound(&first.text, "named list");
    let text = main_text(&first.text);
    assert!(text.contains("共 60 条，第 1 / 2 页") && text.contains("移交人力资源社会保障部门"), "{text}");
    assert_eq!(first.text.matches("href=\"/records/employer/").count(), 50, "each row leads to its record");
    let second = get(&world, Some(&city), &format!("{LIST}?year=2026&q=%E6%89%A9%E9%9D%A2&page=2")).await.text;
    assert_eq!(second.matches("href=\"/records/employer/").count(), 10);
    let told = get(&world, Some(&city), &format!("{LIST}?year=2026&told=true&q=%E6%89%A9%E9%9D%A2")).await.text;
    assert!(main_text(&told).contains("共 30 条"), "{}", main_text(&told));
    // A county sees its own, whatever it asks for.
    let county = world.sign_in("county", &["R03"], "130303", "").await;
    let own = main_text(&get(&world, Some(&county), &format!("{LIST}?year=2026&q=%E6%89%A9%E9%9D%A2")).await.text);
    assert!(own.contains("共 20 条"), "{own}");
    let other = get(&world, Some(&county), &format!("{LIST}?year=2026&region=130302")).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    // The same through the API.
    let api = world.get(&city, "/api/v1/lists/uninsured_employers?year=2026&q=%E6%89%A9%E9%9D%A2&where=told=false").await.json();
    assert_eq!((api["total"].clone(), api["items"][0]["values"]["missing"].clone()), (json!(30), json!("9")), "{api}");
    // Handing over: the form comes filled in, and the list then names it.
    let page = get(&world, Some(&city), &format!("{LIST}?year=2026")).await.text;
    let to = page.split("href=\"/records/list_handover/new?").nth(1).and_then(|p| p.split('"').next()).unwrap().replace("&amp;", "&");
    let form = get(&world, Some(&city), &format!("/records/list_handover/new?{to}")).await;
    assert!(form.status == StatusCode::OK && form.text.contains("工伤保险扩面名单"), "{}", form.status);
    let handed =
        json!({"handed_on": "2026-06-29", "received_on": null, "answered_on": null, "feedback": null, "handled": null, "status": null});
    let id = world.file(&officer, "list_handover", &handed).await;
    assert!(get(&world, Some(&city), &format!("{LIST}?year=2026")).await.text.contains(&format!("/records/list_handover/{id}")));
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_051_a_list_leaves_the_platform_on_record() {
    let (world, _) = world().await;
    let city = world.sign_in("city", &["R03"], "130300", "").await;
    let path = format!("{LIST}/export?year=2026&q=%E6%89%A9%E9%9D%A2");
    assert_eq!(post(&world, &city, &path, &[("format", "csv")]).await.status, StatusCode::BAD_REQUEST, "a purpose is stated");
    let file = post(&world, &city, &path, &[("format", "csv"), ("purpose", "监测数据核实")]).await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.text);
    assert_eq!(file.text.lines().count(), 61, "head and rows");
    let head = file.text.lines().next().unwrap();
    assert!(head.contains("用人单位名称,") && head.contains("至少差（人）"), "{head}");
    let audit = world.app.door.store.audit(0, 10_000).await.unwrap();
    let line = audit.iter().rev().find(|l| l.action == Action::Export).unwrap();
    assert!(line.stamp.reason.contains("工伤保险扩面名单") && line.stamp.reason.contains("60 条"), "{}", line.stamp.reason);
    // Somebody who may look may not always take away.
    let other = world.sign_in("cdc", &["R17"], "130302", "").await;
    assert_eq!(get(&world, Some(&other), LIST).await.status, StatusCode::FORBIDDEN);
    assert_eq!(post(&world, &other, &path, &[("format", "csv"), ("purpose", "监测数据核实")]).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_054_names_of_candidates_stay_masked_and_need_a_second_person() {
    let (world, _) = World::with_examples().await;
    let city = world.sign_in("city", &["R03"], "130300", "").await;
    let approver = world.sign_in("approver", &["R07"], "130300", "").await;
    let list = "/lists/dibao_candidates?year=2026";
    let page = get(&world, Some(&city), list).await.text;
    let text = main_text(&page);
    assert!(text.contains("低保边缘") && page.contains("/records/patient/"), "{text}");
    assert!(!page.contains(PATIENT) && !page.contains("吴样兰"), "masked on the page");
    let path = "/lists/dibao_candidates/export?year=2026";
    let purpose = ("purpose", "监测数据核实");
    let masked = post(&world, &city, path, &[("format", "csv"), purpose]).await;
    assert!(masked.status == StatusCode::OK && !masked.text.contains(PATIENT), "{}", masked.text);
    let full = [("format", "csv"), purpose, ("full", "1"), ("reason", "移交民政部门审核")];
    assert_eq!(post(&world, &city, path, &full).await.status, StatusCode::SEE_OTHER, "asked for");
    let queue = get(&world, Some(&approver), "/exports").await.text;
    assert!(queue.contains("名单：低保纳入候选名单"), "the second person reads what it is");
    let id = queue.split("/exports/").nth(1).and_then(|t| t.split('/').next()).unwrap().to_owned();
    assert_eq!(post(&world, &approver, &format!("/exports/{id}/decide"), &[("decision", "approve")]).await.status, StatusCode::SEE_OTHER);
    let file = post(&world, &city, &format!("/exports/{id}/download"), &[]).await.text;
    assert!(file.contains(PATIENT) && file.contains("低保边缘") && file.trim_end().ends_with(&id), "{file}");
    // Supervision sees no patients.
    let supervisor = world.sign_in("supervisor", &["R04"], "130300", "").await;
    assert_eq!(get(&world, Some(&supervisor), list).await.status, StatusCode::FORBIDDEN);
    let lists = get(&world, Some(&supervisor), "/lists").await.text;
    assert!(lists.contains("工伤保险扩面名单") && !lists.contains("低保纳入候选名单"), "only what is for supervision");
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_043_the_page_lets_the_number_of_patients_be_set() {
    let (world, officer) = World::with_examples().await;
    let page = get(&world, Some(&officer), "/lists/candidate_townships?year=2026&threshold=1").await.text;
    let text = main_text(&page);
    assert!(text.contains("杜庄镇") && text.contains("/ 1 页"), "{text}");
    assert!(page.contains("/records/patient?town="), "a township leads to its patients");
    let none = main_text(&get(&world, Some(&officer), "/lists/candidate_townships?year=2026&threshold=2").await.text);
    assert!(none.contains("名单上没有人或单位"), "{none}");
    assert_eq!(get(&world, Some(&officer), "/lists/candidate_townships?threshold=viele").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_039_rq_047_a_patients_file_holds_stage_treatment_coverage_and_needs() {
    let (world, _) = World::with_examples().await;
    let city = world.sign_in("city", &["R03"], "130300", "").await;
    let list = get(&world, Some(&city), "/records/patient").await.text;
    let id = list.split("/records/patient/").filter_map(|t| t.get(..32)).find(|t| t.bytes().all(|b| b.is_ascii_hexdigit())).unwrap();
    let file = main_text(&get(&world, Some(&city), &format!("/persons/patient/{id}/file")).await.text);
    for told in [
        "尘肺病档案与保障",
        "期别",
        "壹期",
        "保障情况",
        "医疗救助",
        "需求类别",
        "呼吸康复",
        "随访",
        "康复评估",
        "救治救助",
        "转诊与远程会诊",
        "远程会诊",
    ] {
        assert!(file.contains(told), "{told} is missing: {file}");
    }
    let record = main_text(&get(&world, Some(&city), &format!("/records/patient/{id}")).await.text);
    for told in ["保障台账", "基本医保", "8600", "用药", "样例祛痰药", "家庭收入核查"] {
        assert!(record.contains(told), "{told} is missing: {record}");
    }
}
