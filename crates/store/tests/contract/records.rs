//! What is written is found again, as it was, with its whole history.

use crate::sample::*;
use crate::setup::Base;
use serde_json::json;
use zhijian_records::port::{Commit, LookupHit, NewRevision, StoreError};

pub async fn a_record_is_found_as_it_was_written(base: &Base) {
    let new = exam("K1", json!({"n": "K1", "score": 7.5}));
    let seq = write(&*base.store, 100, vec![new.clone()]).await;
    let found = base.store.find("exam", &new.id).await.unwrap().unwrap();
    assert_eq!((found.kind.as_str(), &found.id, found.rev, found.commit), ("exam", &new.id, 1, seq));
    assert_eq!((&found.region, &found.town, found.year, &found.event_date), (&new.region, &new.town, new.year, &new.event_date));
    assert_eq!((&found.owner, &found.state, found.key), (&new.owner, &new.state, new.key));
    assert_eq!((&found.data, &found.secret, found.retracted), (&new.data, &new.secret, false));
    assert_eq!((found.recorded_from, found.recorded_to), (100, None));
}

pub async fn absence_is_an_answer(base: &Base) {
    let store = &base.store;
    assert_eq!(store.find("exam", &id()).await.unwrap(), None);
    assert_eq!(store.history("exam", &id()).await.unwrap(), vec![]);
    assert_eq!(store.find_by_keys("exam", &[key("nobody")]).await.unwrap(), vec![]);
    assert_eq!(store.find_by_keys("exam", &[]).await.unwrap(), vec![]);
    assert_eq!(store.lookup("exam", "no", &["nobody".into()]).await.unwrap(), vec![]);
    assert_eq!(store.of_commit("exam", 9).await.unwrap(), vec![]);
    assert_eq!(store.partitions().await.unwrap(), vec![]);
    assert!(store.query(&exams()).await.unwrap().rows.is_empty());
    assert_eq!(store.count(&exams(), 10).await.unwrap(), 0);
    assert_eq!(store.count_by(&exams(), &field("result")).await.unwrap(), vec![]);
    assert!(store.events(0, 10).await.unwrap().is_empty());
    assert!(store.audit(0, 10).await.unwrap().is_empty());
    assert_eq!(store.position("lake").await.unwrap(), 0);
}

pub async fn history_keeps_every_revision(base: &Base) {
    let first = exam("K1", named("一"));
    write(&*base.store, 100, vec![first.clone()]).await;
    let second = NewRevision { state: "accepted".into(), ..revised(&first, 1, named("二")) };
    write(&*base.store, 200, vec![sealed(second)]).await;
    write(&*base.store, 300, vec![revised(&first, 2, named("三"))]).await;
    let history = base.store.history("exam", &first.id).await.unwrap();
    let seen: Vec<_> = history.iter().map(|row| (row.rev, name(row), row.recorded_from, row.recorded_to, row.commit)).collect();
    assert_eq!(
        seen,
        [(1, "一".to_owned(), 100, Some(200), 1), (2, "二".to_owned(), 200, Some(300), 2), (3, "三".to_owned(), 300, None, 3)]
    );
    assert_eq!(history[1].state, "accepted");
    assert_eq!(base.store.find("exam", &first.id).await.unwrap().unwrap(), history[2]);
}

pub async fn as_of_shows_what_was_newest_then(base: &Base) {
    let store = &*base.store;
    let record = exam("K1", named("old"));
    write(store, 100, vec![record.clone()]).await;
    write(store, 200, vec![revised(&record, 1, named("new")), exam("K2", named("other"))]).await;
    let rows: &[(&str, Option<i64>, &[&str])] = &[
        ("before anything was known", Some(99), &[]),
        ("from the instant of writing on", Some(100), &["old"]),
        ("until just before the next", Some(199), &["old"]),
        ("at the next", Some(200), &["new", "other"]),
        ("now", None, &["new", "other"]),
    ];
    for (why, as_of, expected) in rows {
        let query = zhijian_records::port::Query { as_of: *as_of, ..exams() };
        assert_eq!(names(store, &query).await, *expected, "{why}");
        assert_eq!(store.count(&query, 10).await.unwrap(), expected.len() as u64, "{why}");
    }
    let searched = zhijian_records::port::Query { as_of: Some(150), search: vec![vec!["K1".into()]], ..exams() };
    assert_eq!(names(store, &searched).await, ["old"], "search works as of an instant");
}

