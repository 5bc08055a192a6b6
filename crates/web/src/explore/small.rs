//! Small numbers of people in explorations: withheld so that no table gives away what another one of the same fact withholds.
//!
//! Margins first: what is withheld of one side alone is decided from that side alone, so every table of that side says the same. In a table of
//! two sides whatever stands in a withheld row or column is withheld, and the rest is protected with the margins as they were decided.
//! Two tables of a fact have nothing in common but margins of one side, so together they tell no more than each alone (decision 0033).

use super::fill::{Cell, Filled, Key};
use zhijian_calc::epi::Joint;

/// Withholds small numbers and what would give them away.
pub fn withhold(filled: &mut Filled, smallest: u64, two: bool) {
    let rows = margin(&filled.rows, &filled.row_totals, &filled.total, smallest);
    let columns =
        if two { margin(&filled.columns, &filled.column_totals, &filled.total, smallest) } else { vec![false; filled.columns.len()] };
    let inner =
        if two { cells(filled, &rows, &columns, smallest) } else { filled.cells.iter().map(|row| vec![false; row.len()]).collect() };
    let gone = |cell: &mut Cell, hide: bool| {
        if hide {
            *cell = Cell { withheld: true, ..Cell::default() };
        }
    };
    let closed = |at: usize, flags: &[bool]| flags.get(at).copied().unwrap_or(true);
    for (at, row) in filled.cells.iter_mut().enumerate() {
        for (column, cell) in row.iter_mut().enumerate() {
            let own = inner.get(at).and_then(|row: &Vec<bool>| row.get(column)).copied().unwrap_or(true);
            gone(cell, own || closed(at, &rows) || closed(column, &columns));
        }
    }
    filled.row_totals.iter_mut().enumerate().for_each(|(at, cell)| gone(cell, closed(at, &rows)));
    let total = is_small(whole(&filled.total), smallest);
    filled.column_totals.iter_mut().enumerate().for_each(|(at, cell)| gone(cell, if two { closed(at, &columns) } else { total }));
    gone(&mut filled.total, total);
}

fn whole(cell: &Cell) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of persons, never negative")]
    let n = cell.value.unwrap_or_default().max(0.0).round() as u64;
    n
}

fn is_small(count: u64, smallest: u64) -> bool {
    (1..smallest).contains(&count)
}

/// Which keys of a side are withheld, from that side and the total alone.
fn margin(keys: &[Key], totals: &[Cell], total: &Cell, smallest: u64) -> Vec<bool> {
    let mut joint = Joint::default();
    let counts: Vec<u64> = totals.iter().map(whole).collect();
    let parts: Vec<usize> = keys.iter().zip(&counts).map(|(key, count)| joint.number(&key.key, *count, true)).collect();
    let all = joint.number("* all", whole(total), true);
    joint.sum(all, parts);
    let hidden = joint.decide(smallest);
    // The total is told by every side or by none; where a side would have withheld it, its keys are withheld instead.
    let everything = hidden.holds("* all", whole(total)) && !is_small(whole(total), smallest);
    keys.iter().zip(&counts).map(|(key, count)| everything || hidden.holds(&key.key, *count)).collect()
}

