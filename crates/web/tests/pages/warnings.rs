//! The early-warning centre in an officer's hands: list, a warning to its end, rules with thresholds and look back, the employer's risk.

use crate::browser::get;
use crate::walk::{labels_are_bound, obeys_the_policy};
use crate::world::{Session, World};
use axum::http::StatusCode;
use serde_json::{Value, json};

/// A warning as the platform registers it.
async fn raised(world: &World, changes: Value) -> String {
    let kind = world.app.door.catalogue.kind("warning").unwrap();
    let mut changes = changes;
    for name in ["acknowledged_on", "verified_on", "verification", "measures", "closed_on", "outcome", "false_reason"] {
        changes[name] = Value::Null;
    }
    world.register(kind, &world.example("warning", &changes)).await;
    let query = zhijian_records::port::Query::everything("warning", Vec::new());
    let rows = world.app.door.store.query(&query).await.unwrap().rows;
    rows.iter().map(|r| r.id.clone()).max().unwrap()
}

async fn page(world: &World, session: &Session, path: &str) -> String {
    let reply = get(world, Some(session), path).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text);
    obeys_the_policy(&reply.text, path);
    labels_are_bound(&reply.text, path);
    reply.text
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_169_the_centre_counts_what_it_lists_and_filters_by_the_address() {
    let world = World::new().await;
    let officer = world.officer().await;
    world.file(&officer, "employer", &json!({})).await;
    assert!(page(&world, &officer, "/warnings").await.contains("没有未关闭的预警"));
    raised(&world, json!({})).await;
    raised(&world, json!({"rule": "EW-01", "dedupe": "EW-01/x", "level": "4", "subject": "破碎车间 破碎工 矽尘", "due_on": "2099-01-01"}))
        .await;
    let text = page(&world, &officer, "/warnings").await;
    assert!(text.contains("全部 <span class=\"num\">2</span>") && text.contains("未关闭（2）") && text.contains("已逾期（1）"), "{text}");
    let red = page(&world, &officer, "/warnings?level=4").await;
    assert!(red.contains("破碎车间 破碎工 矽尘") && !red.contains("粉尘所致疑似职业病"), "{red}");
    let late = page(&world, &officer, "/warnings?due=overdue").await;
    assert!(!late.contains("破碎车间 破碎工 矽尘") && late.contains("粉尘所致疑似职业病"));
    assert_eq!(get(&world, Some(&officer), "/warnings?level=9").await.status, StatusCode::BAD_REQUEST);
    assert!(page(&world, &officer, "/").await.contains("预警中心"));
    let elsewhere = world.sign_in("elsewhere", &["R03"], "130306", "").await;
    assert!(page(&world, &elsewhere, "/warnings").await.contains("没有未关闭的预警"));
    let firm = world.sign_in("firm", &["R09"], "", "").await;
    assert_eq!(get(&world, Some(&firm), "/warnings").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_170_a_warning_goes_from_its_evidence_to_its_end_in_the_browser() {
    let world = World::new().await;
    let officer = world.officer().await;
    world.file(&officer, "employer", &json!({})).await;
    let id = raised(&world, json!({})).await;
    let address = format!("/records/warning/{id}");
    let text = page(&world, &officer, &address).await;
    assert!(
        text.contains("证据记录") && text.contains("/records/exam/0000") && text.contains("现场调查、同岗位人员复查和干预完成"),
        "{text}"
    );
    assert!(!text.contains("observed_source") && !text.contains("EW-11/样例"), "technical fields stay out");
    for (step, data) in [
        ("acknowledge", json!({"acknowledged_on": "2026-06-29"})),
        ("reject", json!({"verified_on": "2026-06-29", "false_reason": "同一人重复登记"})),
        ("close", json!({"closed_on": "2026-06-30", "outcome": "已更正登记"})),
    ] {
        world.advance(&officer, "warning", &id, step, &data).await;
    }
    let rules = page(&world, &officer, "/warnings/rules").await;
    assert!(rules.contains("EW-27") && rules.contains("缺：") && rules.contains("0%"), "{rules}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_168_thresholds_are_set_by_region_with_reason_and_tried_on_history_first() {
    let world = World::new().await;
    let officer = world.officer().await;
    world.refresh().await;
    let text = page(&world, &officer, "/warnings/rules/EW-11?from=2026-01&to=2026-03&t_orange=4").await;
    assert!(text.contains("这段时间内不会触发预警") && text.contains("未注明出处"), "{text}");
    let path = "/warnings/rules/EW-11/settings";
    let fields = |orange| {
        [
            ("county", "130302"),
            ("valid_from", "2026-07-01"),
            ("enabled", "true"),
            ("t_yellow", "2"),
            ("t_orange", orange),
            ("t_red", "5"),
            ("t_red_post", "2"),
            ("reason", "体检集中"),
        ]
    };
    assert_eq!(world.form(&officer, path, &fields("many")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.form(&officer, path, &fields("4")).await.status, StatusCode::SEE_OTHER);
    let text = page(&world, &officer, "/warnings/rules/EW-11").await;
    assert!(text.contains("橙色：例数不少于 4") && text.contains("体检集中") && text.contains("谁、何时"), "{text}");
    let reader = world.sign_in("reader", &["R03"], "130302", "").await;
    assert!(!page(&world, &reader, "/warnings/rules/EW-11").await.contains("调整本地区的设置"));
    assert_eq!(world.form(&reader, path, &fields("5")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_166_rq_170_the_employers_file_lists_posts_by_risk_and_shows_what_its_score_rests_on() {
    let (world, officer) = World::with_examples().await;
    let query = zhijian_records::port::Query::everything("measurement", Vec::new());
    let owner = world.app.door.store.query(&query).await.unwrap().rows[0].owner.clone();
    let text = page(&world, &officer, &format!("/employers/{owner}/file")).await;
    for expected in ["岗位风险清单", "风险画像评分", "只用于排列工作次序", "危害风险等级", "作业分级", "分类监督执法"]
    {
        assert!(text.contains(expected), "{expected}");
    }
}
