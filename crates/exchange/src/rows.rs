//! Which rows below a header are data.

use crate::header::Recognised;
use crate::read::RawRow;
use zhijian_kinds::intake::Cell;
use zhijian_kinds::text::is_space;

/// Words that begin a row of sums.
const SUMS: [&str; 3] = ["合计", "小计", "总计"];
/// Words that mark the example of a template.
const EXAMPLES: [&str; 2] = ["示例", "样例"];

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// A row of data.
    Data,
    /// Nothing in it, or only words that mean nothing.
    Blank,
    /// One filled cell: a note, a signature line.
    Note,
    /// Sums.
    Sum,
    /// The header once more, or a line of column numbers below it.
    Header,
    /// The template's example.
    Example,
}

/// Classifies a row below the header.
#[must_use]
pub fn classify(row: &RawRow, recognised: &Recognised) -> RowKind {
    let mut filled = row.cells.iter().filter(|c| !c.is_blank());
    let Some(first) = filled.next() else { return RowKind::Blank };
    let more = filled.count();
    if let Cell::Text(text) = first {
        let word: String = text.chars().filter(|c| !is_space(*c)).take(8).collect();
        let begins = |words: &[&str]| words.iter().any(|w| word.trim_start_matches(['(', '（', '【']).starts_with(w));
        if begins(&SUMS) {
            return RowKind::Sum;
        }
        if EXAMPLES.iter().any(|w| word.trim_matches(['(', '（', ')', '）', '【', '】', ':', '：']) == *w) {
            return RowKind::Example;
        }
    }
    if more == 0 {
        return RowKind::Note;
    }
    if recognised.is_header_again(row) || (row.number == recognised.header_rows.end && is_numbering(row)) {
        return RowKind::Header;
    }
    RowKind::Data
}

/// `1 2 3 4 …` below the header: the numbers of the columns.
fn is_numbering(row: &RawRow) -> bool {
    let mut next = None;
    let mut count = 0;
    for cell in row.cells.iter().filter(|c| !c.is_blank()) {
        let shown = cell.shown();
        let text = shown.trim_matches(|c: char| is_space(c) || matches!(c, '(' | ')' | '（' | '）'));
        let Ok(number) = text.parse::<u32>() else { return false };
        if number != next.unwrap_or(number) || (next.is_none() && number > 1) {
            return false;
        }
        next = Some(number + 1);
        count += 1;
    }
    count >= 4
}
