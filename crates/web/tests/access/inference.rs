//! What may not be seen cannot be inferred either (the class of CVE-2023-32060, hapi-fhir #6065, medplum #7641, metabase #18579), and
//! cannot be overwritten unseen (SORMAS #3013).

use crate::people::{self, person, stored};
use crate::world::{Reply, Session, World};
use axum::http::StatusCode;
use serde_json::{Value, json};
use zhijian_kinds::access::{AccessDef, Rights};
use zhijian_records::access::Wish;

async fn get(world: &World, session: &Session, path: &str) -> Reply {
    world.get(session, path).await
}

#[tokio::test]
async fn filters_sorts_groups_and_cursors_on_hidden_fields_are_refused() {
    let (world, officer) = people::world().await;
    let employer = person(&world, "R09", true).await;
    // An officer may, so the queries themselves are right; the employer sees the conclusion of the same records only.
    let queries = [
        "smoking=never",
        "other_finding__contains=a",
        "remark__contains=a",
        "remark__empty=true",
        "submitted_on__gte=2020-01-01",
        "exposure_years__gte=1",
        "sort=smoking",
        "sort=-submitted_on",
        "sort=exposure_years",
    ];
    for query in queries {
        let open = get(&world, &officer, &format!("/api/v1/records/exam?{query}")).await;
        assert_eq!(open.status, StatusCode::OK, "{query}: {}", open.text);
        for path in [
            format!("/api/v1/records/exam?{query}"),
            format!("/api/v1/records/exam/count?{}", if query.starts_with("sort") { "by=smoking" } else { query }),
            format!("/records/exam?{query}"),
        ] {
            let reply = get(&world, &employer.session, &path).await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{path}: {}", reply.text);
            assert!(reply.text.contains("无权查看"), "{path}: {}", reply.text);
        }
    }
    for by in ["smoking", "drinking", "remark"] {
        let reply = get(&world, &employer.session, &format!("/api/v1/records/exam/count?by={by}")).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{by}");
    }
    let seen = get(&world, &employer.session, "/api/v1/records/exam?conclusion=1&sort=-examined_on").await;
    assert_eq!(seen.status, StatusCode::OK, "what is seen may be asked about: {}", seen.text);
}

