//! A changed table: the difference first, then the revisions, then nothing more to do.

use crate::derived::employer;
use crate::world::{World, changed, example, file, operator};
use serde_json::{Value, json};
use std::sync::Arc;
use zhijian_kinds::Catalogue;
use zhijian_kinds::intake::Draft;
use zhijian_records::access::Sight;
use zhijian_records::bulk::{Bulk, BulkRow};
use zhijian_records::port::{Action, Filter, Op};
use zhijian_records::read::column;
use zhijian_records::rederive::{Difference, JOB, Order, Tally, Target, apply, plan};
use zhijian_records::{Caller, Door, DoorError, verify};

/// Under these the example's 79 people and 32 million yuan are a small employer of section C; as shipped too, but for the table's figures.
fn stricter_sizes() -> Arc<Catalogue> {
    changed(&[("rules/enterprise_size.csv", "X<20,1000,300,20,B;C;D", "X<20,1000,300,90,B;C;D")])
}

fn target(kind: &str) -> Vec<Target> {
    vec![Target { kind: kind.into(), filters: Vec::new() }]
}

const ORDER: Order<'static> = Order { input: "employer", reason: "规模划分表更正", source: "console" };

async fn differences(door: &Door, targets: &[Target]) -> (Vec<Tally>, Vec<Difference>) {
    let mut all = Vec::new();
    let tallies = plan(door, &operator(), targets, |found| {
        all.extend(found.to_vec());
        true
    })
    .await
    .unwrap();
    (tallies, all)
}

#[tokio::test]
async fn a_changed_table_shows_its_difference_is_applied_once_and_stays_in_the_history() {
    let world = World::new();
    let before = world.door(stricter_sizes()).await;
    let id = employer(&before).await;
    let after = world.door(Catalogue::embedded()).await;

    let (tallies, found) = differences(&after, &target("employer")).await;
    assert_eq!((tallies[0].records, tallies[0].changed), (1, 1));
    assert_eq!(tallies[0].turns.iter().collect::<Vec<_>>(), [(&"size_computed: 4 → 3".to_owned(), &1)]);
    assert_eq!((found[0].id.as_str(), &found[0].changes[0].old, &found[0].changes[0].new), (id.as_str(), &json!("4"), &json!("3")));
    assert_eq!(after.store.find("employer", &id).await.unwrap().unwrap().rev, 1, "looking writes nothing");
    let lines = after.store.audit(0, 100).await.unwrap().len();

    let tallies = apply(&after, &operator(), &target("employer"), ORDER, |_| true).await.unwrap();
    assert_eq!((tallies[0].written, tallies[0].stale, tallies[0].refused), (1, 0, 0));
    let stored = after.store.find("employer", &id).await.unwrap().unwrap();
    let data: Value = serde_json::from_str(&stored.data).unwrap();
    assert_eq!((stored.rev, &data["size_computed"]), (2, &json!("3")));

    let (tallies, found) = differences(&after, &target("employer")).await;
    assert_eq!((tallies[0].changed, tallies[0].basis_only, found.len()), (0, 0, 0), "a second look finds nothing");
    let tallies = apply(&after, &operator(), &target("employer"), ORDER, |_| true).await.unwrap();
    assert_eq!(tallies[0].written, 0);

    let audit = after.store.audit(0, 100).await.unwrap();
    assert_eq!(audit.len(), lines + 1, "the second run wrote no line");
    let line = audit.last().unwrap();
    assert_eq!((line.action, line.count, line.kind.as_str()), (Action::Rederive, 1, "employer"));
    assert_eq!((line.stamp.actor.as_str(), line.stamp.reason.as_str()), ("system:test", "规模划分表更正"));
    let history = after.store.history("employer", &id).await.unwrap();
    let sizes: Vec<Value> = history.iter().map(|r| serde_json::from_str::<Value>(&r.data).unwrap()["size_computed"].clone()).collect();
    assert_eq!(sizes, [json!("4"), json!("3")], "the old result is kept");
    assert!(verify::chain(&after.store).await.unwrap().faults.is_empty());
    let job = &after.store.jobs(None, 10).await.unwrap()[0];
    assert_eq!((job.what.as_str(), job.state.as_str()), (JOB, "done"));
}

#[tokio::test]
async fn a_record_keeps_the_edition_of_its_day() {
    let world = World::new();
    let door = world.door(Catalogue::embedded()).await;
    employer(&door).await;
    let kind = door.kind("measurement").unwrap();
    for (number, day, edition) in [(1, "2019-05-06", "GBZ 2.1-2007"), (2, "2021-05-06", "GBZ 2.1-2019")] {
        let changes = json!({"sampled_on": day, "surveyed_on": day, "sample_no": format!("S{number}"), "report_issued_on": null, "published_on": null, "submitted_on": null});
        let id = file(&door, "measurement", &example(&kind, &changes)).await;
        let stored = door.store.find("measurement", &id).await.unwrap().unwrap();
        let data: Value = serde_json::from_str(&stored.data).unwrap();
        assert_eq!((&data["limit"]["edition"], &data["_calc"]["limit"]["edition"]), (&json!(edition), &json!(edition)));
    }
    let (tallies, _) = differences(&door, &target("measurement")).await;
    assert_eq!((tallies[0].records, tallies[0].changed, tallies[0].basis_only), (2, 0, 0));
}

