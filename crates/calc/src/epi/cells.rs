//! Small cells in tables with totals (小数目隐去, complementary suppression): which cells must not be published so that no small count
//! can be computed from what is.
//!
//! A table is a list of counts and a list of sums among them (`total = Σ parts`): rows, columns, trees of regions, or all of these at
//! once. Counts of 1 to `threshold` − 1 are hidden; then further ones until no hidden count follows from the published ones by adding
//! and subtracting, and until what is hidden together in a sum is not itself a small count. (A rule of this platform, domain A.2 R19.)

/// `total = Σ parts`, as positions in the list of counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// Position of the total.
    pub total: usize,
    /// Positions of its parts.
    pub parts: Vec<usize>,
}

impl Sum {
    pub(super) fn members(&self) -> impl Iterator<Item = usize> {
        self.parts.iter().copied().chain([self.total])
    }
}

/// Which counts must be hidden. Sums that name a position outside the list are left out.
///
/// # Example
/// ```
/// use zhijian_calc::epi::{Sum, protect};
/// let counts = [42, 8, 4, 30];
/// let hidden = protect(&counts, &[Sum { total: 0, parts: vec![1, 2, 3] }], 5);
/// assert_eq!(hidden, [false, true, true, false]);
/// ```
#[must_use]
pub fn protect(counts: &[u64], sums: &[Sum], threshold: u64) -> Vec<bool> {
    protect_further(counts, sums, &[], threshold)
}

/// As [`protect`], for a table of which some counts are withheld for other reasons.
#[must_use]
pub fn protect_further(counts: &[u64], sums: &[Sum], withheld: &[bool], threshold: u64) -> Vec<bool> {
    let sums: Vec<&Sum> = sums.iter().filter(|sum| sum.members().all(|at| at < counts.len())).collect();
    let already = |at: usize| withheld.get(at).copied().unwrap_or_default();
    let mut hidden: Vec<bool> =
        counts.iter().enumerate().map(|(at, count)| already(at) || (1..threshold).contains(count)).collect();
    // Every round hides at least one more count, so this ends.
    while let Some(open) = exposed(counts, &sums, &hidden, threshold) {
        let near: Vec<&&Sum> = sums.iter().filter(|sum| sum.members().any(|at| open.contains(&at))).collect();
        let shown = |at: &usize| !hidden[*at];
        // The least count that tells something goes; parts before totals, zeros last.
        let parts = near.iter().flat_map(|sum| sum.parts.iter().copied()).filter(shown);
        let all = near.iter().flat_map(|sum| sum.members()).filter(shown);
        let rank = |at: &usize| (counts[*at] == 0, counts[*at], *at);
        let Some(next) = parts.min_by_key(rank).filter(|at| counts[*at] > 0).or_else(|| all.min_by_key(rank))
        else {
            break;
        };
        hidden[next] = true;
    }
    hidden
}

/// Hidden counts that can be told from what is shown: the first kind of them that is found.
fn exposed(counts: &[u64], sums: &[&Sum], hidden: &[bool], threshold: u64) -> Option<Vec<usize>> {
    let derived = derivable(sums, hidden);
    if !derived.is_empty() {
        return Some(derived);
    }
    // What is hidden together under a shown total must not be a small count itself, nor force every part to be one.
    for sum in sums.iter().filter(|sum| !hidden[sum.total]) {
        let parts: Vec<usize> = sum.parts.iter().copied().filter(|at| hidden[*at]).collect();
        let together: u64 = parts.iter().map(|at| counts[*at]).sum();
        let shown = sum.parts.iter().any(|at| !hidden[*at] && counts[*at] > 0);
        if !parts.is_empty() && shown && together < threshold.max(parts.len() as u64 + 1) {
            return Some(parts);
        }
    }
    None
}

/// Positions of hidden counts that follow from the shown ones: unit vectors in the row space of the sums, restricted to what is hidden.
#[must_use]
pub fn derivable(sums: &[&Sum], hidden: &[bool]) -> Vec<usize> {
    let unknown: Vec<usize> = (0..hidden.len()).filter(|at| hidden[*at]).collect();
    let column = |at: usize| unknown.binary_search(&at).ok();
    let mut rows: Vec<Vec<f64>> = Vec::new();
    for sum in sums {
        let mut row = vec![0.0; unknown.len()];
        for part in sum.parts.iter().filter_map(|at| column(*at)) {
            row[part] += 1.0;
        }
        if let Some(total) = column(sum.total) {
            row[total] -= 1.0;
        }
        if row.iter().any(|x| *x != 0.0) {
            rows.push(row);
        }
    }
    reduce(&mut rows, unknown.len());
    rows.iter()
        .filter_map(|row| {
            let mut there = row.iter().enumerate().filter(|(_, x)| x.abs() > NOISE);
            let first = there.next()?.0;
            there.next().is_none().then(|| unknown[first])
        })
        .collect()
}

/// Sums have coefficients of ±1; what is left below this after elimination is rounding.
const NOISE: f64 = 1e-9;

