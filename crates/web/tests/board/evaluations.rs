//! Evaluations over the small city: from the form to the files, the freeze and the correction.

use super::world::reading::{credit_code, main_text};
use super::world::{Reply, Session, World};
use super::{part, shown, small_city};
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use serde_json::json;
use std::time::Duration;
use tower::ServiceExt as _;

const START: [(&str, &str); 3] = [("plan", "qinhuangdao"), ("year", "2020"), ("evaluation_kind", "midterm")];

fn id_of(reply: &Reply) -> String {
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", main_text(&reply.text));
    let address = reply.header("location");
    address.rsplit('/').next().unwrap().to_owned()
}

/// Waits for the figures; the page.
async fn computed(world: &World, session: &Session, id: &str) -> String {
    for _ in 0..6_000 {
        let reply = world.get(session, &format!("/evaluations/{id}")).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", main_text(&reply.text));
        if !reply.text.contains("正在计算") {
            return main_text(&reply.text);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the figures took more than ten minutes");
}

/// Starts an evaluation and waits for it.
async fn evaluated(world: &World, session: &Session) -> (String, String) {
    let id = id_of(&world.form(session, "/evaluations", &START).await);
    let text = computed(world, session, &id).await;
    (id, text)
}

/// The hidden revision of a form of the page.
async fn revision(world: &World, session: &Session, path: &str, action: &str) -> String {
    let page = world.get(session, path).await.text;
    let form = page.split(&format!("action=\"{action}\"")).nth(1).unwrap_or_else(|| panic!("no form for {action} on {path}"));
    form.split("name=\"_rev\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

async fn bytes(world: &World, session: &Session, path: &str) -> Vec<u8> {
    let request = Request::builder().uri(path).header("cookie", &session.cookie).body(Body::empty()).unwrap();
    let reply = world.router.clone().oneshot(request).await.unwrap();
    assert_eq!(reply.status(), StatusCode::OK, "{path}");
    to_bytes(reply.into_body(), usize::MAX).await.unwrap().to_vec()
}

async fn approve(world: &World, session: &Session, id: &str) {
    world.advance(session, "evaluation", id, "gather", &json!({})).await;
    world.advance(session, "evaluation", id, "inspect", &json!({"inspected_on": "2026-06-29", "inspection_note": "与台账一致"})).await;
    world.advance(session, "evaluation", id, "approve", &json!({"approved_on": "2026-06-30", "approved_by": "样负责"})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_159_an_evaluation_is_computed_written_and_printed() {
    let (world, officer) = small_city().await;
    let reply = world.form(&officer, "/plans/qinhuangdao/tasks", &[("region", "130300")]).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", main_text(&reply.text));
    let (id, text) = evaluated(&world, &officer).await;
    assert!(
        text.contains("2 | 工业企业职业病危害项目申报率 I-02 | 60.00 % | 3／5 | 87.01 % | ≥ 89 % 2023年 | 未达标 | −29 个百分点 还需 2"),
        "{text}"
    );
    assert!(text.contains("规划的10项指标中，0项达标，0项接近目标"), "{text}");
    assert!(text.contains("规划任务共68项，已完成0项"), "{text}");

    // Figures by county, drivers, and what is said of them.
    let figure = shown(&world, &officer, &format!("/evaluations/{id}/figures/I-02")).await;
    for said in [
        "2020年，工业企业职业病危害项目申报率为60.00 %（3／5）。",
        "未达到2023年目标（≥ 89 %），差距−29 个百分点",
        "海港区 | 2 | 3",
        "昌黎县 | 1 | 2",
        "1（占 50.0 %）",
        "分母名单",
    ] {
        assert!(figure.contains(said), "{said}: {figure}");
    }

    // A text that somebody writes stays when figures are computed again.
    let here = format!("/evaluations/{id}");
    let rev = revision(&world, &officer, &here, &format!("{here}/text")).await;
    let written = [("_rev", rev.as_str()), ("part", "section"), ("key", "measures"), ("text", "逐户督办，两个月内补申报。")];
    assert_eq!(world.form(&officer, &format!("{here}/text"), &written).await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        world.form(&officer, &format!("{here}/text"), &written).await.status,
        StatusCode::CONFLICT,
        "an old form does not overwrite"
    );
    let rev = revision(&world, &officer, &here, &format!("{here}/compute")).await;
    assert_eq!(world.form(&officer, &format!("{here}/compute"), &[("_rev", &rev)]).await.status, StatusCode::SEE_OTHER);
    let text = computed(&world, &officer, &id).await;
    assert!(text.contains("逐户督办，两个月内补申报。"), "{text}");

    // Files: the same bytes each time, every figure with its address.
    let pdf = bytes(&world, &officer, &format!("{here}/files/pdf")).await;
    assert!(pdf.starts_with(b"%PDF-"));
    assert!(pdf == bytes(&world, &officer, &format!("{here}/files/pdf")).await);
    if std::env::var("KEEP_REPORT").is_ok() {
        std::fs::write("/tmp/evals-report.pdf", &pdf).unwrap();
    }
    let book = bytes(&world, &officer, &format!("{here}/files/xlsx")).await;
    assert!(book.starts_with(b"PK") && book == bytes(&world, &officer, &format!("{here}/files/xlsx")).await);
    assert!(bytes(&world, &officer, &format!("{here}/files/docx")).await.starts_with(b"PK"));
    assert_eq!(world.get(&officer, &format!("{here}/files/odt")).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_159_approved_figures_never_change_and_a_correction_is_a_new_edition() {
    let (world, officer) = small_city().await;
    let (id, _) = evaluated(&world, &officer).await;
    approve(&world, &officer, &id).await;
    let here = format!("/evaluations/{id}");
    let before = bytes(&world, &officer, &format!("{here}/files/xlsx")).await;
    // The records go on: another employer declares.
    let (name, uscc) = ("秦皇岛样丙厂", credit_code("91130302TE5TA0002"));
    let changes = json!({"employer_name": name, "uscc": uscc, "reported_county": null, "reported_town": null, "declared_on": "2020-06-02", "changed_on": "2020-05-20"});
    let late = world.file(&officer, "declaration", &changes).await;
    world.advance(&officer, "declaration", &late, "submit", &json!({})).await;
    world.advance(&officer, "declaration", &late, "accept", &json!({"accepted_on": "2020-06-10"})).await;
    world.refresh().await;
    assert!(before == bytes(&world, &officer, &format!("{here}/files/xlsx")).await, "what was approved stays to the byte");
    let view = world.app.door.open(&zhijian_records::Caller::system("test"), "evaluation", &id, None).await.unwrap();
    let rev = view.rev.to_string();
    for (path, form) in
        [("compute", vec![("_rev", rev.as_str())]), ("text", vec![("_rev", "1"), ("part", "section"), ("key", "overview"), ("text", "改")])]
    {
        let reply = world.form(&officer, &format!("{here}/{path}"), &form).await;
        assert!(reply.status.is_client_error(), "{path}: {}", reply.status);
    }
    let short = world.form(&officer, &format!("{here}/correct"), &[("_rev", &rev), ("reason", "改")]).await;
    assert_eq!(short.status, StatusCode::BAD_REQUEST, "a reason is more than a word");
    let newer = id_of(&world.form(&officer, &format!("{here}/correct"), &[("_rev", &rev), ("reason", "丙厂补申报后更正")]).await);
    let text = computed(&world, &officer, &newer).await;
    assert!(text.contains("80.00 % | 4／5"), "{text}");
    assert!(text.contains("丙厂补申报后更正"), "{text}");
    assert!(shown(&world, &officer, &here).await.contains("60.00 % | 3／5"), "the first edition says what it said");
    let twice = world.form(&officer, &format!("{here}/correct"), &[("_rev", &rev), ("reason", "再更正一次")]).await;
    assert_eq!(twice.status, StatusCode::BAD_REQUEST, "corrected once, the next correction is of the newest edition");
    let compared = shown(&world, &officer, &format!("/evaluations/compare?a={id}&b={newer}")).await;
    assert!(compared.contains("60.00 % | 未达标 | 80.00 % | 未达标 | 上升 20.00 个百分点"), "{compared}");
    assert_eq!(world.get(&officer, &format!("/evaluations/compare?a={id}&b={id}")).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_159_years_that_have_not_begun_are_refused_and_years_without_data_say_so() {
    let (world, officer) = small_city().await;
    let wrong = |changes: [(&'static str, &'static str); 2]| {
        let mut form = START.to_vec();
        form.retain(|(n, _)| !changes.iter().any(|(c, _)| c == n));
        form.extend(changes);
        form
    };
    for (changes, said) in [
        ([("year", "2027"), ("as_of", "")], "尚未开始"),
        ([("year", "2019"), ("as_of", "")], "早于规划的基数年"),
        ([("year", "2020"), ("as_of", "2020-13-01")], "不是日期"),
        ([("evaluation_kind", "weekly"), ("as_of", "")], "评估类别"),
    ] {
        let reply = world.form(&officer, "/evaluations", &wrong(changes)).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{changes:?}");
        assert!(main_text(&reply.text).contains(said), "{said}: {}", main_text(&reply.text));
    }
    let outside = [("plan", "wanzhou"), ("year", "2020"), ("evaluation_kind", "midterm")];
    assert!(world.form(&officer, "/evaluations", &outside).await.status.is_client_error(), "another region's plan");
    let id = id_of(&world.form(&officer, "/evaluations", &wrong([("year", "2026"), ("as_of", "")])).await);
    let text = computed(&world, &officer, &id).await;
    assert!(text.contains("该年度尚未结束，为阶段值"), "{text}");
    assert!(text.contains("尚缺数据、无法评价的指标"), "{text}");
    let again = id_of(&world.form(&officer, "/evaluations", &wrong([("year", "2026"), ("as_of", "")])).await);
    assert_eq!(again, id, "the same evaluation is opened, not made twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_159_the_leading_group_sees_the_report_but_no_list() {
    let (world, officer) = small_city().await;
    let (id, _) = evaluated(&world, &officer).await;
    let leader = world.sign_in("leader", &["R19"], "130300", "").await;
    let text = shown(&world, &leader, &format!("/evaluations/{id}")).await;
    assert!(text.contains("60.00 %") && !text.contains("重新计算"), "{text}");
    // The whole page: what stands in a closed part of it is told as well.
    let path = format!("/evaluations/{id}/figures/I-02");
    let (theirs, ours) = (world.get(&leader, &path).await.text, world.get(&officer, &path).await.text);
    assert!(theirs.contains("只见汇总") && !theirs.contains("样丙厂"), "{}", main_text(&theirs));
    assert!(ours.contains("样丙厂"), "the officer sees who is missing");
    let county = world.sign_in("lulong", &["R03"], "130324", "").await;
    assert_eq!(world.get(&county, &format!("/evaluations/{id}")).await.status, StatusCode::NOT_FOUND, "another region's evaluation");
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_160_rq_161_targets_are_proposed_saved_checked_and_held_against_what_was_reached() {
    let (world, officer) = small_city().await;
    let page = "/plans/qinhuangdao/targets";
    let text = shown(&world, &officer, &format!("{page}?indicator=I-02")).await;
    assert!(text.contains("2023 年：还没有分解"), "{text}");
    let reply = world.form(&officer, page, &[("indicator", "I-02"), ("region", "130300"), ("adopt", "1")]).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", main_text(&reply.text));
    let text = shown(&world, &officer, &format!("{page}?indicator=I-02")).await;
    assert!(text.contains("核对通过"), "{text}");
    let low = [("indicator", "I-02"), ("region", "130300"), ("v_2023_130302", "50"), ("adopt", "1")];
    world.form(&officer, page, &low).await;
    let text = shown(&world, &officer, &format!("{page}?indicator=I-02")).await;
    assert!(text.contains("低于规划目标 89 %") && text.contains("应当不低于上年"), "{}", part(&text, "2020年基数", "建议值"));
    let wrong = world.form(&officer, page, &[("indicator", "I-02"), ("region", "130300"), ("v_2023_130302", "150")]).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(main_text(&wrong.text).contains("海港区 2023 年：“150”，应为0 到 100 的数"));
}
