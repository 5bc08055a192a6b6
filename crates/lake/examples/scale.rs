//! How fast is the lake over many records? Generates records, rebuilds a lake from them and times every indicator.
//!
//! `cargo run --release -p zhijian-lake --example scale -- <folder> [thousand records]`
//!
//! A second run over the same folder only times the queries. `<folder>/sql/` holds each query and `<folder>/files.json` the
//! Parquet files of each table, so that another engine can be timed over the same data.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a measuring tool talks to its terminal and stops at the first surprise")]

use std::{path::Path, sync::Arc, time::Instant as Clock};

use async_trait::async_trait;
use serde_json::{Value, json};
use zhijian_kinds::Catalogue;
use zhijian_lake::{Evaluator, Lake, Params};
use zhijian_records::port::*;

const COUNTIES: [&str; 10] = ["130302", "130303", "130304", "130306", "130321", "130322", "130324", "130202", "130203", "130204"];
const YEARS: [i32; 5] = [2018, 2019, 2020, 2021, 2022];
/// Shares of the kinds, per mille of all records.
const KINDS: [(&str, u64); 9] = [
    ("employer", 20),
    ("declaration", 60),
    ("measurement", 380),
    ("exam", 300),
    ("radiation_worker", 20),
    ("dose", 80),
    ("exposed_worker", 70),
    ("training", 60),
    ("follow_up", 10),
];

/// Records made up on the way, the same ones each time.
struct Generated {
    records: u64,
}

impl Generated {
    fn of_kind(&self, kind: &str) -> u64 {
        let share = KINDS.iter().find(|(k, _)| *k == kind).map_or(0, |(_, s)| *s);
        self.records * share / 1000
    }

    /// Records of one partition.
    fn each(&self, kind: &str) -> u64 {
        self.of_kind(kind) / (COUNTIES.len() * YEARS.len()) as u64
    }

    fn document(&self, partition: &Partition, i: u64, dice: &mut Dice) -> (String, Value) {
        let employers = self.each("employer").max(1);
        let employer =
            |dice: &mut Dice| format!("employer-{}-{}-{}", partition.region, YEARS[dice.below(5) as usize], dice.below(employers));
        let person = |dice: &mut Dice, most: u64| format!("p{:07}{}", dice.below(most.max(1)), partition.region);
        let year = partition.year;
        let date = format!("{year}-{:02}-{:02}", 1 + dice.below(12), 1 + dice.below(28));
        let document = match partition.kind.as_str() {
            "employer" => json!({"name": format!("试例{}厂{i}", partition.region), "status": if dice.below(20) == 0 { "20" } else { "10" },
                "industry": dice.pick(&["3021", "0610", "3120", "2614", "8310"]), "size": dice.below(4).to_string(), "exposed_total": dice.below(30)}),
            "declaration" => {
                json!({"employer_id": employer(dice), "decl_type": dice.pick(&["1", "2", "3", "3", "3", "4"]), "declared_on": date,
                "accepted_on": date, "status": dice.pick(&["valid", "accepted", "returned", "receipted"])})
            }
            "measurement" => {
                let noise = dice.below(3) == 0;
                json!({"employer_id": employer(dice), "mon_type": if dice.below(4) == 0 { "2" } else { "4" }, "workshop": format!("{}车间", dice.below(9)),
                    "post": format!("岗位{}", dice.below(30)), "point": format!("{}#", 1 + dice.below(4)), "factor": if noise { "P001".into() } else { format!("D{:03}", 1 + dice.below(40)) },
                    "dust_kind": if noise { Value::Null } else { "total".into() }, "sample_type": if noise { "5" } else { "1" }, "sampled_on": date,
                    "sample_hours": 8, "shift_hours": 8, "week_days": 5, "result": if noise { 70.0 + dice.below(200) as f64 / 10.0 } else { dice.below(500) as f64 / 100.0 },
                    "limit": {"value": if noise { 85 } else { 4 }}, "report_no": format!("YS{year}-{i}"), "sample_no": format!("S{i}")})
            }
            "exam" => {
                json!({"employer_id": employer(dice), "id_no": person(dice, self.each("exam")), "exam_type": (1 + dice.below(4)).to_string(), "examined_on": date,
                "institution": format!("体检中心{}", dice.below(20)), "hazards": [format!("D{:03}", 1 + dice.below(40)), "P001"], "conclusion": (1 + dice.below(5)).to_string()})
            }
            "radiation_worker" => {
                json!({"employer_id": employer(dice), "id_no": format!("r{i}{}{year}", partition.region), "rad_occ": dice.pick(&["3A", "3B", "2A"]), "work_begin": date})
            }
            "dose" => {
                json!({"employer_id": employer(dice), "id_no": format!("r{}{}{}", i / 5, partition.region, YEARS[dice.below(3) as usize]),
                "period": format!("{year}Q{}", 1 + dice.below(4)), "hp10": dice.below(100) as f64 / 100.0})
            }
            "exposed_worker" => {
                json!({"employer_id": employer(dice), "id_no": person(dice, self.each("exam")), "hazards": [format!("D{:03}", 1 + dice.below(12)), "P001"],
                "noise_db": 78 + dice.below(12), "dust_grade": dice.below(3).to_string(), "exposure_started_on": date, "last_exam_on": date})
            }
            "training" => {
                json!({"employer_id": employer(dice), "id_no": person(dice, self.each("exam")), "trainee_group": "3", "trained_on": date, "hours": dice.below(10), "test_result": "pass"})
            }
            _ => {
                json!({"id_no": person(dice, self.each("follow_up")), "visited_on": date, "result": dice.pick(&["alive", "alive", "alive", "dead", "lost"])})
            }
        };
        (date, document)
    }
}

