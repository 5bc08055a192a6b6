//! The audit chain proves what was written, and that nobody changed it afterwards: each way of tampering is tried on a chain that
//! verifies, and found at its place.

use crate::sample::*;
use crate::setup::Base;
use serde_json::json;
use std::sync::Arc;
use zhijian_records::audit::{line_hash, stored_digest};
use zhijian_records::port::{Action, AuditQuery, Commit, NewRevision, Stamp, Store, Trace};
use zhijian_records::signed_head::{self, Head};
use zhijian_records::verify;

/// Verifies the chain line by line, without the product's own walk; says which line is wrong.
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

/// Three commits, then a view and a sign-in with all that is known of them.
async fn a_history(store: &dyn Store) -> NewRevision {
    let old = three_commits(store).await;
    let trace = Trace { role: "R03".into(), session: "ab12".into(), address: "10.0.0.7".into(), region: "130302".into(), rev: 2 };
    for (at, action) in [(4, Action::View), (5, Action::SignIn)] {
        let base = commit(at, vec![]);
        let stamp = Stamp { trace: trace.clone(), ..base.stamp.clone() };
        store.append(Commit { action, stamp, ..base }, &old.id).await.unwrap();
    }
    old
}

async fn faults(store: &Arc<dyn Store>, heads: &[Head]) -> Vec<String> {
    verify::against(store, heads, |_, _| {}).await.unwrap().faults
}

pub async fn the_chain_verifies(base: &Base) {
    three_commits(&*base.store).await;
    verify(&*base.store).await.unwrap();
    let lines = base.store.audit(0, 10).await.unwrap();
    assert_eq!(lines.iter().map(|line| line.count).collect::<Vec<_>>(), [3, 3, 1]);
    assert_eq!(lines[0].prev, "");
    let verdict = verify::chain(&base.store).await.unwrap();
    assert_eq!((verdict.lines, verdict.revisions, verdict.faults.len()), (3, 7, 0), "{verdict:?}");
    assert_eq!(verdict.head, lines[2].hash);
}

pub async fn a_line_says_who_when_from_where_what_and_why(base: &Base) {
    let old = a_history(&*base.store).await;
    let line = base.store.audit(3, 1).await.unwrap().remove(0);
    let trace = &line.stamp.trace;
    assert_eq!((line.action, line.record.as_str(), trace.rev), (Action::View, old.id.as_str(), 2));
    assert_eq!([&trace.role, &trace.session, &trace.address, &trace.region], ["R03", "ab12", "10.0.0.7", "130302"]);
    write(&*base.store, 9, vec![revised(&old, 2, json!({"n": "z"}))]).await;
    let line = base.store.audit(5, 1).await.unwrap().remove(0);
    assert_eq!((line.stamp.trace.rev, line.stamp.trace.region.as_str()), (3, "130302"), "the line of one record names its revision");
}

