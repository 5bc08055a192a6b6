//! Calculations with a typed way in: those that read the kinds' code lists and rule tables, and those that every row of a large import asks for.

use super::Found;
use super::arguments::Arguments;
use serde_json::{Map, Value};
use std::cell::RefCell;
use zhijian_calc::dose::{Period, period};
use zhijian_calc::tables::Status;
use zhijian_calc::units::Hours;
use zhijian_calc::workplace::{Band, DustKind, LabourClass, LimitKind, LimitQuery, Reading, Sample, SampleType, judge_sample, limit_for};
use zhijian_kinds::Catalogue;

/// A typed way in.
pub(super) type Builtin = fn(&Arguments<'_>, &Catalogue) -> Option<Found>;

/// The built-in of this name.
pub(super) fn find(id: &str) -> Option<Builtin> {
    Some(match id {
        "workplace.limit" => workplace_limit,
        "workplace.exposure" => workplace_exposure,
        "rad.period" => rad_period,
        "employer.size" => employer_size,
        _ => return None,
    })
}

/// Version and source of the built-ins that are no calculators of `calc`.
pub(super) fn describe(id: &str) -> Option<(u32, &'static str)> {
    (id == "employer.size").then_some((1, "统计上大中小微型企业划分办法（2017）"))
}

/// Results in the order of their keys; absent ones are left out.
fn outputs<const N: usize>(results: [(&str, Option<Value>); N]) -> Map<String, Value> {
    let mut out = Map::with_capacity(N);
    for (key, value) in results {
        if let Some(value) = value {
            out.insert(key.to_owned(), value);
        }
    }
    out
}

fn text(value: &str) -> Option<Value> {
    Some(Value::String(value.to_owned()))
}

fn number(value: f64) -> Option<Value> {
    value.is_finite().then(|| Value::from(value))
}

/// The occupational exposure limit in force on the day of sampling (GBZ 2.1, GBZ 2.2).
fn workplace_limit(args: &Arguments<'_>, catalogue: &Catalogue) -> Option<Found> {
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
    let answer = limit_for(&query).ok()?;
    let limit = answer.limit?;
    Some(Found {
        outputs: outputs([
            ("value", number(limit.value)),
            ("kind", text(limit.kind.word())),
            ("unit", text(limit.unit.symbol())),
            ("edition", text(limit.edition)),
            ("status", text(limit.status.word())),
            ("basis", Some(Value::String(format!("{} {}{}", limit.table, limit.seq, limit.sub_item)))),
            ("pending", answer.pending.and_then(|l| number(l.value))),
            ("pending_edition", answer.pending.and_then(|l| text(l.edition))),
        ]),
        edition: Some(limit.edition),
        warnings: if limit.status == Status::Verify { vec!["table_unverified"] } else { Vec::new() },
        inputs: Vec::new(),
    })
}

/// One sample against its limit: see `zhijian_calc::workplace::judge_sample`.
fn workplace_exposure(args: &Arguments<'_>, _: &Catalogue) -> Option<Found> {
    let kind = LimitKind::from_word(args.text("kind")?)?;
    let reading = match args.number("result") {
        Some(value) => Reading::Measured(value),
        None => Reading::Below(args.number("lod")?),
    };
    let positive = |name: &str| args.number(name).filter(|v| *v > 0.0);
    let sample = Sample {
        kind,
        limit: args.number("limit")?,
        reading,
        lasts: positive("hours").map(Hours),
        day: positive("shift_hours").map(Hours),
        days_per_week: positive("week_days"),
    };
    let found = judge_sample(&sample).ok()?;
    let band = |band: Band| Some(Value::from(band.number()));
    // A published limit whose first day is unknown: the other judgement stands beside.
    let pending = args.number("pending").and_then(|limit| judge_sample(&Sample { limit, ..sample }).ok());
    Some(Found {
        outputs: outputs([
            ("value", number(found.verdict.value)),
            ("limit", number(found.verdict.limit)),
            ("rf", number(found.factor)),
            ("ratio", number(found.verdict.ratio)),
            ("level", band(found.verdict.band)),
            ("verdict", text(found.judgement.word())),
            ("whole_shift", Some(Value::Bool(found.whole))),
            ("sample_ratio", found.sample_ratio.and_then(number)),
            ("sample_level", found.sample_band().and_then(band)),
            ("verdict_pending", pending.and_then(|p| text(p.judgement.word()))),
        ]),
        edition: None,
        warnings: sample.warnings().collect(),
        inputs: Vec::new(),
    })
}

/// One period of a person's dose: see `zhijian_calc::dose::period`.
fn rad_period(args: &Arguments<'_>, _: &Catalogue) -> Option<Found> {
    let below = args.truth("below");
    let found = period(&Period {
        hp10: args.number("hp10").filter(|d| *d >= 0.0),
        below,
        // The detection level of the result, else that of the method.
        mdl: if below { args.number("lod").filter(|d| *d > 0.0).or_else(|| args.number("mdl").filter(|d| *d > 0.0)) } else { None },
        days: args.number("days").filter(|d| *d > 0.0),
        hp3: args.number("hp3"),
        hp007: args.number("hp007"),
    });
    Some(Found {
        outputs: outputs([
            ("recorded", found.recorded.and_then(number)),
            ("level", found.level.and_then(number)),
            ("over_level", found.over_level.map(Value::Bool)),
            ("over_limit", found.over_limit.and_then(text)),
        ]),
        ..Found::default()
    })
}

/// A row of the table of sizes.
struct SizeRow {
    large: f64,
    medium: f64,
    small: f64,
    by_staff: bool,
    industries: Vec<String>,
}

thread_local! {
    /// The table as read, and the text it was read from: deployments may bring their own.
    static SIZES: RefCell<(String, Vec<SizeRow>)> = const { RefCell::new((String::new(), Vec::new())) };
}

fn size_rows(table: &str) -> Vec<SizeRow> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(table.as_bytes());
    let number = |row: &csv::StringRecord, at: usize| row.get(at).and_then(|t| t.parse().ok()).unwrap_or(f64::INFINITY);
    let read = |row: csv::StringRecord| {
        let by_staff = match row.get(1)? {
            "从业人员" => true,
            "营业收入" => false,
            _ => return None,
        };
        let industries = row.get(10)?.split(';').map(str::to_owned).collect();
        Some(SizeRow { large: number(&row, 7), medium: number(&row, 8), small: number(&row, 9), by_staff, industries })
    };
    reader.records().flatten().filter_map(read).collect()
}

