//! Exports need a second person; what is over its time goes, and only that; research gets nobody.

use crate::derived::employer;
use crate::world::{World, changed, example, file, operator};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::Draft;
use zhijian_records::clock::{FixedClock, start_of};
use zhijian_records::exports::{Standing, Wanted};
use zhijian_records::port::Action;
use zhijian_records::read::{ERASED, ListRequest};
use zhijian_records::research::Plan;
use zhijian_records::submit::Entry;
use zhijian_records::vault::is_erased;
use zhijian_records::{Caller, Door, DoorError, sealed, verify};

/// The same door on another day.
fn on(door: &Door, day: &str) -> Door {
    Door { clock: Arc::new(FixedClock(AtomicI64::new(start_of(day).unwrap() + 9 * 3_600_000_000))), ..door.clone() }
}

fn limited(rows: u64) -> Arc<Catalogue> {
    changed(&[("access/roles.yaml", "limit: {rows: 1000,", &format!("limit: {{rows: {rows},"))])
}

fn officer(login: &str, role: &str, region: &str) -> Caller {
    Caller::of(login, &[role], region, "")
}

fn wanted(full: bool) -> Wanted {
    Wanted {
        kind: "employer".into(), full, format: "csv".into(), conditions: "全部".into(), purpose: "核查".into(), ..Wanted::default()
    }
}

#[tokio::test]
async fn large_and_identified_exports_wait_for_somebody_else() {
    let world = World::new();
    let door = world.door(limited(1)).await;
    employer(&door).await;
    let asker = officer("asker", "R03", "130300");
    let pass = door.free_export(&asker, &wanted(false), "web").await.unwrap();
    assert_eq!(door.export_page(&asker, &pass, None, 10).await.unwrap().rows.len(), 1);
    // In slices it is the same: what an account took today counts.
    let again = door.free_export(&asker, &wanted(false), "web").await;
    assert!(matches!(again, Err(DoorError::NeedsApproval { rows: 1, limit: 1, full: false })), "{again:?}");
    let identified = door.free_export(&officer("other", "R03", "130300"), &wanted(true), "web").await;
    assert!(matches!(identified, Err(DoorError::NeedsApproval { full: true, .. })), "{identified:?}");
    assert!(on(&door, "2026-07-01").free_export(&asker, &wanted(false), "web").await.is_ok(), "a new day");
    assert!(door.free_export(&operator(), &wanted(true), "console").await.is_ok(), "the operator at the machine");

    assert!(door.ask_export(&asker, wanted(true), "短").await.is_err(), "no reason, no request");
    let request = door.ask_export(&asker, wanted(true), "年度核查需要").await.unwrap();
    let early = door.take_export(&asker, &request.id).await;
    assert!(matches!(early, Err(DoorError::BadRequest(_))), "{early:?}");
    // Not oneself, not another region, not another role; a refusal says why.
    let own = Caller::of("asker", &["R02", "R03"], "130300", "");
    assert!(door.decide_export(&own, &request.id, true, "").await.is_err());
    for stranger in [officer("far", "R02", "140100"), officer("same", "R03", "130300"), officer("county", "R02", "130302")] {
        assert!(matches!(door.decide_export(&stranger, &request.id, true, "").await, Err(DoorError::NotFound)), "{}", stranger.login);
        assert!(door.export_requests(&stranger).await.unwrap().is_empty(), "{}", stranger.login);
    }
    let approver = officer("approver", "R02", "130300");
    assert_eq!(door.export_requests(&approver).await.unwrap().len(), 1);
    assert!(door.decide_export(&approver, &request.id, false, " ").await.is_err());
    door.decide_export(&approver, &request.id, true, "同意").await.unwrap();
    assert!(door.decide_export(&approver, &request.id, false, "反悔").await.is_err(), "decided is decided");
    // Only who asked, only in time, only once.
    assert!(door.take_export(&approver, &request.id).await.is_err());
    assert!(on(&door, "2026-07-02").take_export(&asker, &request.id).await.is_err(), "a day later it is over");
    let (pass, taken) = door.take_export(&asker, &request.id).await.unwrap();
    assert!(pass.full() && taken.standing == Standing::Taken);
    assert_eq!(door.export_page(&asker, &pass, None, 10).await.unwrap().rows[0].data["contact_phone"], example_phone(&door));
    assert!(door.take_export(&asker, &request.id).await.is_err());
    let told: Vec<String> = door
        .store
        .audit(0, 1_000)
        .await
        .unwrap()
        .into_iter()
        .filter(|l| l.action == Action::Export && l.record == request.id)
        .map(|l| format!("{}:{}", l.stamp.actor, l.stamp.reason.chars().take(4).collect::<String>()))
        .collect();
    assert_eq!(told, ["asker:申请导出", "approver:同意 a", "asker:下载已批"]);
}

