//! Emergency access and assigned cases: opened, told, on the chain, and closed again.

use crate::people::{self, person, stored};
use axum::http::StatusCode;
use std::sync::Arc;
use zhijian_records::clock::{FixedClock, start_of};
use zhijian_records::port::Action;

const REASON: (&str, &str) = ("reason", "转院抢救，需要既往检查结果");
const PURPOSE: (&str, &str) = ("purpose", "其他法定职责");

#[tokio::test]
async fn a_record_outside_opens_for_a_reason_and_everybody_concerned_is_told() {
    let (world, _) = people::world().await;
    let id = stored(&world, "exam").await[0].id.clone();
    let path = format!("/records/exam/{id}");
    let far = person(&world, "R06", false).await.session;
    assert_eq!(world.get(&far, &path).await.status, StatusCode::NOT_FOUND);
    let kind = ("kind", "exam");
    for (why, fields) in [
        ("no purpose", vec![kind, ("record", id.as_str()), REASON]),
        ("no reason", vec![kind, ("record", id.as_str()), PURPOSE]),
        ("a short reason", vec![kind, ("record", id.as_str()), PURPOSE, ("reason", "急")]),
        ("no record", vec![kind, PURPOSE, REASON]),
    ] {
        assert_eq!(world.form(&far, "/emergency", &fields).await.status, StatusCode::BAD_REQUEST, "{why}");
    }
    let nobody = world.form(&far, "/emergency", &[kind, ("person", "130303198801099989"), PURPOSE, REASON]).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    let opened = world.form(&far, "/emergency", &[kind, ("person", "130322199804129999"), PURPOSE, REASON]).await;
    assert_eq!((opened.status, opened.header("location")), (StatusCode::SEE_OTHER, path.as_str()), "{}", opened.text);

    // It opens for reading: masked until the purpose is confirmed, and nothing can be changed.
    let page = world.get(&far, &path).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.text.contains("130322199804129999") && page.text.contains("继续查看完整信息"), "masked, with the stated purpose at hand");
    let clear = world.form(&far, &format!("{path}/reveal"), &[PURPOSE]).await;
    assert!(clear.text.contains("130322199804129999"), "{}", clear.status);
    for what in ["/edit", "/retract"] {
        assert_eq!(world.get(&far, &format!("{path}{what}")).await.status, StatusCode::FORBIDDEN, "{what}");
    }
    let others = stored(&world, "diagnosis").await[0].id.clone();
    assert_eq!(world.get(&far, &format!("/records/diagnosis/{others}")).await.status, StatusCode::NOT_FOUND, "and nothing else opens");

    // Told: the region's administrator and the owner; not those of elsewhere.
    for (role, near, told) in
        [("R02", true, true), ("R09", true, true), ("R01", true, true), ("R02", false, false), ("R09", false, false), ("R06", true, false)]
    {
        let somebody = person(&world, role, near).await;
        let page = world.get(&somebody.session, "/emergency").await.text;
        assert_eq!(page.contains("转院抢救"), told, "{role} near={near}");
    }
    // On record: the attempt that found nothing, the opening, and the look.
    let lines = world.app.door.store.audit(0, 10_000).await.unwrap();
    let of = |action: Action| {
        lines.iter().filter(|l| l.action == action).map(|l| (l.record.clone(), l.stamp.reason.clone())).collect::<Vec<_>>()
    };
    let broken = of(Action::BreakGlass);
    assert_eq!(broken.len(), 2, "{broken:?}");
    assert!(broken[0].0.is_empty() && broken[0].1.contains("未找到"), "{broken:?}");
    assert!(broken[1].0 == id && broken[1].1.contains("转院抢救"), "{broken:?}");
    assert!(of(Action::View).iter().any(|(record, _)| *record == id));
}

#[tokio::test]
async fn it_closes_by_itself_and_only_some_roles_may() {
    let (mut world, _) = people::world().await;
    let id = stored(&world, "exam").await[0].id.clone();
    let far = person(&world, "R03", false).await.session;
    let form = [("kind", "exam"), ("record", id.as_str()), PURPOSE, REASON];
    for role in ["R02", "R04", "R09", "R11", "R17", "R19", "R01"] {
        let somebody = person(&world, role, false).await.session;
        assert_eq!(world.form(&somebody, "/emergency", &form).await.status, StatusCode::FORBIDDEN, "{role}");
    }
    assert_eq!(world.form(&far, "/emergency", &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(world.get(&far, &format!("/records/exam/{id}")).await.status, StatusCode::OK);
    // Five hours later; the session is refreshed by a new sign-in.
    let later = start_of(crate::world::TODAY).unwrap() + 14 * 3_600_000_000;
    world.app.door.clock = Arc::new(FixedClock(later.into()));
    world.router = zhijian_web::router(world.app.clone());
    let far = person(&world, "R03", false).await.session;
    assert_eq!(world.get(&far, &format!("/records/exam/{id}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_assigned_case_opens_to_its_officer_and_says_why() {
    let (world, _) = people::world().await;
    let id = stored(&world, "exam").await[0].id.clone();
    let (path, policy) = (format!("/records/exam/{id}"), format!("/records/exam/{id}/access"));
    let officer = person(&world, "R04", true).await.session;
    assert_eq!(world.get(&officer, &path).await.status, StatusCode::NOT_FOUND, "health data only in a case file");
    let overseer = person(&world, "R03", true).await.session;
    let assign = |login: &'static str, reason: &'static str| {
        let (world, overseer, policy) = (&world, &overseer, &policy);
        async move { world.form(overseer, policy, &[("login", login), ("days", "30"), ("reason", reason)]).await }
    };
    assert_eq!(assign("r04-near", "").await.status, StatusCode::BAD_REQUEST, "a case has a number");
    assert_eq!(assign("nobody", "案号 1").await.status, StatusCode::BAD_REQUEST);
    person(&world, "R17", true).await;
    assert_eq!(assign("r17-near", "案号 1").await.status, StatusCode::BAD_REQUEST, "a township gains nothing by a case");
    assert_eq!(assign("r04-near", "案号 1").await.status, StatusCode::SEE_OTHER);
    assert_eq!(world.get(&officer, &path).await.status, StatusCode::OK);
    let who = world.get(&overseer, &policy).await;
    assert!(who.text.contains("r04-near") && who.text.contains("案号 1"), "{}", who.text);
    assert!(!who.text.contains("130322199804129999") && !who.text.contains("血压偏高"), "the page tells nothing of the record");
    let far = person(&world, "R03", false).await.session;
    assert_eq!(world.get(&far, &policy).await.status, StatusCode::NOT_FOUND);
}
