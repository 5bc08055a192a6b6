//! Lists: filters in the address, sorting, paging, chips.

use crate::browser::{get, main_text};
use crate::world::{Session, World};
use axum::http::StatusCode;
use serde_json::json;

/// Forty inspections of one employer.
async fn world() -> (World, Session) {
    let (world, officer) = World::with_examples().await;
    for n in 0..40 {
        let changes = json!({"inspection_no": format!("JC2021{n:05}"), "inspected_on": format!("2021-03-{:02}", n % 28 + 1), "result": if n % 4 == 0 { "2" } else { "1" },
            "ordered_on": null, "rectify_by": null, "rechecked_on": null, "recheck_result": null, "disclosed_on": null, "status": null, "items": null});
        world.file(&officer, "inspection", &changes).await;
    }
    (world, officer)
}

fn rows(page: &str) -> Vec<String> {
    page.split("class=\"row-link\"").skip(1).filter_map(|p| p.split('>').nth(1)?.split('<').next()).map(str::to_owned).collect()
}

#[tokio::test]
async fn paging_shows_every_row_once() {
    let (world, officer) = world().await;
    let mut seen = Vec::new();
    let mut address = "/records/inspection?q=JC2021".to_owned();
    loop {
        let page = get(&world, Some(&officer), &address).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        seen.extend(rows(&page.text));
        let Some(next) = page.text.split("class=\"btn next\" href=\"").nth(1).and_then(|p| p.split('"').next()) else { break };
        address = next.replace("&amp;", "&");
    }
    assert_eq!(seen.len(), 40);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 40);
}

#[tokio::test]
async fn filters_stand_in_the_address_and_on_the_page() {
    let (world, officer) = world().await;
    let cases = [
        ("result=2&q=JC2021", 10, "检查结果：责令改正"),
        ("result=2&q=JC2021&inspected_on__gte=2021-03-05", 8, "不早于 2021-03-05"),
        ("inspected_on__gte=2021-03-05&inspected_on__lte=2021-03-06&q=JC2021", 4, "不晚于 2021-03-06"),
        ("q=JC202100007", 1, "搜索：JC202100007"),
        ("region=130302&q=JC2021", 40, "属地：海港区"),
        ("region=130303", 0, "没有符合条件的记录"),
        ("hazard_present=true&q=JC202000139", 1, "：是"),
        ("result=&q=JC2021&inspected_on__gte=", 40, "共 40 条"),
    ];
    for (query, count, said) in cases {
        let page = get(&world, Some(&officer), &format!("/records/inspection?{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{query}");
        let text = main_text(&page.text);
        assert!(text.contains(&format!("共 {count} 条")) && text.contains(said), "{query}: {text}");
    }
}

#[tokio::test]
async fn columns_sort_both_ways() {
    let (world, officer) = world().await;
    let first = |page: &str| rows(page).first().cloned().unwrap_or_default();
    let up = get(&world, Some(&officer), "/records/inspection?sort=inspection_no").await;
    let down = get(&world, Some(&officer), "/records/inspection?sort=-inspection_no").await;
    assert_eq!((first(&up.text).as_str(), first(&down.text).as_str()), ("JC202000139", "JC202100039"));
}

#[tokio::test]
async fn suggestions_find_codes_by_initials_and_employers_by_fragments() {
    let (world, officer) = world().await;
    let codes = get(&world, Some(&officer), "/codes/HAZARD/options?q=zs").await.text;
    assert!(codes.contains("噪声"), "{codes}");
    let cas = get(&world, Some(&officer), "/codes/HAZARD/options?q=71-43-2").await.text;
    assert!(cas.contains("data-value=\"苯\""), "{cas}");
    let picked = get(&world, Some(&officer), "/records/exam/pick/employer_id?q=%E5%98%89%E7%9B%9B").await.text;
    assert!(picked.contains("91130302TE5T05JB25"), "{picked}");
    let stranger = world.sign_in("other", &["R06"], "130303", "").await;
    assert!(get(&world, Some(&stranger), "/records/exam/pick/employer_id?q=%E5%98%89%E7%9B%9B").await.text.is_empty());
}
