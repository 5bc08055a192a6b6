//! Records made up on the way, the same ones each time.

use serde_json::{Value, json};
use zhijian_records::port::*;

use super::reading;

const COUNTIES: [&str; 10] = ["130302", "130303", "130304", "130306", "130321", "130322", "130324", "130202", "130203", "130204"];
const YEARS: [i32; 5] = [2018, 2019, 2020, 2021, 2022];
/// Shares of the kinds, per mille of all records.
const SHARES: [(&str, u64); 18] = [
    ("employer", 20),
    ("declaration", 60),
    ("measurement", 370),
    ("exam", 290),
    ("radiation_worker", 20),
    ("dose", 80),
    ("exposed_worker", 70),
    ("training", 60),
    ("follow_up", 10),
    ("survey_answer", 5),
    ("training_roster", 3),
    ("inspection", 4),
    ("violation", 1),
    ("labour_contract", 2),
    ("exam_summary", 2),
    ("steward_agreement", 1),
    ("construction_project", 1),
    ("diagnosis", 1),
];
/// Kinds of which a county has a few a year, however large it is.
const FEW: [(&str, u64); 4] = [("insured_count", 1), ("survey_key", 10), ("station", 5), ("institution", 4)];

/// A store of so many records.
pub struct Generated {
    /// Records, the few of [`FEW`] left out.
    pub records: u64,
}

impl Generated {
    /// Records of one partition.
    fn each(&self, kind: &str) -> u64 {
        if let Some((_, few)) = FEW.iter().find(|(k, _)| *k == kind) {
            return *few;
        }
        let share = SHARES.iter().find(|(k, _)| *k == kind).map_or(0, |(_, s)| *s);
        self.records * share / 1000 / (COUNTIES.len() * YEARS.len()) as u64
    }

    fn document(&self, partition: &Partition, i: u64, dice: &mut Dice) -> (String, Value) {
        let year = partition.year;
        let date = format!("{year}-{:02}-{:02}", 1 + dice.below(12), 1 + dice.below(28));
        let document = match partition.kind.as_str() {
            "employer" | "declaration" | "measurement" | "exam" => self.large(partition, i, dice, &date),
            "radiation_worker" | "dose" | "exposed_worker" | "training" | "training_roster" => self.people(partition, i, dice, &date),
            "survey_key" | "survey_answer" | "station" | "institution" | "insured_count" | "follow_up" => {
                self.places(partition, i, dice, &date)
            }
            _ => self.dealings(partition, i, dice, &date),
        };
        (date, document)
    }

    fn employer(&self, partition: &Partition, dice: &mut Dice) -> String {
        let employers = self.each("employer").max(1);
        format!("employer-{}-{}-{}", partition.region, YEARS[dice.below(5) as usize], dice.below(employers))
    }

    fn person(&self, partition: &Partition, dice: &mut Dice, most: &str) -> String {
        format!("p{:07}{}", dice.below(self.each(most).max(1)), partition.region)
    }

    fn large(&self, partition: &Partition, i: u64, dice: &mut Dice, date: &str) -> Value {
        let (region, year) = (&partition.region, partition.year);
        match partition.kind.as_str() {
            "employer" => json!({"name": format!("试例{region}厂{i}"), "status": if dice.below(20) == 0 { "20" } else { "10" },
                "industry": dice.pick(&["3021", "0610", "3120", "2614", "8310"]), "size": dice.below(4).to_string(), "exposed_total": dice.below(30)}),
            "declaration" => json!({"employer_id": self.employer(partition, dice), "decl_type": dice.pick(&["1", "2", "3", "3", "3", "4"]),
                "declared_on": date, "accepted_on": date, "status": dice.pick(&["valid", "accepted", "returned", "receipted"])}),
            "measurement" => {
                let noise = dice.below(3) == 0;
                json!({"employer_id": self.employer(partition, dice), "mon_type": if dice.below(4) == 0 { "2" } else { "4" },
                    "workshop": format!("{}车间", dice.below(9)), "post": format!("岗位{}", dice.below(30)), "point": format!("{}#", 1 + dice.below(4)),
                    "factor": if noise { "P001".into() } else { format!("D{:03}", 1 + dice.below(40)) },
                    "dust_kind": if noise { Value::Null } else { "total".into() }, "sample_type": if noise { "5" } else { "1" }, "sampled_on": date,
                    "sample_hours": 8, "shift_hours": 8, "week_days": 5,
                    "result": if noise { 70.0 + dice.below(200) as f64 / 10.0 } else { dice.below(500) as f64 / 100.0 },
                    "limit": {"value": if noise { 85 } else { 4 }}, "report_no": format!("YS{year}-{i}"), "sample_no": format!("S{i}")})
            }
            _ => json!({"employer_id": self.employer(partition, dice), "id_no": self.person(partition, dice, "exam"),
                "exam_type": (1 + dice.below(4)).to_string(), "examined_on": date, "institution": format!("体检中心{}", dice.below(20)),
                "hazards": [format!("D{:03}", 1 + dice.below(40)), "P001"], "conclusion": (1 + dice.below(5)).to_string()}),
        }
    }

