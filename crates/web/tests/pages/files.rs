//! 一企一档 and 一人一档, as each role reads them.

use crate::browser::{get, main_text, post};
use crate::world::{Session, World};
use axum::http::StatusCode;
use serde_json::{Value, json};
use zhijian_records::Caller;
use zhijian_records::read::ListRequest;

const ID_NO: &str = "130322199804129999";
const NAME: &str = "傅测民";

/// The examples, an earlier exam of the same person and a later sample at the same post.
async fn world() -> (World, Session, String) {
    let (world, officer) = World::with_examples().await;
    let earlier = json!({"examined_on": "2019-08-02", "card_no": "ZJ-EARLIER", "conclusion": "1", "conclusions": null, "contraindication": null, "other_finding": null});
    world.file(&officer, "exam", &earlier).await;
    let later = json!({"sampled_on": "2020-04-20", "sample_no": "S2020002499"});
    world.file(&officer, "measurement", &later).await;
    let employer = owner(&world).await;
    (world, officer, employer)
}

async fn rows(world: &World, kind: &str) -> Vec<zhijian_records::read::View> {
    world.app.door.list(&Caller::system("test"), kind, &ListRequest { limit: 50, ..ListRequest::default() }).await.unwrap().rows
}

async fn owner(world: &World) -> String {
    rows(world, "exam").await[0].data["employer_id"].as_str().unwrap().to_owned()
}

async fn anchor(world: &World, kind: &str) -> String {
    rows(world, kind).await[0].id.clone()
}

/// What a page's charts are drawn from.
fn plots(page: &str) -> Vec<Value> {
    let data = page.split("data-plot=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    data.map(|text| {
        serde_json::from_str(&text.replace("&quot;", "\"").replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")).unwrap()
    })
    .collect()
}

