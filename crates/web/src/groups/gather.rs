//! From measurement records to similar exposure groups: one post, one factor, one kind of sample, one unit, one limit.

use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use zhijian_calc::stats::Observation;
use zhijian_calc::units::{DbA, Hours};
use zhijian_calc::workplace::{NoiseSegment, Shift, ShiftRule, lex, shift_rule};
use zhijian_records::read::View;

/// Codes of `OEL` for concentrations, which are lognormal: PC-TWA, PC-STEL, peak, MAC.
const CONCENTRATIONS: [&str; 4] = ["1", "2", "3", "4"];
const TWA: &str = "1";
const NOISE: &str = "5";

/// The limit a group is held against.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// Value, reduced for long shifts.
    pub value: f64,
    /// Value as it stands in the table.
    pub tabled: f64,
    /// `PC-TWA`, `MAC` …
    pub kind: String,
    /// Unit.
    pub unit: String,
    /// Editions in force on the days of sampling.
    pub editions: BTreeSet<String>,
    /// A figure of it still waits to be compared with the standard.
    pub unverified: bool,
}

/// One exposure: a shift for PC-TWA and noise, a sample otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Day of sampling.
    pub day: String,
    /// Place.
    pub place: String,
    /// The result.
    pub value: Observation,
    /// Records it stands on.
    pub ids: Vec<String>,
}

/// Records of one post and factor that may stand together.
#[derive(Debug, Clone, Default)]
pub struct Group {
    /// Post.
    pub post: String,
    /// Workshops that occur.
    pub workshops: BTreeSet<String>,
    /// Code of the factor.
    pub factor: String,
    /// Total or respirable dust.
    pub dust: String,
    /// Code of the kind of sample.
    pub sample: String,
    /// Unit of the results.
    pub unit: String,
    /// The limit, where there is one.
    pub limit: Option<Limit>,
    /// Exposures by day.
    pub points: Vec<Point>,
    /// How many records.
    pub records: usize,
    /// Records that could not take part, with the reason.
    pub aside: Vec<(String, &'static str)>,
}

impl Group {
    /// Results are concentrations: the lognormal model applies.
    #[must_use]
    pub fn is_concentration(&self) -> bool {
        CONCENTRATIONS.contains(&self.sample.as_str())
    }

    /// Results and limit have the same unit.
    #[must_use]
    pub fn comparable(&self) -> bool {
        self.limit.as_ref().is_some_and(|limit| limit.unit == self.unit)
    }

    /// Results below detection.
    #[must_use]
    pub fn non_detects(&self) -> usize {
        self.points.iter().filter(|p| p.value.is_non_detect()).count()
    }
}

/// What is read of one record.
struct Row<'a> {
    id: &'a str,
    data: &'a Map<String, Value>,
}

impl<'a> Row<'a> {
    fn text(&self, name: &str) -> &'a str {
        self.data.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.data.get(name).and_then(Value::as_f64)
    }

    fn shift(&self) -> Option<Shift> {
        Some(Shift { day: Hours(self.number("shift_hours")?), days_per_week: self.number("week_days").unwrap_or(5.0) })
    }

    /// Hours by which Σ C·T is divided, and the factor on the PC-TWA, for shifts longer than 8 h or 40 h a week.
    fn rule(&self) -> (f64, f64) {
        let rule = (self.text("sample_type") == TWA).then(|| self.shift()).flatten().and_then(|shift| shift_rule(shift).ok());
        match rule {
            Some(ShiftRule::Day { factor, .. } | ShiftRule::Week { factor, .. }) => (self.number("shift_hours").unwrap_or(8.0), factor),
            _ => (8.0, 1.0),
        }
    }

    fn limit(&self, factor: f64) -> Option<Limit> {
        let limit = self.data.get("limit")?.as_object()?;
        let text = |name: &str| limit.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let tabled = limit.get("value")?.as_f64().filter(|v| *v > 0.0)?;
        Some(Limit {
            value: tabled * factor,
            tabled,
            kind: text("kind"),
            unit: text("unit"),
            editions: BTreeSet::from([text("edition")]),
            unverified: text("status") != "firm",
        })
    }

    /// The result as the laboratory gave it; a non-detect stays one.
    fn observation(&self) -> Result<Observation, &'static str> {
        if let Some(result) = self.number("result") {
            return if result > 0.0 { Ok(Observation::Exact(result)) } else { Err("结果为 0，没有检出限") };
        }
        match self.number("lod").filter(|lod| *lod > 0.0) {
            Some(lod) => Ok(Observation::Below(lod)),
            None => Err("没有结果，也没有检出限"),
        }
    }
}

