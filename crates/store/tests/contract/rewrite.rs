//! Sealing again and destroying: the chain stays true, and nothing else can be done this way.

use crate::sample::*;
use crate::setup::Base;
use serde_json::json;
use zhijian_records::port::{Action, Checkpoint, Job, NewRevision, Rewrite, RewriteLine, Rewriting, Stamp, Stored};
use zhijian_records::vault::{Vault, erased, is_erased};

const TOKENS: [&str; 2] = ["~1~0123456789abcdef01234567", "~2~fedcba9876543210fedcba98"];

fn vault(keys: &[(u8, Vec<u8>)]) -> Vault {
    Vault::new(keys).unwrap()
}

/// A record with a sealed part and a token.
fn private(name: &str, vault: &Vault) -> NewRevision {
    let mut record = exam(name, json!({"n": name, "id_no": TOKENS[0]}));
    record.secret = vault.seal("exam", &record.id, json!({"id_no": "130322196104169975"}).as_object().unwrap()).unwrap();
    sealed(record)
}

fn rewrite(row: &Stored, secret: Vec<u8>, data: &str) -> Rewrite {
    Rewrite {
        id: row.id.clone(),
        rev: row.rev,
        was: (row.secret.clone(), row.data.clone()),
        secret,
        data: data.to_owned(),
        key: None,
        found_by: None,
    }
}

fn work(rewrites: Vec<Rewrite>) -> Rewriting {
    Rewriting { kind: "exam".into(), rewrites, line: None, checkpoint: None, at: 9 }
}

fn line(record: &str) -> RewriteLine {
    let stamp = Stamp {
        at: 9,
        actor: "system:test".into(),
        reason: "到期".into(),
        source: "console".into(),
        trace: zhijian_records::port::Trace::default(),
    };
    RewriteLine { action: Action::Erase, stamp, record: record.to_owned(), partitions: vec![("130302".into(), 2024)] }
}

pub async fn rewritten_revisions_keep_the_chain_true(base: &Base) {
    let store = &*base.store;
    let (old, new) = (vault(&[(1, vec![1; 32])]), vault(&[(1, vec![1; 32]), (2, vec![2; 32])]));
    let first = private("a", &old);
    write(store, 1, vec![first.clone(), private("b", &old)]).await;
    write(store, 2, vec![sealed(NewRevision { seen: Some(1), ..first.clone() })]).await;
    crate::audit::verify(store).await.unwrap();
    let rewrites: Vec<Rewrite> = all_revisions(store)
        .await
        .iter()
        .map(|row| {
            let again = new.reseal("exam", &row.id, &row.secret).unwrap().unwrap();
            let newest = row.recorded_to.is_none();
            Rewrite {
                key: Some(key(&format!("new {}", row.id))),
                found_by: newest.then(|| ("renamed".into(), vec![("no".into(), format!("new {}", row.id))])),
                ..rewrite(row, again, &row.data.replace(TOKENS[0], TOKENS[1]))
            }
        })
        .collect();
    // Two revisions of one record have one key, in two tables.
    assert_eq!(store.rewrite(work(rewrites)).await.unwrap(), 3);
    crate::audit::verify(store).await.unwrap();
    for row in all_revisions(store).await {
        assert!(row.data.contains(TOKENS[1]) && !row.data.contains(TOKENS[0]));
        assert_eq!(new.open("exam", &row.id, &row.secret).unwrap()["id_no"], "130322196104169975");
        assert!(old.open("exam", &row.id, &row.secret).is_err());
    }
    let hits = store.lookup("exam", "no", &["a".into(), format!("new {}", first.id)]).await.unwrap();
    assert_eq!(hits.iter().map(|hit| hit.id.as_str()).collect::<Vec<_>>(), [first.id.as_str()]);
    assert_eq!(store.find_by_keys("exam", &[key("a"), key(&format!("new {}", first.id))]).await.unwrap().len(), 1);
    let erasing: Vec<Rewrite> = all_revisions(store)
        .await
        .iter()
        .filter(|row| row.id == first.id)
        .map(|row| rewrite(row, erased(&row.secret), &row.data.replace(TOKENS[1], "~")))
        .collect();
    assert_eq!(store.rewrite(Rewriting { line: Some(line(&first.id)), ..work(erasing) }).await.unwrap(), 2);
    crate::audit::verify(store).await.unwrap();
    assert!(store.history("exam", &first.id).await.unwrap().iter().all(|row| is_erased(&row.secret)));
}