#[tokio::test]
async fn an_approval_gives_nothing_that_the_role_may_not_export() {
    let world = World::new();
    let door = world.door(limited(1000)).await;
    employer(&door).await;
    let reader = officer("reader", "R19", "130300");
    assert!(matches!(door.ask_export(&reader, wanted(true), "年度核查需要").await, Err(DoorError::NotAllowed { .. })));
}

fn example_phone(door: &Door) -> Value {
    let kind = door.kind("employer").unwrap();
    example(&kind, &json!({}))["contact_phone"].clone()
}

/// The secret texts of the exam example.
const SECRETS: [&str; 3] = ["傅测民", "130322199804129999", "0000-5800117"];

async fn exam(door: &Door, day: &str) -> String {
    let kind = door.kind("exam").unwrap();
    let changes = json!({"examined_on": day, "report_issued_on": null, "first_exam_no": null, "recheck_due_on": null, "next_exam_on": null, "employer_told_on": null, "worker_told_on": null});
    file(door, "exam", &example(&kind, &changes)).await
}

#[tokio::test]
async fn private_parts_go_when_their_time_is_over_and_nothing_else_does() {
    let world = World::new();
    let (door, _) = world.keyed(1).await.unwrap();
    employer(&door).await;
    let id = exam(&door, "2020-08-02").await;
    let kind = door.kind("exam").unwrap();
    let draft = Draft::from_json(&kind, json!({"advice": "复查"}).as_object().unwrap());
    door.amend(&operator(), "exam", &id, 1, &draft, Entry::default()).await.unwrap();
    let before = on(&door, "2035-08-02");
    assert!(before.due(&operator(), None, 10).await.unwrap().is_empty(), "the last day still belongs to the term");
    let after = on(&door, "2035-08-03");
    let due = after.due(&operator(), None, 10).await.unwrap();
    assert_eq!((due.len(), due[0].id.as_str(), due[0].until.as_str()), (1, id.as_str(), "2035-08-02"));
    assert!(after.due(&officer("far", "R03", "140100"), None, 10).await.unwrap().is_empty(), "another region's are its own");
    assert!(after.due(&officer("leader", "R19", "130300"), None, 10).await.is_err());
    let dry = after.erase_due(&operator(), None, true, "").await.unwrap();
    assert_eq!((dry.due, dry.erased), (1, 0));
    assert!(after.erase_due(&operator(), None, false, " ").await.is_err(), "no reason, no erasure");
    assert!(after.erase_due(&officer("city", "R02", "130300"), None, false, "到期").await.is_err(), "not from a page");

    let keeper = officer("keeper", "R03", "130300");
    after.hold(&keeper, "exam", &id, "诉讼未结").await.unwrap();
    let held = after.erase_due(&operator(), None, false, "到期").await.unwrap();
    assert_eq!((held.due, held.held, held.erased), (1, 1, 0));
    assert!(!is_erased(&door.store.find("exam", &id).await.unwrap().unwrap().secret));
    assert!(after.lift(&officer("far", "R03", "140100"), "exam", &id, "x").await.is_err());
    after.lift(&keeper, "exam", &id, "已结案").await.unwrap();
    let young = before.erase_due(&operator(), None, false, "到期").await.unwrap();
    assert_eq!(young.erased, 0, "never before the term");
    assert_eq!(after.erase_due(&operator(), None, false, "到期").await.unwrap().erased, 1);
    assert_eq!(after.erase_due(&operator(), None, false, "到期").await.unwrap().due, 0);

    for row in door.store.history("exam", &id).await.unwrap() {
        assert!(is_erased(&row.secret) && !row.data.contains("~1~") && !row.data.contains("~2~"), "revision {}", row.rev);
    }
    let shown = door.open(&operator(), "exam", &id, Some("核查")).await.unwrap();
    assert_eq!(shown.data["id_no"], ERASED);
    assert!(shown.data.get("person_name").is_none_or(|v| v == ERASED) && shown.data["exam_type"] == "2", "the public part stays");
    let everything = ListRequest { limit: 10, ..ListRequest::default() };
    assert_eq!(door.count(&operator(), "exam", &everything, 10).await.unwrap(), 1);
    let again = door.amend(&operator(), "exam", &id, 2, &draft, Entry::default()).await;
    assert!(matches!(again, Err(DoorError::BadRequest(_))), "{again:?}");
    assert_eq!(verify::chain(&door.store).await.unwrap().faults, Vec::<String>::new());
    let verdict = sealed::verify(&door).await.unwrap();
    assert_eq!((verdict.faults, verdict.erased), (Vec::new(), 2));
    assert!(door.store.lookup("exam", "unique:0", &[]).await.unwrap().is_empty());
    for entry in std::fs::read_dir(world.file().parent().unwrap()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap_or_default();
        assert!(!SECRETS.iter().any(|s| bytes.windows(s.len()).any(|w| w == s.as_bytes())));
    }
    // The same card handed in again is a new record: nothing links it to the old one.
    assert_ne!(exam(&door, "2020-08-02").await, id);
}

