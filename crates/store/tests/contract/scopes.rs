//! The access scope holds for rows, counts and searches alike.

use crate::sample::*;
use crate::setup::Base;
use serde_json::json;
use zhijian_records::port::{Held, NewRevision, Query, Scope, Store};

/// Records of several places and owners.
async fn places(store: &dyn Store) -> Vec<NewRevision> {
    let record = |n: &str, region: &str, town: &str, owner: &str| {
        let mut record = exam(n, json!({"n": n, "result": n}));
        record.region = region.into();
        record.town = town.into();
        record.owner = owner.into();
        record.search = "矿业".into();
        sealed(record)
    };
    let records = vec![
        record("a", "130302", "130302001", "o1"),
        record("b", "130302", "130302002", "o2"),
        record("c", "130303", "", "o1"),
        record("d", "130401", "130401001", ""),
        record("e", "140100", "", "o3"),
    ];
    write(store, 1, records.clone()).await;
    records
}

fn scope(regions: &[&str], owners: &[&str], ids: &[&str]) -> Scope {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Scope { all: false, regions: texts(regions), owners: texts(owners), ids: texts(ids), ..Scope::default() }
}

async fn check(store: &dyn Store, why: &str, scope: Scope, expected: &[&str]) {
    let query = Query { scope, ..exams() };
    assert_eq!(names(store, &query).await, expected, "{why}");
    assert_eq!(store.count(&query, 100).await.unwrap(), expected.len() as u64, "{why}: count");
    let counted: Vec<_> = store.count_by(&query, &field("result")).await.unwrap().into_iter().map(|(value, _)| value).collect();
    assert_eq!(counted, expected, "{why}: count by value");
    let searched = Query { search: vec![vec!["矿".into()]], ..query.clone() };
    assert_eq!(names(store, &searched).await, expected, "{why}: search");
    let then = Query { as_of: Some(1), ..query };
    assert_eq!(names(store, &then).await, expected, "{why}: as of an instant");
}

pub async fn an_empty_scope_sees_nothing(base: &Base) {
    places(&*base.store).await;
    check(&*base.store, "nothing", Scope::default(), &[]).await;
    check(&*base.store, "an empty prefix is not everything", scope(&[""], &[""], &[""]), &[]).await;
    check(&*base.store, "everything", everything(), &["a", "b", "c", "d", "e"]).await;
}

pub async fn a_scope_is_the_union_of_its_parts(base: &Base) {
    let records = places(&*base.store).await;
    let rows: &[(&str, Scope, &[&str])] = &[
        ("a county", scope(&["130302"], &[], &[]), &["a", "b"]),
        ("a city", scope(&["1303"], &[], &[]), &["a", "b", "c"]),
        ("a province", scope(&["13"], &[], &[]), &["a", "b", "c", "d"]),
        ("two regions", scope(&["1304", "14"], &[], &[]), &["d", "e"]),
        ("an owner", scope(&[], &["o1"], &[]), &["a", "c"]),
        ("one record", scope(&[], &[], &[&records[3].id]), &["d"]),
        ("all of these", scope(&["130303"], &["o2"], &[&records[4].id]), &["b", "c", "e"]),
        ("a region that is not there", scope(&["1305"], &[], &[]), &[]),
        ("a prefix is not a pattern", scope(&["13030_", "%"], &[], &[]), &[]),
    ];
    for (why, scope, expected) in rows {
        check(&*base.store, why, scope.clone(), expected).await;
    }
}

pub async fn counts_and_searches_stay_inside_the_scope(base: &Base) {
    places(&*base.store).await;
    // A filter, an alternative or a cursor must not open the scope.
    let query = Query {
        scope: scope(&["1304"], &["o3"], &[]),
        search: vec![vec!["矿".into(), "业".into()]],
        filters: vec![filter(field("result"), zhijian_records::port::Op::In, "a,b,c,d")],
        sort: field("result"),
        limit: 1,
        ..exams()
    };
    let page = base.store.query(&query).await.unwrap();
    assert_eq!(page.rows.iter().map(name).collect::<Vec<_>>(), ["d"]);
    assert_eq!(page.next, None);
    assert_eq!(base.store.count(&query, 10).await.unwrap(), 1);
    assert_eq!(base.store.count_by(&query, &system("region")).await.unwrap(), [("130401".to_owned(), 1)]);
}

pub async fn a_township_is_a_scope(base: &Base) {
    places(&*base.store).await;
    check(&*base.store, "a township", scope(&["130302001"], &[], &[]), &["a"]).await;
    check(&*base.store, "a township and an owner", scope(&["130302002"], &["o1"], &[]), &["a", "b", "c"]).await;
}

pub async fn a_field_is_a_scope(base: &Base) {
    places(&*base.store).await;
    let held = |value: &str, region: &str| Scope {
        fields: vec![Held { path: "result".into(), value: value.into(), region: region.into() }],
        ..Scope::default()
    };
    check(&*base.store, "a value", held("b", ""), &["b"]).await;
    check(&*base.store, "a value in its county", held("b", "130302"), &["b"]).await;
    check(&*base.store, "a value in another county", held("b", "130303"), &[]).await;
    check(&*base.store, "no value is nobody's", held("", ""), &[]).await;
    let both = Scope { fields: held("e", "").fields, ..scope(&["130303"], &[], &[]) };
    check(&*base.store, "a value or a county", both, &["c", "e"]).await;
}