#[tokio::test]
async fn records_from_before_a_calculation_receive_it() {
    let world = World::new();
    let without = changed(&[("kinds/dose.v1.yaml", "    call: rad.period\n", "    call: rad.period\n    when: hp10 > 1000.0\n")]);
    let before = world.door(without).await;
    employer(&before).await;
    let worker = before.kind("radiation_worker").unwrap();
    file(&before, "radiation_worker", &example(&worker, &json!({}))).await;
    let dose = before.kind("dose").unwrap();
    let id = file(&before, "dose", &example(&dose, &json!({}))).await;
    let after = world.door(Catalogue::embedded()).await;
    let (tallies, found) = differences(&after, &target("dose")).await;
    assert_eq!(tallies[0].changed, 1);
    let fields: Vec<&str> = found[0].changes.iter().map(|c| c.field.as_str()).collect();
    assert_eq!(fields, ["recorded_dose", "level_period", "over_level"]);
    let order = Order { input: "dose", ..ORDER };
    apply(&after, &operator(), &target("dose"), order, |_| true).await.unwrap();
    let stored = after.store.find("dose", &id).await.unwrap().unwrap();
    let private = after.view(&after.kind("dose").unwrap(), &stored, &Sight::whole(), true).unwrap();
    assert_eq!(private.data["person_name"], example(&dose, &json!({}))["person_name"], "what was sealed stays as it was");
}

#[tokio::test]
async fn conditions_limit_the_records_and_only_the_system_may() {
    let world = World::new();
    let before = world.door(stricter_sizes()).await;
    employer(&before).await;
    let after = world.door(Catalogue::embedded()).await;
    let kind = after.kind("employer").unwrap();
    let filter = |value: &str| Filter { column: column(&kind, "size").unwrap(), op: Op::Eq, value: value.into() };
    for (value, expected) in [("3", 1), ("1", 0)] {
        let targets = vec![Target { kind: "employer".into(), filters: vec![filter(value)] }];
        assert_eq!(differences(&after, &targets).await.0[0].changed, expected, "size {value}");
    }
    let person = Caller { login: "x".into(), system: false, roles: vec!["R02".into()], ..operator() };
    assert!(matches!(plan(&after, &person, &target("employer"), |_| true).await, Err(DoorError::NotAllowed { .. })));
    let silent = Order { reason: " ", ..ORDER };
    assert!(matches!(apply(&after, &operator(), &target("employer"), silent, |_| true).await, Err(DoorError::BadRequest(_))));
}

#[tokio::test]
async fn an_interrupted_run_goes_on_where_it_stopped() {
    const MANY: usize = 1_100;
    let world = World::new();
    let without =
        changed(&[("kinds/measurement.v1.yaml", "    call: workplace.exposure\n", "    call: workplace.exposure\n    when: 1.0 > 2.0\n")]);
    let before = world.door(without).await;
    employer(&before).await;
    let kind = before.kind("measurement").unwrap();
    let row = |n: usize| {
        let document = example(&kind, &json!({"sample_no": format!("S{n}")}));
        BulkRow { row: u32::try_from(n).unwrap(), draft: Draft::from_json(&kind, document.as_object().unwrap()) }
    };
    let mut bulk = Bulk::new(&before, &operator(), "measurement", "130300", "job", "test").unwrap();
    let ends = bulk.chunk(bulk.ahead((0..MANY).map(row).collect()), |_| None).await.unwrap();
    assert_eq!(ends.iter().filter(|e| e.id.is_some()).count(), MANY, "{:?}", ends[0]);
    let after = world.door(Catalogue::embedded()).await;
    let order = Order { input: "measurement", ..ORDER };

    let first = apply(&after, &operator(), &target("measurement"), order, |_| false).await.unwrap();
    assert_eq!((first[0].records, first[0].written), (500, 500), "stopped after one step");
    let job = after.store.unfinished(JOB, order.input).await.unwrap().expect("the job is open");
    let mut steps = 0;
    let rest = apply(&after, &operator(), &target("measurement"), order, |_| {
        steps += 1;
        true
    })
    .await
    .unwrap();
    assert_eq!((steps, rest[0].records, rest[0].written), (2, MANY as u64, MANY as u64));
    assert!(after.store.unfinished(JOB, order.input).await.unwrap().is_none());
    let findings = after.store.findings(&job.id, 0, 2_000).await.unwrap();
    assert_eq!(findings.len(), MANY, "every difference is on record");
    assert_eq!(differences(&after, &target("measurement")).await.0[0].changed, 0);
}
