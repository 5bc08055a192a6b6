//! Paging, sorting and counting.

use crate::sample::*;
use crate::setup::Base;
use serde_json::{Value, json};
use zhijian_records::port::{Column, NewRevision, Query, Store, StoreError, Stored};

/// Follows the cursors to the end.
async fn all_pages(store: &dyn Store, query: &Query) -> Vec<Stored> {
    let mut rows = Vec::new();
    let mut cursor = None;
    loop {
        let page = store.query(&Query { cursor, ..query.clone() }).await.unwrap();
        assert!(page.rows.len() <= query.limit as usize);
        rows.extend(page.rows);
        cursor = page.next;
        if cursor.is_none() {
            return rows;
        }
    }
}

/// 23 records with few different values, some without any.
async fn ties_and_blanks(store: &dyn Store) -> Vec<NewRevision> {
    let data = |n: i32| match n % 6 {
        0 => json!({"n": n.to_string()}),
        1 => json!({"n": n.to_string(), "score": null, "result": null}),
        2 => json!({"n": n.to_string(), "score": -1.5, "result": ""}),
        3 => json!({"n": n.to_string(), "score": 10, "result": "b"}),
        4 => json!({"n": n.to_string(), "score": 0.1 + 0.2, "result": "é"}),
        _ => json!({"n": n.to_string(), "score": 10, "result": "B"}),
    };
    let records: Vec<_> = (0..23)
        .map(|n| {
            let mut record = exam(&n.to_string(), data(n));
            record.year = 2020 + n % 3;
            record.event_date = if n % 4 == 0 { String::new() } else { format!("202{}-01-01", n % 3) };
            record.owner = if n % 5 == 0 { String::new() } else { (n % 5).to_string() };
            sealed(record)
        })
        .collect();
    write(store, 100, records.clone()).await;
    records
}

async fn check_pages(store: &dyn Store, sort: &Column, as_of: Option<i64>, key: impl Fn(&Stored) -> String) {
    for descending in [false, true] {
        let whole = Query { sort: sort.clone(), descending, as_of, ..exams() };
        let expected = store.query(&whole).await.unwrap();
        assert_eq!(expected.next, None);
        assert_eq!(expected.rows.len(), 23);
        let keys: Vec<_> = expected.rows.iter().map(|row| (key(row), row.id.clone())).collect();
        let mut sorted = keys.clone();
        sorted.sort();
        if descending {
            sorted.reverse();
        }
        assert_eq!(keys, sorted, "{sort:?} descending {descending}");
        for limit in [1, 2, 5, 22, 23] {
            let paged = all_pages(store, &Query { limit, ..whole.clone() }).await;
            assert_eq!(paged, expected.rows, "{sort:?} descending {descending} limit {limit}");
        }
    }
}

fn value(row: &Stored, name: &str) -> Value {
    serde_json::from_str::<Value>(&row.data).unwrap()[name].clone()
}

pub async fn pages_give_each_row_exactly_once_over_ties_and_blanks(base: &Base) {
    ties_and_blanks(&*base.store).await;
    // Rows without a value come first, then the others.
    let text = |row: &Stored| value(row, "result").as_str().map(|text| format!("1{text}")).unwrap_or_default();
    check_pages(&*base.store, &field("result"), None, text).await;
    let score = |row: &Stored| value(row, "score").as_f64().map(|score| format!("1{:06.1}", score + 100.0)).unwrap_or_default();
    check_pages(&*base.store, &number("score"), None, score).await;
    check_pages(&*base.store, &field("nobody.has.it"), None, |_| String::new()).await;
}

pub async fn pages_of_system_columns_give_each_row_exactly_once(base: &Base) {
    ties_and_blanks(&*base.store).await;
    check_pages(&*base.store, &system("id"), None, |_| String::new()).await;
    check_pages(&*base.store, &system("year"), None, |row| row.year.to_string()).await;
    check_pages(&*base.store, &system("event_date"), None, |row| row.event_date.clone()).await;
    check_pages(&*base.store, &system("owner"), None, |row| row.owner.clone()).await;
    check_pages(&*base.store, &system("recorded_from"), None, |_| String::new()).await;
}

pub async fn pages_as_of_an_instant_give_each_row_exactly_once(base: &Base) {
    let records = ties_and_blanks(&*base.store).await;
    let later = records.iter().step_by(2).map(|record| revised(record, 1, json!({"n": "later", "result": "z"}))).collect();
    write(&*base.store, 200, later).await;
    let text = |row: &Stored| value(row, "result").as_str().map(|text| format!("1{text}")).unwrap_or_default();
    check_pages(&*base.store, &field("result"), Some(150), text).await;
    check_pages(&*base.store, &field("result"), None, text).await;
}

