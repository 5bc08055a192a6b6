//! Checks that look at other records: what they find, that every entrance says the same, and what they cost.

mod cost;
mod definitions;
mod scenes;
mod tables;

use crate::world::{World, operator};
use scenes::{Scene, scenes};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use zhijian_kinds::intake::{Cell, Draft, Place};
use zhijian_kinds::{Catalogue, Kind, Problem};
use zhijian_records::bulk::{Bulk, BulkRow, End};
use zhijian_records::port::Query;
use zhijian_records::submit::Entry;
use zhijian_records::{Door, DoorError};

/// What a record's sender is told: field, class and message.
type Told = BTreeSet<(String, String, String)>;

fn told(problems: &[Problem], class: &str) -> Told {
    problems.iter().filter(|p| p.class == class).map(|p| (p.field.clone(), p.class.clone(), p.message.clone())).collect()
}

/// The class of a check's problems.
fn class_of(kind: &Kind, check: &str) -> String {
    let rule = kind.checks.iter().find(|c| c.id == check).unwrap_or_else(|| panic!("{} has no check {check}", kind.kind));
    let letter = if rule.level == zhijian_kinds::Level::Error { "E" } else { "W" };
    rule.class.clone().unwrap_or_else(|| format!("{letter}_{}", check.to_uppercase()))
}

/// A world with what a scene needs before its record comes.
async fn set(scene: &Scene) -> (World, Door) {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    put(&door, &scene.before).await;
    (world, door)
}

