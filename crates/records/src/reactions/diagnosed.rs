//! A confirmed occupational disease: a draft of the report card unless it is reported already, the application for recognition as work
//! injury, and for pneumoconiosis a patient file.
//!
//! Basis: 令6 art. 32; 法 art. 50; 工伤条例 art. 17; domain B7–B10.

use super::call::{Call, Makes};
use super::view::view;
use super::{About, Reaction};
use serde_json::{Map, Value};
use zhijian_kinds::Catalogue;

view!(
    /// A diagnosis as far as its conclusion.
    Diagnosis {
        conclusion: String = "conclusion",
        disease: String = "disease",
        diagnosed_on: String = "diagnosed_on",
        reported_on: Option<String> = "reported_on",
        injury_applied_on: Option<String> = "injury_applied_on",
    }
);

/// See the module.
pub(crate) struct Diagnosed;

/// Code of list DIAG.
const CONFIRMED: &str = "1";
/// Code of list CARD.
const PNEUMOCONIOSIS: &str = "2";
/// States in which the conclusion stands.
const CONCLUDED: [&str; 8] = ["concluded", "delivered", "reported", "returned", "county_passed", "city_passed", "final", "archived"];

impl Reaction for Diagnosed {
    fn about(&self) -> About {
        About { name: "diagnosed", kind: "diagnosis", reads: Diagnosis::FIELDS }
    }
    fn calls(&self, catalogue: &Catalogue, state: &str, document: &Map<String, Value>) -> Vec<Call> {
        let d = Diagnosis::of(document);
        if d.conclusion != CONFIRMED || !CONCLUDED.contains(&state) {
            return Vec::new();
        }
        let mut calls = Vec::new();
        let card = card_of(catalogue, &d.disease);
        if d.reported_on.is_none() {
            calls.push(Call::new(Makes::Card(card), &d.diagnosed_on, "报送职业病报告卡"));
        }
        if d.injury_applied_on.is_none() {
            let since = Some(d.diagnosed_on.clone());
            calls.push(Call {
                since, ..Call::new(Makes::Task("injury"), &d.diagnosed_on, "为确诊职业病的劳动者申请工伤认定")
            });
        }
        if card == PNEUMOCONIOSIS {
            calls.push(Call::new(Makes::Patient, &d.diagnosed_on, "建立尘肺病患者档案"));
        }
        calls
    }
}

/// The report card of a disease, by the columns of list OCCDIS.
fn card_of(catalogue: &Catalogue, disease: &str) -> &'static str {
    let column = |name: &str| catalogue.list("OCCDIS").and_then(|list| list.column(disease, name)).unwrap_or_default();
    match (column("subcategory"), column("category")) {
        ("尘肺病", _) => PNEUMOCONIOSIS,
        (_, "职业性放射性疾病") => "5",
        _ => "1",
    }
}
