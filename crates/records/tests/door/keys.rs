//! Keys are changed while the door is open; a copied, changed or stolen value is worth nothing.

use crate::derived::employer;
use crate::world::{World, example, file, operator};
use serde_json::json;
use zhijian_kinds::intake::Draft;
use zhijian_records::bulk::{Bulk, BulkRow, End};
use zhijian_records::keys::{KeyError, Keyring};
use zhijian_records::port::{Action, Op, Stored};
use zhijian_records::read::ListRequest;
use zhijian_records::submit::Entry;
use zhijian_records::vault::{Algorithm, Purpose, VaultError, sealed_by};
use zhijian_records::{Door, DoorError, reseal, sealed, verify};

/// People of the test: identity numbers with right check digits.
const PEOPLE: [(&str, &str); 3] = [("张测一", "130302198001010011"), ("李测二", "13030219800101002X"), ("王测三", "130302198001010038")];

/// A kind with a natural key over an identity number and fragments of a name.
const KIND: &str = "radiation_worker";

async fn worker(door: &Door, index: usize) -> String {
    let (name, id_no) = PEOPLE[index];
    let kind = door.kind(KIND).unwrap();
    let changes = json!({"person_name": name, "id_no": id_no, "sex": null, "birth_date": null});
    file(door, KIND, &example(&kind, &changes)).await
}

async fn rotate(keys: &Keyring, purpose: Purpose, algorithm: Algorithm) -> u32 {
    let id = keys.add(purpose, algorithm, "system:test").await.unwrap();
    keys.activate(id, "system:test").await.unwrap();
    id
}

async fn all(door: &Door) -> Vec<Stored> {
    let mut rows = Vec::new();
    for partition in door.store.partitions().await.unwrap() {
        let (mut found, next) = door.store.scan(&partition, None, 500).await.unwrap();
        assert!(next.is_none());
        rows.append(&mut found);
    }
    rows
}

async fn is_whole(door: &Door) {
    assert_eq!(verify::chain(&door.store).await.unwrap().faults, Vec::<String>::new());
    assert_eq!(sealed::verify(door).await.unwrap().faults, Vec::<String>::new());
}

async fn found(door: &Door, field: &str, value: &str) -> usize {
    let request = ListRequest { filters: vec![(field.into(), Op::Eq, value.into())], limit: 50, ..ListRequest::default() };
    door.list(&operator(), KIND, &request).await.unwrap().rows.len()
}

async fn searched(door: &Door, text: &str) -> usize {
    let request = ListRequest { search: text.into(), limit: 50, ..ListRequest::default() };
    door.list(&operator(), KIND, &request).await.unwrap().rows.len()
}

#[tokio::test]
async fn old_and_new_values_are_read_while_the_sealing_key_changes_and_afterwards_only_the_new_key_is_needed() {
    let world = World::new();
    let (door, keys) = world.keyed(1).await.unwrap();
    employer(&door).await;
    let first = worker(&door, 0).await;
    // A second process that follows the ring.
    let (other, following) = world.keyed(1).await.unwrap();
    let new = rotate(&keys, Purpose::Seal, Algorithm::Aes256Gcm).await;
    let second = worker(&door, 1).await;
    assert!(following.follow().await.unwrap());
    for id in [&first, &second] {
        assert!(other.open(&operator(), KIND, id, Some("核查")).await.unwrap().revealed);
    }
    let done = reseal::run(&door, &operator(), |_| true).await.unwrap();
    assert!(done.resealed > 0);
    let left: Vec<Option<u32>> = all(&door).await.iter().filter_map(|r| sealed_by(&r.secret)).map(Some).collect();
    assert!(!left.is_empty() && left.iter().all(|k| *k == Some(new)), "{left:?}");
    assert_eq!(reseal::run(&door, &operator(), |_| true).await.unwrap().resealed, 0, "nothing is sealed twice");
    keys.retire(1, "system:test").await.unwrap();
    assert!(door.open(&operator(), KIND, &first, Some("核查")).await.unwrap().data["person_name"] == "张测一");
    is_whole(&door).await;
    let told: Vec<String> =
        door.store.audit(0, 1_000).await.unwrap().into_iter().filter(|l| l.action == Action::Reseal).map(|l| l.stamp.reason).collect();
    assert!(told.iter().any(|t| t.contains("新增字段加密密钥")) && told.iter().any(|t| t.contains("销毁密钥 1")), "{told:?}");
}

