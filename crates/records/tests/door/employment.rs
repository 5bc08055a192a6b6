//! Contracts, hours, groups of workers, surveillance plans and zero reports: what their checks say, and who owns what.

use crate::world::{World, example, file, operator};
use serde_json::{Value, json};
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::Draft;
use zhijian_records::port::{Filter, Op, Query};
use zhijian_records::submit::Entry;
use zhijian_records::{Caller, Door, DoorError};

const ENTRY: Entry<'static> = Entry { reason: "", source: "test", idempotency: None };

/// Classes of what is said about a document that comes now.
async fn said(door: &Door, kind: &str, document: &Value) -> Vec<String> {
    let draft = Draft::from_json(&door.kind(kind).unwrap(), document.as_object().unwrap());
    let problems = match door.submit(&operator(), kind, &draft, ENTRY).await {
        Ok(saved) => saved.problems,
        Err(DoorError::Invalid(problems)) => problems,
        Err(other) => panic!("{kind}: {other}"),
    };
    problems.into_iter().map(|p| format!("{} {}", p.class, p.message)).collect()
}

fn speaks(said: &[String], check: &str) -> bool {
    said.iter().any(|s| s.starts_with(&format!("W_{}", check.to_uppercase())))
}

fn of(kind: &str, changes: &Value) -> Value {
    example(Catalogue::embedded().kind(kind).unwrap(), changes)
}

/// A door with the employer of the examples.
async fn door(world: &World) -> (Door, String) {
    let door = world.door(Catalogue::embedded()).await;
    let employer = file(&door, "employer", &of("employer", &json!({}))).await;
    (door, employer)
}

#[tokio::test]
async fn rq_014_a_contract_says_what_of_hazards_and_keeps_its_notice() {
    let world = World::new();
    let (door, _) = door(&world).await;
    let complete = said(&door, "labour_contract", &of("labour_contract", &json!({}))).await;
    assert!(complete.is_empty(), "{complete:?}");
    // changes, the check that speaks
    let rows = [
        (json!({"clause_items": ["1", "2"]}), "clauses_complete"),
        (json!({"clause_items": null}), "clauses_named"),
        (json!({"notified": 77}), "notified_within_signed"),
        (json!({"notice_ref": null}), "notice_kept"),
    ];
    for (changes, check) in rows {
        let world = World::new();
        let (door, _) = self::door(&world).await;
        let found = said(&door, "labour_contract", &of("labour_contract", &changes)).await;
        assert!(speaks(&found, check), "{check}: {found:?}");
    }
    let kept = door.store.query(&Query::everything("labour_contract", Vec::new())).await.unwrap().rows.remove(0);
    assert_eq!(kept.document().get("notified_pct"), Some(&json!(100.0)), "76 of 76 signed contracts");
}

#[tokio::test]
async fn rq_015_collective_contracts_of_an_employer_do_not_overlap_unnoticed() {
    let world = World::new();
    let (door, employer) = door(&world).await;
    let first = said(&door, "collective_contract", &of("collective_contract", &json!({}))).await;
    assert!(first.is_empty(), "{first:?}");
    let drafted = door.store.query(&Query::everything("collective_contract", Vec::new())).await.unwrap().rows.remove(0);
    let nothing = Draft::from_json(&door.kind("collective_contract").unwrap(), json!({}).as_object().unwrap());
    let officer = Caller::of("officer", &["R03"], "130300", "");
    door.advance(&officer, "collective_contract", &drafted.id, drafted.rev, "take_effect", &nothing, ENTRY).await.unwrap();
    let kept = door.store.query(&Query::everything("collective_contract", Vec::new())).await.unwrap().rows.remove(0);
    assert_eq!(kept.owner, employer, "it stands in the employer's file");
    assert_eq!(kept.document().get("covered_pct"), Some(&json!(100.0)));
    let another = |from: &str, to: &str, kind: &str| {
        of("collective_contract", &json!({"valid_from": from, "valid_to": to, "contract_type": kind, "signed_on": null, "status": "draft"}))
    };
    let during = said(&door, "collective_contract", &another("2021-06-01", "2023-05-31", "1")).await;
    assert!(speaks(&during, "earlier_still_valid"), "{during:?}");
    let before = said(&door, "collective_contract", &another("2019-06-01", "2020-05-31", "1")).await;
    assert!(speaks(&before, "later_already_begun"), "{before:?}");
    let next = said(&door, "collective_contract", &another("2022-03-01", "2024-02-28", "1")).await;
    assert!(!next.iter().any(|s| s.contains("重叠")), "the next follows the first: {next:?}");
    let other = said(&door, "collective_contract", &another("2020-04-01", "2022-02-28", "3")).await;
    assert!(!other.iter().any(|s| s.contains("重叠")), "another sort of contract: {other:?}");
    let wrong =
        said(&door, "collective_contract", &of("collective_contract", &json!({"valid_from": "2025-01-01", "valid_to": "2024-01-01"})))
            .await;
    assert!(wrong.iter().any(|s| s.starts_with("E_DATE_ORDER")), "{wrong:?}");
}

