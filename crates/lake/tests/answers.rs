//! Answers on disk: what is asked again of the same files is not worked out again, and what changed is.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use common::{MemoryStore, stored};
use serde_json::json;
use zhijian_kinds::Catalogue;
use zhijian_lake::{Evaluator, Lake, Params};
use zhijian_records::port::Stored;

struct World {
    home: tempfile::TempDir,
    store: MemoryStore,
    catalogue: Arc<Catalogue>,
}

impl World {
    /// Three samples of 2020, one of them over its limit; the rate has been asked for once.
    async fn new() -> Self {
        let world = Self { home: tempfile::tempdir().unwrap(), store: MemoryStore::default(), catalogue: Catalogue::embedded() };
        world.store.commit(1, (1..=3).map(|n| sample(&format!("m{n}"), 2020, if n == 1 { 9.0 } else { 0.1 })).collect());
        world.open().refresh(&world.store).await.unwrap();
        assert_eq!(world.rate(2020).await.unwrap(), "2/3");
        world
    }

    /// The lake as a process that has just started finds it.
    fn open(&self) -> Arc<Lake> {
        Arc::new(Lake::open(self.home.path(), &self.catalogue).unwrap())
    }

    /// The pass rate (I-04) of a year to a process that has just started.
    async fn rate(&self, year: i32) -> Result<String, String> {
        let evaluator = Evaluator::new(self.open(), Arc::clone(&self.catalogue));
        let answer = evaluator.indicator(&self.catalogue.indicators["I-04"], &Params::new("130300", year)).await;
        answer.map(|a| format!("{}/{}", a.numerator.unwrap(), a.denominator.unwrap())).map_err(|e| e.to_string())
    }

    fn lake(&self) -> PathBuf {
        self.home.path().join("lake")
    }

    /// Takes away the rows of a year: who still knows the answer has not read them.
    fn lose(&self, year: i32) {
        let folder = self.lake().join(format!("measurement/region=130302/year={year}"));
        fs::remove_dir_all(folder).unwrap();
    }
}

fn sample(id: &str, year: i32, result: f64) -> Stored {
    let date = format!("{year}-03-01");
    let data = json!({"employer_id": "mine", "mon_type": "4", "workshop": "A", "post": id, "factor": "D001", "point": "1", "sample_type": "1",
        "dust_kind": "total", "sampled_on": date, "sample_hours": 8, "shift_hours": 8, "week_days": 5, "result": result, "limit": {"value": 1.0}});
    stored("measurement", id, "130302", &date, data.to_string())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).map_or_else(|_| Vec::new(), |entries| entries.map(|e| e.unwrap().path()).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_stands_after_a_restart() {
    let world = World::new().await;
    world.lose(2020);
    assert_eq!(world.rate(2020).await.unwrap(), "2/3", "nobody can have read the rows");
    world.open().forget_answers();
    assert!(world.rate(2020).await.is_err(), "forgotten, it must be worked out, and the rows are gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_another_year_leave_it_alone() {
    let world = World::new().await;
    world.store.commit(2, vec![sample("later", 2021, 0.1)]);
    world.open().refresh(&world.store).await.unwrap();
    world.lose(2020);
    assert_eq!(world.rate(2020).await.unwrap(), "2/3");
    assert_eq!(world.rate(2021).await.unwrap(), "1/1");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_its_own_year_change_it() {
    let world = World::new().await;
    world.store.commit(2, vec![sample("m1", 2020, 0.1)]);
    assert_eq!(world.rate(2020).await.unwrap(), "2/3", "figures stand up to the last refresh");
    world.open().refresh(&world.store).await.unwrap();
    assert_eq!(world.rate(2020).await.unwrap(), "3/3", "the second revision");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_answer_is_worked_out_again() {
    let world = World::new().await;
    let kept = files(&world.lake().join("answers"));
    assert!(!kept.is_empty());
    for file in kept {
        let mut answer = fs::read(&file).unwrap();
        // What a power cut may leave: the second half never reached the disk. Read without care, that is an answer of no rows.
        let half = answer.len() / 2;
        answer[half..].fill(0);
        fs::write(&file, answer).unwrap();
    }
    assert_eq!(world.rate(2020).await.unwrap(), "2/3");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lake_that_begins_anew_forgets_what_it_answered() {
    let world = World::new().await;
    fs::remove_file(world.lake().join("manifest.json")).unwrap();
    world.open().refresh(&world.store).await.unwrap();
    assert!(files(&world.lake().join("answers")).is_empty(), "files are numbered from the beginning, so names may come back");
    assert_eq!(world.rate(2020).await.unwrap(), "2/3");
}
