//! What is there at the end of the base year: the register and people whose history goes on.

use crate::names::Person;
use crate::trades::{self, Trade};
use serde_json::{Map, Value};
use std::collections::HashMap;
use time::Date;
use zhijian_kinds::dates::parse_iso;

/// Kinds that [`World::take`] reads, in this order. Those marked hold private fields that are needed in clear: people go on under their number.
pub const KINDS: [(&str, bool); 7] = [
    ("employer", false),
    ("institution", false),
    ("station", false),
    ("insured_count", false),
    ("declaration", false),
    ("radiation_worker", true),
    ("follow_up", true),
];

/// An employer.
#[derive(Debug, Clone)]
pub(crate) struct Firm {
    pub uscc: String,
    pub name: String,
    /// County or zone (6 digits).
    pub county: String,
    /// Township (9 digits), or empty.
    pub town: String,
    /// GB/T 4754-2017, four digits.
    pub industry: String,
    /// List SIZE.
    pub size: String,
    pub staff: i64,
    pub exposed: i64,
    /// On the township's roster of those that should declare, or known by other records.
    pub listed: bool,
    /// Hazard factors (list HAZARD).
    pub factors: Vec<String>,
    /// Last valid declaration.
    pub declared_on: Option<Date>,
    /// Had declared by the end of the base year: other evidence of hazards than the register's own.
    pub declared_before: bool,
    /// Entry in the register; none: before the history.
    pub entered_on: Option<Date>,
    /// End of business.
    pub closed_on: Option<Date>,
}

impl Firm {
    /// What it makes.
    pub(crate) fn trade(&self) -> &'static Trade {
        trades::of(&self.industry)
    }

    /// Known to have hazards.
    pub(crate) fn hazardous(&self) -> bool {
        self.exposed > 0 || self.listed || self.declared_on.is_some()
    }

    /// In business on a day.
    pub(crate) fn open(&self, on: Date) -> bool {
        self.entered_on.is_none_or(|d| d <= on) && self.closed_on.is_none_or(|d| d > on)
    }

    /// Posts whose hazards it has declared; those of its trade when none fits.
    pub(crate) fn posts(&self) -> Vec<trades::Post> {
        let posts = self.trade().posts;
        let own: Vec<_> = posts.iter().filter(|p| self.factors.iter().any(|f| f == p.2)).copied().collect();
        if own.is_empty() { posts.to_vec() } else { own }
    }
}

/// A person on the roster of radiation workers.
#[derive(Debug, Clone)]
pub(crate) struct Badge {
    pub person: Person,
    pub uscc: String,
    pub employer: String,
    /// List RADOCC.
    pub occupation: String,
    pub since: Option<Date>,
    pub left_on: Option<Date>,
}

/// A patient with pneumoconiosis.
#[derive(Debug, Clone)]
pub(crate) struct Patient {
    pub person: Person,
    pub county: String,
    pub town: String,
    /// List PNEU.
    pub disease: String,
    pub stage: String,
    pub diagnosed_on: Option<Date>,
    pub coverage: Vec<String>,
    pub former_employer: String,
    pub alive: bool,
    /// Has a file (kind `patient`).
    pub filed: bool,
    /// Last visit.
    pub seen_on: Date,
}

/// An institution in force.
#[derive(Debug, Clone)]
pub(crate) struct Institution {
    pub name: String,
    pub uscc: String,
    /// List INSTKIND.
    pub category: String,
    pub county: String,
    pub public: bool,
    pub filing_no: String,
    pub from: Option<Date>,
    pub to: Option<Date>,
}

impl Institution {
    /// In force on a day.
    pub(crate) fn valid(&self, on: Date) -> bool {
        self.from.is_none_or(|d| d <= on) && self.to.is_none_or(|d| d >= on)
    }
}

/// What the history begins with.
#[derive(Debug, Default)]
pub struct World {
    pub(crate) firms: Vec<Firm>,
    pub(crate) badges: Vec<Badge>,
    pub(crate) patients: Vec<Patient>,
    pub(crate) institutions: Vec<Institution>,
    /// Township and opening day of stations in service.
    pub(crate) stations: Vec<(String, Option<Date>)>,
    /// Insured persons by county.
    pub(crate) insured: Vec<(String, i64)>,
    ids: HashMap<String, usize>,
    seen: HashMap<String, usize>,
}

