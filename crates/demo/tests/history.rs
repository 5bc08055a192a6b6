//! The history of a small region that is made up here: what holds for any seed.

use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use time::Date;
use zhijian_demo::world::World;
use zhijian_demo::{Batch, History, Options, digest, plan};
use zhijian_kinds::dates::parse_iso;
use zhijian_kinds::{Catalogue, ident};

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn last(day: &str) -> Date {
    parse_iso(day).unwrap_or(Date::MIN)
}

/// Four hundred employers in seven counties, with what the history needs besides.
fn world() -> World {
    let mut world = World::default();
    let counties = ["130302", "130303", "130304", "130306", "130321", "130322", "130324"];
    let industries = ["1012", "3021", "3311", "2614", "3110", "3391", "4411", "5211"];
    for n in 0..400_usize {
        let (county, id) = (counties[n % 7], format!("e{n}"));
        let uscc = format!("91{county}TE5T0{n:05}");
        let row = json!({"uscc": uscc, "name": format!("样例{n}厂"), "industry": industries[n % 8], "size": "3", "status": "10",
            "staff_total": 20 + n, "exposed_total": if n % 10 == 9 { 0 } else { 5 + n % 40 }, "should_declare": true});
        world.take("employer", &id, (county, ""), &object(row));
        if n % 8 != 0 {
            let declared = json!({"employer_id": id, "decl_type": "3", "declared_on": format!("2020-{:02}-15", n % 11 + 1), "status": "valid", "hazards": ["D001", "P001"]});
            world.take("declaration", "", (county, ""), &object(declared));
        }
    }
    for (n, (category, county, to)) in [
        ("exam", "130302", "2024-05-31"),
        ("diagnosis", "130300", "2024-02-28"),
        ("service", "130302", "2028-12-31"),
        ("service", "130306", "2028-12-31"),
    ]
    .into_iter()
    .enumerate()
    {
        let row = json!({"name": format!("样例机构{n}"), "category": category, "ownership": "public", "filing_no": format!("N{n}"), "filing_from": "2018-01-01",
            "filing_to": to, "status": "valid"});
        world.take("institution", "", (county, ""), &object(row));
    }
    for n in 0..130 {
        let row = json!({"id_no": format!("13032119500101{n:03}X"), "person_name": "样例", "visited_on": "2020-05-12", "result": "alive", "pneu_kind": "01", "stage": "1"});
        world.take("follow_up", "", ("130321", "130321101"), &object(row));
    }
    for n in 0..40 {
        let row = json!({"id_no": format!("13030219800101{n:03}X"), "person_name": "样例", "uscc": "91130302TE5T000000", "rad_occ": "3B", "work_begin": "2015-01-01"});
        world.take("radiation_worker", "", ("130302", ""), &object(row));
    }
    world.take("insured_count", "", ("130302", ""), &object(json!({"stat_year": 2020, "insured": 100_000})));
    world
}

fn years(seed: u64, scale: f64, until: &str) -> Vec<(i32, Vec<Batch>)> {
    let catalogue = Catalogue::embedded();
    let mut history = History::new(&catalogue, world(), Options { seed, scale, until: last(until).year(), last: last(until) });
    history.years().map(|year| (year, history.year(year))).collect()
}

fn all(years: Vec<(i32, Vec<Batch>)>) -> Vec<Batch> {
    years.into_iter().flat_map(|y| y.1).collect()
}

fn text<'a>(row: &'a Map<String, Value>, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

#[test]
fn the_same_seed_gives_the_same_history_and_another_seed_another() {
    let one = all(years(2020, 0.05, "2025-12-31"));
    let again = all(years(2020, 0.05, "2025-12-31"));
    assert_eq!(one, again);
    assert_eq!(digest(&one), digest(&again));
    assert_ne!(digest(&one), digest(&all(years(2021, 0.05, "2025-12-31"))), "the seed matters");
}

#[test]
fn nothing_is_dated_after_the_last_day_but_what_is_planned() {
    // Ends of terms, appointments and deadlines lie ahead by nature.
    let ahead = ["filing_to", "valid_to", "rectify_by", "next_on", "correct_by", "ends_on", "slot_on"];
    let until = "2023-08-20";
    for batch in all(years(3, 0.05, until)) {
        for row in &batch.rows {
            for (field, value) in
                row.iter().filter(|(f, _)| f.ends_with("_on") || f.ends_with("_date") || f.ends_with("_from") || f.ends_with("_to"))
            {
                if let Some(day) = value.as_str().filter(|_| !ahead.contains(&field.as_str())) {
                    assert!(day <= until, "{} {field} {day}", batch.kind);
                }
            }
        }
    }
}