pub async fn a_cursor_of_another_query_is_refused(base: &Base) {
    ties_and_blanks(&*base.store).await;
    let query = Query { limit: 2, sort: field("result"), ..exams() };
    let cursor = base.store.query(&query).await.unwrap().next;
    assert!(cursor.is_some());
    let other_scope = zhijian_records::port::Scope { regions: vec!["13".into()], ..Default::default() };
    let rows: &[(&str, Query, bool)] = &[
        ("the same query", query.clone(), true),
        ("another page length is the same list", Query { limit: 9, ..query.clone() }, true),
        ("another order", Query { descending: true, ..query.clone() }, false),
        ("another sort column", Query { sort: number("result"), ..query.clone() }, false),
        ("another filter", Query { filters: vec![filter(field("n"), zhijian_records::port::Op::Eq, "1")], ..query.clone() }, false),
        ("another search", Query { search: vec![vec!["1".into()]], ..query.clone() }, false),
        ("another instant", Query { as_of: Some(1), ..query.clone() }, false),
        ("another scope", Query { scope: other_scope, ..query.clone() }, false),
        ("another kind", Query { kind: "employer".into(), ..query.clone() }, false),
    ];
    for (why, query, good) in rows {
        let page = base.store.query(&Query { cursor: cursor.clone(), ..query.clone() }).await;
        assert_eq!(page.is_ok(), *good, "{why}: {page:?}");
    }
    for broken in ["", "x", "e30", "字"] {
        let page = base.store.query(&Query { cursor: Some(broken.into()), ..query.clone() }).await;
        assert!(matches!(page, Err(StoreError::BadQuery(_))), "{broken}: {page:?}");
    }
}

pub async fn numbers_sort_as_numbers_and_texts_by_code_point(base: &Base) {
    let values = [json!(9), json!(10), json!(-2.5), json!(1e3), json!(0.1)];
    let records = values.iter().map(|value| exam(&value.to_string(), json!({"n": value.to_string(), "v": value, "t": value.to_string()})));
    write(&*base.store, 1, records.collect()).await;
    let sorted = async |sort| names(&*base.store, &Query { sort, ..exams() }).await;
    assert_eq!(sorted(number("v")).await, ["-2.5", "0.1", "9", "10", "1000.0"]);
    assert_eq!(sorted(field("t")).await, ["-2.5", "0.1", "10", "1000.0", "9"]);
    let texts = ["a", "B", "_", "中", "é", "Z", "1"];
    write(&*base.store, 2, texts.iter().map(|text| exam(text, json!({"n": text, "x": text}))).collect()).await;
    let query = Query { sort: field("x"), filters: vec![filter(field("x"), zhijian_records::port::Op::Gte, "")], ..exams() };
    assert_eq!(names(&*base.store, &query).await, ["1", "B", "Z", "_", "a", "é", "中"]);
}

pub async fn counts_stop_at_the_limit(base: &Base) {
    ties_and_blanks(&*base.store).await;
    for (at_most, expected) in [(0, 0), (5, 5), (23, 23), (24, 23), (u64::MAX, 23)] {
        assert_eq!(base.store.count(&exams(), at_most).await.unwrap(), expected);
    }
    let query = Query { limit: 1, cursor: Some("ignored".into()), ..exams() };
    assert_eq!(base.store.count(&query, 100).await.unwrap(), 23);
}

pub async fn values_are_counted_largest_first(base: &Base) {
    ties_and_blanks(&*base.store).await;
    let text = |pairs: &[(&str, u64)]| pairs.iter().map(|(value, number)| ((*value).to_owned(), *number)).collect::<Vec<_>>();
    let by = async |column| base.store.count_by(&exams(), &column).await.unwrap();
    assert_eq!(by(field("result")).await, text(&[("", 12), ("b", 4), ("é", 4), ("B", 3)]), "absent, null and empty are one");
    assert_eq!(by(number("score")).await[0], ("".to_owned(), 8));
    assert_eq!(by(system("year")).await, text(&[("2020", 8), ("2021", 8), ("2022", 7)]));
    assert_eq!(by(system("region")).await, text(&[("130302", 23)]));
    let many = (0..300).map(|n| exam(&format!("many{n}"), json!({"many": n.to_string()}))).collect();
    write(&*base.store, 1, many).await;
    assert_eq!(by(field("many")).await.len(), 200);
}

pub async fn no_limit_means_no_rows(base: &Base) {
    ties_and_blanks(&*base.store).await;
    let page = base.store.query(&Query { limit: 0, ..exams() }).await.unwrap();
    assert!(page.rows.is_empty() && page.next.is_none());
}
