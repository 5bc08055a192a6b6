//! Opening: again, newer, changed, at the same time. Damaged files are SQLite's own cases, below.

use crate::sample::*;
use crate::setup::{Base, Database, tables};
use serde_json::json;
use zhijian_records::port::StoreError;

pub async fn a_newer_schema_is_refused(base: &Base) {
    base.tamper("UPDATE schema_version SET version = 999").await;
    let refused = base.open_again().await.err();
    assert!(matches!(refused, Some(StoreError::TooNew { found: 999, supported: 1.. })), "{refused:?}");
}

pub async fn opening_again_finds_everything(base: &Base) {
    let record = exam("K1", json!({"n": "x"}));
    write(&*base.store, 1, vec![record.clone()]).await;
    let again = base.open_again().await.unwrap();
    assert_eq!(names(&*again, &exams()).await, ["x"]);
    write(&*again, 2, vec![revised(&record, 1, named("y"))]).await;
    assert_eq!(names(&*base.store, &exams()).await, ["y"], "two programs share one database");
    crate::audit::verify(&*base.store).await.unwrap();
}

pub async fn a_kind_that_changes_gets_its_new_indexes(base: &Base) {
    let before = base.indexes("rec_exam").await.len();
    base.open_again().await.unwrap();
    assert_eq!(base.indexes("rec_exam").await.len(), before, "nothing changes when nothing changed");
    let mut tables = tables();
    tables[0].indexes.push(field("other"));
    tables.push(zhijian_store::TableSpec { kind: "case_2".into(), indexes: vec![number("dose")] });
    let changed = zhijian_store::open(&base.url, &tables).await.unwrap();
    assert_eq!(base.indexes("rec_exam").await.len(), before + 1);
    write(&*changed, 1, vec![exam("K1", json!({}))]).await;
    let bad = zhijian_store::TableSpec { kind: "exam; DROP TABLE audit".into(), indexes: vec![] };
    assert!(matches!(zhijian_store::open(&base.url, &[bad]).await.err(), Some(StoreError::BadQuery(_))));
}

pub async fn two_programs_can_open_a_new_database_together(base: &Base) {
    let mut fresh = tables();
    for table in &mut fresh {
        table.kind.push_str("_together");
    }
    let opened: Vec<_> = (0..4)
        .map(|_| {
            let (url, tables) = (base.url.clone(), fresh.clone());
            tokio::spawn(async move { zhijian_store::open(&url, &tables).await.map(drop) })
        })
        .collect();
    for task in opened {
        task.await.unwrap().unwrap();
    }
}

/// Makes the last step of every commit fail.
async fn break_audit(base: &Base, how: &str) {
    if base.database == Database::Sqlite {
        base.tamper("CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'broken'); END").await;
        return;
    }
    base.tamper(&format!("CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {how} RETURN NEW; END $$")).await;
    base.tamper("CREATE TRIGGER broken BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION broken()").await;
}

async fn mend_audit(base: &Base) {
    base.tamper(if base.database == Database::Sqlite { "DROP TRIGGER broken" } else { "DROP TRIGGER broken ON audit" }).await;
}

pub async fn a_failure_in_the_last_step_undoes_the_whole_commit(base: &Base) {
    let store = &*base.store;
    let old = exam("K1", named("old"));
    write(store, 1, vec![old.clone()]).await;
    break_audit(base, "RAISE EXCEPTION 'broken';").await;
    let records = || vec![exam("K2", named("new")), revised(&old, 1, named("changed"))];
    for _ in 0..3 {
        let failed = store.append(commit(2, records()), "").await.err();
        assert!(matches!(failed, Some(StoreError::Failed { .. })), "{failed:?}");
    }
    assert_eq!(names(store, &exams()).await, ["old"]);
    assert_eq!(all_revisions(store).await.len(), 1);
    assert_eq!(store.lookup("exam", "no", &["K2".into()]).await.unwrap(), []);
    mend_audit(base).await;
    assert_eq!(write(store, 3, records()).await, 2);
    crate::audit::verify(store).await.unwrap();
}

/// What a server can say.
mod server {
    use super::*;
    use crate::setup::run;

    #[tokio::test]
    async fn a_commit_is_tried_again_when_the_server_asks_for_it() {
        for state in ["40001", "40P01"] {
            run(Database::Postgres, async |base| {
                // A sequence counts attempts, because it does not take part in what is undone.
                base.tamper("CREATE SEQUENCE attempts").await;
                let how = format!("IF nextval('attempts') < 4 THEN RAISE EXCEPTION USING ERRCODE = '{state}'; END IF;");
                break_audit(base, &how).await;
                let record = exam("K1", named("x"));
                assert_eq!(write(&*base.store, 1, vec![record.clone()]).await, 1);
                assert_eq!(base.store.history("exam", &record.id).await.unwrap().len(), 1);
            })
            .await;
        }
    }

    #[tokio::test]
    async fn a_commit_is_not_tried_for_ever() {
        run(Database::Postgres, async |base| {
            break_audit(base, "RAISE EXCEPTION USING ERRCODE = '40001';").await;
            let failed = base.store.append(commit(1, vec![exam("K1", json!({}))]), "").await.err();
            assert!(matches!(failed, Some(StoreError::Failed { .. })), "{failed:?}");
        })
        .await;
    }