fn closed(page: &str) -> String {
    main_text(page).lines().find(|line| line.starts_with("不在您的查看范围")).unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_employers_file_reads_whole() {
    let (world, _, employer) = world().await;
    let city = world.sign_in("city", &["R03"], "130300", "").await;
    let path = format!("/employers/{employer}/file");
    let reply = get(&world, Some(&city), &path).await;
    assert_eq!(reply.status, StatusCode::OK);
    crate::walk::obeys_the_policy(&reply.text, "employer file");
    crate::walk::labels_are_bound(&reply.text, "employer file");
    insta::assert_snapshot!("files_employer_R03", main_text(&reply.text));
    assert!(!reply.text.contains(NAME) && !reply.text.contains(ID_NO), "people stay masked");
    let over = plots(&reply.text).into_iter().filter(|p| p["kind"] == "trend" && p["limit"].is_number()).count();
    assert!(over > 0, "results are drawn with their limit");
    let detail = get(&world, Some(&city), &format!("/records/employer/{employer}")).await.text;
    assert!(detail.contains(&format!("href=\"{path}\"")), "the record leads to the file");
    let found = get(&world, Some(&city), "/search?q=%E5%98%89%E7%9B%9B").await.text;
    assert!(found.contains(&format!("href=\"{path}\"")), "a search leads to the file");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_links_behind_the_numbers_open_and_unknown_questions_are_refused() {
    let (world, _, employer) = world().await;
    let city = world.sign_in("city", &["R03"], "130300", "").await;
    let path = format!("/employers/{employer}/file");
    let page = get(&world, Some(&city), &path).await.text;
    let main = &page[page.find("<main").unwrap()..];
    let mut links: Vec<String> =
        main.split("href=\"/").skip(1).map(|rest| format!("/{}", rest.split('"').next().unwrap().replace("&amp;", "&"))).collect();
    links.retain(|link| !link.starts_with("/assets"));
    links.sort();
    links.dedup();
    assert!(links.iter().filter(|l| l.contains("employer_id=")).count() > 8, "{links:?}");
    for link in links {
        assert_eq!(get(&world, Some(&city), link.split('#').next().unwrap()).await.status, StatusCode::OK, "{link}");
    }
    let only = main_text(&get(&world, Some(&city), &format!("{path}?events=inspection")).await.text);
    let timeline = &only[only.rfind("时间轴").unwrap()..];
    assert!(timeline.contains("2020-") && !timeline.contains("个样品"), "{timeline}");
    for wrong in ["?events=employer", "?all=2", "?x=1"] {
        assert_eq!(get(&world, Some(&city), &format!("{path}{wrong}")).await.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_sees_of_an_employers_file_what_its_policy_gives() {
    let (world, officer, employer) = world().await;
    let other = world.file(&officer, "employer", &json!({"name": "海港样别家厂", "uscc": "91130303TE5T06063J"})).await;
    let path = |id: &str| format!("/employers/{id}/file");
    let plant = world.sign_in("plant", &["R09"], "", &employer).await;
    let page = get(&world, Some(&plant), &path(&employer)).await.text;
    assert!(closed(&page).contains("违法案件") && !closed(&page).contains("职业健康检查"), "{}", closed(&page));
    assert!(main_text(&page).contains("其他疾病或异常"), "conclusions are the employer's to know");
    for medical in ["听阈", "血压", "mmHg", "audiogram"] {
        assert!(!page.contains(medical), "{medical}");
    }
    assert_eq!(get(&world, Some(&plant), &path(&other)).await.status, StatusCode::NOT_FOUND, "another employer's file");
    let town = world.sign_in("town", &["R17"], "130302", "").await;
    let page = get(&world, Some(&town), &path(&employer)).await.text;
    for part in ["职业健康检查", "疑似职业病与职业病", "违法案件"] {
        assert!(closed(&page).contains(part), "{part}: {}", closed(&page));
    }
    let main = main_text(&page);
    assert!(!main.contains("疑似职业病名称") && !main.contains("矽肺"), "no medical detail");
    let elsewhere = world.sign_in("elsewhere", &["R03"], "140100", "").await;
    assert_eq!(get(&world, Some(&elsewhere), &path(&employer)).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_file_gathers_by_number_and_names_nobody_until_a_purpose_is_stated() {
    let (world, officer, _) = world().await;
    // Somebody else of the same name.
    let namesake = json!({"id_no": "130303198801099989", "sex": "2", "birth_date": "1988-01-09", "examined_on": "2018-08-02", "card_no": "ZJ-NAMESAKE", "exposure_started_on": null, "work_started_on": null});
    world.file(&officer, "exam", &namesake).await;
    let city = world.sign_in("city", &["R03"], "130300", "").await;
    let path = format!("/persons/exposed_worker/{}/file", anchor(&world, "exposed_worker").await);
    let reply = get(&world, Some(&city), &path).await;
    assert_eq!(reply.status, StatusCode::OK);
    crate::walk::obeys_the_policy(&reply.text, "person file");
    crate::walk::labels_are_bound(&reply.text, "person file");
    insta::assert_snapshot!("files_person_R03", main_text(&reply.text));
    assert!(!reply.text.contains(NAME) && !reply.text.contains(ID_NO) && !reply.text.contains("2018-08-02"));
    let hearing = plots(&reply.text).into_iter().find(|p| p["kind"] == "audiogram").unwrap();
    let names: Vec<&str> = hearing["curves"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["左耳 2020-08-02", "右耳 2020-08-02", "左耳 2019-08-02", "右耳 2019-08-02"]);
    assert_eq!(hearing["curves"][1]["points"], json!([[500, 20.0], [1000, 25.0], [2000, 5.0], [3000, 30.0], [4000, 35.0], [6000, 25.0]]));

    let refused = post(&world, &city, &path, &[("purpose", "")]).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let before = looks(&world).await;
    let shown = post(&world, &city, &path, &[("purpose", "监测数据核实")]).await.text;
    assert!(shown.contains(NAME) && shown.contains(ID_NO) && shown.contains("watermark"));
    assert_eq!(looks(&world).await, before + 1, "the look is on record");
}

async fn looks(world: &World) -> usize {
    let lines = world.app.door.store.audit(0, 1000).await.unwrap();
    lines.iter().filter(|line| line.stamp.reason.starts_with("一人一档")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn employers_see_conclusions_of_their_workers_only_and_rosters_without_names_lead_nowhere() {
    let (world, _, employer) = world().await;
    let plant = world.sign_in("plant", &["R09"], "", &employer).await;
    let exam = anchor(&world, "exam").await;
    let path = format!("/persons/exam/{exam}/file");
    let page = get(&world, Some(&plant), &path).await.text;
    assert!(main_text(&page).contains("其他疾病或异常"));
    assert!(plots(&page).iter().all(|p| p["kind"] == "dose"), "no values of examinations");
    assert!(closed(&page).contains("检查数值变化") && closed(&page).contains("随访"), "{}", closed(&page));
    let far = world.sign_in("far", &["R09"], "", &"f".repeat(32)).await;
    assert_eq!(get(&world, Some(&far), &path).await.status, StatusCode::NOT_FOUND);
    let inspector = world.sign_in("inspector", &["R04"], "130300", "").await;
    let roster = format!("/persons/exposed_worker/{}/file", anchor(&world, "exposed_worker").await);
    assert_eq!(get(&world, Some(&inspector), &roster).await.status, StatusCode::FORBIDDEN);
    assert_eq!(get(&world, Some(&inspector), &format!("/persons/training/{exam}/file")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_has_its_own_file_and_copy_and_nobody_elses() {
    let (world, officer, _) = world().await;
    let other = json!({"id_no": "130303198801099989", "sex": "2", "birth_date": "1988-01-09", "person_name": "旁测人", "examined_on": "2018-08-02", "card_no": "ZJ-OTHER", "exposure_started_on": null, "work_started_on": null});
    let others = world.file(&officer, "exam", &other).await;
    let worker = world.sign_in("worker", &["R10"], "", "").await;
    let empty = get(&world, Some(&worker), "/me/file").await;
    assert_eq!(empty.status, StatusCode::OK);
    assert!(main_text(&empty.text).contains("账号还没有关联本人"));
    assert_eq!(post(&world, &worker, "/me/file/copy", &[]).await.status, StatusCode::NOT_FOUND);

    world.app.door.tie_person(&Caller::system("test"), "worker", ID_NO).await.unwrap();
    let page = get(&world, Some(&worker), "/me/file").await.text;
    insta::assert_snapshot!("files_mine_R10", main_text(&page));
    assert!(!page.contains("2018-08-02"));
    assert_eq!(get(&world, Some(&worker), &format!("/persons/exam/{others}/file")).await.status, StatusCode::NOT_FOUND);
    let copy = post(&world, &worker, "/me/file/copy", &[]).await;
    assert_eq!(copy.status, StatusCode::OK);
    assert!(copy.header("content-disposition").starts_with("attachment"));
    let records = copy.json()["records"].as_array().unwrap().clone();
    assert!(records.len() >= 3 && records.iter().all(|r| r["data"]["id_no"] == ID_NO), "{}", copy.text);
    assert!(!copy.text.contains("旁测人"));
    let lines = world.app.door.store.audit(0, 1000).await.unwrap();
    assert!(
        lines.iter().any(|l| l.kind == "exam" && l.stamp.actor == "worker" && l.stamp.reason.contains("本人查阅")),
        "the copy is on record"
    );
}
