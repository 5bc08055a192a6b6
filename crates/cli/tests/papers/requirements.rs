//! `docs/requirements.md`: what the five plans ask for and the tests that show it. Tests name their requirement (`rq_030_…`, journeys `RQ-030 …`);
//! the page is written from `docs/requirements.csv` and those names. `ZHIJIAN_WRITE=1` writes it anew.

use crate::tree::{journeys, root, tests};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;

/// One row of `requirements.csv`.
struct Requirement {
    number: String,
    words: String,
    plans: String,
    capability: String,
    module: String,
}

/// Modules in the order of the field's processes, with their title.
const MODULES: [(&str, &str); 29] = [
    ("SYS", "platform, access, audit"),
    ("EMP", "employer register (B1)"),
    ("DEC", "declaration (B2)"),
    ("TSS", "三同时 (B3)"),
    ("MON", "monitoring and tests (B4)"),
    ("ONL", "online monitoring (B5)"),
    ("EXM", "examinations (B6)"),
    ("DIA", "diagnosis, appraisal, reporting (B7–B8)"),
    ("PNE", "pneumoconiosis care (B9)"),
    ("AID", "aid and insurance (B10)"),
    ("SUP", "supervision (B11)"),
    ("CASE", "penalties (B12)"),
    ("CRD", "credit (B13)"),
    ("CMP", "complaints (B14)"),
    ("TSO", "service agencies (B15)"),
    ("RAD", "radiation (B16)"),
    ("TRN", "training (B17)"),
    ("EDU", "science popularisation (B18)"),
    ("SUR", "surveys (B18–B19)"),
    ("HLP", "help for small employers (B20)"),
    ("HEN", "healthy enterprise (B21)"),
    ("EMR", "emergencies (B22)"),
    ("SHR", "exchange between departments (B23)"),
    ("LNK", "links up and down (B24)"),
    ("EHR", "resident health record (B25)"),
    ("ORG", "institutions, people, experts (B26)"),
    ("PLN", "plan, funds, evaluation (B27)"),
    ("RSK", "warning and decision support (B28)"),
    ("IND", "indicators"),
];

fn requirements() -> Result<Vec<Requirement>, Box<dyn Error>> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_path(root().join("docs/requirements.csv"))?;
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row?;
        let cell = |at: usize| row.get(at).unwrap_or_default().to_owned();
        rows.push(Requirement { number: cell(0), words: cell(1), plans: cell(2), capability: cell(3), module: cell(4) });
    }
    Ok(rows)
}

/// Requirement number → the tests that name it.
fn shown() -> Result<BTreeMap<String, Vec<String>>, Box<dyn Error>> {
    let mut shown: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in tests()? {
        let Some(name) = path.last() else { continue };
        for number in numbers(name, "rq_") {
            shown.entry(number).or_default().push(format!("`{}`", path.join("::")));
        }
    }
    for (title, file) in journeys()? {
        for number in numbers(&title, "RQ-") {
            shown.entry(number).or_default().push(format!("{file}: {title}"));
        }
    }
    for names in shown.values_mut() {
        names.sort();
        names.dedup();
    }
    Ok(shown)
}

/// The numbers that follow a mark: `rq_033_rq_034_two_files` gives RQ-033 and RQ-034.
fn numbers(text: &str, mark: &str) -> Vec<String> {
    let digits = |rest: &str| rest.get(..3).filter(|d| d.bytes().all(|b| b.is_ascii_digit())).map(|d| format!("RQ-{d}"));
    text.split(mark).skip(1).filter_map(digits).collect()
}

fn page() -> Result<String, Box<dyn Error>> {
    let (rows, shown) = (requirements()?, shown()?);
    let proved = rows.iter().filter(|r| shown.contains_key(&r.number)).count();
    let mut out = format!(
        "# Requirements of the five plans and their tests\n\nWritten from `docs/requirements.csv` and the names of tests by `crates/cli/tests/papers/requirements.rs`; \
         do not edit. {proved} of {} rows have a test that names them. A test names a row when it shows what the row asks for, or a part of it; a row without a test is not shown, whatever the product may do about it.\n",
        rows.len()
    );
    for (module, title) in MODULES {
        let own: Vec<&Requirement> = rows.iter().filter(|r| r.module == module).collect();
        let with = own.iter().filter(|r| shown.contains_key(&r.number)).count();
        write!(
            out,
            "\n## {module} — {title}: {with} of {}\n\n| row | words of the plan | plans | asks for | shown by |\n|---|---|---|---|---|\n",
            own.len()
        )?;
        for row in own {
            let by = shown.get(&row.number).map_or_else(|| "**not shown**".to_owned(), |names| names.join("<br>"));
            writeln!(out, "| {} | {} | {} | {} | {by} |", row.number, row.words, row.plans, row.capability)?;
        }
    }
    Ok(out)
}

#[test]
fn the_list_of_requirements_is_the_one_that_tests_give() -> Result<(), Box<dyn Error>> {
    let (path, page) = (root().join("docs/requirements.md"), page()?);
    if std::env::var_os("ZHIJIAN_WRITE").is_some() {
        std::fs::write(&path, &page)?;
    }
    let kept = std::fs::read_to_string(&path)?;
    let differs = page.lines().zip(kept.lines()).find(|(new, old)| new != old);
    assert!(page == kept, "docs/requirements.md is behind; ZHIJIAN_WRITE=1 writes it. First difference: {differs:?}");
    Ok(())
}

#[test]
fn every_row_has_a_known_module_and_every_named_number_a_row() -> Result<(), Box<dyn Error>> {
    let rows = requirements()?;
    let strangers: Vec<&str> = rows.iter().filter(|r| MODULES.iter().all(|(m, _)| *m != r.module)).map(|r| r.number.as_str()).collect();
    assert!(strangers.is_empty(), "unknown module: {strangers:?}");
    assert_eq!(rows.len(), 181);
    let unknown: Vec<String> = shown()?.into_keys().filter(|n| rows.iter().all(|r| r.number != *n)).collect();
    assert!(unknown.is_empty(), "tests name rows that do not exist: {unknown:?}");
    Ok(())
}

#[test]
fn names_give_their_numbers() {
    assert_eq!(numbers("rq_033_rq_034_two_files", "rq_"), ["RQ-033", "RQ-034"]);
    assert_eq!(numbers("RQ-018 declaration, RQ-013", "RQ-"), ["RQ-018", "RQ-013"]);
    assert!(numbers("rq_x", "rq_").is_empty());
}