/// Enterprise size (统计上大中小微型企业划分办法 2017): the lowest grade that any of the industry's indicators gives.
fn employer_size(args: &Arguments<'_>, catalogue: &Catalogue) -> Option<Found> {
    let (staff, revenue) = (args.number("staff")?, args.number("revenue")?);
    let industry = args.text("industry")?;
    let section = catalogue.list("INDUSTRY")?.column(industry, "section")?;
    let table = catalogue.rules.get("enterprise_size")?;
    let grade = SIZES.with_borrow_mut(|(of, rows)| {
        if of != table {
            *rows = size_rows(table);
            of.clone_from(table);
        }
        size_grade(rows, staff, revenue, industry, section)
    })?;
    Some(Found { outputs: outputs([("size", text(&grade.to_string()))]), ..Found::default() })
}

fn size_grade(rows: &[SizeRow], staff: f64, revenue: f64, industry: &str, section: &str) -> Option<u8> {
    let mut best: Option<(usize, u8)> = None;
    for row in rows {
        let matched = row.industries.iter().filter(|s| *s == section || industry.starts_with(s.as_str())).map(String::len).max();
        let Some(matched) = matched else { continue };
        let x = if row.by_staff { staff } else { revenue };
        let grade = [row.large, row.medium, row.small].iter().zip(1..).find(|(least, _)| x >= **least).map_or(4, |(_, grade)| grade);
        best = match best {
            Some((len, _)) if matched > len => Some((matched, grade)),
            Some((len, old)) if matched == len => Some((len, old.max(grade))),
            Some(kept) => Some(kept),
            None => Some((matched, grade)),
        };
    }
    best.map(|(_, grade)| grade)
}
