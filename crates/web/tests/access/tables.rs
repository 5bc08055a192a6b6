//! The pages that show the policy say what the policy does.

use crate::people::{self, person, stored};
use axum::http::StatusCode;
use zhijian_records::access::Wish;

#[tokio::test]
async fn the_matrix_and_the_pages_of_kinds_name_every_role_and_kind() {
    let (world, _) = people::world().await;
    let admin = person(&world, "R01", true).await.session;
    let matrix = world.get(&admin, "/access").await;
    assert_eq!(matrix.status, StatusCode::OK);
    let catalogue = world.app.catalogue();
    for (code, role) in &catalogue.roles.roles {
        assert!(matrix.text.contains(code) && matrix.text.contains(&role.title), "{code}");
        assert_eq!(zhijian_web::words::role(code), role.title, "the product has one name for a role");
    }
    assert_eq!(zhijian_web::words::ROLES.len(), catalogue.roles.roles.len());
    for kind in catalogue.kinds.values() {
        assert!(matrix.text.contains(&kind.title), "{}", kind.kind);
        let page = world.get(&admin, &format!("/access/{}", kind.kind)).await;
        assert_eq!(page.status, StatusCode::OK);
        for view in kind.rights.def.views.values() {
            assert!(page.text.contains(&view.title), "{} {}", kind.kind, view.title);
        }
    }
}

#[tokio::test]
async fn who_sees_a_record_agrees_with_who_gets_it() {
    let (world, _) = people::world().await;
    let everybody = people::everybody(&world).await;
    for kind in ["exam", "employer", "diagnosis", "patient"] {
        let id = stored(&world, kind).await[0].id.clone();
        let system = zhijian_records::Caller::system("test");
        let seers = world.app.door.who_sees(&system, kind, &id).await.unwrap();
        for person in &everybody {
            let login = format!("{}-{}", person.role.to_lowercase(), if person.near { "near" } else { "far" });
            let reply = world.get(&person.session, &format!("/records/{kind}/{id}")).await;
            let seer = seers.iter().find(|s| s.login == login);
            assert_eq!(seer.is_some(), reply.status == StatusCode::OK, "{login} {kind}: {}", reply.status);
            if let Some(seer) = seer {
                let edit = world.get(&person.session, &format!("/records/{kind}/{id}/edit")).await;
                assert_eq!(seer.may.contains(&Wish::Amend), edit.status == StatusCode::OK, "{login} {kind}");
                assert!(!seer.reasons.is_empty(), "{login} sees it for a reason");
            }
        }
    }
}