pub async fn a_clock_that_is_set_back_leaves_one_newest_revision_at_any_instant(base: &Base) {
    let store = &*base.store;
    let record = exam("K1", named("1"));
    write(store, 100, vec![record.clone()]).await;
    write(store, 50, vec![revised(&record, 1, named("2"))]).await;
    write(store, 120, vec![revised(&record, 2, named("3"))]).await;
    for (as_of, expected) in [(70, vec![]), (100, vec!["2"]), (119, vec!["2"]), (120, vec!["3"])] {
        let query = zhijian_records::port::Query { as_of: Some(as_of), ..exams() };
        assert_eq!(names(store, &query).await, expected, "as of {as_of}");
    }
}

pub async fn records_are_found_by_natural_key(base: &Base) {
    let records: Vec<_> = (0..5).map(|n| exam(&format!("K{n}"), named(&n.to_string()))).collect();
    write(&*base.store, 1, records.clone()).await;
    let asked = [key("K3"), key("K1"), key("nobody"), key("K3")];
    let found = base.store.find_by_keys("exam", &asked).await.unwrap();
    let ids: Vec<_> = found.iter().map(|row| row.id.clone()).collect();
    assert_eq!(ids, [records[1].id.clone(), records[3].id.clone()]);
    let many: Vec<_> = (0..1000).map(|n| key(&format!("K{n}"))).collect();
    assert_eq!(base.store.find_by_keys("exam", &many).await.unwrap().len(), 5);
}

pub async fn references_find_records_by_their_ways(base: &Base) {
    let store = &*base.store;
    let mut first = exam("K1", named("1"));
    first.lookups = vec![("uscc".into(), "U1".into()), ("name".into(), "同名公司".into()), ("name".into(), "同名公司".into())];
    let mut second = exam("K2", named("2"));
    second.lookups = vec![("uscc".into(), "U2".into()), ("name".into(), "同名公司".into())];
    write(store, 1, vec![first.clone(), second.clone()]).await;
    let hit = |value: &str, record: &NewRevision| LookupHit {
        value: value.into(),
        id: record.id.clone(),
        region: record.region.clone(),
        town: record.town.clone(),
        owner: record.owner.clone(),
    };
    let values = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
    assert_eq!(store.lookup("exam", "uscc", &values(&["U2", "U1", "U9"])).await.unwrap(), [hit("U1", &first), hit("U2", &second)]);
    assert_eq!(store.lookup("exam", "name", &values(&["同名公司"])).await.unwrap(), [hit("同名公司", &first), hit("同名公司", &second)]);
    assert_eq!(store.lookup("exam", "name", &values(&["U1"])).await.unwrap(), [], "a value counts in its own way only");
    assert_eq!(store.lookup("employer", "uscc", &values(&["U1"])).await.unwrap(), [], "and in its own kind only");
    assert_eq!(store.lookup("exam", "uscc", &[]).await.unwrap(), []);
}

pub async fn lookup_keys_are_replaced_with_the_record(base: &Base) {
    let store = &*base.store;
    let mut record = exam("K1", named("1"));
    record.lookups = vec![("name".into(), "旧名".into())];
    write(store, 1, vec![record.clone()]).await;
    let mut renamed = revised(&record, 1, named("2"));
    renamed.lookups = vec![("name".into(), "新名".into())];
    write(store, 2, vec![renamed.clone()]).await;
    assert_eq!(store.lookup("exam", "name", &["旧名".into()]).await.unwrap(), []);
    assert_eq!(store.lookup("exam", "name", &["新名".into()]).await.unwrap().len(), 1);
    let retracted = NewRevision { retracted: true, ..revised(&renamed, 2, named("3")) };
    write(store, 3, vec![retracted]).await;
    assert_eq!(store.lookup("exam", "name", &["新名".into()]).await.unwrap(), [], "a retracted record is not referred to");
}

