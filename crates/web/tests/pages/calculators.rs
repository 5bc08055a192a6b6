//! Calculators as people use them: find, fill, paste, mend, read.

use crate::browser::{fields, get, main_text, post};
use crate::world::{Session, World};
use axum::http::StatusCode;
use zhijian_calc::registry;
use zhijian_web::links;

/// Names and texts as they are sent.
type Form = &'static [(&'static str, &'static str)];

async fn somebody() -> (World, Session) {
    let world = World::new().await;
    let session = world.sign_in("cdc", &["R06"], "130300", "").await;
    (world, session)
}

/// Sends a form and follows it to the page that answers.
async fn calculate(world: &World, session: &Session, id: &str, given: &[(&str, &str)]) -> (StatusCode, String) {
    let reply = post(world, session, &format!("/calc/{id}"), given).await;
    let reply = match reply.header("location") {
        "" => reply,
        to => get(world, Some(session), to).await,
    };
    (reply.status, reply.text)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_calculator_has_a_page_whose_example_calculates() {
    let (world, session) = somebody().await;
    for calculator in registry::list() {
        let path = format!("/calc/{}", calculator.id);
        let page = get(&world, Some(&session), &path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        crate::walk::obeys_the_policy(&page.text, &path);
        crate::walk::labels_are_bound(&page.text, &path);
        let mut given = fields(&page.text, &path);
        given.retain(|(name, _)| name != "_csrf");
        let given: Vec<(&str, &str)> = given.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let (status, text) = calculate(&world, &session, calculator.id, &given).await;
        assert_eq!(status, StatusCode::OK, "{path}: {}", main_text(&text));
        crate::walk::obeys_the_policy(&text, &path);
        crate::walk::labels_are_bound(&text, &path);
        assert!(text.contains("复制结果与出处") && text.contains(&format!("第 {} 版", calculator.version)), "{path}");
        assert_eq!(text.contains("data-plot="), calculator.guide().plot.is_some(), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_index_lists_all_and_finds_some() {
    let (world, session) = somebody().await;
    let all = main_text(&get(&world, Some(&session), "/calc").await.text);
    assert!(all.contains(&format!("共 {} 个计算器", registry::list().len())), "{all}");
    let found = main_text(&get(&world, Some(&session), &format!("/calc{}", links::query(&[("q", "贝叶斯 未检出")]))).await.text);
    insta::assert_snapshot!(found);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_reads_with_its_verdict_and_provenance() {
    let (world, session) = somebody().await;
    let (status, text) = calculate(&world, &session, "stats.en689", &[("data", "0.6\n1.1\n＜0.9\n2.3\n1.5\n0.8"), ("oel", "5")]).await;
    assert_eq!(status, StatusCode::OK);
    insta::assert_snapshot!(main_text(&text));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_line_is_named_and_nothing_is_calculated_or_lost() {
    let (world, session) = somebody().await;
    let column = "浓度\n0.6\n\nabc\n未检出\n＜0.02";
    let (status, text) = calculate(&world, &session, "stats.bayes_seg", &[("data", column), ("oel", "０.５")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let read = main_text(&text);
    assert!(
        read.contains("第 4 行“abc”") && read.contains("第 5 行“未检出”：没有说明低于多少") && read.contains("第 1 行作为表头跳过"),
        "{read}"
    );
    assert!(text.contains("abc\n未检出") && !text.contains("复制结果与出处"), "what was typed is still there");
    let (status, _) =
        calculate(&world, &session, "stats.bayes_seg", &[("data", &column.replace("abc", "0.3")), ("data.lod", "0.05"), ("oel", "0.5")])
            .await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_error_stands_at_its_field() {
    let (world, session) = somebody().await;
    // calculator, form, what is said
    let rows: [(&str, Form, &str); 6] = [
        ("air.mac", &[("c_me", "-1"), ("mac", "10")], "数值无效，应为不小于 0 的数字"),
        ("air.mac", &[("c_me", "1")], "请填写"),
        ("air.mac", &[("c_me", "x"), ("mac", "10")], "“x”不能识别，应为不小于 0 的数字"),
        ("air.twa", &[("samples", "100,1500")], "超出适用范围"),
        ("stats.descriptive", &[("data", "1\n0")], "第 2 行：数值无效，应为大于 0 的数字"),
        ("stats.censored", &[("data", "<1\n<2\n<1"), ("method", "mle")], "全部低于检出限"),
    ];
    for (id, given, said) in rows {
        let (status, text) = calculate(&world, &session, id, given).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{id} {given:?}");
        assert!(main_text(&text).contains(said) && text.contains("aria-invalid=\"true\""), "{id} {given:?}: {}", main_text(&text));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_stands_in_the_address_unless_it_is_long() {
    let (world, session) = somebody().await;
    let short = post(&world, &session, "/calc/air.mac", &[("c_me", "2"), ("mac", "10")]).await;
    assert_eq!((short.status, short.header("location")), (StatusCode::SEE_OTHER, "/calc/air.mac?c_me=2&mac=10"));
    let long = (1..=400).map(|n| format!("0.{n:03}")).collect::<Vec<_>>().join("\n");
    let reply = post(&world, &session, "/calc/stats.descriptive", &[("data", &long), ("oel", "1")]).await;
    assert_eq!((reply.status, reply.header("location")), (StatusCode::OK, ""));
    assert!(main_text(&reply.text).contains("读到 400 条"));
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_and_unknown_names_are_turned_away() {
    let (world, session) = somebody().await;
    assert_eq!(get(&world, None, "/calc").await.status, StatusCode::SEE_OTHER);
    assert_eq!(get(&world, Some(&session), "/calc/air.nothing").await.status, StatusCode::NOT_FOUND);
    assert_eq!(get(&world, Some(&session), "/calc/air.mac?mak=1").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(get(&world, Some(&session), "/calc?x=1").await.status, StatusCode::BAD_REQUEST);
}