    fn people(&self, partition: &Partition, i: u64, dice: &mut Dice, date: &str) -> Value {
        let (region, year, employer) = (&partition.region, partition.year, self.employer(partition, dice));
        match partition.kind.as_str() {
            "radiation_worker" => {
                json!({"employer_id": employer, "id_no": format!("r{i}{region}{year}"), "rad_occ": dice.pick(&["3A", "3B", "2A"]),
                "work_begin": date})
            }
            "dose" => json!({"employer_id": employer, "id_no": format!("r{}{region}{}", i / 5, YEARS[dice.below(3) as usize]),
                "period": format!("{year}Q{}", 1 + dice.below(4)), "hp10": dice.below(100) as f64 / 100.0}),
            "exposed_worker" => json!({"employer_id": employer, "id_no": self.person(partition, dice, "exam"),
                "hazards": [format!("D{:03}", 1 + dice.below(12)), "P001"], "noise_db": 78 + dice.below(12), "dust_grade": dice.below(3).to_string(),
                "exposure_started_on": date, "last_exam_on": date}),
            "training" => {
                json!({"employer_id": employer, "id_no": self.person(partition, dice, "exam"), "trainee_group": dice.pick(&["1", "2", "3", "3", "3", "3"]),
                "trained_on": date, "hours": dice.below(20), "test_result": "pass"})
            }
            _ => {
                json!({"employer_id": employer, "id_no": self.person(partition, dice, "exam"), "trainee_group": dice.pick(&["1", "2"]), "appointed_on": date})
            }
        }
    }

    fn places(&self, partition: &Partition, i: u64, dice: &mut Dice, date: &str) -> Value {
        let (region, year) = (&partition.region, partition.year);
        match partition.kind.as_str() {
            "survey_key" => {
                json!({"survey": format!("{year}年调查"), "item": format!("K{:02}", 1 + i), "answer": nth(&["A", "B", "C", "D"], i), "knowledge": true})
            }
            "survey_answer" => {
                let answers: Vec<Value> =
                    (1..=10).map(|k| json!({"item": format!("K{k:02}"), "answer": dice.pick(&["A", "B", "C", "D"])})).collect();
                json!({"survey": format!("{year}年调查"), "questionnaire_no": format!("W{i}"), "surveyed_on": date, "key_worker": dice.below(10) > 0,
                    "industry": "3021", "employer_size": "2", "answers": answers})
            }
            "station" => {
                json!({"name": format!("康复站{i}"), "station_kind": dice.pick(&["station", "point"]), "town": format!("{region}{:03}", i), "opened_on": date,
                "status": "running"})
            }
            "institution" => {
                json!({"name": format!("医院{region}{i}"), "category": nth(&["exam", "diagnosis", "city_prevention", "exam"], i),
                "ownership": "public", "status": "valid", "level": dice.pick(&["G1", "G2"]), "filing_from": date})
            }
            "insured_count" => json!({"stat_year": year, "year_end": format!("{year}-12-31"), "insured": 100_000 + dice.below(50_000)}),
            _ => {
                json!({"id_no": self.person(partition, dice, "follow_up"), "visited_on": date, "result": dice.pick(&["alive", "alive", "alive", "dead", "lost"])})
            }
        }
    }