#[test]
fn people_and_firms_are_marked_as_synthetic_and_have_valid_numbers() {
    let mut codes = HashSet::new();
    for batch in all(years(2020, 0.05, "2024-12-31")) {
        for row in &batch.rows {
            if batch.kind == "employer" && !text(row, "remark").is_empty() {
                let code = text(row, "uscc");
                assert_eq!(ident::uscc(code).as_deref(), Ok(code));
                assert_eq!(&code[8..12], "TE5T");
                assert!(codes.insert(code.to_owned()), "{code} is given once");
                assert!(text(row, "name").contains(['样', '测', '试', '例']), "{} is marked", text(row, "name"));
                assert!(text(row, "contact_phone").starts_with("0000-"));
                assert_eq!(row.contains_key("lon"), row.contains_key("lat"));
            }
            if batch.kind == "exam" {
                let number = text(row, "id_no");
                let read = ident::id_no(number, "2025-12-31").unwrap_or_else(|why| panic!("{number}: {why}"));
                assert_eq!((read.birth.as_str(), read.sex), (text(row, "birth_date"), text(row, "sex")));
                assert!((996..=999).contains(&number[14..17].parse().unwrap_or(0)));
            }
        }
    }
    assert!(codes.len() > 40, "firms are founded: {}", codes.len());
}

#[test]
fn every_year_declares_as_many_as_its_design_says() {
    let catalogue = Catalogue::embedded();
    let mut history = History::new(&catalogue, world(), Options { seed: 5, scale: 0.02, until: 2023, last: last("2023-12-31") });
    for year in 2021..=2023 {
        let batches = history.year(year);
        let declared: BTreeSet<&str> = batches
            .iter()
            .filter(|b| b.kind == "declaration")
            .flat_map(|b| &b.rows)
            .filter(|r| text(r, "accepted_on") <= format!("{year}-12-31").as_str() && r.contains_key("accepted_on"))
            .map(|r| text(r, "uscc"))
            .collect();
        // Every employer of this world is known to have hazards; new ones come on top.
        let share = declared.len() as f64 / 400.0;
        let design = plan::design(year).declared;
        assert!((share - design).abs() < 0.05, "{year}: {share} of {design}");
    }
}

#[test]
fn the_late_county_declares_less_and_its_papers_come_later() {
    let mut waits: BTreeMap<bool, Vec<i64>> = BTreeMap::new();
    for batch in all(years(2020, 0.05, "2023-12-31")).iter().filter(|b| b.kind == "declaration") {
        for row in &batch.rows {
            if let Some(days) = zhijian_kinds::dates::days_between(text(row, "declared_on"), text(row, "accepted_on")) {
                waits.entry(&text(row, "uscc")[2..8] == "130321").or_default().push(days);
            }
        }
    }
    let mean = |late: bool| waits[&late].iter().sum::<i64>() as f64 / waits[&late].len() as f64;
    assert!(mean(true) > mean(false) + 14.0, "late {} days, others {}", mean(true), mean(false));
    assert!(waits[&true].len() * 6 < waits[&false].len(), "one county of seven");
}

#[test]
fn heat_is_measured_in_summer_and_films_are_taken_of_people_at_dust() {
    let mut heat = 0;
    for batch in all(years(2020, 0.3, "2022-12-31")) {
        for row in &batch.rows {
            if batch.kind == "measurement" && text(row, "factor") == "P002" {
                heat += 1;
                assert!(("06".."10").contains(&&text(row, "sampled_on")[5..7]), "{}", text(row, "sampled_on"));
            }
        }
    }
    assert!(heat > 5, "heat is measured: {heat}");
}

#[test]
fn a_cluster_of_silicosis_strikes_one_employer_in_2024() {
    let mut cases: BTreeMap<String, usize> = BTreeMap::new();
    for batch in all(years(2020, 0.1, "2024-12-31")).iter().filter(|b| b.kind == "exam") {
        for row in batch.rows.iter().filter(|r| text(r, "suspected_disease") == "矽肺" && text(r, "examined_on") > "2024-09-30") {
            *cases.entry(text(row, "uscc").to_owned()).or_default() += 1;
        }
    }
    assert!(cases.values().any(|n| *n >= 5), "{cases:?}");
}
