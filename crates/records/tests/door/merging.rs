//! Merging of duplicates: what follows, what is found under old names, what is refused, and that undoing restores.

use crate::derived::employer;
use crate::world::{World, example, file, operator};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::Draft;
use zhijian_records::bulk::{Bulk, BulkRow, End};
use zhijian_records::merge::Why;
use zhijian_records::port::{Account, Action, AuditLine, Query};
use zhijian_records::submit::Entry;
use zhijian_records::{Caller, Door, DoorError, verify};

const KINDS: [&str; 8] =
    ["employer", "declaration", "labour_contract", "exposed_worker", "radiation_worker", "dose", "inspection", "training"];

fn why(reason: &str) -> Entry<'_> {
    Entry { source: "test", reason, idempotency: None }
}

/// A second plant, its code one digit away, with a valid check digit.
async fn twin(door: &Door, name: &str, code: &str) -> String {
    let kind = door.kind("employer").unwrap();
    file(door, "employer", &example(&kind, &json!({"uscc": code, "name": name}))).await
}

const OTHER: &str = "91130303MA0000007A";

async fn of(door: &Door, kind: &str, changes: Value) -> String {
    file(door, kind, &example(&door.kind(kind).unwrap(), &changes)).await
}

/// Every record as it is: document in clear, place, owner, state; what a merge must give back.
async fn all(door: &Door) -> BTreeMap<String, (Map<String, Value>, String, String, bool)> {
    let mut out = BTreeMap::new();
    for kind in KINDS {
        let mut query = Query { limit: 500, ..Query::everything(kind, Vec::new()) };
        loop {
            let page = door.store.query(&query).await.unwrap();
            for row in page.rows {
                let data = door.open(&operator(), kind, &row.id, Some("test")).await.unwrap().data;
                out.insert(format!("{kind}/{}", row.id), (data, format!("{}/{}", row.region, row.town), row.owner.clone(), row.retracted));
            }
            query.cursor = page.next;
            if query.cursor.is_none() {
                break;
            }
        }
    }
    out
}

async fn rev(door: &Door, kind: &str, id: &str) -> u32 {
    door.store.find(kind, id).await.unwrap().unwrap().rev
}

async fn merge(door: &Door, by: &Caller, kind: &str, loser: &str, survivor: &str) -> Result<(), DoorError> {
    let seen = (rev(door, kind, loser).await, rev(door, kind, survivor).await);
    door.merge(by, kind, (loser, survivor), seen, why("同一家单位登记两次")).await
}

#[tokio::test]
async fn what_pointed_to_the_loser_points_to_the_survivor_and_old_names_find_it() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    let kept = employer(&door).await;
    let lost = twin(&door, "测海港铸造厂", OTHER).await;
    let at = json!({"uscc": OTHER, "employer_name": "测海港铸造厂"});
    let moved = of(&door, "declaration", at.clone()).await;
    let officer = Caller::of("office", &["R03"], "130300", "");
    let preview = door.merge_preview(&officer, "employer", &lost, &kept).await.unwrap();
    assert_eq!((preview.follow, preview.also), (vec![("declaration".to_owned(), 1)], vec![]));
    merge(&door, &officer, "employer", &lost, &kept).await.unwrap();

    let declaration = door.store.find("declaration", &moved).await.unwrap().unwrap();
    assert_eq!(declaration.document()["employer_id"], json!(kept));
    assert_eq!(declaration.owner, kept, "the survivor's people see it");
    // By the old id, by an account of the loser, by the old code, by an import.
    assert_eq!(door.open(&officer, "employer", &lost, None).await.unwrap().id, kept);
    let boss = door.caller(&Account::new("boss", "测", &["R09"], "", &lost)).await.unwrap();
    assert_eq!(boss.organisation, kept);
    let later =
        of(&door, "inspection", json!({"inspection_no": "JC202699001", "uscc": OTHER, "employer_name": "测海港铸造厂", "case_no": null}))
            .await;
    assert_eq!(door.store.find("inspection", &later).await.unwrap().unwrap().document()["employer_id"], json!(kept));
    let kind = door.kind("employer").unwrap();
    let mut bulk = Bulk::new(&door, &operator(), "employer", "130300", "job", "excel").unwrap();
    let row = example(&kind, &json!({"uscc": OTHER, "name": "测海港铸造厂", "staff_total": 61, "updated_on": "2026-06-01"}));
    let draft = Draft::from_json(&kind, row.as_object().unwrap());
    let ahead = bulk.ahead(vec![BulkRow { row: 2, draft }]);
    let ends = bulk.chunk(ahead, |_| None).await.unwrap();
    assert_ne!(ends[0].end, End::Rejected, "{:?}", ends[0].problems);
    assert_eq!(ends[0].id.as_ref(), Some(&kept), "the row of the old code corrects the survivor");
    let now = door.open(&operator(), "employer", &kept, Some("test")).await.unwrap();
    assert_eq!((&now.data["staff_total"], &now.data["uscc"]), (&json!(61), &json!("91130302TE5T05JB25")), "which keeps its own code");
    let again = door.submit(&operator(), "employer", &Draft::from_json(&kind, row.as_object().unwrap()), why("")).await;
    assert!(matches!(&again, Err(DoorError::Exists { id }) if *id == kept), "{again:?}");
    // It is on the chain, and the chain holds.
    let lines = door.store.audit(0, 1_000).await.unwrap();
    assert!(lines.iter().any(|l| l.action == Action::Merge && l.record == lost && l.stamp.actor == "office"));
    assert!(verify::chain(&door.store).await.unwrap().sound(), "the chain");
}

