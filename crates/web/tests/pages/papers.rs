//! Documents on pages and over the API: offered, issued, copied, checked by strangers.

use crate::world::{Session, World};
use axum::http::StatusCode;
use serde_json::json;

/// A declaration that was accepted, with the officer.
async fn accepted() -> (World, Session, String) {
    let (world, officer) = World::with_examples().await;
    let changes = json!({"declared_on": "2020-04-05", "receipt_no": null, "receipt_on": null});
    let id = world.file(&officer, "declaration", &changes).await;
    world.advance(&officer, "declaration", &id, "submit", &json!({})).await;
    world.advance(&officer, "declaration", &id, "accept", &json!({"accepted_on": "2020-04-06"})).await;
    (world, officer, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn rq_018_an_officer_issues_a_receipt_and_a_stranger_checks_it() {
    let (world, officer, id) = accepted().await;
    let page = world.get(&officer, &format!("/records/declaration/{id}/documents")).await;
    assert!(page.text.contains("职业病危害项目申报回执") && page.text.contains("出具"), "{}", page.text);
    let preview = world.get(&officer, &format!("/records/declaration/{id}/documents/declaration_receipt/preview")).await;
    assert_eq!((preview.status, preview.header("content-type")), (StatusCode::OK, "application/pdf"));

    let path = format!("/records/declaration/{id}/documents");
    let done = world.form(&officer, &path, &[("document", "declaration_receipt")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let listed = world.get(&officer, &format!("/api/v1/records/declaration/{id}/documents")).await.json();
    let entry = listed["items"][0].clone();
    assert_eq!(entry["title"], "职业病危害项目申报回执");
    let (paper, code) = (entry["id"].as_str().unwrap(), entry["code"].as_str().unwrap());

    let file = world.get(&officer, &format!("/documents/{paper}/pdf")).await;
    assert_eq!((file.status, file.header("content-type")), (StatusCode::OK, "application/pdf"));
    assert_eq!(file.header("cache-control"), "no-store");
    let word = world.get(&officer, &format!("/documents/{paper}/docx")).await;
    assert!(word.header("content-type").contains("wordprocessingml") && word.text.starts_with("PK"));

    let stranger = world.send(None, "GET", &format!("/verify/{code}"), &[], None).await;
    assert_eq!(stranger.status, StatusCode::OK);
    for told in ["有效", entry["number"].as_str().unwrap(), "职业病危害项目申报回执", entry["file_digest"].as_str().unwrap()] {
        assert!(stranger.text.contains(told), "{told}: {}", stranger.text);
    }
    assert!(!stranger.text.contains("海港样嘉盛建材厂"), "nothing of what stands in it");

    world.advance(&officer, "document", paper, "void", &json!({"void_reason": "单位名称有误"})).await;
    let stranger = world.send(None, "GET", &format!("/verify/{code}"), &[], None).await;
    assert!(stranger.text.contains("已作废"), "{}", stranger.text);
    let refused = world.send(None, "GET", &format!("/documents/{paper}/pdf"), &[], None).await;
    assert_eq!(refused.header("location"), format!("/login?next=%2Fdocuments%2F{paper}%2Fpdf"), "copies are for those who are signed in");
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_cannot_be_tried_out() {
    let world = World::new().await;
    let mut last = StatusCode::OK;
    for n in 0..12 {
        last = world.send(None, "GET", &format!("/verify/0000-0000-0000-00{n:02}"), &[], None).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    let form = world.send(None, "GET", "/verify?code=7k3m+9qxt", &[], None).await;
    assert_eq!(form.header("location"), "/verify/7k3m%209qxt", "the form leads to the code's address");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_names_a_person_asks_for_a_purpose_first() {
    let (world, officer, id) = accepted().await;
    let path = format!("/records/declaration/{id}/documents");
    let refused = world.form(&officer, &path, &[("document", "declaration_form")]).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text);
    let stated = world.form(&officer, &format!("{path}/purpose"), &[("purpose", "业务办理与审核")]).await;
    assert_eq!(stated.status, StatusCode::SEE_OTHER, "{}", stated.text);
    let page = world.get(&officer, &path).await;
    assert!(page.text.contains("本次登录已说明用途：业务办理与审核"), "{}", page.text);
    let done = world.form(&officer, &path, &[("document", "declaration_form")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let other = world.sign_in("other", &["R03"], "130300", "").await;
    let entry = world.get(&other, &format!("/api/v1/records/declaration/{id}/documents")).await.json()["items"][0]["id"].clone();
    let copy = format!("/api/v1/documents/{}/pdf", entry.as_str().unwrap());
    assert_eq!(world.get(&other, &copy).await.status, StatusCode::BAD_REQUEST, "a copy needs a purpose of its own");
    let given = world.get(&other, &format!("{copy}?purpose=%E4%B8%9A%E5%8A%A1%E5%8A%9E%E7%90%86%E4%B8%8E%E5%AE%A1%E6%A0%B8")).await;
    assert_eq!((given.status, given.header("content-type")), (StatusCode::OK, "application/pdf"), "{}", given.text.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_issues_and_refuses_like_the_page() {
    let (world, officer, id) = accepted().await;
    let path = format!("/api/v1/records/declaration/{id}/documents");
    let made = world.post(&officer, &path, &json!({"document": "declaration_receipt"})).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    assert_eq!(made.header("location"), format!("/api/v1/documents/{}/pdf", made.json()["id"].as_str().unwrap()));
    let unknown = world.post(&officer, &path, &json!({"document": "nothing"})).await;
    assert_eq!((unknown.status, unknown.problem().as_str()), (StatusCode::NOT_FOUND, "not-found"));
    let forged = world.post(&officer, "/api/v1/records/document", &json!({"data": world.example("document", &json!({}))})).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN, "nobody files a document by hand: {}", forged.text);
    let inspector = world.sign_in("inspector", &["R04"], "130300", "").await;
    let refused = world.post(&inspector, &path, &json!({"document": "declaration_receipt"})).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
    let far = world.sign_in("far", &["R03"], "140100", "").await;
    assert_eq!(world.post(&far, &path, &json!({"document": "declaration_receipt"})).await.status, StatusCode::NOT_FOUND);
}
