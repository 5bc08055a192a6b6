//! The audit chain proves what was written, and that nobody changed it afterwards.

use crate::sample::*;
use crate::setup::Base;
use serde_json::json;
use zhijian_records::audit::{line_hash, stored_digest};
use zhijian_records::port::{Commit, NewRevision, Store};

/// Verifies the whole chain as `zhijian audit verify` does; says which line is wrong.
pub async fn verify(store: &dyn Store) -> Result<(), String> {
    let mut prev = String::new();
    let mut seq = 0;
    loop {
        let lines = store.audit(seq, 7).await.unwrap();
        if lines.is_empty() {
            return Ok(());
        }
        for line in lines {
            seq += 1;
            if line.seq != seq || line.prev != prev || line_hash(&line) != line.hash {
                return Err(format!("line {seq}"));
            }
            let rows = store.of_commit(&line.kind, seq).await.unwrap();
            if stored_digest(&rows, &line.digest) != line.digest || rows.len() != line.count as usize {
                return Err(format!("records of {seq}"));
            }
            prev = line.hash;
        }
    }
}

async fn three_commits(store: &dyn Store) -> NewRevision {
    let old = exam("K0", json!({"n": "a"}));
    write(store, 1, vec![exam("K1", json!({"n": "b"})), old.clone(), exam("K2", json!({"n": "c"}))]).await;
    // An amended record has an older id than the new ones of the same commit.
    write(store, 2, vec![exam("K3", json!({"n": "d"})), revised(&old, 1, json!({"n": "e"})), exam("K4", json!({"n": "f"}))]).await;
    let bulk = Commit { skip_conflicts: true, ..commit(3, vec![exam("K4", json!({})), exam("K5", json!({"n": "g"}))]) };
    store.append(bulk, "").await.unwrap();
    old
}

pub async fn the_chain_verifies(base: &Base) {
    three_commits(&*base.store).await;
    verify(&*base.store).await.unwrap();
    let lines = base.store.audit(0, 10).await.unwrap();
    assert_eq!(lines.iter().map(|line| line.count).collect::<Vec<_>>(), [3, 3, 1]);
    assert_eq!(lines[0].prev, "");
}

pub async fn an_edited_record_is_noticed(base: &Base) {
    let old = three_commits(&*base.store).await;
    for (table, wrong) in [("his_exam", "records of 1"), ("rec_exam", "records of 2")] {
        let edit = |from: &str, to: &str| {
            format!(r#"UPDATE {table} SET data = '{{"n":"{to}"}}' WHERE id = '{}' AND data->>'n' = '{from}'"#, old.id)
        };
        let (true_text, false_text) = if table == "his_exam" { ("a", "A") } else { ("e", "E") };
        assert_eq!(base.tamper(&edit(true_text, false_text)).await, 1);
        assert_eq!(verify(&*base.store).await, Err(wrong.into()));
        assert_eq!(base.tamper(&edit(false_text, true_text)).await, 1);
        verify(&*base.store).await.unwrap();
    }
    base.tamper("DELETE FROM rec_exam WHERE commit_seq = 3").await;
    assert_eq!(verify(&*base.store).await, Err("records of 3".into()));
}

pub async fn an_edited_line_is_noticed(base: &Base) {
    three_commits(&*base.store).await;
    base.tamper("UPDATE audit SET reason = '伪造' WHERE seq = 2").await;
    assert_eq!(verify(&*base.store).await, Err("line 2".into()));
    base.tamper("UPDATE audit SET reason = '首次填报' WHERE seq = 2").await;
    verify(&*base.store).await.unwrap();
    base.tamper("DELETE FROM audit WHERE seq = 1").await;
    assert_eq!(verify(&*base.store).await, Err("line 1".into()));
}
