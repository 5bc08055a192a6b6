//! What each role reads on each kind of page.

use crate::browser::{get, main_text};
use crate::world::{Session, World};
use zhijian_records::Caller;
use zhijian_records::read::ListRequest;

async fn id(world: &World, kind: &str) -> String {
    world.app.door.list(&Caller::system("test"), kind, &ListRequest { limit: 1, ..ListRequest::default() }).await.unwrap().rows[0]
        .id
        .clone()
}

async fn text(world: &World, session: &Session, path: &str) -> String {
    main_text(&get(world, Some(session), path).await.text)
}

#[tokio::test(flavor = "multi_thread")]
async fn desks() {
    let (world, _) = World::with_examples().await;
    let employer = id(&world, "employer").await;
    let roles = [
        ("city", "R03", "130300", ""),
        ("county", "R04", "130302", ""),
        ("cdc", "R06", "130300", ""),
        ("plant", "R09", "", employer.as_str()),
        ("helper", "R17", "130302003", ""),
        ("leader", "R19", "130300", ""),
        ("admin", "R01", "130300", ""),
    ];
    for (login, role, region, organisation) in roles {
        let session = world.sign_in(login, &[role], region, organisation).await;
        insta::assert_snapshot!(format!("desk_{role}"), text(&world, &session, "/").await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_details() {
    let (world, _) = World::with_examples().await;
    let employer = id(&world, "employer").await;
    let officer = world.sign_in("city", &["R03"], "130300", "").await;
    let plant = world.sign_in("plant", &["R09"], "", &employer).await;
    insta::assert_snapshot!("list_exam_R03", text(&world, &officer, "/records/exam").await);
    insta::assert_snapshot!("list_employer_R09", text(&world, &plant, "/records/employer").await);
    insta::assert_snapshot!("list_exam_R09", text(&world, &plant, "/records/exam").await);
    insta::assert_snapshot!("detail_employer_R09", text(&world, &plant, &format!("/records/employer/{employer}")).await);
    insta::assert_snapshot!("detail_exam_R03", text(&world, &officer, &format!("/records/exam/{}", id(&world, "exam").await)).await);
    insta::assert_snapshot!(
        "print_violation_R03",
        text(&world, &officer, &format!("/records/violation/{}/print", id(&world, "violation").await)).await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_and_references() {
    let (world, _) = World::with_examples().await;
    let officer = world.sign_in("city", &["R03"], "130300", "").await;
    insta::assert_snapshot!("new_survey_key_R03", text(&world, &officer, "/records/survey_key/new").await);
    insta::assert_snapshot!("help_survey_key", text(&world, &officer, "/kinds/survey_key").await);
    insta::assert_snapshot!("codes_SEX", text(&world, &officer, "/codes/SEX").await);
    insta::assert_snapshot!("import_R03", text(&world, &officer, "/import").await);
    insta::assert_snapshot!("search_R03", text(&world, &officer, "/search?q=%E5%98%89%E7%9B%9B").await);
    insta::assert_snapshot!("login", main_text(&get(&world, None, "/login").await.text));
    let admin = world.sign_in("admin", &["R01"], "130300", "").await;
    insta::assert_snapshot!("accounts_R01", text(&world, &admin, "/accounts").await);
}