#[tokio::test]
async fn the_years_of_an_exam_count_from_the_persons_last_one() {
    let world = World::new();
    let (door, _) = world.keyed(1).await.unwrap();
    employer(&door).await;
    exam(&door, "2020-08-02").await;
    exam(&door, "2026-01-10").await;
    assert!(on(&door, "2036-01-01").due(&operator(), None, 10).await.unwrap().is_empty());
    assert_eq!(on(&door, "2041-01-11").due(&operator(), None, 10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn records_without_a_sourced_term_are_never_due() {
    let world = World::new();
    let (door, _) = world.keyed(1).await.unwrap();
    employer(&door).await;
    assert!(on(&door, "2120-01-01").due(&operator(), None, 10).await.unwrap().is_empty());
}

/// Exams of people of different ages and sexes: `(birth year, day of examination)`.
async fn people(door: &Door, births: &[(i32, &str)]) {
    let kind = door.kind("exam").unwrap();
    for (index, (year, day)) in births.iter().enumerate() {
        let number = id_no(&format!("130302{year}0101{:03}", index * 2 + 1));
        let changes = json!({"id_no": number, "birth_date": null, "examined_on": day, "report_issued_on": null, "exam_no": format!("T{index}"), "card_no": format!("C{index}"),
            "first_exam_no": null, "recheck_due_on": null, "next_exam_on": null, "employer_told_on": null, "worker_told_on": null});
        file(door, "exam", &example(&kind, &changes)).await;
    }
}

fn id_no(first: &str) -> String {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: usize = first.bytes().zip(weights).map(|(digit, weight)| usize::from(digit - b'0') * weight).sum();
    format!("{first}{}", b"10X98765432"[sum % 11] as char)
}

fn plan(quasi: &[&str], k: u64) -> Plan {
    Plan {
        kind: "exam".into(),
        quasi: quasi.iter().map(|q| (*q).to_owned()).collect(),
        k,
        sensitive: Some("conclusion".into()),
        columns: vec!["conclusion".into()],
    }
}

#[tokio::test]
async fn a_research_export_has_k_people_in_every_combination_or_is_refused() {
    let world = World::new();
    let (door, _) = world.keyed(1).await.unwrap();
    employer(&door).await;
    people(
        &door,
        &[
            (1983, "2021-03-01"),
            (1984, "2021-03-01"),
            (1985, "2021-04-01"),
            (1991, "2021-05-01"),
            (1992, "2021-06-01"),
            (1993, "2021-06-01"),
        ],
    )
    .await;
    let asker = officer("asker", "R03", "130300");
    let outcome = door.research(&asker, &plan(&["age", "sex", "year"], 5)).await.unwrap();
    assert!(outcome.satisfied && outcome.smallest >= 5 && outcome.suppressed == 0, "{outcome:?}");
    assert_eq!(outcome.levels[0], ("年龄".to_owned(), "20岁一组".to_owned()), "no coarser than it takes: {outcome:?}");
    assert_eq!(outcome.diversity, Some(1));
    let few = door.research(&asker, &plan(&["age"], 7)).await.unwrap();
    assert!(!few.satisfied, "six people are never seven: {few:?}");
    for wrong in [
        plan(&["age"], 2),
        plan(&["person_name"], 5),
        plan(&["age", "age"], 5),
        Plan { columns: vec!["id_no".into()], ..plan(&["age"], 5) },
        Plan { columns: vec!["sex".into()], ..plan(&["age"], 5) },
    ] {
        assert!(door.research(&asker, &wrong).await.is_err(), "{wrong:?}");
    }
    // Rows come for an approved request only.
    let wanted = Wanted {
        kind: "exam".into(),
        purpose: "研究".into(),
        research: serde_json::to_string(&plan(&["age", "sex", "year"], 5)).unwrap(),
        ..Wanted::default()
    };
    let request = door.ask_export(&asker, wanted, "矽肺研究课题").await.unwrap();
    door.decide_export(&officer("approver", "R02", "130300"), &request.id, true, "").await.unwrap();
    let (pass, request) = door.take_export(&asker, &request.id).await.unwrap();
    let plan: Plan = serde_json::from_str(&request.wanted.research).unwrap();
    let (_, sheet) = door.research_sheet(&asker, &plan, &pass).await.unwrap();
    assert_eq!((sheet.head.join(","), sheet.rows.len()), ("年龄,性别,年份,体检结论".to_owned(), 6));
    let text = format!("{:?}", sheet.rows);
    assert!(!text.contains("1303") && !text.contains("傅测") && !text.contains('~'), "{text}");
}

#[tokio::test]
async fn one_person_with_many_records_is_one_person() {
    let world = World::new();
    let (door, _) = world.keyed(1).await.unwrap();
    employer(&door).await;
    for day in ["2019-01-01", "2020-01-01", "2021-01-01", "2022-01-01", "2023-01-01", "2024-01-01"] {
        exam(&door, day).await;
    }
    let outcome = door.research(&officer("asker", "R03", "130300"), &plan(&["sex"], 5)).await.unwrap();
    assert!(!outcome.satisfied && outcome.suppressed == 6, "{outcome:?}");
}