    fn dealings(&self, partition: &Partition, i: u64, dice: &mut Dice, date: &str) -> Value {
        let (region, year, employer) = (&partition.region, partition.year, self.employer(partition, dice));
        let number = format!("J{region}{year}-{}", dice.below(self.each("inspection").max(1)));
        match partition.kind.as_str() {
            "inspection" => {
                json!({"inspection_no": format!("J{region}{year}-{i}"), "employer_id": employer, "inspected_on": date, "hazard_present": dice.below(3) > 0,
                "result": dice.pick(&["1", "2", "3"]), "ordered_on": date, "rectify_by": format!("{year}-12-31"), "rechecked_on": date, "recheck_result": dice.pick(&["pass", "fail"])})
            }
            "violation" => {
                json!({"inspection_no": if dice.below(2) == 0 { Value::Null } else { number.into() }, "employer_id": employer, "found_on": date, "ordered_on": date,
                "filed_on": date, "closed_on": date, "case_status": dice.pick(&["closed", "closed", "decided", "withdrawn"])})
            }
            "labour_contract" => {
                let employees = 1 + dice.below(200);
                json!({"employer_id": employer, "employees": employees, "signed": dice.below(employees + 1), "counted_on": date})
            }
            "exam_summary" => {
                json!({"employer_id": employer, "summary_no": format!("Z{i}"), "summary_year": year, "examined": dice.below(60), "report_issued_on": date})
            }
            "steward_agreement" => json!({"employer_id": employer, "agreement_no": format!("G{i}"), "model": "4", "valid_from": date}),
            "construction_project" => {
                json!({"employer_id": employer, "project_name": format!("项目{i}"), "started_on": date, "production_on": date, "accepted_on": date,
                "pre_eval": {"review_date": date}, "design": {"review_date": date}, "control_eval": {"review_date": date}})
            }
            _ => {
                json!({"employer_id": employer, "report_no": format!("B{i}"), "diagnosed_on": date, "reported_on": format!("{}-28", &date[..7]), "conclusion": "1"})
            }
        }
    }
}

/// One of a few, in turn.
fn nth<'a>(from: &[&'a str], i: u64) -> &'a str {
    #[allow(clippy::cast_possible_truncation, reason = "an index")]
    from[i as usize % from.len()]
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

only_read_by_the_lake! { Generated {
    async fn partitions(&self) -> Result<Vec<Partition>, StoreError> {
        let kinds = SHARES.iter().chain(&FEW).map(|(kind, _)| *kind);
        let all = kinds.flat_map(|kind| COUNTIES.iter().flat_map(move |region| YEARS.iter().map(move |year| (kind, region, *year))));
        Ok(all.map(|(kind, region, year)| Partition { kind: kind.into(), region: (*region).into(), year }).collect())
    }
    async fn scan(&self, wanted: &Partition, after: Option<String>, limit: u32) -> Result<(Vec<Stored>, Option<String>), StoreError> {
        let from: u64 = after.and_then(|a| a.parse().ok()).unwrap_or(0);
        let end = self.each(&wanted.kind).min(from + u64::from(limit));
        let seed = wanted.region.bytes().chain(wanted.kind.bytes());
        let rows = (from..end).map(|i| {
            let seed = seed.clone().fold(i * 31 + u64::from(wanted.year.unsigned_abs()), |a, b| a.wrapping_mul(1_000_003) + u64::from(b));
            let (date, document) = self.document(wanted, i, &mut Dice(seed));
            let id = format!("{}-{}-{}-{i}", wanted.kind, wanted.region, wanted.year);
            let mut row = reading::stored(&wanted.kind, &id, &wanted.region, &date, document.to_string());
            row.town = format!("{}{:03}", wanted.region, i % 10);
            (row.year, row.recorded_from, row.commit) = (wanted.year, 1, 1);
            row
        });
        Ok((rows.collect(), (end < self.each(&wanted.kind)).then(|| end.to_string())))
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
} }