#[tokio::test]
async fn the_conclusion_is_there_and_the_values_are_not() {
    let (world, _) = people::world().await;
    let employer = person(&world, "R09", true).await;
    let list = get(&world, &employer.session, "/api/v1/records/exam").await.json();
    let exam = &list["items"][0];
    assert!(exam["data"]["conclusion"].is_string(), "{exam}");
    for hidden in ["items", "conclusions", "other_finding", "past_disease", "smoking", "remark"] {
        assert!(exam["data"].get(hidden).is_none(), "{hidden}");
    }
    assert!(exam["hidden"].as_array().unwrap().contains(&json!("items")), "the caller is told what it does not see");
    let id = exam["id"].as_str().unwrap();
    let page = get(&world, &employer.session, &format!("/records/exam/{id}")).await.text;
    assert!(page.contains("不在您的查看范围内") && !page.contains("血压偏高"), "the finding is not on the page");
    let edit = get(&world, &employer.session, &format!("/records/exam/{id}/edit")).await;
    assert_eq!(edit.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn names_are_not_searched_by_those_who_may_not_see_them() {
    let (world, officer) = people::world().await;
    // The township sees the roster without names: neither the name, nor a piece of it, nor the number finds anything.
    let town = person(&world, "R17", true).await;
    let there = get(&world, &town.session, "/api/v1/records/exposed_worker/count").await.json();
    assert_eq!(there["count"], 1, "the record itself is the township's");
    for q in ["130322199804129999", "%E5%82%85%E6%B5%8B%E6%B0%91", "%E5%82%85%E6%B5%8B"] {
        let path = format!("/api/v1/records/exposed_worker/count?q={q}");
        assert_eq!(get(&world, &officer, &path).await.json()["count"], 1, "{q} finds it for those who may");
        assert_eq!(get(&world, &town.session, &path).await.json()["count"], 0, "{q}");
    }
    let blind = get(&world, &town.session, "/api/v1/records/exposed_worker?id_no=130322199804129999").await;
    assert_eq!(blind.status, StatusCode::BAD_REQUEST, "equality of a number that may not be seen tells whose record it is");
    let reveal = world
        .post(
            &town.session,
            &format!("/api/v1/records/exposed_worker/{}/reveal", stored(&world, "exposed_worker").await[0].id),
            &json!({"purpose": "监测数据核实"}),
        )
        .await;
    assert_eq!(reveal.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_cursor_belongs_to_the_scope_that_made_it() {
    let (world, officer) = people::world().await;
    let path = "/api/v1/records/institution?limit=2&sort=name";
    let page = get(&world, &officer, path).await.json();
    let next = page["next"].as_str().unwrap();
    let far = person(&world, "R03", false).await;
    let reply = get(&world, &far.session, &format!("{path}&cursor={next}")).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{}", reply.text);
}

#[tokio::test]
async fn kept_answers_do_not_reach_another_scope() {
    let (world, officer) = people::world().await;
    let path = "/api/v1/indicators/I-16?year=2020";
    let first = get(&world, &officer, path).await.json();
    let far = person(&world, "R03", false).await;
    let other = get(&world, &far.session, path).await.json();
    assert_ne!(first["answer"]["denominator"], json!(0.0), "{first}");
    assert_eq!(other["answer"]["denominator"], json!(0.0), "{other}");
    assert_eq!(get(&world, &officer, path).await.json()["answer"], first["answer"], "and back again");
}

/// A policy in which the given role may amend exams without seeing some of their fields.
fn with_hidden(world: &mut World, hide: &[&str]) {
    let text = format!(
        "kind: exam\nbasis: test\nviews:\n  part:\n    title: 部分\n    hide: [{}]\nallow:\n  - {{roles: [R03], scope: region, may: [read, amend, reveal], view: part}}\n  - {{roles: [R06], scope: region, may: [read, file, amend, reveal]}}\n",
        hide.join(", ")
    );
    let (def, _) = zhijian_kinds::yaml::read::<AccessDef>(&text).unwrap();
    let files = zhijian_kinds::catalogue::embedded_files();
    let (mut catalogue, _) = zhijian_kinds::Catalogue::load(&files);
    let mut kind = std::sync::Arc::into_inner(catalogue.kinds.shift_remove("exam").unwrap()).unwrap();
    kind.rights = Rights::new(def, &kind);
    catalogue.kinds.insert("exam".into(), std::sync::Arc::new(kind));
    world.app.door.catalogue = std::sync::Arc::new(catalogue);
    world.router = zhijian_web::router(world.app.clone());
}

#[tokio::test]
async fn an_amendment_keeps_what_its_author_does_not_see() {
    let (mut world, _) = people::world().await;
    with_hidden(&mut world, &["items", "other_finding", "past_disease", "remark", "smoking"]);
    let author = world.sign_in("author", &["R03"], "130300", "").await;
    let whole = world.sign_in("whole", &["R06"], "130300", "").await;
    let id = stored(&world, "exam").await[0].id.clone();
    let path = format!("/api/v1/records/exam/{id}");
    let clear = |session: Session| {
        let (world, path) = (&world, path.clone());
        async move { world.post(&session, &format!("{path}/reveal"), &json!({"purpose": "监测数据核实"})).await.json()["data"].clone() }
    };
    let before = clear(whole.clone()).await;
    let seen = clear(author.clone()).await;
    assert!(seen.get("remark").is_none() && seen.get("past_disease").is_none() && before["past_disease"].is_string());

    // A change of one field; a whole document without the hidden ones; and an untouched form.
    let tag = |n: u32| format!("\"{n}\"");
    let rev = get(&world, &author, &path).await.json()["revision"].as_u64().unwrap() as u32;
    let patch = world.send(Some(&author), "PATCH", &path, &[("if-match", &tag(rev))], Some(&json!({"data": {"post": "筛分工"}}))).await;
    assert_eq!(patch.status, StatusCode::OK, "{}", patch.text);
    let mut document = seen.clone();
    for name in ["employer_id", "institution_id", "status"] {
        document.as_object_mut().unwrap().shift_remove(name);
    }
    document["post"] = json!("破碎工");
    let kind = world.app.door.kind("exam").unwrap();
    for field in kind.fields.iter().filter(|f| f.read_only) {
        document.as_object_mut().unwrap().shift_remove(&field.path);
    }
    let put = world.send(Some(&author), "PUT", &path, &[("if-match", &tag(rev + 1))], Some(&json!({"data": document}))).await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.text);
    let after = clear(whole).await;
    assert_eq!(after["post"], "破碎工");
    for kept in ["items", "other_finding", "past_disease", "remark", "smoking"] {
        assert_eq!(after.get(kept), before.get(kept), "{kept}");
    }

    // To write what one cannot see is refused, and says so.
    let write = world.send(Some(&author), "PATCH", &path, &[("if-match", &tag(rev + 2))], Some(&json!({"data": {"remark": "改"}}))).await;
    assert_eq!(write.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(write.text.contains("无权查看此项"), "{}", write.text);
    let history = get(&world, &author, &format!("{path}/history")).await.text;
    assert!(!history.contains("\"remark\":"), "the history hides it too");
}

#[tokio::test]
async fn an_export_has_the_fields_of_its_reader() {
    let (world, _) = people::world().await;
    for (role, may) in [("R03", true), ("R09", false), ("R19", false), ("R11", true)] {
        let somebody = person(&world, role, true).await;
        let kind = world.app.door.kind("exam").unwrap();
        assert_eq!(zhijian_records::access::may(&caller(&world, role).await, &kind, Wish::Export), may, "{role}");
        drop(somebody);
    }
}

async fn caller(world: &World, role: &str) -> zhijian_records::Caller {
    let account = world.app.door.store.account(&format!("{}-near", role.to_lowercase())).await.unwrap().unwrap();
    world.app.door.caller(&account).await.unwrap()
}

#[tokio::test]
async fn a_file_takes_no_record_out_of_anothers_hands() {
    use zhijian_kinds::intake::Draft;
    use zhijian_records::bulk::{Bulk, BulkRow, End};
    let (world, _) = people::world().await;
    let (door, kind) = (&world.app.door, world.app.door.kind("employer").unwrap());
    let row = |changes: Value| {
        let data = world.example("employer", &changes);
        vec![BulkRow { row: 2, draft: Draft::from_json(&kind, data.as_object().unwrap()) }]
    };
    // Another county's office sends the same credit code with its own county.
    let other = zhijian_records::Caller::of("other", &["R03"], "130322", "");
    let mut bulk = Bulk::new(door, &other, "employer", "130322", "j", "excel").unwrap();
    let rows = bulk.ahead(row(json!({"county": "130322", "town": null, "name": "被移走的厂"})));
    let ends = bulk.chunk(rows, |_| None).await.unwrap();
    assert_eq!(ends[0].end, End::Rejected, "{:?}", ends[0].problems);
    assert!(ends[0].problems[0].message.contains("不在您负责的范围内"), "{:?}", ends[0].problems);
    // The own office corrects it.
    let own = zhijian_records::Caller::of("own", &["R03"], "130302", "");
    let mut bulk = Bulk::new(door, &own, "employer", "130302", "k", "excel").unwrap();
    let rows = bulk.ahead(row(json!({"staff_total": 99})));
    let ends = bulk.chunk(rows, |_| None).await.unwrap();
    assert_ne!(ends[0].end, End::Rejected, "{:?}", ends[0].problems);
}