/// Which cells are withheld besides those of withheld rows and columns; the margins stay as they are.
fn cells(filled: &Filled, rows: &[bool], columns: &[bool], smallest: u64) -> Vec<Vec<bool>> {
    let mut joint = Joint::default();
    let open = |row: usize, column: usize| !rows.get(row).copied().unwrap_or(true) && !columns.get(column).copied().unwrap_or(true);
    let name = |row: usize, column: usize| {
        let key = |keys: &[Key], at: usize| keys.get(at).map_or_else(String::new, |key| key.key.clone());
        format!("{} & {}", key(&filled.rows, row), key(&filled.columns, column))
    };
    let mut places: Vec<Vec<usize>> = Vec::new();
    for (row, cells) in filled.cells.iter().enumerate() {
        places.push(
            cells.iter().enumerate().map(|(column, cell)| joint.number(&name(row, column), whole(cell), open(row, column))).collect(),
        );
    }
    let mut fixed = Vec::new();
    for (row, total) in filled.row_totals.iter().enumerate().filter(|(row, _)| !rows.get(*row).copied().unwrap_or(true)) {
        let (called, count) = (format!("row {row}"), whole(total));
        let at = joint.number(&called, count, true);
        joint.sum(at, places.get(row).cloned().unwrap_or_default());
        fixed.push((called, count));
    }
    for (column, total) in filled.column_totals.iter().enumerate().filter(|(column, _)| !columns.get(*column).copied().unwrap_or(true)) {
        let (called, count) = (format!("column {column}"), whole(total));
        let at = joint.number(&called, count, true);
        joint.sum(at, places.iter().filter_map(|row| row.get(column).copied()).collect());
        fixed.push((called, count));
    }
    let hidden = joint.decide(smallest);
    // A margin that is told elsewhere cannot be withheld here: then all cells are.
    let all = fixed.iter().any(|(called, count)| hidden.holds(called, *count));
    let held = |row: usize, column: usize, cell: &Cell| all || hidden.holds(&name(row, column), whole(cell));
    filled
        .cells
        .iter()
        .enumerate()
        .map(|(row, cells)| cells.iter().enumerate().map(|(column, cell)| held(row, column, cell)).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::cast_precision_loss, reason = "the counts of a test are small")]
    use super::*;
    use crate::tables::published::attack::{Dice, Span};

    const SIDES: [usize; 3] = [4, 3, 3];

    /// People by three sides.
    fn people(seed: u64) -> Vec<([usize; 3], u64)> {
        let mut dice = Dice::of(seed);
        let mut all = Vec::new();
        for a in 0..SIDES[0] {
            for b in 0..SIDES[1] {
                for c in 0..SIDES[2] {
                    let many = match dice.below(5) {
                        0 | 1 => 0,
                        2 => dice.below(5),
                        _ => dice.below(30),
                    };
                    all.push(([a, b, c], many));
                }
            }
        }
        all
    }

    fn count(people: &[([usize; 3], u64)], held: impl Fn(&[usize; 3]) -> bool) -> (Vec<f64>, Cell) {
        let sum: u64 = people.iter().filter(|(p, _)| held(p)).map(|(_, n)| n).sum();
        let vector = people.iter().map(|(p, _)| if held(p) { 1.0 } else { 0.0 }).collect();
        (vector, Cell { value: Some(sum as f64), records: sum, withheld: false })
    }

    /// A table of one or two sides, with what each cell counts in the order of cells, row totals, column totals, total.
    fn table(people: &[([usize; 3], u64)], a: usize, b: Option<usize>) -> (Filled, Vec<Vec<f64>>) {
        let keys = |n: usize| (0..n).map(|k| Key { key: k.to_string(), label: k.to_string() }).collect::<Vec<_>>();
        let (rows, columns) = (keys(SIDES[a]), b.map_or_else(|| keys(1), |b| keys(SIDES[b])));
        let mut vectors = Vec::new();
        let mut cell = |row: Option<usize>, column: Option<usize>| {
            let held = |p: &[usize; 3]| row.is_none_or(|r| p[a] == r) && column.zip(b).is_none_or(|(c, b)| p[b] == c);
            let (vector, cell) = count(people, held);
            vectors.push(vector);
            cell
        };
        let cells = (0..rows.len()).map(|r| (0..columns.len()).map(|c| cell(Some(r), Some(c))).collect()).collect();
        let row_totals = (0..rows.len()).map(|r| cell(Some(r), None)).collect();
        let column_totals = (0..columns.len()).map(|c| cell(None, Some(c))).collect();
        let total = cell(None, None);
        (Filled { rows, columns, cells, row_totals, column_totals, total }, vectors)
    }

    #[test]
    fn rq_169_no_small_number_follows_from_all_explorations_of_a_fact() {
        let (mut small, mut shown) = (0, 0);
        for seed in 0..120 {
            let people = people(seed);
            let (mut told, mut wanted) = (Span::default(), Vec::new());
            for (a, b) in [(0, None), (1, None), (2, None), (0, Some(1)), (1, Some(2)), (2, Some(0)), (1, Some(0))] {
                let (mut filled, vectors) = table(&people, a, b);
                let before = filled.clone();
                withhold(&mut filled, 5, b.is_some());
                let all = |f: &Filled| -> Vec<Cell> {
                    f.cells.iter().flatten().chain(&f.row_totals).chain(&f.column_totals).chain([&f.total]).copied().collect()
                };
                for ((cell, was), vector) in all(&filled).iter().zip(all(&before)).zip(&vectors) {
                    if is_small(whole(&was), 5) {
                        assert!(cell.withheld, "seed {seed}: a small number is told");
                        wanted.push(vector.clone());
                    }
                    if !cell.withheld {
                        shown += 1;
                        told.add(vector);
                    }
                }
            }
            small += wanted.len();
            assert!(wanted.iter().all(|vector| !told.holds(vector)), "seed {seed}: a small number follows");
        }
        assert!(small > 500 && shown > 1_000, "{small} small, {shown} shown");
    }
}