/// Groups the measurement records of one employer, in the order of post and factor.
#[must_use]
pub fn gather(records: &[View]) -> Vec<Group> {
    let mut groups: BTreeMap<String, (Group, BTreeMap<String, Vec<&View>>)> = BTreeMap::new();
    for view in records {
        let row = Row { id: &view.id, data: &view.data };
        let (_, factor) = row.rule();
        let limit = row.limit(factor);
        let held = limit.as_ref().map(|l| format!("{}\t{}\t{}", l.kind, l.unit, l.value)).unwrap_or_default();
        let parts = [row.text("post"), row.text("factor"), row.text("dust_kind"), row.text("sample_type"), row.text("unit"), &held];
        let (group, shifts) = groups.entry(parts.join("\u{1}")).or_default();
        if group.records == 0 {
            *group = Group {
                post: row.text("post").into(),
                factor: row.text("factor").into(),
                dust: row.text("dust_kind").into(),
                sample: row.text("sample_type").into(),
                unit: row.text("unit").into(),
                limit: limit.clone(),
                ..Group::default()
            };
        }
        if let (Some(own), Some(limit)) = (&mut group.limit, limit) {
            own.editions.extend(limit.editions);
            own.unverified |= limit.unverified;
        }
        group.records += 1;
        let workshop = row.text("workshop");
        if !workshop.is_empty() {
            group.workshops.insert(workshop.to_owned());
        }
        // Samples of one place and day are parts of one shift where the limit is that of a shift.
        let alone = !matches!(row.text("sample_type"), TWA | NOISE);
        let own = if alone { row.id } else { "" };
        let shift = [row.text("sampled_on"), workshop, row.text("point"), own].join("\u{1}");
        shifts.entry(shift).or_default().push(view);
    }
    let finished = groups.into_values().map(|(mut group, shifts)| {
        for views in shifts.values() {
            let rows: Vec<Row<'_>> = views.iter().map(|view| Row { id: &view.id, data: &view.data }).collect();
            exposure(&mut group, &rows);
        }
        group.points.sort_by(|a, b| (&a.day, &a.place).cmp(&(&b.day, &b.place)));
        group
    });
    finished.collect()
}

/// Adds the exposure of one shift or sample, or says why it cannot take part.
fn exposure(group: &mut Group, rows: &[Row<'_>]) {
    let Some(first) = rows.first() else { return };
    let found = match group.sample.as_str() {
        TWA => twa(rows),
        NOISE => noise(rows),
        _ => first.observation(),
    };
    match found {
        Ok(value) => {
            let place = [first.text("workshop"), first.text("point")].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" ");
            let ids = rows.iter().map(|row| row.id.to_owned()).collect();
            group.points.push(Point { day: first.text("sampled_on").into(), place, value, ids });
        }
        Err(why) => group.aside.extend(rows.iter().map(|row| (row.id.to_owned(), why))),
    }
}

