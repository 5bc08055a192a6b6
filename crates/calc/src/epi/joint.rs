//! Small cells across tables: the same number in several of them, and numbers that are sums of others, decided together.
//!
//! A number has a name that says what it counts; who names it alike in two tables means the same number, so it is hidden in both or in
//! none, and what is hidden with it is the same everywhere. A number that no table shows (a margin that nobody prints) still ties the others
//! together and is left to the attacker only where it is not small.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::cells::{Sum, derivable};

/// Numbers of many tables and the sums among them.
#[derive(Debug, Clone, Default)]
pub struct Joint {
    at: HashMap<String, usize>,
    names: Vec<String>,
    counts: Vec<u64>,
    shown: Vec<bool>,
    sums: Vec<Sum>,
}

/// What must not be told, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hidden {
    names: BTreeSet<String>,
    called: BTreeSet<String>,
}

/// A name for a number: two numbers that differ are never the same one, whatever they are called.
fn named(name: &str, count: u64) -> String {
    format!("{name} = {count}")
}

impl Hidden {
    /// Must the number be withheld?
    #[must_use]
    pub fn holds(&self, name: &str, count: u64) -> bool {
        self.names.contains(&named(name, count))
    }

    /// What is withheld of other facts too.
    pub fn add(&mut self, other: &Self) {
        self.names.extend(other.names.iter().cloned());
        self.called.extend(other.called.iter().cloned());
    }

    /// Is some number of that name withheld, whatever it is?
    #[must_use]
    pub fn calls(&self, name: &str) -> bool {
        self.called.contains(name)
    }
}

impl Joint {
    /// A number, known already or new; `shown` in some table, or only tying others together.
    pub fn number(&mut self, name: &str, count: u64, shown: bool) -> usize {
        let name = named(name, count);
        let next = self.counts.len();
        let at = *self.at.entry(name.clone()).or_insert(next);
        if at == next {
            self.names.push(name);
            self.counts.push(count);
            self.shown.push(shown);
        }
        self.shown[at] |= shown;
        at
    }

    /// `total = Σ parts`. Positions that are none leave it out.
    pub fn sum(&mut self, total: usize, parts: Vec<usize>) {
        let sum = Sum { total, parts };
        // A total of one part is the part: two names of one number, which elimination handles.
        if sum.members().all(|at| at < self.counts.len()) && sum.parts != [total] && !self.sums.contains(&sum)
        {
            self.sums.push(sum);
        }
    }

    /// What must be withheld: every count of 1 to `threshold` − 1, and what it could be computed from.
    #[must_use]
    pub fn decide(&self, threshold: u64) -> Hidden {
        let mut names = BTreeSet::new();
        for (members, sums) in self.parts() {
            let hidden = self.of_part(&members, &sums, threshold);
            names.extend(
                members.iter().zip(hidden).filter(|(_, hide)| *hide).map(|(at, _)| self.names[*at].clone()),
            );
        }
        let called = names.iter().filter_map(|name| Some(name.rsplit_once(" = ")?.0.to_owned())).collect();
        Hidden { names, called }
    }

    /// Numbers that sums tie together, with these sums in positions of the part; elimination over all at once would be slow.
    fn parts(&self) -> Vec<(Vec<usize>, Vec<Sum>)> {
        let mut root: Vec<usize> = (0..self.counts.len()).collect();
        for sum in &self.sums {
            let to = find(&mut root, sum.total);
            for part in &sum.parts {
                let from = find(&mut root, *part);
                root[from] = to;
            }
        }
        let mut parts: BTreeMap<usize, (Vec<usize>, Vec<Sum>)> = BTreeMap::new();
        let mut place = vec![0; self.counts.len()];
        for (at, place) in place.iter_mut().enumerate() {
            let (members, _) = parts.entry(find(&mut root, at)).or_default();
            *place = members.len();
            members.push(at);
        }
        for sum in &self.sums {
            let local = Sum { total: place[sum.total], parts: sum.parts.iter().map(|p| place[*p]).collect() };
            if let Some((_, sums)) = parts.get_mut(&find(&mut root, sum.total)) {
                sums.push(local);
            }
        }
        parts.into_values().collect()
    }

