//! The attacker: everything that a board and its neighbours of other years tell, put together and solved. What was withheld must not follow.
#![allow(clippy::unwrap_used, clippy::cast_precision_loss, reason = "a test stops at the first surprise, and its counts are small")]

use super::Counting;
use crate::tables::axes::{Key, key};
use crate::tables::grid::{Cell, Grid, Group, Row};
use serde_json::{Value, json};
use std::collections::HashMap;
use zhijian_calc::epi::{Hidden, Joint};
use zhijian_kinds::StatTable;
use zhijian_kinds::indicator::Measure;
use zhijian_kinds::tables::{Axis, From};

const SMALLEST: u64 = 5;
/// Years of which boards are asked; windows reach two years further back.
const ASKED: [i32; 3] = [2018, 2019, 2020];
const REGIONS: [&str; 3] = ["130302", "130303", "130322"];
const CONCLUSIONS: [&str; 3] = ["1", "3", "4"];
const TYPES: [&str; 2] = ["1", "2"];

/// Persons who are alike in everything that any table tells apart.
#[derive(Clone, Copy)]
struct Atom {
    region: usize,
    conclusion: usize,
    kind: usize,
    year: i32,
    many: u64,
}

type Test = fn(&Atom, &str) -> bool;

/// A table with what it takes from an atom.
struct Panel {
    table: StatTable,
    rows: Test,
    columns: Test,
    /// Whether an atom counts in a line: for the numerator, and at all.
    line: fn(&Atom, &str) -> (bool, bool),
    /// Years up to the one asked for.
    span: i32,
}

const BASE: &str = "FROM exam WHERE examined_on BETWEEN {from} AND {to} AND conclusion IS NOT NULL";
const WINDOW: &str = "FROM exam WHERE year > {year} - 3 AND year <= {year} AND conclusion IS NOT NULL";

fn table(name: &str, measure: &str, rows: &Value, columns: &Value, lines: &Value) -> StatTable {
    let whole = json!({"table": name, "title": name, "basis": "", "help": "", "measure": measure, "persons": ["exam"],
                       "rows": rows, "columns": columns, "lines": lines});
    serde_json::from_value(whole).unwrap()
}

fn line(key: &str, select: &str, from: &str) -> Value {
    let select = if select.contains("AS num") { select.to_owned() } else { format!("{select}1 AS num") };
    json!({"key": key, "label": key, "facts": ["exam"], "sql": format!("SELECT {select}, region, town, 1 AS den {from}")})
}

fn panels() -> Vec<Panel> {
    let (places, one) = (json!({"title": "区划", "from": "regions", "total": true}), json!({"title": "一", "from": "one"}));
    let keys = |title: &str, keys: &[&str], total: bool| json!({"title": title, "from": "keys", "total": total, "keys": keys.iter().map(|k| ((*k).to_owned(), json!(k))).collect::<serde_json::Map<_, _>>()});
    let years = json!({"title": "年度", "from": "years", "span": 3, "total": true});
    let of_lines = json!({"title": "行", "from": "lines"});
    let region: Test = |a, k| REGIONS[a.region] == k;
    let conclusion: Test = |a, k| CONCLUSIONS[a.conclusion] == k;
    let kind: Test = |a, k| TYPES[a.kind] == k;
    let any: Test = |_, _| true;
    let everybody: fn(&Atom, &str) -> (bool, bool) = |_, _| (true, true);
    let suspected: fn(&Atom, &str) -> (bool, bool) = |a, _| (CONCLUSIONS[a.conclusion] == "3", CONCLUSIONS[a.conclusion] == "3");
    let panel = |table, rows, columns, line, span| Panel { table, rows, columns, line, span };
    vec![
        panel(
            table("by_county", "count", &places, &keys("结论", &CONCLUSIONS, true), &json!([line("", "conclusion AS column_key, ", BASE)])),
            region,
            conclusion,
            everybody,
            1,
        ),
        // No margin of this one is printed.
        panel(
            table(
                "by_type",
                "count",
                &keys("类别", &TYPES, false),
                &keys("结论", &CONCLUSIONS, false),
                &json!([line("", "exam_type AS row_key, conclusion AS column_key, ", BASE)]),
            ),
            kind,
            conclusion,
            everybody,
            1,
        ),
        panel(
            table("types", "count", &keys("类别", &TYPES, true), &one, &json!([line("", "exam_type AS row_key, ", BASE)])),
            kind,
            any,
            everybody,
            1,
        ),
        panel(
            table(
                "rates",
                "rate",
                &of_lines,
                &one,
                &json!([
                    line("contra", "CASE WHEN conclusion = '4' THEN 1 ELSE 0 END AS num", BASE),
                    line("suspected", "CASE WHEN conclusion = '3' THEN 1 ELSE 0 END AS num", BASE)
                ]),
            ),
            any,
            any,
            |a, key| (CONCLUSIONS[a.conclusion] == if key == "contra" { "4" } else { "3" }, true),
            1,
        ),
        panel(
            table(
                "map",
                "count",
                &places,
                &one,
                &json!([line("", "", "FROM exam WHERE examined_on BETWEEN {from} AND {to} AND conclusion = '3'")]),
            ),
            region,
            any,
            suspected,
            1,
        ),
        panel(
            table("years", "count", &places, &years, &json!([line("", "CAST(year AS VARCHAR) AS column_key, ", WINDOW)])),
            region,
            |a, k| a.year.to_string() == k,
            everybody,
            3,
        ),
        panel(
            table("window", "count", &keys("结论", &CONCLUSIONS, true), &one, &json!([line("", "conclusion AS row_key, ", WINDOW)])),
            conclusion,
            any,
            everybody,
            3,
        ),
    ]
}