fn text(row: &Map<String, Value>, field: &str) -> String {
    row.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn number(row: &Map<String, Value>, field: &str) -> i64 {
    row.get(field).and_then(Value::as_i64).unwrap_or(0)
}

fn date(row: &Map<String, Value>, field: &str) -> Option<Date> {
    row.get(field).and_then(Value::as_str).and_then(parse_iso)
}

fn texts(row: &Map<String, Value>, field: &str) -> Vec<String> {
    row.get(field).and_then(Value::as_array).into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

impl World {
    /// Takes a record of one of [`KINDS`]: its id, region and township, and its document.
    pub fn take(&mut self, kind: &str, id: &str, (region, town): (&str, &str), row: &Map<String, Value>) {
        // What an earlier run of the history filed is no part of what it begins with.
        if row.get("remark").and_then(Value::as_str) == Some("合成数据") {
            return;
        }
        match kind {
            "employer" => self.employer(id, (region, town), row),
            "institution" if text(row, "status") == "valid" => self.institutions.push(Institution {
                name: text(row, "name"),
                uscc: text(row, "uscc"),
                category: text(row, "category"),
                county: region.to_owned(),
                public: text(row, "ownership") == "public",
                filing_no: text(row, "filing_no"),
                from: date(row, "filing_from"),
                to: date(row, "filing_to"),
            }),
            "station" if text(row, "status") == "running" => self.stations.push((town.to_owned(), date(row, "opened_on"))),
            "insured_count" if number(row, "stat_year") == i64::from(crate::BASE) => {
                self.insured.push((region.to_owned(), number(row, "insured")));
            }
            "declaration" => self.declaration(row),
            "radiation_worker" if !row.contains_key("left_on") => {
                let Some(person) = person(row) else { return };
                self.badges.push(Badge {
                    person,
                    uscc: text(row, "uscc"),
                    employer: text(row, "employer_name"),
                    occupation: text(row, "rad_occ"),
                    since: date(row, "here_since").or_else(|| date(row, "work_begin")),
                    left_on: None,
                });
            }
            "follow_up" => self.follow_up((region, town), row),
            _ => {}
        }
    }

    fn employer(&mut self, id: &str, (region, town): (&str, &str), row: &Map<String, Value>) {
        if text(row, "status") != "10" {
            return;
        }
        self.ids.insert(id.to_owned(), self.firms.len());
        self.firms.push(Firm {
            uscc: text(row, "uscc"),
            name: text(row, "name"),
            county: region.to_owned(),
            town: town.to_owned(),
            industry: text(row, "industry"),
            size: text(row, "size"),
            staff: number(row, "staff_total") + number(row, "dispatched"),
            exposed: number(row, "exposed_total"),
            listed: row.get("should_declare").and_then(Value::as_bool).unwrap_or(false),
            factors: Vec::new(),
            declared_on: None,
            declared_before: false,
            entered_on: None,
            closed_on: None,
        });
    }

    fn declaration(&mut self, row: &Map<String, Value>) {
        const VALID: [&str; 5] = ["accepted", "receipted", "valid", "due_update", "overdue_update"];
        let Some(firm) = row.get("employer_id").and_then(Value::as_str).and_then(|id| self.ids.get(id)) else { return };
        let firm = &mut self.firms[*firm];
        let on = date(row, "declared_on").filter(|_| text(row, "decl_type") != "4" && VALID.contains(&text(row, "status").as_str()));
        if firm.factors.is_empty() || on > firm.declared_on {
            firm.factors = texts(row, "hazards");
        }
        firm.declared_on = firm.declared_on.max(on);
        firm.declared_before = firm.declared_on.is_some();
    }

    fn follow_up(&mut self, (region, town): (&str, &str), row: &Map<String, Value>) {
        let (Some(person), Some(seen_on)) = (person(row), date(row, "visited_on")) else { return };
        let patient = Patient {
            county: region.to_owned(),
            town: town.to_owned(),
            disease: text(row, "pneu_kind"),
            stage: text(row, "stage"),
            diagnosed_on: date(row, "diagnosed_on"),
            coverage: texts(row, "coverage"),
            former_employer: text(row, "former_employer"),
            alive: text(row, "result") == "alive",
            filed: false,
            seen_on,
            person,
        };
        match self.seen.get(&patient.person.id_no) {
            Some(at) if self.patients[*at].seen_on >= seen_on => {}
            Some(at) => self.patients[*at] = patient,
            None => {
                self.seen.insert(patient.person.id_no.clone(), self.patients.len());
                self.patients.push(patient);
            }
        }
    }

    /// Employers of which the register and the declarations do not say that they have hazards: other records may.
    #[must_use]
    pub fn in_doubt(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.ids.iter().filter(|(_, at)| !self.firms[**at].hazardous()).map(|(id, _)| id.clone()).collect();
        ids.sort();
        ids
    }

    /// Another record says that an employer has hazards.
    pub fn known(&mut self, id: &str) {
        if let Some(at) = self.ids.get(id) {
            self.firms[*at].listed = true;
        }
    }

    /// The same world whatever the order in which its records came.
    pub(crate) fn settle(&mut self) {
        self.firms.sort_by(|a, b| a.uscc.cmp(&b.uscc));
        self.badges.sort_by(|a, b| (&a.person.id_no, &a.uscc).cmp(&(&b.person.id_no, &b.uscc)));
        self.patients.sort_by(|a, b| a.person.id_no.cmp(&b.person.id_no));
        self.institutions.sort_by(|a, b| a.filing_no.cmp(&b.filing_no));
        self.stations.sort();
        self.insured.sort();
    }
}

/// A person whose identity number is in clear.
fn person(row: &Map<String, Value>) -> Option<Person> {
    let id_no = text(row, "id_no");
    let digits = |range| id_no.get(range);
    let birth = parse_iso(&format!("{}-{}-{}", digits(6..10)?, digits(10..12)?, digits(12..14)?))?;
    let sex = if digits(16..17)?.parse::<u8>().ok()? % 2 == 1 { "1" } else { "2" };
    Some(Person { name: text(row, "person_name"), sex: sex.to_owned(), birth, id_no })
}