    fn of_part(&self, members: &[usize], sums: &[Sum], threshold: u64) -> Vec<bool> {
        let count = |at: usize| self.counts[members[at]];
        let mut hidden: Vec<bool> =
            (0..members.len()).map(|at| (1..threshold).contains(&count(at))).collect();
        let sums: Vec<&Sum> = sums.iter().collect();
        // Every round hides one more number that was shown, so this ends.
        loop {
            let unknown: Vec<bool> =
                members.iter().zip(&hidden).map(|(at, hide)| *hide || !self.shown[*at]).collect();
            let Some(open) = exposed(&sums, &hidden, &unknown, count, threshold) else { return hidden };
            let near = sums.iter().filter(|sum| sum.members().any(|at| open.contains(&at)));
            let shown = |at: &usize| !unknown[*at];
            // The least number that tells something; parts before totals, zeros last; by name where they are equal, so that the order of
            // the tables does not matter.
            let rank = |at: &usize| (count(*at) == 0, count(*at), self.names[members[*at]].as_str());
            let parts = near.clone().flat_map(|sum| sum.parts.iter().copied()).filter(shown);
            let all = near.flat_map(|sum| sum.members()).filter(shown);
            let Some(next) =
                parts.min_by_key(rank).filter(|at| count(*at) > 0).or_else(|| all.min_by_key(rank))
            else {
                return hidden;
            };
            hidden[next] = true;
        }
    }
}

fn find(root: &mut [usize], mut at: usize) -> usize {
    while root[at] != at {
        root[at] = root[root[at]];
        at = root[at];
    }
    at
}

/// Hidden numbers that can be told from what is shown.
fn exposed(
    sums: &[&Sum],
    hidden: &[bool],
    unknown: &[bool],
    count: impl Fn(usize) -> u64,
    threshold: u64,
) -> Option<Vec<usize>> {
    let derived: Vec<usize> = derivable(sums, unknown).into_iter().filter(|at| hidden[*at]).collect();
    if !derived.is_empty() {
        return Some(derived);
    }
    // What is unknown together under a known total must not be a small count itself, nor force every part to be one.
    for sum in sums.iter().filter(|sum| !unknown[sum.total]) {
        let parts: Vec<usize> = sum.parts.iter().copied().filter(|at| unknown[*at]).collect();
        let together: u64 = parts.iter().map(|at| count(*at)).sum();
        let told = sum.parts.iter().any(|at| !unknown[*at] && count(*at) > 0);
        if parts.iter().any(|at| hidden[*at]) && told && together < threshold.max(parts.len() as u64 + 1) {
            return Some(parts);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counties by conclusion beside conclusions alone: the small cell of one table is the partner's in the other.
    fn tables(order: bool) -> Joint {
        let mut joint = Joint::default();
        let first = |joint: &mut Joint| {
            let cells = [("a&3", 3), ("a&4", 20), ("b&3", 9), ("b&4", 30)]
                .map(|(name, n)| joint.number(name, n, true));
            let rows = [("a", 23), ("b", 39)].map(|(name, n)| joint.number(name, n, true));
            // The columns' totals stand in no row of this table.
            let columns = [("3", 12), ("4", 50)].map(|(name, n)| joint.number(name, n, false));
            joint.sum(rows[0], vec![cells[0], cells[1]]);
            joint.sum(rows[1], vec![cells[2], cells[3]]);
            joint.sum(columns[0], vec![cells[0], cells[2]]);
            joint.sum(columns[1], vec![cells[1], cells[3]]);
        };
        let second =
            |joint: &mut Joint| _ = [("3", 12), ("4", 50)].map(|(name, n)| joint.number(name, n, true));
        if order {
            (first(&mut joint), second(&mut joint))
        } else {
            (second(&mut joint), first(&mut joint))
        };
        joint
    }

    #[test]
    fn a_margin_told_elsewhere_gives_nothing_away_whatever_the_order() {
        let hidden = tables(true).decide(5);
        assert_eq!(hidden, tables(false).decide(5));
        assert!(hidden.holds("a&3", 3), "the small one");
        let told = |name: &str, n: u64| !hidden.holds(name, n);
        // In row and in column something goes with it, though no table shows both.
        assert!(!told("a&4", 20) || !told("a", 23));
        assert!(!told("b&3", 9) || !told("3", 12));
    }

    #[test]
    fn a_margin_that_nobody_tells_hides_nothing() {
        let mut joint = Joint::default();
        let parts = vec![joint.number("a", 3, true), joint.number("b", 30, true)];
        let total = joint.number("all", 33, false);
        joint.sum(total, parts);
        let hidden = joint.decide(5);
        assert!(hidden.holds("a", 3) && !hidden.holds("b", 30), "{hidden:?}");
    }

    #[test]
    fn numbers_that_differ_are_not_the_same_one() {
        let mut joint = Joint::default();
        assert_ne!(joint.number("x", 3, true), joint.number("x", 7, true));
        assert_eq!(joint.number("x", 3, true), 0);
    }
}
