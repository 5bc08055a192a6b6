//! Who makes up a gap, and who made a rate change.

use super::super::content::Driver;
use crate::board::numbers::grouped;
use std::collections::BTreeMap;
use zhijian_lake::Slice;

/// Drivers shown of each dimension.
const SHOWN: usize = 5;

/// Largest shares of what is missing (denominator less numerator), of slices that add up.
#[must_use]
pub fn of_gap(by: &str, slices: &[&Slice]) -> Vec<Driver> {
    let missing = |slice: &Slice| Some((slice.denominator? - slice.numerator?).max(0.0));
    let all: f64 = slices.iter().filter_map(|s| missing(s)).sum();
    if all <= 0.0 {
        return Vec::new();
    }
    let mut drivers: Vec<Driver> = slices
        .iter()
        .filter_map(|slice| Some((slice, missing(slice)?)))
        .filter(|(_, amount)| *amount > 0.0)
        .map(|(slice, amount)| {
            let share = amount / all * 100.0;
            let shown = format!("{}（占 {share:.1} %）", grouped(amount));
            Driver { by: by.to_owned(), name: slice.label.clone(), amount, share: Some(share), shown }
        })
        .collect();
    drivers.sort_by(|a, b| b.amount.total_cmp(&a.amount).then_with(|| a.name.cmp(&b.name)));
    drivers.truncate(SHOWN);
    drivers
}

/// A slice's numbers in both years.
#[derive(Debug, Clone, Copy, Default)]
struct Pair {
    now: (f64, f64),
    before: (f64, f64),
}

/// Contributions to the change of a rate, percentage points. With w the share of the denominator and r the rate of a slice, R the rate of all, in both years:
/// ½(w+w′)(r−r′) + (w−w′)(½(r+r′) − ½(R+R′)), the symmetric shift-share; the contributions add up to R−R′.
#[must_use]
pub fn of_rate(by: &str, now: &[&Slice], before: &[&Slice]) -> Vec<Driver> {
    let pairs = paired(now, before, |s| Some((s.numerator?, s.denominator?)));
    let sum = |of: fn(&Pair) -> (f64, f64)| pairs.iter().map(|(_, p)| of(p)).fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
    let (all_now, all_before) = (sum(|p| p.now), sum(|p| p.before));
    if all_now.1 <= 0.0 || all_before.1 <= 0.0 {
        return Vec::new();
    }
    let middle = f64::midpoint(all_now.0 / all_now.1, all_before.0 / all_before.1);
    let contribution = |pair: &Pair| {
        let (w, v) = (pair.now.1 / all_now.1, pair.before.1 / all_before.1);
        // A slice that was not there before has no rate of its own then; it counts with the rate that it has.
        let rate = |(num, den): (f64, f64)| (den > 0.0).then(|| num / den);
        let r = rate(pair.now).or(rate(pair.before)).unwrap_or_default();
        let s = rate(pair.before).or(rate(pair.now)).unwrap_or_default();
        100.0 * (f64::midpoint(w, v) * (r - s) + (w - v) * (f64::midpoint(r, s) - middle))
    };
    ranked(by, pairs.iter().map(|(name, pair)| (name.clone(), contribution(pair))), " 个百分点")
}

/// Contributions to the change of a count.
#[must_use]
pub fn of_count(by: &str, now: &[&Slice], before: &[&Slice]) -> Vec<Driver> {
    let pairs = paired(now, before, |s| Some((s.numerator?, 0.0)));
    ranked(by, pairs.iter().map(|(name, pair)| (name.clone(), pair.now.0 - pair.before.0)), "")
}

fn paired(now: &[&Slice], before: &[&Slice], numbers: fn(&Slice) -> Option<(f64, f64)>) -> Vec<(String, Pair)> {
    let mut pairs: BTreeMap<String, (String, Pair)> = BTreeMap::new();
    for slice in now {
        if let Some(found) = numbers(slice) {
            pairs.entry(slice.key.clone()).or_insert_with(|| (slice.label.clone(), Pair::default())).1.now = found;
        }
    }
    for slice in before {
        if let Some(found) = numbers(slice) {
            pairs.entry(slice.key.clone()).or_insert_with(|| (slice.label.clone(), Pair::default())).1.before = found;
        }
    }
    pairs.into_values().collect()
}

fn ranked(by: &str, amounts: impl Iterator<Item = (String, f64)>, unit: &str) -> Vec<Driver> {
    let mut drivers: Vec<Driver> = amounts
        .filter(|(_, amount)| amount.abs() >= 0.005)
        .map(|(name, amount)| {
            let sign = if amount > 0.0 { "+" } else { "−" };
            let size = if unit.is_empty() { grouped(amount.abs()) } else { format!("{:.2}", amount.abs()) };
            Driver { by: by.to_owned(), name, amount, share: None, shown: format!("{sign}{size}{unit}") }
        })
        .collect();
    drivers.sort_by(|a, b| b.amount.abs().total_cmp(&a.amount.abs()).then_with(|| a.name.cmp(&b.name)));
    drivers.truncate(SHOWN);
    drivers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(key: &str, numerator: f64, denominator: f64) -> Slice {
        Slice {
            key: key.into(),
            label: format!("{key}区"),
            parent: String::new(),
            depth: 1,
            sum: false,
            numerator: Some(numerator),
            denominator: Some(denominator),
            value: None,
            display: String::new(),
            units: 1,
        }
    }

    #[test]
    fn the_gap_is_where_most_are_missing() {
        let slices = [slice("a", 90.0, 100.0), slice("b", 20.0, 50.0), slice("c", 10.0, 10.0)];
        let drivers = of_gap("区县", &slices.iter().collect::<Vec<_>>());
        assert_eq!(drivers.iter().map(|d| (d.name.as_str(), d.amount)).collect::<Vec<_>>(), [("b区", 30.0), ("a区", 10.0)]);
        assert_eq!(drivers[0].shown, "30（占 75.0 %）");
        let none = [slice("c", 10.0, 10.0)];
        assert!(of_gap("区县", &none.iter().collect::<Vec<_>>()).is_empty());
    }

    #[test]
    fn contributions_add_up_to_the_change_also_when_shares_shift() {
        let now = [slice("a", 90.0, 100.0), slice("b", 20.0, 100.0), slice("new", 5.0, 10.0)];
        let before = [slice("a", 70.0, 100.0), slice("b", 10.0, 40.0), slice("gone", 3.0, 10.0)];
        let drivers = of_rate("区县", &now.iter().collect::<Vec<_>>(), &before.iter().collect::<Vec<_>>());
        let sum: f64 = drivers.iter().map(|d| d.amount).sum();
        let change = 100.0 * (115.0 / 210.0 - 83.0 / 150.0);
        assert!((sum - change).abs() < 1e-9, "{sum} {change}");
        assert_eq!(drivers[0].name, "b区", "many more of a low rate weigh most: {drivers:?}");
        assert!(of_rate("区县", &[], &[]).is_empty(), "nothing to compare with");
    }

    #[test]
    fn counts_change_by_their_difference() {
        let (now, before) = ([slice("a", 12.0, 0.0), slice("b", 3.0, 0.0)], [slice("a", 10.0, 0.0), slice("b", 8.0, 0.0)]);
        let drivers = of_count("区县", &now.iter().collect::<Vec<_>>(), &before.iter().collect::<Vec<_>>());
        assert_eq!(drivers.iter().map(|d| (d.name.as_str(), d.shown.as_str())).collect::<Vec<_>>(), [("b区", "−5"), ("a区", "+2")]);
    }
}
