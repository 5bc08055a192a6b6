//! How fast a database takes and gives records: `cargo run --release -p zhijian-store --example rates -- URL [RECORDS]`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement prints its figures and stops at the first error")]

use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use std::str::FromStr;
use std::time::Instant;
use zhijian_records::audit::content_hash;
use zhijian_records::port::{Action, Column, Commit, Filter, NewRevision, Op, Outcome, Query, Scope, Stamp, Store};
use zhijian_store::TableSpec;

const A_COMMIT: usize = 1000;

fn field(path: &str) -> Column {
    Column::Field { path: path.into(), numeric: false }
}

fn specs() -> Vec<TableSpec> {
    let indexes = vec![field("conclusion"), field("kind_of"), Column::System("event_date".into()), Column::System("state".into())];
    vec![TableSpec { kind: "exam".into(), indexes }]
}

/// An exam card of about 1.1 KB with 40 items. As files come: one county and year a file of 2,000 rows, 50 of 2,000 employers.
fn card(n: usize) -> NewRevision {
    let file = n / 2000;
    let (county, year, employer) =
        (format!("13{:02}{:02}", file % 10 + 1, file / 10 % 4 + 1), 2015 + file / 40 % 10, file % 40 * 50 + n % 50);
    let items: Vec<_> = (0..40).map(|item| json!({"item": item, "value": (n * 7 + item) % 97})).collect();
    let day = format!("{year}-{:02}-{:02}", n % 12 + 1, n % 28 + 1);
    let conclusion = ["目前未见异常", "复查", "疑似职业病", "职业禁忌证"][n % 100 / 97];
    let data = json!({"exam_no": format!("TJ{n:010}"), "exam_on": day, "conclusion": conclusion, "kind_of": (n % 5).to_string(),
        "employer_name": format!("北方第{employer}矿业有限公司"), "age": 20 + n % 40, "items": items});
    let data = data.to_string();
    let secret = vec![7; 120];
    NewRevision {
        id: uuid::Uuid::now_v7().simple().to_string(),
        seen: None,
        town: format!("{county}{:03}", n % 7),
        region: county,
        year: i32::try_from(year).unwrap(),
        event_date: day,
        owner: format!("{:032x}", employer * 7919),
        state: "submitted".into(),
        key: content_hash("", "", &n.to_string(), b"")[..16].try_into().unwrap(),
        hash: content_hash("", "submitted", &data, &secret),
        data,
        secret,
        retracted: false,
        search: format!("TJ{n:010} 北方第{employer}矿业有限公司 {:08x}", n * 31),
        lookups: vec![("exam_no".into(), format!("TJ{n:010}"))],
    }
}

fn commit(revisions: Vec<NewRevision>) -> Commit {
    let stamp = Stamp {
        at: 1_700_000_000_000_000,
        actor: "system:import".into(),
        reason: String::new(),
        source: "excel".into(),
        trace: zhijian_records::port::Trace::default(),
    };
    Commit { kind: "exam".into(), action: Action::Import, stamp, revisions, skip_conflicts: true, checkpoint: None, idempotency: None }
}

/// The raw limit: ids and documents alone, in a table without an index, many rows a statement.
async fn raw(url: &str, cards: &[NewRevision]) -> f64 {
    let start = Instant::now();
    if url.starts_with("sqlite") {
        let options = SqliteConnectOptions::from_str(&format!("{url}.raw")).unwrap().create_if_missing(true);
        let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
        let mut connection = options.connect().await.unwrap();
        sqlx::query("CREATE TABLE raw (id TEXT, data TEXT)").execute(&mut connection).await.unwrap();
        for chunk in cards.chunks(A_COMMIT) {
            let mut transaction = connection.begin().await.unwrap();
            for rows in chunk.chunks(50) {
                let mut insert = sqlx::QueryBuilder::new("INSERT INTO raw (id, data) ");
                insert.push_values(rows, |mut row, card| {
                    row.push_bind(card.id.as_str()).push_bind(card.data.as_str());
                });
                insert.build().execute(&mut *transaction).await.unwrap();
            }
            transaction.commit().await.unwrap();
        }
    } else {
        let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
        sqlx::query("CREATE TABLE raw (id TEXT, data JSON)").execute(&mut connection).await.unwrap();
        for chunk in cards.chunks(A_COMMIT) {
            let ids: Vec<&str> = chunk.iter().map(|card| card.id.as_str()).collect();
            let data: Vec<&str> = chunk.iter().map(|card| card.data.as_str()).collect();
            let text = "INSERT INTO raw SELECT i, d::json FROM unnest($1::text[], $2::text[]) AS rows(i, d)";
            sqlx::query(text).bind(ids).bind(data).execute(&mut connection).await.unwrap();
        }
    }
    let rate = cards.len() as f64 / start.elapsed().as_secs_f64();
    println!("raw limit: {rate:.0} records/s");
    rate
}

