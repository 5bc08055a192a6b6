//! Places of a clinic's half day, booked by many at once through the door, on each database.

use crate::setup::Base;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use zhijian_kinds::intake::Draft;
use zhijian_kinds::{Catalogue, Kind};
use zhijian_records::clock::{FixedClock, start_of};
use zhijian_records::exams::{Ordering, SLOT, Sending};
use zhijian_records::read::indexes;
use zhijian_records::submit::Entry;
use zhijian_records::vault::Vault;
use zhijian_records::{Caller, Door};
use zhijian_store::TableSpec;

const ENTRY: Entry<'static> = Entry { reason: "", source: "test", idempotency: None };
const WORKERS: u32 = 10;
const PLACES: u32 = 4;

async fn door(base: &Base) -> Door {
    let catalogue = Catalogue::embedded();
    let tables: Vec<TableSpec> = catalogue.kinds.values().map(|k| TableSpec { kind: k.kind.clone(), indexes: indexes(k) }).collect();
    let store = zhijian_store::open(&base.url, &tables).await.unwrap();
    let now = start_of("2026-06-30").unwrap() + 9 * 3_600_000_000;
    Door { store, catalogue, vault: Arc::new(Vault::new(&[(1, vec![7; 32])]).unwrap()), clock: Arc::new(FixedClock(AtomicI64::new(now))) }
}

fn example(kind: &Kind, changes: &Value) -> Draft {
    let mut document = kind.examples[0].as_object().unwrap().clone();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            document.shift_remove(name);
        } else {
            document.insert(name.clone(), value.clone());
        }
    }
    Draft::from_json(kind, &document)
}

async fn file(door: &Door, caller: &Caller, kind: &str, changes: Value) -> String {
    let definition = door.kind(kind).unwrap();
    door.submit(caller, kind, &example(&definition, &changes), ENTRY).await.unwrap().id
}

/// An identity number with a right check digit.
fn id_no(n: u32) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let body = format!("13032219800101{:03}", n * 2 + 1);
    let sum: u32 = body.chars().zip(WEIGHTS).map(|(c, w)| c.to_digit(10).unwrap() * w).sum();
    format!("{body}{}", "10X98765432".chars().nth(sum as usize % 11).unwrap())
}

pub async fn rq_146_many_who_book_at_once_never_overbook(base: &Base) {
    let door = door(base).await;
    let operator = Caller { region: "130300".into(), ..Caller::system("test") };
    let employer = file(&door, &operator, "employer", json!({})).await;
    let clinic = file(&door, &operator, "institution", json!({})).await;
    let mut workers = Vec::new();
    for n in 0..WORKERS {
        let changes = json!({"id_no": id_no(n), "sex": "1", "birth_date": null, "hazards": ["P001"], "left_on": null, "leaving_exam_on": null, "last_exam_on": "2025-05-10"});
        workers.push(file(&door, &operator, "exposed_worker", changes).await);
    }
    let caller = Caller::of("employer", &["R09"], "", &employer);
    let ordering = Ordering { employer, workers, key: "0123456789".into(), ..Ordering::default() };
    let order = door.order_exams(&caller, &ordering).await.unwrap();
    let sending = Sending { institution: clinic, from: "2026-06-30".into(), to: "2026-07-31".into() };
    door.send_order(&caller, &order, &sending).await.unwrap();
    let kind = door.kind("exam_order").unwrap();
    let rev = door.open(&operator, "exam_order", &order, None).await.unwrap().rev;
    let confirmed = Draft::from_json(&kind, json!({"confirmed_on": "2026-06-30"}).as_object().unwrap());
    door.advance(&operator, "exam_order", &order, rev, "confirm", &confirmed, ENTRY).await.unwrap();
    let slot = file(&door, &operator, SLOT, json!({"slot_on": "2026-07-06", "capacity": PLACES, "bookings": null})).await;
    let lines = door.lines_of_order(&caller, &order).await.unwrap().rows;
    assert_eq!(lines.len(), WORKERS as usize);
    let tries: Vec<_> = lines
        .into_iter()
        .map(|line| {
            let (door, caller, order, slot) = (door.clone(), caller.clone(), order.clone(), slot.clone());
            tokio::spawn(async move { door.book(&caller, &order, &[line.view.id], &slot).await.is_ok() })
        })
        .collect();
    let mut booked = 0;
    for attempt in tries {
        booked += u32::from(attempt.await.unwrap());
    }
    assert_eq!(booked, PLACES, "every place was given, none twice");
    let taken = door.open(&operator, SLOT, &slot, None).await.unwrap().data["booked"].clone();
    assert_eq!(taken, json!(PLACES));
    assert_eq!(door.lines_of_order(&caller, &order).await.unwrap().rows.iter().filter(|line| line.booked).count(), PLACES as usize);
}