fn axis(axis: &Axis, lines: &[zhijian_kinds::tables::Line], year: i32) -> Vec<Key> {
    match axis.from {
        From::Regions => REGIONS.map(|r| key(r, r)).to_vec(),
        From::Years => (year - 2..=year).map(|y| key(&y.to_string(), "")).collect(),
        From::Lines => lines.iter().map(|l| key(&l.key, &l.key)).collect(),
        From::One => vec![Key { codes: Vec::new(), ..key("", "") }],
        _ => axis.keys.keys().map(|k| key(k, k)).collect(),
    }
}

/// Which atoms a number counts, and how many they are.
type Counted = (Vec<f64>, u64);

/// A table filled, with the atoms of every cell in the grid's order: numerators and denominators.
fn fill(panel: &Panel, atoms: &[Atom], year: i32) -> (Grid, Vec<[Counted; 2]>) {
    let table = &panel.table;
    let (rows, columns) = (axis(&table.rows, &table.lines, year), axis(&table.columns, &table.lines, year));
    let mut counted = Vec::new();
    let mut count = |rows: &[&Key], columns: &[&Key]| {
        let mut cell = Cell { found: true, ..Cell::default() };
        let (mut numerator, mut denominator) = (vec![0.0; atoms.len()], vec![0.0; atoms.len()]);
        for (at, atom) in atoms.iter().enumerate().filter(|(_, a)| a.year > year - panel.span && a.year <= year) {
            for row in rows.iter().filter(|r| (panel.rows)(atom, &r.key)) {
                let inside = columns.iter().any(|c| (panel.columns)(atom, &c.key));
                let (num, den) = (panel.line)(atom, &row.key);
                if inside && num {
                    numerator[at] += 1.0;
                    cell.numerator += atom.many as f64;
                }
                if inside && den {
                    denominator[at] += 1.0;
                    cell.denominator += atom.many as f64;
                }
            }
        }
        counted.push([(numerator, cell.numerator as u64), (denominator, cell.denominator as u64)]);
        cell
    };
    let measure = table.measure;
    let mut made = Vec::new();
    let all: Vec<&Key> = columns.iter().collect();
    let mut make = |key: &Key, over: &[&Key], sum: bool| {
        let cells = columns.iter().map(|c| count(over, &[c])).collect();
        let total = table.columns.total.then(|| count(over, &all));
        made.push(Row { key: key.clone(), measure, note: String::new(), none: false, optional: false, sum, cells, total });
    };
    rows.iter().for_each(|row| make(row, &[row], false));
    if table.rows.total {
        make(&Key::default(), &rows.iter().collect::<Vec<_>>(), true);
    }
    (Grid { columns, groups: vec![Group { key: None, rows: made }] }, counted)
}

/// A generator of its own: the same tables at every run.
pub struct Dice(u64);

impl Dice {
    /// Another one for every seed.
    pub fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below a bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

fn people(seed: u64) -> Vec<Atom> {
    let mut dice = Dice::of(seed);
    let mut atoms = Vec::new();
    for year in 2016..=2020 {
        for region in 0..REGIONS.len() {
            for conclusion in 0..CONCLUSIONS.len() {
                for kind in 0..TYPES.len() {
                    // Few where it matters, none often, many sometimes.
                    let many = match dice.below(4) {
                        0 => 0,
                        1 => dice.below(4),
                        2 => dice.below(9),
                        _ => 3 + dice.below(40),
                    };
                    atoms.push(Atom { region, conclusion, kind, year, many });
                }
            }
        }
    }
    atoms
}

/// Is a vector a combination of the others? The others are brought to echelon form once.
#[derive(Default)]
pub struct Span(Vec<(usize, Vec<f64>)>);

impl Span {
    /// One more.
    pub fn add(&mut self, vector: &[f64]) {
        let rest = self.rest(vector);
        if let Some(at) = rest.iter().position(|x| x.abs() > 1e-7) {
            let lead = rest[at];
            self.0.push((at, rest.iter().map(|x| x / lead).collect()));
        }
    }

    fn rest(&self, vector: &[f64]) -> Vec<f64> {
        let mut rest = vector.to_vec();
        for (at, row) in &self.0 {
            let factor = rest[*at];
            if factor.abs() > 1e-9 {
                rest.iter_mut().zip(row).for_each(|(x, y)| *x -= factor * y);
            }
        }
        rest
    }