pub async fn a_rewrite_that_would_change_what_was_said_is_refused(base: &Base) {
    let store = &*base.store;
    let vault = vault(&[(1, vec![1; 32])]);
    let (one, two) = (private("a", &vault), private("b", &vault));
    write(store, 1, vec![one.clone(), two.clone()]).await;
    let rows = all_revisions(store).await;
    let other = rows.iter().find(|row| row.id == two.id).unwrap();
    let row = rows.iter().find(|row| row.id == one.id).unwrap();
    for wrong in [
        rewrite(row, row.secret.clone(), r#"{"n":"changed"}"#),
        rewrite(row, other.secret.clone(), &row.data),
        rewrite(row, Vec::new(), &row.data),
    ] {
        assert!(store.rewrite(work(vec![wrong])).await.is_err());
    }
    assert_eq!(all_revisions(store).await, rows);
}

pub async fn a_revision_that_looks_otherwise_by_now_is_left_alone(base: &Base) {
    let store = &*base.store;
    let (old, new) = (vault(&[(1, vec![1; 32])]), vault(&[(1, vec![1; 32]), (2, vec![2; 32])]));
    write(store, 1, vec![private("a", &old)]).await;
    let row = all_revisions(store).await.remove(0);
    let again = |()| rewrite(&row, new.reseal("exam", &row.id, &row.secret).unwrap().unwrap(), &row.data);
    assert_eq!(store.rewrite(work(vec![again(())])).await.unwrap(), 1);
    let kept = all_revisions(store).await;
    assert_eq!(store.rewrite(work(vec![again(())])).await.unwrap(), 0, "what was read is not there any more");
    assert_eq!(all_revisions(store).await, kept);
}

pub async fn a_rewrite_finds_the_revision_wherever_it_is_by_now(base: &Base) {
    let store = &*base.store;
    let (old, new) = (vault(&[(1, vec![1; 32])]), vault(&[(1, vec![1; 32]), (2, vec![2; 32])]));
    let record = private("a", &old);
    write(store, 1, vec![record.clone()]).await;
    let row = all_revisions(store).await.remove(0);
    // Somebody saves between the look and the rewrite: the revision has moved into history.
    write(store, 2, vec![revised(&record, 1, json!({"n": "later", "id_no": TOKENS[0]}))]).await;
    let again = rewrite(&row, new.reseal("exam", &row.id, &row.secret).unwrap().unwrap(), &row.data);
    assert_eq!(store.rewrite(work(vec![again])).await.unwrap(), 1);
    let keys: Vec<u8> = store.history("exam", &record.id).await.unwrap().iter().map(|row| row.secret[5]).collect();
    assert_eq!(keys, [2, 1]);
    crate::audit::verify(store).await.unwrap();
}

pub async fn a_rewrite_on_record_is_an_event_and_moves_its_job_on(base: &Base) {
    let store = &*base.store;
    let vault = vault(&[(1, vec![1; 32])]);
    write(store, 1, vec![private("a", &vault)]).await;
    let row = all_revisions(store).await.remove(0);
    let job = Job {
        id: "j".into(),
        what: "reseal".into(),
        login: "system".into(),
        state: "running".into(),
        progress: String::new(),
        input: String::new(),
        started: 1,
        updated: 1,
    };
    store.put_job(&job).await.unwrap();
    let erase = rewrite(&row, erased(&row.secret), &row.data.replace(TOKENS[0], "~"));
    let checkpoint = Checkpoint { job: "j".into(), progress: "half".into(), findings: Vec::new() };
    store.rewrite(Rewriting { line: Some(line(&row.id)), checkpoint: Some(checkpoint), ..work(vec![erase]) }).await.unwrap();
    let events = store.events(1, 10).await.unwrap();
    assert_eq!((events.len(), events[0].action, events[0].partitions[0].region.as_str()), (1, Action::Erase, "130302"));
    assert_eq!(store.job("j").await.unwrap().unwrap().progress, "half");
    crate::audit::verify(store).await.unwrap();
    let audit = store.audit(1, 10).await.unwrap();
    assert_eq!((audit[0].record.as_str(), audit[0].count), (row.id.as_str(), 0));
}