/// A small generator of numbers that look random and are the same on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        #[allow(clippy::cast_possible_truncation, reason = "an index")]
        from[self.below(from.len() as u64) as usize]
    }
}

struct Held;
impl Lease for Held {}

fn not_here<T>() -> Result<T, StoreError> {
    Err(StoreError::BadQuery("the lake does not ask this".into()))
}

#[async_trait]
impl RecordStore for Generated {
    async fn partitions(&self) -> Result<Vec<Partition>, StoreError> {
        let all =
            KINDS.iter().flat_map(|(kind, _)| COUNTIES.iter().flat_map(move |region| YEARS.iter().map(move |year| (kind, region, *year))));
        Ok(all.map(|(kind, region, year)| Partition { kind: (*kind).into(), region: (*region).into(), year }).collect())
    }
    async fn scan(&self, wanted: &Partition, after: Option<String>, limit: u32) -> Result<(Vec<Stored>, Option<String>), StoreError> {
        let from: u64 = after.and_then(|a| a.parse().ok()).unwrap_or(0);
        let end = self.each(&wanted.kind).min(from + u64::from(limit));
        let mut rows = Vec::with_capacity(limit as usize);
        for i in from..end {
            let seed = wanted
                .region
                .bytes()
                .chain(wanted.kind.bytes())
                .fold(i * 31 + wanted.year.unsigned_abs() as u64, |a, b| a.wrapping_mul(1_000_003) + u64::from(b));
            let (date, document) = self.document(wanted, i, &mut Dice(seed));
            rows.push(Stored {
                kind: wanted.kind.clone(),
                id: format!("{}-{}-{}-{i}", wanted.kind, wanted.region, wanted.year),
                rev: 1,
                region: wanted.region.clone(),
                town: format!("{}{:03}", wanted.region, i % 10),
                year: wanted.year,
                event_date: date,
                owner: String::new(),
                state: String::new(),
                key: [0; 16],
                data: document.to_string(),
                secret: Vec::new(),
                retracted: false,
                recorded_from: 1,
                recorded_to: None,
                commit: 1,
            });
        }
        Ok((rows, (end < self.each(&wanted.kind)).then(|| end.to_string())))
    }
    async fn events(&self, after: i64, _: u32) -> Result<Vec<Event>, StoreError> {
        let event = Event { seq: 1, kind: String::new(), action: Action::Import, partitions: Vec::new(), at: 1 };
        Ok(if after < 1 { vec![event] } else { Vec::new() })
    }
    async fn position(&self, _: &str) -> Result<i64, StoreError> {
        Ok(0)
    }
    async fn set_position(&self, _: &str, _: i64) -> Result<(), StoreError> {
        Ok(())
    }
    async fn lease(&self, _: &str) -> Result<Option<Box<dyn Lease>>, StoreError> {
        Ok(Some(Box::new(Held)))
    }
    async fn append(&self, _: Commit, _: &str) -> Result<Committed, StoreError> {
        not_here()
    }
    async fn find(&self, _: &str, _: &str) -> Result<Option<Stored>, StoreError> {
        not_here()
    }
    async fn history(&self, _: &str, _: &str) -> Result<Vec<Stored>, StoreError> {
        not_here()
    }
    async fn find_by_keys(&self, _: &str, _: &[KeyHash]) -> Result<Vec<Stored>, StoreError> {
        not_here()
    }
    async fn lookup(&self, _: &str, _: &str, _: &[String]) -> Result<Vec<LookupHit>, StoreError> {
        not_here()
    }
    async fn query(&self, _: &Query) -> Result<Page, StoreError> {
        not_here()
    }
    async fn count(&self, _: &Query, _: u64) -> Result<u64, StoreError> {
        not_here()
    }
    async fn count_by(&self, _: &Query, _: &Column) -> Result<Vec<(String, u64)>, StoreError> {
        not_here()
    }
    async fn audit(&self, _: i64, _: u32) -> Result<Vec<AuditLine>, StoreError> {
        not_here()
    }
    async fn of_commit(&self, _: &str, _: i64) -> Result<Vec<Stored>, StoreError> {
        not_here()
    }
    async fn setting(&self, _: &str) -> Result<Option<String>, StoreError> {
        not_here()
    }
    async fn set_setting(&self, _: &str, _: &str) -> Result<(), StoreError> {
        not_here()
    }
}

