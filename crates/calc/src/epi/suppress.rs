//! `epi.suppress`: small numbers in published tables (a rule of this platform).

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::Status,
};

/// A row with small cells hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// The cells, `None` where hidden.
    pub row: Vec<Option<u64>>,
    /// Cells hidden for being small.
    pub primary: usize,
    /// Cells hidden so that the small one cannot be computed from the total.
    pub secondary: usize,
    /// Whether a hidden cell still follows from the total, so that the total must not be published either.
    pub total_reveals: bool,
}

/// Hides cells of 1 to `threshold` − 1; a zero stays.
///
/// If the total is published and exactly one cell is hidden, the smallest remaining cell above zero goes too (ties:
/// the leftmost). Apply after every filter and across overlapping tables.
///
/// # Example
/// ```
/// let hidden = zhijian_calc::epi::suppress(&[8, 4, 30], 5, true);
/// assert_eq!((hidden.row, hidden.primary, hidden.secondary), (vec![None, None, Some(30)], 1, 1));
/// ```
#[must_use]
pub fn suppress(row: &[u64], threshold: u64, total_published: bool) -> Suppressed {
    let mut cells: Vec<Option<u64>> =
        row.iter().map(|cell| (*cell == 0 || *cell >= threshold).then_some(*cell)).collect();
    let hidden = |cells: &[Option<u64>]| cells.iter().filter(|cell| cell.is_none()).count();
    let primary = hidden(&cells);
    let mut secondary = 0;
    if total_published && primary == 1 {
        let above_zero =
            cells.iter().enumerate().filter_map(|(place, cell)| cell.filter(|c| *c > 0).map(|c| (c, place)));
        if let Some((_, place)) = above_zero.min() {
            cells[place] = None;
            secondary = 1;
        }
    }
    let sum: u64 = row.iter().zip(&cells).filter(|(_, cell)| cell.is_none()).map(|(count, _)| count).sum();
    // alone, or all as small or all as large as a hidden cell can be
    let forced = primary == 1 && secondary == 0
        || secondary == 0
            && primary > 1
            && (sum == primary as u64 || sum == primary as u64 * (threshold - 1));
    Suppressed { row: cells, primary, secondary, total_reveals: total_published && primary > 0 && forced }
}

pub(crate) static SUPPRESS: Calculator = Calculator {
    id: "epi.suppress",
    title: "小数目隐藏",
    inputs: &[
        Field::required("row", "", "一行计数"),
        Field::optional("threshold", "", "阈值，默认 5：1 至阈值−1 隐藏"),
        Field::optional("total_published", "", "合计是否公布")
            .also(&["row_total_published", "publish_total"]),
    ],
    outputs: &[
        Field::required("row", "", "隐藏后的行，隐藏为空"),
        Field::required("n_primary", "", "因小而隐藏的格数"),
        Field::required("n_secondary", "", "为防由合计推出而隐藏的格数"),
    ],
    formula: "1…阈值−1 隐藏；合计公布且只隐藏一格时再隐藏最小的非零格（同值取左）",
    source: "本平台规则",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole numbers of at least 0"
    )]
    let row: Vec<u64> = args.counts("row")?.into_iter().map(|count| count as u64).collect();
    let threshold = args.count_or("threshold", 5)?;
    if threshold == 0 {
        return Err(args.invalid("threshold"));
    }
    if row.iter().any(|cell| *cell > 1 << 50) || threshold > 1 << 20 {
        return Err(args.out_of_range("row"));
    }
    let hidden = suppress(&row, threshold, args.flag("total_published")?);
    Ok(Answer::new()
        .with("row", hidden.row)
        .with("n_primary", hidden.primary)
        .with("n_secondary", hidden.secondary)
        .warn_if(hidden.total_reveals, "total_reveals"))
}