/// The average of a shift. Where a part is below detection only its bounds are known: from the parts counted as 0 to the parts
/// counted at their limit; nothing is put in for a non-detect.
fn twa(rows: &[Row<'_>]) -> Result<Observation, &'static str> {
    let (mut low, mut high, mut hours) = (0.0, 0.0, 0.0);
    for row in rows {
        let lasts = row.number("sample_hours").filter(|h| *h > 0.0 && *h <= 24.0).ok_or("没有代表时间")?;
        hours += lasts;
        match row.observation()? {
            Observation::Exact(c) => {
                low += c * lasts;
                high += c * lasts;
            }
            Observation::Below(lod) => high += lod * lasts,
            _ => return Err("结果不能识别"),
        }
    }
    if hours > 24.0 + 1e-9 {
        return Err("同一天同一点的代表时间合计超过 24 h");
    }
    let by = rows.first().map_or(8.0, |row| row.rule().0);
    Ok(if low <= 0.0 {
        Observation::Below(high / by)
    } else if high > low {
        Observation::Between(low / by, high / by)
    } else {
        Observation::Exact(low / by)
    })
}

/// The level of a shift, `L_EX,8h` or `L_EX,W`.
fn noise(rows: &[Row<'_>]) -> Result<Observation, &'static str> {
    let segment = |row: &Row<'_>| Some(NoiseSegment { level: DbA(row.number("result")?), lasts: Hours(row.number("sample_hours")?) });
    let segments: Option<Vec<NoiseSegment>> = rows.iter().map(segment).collect();
    let days = rows.first().and_then(|row| row.number("week_days")).unwrap_or(5.0);
    let level = lex(&segments.ok_or("没有声级或代表时间")?, days).map_err(|_| "同一天同一点的代表时间合计超过 24 h，或声级有误")?;
    Ok(Observation::Exact(level.0))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail loudly")]
mod tests {
    use super::*;
    use serde_json::json;

    fn view(id: &str, more: &Value) -> View {
        let mut data = json!({
            "post": "喷漆工", "workshop": "一车间", "point": "1#", "factor": "C016", "sample_type": "1", "unit": "mg/m3", "sampled_on": "2020-05-01",
            "sample_hours": 8, "shift_hours": 8, "week_days": 5, "limit": {"value": 6.0, "kind": "PC-TWA", "unit": "mg/m3", "edition": "GBZ 2.1-2019", "status": "firm"},
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            data[name] = value.clone();
        }
        let Value::Object(data) = data else { unreachable!() };
        View {
            kind: "measurement".into(),
            id: id.into(),
            rev: 1,
            region: String::new(),
            town: String::new(),
            state: String::new(),
            recorded_from: 0,
            recorded_to: None,
            data,
            revealed: false,
            hidden: Vec::new(),
            revealable: false,
            may: Vec::new(),
            retracted: false,
            remarks: Vec::new(),
            merged: Vec::new(),
            redirect: None,
        }
    }

    #[test]
    fn parts_of_a_shift_make_one_result_and_a_non_detect_stays_one() {
        let groups = gather(&[
            view("a", &json!({"result": 4.0, "sample_hours": 6})),
            view("b", &json!({"lod": 0.4, "below_lod": true, "sample_hours": 2})),
            view("c", &json!({"lod": 0.4, "below_lod": true, "sampled_on": "2020-06-01"})),
            view("d", &json!({"result": 2.0, "sampled_on": "2020-04-01"})),
        ]);
        assert_eq!(groups.len(), 1);
        let values: Vec<Observation> = groups[0].points.iter().map(|p| p.value).collect();
        assert_eq!(values, [Observation::Exact(2.0), Observation::Between(3.0, 3.1), Observation::Below(0.4)]);
        assert_eq!((groups[0].records, groups[0].non_detects()), (4, 1));
    }

    #[test]
    fn what_differs_in_kind_unit_limit_or_part_of_dust_is_never_pooled() {
        let groups = gather(&[
            view("a", &json!({"result": 1.0})),
            view("b", &json!({"result": 1.0, "sample_type": "2"})),
            view("c", &json!({"result": 1.0, "unit": "f/mL"})),
            view("d", &json!({"result": 1.0, "dust_kind": "total"})),
            view(
                "e",
                &json!({"result": 1.0, "limit": {"value": 1.0, "kind": "PC-TWA", "unit": "mg/m3", "edition": "x", "status": "verify"}}),
            ),
            view("f", &json!({"result": 1.0, "shift_hours": 12})),
            view("g", &json!({"result": 1.0, "post": "打磨工"})),
        ]);
        assert_eq!(groups.len(), 7);
        let long = groups.iter().find(|g| g.limit.as_ref().is_some_and(|l| l.value < l.tabled)).unwrap();
        assert_eq!(long.limit.as_ref().map(|l| (l.value, l.tabled)), Some((3.0, 6.0)), "12 h shifts are allowed half");
        assert_eq!(long.points[0].value, Observation::Exact(8.0 / 12.0));
    }

    #[test]
    fn what_cannot_take_part_is_named() {
        let groups = gather(&[
            view("a", &json!({"result": 0.0})),
            view("b", &json!({"sampled_on": "2020-06-01"})),
            view("c", &json!({"result": 1.0, "sample_hours": 20, "point": "2#"})),
            view("d", &json!({"result": 1.0, "sample_hours": 20, "point": "2#"})),
        ]);
        assert_eq!((groups[0].points.len(), groups[0].aside.len()), (0, 4));
    }
}