#[tokio::test]
async fn rq_016_the_host_of_a_dispatched_worker_has_the_duties() {
    let world = World::new();
    let (door, agency) = door(&world).await;
    let place = json!({"name": "秦皇岛测源发建材厂", "uscc": "91130303MA0000009G", "county": "130303", "town": null, "former_names": null});
    let host = file(&door, "employer", &of("employer", &place)).await;
    let worker = json!({"prejob_exam_on": null, "left_on": null, "leaving_exam_on": null});
    file(&door, "exposed_worker", &of("exposed_worker", &worker)).await;
    let kept = door.store.query(&Query::everything("exposed_worker", Vec::new())).await.unwrap().rows.remove(0);
    assert_eq!((kept.owner.as_str(), kept.region.as_str()), (host.as_str(), "130303"), "it is the host's, where the work is");
    // Examinations that are due are due from the host.
    let of_host = Caller::of("host", &["R09"], "", &host);
    let due = door.exams_due(&of_host, &host).await.unwrap();
    assert_eq!(due.rows.len(), 1);
    let of_agency = Caller::of("agency", &["R09"], "", &agency);
    assert_eq!(door.exams_due(&of_agency, &agency).await.unwrap().rows.len(), 0, "not from the agency that sends the worker");
    // The agency still sees whom it has sent.
    assert!(door.open(&of_agency, "exposed_worker", &kept.id, None).await.is_ok());
    let own = Filter::field("dispatched", Op::Eq, "true");
    assert_eq!(door.store.query(&Query::everything("exposed_worker", vec![own])).await.unwrap().rows.len(), 1, "the flag is a filter");
    // Nobody named, nobody has the duties.
    let nobody = json!({"host_employer": null, "id_no": "130302197006019969", "sex": null, "birth_date": null});
    assert!(speaks(&said(&door, "exposed_worker", &of("exposed_worker", &nobody)).await, "host_of_dispatched"));
}

#[tokio::test]
async fn rq_017_hours_above_the_notice_value_of_a_post_are_noticed() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    // hours a day, days a week, overtime a week, is it noticed
    let rows = [(8.0, 5.0, Some(2.0), false), (8.0, 5.0, Some(4.0), false), (8.0, 5.0, Some(4.5), true), (8.0, 6.0, None, true)];
    for (n, (day, days, over, noticed)) in rows.into_iter().enumerate() {
        let post =
            json!([{"workshop": "一车间", "post": "破碎工", "shift": "三班", "hours_day": day, "days_week": days, "overtime_week": over}]);
        let document = of("employer", &json!({"name": format!("测工时{n}厂"), "uscc": null, "former_names": null, "posts": post}));
        let found = said(&door, "employer", &document).await;
        assert_eq!(speaks(&found, "post_hours"), noticed, "{day} h × {days} d + {over:?} h: {found:?}");
        assert!(!noticed || found.iter().any(|s| s.contains("44") && s.contains("未注明出处")), "{found:?}");
    }
}

#[tokio::test]
async fn rq_022_a_plan_has_its_quota_frame_sample_and_quality_records() {
    let world = World::new();
    let (door, _) = door(&world).await;
    let plan = said(&door, "surveillance_plan", &of("surveillance_plan", &json!({}))).await;
    assert!(plan.is_empty(), "{plan:?}");
    let wide = of(
        "surveillance_plan",
        &json!({"plan_no": "B", "quota_employers": 121, "qc": [{"qc_on": "2020-06-10", "qc_kind": "采样", "checked": 9, "qualified": 10}]}),
    );
    let found = said(&door, "surveillance_plan", &wide).await;
    assert!(speaks(&found, "quota_within_frame") && speaks(&found, "qualified_within_checked"), "{found:?}");
    let lost = said(&door, "surveillance_sample", &of("surveillance_sample", &json!({"plan_no": "没有的计划"}))).await;
    assert!(lost.iter().any(|s| s.starts_with("E_REF")), "a sample belongs to a plan: {lost:?}");
    let sample = said(&door, "surveillance_sample", &of("surveillance_sample", &json!({"replace_reason": null}))).await;
    assert!(speaks(&sample, "reason_of_replacement"), "{sample:?}");
}

#[tokio::test]
async fn rq_035_a_zero_report_is_of_a_month_that_has_ended_without_cases() {
    let world = World::new();
    let (door, _) = door(&world).await;
    let catalogue = Catalogue::embedded();
    let examples = &catalogue.kind("institution").unwrap().examples;
    let clinic = examples.iter().find(|e| e["category"] == "diagnosis").unwrap().clone();
    file(&door, "institution", &clinic).await;
    let good = said(&door, "zero_report", &of("zero_report", &json!({}))).await;
    assert!(good.is_empty(), "{good:?}");
    let early = said(&door, "zero_report", &of("zero_report", &json!({"report_month": "2020-06", "reported_on": "2020-06-20"}))).await;
    assert!(speaks(&early, "reported_after_month"), "{early:?}");
    let future = said(&door, "zero_report", &of("zero_report", &json!({"report_month": "2026-08", "reported_on": null}))).await;
    assert!(future.iter().any(|s| s.starts_with("E_DATE")), "{future:?}");
    let twice = said(&door, "zero_report", &of("zero_report", &json!({"report_month": "2020-13"}))).await;
    assert!(twice.iter().any(|s| s.starts_with("E_DATE")), "no such month: {twice:?}");
}
