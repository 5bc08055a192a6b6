//! What regions say of the rules: on or off, thresholds, since when. The newest setting in force of the nearest region counts as a whole.

use super::{SETTINGS, text};
use crate::door::{Door, DoorError};
use crate::port::{Query, Stored};
use serde_json::Value;
use zhijian_kinds::warning::{Thresholds, Warning};

/// One region's setting of a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Record.
    pub id: String,
    /// Rule.
    pub rule: String,
    /// Region.
    pub region: String,
    /// First day.
    pub valid_from: String,
    /// Is the rule on?
    pub enabled: bool,
    /// Thresholds by name; those that are not named have the rule's default.
    pub values: Thresholds,
    /// Why.
    pub reason: String,
}

/// All settings, newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings(pub Vec<Setting>);

impl Settings {
    /// Reads them.
    ///
    /// # Errors
    /// The store failed.
    pub async fn read(door: &Door) -> Result<Self, DoorError> {
        let query = Query { limit: 500, ..Query::everything(SETTINGS, Vec::new()) };
        let rows = door.store.all(query).await.map_err(Door::store_error(SETTINGS))?;
        let mut all: Vec<Setting> = rows.iter().map(of_record).collect();
        all.sort_by(|a, b| b.valid_from.cmp(&a.valid_from).then_with(|| b.id.cmp(&a.id)));
        Ok(Self(all))
    }

    /// The setting that counts for a rule in a region on a day.
    #[must_use]
    pub fn of(&self, rule: &str, region: &str, day: &str) -> Option<&Setting> {
        let county = region.get(..6).unwrap_or(region);
        self.0.iter().find(|s| s.rule == rule && s.region == county && s.valid_from.as_str() <= day)
    }

    /// Is the rule on, and with which thresholds?
    #[must_use]
    pub fn rule(&self, rule: &Warning, region: &str, day: &str) -> (bool, Thresholds) {
        let mut values = rule.defaults();
        let Some(setting) = self.of(&rule.warning, region, day) else { return (rule.enabled, values) };
        for (name, value) in &setting.values {
            if let Some(place) = values.get_mut(name) {
                *place = *value;
            }
        }
        (setting.enabled, values)
    }

    /// Tells one state of the settings from another.
    #[must_use]
    pub fn mark(&self) -> String {
        let all: Vec<String> = self.0.iter().map(|s| format!("{}{:?}{}", s.id, s.values, s.enabled)).collect();
        crate::audit::hex(&<sm3::Sm3 as sm3::Digest>::digest(all.join(";").as_bytes()))
    }
}

fn of_record(stored: &Stored) -> Setting {
    let document = stored.document();
    let rows = document.get("values").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let value = |row: &Value| Some((row.get("threshold_name")?.as_str()?.to_owned(), row.get("threshold_value")?.as_f64()?));
    Setting {
        id: stored.id.clone(),
        rule: text(&document, "rule"),
        region: stored.region.clone(),
        valid_from: stored.event_date.clone(),
        enabled: document.get("enabled").and_then(Value::as_bool).unwrap_or(true),
        values: rows.iter().filter_map(value).collect(),
        reason: text(&document, "reason"),
    }
}
