//! Header lines: what stands above each column.

use crate::read::{Area, RawRow};
use zhijian_kinds::intake::Cell;
use zhijian_kinds::text::is_space;

/// The texts above each column, from the lowest line up; empty ones left out.
pub(super) fn stacks(lines: &[RawRow], merged: &[Area]) -> Vec<Vec<String>> {
    let width = lines.iter().map(|l| l.cells.len()).max().unwrap_or(0);
    let filled: Vec<Vec<String>> = lines.iter().map(|line| (0..width).map(|c| text_at(line, c)).collect()).collect();
    let mut stacks = vec![Vec::new(); width];
    for (index, line) in lines.iter().enumerate().rev() {
        let spans = Spans::of(line, merged);
        let mut group = String::new();
        for column in 0..width {
            let own = &filled[index][column];
            let text = if !own.is_empty() {
                group.clone_from(own);
                own.clone()
            } else if let Some(start) = spans.start_of(column) {
                filled[index].get(start).cloned().unwrap_or_default()
            } else if spans.none && index + 1 < lines.len() && filled[index + 1..].iter().any(|below| !below[column].is_empty()) {
                // Without merged cells a group stands over its first column only.
                group.clone()
            } else {
                String::new()
            };
            if !text.is_empty() && stacks[column].last() != Some(&text) {
                stacks[column].push(text);
            }
        }
    }
    stacks
}

/// A cell's text on one line.
fn text_at(row: &RawRow, column: usize) -> String {
    match row.cells.get(column) {
        Some(Cell::Empty) | None => String::new(),
        Some(cell) => cell.shown().chars().filter(|c| !matches!(c, '\r' | '\n')).collect::<String>().trim_matches(is_space).to_owned(),
    }
}

/// Horizontal merges of one line.
struct Spans {
    areas: Vec<(usize, usize)>,
    none: bool,
}

impl Spans {
    fn of(line: &RawRow, merged: &[Area]) -> Self {
        let row = line.number.saturating_sub(1);
        let areas: Vec<(usize, usize)> =
            merged.iter().filter(|a| a.top == row && a.right > a.left).map(|a| (a.left as usize, a.right as usize)).collect();
        Self { none: areas.is_empty(), areas }
    }

    fn start_of(&self, column: usize) -> Option<usize> {
        self.areas.iter().find(|(left, right)| (*left..=*right).contains(&column)).map(|(left, _)| *left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u32, texts: &[&str]) -> RawRow {
        RawRow { number, cells: texts.iter().map(|t| if t.is_empty() { Cell::Empty } else { Cell::Text((*t).into()) }).collect() }
    }

    #[test]
    fn items_stand_below_their_group() {
        let lines = [row(3, &["名称", "从业人员", "", "", "备注"]), row(4, &["", "在册", "派遣", "接害", ""])];
        let expected = vec![vec!["名称"], vec!["在册", "从业人员"], vec!["派遣", "从业人员"], vec!["接害", "从业人员"], vec!["备注"]];
        let merges = [Area { top: 2, left: 1, bottom: 2, right: 3 }, Area { top: 2, left: 0, bottom: 3, right: 0 }];
        assert_eq!(stacks(&lines, &merges), expected, "with merged cells");
        assert_eq!(stacks(&lines, &[]), expected, "without, as in CSV");
    }

    #[test]
    fn a_merged_group_ends_where_it_ends() {
        let lines = [row(1, &["甲", "", "乙"]), row(2, &["子", "丑", "寅"])];
        let merges = [Area { top: 0, left: 2, bottom: 0, right: 3 }];
        assert_eq!(stacks(&lines, &merges)[1], ["丑"], "no merge over this column");
    }
}
