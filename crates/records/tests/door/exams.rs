//! From the roster to the result: due list, order, places, matched cards, unexamined workers.

use crate::derived::employer;
use crate::world::{World, example, file};
use serde_json::{Value, json};
use std::sync::Arc;
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::Draft;
use zhijian_records::exams::{Met, Ordering, SLOT, Sending, WORKER};
use zhijian_records::port::Account;
use zhijian_records::submit::Entry;
use zhijian_records::{Caller, Door, DoorError};

const ENTRY: Entry<'static> = Entry { reason: "", source: "test", idempotency: None };

/// An identity number with a right check digit.
fn id_no(n: u32) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let body = format!("13032219800101{n:03}");
    let sum: u32 = body.chars().zip(WEIGHTS).map(|(c, w)| c.to_digit(10).unwrap() * w).sum();
    format!("{body}{}", "10X98765432".chars().nth((sum % 11) as usize).unwrap())
}

struct Place {
    door: Door,
    employer: Caller,
    clinic: Caller,
    workers: Vec<String>,
}

/// An employer with workers exposed to noise, all examined on 2025-05-10, and a clinic.
async fn place(world: &World, workers: u32) -> Place {
    let door = world.door(Catalogue::embedded()).await;
    let employer = employer(&door).await;
    let kind = door.kind("institution").unwrap();
    let clinic = file(&door, "institution", &example(&kind, &json!({}))).await;
    let kind = door.kind("exposed_worker").unwrap();
    let mut ids = Vec::new();
    for n in 0..workers {
        let changes = json!({
            "id_no": id_no(n * 2 + 1), "person_name": "测工", "sex": "1", "birth_date": null, "hazards": ["P001"], "noise_db": 86,
            "dust_grade": null, "left_on": null, "leaving_exam_on": null, "last_exam_on": "2025-05-10", "host_employer": null
        });
        ids.push(file(&door, "exposed_worker", &example(&kind, &changes)).await);
    }
    let clinic = door.caller(&Account::new("clinic", "体检机构", &["R11"], "", &clinic)).await.unwrap();
    let employer = Caller::of("employer", &["R09"], "", &employer);
    Place { door, employer, clinic, workers: ids }
}

impl Place {
    async fn step(&self, caller: &Caller, id: &str, step: &str, given: Value) {
        let rev = self.door.open(caller, "exam_order", id, None).await.unwrap().rev;
        let draft = Draft::from_json(&self.door.kind("exam_order").unwrap(), given.as_object().unwrap());
        self.door.advance(caller, "exam_order", id, rev, step, &draft, ENTRY).await.unwrap();
    }

    /// An order of all workers that the clinic has confirmed.
    async fn confirmed(&self) -> String {
        let ordering = Ordering {
            employer: self.employer.organisation.clone(),
            workers: self.workers.clone(),
            key: "0123456789ab".into(),
            ..Ordering::default()
        };
        let id = self.door.order_exams(&self.employer, &ordering).await.unwrap();
        let sending = Sending { institution: self.clinic.organisation.clone(), from: "2026-06-30".into(), to: "2026-07-31".into() };
        self.door.send_order(&self.employer, &id, &sending).await.unwrap();
        self.step(&self.clinic, &id, "confirm", json!({"confirmed_on": "2026-06-30"})).await;
        id
    }

    async fn slot(&self, day: &str, capacity: u32) -> String {
        let kind = self.door.kind(SLOT).unwrap();
        let document = example(&kind, &json!({"slot_on": day, "capacity": capacity, "bookings": null, "categories": ["3"]}));
        let draft = Draft::from_json(&kind, document.as_object().unwrap());
        self.door.submit(&self.clinic, SLOT, &draft, ENTRY).await.unwrap().id
    }

    async fn lines(&self, order: &str) -> Vec<zhijian_records::exams::Line> {
        self.door.lines_of_order(&self.employer, order).await.unwrap().rows
    }

    async fn taken(&self, slot: &str) -> i64 {
        self.door.open(&self.clinic, SLOT, slot, None).await.unwrap().data["booked"].as_i64().unwrap()
    }

