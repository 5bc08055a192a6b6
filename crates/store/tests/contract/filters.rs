//! Filters and search select the same rows in both databases.

use crate::sample::*;
use crate::setup::Base;
use serde_json::json;
use zhijian_records::port::{Column, Op, Query, Store, StoreError};

async fn select(store: &dyn Store, column: Column, op: Op, value: &str) -> Vec<String> {
    let query = Query { filters: vec![filter(column, op, value)], ..exams() };
    let found = names(store, &query).await;
    assert_eq!(store.count(&query, 1000).await.unwrap(), found.len() as u64);
    found
}

pub async fn each_comparison_selects_what_it_says(base: &Base) {
    let record = |n: &str, result: &str, score: f64, year: i32| {
        let mut record = exam(n, json!({"n": n, "result": result, "score": score}));
        record.year = year;
        record
    };
    write(
        &*base.store,
        1,
        vec![record("a", "pass", 9.0, 2020), record("b", "passed", 10.0, 2021), record("c", "", 10.5, 2022), exam("d", json!({"n": "d"}))],
    )
    .await;
    let rows: &[(Column, Op, &str, &[&str])] = &[
        (field("result"), Op::Eq, "pass", &["a"]),
        (field("result"), Op::In, "pass,passed, x", &["a", "b"]),
        (field("result"), Op::Prefix, "pass", &["a", "b"]),
        (field("result"), Op::Prefix, "", &["a", "b", "c"]),
        (field("result"), Op::Contains, "ssed", &["b"]),
        (field("result"), Op::Gte, "pass", &["a", "b"]),
        (field("result"), Op::Lte, "pass", &["a", "c"]),
        (field("result"), Op::Empty, "", &["c", "d"]),
        (number("score"), Op::Eq, "10", &["b"]),
        (number("score"), Op::In, "9,10.5", &["a", "c"]),
        (number("score"), Op::Gte, "10", &["b", "c"]),
        (number("score"), Op::Lte, "9.9", &["a"]),
        (number("score"), Op::Empty, "", &["d"]),
        (system("year"), Op::Eq, "2021", &["b"]),
        (system("year"), Op::In, "2020,2021", &["a", "b"]),
        (system("year"), Op::Gte, "2022", &["c", "d"]),
        (system("event_date"), Op::Prefix, "2024-03", &["a", "b", "c", "d"]),
        (system("region"), Op::Prefix, "1304", &[]),
        (system("state"), Op::Contains, "mit", &["a", "b", "c", "d"]),
        (system("owner"), Op::Empty, "", &[]),
        (system("recorded_from"), Op::Lte, "0", &[]),
    ];
    for (column, op, value, expected) in rows {
        assert_eq!(select(&*base.store, column.clone(), *op, value).await, *expected, "{column:?} {op:?} {value}");
    }
    let both = Query { filters: vec![filter(field("result"), Op::Prefix, "pass"), filter(number("score"), Op::Gte, "9.5")], ..exams() };
    assert_eq!(names(&*base.store, &both).await, ["b"], "all filters must hold");
}

pub async fn arrays_contain_codes_and_texts_contain_fragments(base: &Base) {
    let records = [
        exam("a", json!({"n": "a", "hazards": ["1", "12"]})),
        exam("b", json!({"n": "b", "hazards": ["2"]})),
        exam("c", json!({"n": "c", "hazards": []})),
        exam("d", json!({"n": "d", "hazards": "112"})),
        exam("e", json!({"n": "e"})),
        exam("f", json!({"n": "f", "hazards": [2, null, true]})),
        exam("g", json!({"n": "g", "deep": {"hazards": ["2"]}})),
    ];
    write(&*base.store, 1, records.into()).await;
    let rows: &[(&str, &str, Op, &str, &[&str])] = &[
        ("an element is equal, not similar; a text has a fragment", "hazards", Op::Contains, "1", &["a", "d"]),
        ("numbers in arrays as well", "hazards", Op::Contains, "2", &["b", "d", "f"]),
        ("not the JSON around them", "hazards", Op::Contains, "\"", &[]),
        ("nested", "deep.hazards", Op::Contains, "2", &["g"]),
        ("an empty array is empty", "hazards", Op::Empty, "", &["c", "e", "g"]),
    ];
    for (why, path, op, value, expected) in rows {
        assert_eq!(select(&*base.store, field(path), *op, value).await, *expected, "{why}");
    }
}

