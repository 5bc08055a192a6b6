//! Who hands in what: one file a kind of record.

mod contracts;
mod declarations;
mod diagnoses;
mod doses;
mod employers;
mod exams;
mod inspections;
mod institutions;
mod measurements;
mod patients;
mod projects;
mod sampling_plans;
mod survey;
mod training;

use crate::Row;
use crate::stage::Stage;
use serde_json::Value;

/// Makes the rows of a kind for a year.
type Maker = fn(&mut Stage<'_>, i32) -> Vec<Row>;

/// Kinds in the order of filing.
pub(crate) fn all() -> [(&'static str, Maker); 32] {
    [
        ("institution", institutions::institutions),
        ("exam_slot", institutions::slots),
        ("employer", employers::rows),
        ("insured_count", institutions::insured),
        ("surveillance_plan", sampling_plans::plans),
        ("surveillance_sample", sampling_plans::samples),
        ("measurement", measurements::surveillance),
        ("measurement", measurements::periodic),
        ("agency_report", measurements::reports),
        ("exposed_worker", exams::newcomers),
        ("exam", exams::rows),
        ("exam", exams::clusters),
        ("exam_summary", exams::summaries),
        ("exposed_worker", exams::roster),
        ("case_report", diagnoses::cards),
        ("diagnosis", diagnoses::rows),
        ("zero_report", diagnoses::zero_reports),
        ("station", patients::stations),
        ("patient", patients::files),
        ("follow_up", patients::visits),
        ("radiation_worker", doses::workers),
        ("dose", doses::rows),
        ("inspection", inspections::rows),
        ("violation", inspections::cases),
        ("construction_project", projects::rows),
        ("declaration", declarations::rows),
        ("training_roster", training::roster),
        ("training", training::rows),
        ("labour_contract", contracts::rows),
        ("steward_agreement", contracts::stewards),
        ("survey_key", survey::key),
        ("survey_answer", survey::answers),
    ]
}

/// A row without what is not there.
pub(crate) fn row(value: Value) -> Row {
    let Value::Object(mut map) = value else { return Row::new() };
    map.retain(|_, v| !v.is_null());
    map
}

/// Rounded to some digits.
pub(crate) fn round(x: f64, digits: i32) -> f64 {
    let by = 10_f64.powi(digits);
    (x * by).round() / by
}