pub async fn retracted_records_are_kept_but_not_shown(base: &Base) {
    let store = &*base.store;
    let (kept, gone) = (exam("K1", named("kept")), exam("K2", named("gone")));
    write(store, 100, vec![kept, gone.clone()]).await;
    write(store, 200, vec![NewRevision { retracted: true, ..revised(&gone, 1, named("gone")) }]).await;
    assert_eq!(names(store, &exams()).await, ["kept"]);
    assert_eq!(store.count(&exams(), 10).await.unwrap(), 1);
    assert_eq!(store.count_by(&exams(), &field("n")).await.unwrap(), [("kept".to_owned(), 1)]);
    let then = zhijian_records::port::Query { as_of: Some(150), ..exams() };
    assert_eq!(names(store, &then).await, ["kept", "gone"], "it was there then");
    assert!(store.find("exam", &gone.id).await.unwrap().unwrap().retracted);
    assert_eq!(store.find_by_keys("exam", &[gone.key]).await.unwrap().len(), 1, "the door finds it by its key");
    assert_eq!(store.history("exam", &gone.id).await.unwrap().len(), 2);
}

pub async fn a_document_keeps_its_exact_text(base: &Base) {
    let data = r#"{"z": 1.0,  "a":"\u4e2d\"'%_\\", "n":1e2, "a":2, "big":12345678901234567890}"#;
    let new = sealed(NewRevision { data: data.into(), ..exam("K1", json!({})) });
    let seq = write(&*base.store, 1, vec![new.clone()]).await;
    assert_eq!(base.store.find("exam", &new.id).await.unwrap().unwrap().data, data);
    let digest = zhijian_records::audit::stored_digest(&base.store.of_commit("exam", seq).await.unwrap(), "2:");
    assert_eq!(base.store.audit(0, 1).await.unwrap()[0].digest, digest, "the chain hashes the text");
}

pub async fn chinese_text_survives_everywhere(base: &Base) {
    let store = &*base.store;
    let mut new = exam("秦皇岛市第一医院", json!({"n": "矽肺壹期", "名": "𠮷"}));
    new.state = "已受理".into();
    new.lookups = vec![("名称".into(), "秦皇岛𠮷公司".into())];
    let new = sealed(new);
    let commit = Commit {
        stamp: zhijian_records::port::Stamp { reason: "补报".into(), ..commit(1, vec![]).stamp },
        ..commit(1, vec![new.clone()])
    };
    store.append(commit, &new.id).await.unwrap();
    let found = store.find("exam", &new.id).await.unwrap().unwrap();
    assert_eq!((found.data, found.state.as_str()), (new.data.clone(), "已受理"));
    assert_eq!(store.lookup("exam", "名称", &["秦皇岛𠮷公司".into()]).await.unwrap().len(), 1);
    let query = zhijian_records::port::Query { search: vec![vec!["第一".into()]], ..exams() };
    assert_eq!(names(store, &query).await, ["矽肺壹期"]);
    let line = store.audit(0, 1).await.unwrap().remove(0);
    assert_eq!((line.stamp.reason.as_str(), line.record.as_str()), ("补报", new.id.as_str()));
}

pub async fn an_unknown_kind_is_a_bad_query(base: &Base) {
    let store = &*base.store;
    let refused = |error: StoreError| assert!(matches!(error, StoreError::BadQuery(_)), "{error:?}");
    refused(store.find("nothing", &id()).await.unwrap_err());
    refused(store.lookup("nothing", "no", &[]).await.unwrap_err());
    refused(store.query(&zhijian_records::port::Query { kind: "exam; drop".into(), ..exams() }).await.unwrap_err());
    refused(store.append(Commit { kind: "nothing".into(), ..commit(1, vec![exam("K1", json!({}))]) }, "").await.unwrap_err());
    assert!(store.audit(0, 10).await.unwrap().is_empty());
}