#[tokio::test]
async fn merges_that_make_no_sense_change_nothing() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    let (a, b) = (employer(&door).await, twin(&door, "测二", OTHER).await);
    let c = twin(&door, "测三", "91130303MA0000008D").await;
    let gone = twin(&door, "测四", "91130303MA0000009G").await;
    let declaration = of(&door, "declaration", json!({})).await;
    door.retract(&operator(), "employer", &gone, 1, why("重复")).await.unwrap();
    let officer = Caller::of("office", &["R03"], "130300", "");
    merge(&door, &officer, "employer", &b, &a).await.unwrap();
    let before = all(&door).await;
    let merges = |lines: Vec<AuditLine>| lines.iter().filter(|l| l.action == Action::Merge).count();
    let lines = merges(door.store.audit(0, 1_000).await.unwrap());
    for (reason, loser, survivor, kind) in [
        ("itself", &a, &a, "employer"),
        ("a circle", &a, &b, "employer"),
        ("one that is merged already", &b, &c, "employer"),
        ("into a retracted one", &c, &gone, "employer"),
        ("a retracted one", &gone, &c, "employer"),
        ("a record of another kind", &declaration, &a, "employer"),
        ("a kind that is not merged", &declaration, &declaration, "declaration"),
    ] {
        let refused = door.merge(&officer, kind, (loser, survivor), (2, 2), why("试")).await;
        assert!(matches!(refused, Err(DoorError::BadRequest(_) | DoorError::NotFound)), "{reason}: {refused:?}");
    }
    assert!(matches!(door.merge(&officer, "employer", (&c, &a), (9, 9), why("试")).await, Err(DoorError::Stale { .. })), "seen is old");
    assert!(door.merge(&officer, "employer", (&c, &a), (1, 2), why(" ")).await.is_err(), "no reason");
    let far = Caller::of("far", &["R03"], "130303", "");
    assert!(matches!(merge(&door, &far, "employer", &c, &a).await, Err(DoorError::NotFound)), "another county's");
    let reader = Caller::of("reader", &["R06"], "130300", "");
    assert!(matches!(merge(&door, &reader, "employer", &c, &a).await, Err(DoorError::NotAllowed { .. })), "one who only reads");
    assert_eq!(all(&door).await, before);
    assert_eq!(merges(door.store.audit(0, 1_000).await.unwrap()), lines);
}

#[tokio::test]
async fn a_worker_on_both_rosters_becomes_one_with_his_doses() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    let kept = employer(&door).await;
    let lost = twin(&door, "测海港铸造厂", OTHER).await;
    let at = json!({"uscc": OTHER, "employer_name": "测海港铸造厂"});
    let mine = of(&door, "radiation_worker", json!({})).await;
    let theirs = of(&door, "radiation_worker", at.clone()).await;
    let dose = of(&door, "dose", at.clone()).await;
    of(&door, "labour_contract", json!({})).await;
    of(&door, "labour_contract", at).await;
    let before = all(&door).await;
    let officer = operator();
    let preview = door.merge_preview(&officer, "employer", &lost, &kept).await.unwrap();
    assert_eq!(preview.also, [("labour_contract".to_owned(), 1), ("radiation_worker".to_owned(), 1)]);
    merge(&door, &officer, "employer", &lost, &kept).await.unwrap();
    assert_eq!(door.open(&officer, "radiation_worker", &theirs, None).await.unwrap().id, mine);
    let now = door.store.find("dose", &dose).await.unwrap().unwrap();
    assert_eq!((&now.document()["worker_id"], &now.owner), (&json!(mine), &kept));
    assert!(door.unmerge(&officer, "radiation_worker", &theirs, why("试")).await.is_err(), "it goes with its employer");
    door.unmerge(&officer, "employer", &lost, why("不是一家")).await.unwrap();
    assert_eq!(all(&door).await, before);
}