/// Every kind of tampering with what is there, with the words that tell it and the way back.
pub async fn tampering_is_found_at_its_place(base: &Base) {
    let old = a_history(&*base.store).await;
    assert_eq!(faults(&base.store, &[]).await, Vec::<String>::new(), "untouched");
    let id = &old.id;
    let line = |set: &str, seq: i64| format!("UPDATE audit SET {set} WHERE seq = {seq}");
    let cases: Vec<(&str, String, String, &str)> = vec![
        ("a reason", line("reason = '伪造'", 2), line("reason = '首次填报'", 2), "第2条审计记录被改动"),
        ("an account", line("actor = 'li'", 4), line("actor = 'zhang'", 4), "第4条审计记录被改动"),
        ("an address", line("address = '10.0.0.8'", 4), line("address = '10.0.0.7'", 4), "第4条审计记录被改动"),
        ("a time", line("at = 3", 5), line("at = 5", 5), "第5条审计记录被改动"),
        ("a trace taken away", line("rev = 0", 5), line("rev = 2", 5), "第5条审计记录被改动"),
        ("separators in a value", line("reason = 'a\u{1f}b\u{1e}c'", 3), line("reason = '首次填报'", 3), "第3条审计记录被改动"),
        (
            "a document",
            format!(r#"UPDATE rec_exam SET data = '{{"n":"E"}}' WHERE id = '{id}'"#),
            format!(r#"UPDATE rec_exam SET data = '{{"n":"e"}}' WHERE id = '{id}'"#),
            "第2条写入的“exam”记录被改动",
        ),
        (
            "history",
            format!(r#"UPDATE his_exam SET data = '{{"n":"A"}}' WHERE id = '{id}'"#),
            format!(r#"UPDATE his_exam SET data = '{{"n":"a"}}' WHERE id = '{id}'"#),
            "第1条写入的“exam”记录被改动",
        ),
        (
            "whose record it is",
            format!("UPDATE rec_exam SET owner = 'x' WHERE id = '{id}'"),
            format!("UPDATE rec_exam SET owner = '{}' WHERE id = '{id}'", "e".repeat(32)),
            "第2条写入的“exam”记录被改动",
        ),
        (
            "hidden as retracted",
            format!("UPDATE rec_exam SET retracted = 1 WHERE id = '{id}'"),
            format!("UPDATE rec_exam SET retracted = 0 WHERE id = '{id}'"),
            "第2条写入的“exam”记录被改动",
        ),
        (
            "an earlier saving time",
            format!("UPDATE rec_exam SET recorded_from = 1 WHERE id = '{id}'"),
            format!("UPDATE rec_exam SET recorded_from = 2 WHERE id = '{id}'"),
            "保存时间被改动",
        ),
        (
            "moved to another commit",
            "UPDATE rec_exam SET commit_seq = 2 WHERE commit_seq = 3".into(),
            "UPDATE rec_exam SET commit_seq = 3 WHERE commit_seq = 2 AND ord = 1 AND rev = 1".into(),
            "第3条写入的“exam”记录应有 1 个版本，实有 0：被删除",
        ),
        (
            "a commit that is none",
            "UPDATE rec_exam SET commit_seq = 4 WHERE commit_seq = 3".into(),
            "UPDATE rec_exam SET commit_seq = 3 WHERE commit_seq = 4".into(),
            "（提交号4）没有对应的审计记录",
        ),
        ("the head of the chain", "UPDATE chain SET seq = 4".into(), "UPDATE chain SET seq = 5".into(), "还有第5条"),
        (
            "the head's hash",
            "UPDATE chain SET hash = 'x'".into(),
            format!("UPDATE chain SET hash = '{}'", head(base).await.hash),
            "链头摘要与最后一条（第5条）不符",
        ),
    ];
    for (why, harm, mend, words) in cases {
        assert_eq!(base.tamper(&harm).await, 1, "{why}");
        let found = faults(&base.store, &[]).await;
        assert!(found.iter().any(|fault| fault.contains(words)), "{why}: {found:?}");
        assert_eq!(base.tamper(&mend).await, 1, "{why}, back");
        assert_eq!(faults(&base.store, &[]).await, Vec::<String>::new(), "{why}, back");
    }
}

async fn head(base: &Base) -> Head {
    signed_head::now(&*base.store).await.unwrap().unwrap()
}

pub async fn deleted_exchanged_and_inserted_lines_are_found(base: &Base) {
    a_history(&*base.store).await;
    let columns =
        "at, actor, reason, source, action, kind, record, count, digest, prev, hash, partitions, role, session, address, region, rev";
    base.tamper("UPDATE audit SET seq = 99 WHERE seq = 4").await;
    base.tamper("UPDATE audit SET seq = 4 WHERE seq = 5").await;
    base.tamper("UPDATE audit SET seq = 5 WHERE seq = 99").await;
    let found = faults(&base.store, &[]).await;
    assert!(found.iter().any(|fault| fault.contains("第4条与上一条不衔接")), "exchanged: {found:?}");
    base.tamper("UPDATE audit SET seq = 99 WHERE seq = 4").await;
    base.tamper("UPDATE audit SET seq = 4 WHERE seq = 5").await;
    base.tamper("UPDATE audit SET seq = 5 WHERE seq = 99").await;
    assert_eq!(faults(&base.store, &[]).await, Vec::<String>::new(), "back");
    base.tamper(&format!("INSERT INTO audit (seq, {columns}) SELECT 6, {columns} FROM audit WHERE seq = 4")).await;
    let found = faults(&base.store, &[]).await;
    assert!(found.iter().any(|fault| fault.contains("之后还有第6条")), "inserted: {found:?}");
    base.tamper("DELETE FROM audit WHERE seq = 6").await;
    base.tamper("DELETE FROM audit WHERE seq = 4").await;
    let found = faults(&base.store, &[]).await;
    assert!(found.iter().any(|fault| fault.contains("第4条审计记录缺失")), "deleted: {found:?}");
    base.tamper("DELETE FROM audit WHERE seq = 1").await;
    let found = faults(&base.store, &[]).await;
    assert!(found.iter().any(|fault| fault.contains("第1条审计记录缺失")), "the first: {found:?}");
}

pub async fn records_that_are_deleted_or_put_in_are_found(base: &Base) {
    a_history(&*base.store).await;
    let columns = "rev, region, town, year, event_date, owner, state, retracted, recorded_from, commit_seq, search, secret, data";
    let put = |id: &str, key: &str, seq: i64| {
        let shared = columns.replace("commit_seq", &seq.to_string());
        format!("INSERT INTO rec_exam (id, key, ord, {columns}) SELECT '{id}', {key}, 7, {shared} FROM rec_exam WHERE commit_seq = 3")
    };
    let key = if base.database == crate::setup::Database::Sqlite { "x'00'" } else { "'\\x00'::bytea" };
    for (seq, words) in [(2, "应有 3 个版本，实有 4：被添加"), (77, "（提交号77）没有对应的审计记录"), (4, "（提交号4）没有对应的审计记录")]
    {
        base.tamper(&put("f", key, seq)).await;
        let found = faults(&base.store, &[]).await;
        let after_the_head = seq == 77;
        assert!(found.iter().any(|fault| fault.contains(words)), "{seq} (after the head: {after_the_head}): {found:?}");
        base.tamper("DELETE FROM rec_exam WHERE id = 'f'").await;
        assert_eq!(faults(&base.store, &[]).await, Vec::<String>::new(), "back");
    }
    base.tamper("DELETE FROM his_exam").await;
    let found = faults(&base.store, &[]).await;
    assert!(found.iter().any(|fault| fault.contains("第1条写入的“exam”记录应有 3 个版本，实有 2：被删除")), "{found:?}");
    base.tamper("DELETE FROM rec_exam WHERE commit_seq = 3").await;
    let found = faults(&base.store, &[]).await;
    assert!(found.iter().any(|fault| fault.contains("第3条写入的“exam”记录应有 1 个版本，实有 0：被删除")), "{found:?}");
}

pub async fn a_cut_or_rewritten_end_is_proved_by_a_head_that_was_kept(base: &Base) {
    a_history(&*base.store).await;
    let kept = head(base).await;
    assert_eq!(faults(&base.store, std::slice::from_ref(&kept)).await, Vec::<String>::new(), "untouched");
    base.tamper("DELETE FROM audit WHERE seq = 5").await;
    let found = faults(&base.store, &[]).await;
    assert!(found.iter().any(|fault| fault.contains("应有 5 条，实有至第 4 条：末尾被截断")), "{found:?}");
    // With the store's own head changed as well nothing inside tells any more; the head that was kept does.
    base.tamper("UPDATE chain SET seq = 4, hash = (SELECT hash FROM audit WHERE seq = 4)").await;
    assert_eq!(faults(&base.store, &[]).await, Vec::<String>::new());
    let found = faults(&base.store, std::slice::from_ref(&kept)).await;
    assert!(found.iter().any(|fault| fault.contains("末尾被截断")), "{found:?}");
    // Another fifth line in its place.
    base.store.append(Commit { action: Action::SignIn, ..commit(6, vec![]) }, "").await.unwrap();
    assert_eq!(faults(&base.store, &[]).await, Vec::<String>::new());
    let found = faults(&base.store, &[kept]).await;
    assert!(found.iter().any(|fault| fault.contains("第5条与留存的链头不符")), "{found:?}");
}

pub async fn lines_are_found_by_what_is_asked(base: &Base) {
    let old = a_history(&*base.store).await;
    let seqs = async |asked: AuditQuery| -> Vec<i64> {
        let lines = base.store.audit_page(&AuditQuery { limit: if asked.limit == 0 { 10 } else { asked.limit }, ..asked }).await.unwrap();
        lines.iter().map(|line| line.seq).collect()
    };
    let all = AuditQuery::default;
    assert_eq!(seqs(all()).await, [5, 4, 3, 2, 1], "newest first");
    assert_eq!(seqs(AuditQuery { limit: 2, before: Some(4), ..all() }).await, [3, 2]);
    assert_eq!(seqs(AuditQuery { from: Some(2), to: Some(4), ..all() }).await, [3, 2]);
    assert_eq!(seqs(AuditQuery { action: Some(Action::View), ..all() }).await, [4]);
    assert_eq!(seqs(AuditQuery { record: old.id.clone(), ..all() }).await, [5, 4]);
    assert_eq!(seqs(AuditQuery { region: "1303".into(), ..all() }).await, [5, 4, 3], "a commit of one record has its region");
    assert_eq!(seqs(AuditQuery { region: "1304".into(), ..all() }).await, Vec::<i64>::new());
    assert_eq!(seqs(AuditQuery { actor: "zhang".into(), kind: "exam".into(), ..all() }).await, [5, 4, 3, 2, 1]);
    assert_eq!(seqs(AuditQuery { actor: "li".into(), ..all() }).await, Vec::<i64>::new());
}