#[tokio::main]
async fn main() {
    let mut args = std::env::args().skip(1);
    let folder = args.next().unwrap_or_else(|| "target/scale".into());
    let records = args.next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(1_000) * 1_000;
    let (folder, store, catalogue) = (Path::new(&folder), Generated { records }, Catalogue::embedded());
    let lake = Arc::new(Lake::open(folder, &catalogue).unwrap());
    let started = Clock::now();
    let report = lake.refresh(&store).await.unwrap();
    if report.partitions > 0 {
        let seconds = started.elapsed().as_secs_f64();
        println!("rebuilt {records} records in {seconds:.1} s: {:.0} records/s", records as f64 / seconds);
    }
    write_files(folder, &lake, &catalogue);
    std::fs::create_dir_all(folder.join("sql")).unwrap();
    for (region, what) in [("130000", "province"), ("130302", "county")] {
        for def in catalogue.indicators.values() {
            let params = Params::new(region, 2020);
            if what == "province" {
                let sql = Evaluator::new(Arc::clone(&lake), Arc::clone(&catalogue)).sql(def, &params).unwrap();
                std::fs::write(folder.join(format!("sql/{}.sql", def.code)), sql).unwrap();
            }
            let mut times = Vec::new();
            let mut shown = String::new();
            for _ in 0..4 {
                // a new evaluator has no answers kept
                let evaluator = Evaluator::new(Arc::clone(&lake), Arc::clone(&catalogue));
                let started = Clock::now();
                shown = evaluator.indicator(def, &params).await.unwrap().display;
                times.push(started.elapsed().as_secs_f64() * 1_000.0);
            }
            times.sort_by(f64::total_cmp);
            println!("{what:9} {:6} {:8.1} ms  {shown}", def.code, times[1]);
        }
    }
}

fn write_files(folder: &Path, lake: &Lake, catalogue: &Catalogue) {
    let snapshot = lake.snapshot();
    let mut names: Vec<String> = lake.facts().iter().map(|f| f.name.clone()).collect();
    names.extend(zhijian_lake::reference::tables_of(catalogue).into_iter().map(|t| t.name));
    let files: serde_json::Map<String, Value> = names.into_iter().map(|n| (n.clone(), json!(snapshot.files_of(&n)))).collect();
    std::fs::write(folder.join("files.json"), serde_json::to_string_pretty(&files).unwrap()).unwrap();
    let columns: serde_json::Map<String, Value> = lake
        .facts()
        .iter()
        .map(|f| (f.name.clone(), json!(f.columns.iter().map(|c| (c.name.clone(), format!("{:?}", c.ty))).collect::<Vec<_>>())))
        .collect();
    std::fs::write(folder.join("columns.json"), serde_json::to_string_pretty(&columns).unwrap()).unwrap();
}