    /// Does a vector follow from them?
    pub fn holds(&self, vector: &[f64]) -> bool {
        self.rest(vector).iter().all(|x| x.abs() <= 1e-7)
    }
}

struct Seen {
    told: Vec<Counted>,
    small: Vec<(String, Counted)>,
    shown: usize,
}

/// What somebody sees who opens every table of every year that is asked; `protected` as the platform does it.
fn seen(atoms: &[Atom], decide: impl Fn(&[Panel], i32) -> Hidden) -> Seen {
    let panels = panels();
    let decided: HashMap<i32, Hidden> = (2016..=2020).map(|year| (year, decide(&panels, year))).collect();
    let mut all = Seen { told: Vec::new(), small: Vec::new(), shown: 0 };
    for year in ASKED {
        for panel in &panels {
            let (mut grid, counted) = fill(panel, atoms, year);
            let lines = vec![true; panel.table.lines.len()];
            let counting = Counting { table: &panel.table, lines: &lines, node: "130300" };
            counting.withhold(&mut grid, year, SMALLEST, &|y| decided.get(&y));
            let cells = grid.groups[0].rows.iter().flat_map(|row| row.cells.iter().chain(&row.total));
            for (at, (cell, [numerator, denominator])) in cells.zip(counted).enumerate() {
                let rate = panel.table.measure == Measure::Rate;
                let others = (denominator.0.iter().zip(&numerator.0).map(|(d, n)| d - n).collect(), denominator.1 - numerator.1);
                let numbers = if rate { vec![numerator, denominator, others] } else { vec![numerator] };
                let place = format!("{} {year} #{at}", panel.table.table);
                for number in numbers {
                    if (1..SMALLEST).contains(&number.1) {
                        all.small.push((place.clone(), number.clone()));
                    }
                    if !cell.withheld {
                        all.shown += 1;
                        all.told.push(number);
                    }
                }
            }
        }
    }
    all
}

fn together(atoms: &[Atom]) -> impl Fn(&[Panel], i32) -> Hidden {
    move |panels, year| {
        let mut joint = Joint::default();
        for panel in panels {
            let lines = vec![true; panel.table.lines.len()];
            Counting { table: &panel.table, lines: &lines, node: "130300" }.enter(&mut joint, &fill(panel, atoms, year).0, year);
        }
        joint.decide(SMALLEST)
    }
}

/// Places whose small number follows from what is told.
fn determined(seen: &Seen) -> Vec<String> {
    let mut span = Span::default();
    seen.told.iter().for_each(|(vector, _)| span.add(vector));
    seen.small.iter().filter(|(_, (vector, _))| span.holds(vector)).map(|(place, (_, n))| format!("{place}: {n}")).collect()
}

#[test]
fn rq_169_no_small_number_follows_from_all_panels_and_years_together() {
    let (mut small, mut shown, mut all) = (0, 0, 0);
    for seed in 0..60 {
        let atoms = people(seed);
        let seen = seen(&atoms, together(&atoms));
        let found = determined(&seen);
        assert!(found.is_empty(), "seed {seed}: {found:?}");
        small += seen.small.len();
        shown += seen.shown;
        all += seen.shown + seen.small.len();
    }
    assert!(small > 500, "there was something to find: {small}");
    assert!(shown * 3 > all, "not everything is withheld: {shown} of {all}");
}

/// The same attack on tables that are each protected alone, as long as one looks at that one only.
#[test]
fn rq_169_the_attacker_succeeds_against_tables_protected_one_by_one() {
    let mut broken = 0;
    for seed in 0..20 {
        let atoms = people(seed);
        let alone = |panels: &[Panel], year: i32| {
            let mut hidden = Hidden::default();
            for panel in panels {
                let mut joint = Joint::default();
                let lines = vec![true; panel.table.lines.len()];
                Counting { table: &panel.table, lines: &lines, node: &panel.table.table }.enter(
                    &mut joint,
                    &fill(panel, &atoms, year).0,
                    year,
                );
                hidden.add(&joint.decide(SMALLEST));
            }
            hidden
        };
        // Each table in a place of its own: nothing that one hides is known to the others.
        let panels = panels();
        let mut told = Seen { told: Vec::new(), small: Vec::new(), shown: 0 };
        for year in ASKED {
            let hidden = alone(&panels, year);
            for panel in panels.iter().filter(|p| p.span == 1) {
                let (mut grid, counted) = fill(panel, &atoms, year);
                let lines = vec![true; panel.table.lines.len()];
                Counting { table: &panel.table, lines: &lines, node: &panel.table.table }
                    .withhold(&mut grid, year, SMALLEST, &|_| Some(&hidden));
                let cells = grid.groups[0].rows.iter().flat_map(|row| row.cells.iter().chain(&row.total));
                for (cell, [numerator, _]) in cells.zip(counted) {
                    if (1..SMALLEST).contains(&numerator.1) {
                        told.small.push((panel.table.table.clone(), numerator.clone()));
                    }
                    if !cell.withheld {
                        told.told.push(numerator);
                    }
                }
            }
        }
        broken += usize::from(!determined(&told).is_empty());
    }
    assert!(broken > 0, "the attack must be able to succeed");
}