/// Brings records in as they are, with their states.
async fn put(door: &Door, records: &[(&'static str, Value)]) {
    for (kind, document) in records {
        let draft = Draft::from_json(&door.kind(kind).unwrap(), document.as_object().unwrap());
        let (end, problems) = imported(door, kind, vec![draft]).await.remove(0);
        assert!(end != End::Rejected, "{kind}: {problems:?}");
    }
}

/// Problems of a single write: of a new record, or of a change of the employer.
async fn submitted(door: &Door, kind: &str, draft: &Draft, source: &str) -> Vec<Problem> {
    let entry = Entry { reason: "", source, idempotency: None };
    let done = if kind == "employer" {
        let page = door.store.query(&Query::everything(kind, Vec::new())).await.unwrap();
        door.amend(&operator(), kind, &page.rows[0].id, page.rows[0].rev, draft, entry).await
    } else {
        door.submit(&operator(), kind, draft, entry).await
    };
    match done {
        Ok(saved) => saved.problems,
        Err(DoorError::Invalid(problems)) => problems,
        Err(other) => panic!("{kind}: {other}"),
    }
}

async fn imported(door: &Door, kind: &str, drafts: Vec<Draft>) -> Vec<(End, Vec<Problem>)> {
    let mut bulk = Bulk::new(door, &operator(), kind, "130300", "job", "excel").unwrap();
    let rows = drafts.into_iter().enumerate().map(|(n, draft)| BulkRow { row: u32::try_from(n).unwrap(), draft }).collect();
    let ends = bulk.chunk(bulk.ahead(rows), |_| None).await.unwrap();
    ends.into_iter().map(|e| (e.end, e.problems)).collect()
}

/// The document as a form sends it: texts, lists of codes with separators; groups as they are.
fn as_form(kind: &Kind, document: &Value) -> Draft {
    let mut draft = Draft::from_json(kind, document.as_object().unwrap());
    for (_, cell) in &mut draft.cells {
        let Cell::Json(value) = &*cell else { continue };
        *cell = match value {
            Value::Array(items) if items.iter().all(Value::is_string) => {
                Cell::Text(items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("；"))
            }
            Value::Array(_) | Value::Object(_) => continue,
            _ => Cell::Text(cell.shown()),
        };
    }
    draft
}

/// Every check of every kind that looks at other records has a scene in which it speaks: in the form, the API and the workbook with the same
/// words at the same field; and says nothing when the other records are not there.
#[tokio::test]
async fn rq_013_rq_018_rq_020_rq_021_rq_028_rq_034_rq_040_rq_044_rq_053_rq_088_rq_092_every_entrance_says_the_same() {
    let catalogue = Catalogue::embedded();
    let scenes = scenes(&catalogue);
    let staged: BTreeSet<(&str, &str)> = scenes.iter().map(|s| (s.kind, s.check)).collect();
    let there: BTreeSet<(&str, &str)> =
        catalogue.kinds.values().flat_map(|kind| kind.checks_around().map(|check| (kind.kind.as_str(), check.id.as_str()))).collect();
    assert_eq!(staged, there, "a scene for every check");
    let mut wrong = Vec::new();
    for scene in &scenes {
        let kind = catalogue.kind(scene.kind).unwrap();
        let class = class_of(kind, scene.check);
        let api = Draft::from_json(kind, scene.document.as_object().unwrap());
        let form = as_form(kind, &scene.document);

        let (_world, door) = set(scene).await;
        let by_api = told(&submitted(&door, scene.kind, &api, "api").await, &class);
        let (_world, door) = set(scene).await;
        let by_form = told(&submitted(&door, scene.kind, &form, "web").await, &class);
        let (_world, door) = set(scene).await;
        let sheet = imported(&door, scene.kind, vec![form]).await.remove(0);
        let by_sheet = told(&sheet.1, &class);

        let rule = kind.checks.iter().find(|c| c.id == scene.check).unwrap();
        if by_api.len() != 1 || by_api != by_form || by_api != by_sheet {
            wrong.push(format!("{}.{}: api {by_api:?}, form {by_form:?}, sheet {sheet:?}", scene.kind, scene.check));
        } else if by_api.iter().any(|(field, _, message)| rule.fields.first() != Some(field) || !message.contains(scene.says)) {
            wrong.push(format!("{}.{}: {by_api:?} does not say {}", scene.kind, scene.check, scene.says));
        }
        if by_api
            .iter()
            .any(|(_, _, message)| [scenes::PERSON, "吴样兰", "例测安", "130302198503169970"].iter().any(|who| message.contains(who)))
        {
            wrong.push(format!("{}.{} says who it is", scene.kind, scene.check));
        }
        // Without the others there is nothing to say.
        if scene.kind != "employer" && scene.check != "worn_while_in_post" {
            let alone = World::new();
            let door = alone.door(Catalogue::embedded()).await;
            let needed: Vec<_> = scene.before.iter().filter(|(k, _)| ["employer", "radiation_worker"].contains(k)).cloned().collect();
            put(&door, &needed).await;
            if !scene.silent.is_empty() {
                put(&door, &[(scene.silent, scenes::of(scene.silent, &json!({"station_name": null})))]).await;
            }
            let quiet = told(&submitted(&door, scene.kind, &api, "api").await, &class);
            if !quiet.is_empty() {
                wrong.push(format!("{}.{} speaks without the others: {quiet:?}", scene.kind, scene.check));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A record is not among the others that it is held against: not when it is filed again, and not when it is changed.
#[tokio::test]
async fn rq_034_a_record_does_not_find_itself() {
    let catalogue = Catalogue::embedded();
    let scene = scenes(&catalogue).into_iter().find(|s| (s.kind, s.check) == ("case_report", "reported_once")).unwrap();
    let kind = catalogue.kind("case_report").unwrap();
    let class = class_of(kind, "reported_once");
    let (_world, door) = set(&scene).await;
    let other = scene.before.iter().find(|(k, _)| *k == "case_report").unwrap();
    let again = imported(&door, "case_report", vec![Draft::from_json(kind, other.1.as_object().unwrap())]).await.remove(0);
    assert_eq!((again.0, told(&again.1, &class)), (End::Duplicate, Told::new()));
    let change = Draft { cells: vec![(Place::Field("post".into()), Cell::Text("包装工".into()))] };
    let page = door.store.query(&Query::everything("case_report", Vec::new())).await.unwrap();
    let saved = door.amend(&operator(), "case_report", &page.rows[0].id, page.rows[0].rev, &change, Entry::default()).await.unwrap();
    assert_eq!(told(&saved.problems, &class), Told::new());
}

/// Rows of one chunk see those before them, so it does not matter where a file is cut.
#[tokio::test]
async fn rq_018_rows_of_a_chunk_see_those_before_them() {
    let catalogue = Catalogue::embedded();
    let kind = catalogue.kind("declaration").unwrap();
    let class = class_of(kind, "exposed_change_explained");
    let of = |year: i32, exposed: i32| {
        json!({"employer_name": "海港样嘉盛建材厂", "uscc": "91130302TE5T05JB25", "decl_type": "3", "declared_on": format!("{year}-03-01"),
            "hazards": ["D001"], "exposed_total": exposed, "status": "valid"})
    };
    let drafts = || [of(2018, 60), of(2019, 90), of(2020, 95)].map(|d| Draft::from_json(kind, d.as_object().unwrap())).to_vec();
    let (_world, door) = set(&Scene::with(Vec::new())).await;
    let together = imported(&door, "declaration", drafts()).await;
    let (_world, door) = set(&Scene::with(Vec::new())).await;
    let mut apart = Vec::new();
    for draft in drafts() {
        apart.extend(imported(&door, "declaration", vec![draft]).await);
    }
    let spoken = |ends: &[(End, Vec<Problem>)]| ends.iter().map(|(_, p)| told(p, &class).len()).collect::<Vec<_>>();
    assert_eq!((spoken(&together), spoken(&apart)), (vec![0, 1, 0], vec![0, 1, 0]), "{together:?}");
}
