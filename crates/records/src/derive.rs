//! Derived fields: the functions of `calc` that definitions may call, by name.

use serde_json::{Map, Value, json};
use time::Date;
use zhijian_calc::workplace::{DustKind, LabourClass, LimitQuery, SampleType, limit_for};
use zhijian_kinds::intake::{get_path, set_path};
use zhijian_kinds::{Catalogue, Kind, dates};

/// Fills the derived fields of a document, in the order of the definition; fields that no longer apply are removed.
pub fn fill(kind: &Kind, catalogue: &Catalogue, document: &mut Map<String, Value>, today: &str) {
    for rule in &kind.derive {
        if !rule.set.contains('.') {
            document.remove(&rule.set);
        }
    }
    for (index, rule) in kind.derive.iter().enumerate() {
        let value = match &rule.call {
            Some(name) if kind.derive_applies(index, document, today) => call(name, &Arguments { rule: &rule.with, document }, catalogue),
            Some(_) => None,
            None => kind.derive_cel(index, document, today).map(|v| whole(kind, &rule.set, v)),
        };
        if let Some(value) = value.filter(|v| !v.is_null()) {
            set_path(document, &rule.set, value);
        }
    }
}

/// CEL counts in doubles; a whole-number field gets a whole number.
fn whole(kind: &Kind, path: &str, value: Value) -> Value {
    use zhijian_kinds::FieldType;
    match (kind.field(path).map(|f| &f.ty), value.as_f64()) {
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole")]
        (Some(FieldType::Integer), Some(n)) if n.fract() == 0.0 => json!(n as i64),
        _ => value,
    }
}

/// Arguments of a call, read from the document.
struct Arguments<'a> {
    rule: &'a indexmap::IndexMap<String, String>,
    document: &'a Map<String, Value>,
}

impl<'a> Arguments<'a> {
    fn value(&self, name: &str) -> Option<&'a Value> {
        get_path(self.document, self.rule.get(name)?)
    }
    fn text(&self, name: &str) -> Option<&'a str> {
        self.value(name)?.as_str()
    }
    fn number(&self, name: &str) -> Option<f64> {
        self.value(name)?.as_f64()
    }
    fn date(&self, name: &str) -> Option<Date> {
        dates::parse_iso(self.text(name)?)
    }
}

/// Names that definitions may call.
#[must_use]
pub fn known(name: &str) -> bool {
    matches!(name, "workplace.limit" | "employer.size")
}

fn call(name: &str, args: &Arguments<'_>, catalogue: &Catalogue) -> Option<Value> {
    match name {
        "workplace.limit" => workplace_limit(args, catalogue),
        "employer.size" => employer_size(args, catalogue),
        _ => None,
    }
}

/// The occupational exposure limit in force on the day of sampling (GBZ 2.1, GBZ 2.2).
fn workplace_limit(args: &Arguments<'_>, catalogue: &Catalogue) -> Option<Value> {
    let factor = catalogue.list("HAZARD")?.get(args.text("factor")?)?.label.as_str();
    let sample = match args.text("sample")? {
        "1" => SampleType::Twa,
        "2" => SampleType::Stel,
        "3" => SampleType::Pe,
        "4" => SampleType::Mac,
        "5" => SampleType::Noise,
        "6" => SampleType::Wbgt,
        "7" => SampleType::HandVibration,
        _ => return None,
    };
    let mut query = LimitQuery::new(factor, sample, args.date("on")?);
    query.dust = match args.text("dust") {
        Some("total") => Some(DustKind::Total),
        Some("respirable") => Some(DustKind::Respirable),
        _ => None,
    };
    query.free_sio2_pct = args.number("sio2");
    query.labour = args.text("labour").and_then(|c| c.parse().ok()).and_then(LabourClass::from_number);
    query.contact_share_pct = args.number("share");
    let limit = limit_for(&query).ok()?.limit?;
    Some(json!({
        "value": limit.value,
        "kind": limit.kind,
        "unit": limit.unit,
        "edition": limit.edition,
        "status": limit.status,
        "basis": format!("{} {}{}", limit.table, limit.seq, limit.sub_item),
    }))
}

/// Enterprise size (统计上大中小微型企业划分办法 2017): the lowest grade that any of the industry's indicators gives.
fn employer_size(args: &Arguments<'_>, catalogue: &Catalogue) -> Option<Value> {
    let (staff, revenue) = (args.number("staff")?, args.number("revenue")?);
    let industry = args.text("industry")?;
    let section = catalogue.list("INDUSTRY")?.column(industry, "section")?.to_owned();
    let table = catalogue.rules.get("enterprise_size")?;
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(table.as_bytes());
    let mut best: Option<(usize, u8)> = None;
    for row in reader.records().flatten() {
        let matched = row.get(10)?.split(';').filter(|s| *s == section || industry.starts_with(*s)).map(str::len).max();
        let Some(matched) = matched else { continue };
        let x = match row.get(1)? {
            "从业人员" => staff,
            "营业收入" => revenue,
            _ => continue,
        };
        let at_least = |i: usize| row.get(i).and_then(|t| t.parse::<f64>().ok()).is_some_and(|m| x >= m);
        let grade = if at_least(7) {
            1
        } else if at_least(8) {
            2
        } else if at_least(9) {
            3
        } else {
            4
        };
        best = match best {
            Some((len, _)) if matched > len => Some((matched, grade)),
            Some((len, old)) if matched == len => Some((len, old.max(grade))),
            Some(kept) => Some(kept),
            None => Some((matched, grade)),
        };
    }
    best.map(|(_, grade)| Value::String(grade.to_string()))
}