async fn append(store: &dyn Store, what: &str, raw: f64, chunks: Vec<Vec<NewRevision>>) {
    let records: usize = chunks.iter().map(Vec::len).sum();
    let start = Instant::now();
    for chunk in chunks {
        let done = store.append(commit(chunk), "").await.unwrap();
        assert!(done.outcomes.iter().all(|outcome| matches!(outcome, Outcome::Written { .. })));
    }
    let rate = records as f64 / start.elapsed().as_secs_f64();
    println!("{what}: {rate:.0} records/s, {:.2} of the raw limit", rate / raw);
}

async fn ask(store: &dyn Store, what: &str, change: impl Fn(&mut Query)) {
    let mut query = Query {
        kind: "exam".into(),
        scope: Scope { regions: vec!["13".into()], ..Scope::default() },
        filters: vec![],
        search: vec![],
        sort: Column::System("event_date".into()),
        descending: true,
        cursor: None,
        limit: 50,
        as_of: None,
    };
    change(&mut query);
    let mut best = (f64::MAX, f64::MAX, f64::MAX);
    let mut found = (0, 0);
    for _ in 0..5 {
        let start = Instant::now();
        let page = store.query(&query).await.unwrap();
        best.0 = best.0.min(start.elapsed().as_secs_f64());
        let start = Instant::now();
        if page.next.is_some() {
            store.query(&Query { cursor: page.next.clone(), ..query.clone() }).await.unwrap();
        }
        best.1 = best.1.min(start.elapsed().as_secs_f64());
        let start = Instant::now();
        found = (page.rows.len(), store.count(&query, 10_000).await.unwrap());
        best.2 = best.2.min(start.elapsed().as_secs_f64());
    }
    let (page, next, count) = (best.0 * 1e3, best.1 * 1e3, best.2 * 1e3);
    println!("{what}: page {page:.1} ms, next {next:.1} ms, count {count:.1} ms ({} rows, {} counted)", found.0, found.1);
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().unwrap();
    let records: usize = arguments.next().map_or(100_000, |text| text.parse().unwrap());
    let store = zhijian_store::open(&url, &specs()).await.unwrap();
    let store = &*store;

    let cards: Vec<_> = (0..records).map(card).collect();
    let chunks: Vec<Vec<_>> = cards.chunks(A_COMMIT).map(<[_]>::to_vec).collect();
    println!("{} bytes a document, {A_COMMIT} a commit", cards[0].data.len());
    let raw = raw(&url, &cards[..records.min(50_000)]).await;
    append(store, "new", raw, chunks).await;
    let corrected = |card: &NewRevision| NewRevision { seen: Some(1), ..card.clone() };
    let chunks = cards.chunks(A_COMMIT).step_by(5).map(|chunk| chunk.iter().map(corrected).collect()).collect();
    append(store, "corrected", raw, chunks).await;
    let start = Instant::now();
    for n in 0..200 {
        store.append(commit(vec![card(records + n)]), "").await.unwrap();
    }
    println!("one a commit: {:.2} ms", start.elapsed().as_secs_f64() * 1e3 / 200.0);

    let eq = |column, value: &str| Filter { column, op: Op::Eq, value: value.into() };
    ask(store, "newest first", |_| {}).await;
    ask(store, "one county", |query| query.scope.regions = vec!["130302".into()]).await;
    ask(store, "one township", |query| query.scope.regions = vec!["130302003".into()]).await;
    ask(store, "one employer", |query| query.scope = Scope { owners: vec![format!("{:032x}", 7919)], ..Scope::default() }).await;
    ask(store, "rare value", |query| query.filters = vec![eq(field("conclusion"), "复查")]).await;
    ask(store, "common value", |query| query.filters = vec![eq(field("kind_of"), "3")]).await;
    ask(store, "no index", |query| query.filters = vec![eq(field("age"), "33")]).await;
    ask(store, "sort without index", |query| query.sort = field("exam_no")).await;
    ask(store, "search", |query| query.search = vec![vec!["第77矿".into()]]).await;
    ask(store, "search for nothing", |query| query.search = vec![vec!["没有".into()]]).await;
    let start = Instant::now();
    let all = Query { limit: 1, ..query_of_all() };
    store.count_by(&all, &field("conclusion")).await.unwrap();
    println!("count by value: {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    let partitions = store.partitions().await.unwrap();
    let start = Instant::now();
    let (rows, _) = store.scan(&partitions[0], None, 10_000).await.unwrap();
    println!("scan of a partition: {:.0} revisions/s ({})", rows.len() as f64 / start.elapsed().as_secs_f64(), rows.len());
}

fn query_of_all() -> Query {
    Query {
        kind: "exam".into(),
        scope: Scope { all: true, ..Scope::default() },
        filters: vec![],
        search: vec![],
        sort: Column::System("id".into()),
        descending: false,
        cursor: None,
        limit: 50,
        as_of: None,
    }
}