#[tokio::test]
async fn one_person_under_two_numbers_has_one_file() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    employer(&door).await;
    let right = of(&door, "exposed_worker", json!({})).await;
    // 18 digits of the same day of birth; the order of the day and the check digit differ.
    let wrong = of(&door, "exposed_worker", json!({"id_no": "130322199804129972"})).await;
    let found = door.duplicates(&operator(), "exposed_worker").await.unwrap();
    assert_eq!(found.pairs.len(), 1, "{found:?}");
    assert_eq!(found.pairs[0].why, [Why::Number]);
    assert!(!format!("{found:?}").contains("130322"), "numbers are compared, not told");
    assert!(door.duplicates(&Caller::of("x", &["R04"], "130300", ""), "exposed_worker").await.is_err());
    let person = door.person_of(&operator(), "exposed_worker", &right).await.unwrap();
    merge(&door, &operator(), "exposed_worker", &wrong, &right).await.unwrap();
    let both = door.person_of(&operator(), "exposed_worker", &right).await.unwrap();
    assert_ne!(person, both, "records under the other number are this person's now");
    assert!(door.duplicates(&operator(), "exposed_worker").await.unwrap().pairs.is_empty());
    door.unmerge(&operator(), "exposed_worker", &wrong, why("两个人")).await.unwrap();
    assert_eq!(door.person_of(&operator(), "exposed_worker", &right).await.unwrap(), person);
}

#[tokio::test]
async fn duplicates_are_found_by_name_and_code_and_a_site_beside_them() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    let one = employer(&door).await;
    let kind = door.kind("employer").unwrap();
    let name = kind.examples[0]["name"].as_str().unwrap().to_owned();
    let elsewhere = json!({"uscc": OTHER, "name": name, "address": null, "reg_address": null, "sites": null});
    let same_name = file(&door, "employer", &example(&kind, &elsewhere)).await;
    // The same name in the same yard, and another plant of that yard, which is nobody's double.
    let same_both = file(&door, "employer", &example(&kind, &json!({"uscc": "91130302TE5T08CA8A"}))).await;
    let neighbour = file(&door, "employer", &example(&kind, &json!({"uscc": "91130303TE5T06063J", "name": "海港样邻院厂"}))).await;
    let found = door.duplicates(&operator(), "employer").await.unwrap();
    let told =
        |a: &str, b: &str| found.pairs.iter().find(|p| [&p.one, &p.other].iter().all(|id| *id == a || *id == b)).map(|p| p.why.clone());
    assert_eq!(told(&one, &same_name), Some(vec![Why::Name]));
    assert_eq!(told(&one, &same_both), Some(vec![Why::Name, Why::Site]));
    assert_eq!(found.pairs[0].why.len(), 2, "those with more reasons first");
    assert!(found.pairs.iter().all(|p| p.one != neighbour && p.other != neighbour), "a yard is shared by many");
    let officer = Caller::of("far", &["R03"], "130303", "");
    assert!(door.duplicates(&officer, "employer").await.unwrap().pairs.is_empty(), "not of another county");
}

/// A small generator, so that a failure can be repeated from its seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

#[tokio::test]
async fn merge_then_undo_equals_before_whatever_came_meanwhile() {
    for seed in 1..=6_u64 {
        let world = World::new();
        let door = world.door(Catalogue::embedded()).await;
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let kept = employer(&door).await;
        let county = if dice.below(2) == 0 { json!("130302") } else { json!("130303") };
        let plant = example(&door.kind("employer").unwrap(), &json!({"uscc": OTHER, "name": "测二", "county": county, "town": null}));
        let lost = file(&door, "employer", &plant).await;
        let there = json!({"uscc": OTHER, "employer_name": "测二"});
        let here = json!({});
        for kind in ["declaration", "labour_contract", "exposed_worker", "radiation_worker", "training"] {
            for (side, at) in [(0, &here), (1, &there)] {
                if dice.below(3) > 0 {
                    let mut at = at.clone();
                    if kind == "training" {
                        at["content"] = json!(format!("培训{side}"));
                    }
                    let kind_of = door.kind(kind).unwrap();
                    let draft = Draft::from_json(&kind_of, example(&kind_of, &at).as_object().unwrap());
                    // Some examples need others; what cannot be filed is not part of this world.
                    let _ = door.submit(&operator(), kind, &draft, why("")).await;
                }
            }
        }
        let before = all(&door).await;
        merge(&door, &operator(), "employer", &lost, &kept).await.unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        assert_ne!(all(&door).await, before, "seed {seed}");
        // A record that is amended meanwhile keeps the amendment; a new one stays with the survivor.
        let new = of(
            &door,
            "inspection",
            json!({"inspection_no": format!("JC2026{seed:05}"), "uscc": OTHER, "employer_name": "测二", "case_no": null}),
        )
        .await;
        assert!(door.came_since(&door.kind("employer").unwrap(), &kept, 0).await.unwrap() > 0, "seed {seed}");
        door.unmerge(&operator(), "employer", &lost, why("不是一家")).await.unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        let mut after = all(&door).await;
        let (stayed, ..) = after.remove(&format!("inspection/{new}")).unwrap();
        assert_eq!(stayed["employer_id"], json!(kept), "seed {seed}");
        assert_eq!(after, before, "seed {seed}");
        assert!(verify::chain(&door.store).await.unwrap().sound(), "seed {seed}");
    }
}
