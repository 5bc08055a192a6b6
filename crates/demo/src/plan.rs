//! Where the figures go: from the plan's baselines of 2020 towards its targets for 2023 and 2025, some of which are missed.
//!
//! The figures of single years are the demo's design, not facts. Targets: definitions/plans/qinhuangdao.yaml.

/// The county whose papers come weeks late and whose declarations lag (青龙满族自治县).
pub(crate) const LATE: &str = "130321";

/// First year of the history.
pub(crate) const FIRST: i32 = 2021;

/// Shares that a year of the history is made to have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Design {
    /// I-02: industrial employers with a valid declaration.
    pub declared: f64,
    /// I-04: units of posts and factors that pass.
    pub passing: f64,
    /// I-05: non-medical radiation workers with a result for every quarter.
    pub monitored: f64,
    /// I-06: knowledge items that key workers answered correctly.
    pub aware: f64,
    /// I-07: townships with many patients that have a station.
    pub served: f64,
    /// Growth of I-01 over the year before.
    pub insured: f64,
    /// I-08: violations of the year that nobody followed up.
    pub forgotten: usize,
}

/// Of 2021 to 2026. In 2023 the declarations miss their 89 % and the stations their 100 %, in 2025 the workplaces their 85 % and awareness its 85 %.
const DESIGNS: [Design; 6] = [
    Design { declared: 0.874, passing: 0.801, monitored: 0.815, aware: 0.582, served: 0.62, insured: 1.021, forgotten: 0 },
    Design { declared: 0.879, passing: 0.812, monitored: 0.839, aware: 0.655, served: 0.75, insured: 1.006, forgotten: 0 },
    Design { declared: 0.884, passing: 0.829, monitored: 0.862, aware: 0.724, served: 0.87, insured: 1.014, forgotten: 0 },
    Design { declared: 0.896, passing: 0.836, monitored: 0.885, aware: 0.779, served: 0.90, insured: 1.018, forgotten: 2 },
    Design { declared: 0.908, passing: 0.843, monitored: 0.914, aware: 0.826, served: 1.00, insured: 1.016, forgotten: 0 },
    Design { declared: 0.910, passing: 0.849, monitored: 0.920, aware: 0.841, served: 1.00, insured: 1.012, forgotten: 0 },
];

/// The design of a year; later years keep the last.
#[must_use]
pub fn design(year: i32) -> Design {
    let at = usize::try_from(year - FIRST).unwrap_or(0).min(DESIGNS.len() - 1);
    DESIGNS[at]
}

/// How many of each group do something, when `share` of all do and the late group less by `gap`.
pub(crate) fn quotas(groups: &[(String, usize)], share: f64, gap: f64) -> Vec<usize> {
    let all: usize = groups.iter().map(|g| g.1).sum();
    let total = rounded(share, all);
    let late: usize = groups.iter().filter(|g| g.0 == LATE).map(|g| g.1).sum();
    let of_late = rounded((share - gap).max(0.0), late).min(total);
    let (rest, of_rest) = (all - late, total - of_late);
    let (mut seen, mut given) = (0, 0);
    groups
        .iter()
        .map(|(county, n)| {
            if county == LATE {
                return of_late;
            }
            // What has been given so far is always the rounded share of what has been seen so far.
            seen += n;
            let due = (of_rest * seen + rest / 2).checked_div(rest).unwrap_or(0);
            let quota = (due - given).min(*n);
            given += quota;
            quota
        })
        .collect()
}

/// The nearest whole number to a share of many.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small counts")]
pub(crate) fn rounded(share: f64, of: usize) -> usize {
    (share * of as f64).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_add_up_and_leave_the_late_county_behind() {
        let groups: Vec<(String, usize)> =
            [("130302", 497), (LATE, 177), ("130306", 219), ("130324", 190)].map(|(c, n)| (c.to_owned(), n)).to_vec();
        let quotas = quotas(&groups, 0.884, 0.12);
        assert_eq!(quotas.iter().sum::<usize>(), rounded(0.884, 1_083));
        assert_eq!(quotas[1], rounded(0.764, 177));
        assert!(quotas.iter().zip(&groups).all(|(q, g)| *q <= g.1));
    }
}