    /// An exam card of a worker of the roster.
    async fn card(&self, worker: u32, on: &str, exam_type: &str) {
        let kind = self.door.kind("exam").unwrap();
        let changes = json!({
            "id_no": id_no(worker * 2 + 1), "sex": "1", "birth_date": null, "exam_type": exam_type, "examined_on": on, "report_issued_on": null, "items": null,
            "employer_name": "海港样嘉盛建材厂", "uscc": "91130302TE5T05JB25", "institution": "海港区测例人民医院", "institution_uscc": "12130302TE5T9A012K",
            "recheck_due_on": null, "next_exam_on": null, "employer_told_on": null, "worker_told_on": null, "submitted_on": null,
            "hazards": ["P001"], "conclusion": "1", "conclusion_hazards": null, "suspected_disease": null, "contraindication": null
        });
        file(&self.door, "exam", &example(&kind, &changes)).await;
    }
}

#[tokio::test]
async fn rq_030_the_due_list_counts_cards_beside_the_roster() {
    let world = World::new();
    let place = place(&world, 2).await;
    place.card(1, "2026-06-01", "2").await;
    let roster = place.door.exams_due(&place.employer, &place.employer.organisation).await.unwrap();
    assert!(roster.compared);
    let mut due: Vec<&str> = roster.rows.iter().filter_map(|row| row.due.as_ref()).map(|due| due.due_on.as_str()).collect();
    due.sort_unstable();
    assert_eq!(due, ["2026-05-10", "2027-06-01"], "by the roster's date, and by the card's");
    let other = Caller::of("other", &["R09"], "", "f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0");
    assert!(
        place.door.exams_due(&other, &place.employer.organisation).await.unwrap().rows.is_empty(),
        "another employer sees none of them"
    );
}

#[tokio::test]
async fn rq_028_an_order_is_sent_once_and_seen_by_its_clinic_from_then_on() {
    let world = World::new();
    let place = place(&world, 3).await;
    let ordering = Ordering {
        employer: place.employer.organisation.clone(),
        workers: place.workers.clone(),
        key: "k1k2k3k4k5".into(),
        ..Ordering::default()
    };
    let id = place.door.order_exams(&place.employer, &ordering).await.unwrap();
    assert_eq!(place.door.order_exams(&place.employer, &ordering).await.unwrap(), id, "the same form again");
    assert_eq!(place.lines(&id).await.len(), 3);
    assert!(
        matches!(place.door.open(&place.clinic, "exam_order", &id, None).await, Err(DoorError::NotFound)),
        "a draft is the employer's own"
    );
    let line = place.lines(&id).await[0].view.id.clone();
    assert!(matches!(place.door.open(&place.clinic, WORKER, &line, None).await, Err(DoorError::NotFound)));
    let sending = Sending { institution: place.clinic.organisation.clone(), from: "2026-06-30".into(), to: "2026-07-31".into() };
    assert!(place.door.send_order(&place.clinic, &id, &sending).await.is_err(), "the clinic does not order");
    place.door.send_order(&place.employer, &id, &sending).await.unwrap();
    assert_eq!(place.door.open(&place.clinic, "exam_order", &id, None).await.unwrap().state, "sent");
    assert_eq!(place.door.lines_of_order(&place.clinic, &id).await.unwrap().rows.len(), 3);
    let again = place.door.exams_due(&place.employer, &place.employer.organisation).await.unwrap();
    assert!(again.rows.iter().all(|row| row.ordered.is_some()), "they are in an open order");
    let second = Ordering { key: "another000".into(), ..ordering };
    assert!(place.door.order_exams(&place.employer, &second).await.is_err(), "nobody is ordered twice");
}

#[tokio::test]
async fn rq_031_results_are_matched_by_person_type_and_time() {
    let world = World::new();
    let place = place(&world, 4).await;
    let id = place.confirmed().await;
    place.card(0, "2026-06-30", "2").await;
    place.card(1, "2026-06-29", "2").await;
    place.card(2, "2026-06-30", "1").await;
    let lines = place.lines(&id).await;
    let met: Vec<bool> = lines.iter().map(|line| matches!(line.met, Met::By { .. })).collect();
    assert_eq!(met.iter().filter(|met| **met).count(), 1, "neither before the order nor of another type: {met:?}");
    let unexamined = lines.iter().filter(|line| line.met == Met::Not).count();
    assert_eq!(unexamined, 3, "the rest is the unexamined list");
}