    #[tokio::test]
    async fn a_full_disk_of_the_server_writes_nothing() {
        run(Database::Postgres, async |base| {
            break_audit(base, "RAISE EXCEPTION USING ERRCODE = '53100';").await;
            let full = base.store.append(commit(1, vec![exam("K1", json!({}))]), "").await.err();
            assert!(matches!(full, Some(StoreError::Full { .. })), "{full:?}");
            assert_eq!(base.store.count(&exams(), 10).await.unwrap(), 0);
            mend_audit(base).await;
            write(&*base.store, 1, vec![exam("K1", json!({}))]).await;
        })
        .await;
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_an_error() {
        let refused = zhijian_store::open("postgres://nobody@127.0.0.1:1/none", &tables()).await.err();
        assert!(matches!(refused, Some(StoreError::Failed { .. })), "{refused:?}");
    }
}

/// What can happen to a file.
mod file {
    use super::*;
    use sqlx::Connection;
    use std::path::Path;
    use zhijian_records::port::{Outcome, Store};

    async fn open(path: &Path) -> Result<std::sync::Arc<dyn Store>, StoreError> {
        zhijian_store::open(&format!("sqlite://{}", path.display()), &tables()).await
    }

    /// A file with some records that no program has open.
    async fn closed_file(folder: &Path) -> std::path::PathBuf {
        let path = folder.join("base.sqlite");
        let store = open(&path).await.unwrap();
        for n in 0..50 {
            let records = (0..20).map(|m| exam(&format!("{n}-{m}"), json!({"n": "x".repeat(500)}))).collect();
            write(&*store, n, records).await;
        }
        drop(store);
        // Connections that close at the same moment leave their log beside the file; one that closes alone moves it in.
        for _ in 0..100 {
            let mut last = sqlx::SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
            sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut last).await.unwrap();
            last.close().await.unwrap();
            if !folder.join("base.sqlite-wal").exists() {
                return path;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the file stays open");
    }

    fn assert_corrupt(why: &str, result: Result<impl Sized, StoreError>, path: &Path) {
        match result.err() {
            Some(StoreError::Corrupt { path: named }) => assert_eq!(named, path.display().to_string(), "{why}"),
            other => panic!("{why}: {other:?}"),
        }
    }

    #[tokio::test]
    async fn a_text_file_is_no_database() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.sqlite");
        let text = "职业健康\n".repeat(1000);
        std::fs::write(&path, &text).unwrap();
        assert_corrupt("a text file", open(&path).await, &path);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "and stays as it is");
    }

    #[tokio::test]
    async fn somebody_elses_database_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.sqlite");
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::query("CREATE TABLE customers (name TEXT)").execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        assert_corrupt("another program's tables", open(&path).await, &path);
    }

    #[tokio::test]
    async fn a_truncated_file_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = closed_file(folder.path()).await;
        let whole = std::fs::read(&path).unwrap();
        for keep in [100, 5000, whole.len() / 2, whole.len() - 4096] {
            std::fs::write(&path, &whole[..keep]).unwrap();
            assert_corrupt(&format!("{keep} bytes of {}", whole.len()), open(&path).await, &path);
        }
        std::fs::write(&path, &whole).unwrap();
        assert_eq!(open(&path).await.unwrap().count(&exams(), 10_000).await.unwrap(), 1000, "the whole file is good");
    }

    #[tokio::test]
    async fn a_damaged_page_is_noticed_when_it_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = closed_file(folder.path()).await;
        let mut bytes = std::fs::read(&path).unwrap();
        // Everything but the first page, which says where the tables are.
        bytes[4096..].fill(0x5A);
        std::fs::write(&path, &bytes).unwrap();
        assert_corrupt("garbage after the first page", open(&path).await, &path);
        bytes[..4096].fill(0x5A);
        std::fs::write(&path, &bytes).unwrap();
        assert_corrupt("garbage all over", open(&path).await, &path);
    }

    #[tokio::test]
    async fn a_full_disk_writes_nothing_and_the_store_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("base.sqlite");
        let url = format!("sqlite://{}?max_page_count=300", path.display());
        let store = zhijian_store::open(&url, &tables()).await.unwrap();
        let first = exam("first", named("first"));
        write(&*store, 1, vec![first.clone()]).await;
        let large = |n: i32| {
            let records = (0..400).map(|m| exam(&format!("{n}-{m}"), json!({"n": "x".repeat(3000)})));
            commit(2, records.chain([revised(&first, 1, named("changed"))]).collect())
        };
        for n in 0..3 {
            let full = store.append(large(n), "").await.err();
            assert!(matches!(full, Some(StoreError::Full { .. })), "{full:?}");
        }
        assert_eq!(names(&*store, &exams()).await, ["first"], "nothing is half there");
        assert_eq!(store.audit(0, 10).await.unwrap().len(), 1);
        assert_eq!(write_one(&*store, 3, exam("small", named("small"))).await, Outcome::Written { rev: 1 }, "what fits is written");
        crate::audit::verify(&*store).await.unwrap();
        let larger = open(&path).await.unwrap();
        larger.append(large(9), "").await.unwrap();
        assert_eq!(larger.count(&exams(), 1000).await.unwrap(), 402);
    }

    #[tokio::test]
    async fn a_path_with_blanks_and_chinese_in_a_new_folder_works() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("数据 目录/职健 库.sqlite");
        let store = open(&path).await.unwrap();
        write(&*store, 1, vec![exam("K1", json!({}))]).await;
        assert!(path.exists());
    }

    #[tokio::test]
    async fn an_address_that_makes_no_sense_is_refused() {
        for url in ["", "mysql://x", "sqlite::memory:", "sqlite:///tmp/x.sqlite?mode=ro", "sqlite:///tmp/x.sqlite?max_page_count=many"] {
            let refused = zhijian_store::open(url, &tables()).await.err();
            assert!(matches!(refused, Some(StoreError::BadQuery(_))), "{url}: {refused:?}");
        }
    }
}