pub async fn nothing_in_a_value_is_a_wildcard_or_ends_a_text(base: &Base) {
    let odd = [
        "100%",
        "1000",
        "a_b",
        "axb",
        "O'Neill",
        "\"quoted\"",
        "back\\slash",
        "x; DROP TABLE rec_exam; --",
        "$1",
        "{}",
        "中%文",
        "Abc",
        "abc",
    ];
    let records = odd.iter().map(|text| {
        let mut record = exam(text, json!({"n": text, "codes": [text]}));
        record.search = (*text).to_owned();
        record.owner = (*text).to_owned();
        record
    });
    write(&*base.store, 1, records.collect()).await;
    for text in odd {
        for op in [Op::Eq, Op::Prefix, Op::Contains] {
            assert_eq!(select(&*base.store, field("n"), op, text).await, [text], "{op:?}");
            assert_eq!(select(&*base.store, system("owner"), op, text).await, [text], "{op:?}");
        }
        assert_eq!(select(&*base.store, field("codes"), Op::Contains, text).await, [text]);
        let search = Query { search: vec![vec![text.into()]], ..exams() };
        assert_eq!(names(&*base.store, &search).await, [text], "search");
        let scope = zhijian_records::port::Scope { owners: vec![text.into()], ..Default::default() };
        assert_eq!(names(&*base.store, &Query { scope, ..exams() }).await, [text], "scope");
        assert_eq!(base.store.lookup("exam", "no", &[text.into()]).await.unwrap().len(), 1, "lookup");
    }
    assert_eq!(select(&*base.store, field("n"), Op::Contains, "%").await, ["100%", "中%文"]);
    assert_eq!(select(&*base.store, field("n"), Op::In, "a_b,Abc").await, ["a_b", "Abc"]);
}

pub async fn truth_values_and_nested_fields_filter_alike_in_both_databases(base: &Base) {
    let records = [
        exam("a", json!({"n": "a", "done": true, "design": {"stage": "1", "at": {"day": "2024-01-01"}}})),
        exam("b", json!({"n": "b", "done": false, "design": {"stage": "2", "cost": 5}})),
        exam("c", json!({"n": "c", "done": "true", "design": "text"})),
        exam("d", json!({"n": "d", "done": 1, "design": null})),
    ];
    write(&*base.store, 1, records.into()).await;
    let rows: &[(Column, Op, &str, &[&str])] = &[
        (field("done"), Op::Eq, "true", &["a", "c"]),
        (field("done"), Op::Eq, "false", &["b"]),
        (field("done"), Op::In, "true,1", &["a", "c", "d"]),
        (field("design.stage"), Op::Eq, "2", &["b"]),
        (field("design.at.day"), Op::Prefix, "2024", &["a"]),
        (number("design.cost"), Op::Gte, "5", &["b"]),
        (field("design.stage"), Op::Empty, "", &["c", "d"]),
    ];
    for (column, op, value, expected) in rows {
        assert_eq!(select(&*base.store, column.clone(), *op, value).await, *expected, "{column:?} {op:?} {value}");
    }
    let counted = base.store.count_by(&exams(), &field("done")).await.unwrap();
    assert_eq!(counted, [("true".to_owned(), 2), ("1".to_owned(), 1), ("false".to_owned(), 1)]);
}