#[tokio::test]
async fn people_are_found_under_both_blind_keys_while_they_change_and_never_twice() {
    let world = World::new();
    let (door, keys) = world.keyed(1).await.unwrap();
    employer(&door).await;
    let first = worker(&door, 0).await;
    let old = keys.ring().active(Purpose::Blind).unwrap().id;
    rotate(&keys, Purpose::Blind, Algorithm::Sm4Gcm).await;
    worker(&door, 1).await;
    let check = async |when: &str| {
        for (name, id_no) in &PEOPLE[..2] {
            assert_eq!((found(&door, "id_no", id_no).await, searched(&door, name).await), (1, 1), "{name} {when}");
        }
        // The same person filed again is the same record, under whichever key it stands.
        for (index, (_, id_no)) in PEOPLE[..2].iter().enumerate() {
            let kind = door.kind(KIND).unwrap();
            let changes = json!({"person_name": PEOPLE[index].0, "id_no": id_no, "sex": null, "birth_date": null});
            let draft = Draft::from_json(&kind, example(&kind, &changes).as_object().unwrap());
            let again = door.submit(&operator(), KIND, &draft, Entry::default()).await;
            assert!(matches!(again, Err(DoorError::Exists { .. } | DoorError::Invalid(_))), "{when}: {again:?}");
            let mut bulk = Bulk::new(&door, &operator(), KIND, "130300", "job", "excel").unwrap();
            let rows = bulk.ahead(vec![BulkRow { row: 1, draft }]);
            let ends = bulk.chunk(rows, |_| None).await.unwrap();
            assert_eq!(ends[0].end, End::Duplicate, "{when}: {:?}", ends[0].problems);
        }
    };
    check("before").await;
    let done = reseal::run(&door, &operator(), |_| true).await.unwrap();
    assert!(done.resealed > 0 && done.taken == 0, "{done:?}");
    check("after").await;
    let token = format!("~{old}~");
    assert!(all(&door).await.iter().all(|r| !r.data.contains(&token)), "no token of the old key is left");
    keys.retire(old, "system:test").await.unwrap();
    check("without the old key").await;
    is_whole(&door).await;
    let events = door.store.events(0, 1_000).await.unwrap();
    assert!(events.iter().any(|e| e.action == Action::Reseal), "the lake reads the tokens anew");
    assert!(door.open(&operator(), KIND, &first, Some("核查")).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_are_written_and_read_while_everything_is_sealed_again() {
    let world = World::new();
    let (door, keys) = world.keyed(1).await.unwrap();
    let employer = employer(&door).await;
    worker(&door, 0).await;
    for purpose in [Purpose::Seal, Purpose::Blind] {
        rotate(&keys, purpose, Algorithm::Sm4Gcm).await;
    }
    let writer = {
        let door = door.clone();
        tokio::spawn(async move {
            let kind = door.kind("employer").unwrap();
            for round in 0..40 {
                let seen = door.store.find("employer", &employer).await.unwrap().unwrap().rev;
                let draft = Draft::from_json(&kind, json!({"contact_phone": format!("1390000{round:04}")}).as_object().unwrap());
                door.amend(&operator(), "employer", &employer, seen, &draft, Entry::default()).await.unwrap();
                door.open(&operator(), "employer", &employer, Some("核查")).await.unwrap();
            }
            employer
        })
    };
    let mut runs = 0;
    while !writer.is_finished() {
        reseal::run(&door, &operator(), |_| true).await.unwrap();
        runs += 1;
    }
    let employer = writer.await.unwrap();
    reseal::run(&door, &operator(), |_| true).await.unwrap();
    assert!(runs > 0);
    assert_eq!(door.store.history("employer", &employer).await.unwrap().len(), 41);
    let active = keys.ring().active(Purpose::Seal).unwrap().id;
    assert!(all(&door).await.iter().filter_map(|r| sealed_by(&r.secret)).all(|k| k == active));
    is_whole(&door).await;
}

#[tokio::test]
async fn an_interrupted_run_goes_on_where_it_stopped() {
    let world = World::new();
    let (door, keys) = world.keyed(1).await.unwrap();
    employer(&door).await;
    for index in 0..3 {
        worker(&door, index).await;
    }
    rotate(&keys, Purpose::Seal, Algorithm::Sm4Gcm).await;
    // Stopped between two transactions, as a kill would: the partition under way is remembered with the batch.
    assert!(
        tokio::spawn({
            let door = door.clone();
            async move {
                let mut batches = 0;
                reseal::run(&door, &operator(), |_| {
                    batches += 1;
                    assert!(batches < 2, "killed here");
                    true
                })
                .await
            }
        })
        .await
        .is_err()
    );
    let job = door.store.jobs(None, 10).await.unwrap().into_iter().find(|j| j.what == reseal::JOB).unwrap();
    assert_eq!(job.state, "running");
    let done = reseal::run(&door, &operator(), |_| true).await.unwrap();
    let after = door.store.job(&job.id).await.unwrap().unwrap();
    assert_eq!(after.state, "done", "the same job ends");
    assert!(done.resealed >= 4);
    is_whole(&door).await;
}

#[tokio::test]
async fn a_value_copied_to_another_record_is_refused_and_told() {
    let world = World::new();
    let (door, _) = world.keyed(1).await.unwrap();
    employer(&door).await;
    let (one, two) = (worker(&door, 0).await, worker(&door, 1).await);
    is_whole(&door).await;
    tamper(&world, &format!("UPDATE rec_{KIND} SET secret = (SELECT secret FROM rec_{KIND} WHERE id = '{one}') WHERE id = '{two}'")).await;
    assert!(matches!(door.open(&operator(), KIND, &two, Some("核查")).await, Err(DoorError::Vault(VaultError::Broken))));
    assert_eq!(sealed::verify(&door).await.unwrap().faults.len(), 1);
    assert_eq!(verify::chain(&door.store).await.unwrap().faults.len(), 1, "the commitment is another");
}

#[tokio::test]
async fn changed_tokens_and_destroyed_values_are_found() {
    let world = World::new();
    let (door, _) = world.keyed(1).await.unwrap();
    employer(&door).await;
    let (one, two) = (worker(&door, 0).await, worker(&door, 1).await);
    tamper(&world, &format!("UPDATE rec_{KIND} SET data = replace(data, data->>'id_no', '~2~{}') WHERE id = '{one}'", "0".repeat(24)))
        .await;
    let faults = sealed::verify(&door).await.unwrap().faults;
    assert!(faults.len() == 1 && faults[0].contains("盲索引"), "{faults:?}");
    tamper(
        &world,
        &format!("UPDATE rec_{KIND} SET secret = unhex('0100' || '00000000' || substr(hex(secret), 13, 64)) WHERE id = '{two}'"),
    )
    .await;
    let faults = sealed::verify(&door).await.unwrap().faults;
    assert!(faults.len() == 2 && faults.iter().any(|f| f.contains("没有删除记录")), "{faults:?}");
}

async fn tamper(world: &World, sql: &str) {
    use std::process::Command;
    let script = "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.create_function('unhex',1,bytes.fromhex); n=c.execute(sys.argv[2]).rowcount; c.commit(); sys.exit(n!=1)";
    let done = Command::new("python3").args(["-c", script]).arg(world.file()).arg(sql).status().unwrap();
    assert!(done.success(), "{sql}");
}

#[tokio::test]
async fn a_wrong_or_missing_key_is_told_at_the_start() {
    let world = World::new();
    let (door, _) = world.keyed(1).await.unwrap();
    employer(&door).await;
    let wrong = world.keyed(2).await.unwrap_err();
    assert!(wrong.to_string().contains("主密钥不符"), "{wrong}");
    assert!(world.keyed(1).await.is_ok());
    tamper(&world, "DELETE FROM settings WHERE name = 'keys/ring'").await;
    let missing = world.keyed(1).await.unwrap_err();
    assert!(matches!(missing, KeyError::Vault(VaultError::NoRing)), "{missing}");
}

#[tokio::test]
async fn the_database_holds_no_private_text() {
    let world = World::new();
    let (door, _) = world.keyed(1).await.unwrap();
    employer(&door).await;
    worker(&door, 0).await;
    let folder = world.file().parent().unwrap().to_owned();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap_or_default();
        for (name, id_no) in &PEOPLE[..1] {
            for text in [*name, *id_no] {
                assert!(!bytes.windows(text.len()).any(|w| w == text.as_bytes()), "{} holds {text}", path.display());
            }
        }
    }
}