/// Gauss–Jordan elimination.
fn reduce(rows: &mut [Vec<f64>], width: usize) {
    let mut done = 0;
    for column in 0..width {
        let Some(pivot) =
            (done..rows.len()).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()))
        else {
            return;
        };
        if rows[pivot][column].abs() <= NOISE {
            continue;
        }
        rows.swap(done, pivot);
        let lead = rows[done][column];
        rows[done].iter_mut().for_each(|x| *x /= lead);
        let row = rows[done].clone();
        for (index, other) in rows.iter_mut().enumerate() {
            let factor = other[column];
            if index != done && factor.abs() > NOISE {
                other.iter_mut().zip(&row).for_each(|(x, y)| *x -= factor * y);
            }
        }
        done += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sum(total: usize, parts: &[usize]) -> Sum {
        Sum { total, parts: parts.to_vec() }
    }

    #[test]
    fn a_small_cell_does_not_go_alone() {
        let row = [sum(0, &[1, 2, 3])];
        let rows: &[(&str, [u64; 4], [bool; 4])] = &[
            ("nothing small", [30, 10, 10, 10], [false; 4]),
            ("one small takes the least other", [42, 8, 4, 30], [false, true, true, false]),
            ("a zero tells nothing and stays", [34, 0, 4, 30], [false, false, true, true]),
            (
                "two small ones below the threshold together take a third",
                [33, 1, 2, 30],
                [false, true, true, true],
            ),
            ("a small total goes with its parts", [3, 1, 2, 0], [true, true, true, false]),
            ("a total that equals its only part", [4, 4, 0, 0], [true, true, false, false]),
        ];
        for (why, counts, expected) in rows {
            assert_eq!(protect(counts, &row, 5), *expected, "{why}");
        }
    }

    /// A table of `height` × `width` with row sums, column sums and the grand total.
    fn table(width: usize, height: usize, inner: &[u64]) -> (Vec<u64>, Vec<Sum>) {
        let mut counts: Vec<u64> = inner.to_vec();
        let mut sums = Vec::new();
        let at = |row: usize, column: usize| row * width + column;
        let mut add = |counts: &mut Vec<u64>, parts: Vec<usize>| {
            counts.push(parts.iter().map(|p| counts[*p]).sum());
            sums.push(Sum { total: counts.len() - 1, parts });
            counts.len() - 1
        };
        let rows: Vec<usize> =
            (0..height).map(|r| add(&mut counts, (0..width).map(|c| at(r, c)).collect())).collect();
        let columns: Vec<usize> =
            (0..width).map(|c| add(&mut counts, (0..height).map(|r| at(r, c)).collect())).collect();
        let all = add(&mut counts, rows);
        sums.push(Sum { total: all, parts: columns });
        (counts, sums)
    }

    /// The attacker: repeats “all of a sum but one are known” until nothing new follows.
    fn by_subtraction(sums: &[Sum], hidden: &[bool]) -> Vec<usize> {
        let mut known: Vec<bool> = hidden.iter().map(|h| !h).collect();
        loop {
            let next = sums.iter().find_map(|sum| {
                let mut open = sum.members().filter(|at| !known[*at]);
                let first = open.next()?;
                open.next().is_none().then_some(first)
            });
            match next {
                Some(at) => known[at] = true,
                None => break,
            }
        }
        (0..hidden.len()).filter(|at| hidden[*at] && known[*at]).collect()
    }

    proptest! {
        #[test]
        fn no_hidden_cell_follows_from_rows_columns_and_totals(
            width in 1_usize..6, height in 1_usize..6, cells in prop::collection::vec(0_u64..14, 36)
        ) {
            let (counts, sums) = table(width, height, &cells[..width * height]);
            let hidden = protect(&counts, &sums, 5);
            for (at, count) in counts.iter().enumerate() {
                prop_assert!(hidden[at] || !(1..5).contains(count), "a small count is shown");
            }
            prop_assert_eq!(by_subtraction(&sums, &hidden), Vec::<usize>::new());
            prop_assert_eq!(derivable(&sums.iter().collect::<Vec<_>>(), &hidden), Vec::<usize>::new());
        }

        #[test]
        fn no_hidden_cell_of_a_tree_follows(cells in prop::collection::vec(0_u64..9, 12)) {
            // Twelve towns in four counties in one city.
            let mut counts = cells.clone();
            let mut sums: Vec<Sum> = (0..4).map(|c| Sum { total: 12 + c, parts: (c * 3..c * 3 + 3).collect() }).collect();
            counts.extend((0..4).map(|c| cells[c * 3..c * 3 + 3].iter().sum::<u64>()));
            counts.push(cells.iter().sum());
            sums.push(Sum { total: 16, parts: (12..16).collect() });
            let hidden = protect(&counts, &sums, 5);
            prop_assert_eq!(by_subtraction(&sums, &hidden), Vec::<usize>::new());
            prop_assert_eq!(derivable(&sums.iter().collect::<Vec<_>>(), &hidden), Vec::<usize>::new());
        }
    }

    #[test]
    fn the_attacker_of_these_tests_can_attack() {
        let (_, sums) = table(2, 2, &[9, 9, 9, 9]);
        let mut hidden = vec![false; 9];
        hidden[0] = true;
        assert_eq!(by_subtraction(&sums, &hidden), [0]);
        assert_eq!(derivable(&sums.iter().collect::<Vec<_>>(), &hidden), [0]);
    }
}
