//! At which values a device alarms: as the register says, else by the limits of its hazard.

use super::defaults::Defaults;
use serde_json::{Map, Value};
use zhijian_calc::workplace::{DustKind, LimitError, LimitKind, LimitQuery, SampleType, limit_for};
use zhijian_kinds::dates;
use zhijian_kinds::intake::get_path;
use zhijian_records::Door;
use zhijian_telemetry::windows::{Crossing, Level, Rule, SetPoints};

/// Set points with where they come from.
#[derive(Debug, Clone, PartialEq)]
pub struct Points {
    /// The rule.
    pub rule: Rule,
    /// Source of the values, in words.
    pub basis: String,
    /// Hysteresis and durations are the platform's: the register names none of them.
    pub defaulted: bool,
}

/// How many intervals without a reading break off a running duration (design; no source names a figure).
const GAPS: i64 = 3;

impl Points {
    /// Of a device's document; the reason when there are none.
    pub(super) fn of(door: &Door, document: &Map<String, Value>, number: &dyn Fn(&str) -> Option<f64>) -> Result<Self, String> {
        let text = |name: &str| get_path(document, name).and_then(Value::as_str).unwrap_or_default();
        let own = [number("notice_at"), number("alarm_at"), number("high_at")];
        let noise = text("unit") == "dB(A)";
        let crossing = if noise { Crossing::Exceeded } else { Crossing::Reached };
        let (points, basis) = if own[0].is_some() || own[1].is_some() {
            (SetPoints::new(own, crossing).map_err(|error| error.to_string())?, "设备登记的设定值".to_owned())
        } else {
            by_limits(door, text("hazard"), text("dust_kind"), text("unit"), own[2])?
        };
        let seconds = |name: &str| get_path(document, name).and_then(Value::as_i64).map(|seconds| seconds.max(0));
        let (hysteresis, raise, clear) = (number("hysteresis"), seconds("raise_after_s"), seconds("clear_after_s"));
        // A device with any of its own keeps its own, the others being none.
        let named = hysteresis.is_some() || raise.is_some() || clear.is_some();
        let lowest = Level::ALL.into_iter().find_map(|level| points.at(level)).unwrap_or_default();
        let defaults = if named { None } else { Defaults::of(&door.catalogue, text("hazard"), text("unit"), lowest) };
        let interval = get_path(document, "interval_s").and_then(Value::as_i64).unwrap_or(60).clamp(1, 86_400) * 1000;
        let rule = Rule {
            points,
            hysteresis: hysteresis.or(defaults.map(|defaults| defaults.hysteresis)).unwrap_or_default().max(0.0),
            raise_after_ms: raise.or(defaults.map(|defaults| defaults.raise_after_s)).unwrap_or_default() * 1000,
            clear_after_ms: clear.or(defaults.map(|defaults| defaults.clear_after_s)).unwrap_or_default() * 1000,
            max_gap_ms: GAPS * interval.max(60_000),
        };
        Ok(Self { rule: rule.checked().map_err(|error| error.to_string())?, basis, defaulted: defaults.is_some() })
    }

    /// Hysteresis and durations in words, with where they come from; `unit` is the device's.
    #[must_use]
    pub fn manner(&self, unit: &str) -> String {
        let Rule { hysteresis, raise_after_ms, clear_after_ms, .. } = self.rule;
        let from = if self.defaulted { "平台默认，未注明出处" } else { "按登记，未注明出处" };
        let hysteresis = zhijian_kinds::text::rounded_text(hysteresis);
        format!("回差 {hysteresis} {unit}，持续 {} 秒报警、{} 秒恢复（{from}）", raise_after_ms / 1000, clear_after_ms / 1000)
    }
}

/// 警报 at MAC, else PC-STEL, else 3 × PC-TWA; 预报 at half of it (GBZ/T 223 as quoted by domain B5; for dust by analogy, design).
fn by_limits(door: &Door, hazard: &str, dust: &str, unit: &str, high: Option<f64>) -> Result<(SetPoints, String), String> {
    let label = door.catalogue.list("HAZARD").map_or(hazard, |list| list.label(hazard));
    let today = dates::parse_iso(&door.today()).ok_or("平台日期无效")?;
    let dust = match dust {
        "total" => Some(DustKind::Total),
        "respirable" => Some(DustKind::Respirable),
        _ => None,
    };
    let mut edition = "";
    let mut limit = |sample: SampleType, kind: LimitKind| -> Result<Option<f64>, String> {
        let query = LimitQuery { dust, ..LimitQuery::new(label, sample, today) };
        match limit_for(&query) {
            Ok(found) => Ok(found.limit.filter(|limit| limit.kind == kind && limit.unit.symbol() == unit).map(|limit| {
                edition = limit.edition;
                limit.value
            })),
            Err(LimitError::UnknownFactor) => Ok(None),
            // Dust kind, free SiO₂ and the like: the register does not hold all that a limit may depend on.
            Err(_) => Err("该因素的限值还取决于粉尘类型、游离 SiO₂ 含量等，不能由限值得出设定值，请在设备登记中填写".to_owned()),
        }
    };
    let mac = limit(SampleType::Mac, LimitKind::Mac)?;
    let stel = limit(SampleType::Stel, LimitKind::PcStel)?;
    let twa = limit(SampleType::Twa, LimitKind::PcTwa)?;
    let points = SetPoints::gas(mac, stel, twa, high).map_err(|error| format!("{error}；请在设备登记中填写设定值"))?;
    let which = if mac.is_some() {
        "MAC"
    } else if stel.is_some() {
        "PC-STEL"
    } else {
        "3×PC-TWA"
    };
    let by = if hazard.starts_with('D') { "GBZ/T 223（据转引），粉尘比照（设计）" } else { "GBZ/T 223（据转引）" };
    Ok((points, format!("警报取 {which}，预报取其一半；{by}；{edition}")))
}