pub async fn filters_that_make_no_sense_are_bad_queries(base: &Base) {
    write(&*base.store, 1, vec![exam("a", json!({}))]).await;
    let rows: &[(&str, Column, Op, &str)] = &[
        ("an unknown column", system("password"), Op::Eq, "1"),
        ("a column that is not for filtering", system("data"), Op::Eq, "1"),
        ("SQL in place of a field", field("a' OR '1'='1"), Op::Eq, "1"),
        ("no field at all", field(""), Op::Eq, "1"),
        ("a text for a number", number("score"), Op::Gte, "many"),
        ("no number at all", number("score"), Op::Eq, "NaN"),
        ("half a year", system("year"), Op::Eq, "2024.5"),
        ("one bad number among good ones", system("year"), Op::In, "2024,x"),
        ("the beginning of a number", number("score"), Op::Prefix, "1"),
        ("a part of a year", system("year"), Op::Contains, "2"),
    ];
    for (why, column, op, value) in rows {
        let query = Query { filters: vec![filter(column.clone(), *op, value)], ..exams() };
        let refused = base.store.query(&query).await;
        assert!(matches!(refused, Err(StoreError::BadQuery(_))), "{why}: {refused:?}");
        assert!(base.store.count(&query, 1).await.is_err(), "{why}");
    }
    let sort = Query { sort: system("secret"), ..exams() };
    assert!(matches!(base.store.query(&sort).await, Err(StoreError::BadQuery(_))));
    assert!(matches!(base.store.count_by(&exams(), &field("a b")).await, Err(StoreError::BadQuery(_))));
}

pub async fn search_fragments_are_alternatives_that_must_all_hold(base: &Base) {
    let record = |n: &str, search: &str| {
        let mut record = exam(n, named(n));
        record.search = search.into();
        record
    };
    write(&*base.store, 1, vec![record("a", "北方矿业 h1 h2"), record("b", "北方医院 h1 h3"), record("c", "南方矿业 h2"), record("d", "")])
        .await;
    type Fragments = &'static [&'static [&'static str]];
    let rows: &[(&str, Fragments, &[&str])] = &[
        ("no search", &[], &["a", "b", "c", "d"]),
        ("a fragment of two characters", &[&["北方"]], &["a", "b"]),
        ("both words", &[&["北方"], &["矿业"]], &["a"]),
        ("public text or hashed fragments", &[&["王五", "h1&h2"]], &["a"]),
        ("either", &[&["医院", "h2"]], &["a", "b", "c"]),
        ("nobody has it", &[&["西方"]], &[]),
        ("no alternative at all finds nothing", &[&[]], &[]),
    ];
    for (why, search, expected) in rows {
        let search = search.iter().map(|alternatives| alternatives.iter().map(|text| (*text).to_owned()).collect()).collect();
        let query = Query { search, ..exams() };
        assert_eq!(names(&*base.store, &query).await, *expected, "{why}");
        assert_eq!(base.store.count(&query, 10).await.unwrap(), expected.len() as u64, "{why}");
    }
}

pub async fn fields_of_odd_types_do_not_break_a_query(base: &Base) {
    let odd =
        [json!("text"), json!("12"), json!(12), json!(12.5), json!(true), json!(null), json!([]), json!([1]), json!({}), json!({"a": 1})];
    let records =
        odd.iter().enumerate().map(|(n, value)| exam(&n.to_string(), json!({"n": n.to_string(), "score": value, "result": value})));
    write(&*base.store, 1, records.collect()).await;
    assert_eq!(select(&*base.store, number("score"), Op::Gte, "0").await, ["2", "3"], "only numbers are numbers");
    assert_eq!(select(&*base.store, field("result"), Op::Eq, "12").await, ["1", "2"]);
    assert_eq!(select(&*base.store, field("result"), Op::Empty, "").await, ["5", "6", "8"]);
    assert_eq!(select(&*base.store, field("result.a"), Op::Eq, "1").await, ["9"]);
    assert_eq!(base.store.count_by(&exams(), &number("score")).await.unwrap().len(), 9, "the text 12 and the number are one value");
    for (sort, descending) in [(number("score"), false), (field("result"), true)] {
        let query = Query { sort, descending, ..exams() };
        assert_eq!(base.store.query(&query).await.unwrap().rows.len(), odd.len());
    }
}