#[tokio::test]
async fn rq_146_a_worker_moves_between_slots_and_leaves_no_place_behind() {
    let world = World::new();
    let place = place(&world, 3).await;
    let id = place.confirmed().await;
    let (first, second) = (place.slot("2026-07-06", 2).await, place.slot("2026-07-07", 2).await);
    let lines: Vec<String> = place.lines(&id).await.into_iter().map(|line| line.view.id).collect();
    let refused = place.door.book(&place.employer, &id, &lines, &first).await;
    assert!(matches!(refused, Err(DoorError::BadRequest(text)) if text.contains("余 2 个")), "three do not fit into two");
    assert_eq!(place.taken(&first).await, 0, "all or none");
    assert!(place.lines(&id).await.iter().all(|line| !line.booked && !line.view.data.contains_key("slot_id")));
    place.door.book(&place.employer, &id, &lines[..2], &first).await.unwrap();
    place.door.book(&place.employer, &id, &lines[..2], &first).await.unwrap();
    assert_eq!(place.taken(&first).await, 2, "said twice, booked once");
    place.door.book(&place.employer, &id, &lines[1..], &second).await.unwrap();
    assert_eq!((place.taken(&first).await, place.taken(&second).await), (1, 2), "moved");
    place.door.unbook(&place.employer, &id, &lines[..1]).await.unwrap();
    assert_eq!(place.taken(&first).await, 0);
    place.door.cancel_order(&place.employer, &id, "生产停工").await.unwrap();
    assert_eq!(place.taken(&second).await, 0, "a cancelled order gives its places back");
    let seen = place.door.open(&place.employer, SLOT, &second, None).await.unwrap();
    assert!(seen.hidden.contains(&"bookings".to_owned()), "employers see places, not who has them");
}

#[tokio::test]
async fn rq_146_capacity_is_not_cut_below_what_is_booked() {
    let world = World::new();
    let place = place(&world, 2).await;
    let id = place.confirmed().await;
    let slot = place.slot("2026-07-06", 5).await;
    let lines: Vec<String> = place.lines(&id).await.into_iter().map(|line| line.view.id).collect();
    place.door.book(&place.employer, &id, &lines, &slot).await.unwrap();
    let rev = place.door.open(&place.clinic, SLOT, &slot, None).await.unwrap().rev;
    let draft = Draft::from_json(&place.door.kind(SLOT).unwrap(), json!({"capacity": 1}).as_object().unwrap());
    let cut = place.door.amend(&place.clinic, SLOT, &slot, rev, &draft, ENTRY).await;
    assert!(matches!(cut, Err(DoorError::Invalid(_))), "{cut:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rq_146_many_who_book_at_once_never_overbook() {
    let world = World::new();
    let place = Arc::new(place(&world, 12).await);
    let id = place.confirmed().await;
    let slot = place.slot("2026-07-06", 5).await;
    let lines: Vec<String> = place.lines(&id).await.into_iter().map(|line| line.view.id).collect();
    let tries: Vec<_> = lines
        .into_iter()
        .map(|line| {
            let (place, id, slot) = (Arc::clone(&place), id.clone(), slot.clone());
            tokio::spawn(async move { place.door.book(&place.employer, &id, &[line], &slot).await.is_ok() })
        })
        .collect();
    let mut booked = 0;
    for attempt in tries {
        booked += i64::from(attempt.await.unwrap());
    }
    assert_eq!(booked, 5, "every place was given, none twice");
    assert_eq!(place.taken(&slot).await, 5);
    assert_eq!(place.lines(&id).await.iter().filter(|line| line.booked).count(), 5);
}

#[tokio::test]
async fn rq_120_a_declaration_is_kept_unfinished_and_handed_in_whole() {
    let world = World::new();
    let place = place(&world, 0).await;
    let kind = place.door.kind("declaration").unwrap();
    let half = json!({"employer_name": "海港样嘉盛建材厂", "uscc": "91130302TE5T05JB25", "decl_type": "3", "declared_on": "2026-06-30"});
    let draft = Draft::from_json(&kind, half.as_object().unwrap());
    let saved = place.door.submit(&place.employer, "declaration", &draft, ENTRY).await.unwrap();
    assert!(saved.problems.iter().any(|p| p.field == "hazards"), "it is said that hazards are missing");
    let none = Draft::from_json(&kind, json!({}).as_object().unwrap());
    let refused = place.door.advance(&place.employer, "declaration", &saved.id, saved.rev, "submit", &none, ENTRY).await;
    assert!(matches!(refused, Err(DoorError::Invalid(_))), "{refused:?}");
    let given = Draft::from_json(&kind, json!({"hazards": ["P001"]}).as_object().unwrap());
    place.door.advance(&place.employer, "declaration", &saved.id, saved.rev, "submit", &given, ENTRY).await.unwrap();
}
