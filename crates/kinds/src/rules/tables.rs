//! What rules look up in tables and code lists.

use crate::Catalogue;
use crate::dates::{iso, parse_iso};
use crate::due::rows;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::OnceLock;

/// A day so many working days later.
pub fn add_workdays(day: &str, count: i64) -> Option<String> {
    let calendar = &Catalogue::embedded().deadlines.calendar;
    calendar.shift(parse_iso(day)?, count).map(iso)
}

/// Labels of codes, for messages.
pub fn labels(list: &str, codes: &[String]) -> String {
    let catalogue = Catalogue::embedded();
    let label = |code: &String| catalogue.list(list).map_or(code.as_str(), |l| l.label(code)).to_owned();
    codes.iter().map(label).collect::<Vec<_>>().join("、")
}

/// Is it a code of the list that is in force on the day?
pub fn code_valid(list: &str, code: &str, day: &str) -> bool {
    Catalogue::embedded().list(list).and_then(|list| list.get(code)).is_some_and(|code| code.valid_on(day))
}

#[derive(Debug, Deserialize)]
struct Harm {
    disease: String,
    hazards: String,
}

/// Hazards by the disease that they can cause.
fn harms() -> &'static HashMap<String, Vec<String>> {
    static HARMS: OnceLock<HashMap<String, Vec<String>>> = OnceLock::new();
    HARMS.get_or_init(|| {
        let catalogue = Catalogue::embedded();
        let table = catalogue.rules.get("disease_hazards").map_or("", String::as_str);
        let mut harms: HashMap<String, Vec<String>> = HashMap::new();
        for row in rows::<Harm>(table).into_iter().filter_map(|(_, row)| row.ok()) {
            harms.entry(row.disease).or_default().extend(row.hazards.split(';').map(str::to_owned));
        }
        harms
    })
}

/// Hazards that can cause a disease (code or name of list OCCDIS); none when the table does not say.
pub fn harming(disease: &str) -> Vec<String> {
    let catalogue = Catalogue::embedded();
    let code = catalogue.list("OCCDIS").and_then(|list| list.get(disease).or_else(|| list.resolve(disease, ""))).map(|code| &code.code);
    code.and_then(|code| harms().get(code)).cloned().unwrap_or_default()
}

/// Can one of the hazards cause the disease? Yes too when the table does not say which can.
pub fn able(disease: &str, hazards: &[String]) -> bool {
    let harming = harming(disease);
    harming.is_empty() || harming.iter().any(|able| hazards.contains(able))
}

/// Do the names cover a code of the list? Yes too when there are none, or one that the list does not know: then nobody can tell.
pub fn covers(list: &str, names: &[String], code: &str) -> bool {
    let catalogue = Catalogue::embedded();
    let Some(list) = catalogue.list(list) else { return true };
    let known: Option<Vec<&str>> = names.iter().map(|name| list.resolve(name, "").map(|c| c.code.as_str())).collect();
    known.is_none_or(|known| known.is_empty() || known.contains(&code))
}

/// Labels of the items that GBZ 188 asks for and that were not done, by the edition in force on the day of the exam.
pub fn items_missing(hazards: &[String], stage: &str, on: &str, done: &[String]) -> Vec<String> {
    let catalogue = Catalogue::embedded();
    let asked = catalogue.exams.required_codes(hazards, stage, on).into_iter();
    let missing = asked.filter(|choice| !choice.split('|').any(|item| done.iter().any(|d| d == item)));
    missing.map(|choice| labels("EXAM_ITEM", &choice.split('|').map(str::to_owned).collect::<Vec<_>>()).replace('、', "或")).collect()
}
