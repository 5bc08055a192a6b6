//! Handing in a workbook: upload, progress, result, files to take home.

use crate::browser::{get, main_text};
use crate::world::{Reply, Session, World};
use axum::body::Body;
use axum::http::{Request, StatusCode};

async fn upload(world: &World, session: &Session, token: &str, name: &str, content: &str) -> Reply {
    let part = |head: &str, body: &str| format!("--edge\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n");
    let body = [
        part("name=\"_csrf\"", token),
        part(&format!("name=\"files\"; filename=\"{name}\""), content),
        part("name=\"kind\"", ""),
        "--edge--\r\n".to_owned(),
    ]
    .concat();
    let request = Request::builder()
        .method("POST")
        .uri("/import")
        .header("cookie", &session.cookie)
        .header("content-type", "multipart/form-data; boundary=edge");
    world.answer(request.body(Body::from(body)).unwrap()).await
}

const SHEET: &str = "用人单位名称,统一社会信用代码,所属县区,行业代码,在册职工,接害人数,经营状态,更新日期\n\
测海港铸造厂,91130303MA0000007A,海港区,3391,80,30,10,2020-02-01\n\
测抚宁水泥厂,91130303MA00000155,抚宁区,3011,40,90,10,2020-02-01\n\
测昌黎食品厂,91130303MA00000230,昌黎县,1391,２０,3,10,2020-02-01\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_workbook_is_filed_row_by_row_and_comes_back_marked() {
    let world = World::new().await;
    let officer = world.officer().await;
    assert_eq!(upload(&world, &officer, "guess", "名录.csv", SHEET).await.status, StatusCode::FORBIDDEN);
    let reply = upload(&world, &officer, &officer.csrf, "名录.csv", SHEET).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", main_text(&reply.text));
    let job = reply.header("location").to_owned();
    let mut page = String::new();
    for _ in 0..200 {
        page = get(&world, Some(&officer), &job).await.text;
        if !page.contains("hx-trigger=\"every 1s\"") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    insta::assert_snapshot!(main_text(&page));
    let refused = main_text(&get(&world, Some(&officer), &format!("{job}?level=error")).await.text);
    assert!(refused.contains("E_EXPOSED") && !refused.contains("R_FORMAT"), "{refused}");
    let marked = get(&world, Some(&officer), &format!("{job}/marked/0")).await;
    assert_eq!(marked.status, StatusCode::OK);
    assert!(marked.header("content-type").contains("spreadsheetml"));
    let report = get(&world, Some(&officer), &format!("{job}/report.json")).await.json();
    assert_eq!((&report["totals"]["rows_read"], &report["totals"]["rejected"]), (&3.into(), &1.into()));
    let other = world.sign_in("other", &["R03"], "130302", "").await;
    assert_eq!(get(&world, Some(&other), &job).await.status, StatusCode::NOT_FOUND, "an import is its sender's");
}
