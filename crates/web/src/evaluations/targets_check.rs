//! Do the counties' targets make the plan's? Pure reckoning.

use std::collections::BTreeMap;

/// Float noise that never decides.
const NOISE: f64 = 1e-9;

/// A county.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Place {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Its denominator in the newest year that has one: how much it counts in the whole.
    pub weight: Option<f64>,
    /// Value of the base year: its own, else for rates of 2020 the plan's.
    pub base: Option<f64>,
    /// Targets that are set.
    pub set: BTreeMap<i32, f64>,
    /// Values that were reached.
    pub reached: BTreeMap<i32, f64>,
}

/// Targets of an indicator by year and county.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Matrix {
    /// Percentages; otherwise counts that add up.
    pub rate: bool,
    /// Base of the plan.
    pub base: Option<f64>,
    /// Year that proposals start from: 2020, or the first year with figures where neither plan nor records have any of 2020.
    pub base_year: i32,
    /// Targets of the plan by year (2023, 2025).
    pub goals: BTreeMap<i32, f64>,
    /// Year of the weights.
    pub weighed_by: Option<i32>,
    /// The counties are all of the plan's.
    pub whole: bool,
    /// Counties.
    pub places: Vec<Place>,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// It contradicts the plan; otherwise it is open.
    pub wrong: bool,
    /// What was found and what is expected.
    pub text: String,
}

impl Matrix {
    /// The value on the straight line from the base over the plan's targets, two decimals; never below what the line gave the year before, and nothing
    /// where base or target is no number.
    #[must_use]
    pub fn proposed(&self, place: &Place, year: i32) -> Option<f64> {
        let base = place.base?;
        if year <= self.base_year {
            return None;
        }
        let mut before = (self.base_year, base);
        for (&at, &goal) in self.goals.range(self.base_year + 1..) {
            // A county that is beyond the target already keeps what it has.
            let goal = if self.rate { goal.max(before.1) } else { self.shared(goal, place)?.max(before.1) };
            if year <= at {
                let value = before.1 + (goal - before.1) * f64::from(year - before.0) / f64::from(at - before.0);
                return Some((value * 100.0).round() / 100.0);
            }
            before = (at, goal);
        }
        (!self.goals.is_empty()).then_some((before.1 * 100.0).round() / 100.0)
    }

    /// A count is shared out as the counties stood in the base year.
    fn shared(&self, goal: f64, place: &Place) -> Option<f64> {
        let all: f64 = self.places.iter().map(|p| p.base).sum::<Option<f64>>()?;
        (all > 0.0).then(|| goal * place.base.unwrap_or_default() / all)
    }

    /// What the counties' targets of a year come to: Σ weight × value ÷ Σ weight, or Σ value of a count. Nothing while one is missing.
    #[must_use]
    pub fn together(&self, year: i32) -> Option<f64> {
        if self.places.is_empty() {
            return None;
        }
        if !self.rate {
            return self.places.iter().map(|p| p.set.get(&year).copied()).sum();
        }
        let parts: Option<Vec<(f64, f64)>> = self.places.iter().map(|p| Some((p.weight.unwrap_or_default(), *p.set.get(&year)?))).collect();
        let parts = parts?;
        let weights: f64 = parts.iter().map(|(w, _)| w).sum();
        (weights > 0.0).then(|| parts.iter().map(|(w, v)| w * v).sum::<f64>() / weights)
    }

    /// All checks.
    #[must_use]
    pub fn findings(&self, years: std::ops::RangeInclusive<i32>) -> Vec<Finding> {
        let mut found = Vec::new();
        let mut say = |wrong: bool, text: String| found.push(Finding { wrong, text });
        let unit = if self.rate { " %" } else { "" };
        for place in &self.places {
            let mut before: Option<(i32, f64)> = None;
            for (&year, &value) in &place.set {
                if self.rate && value > 100.0 {
                    say(true, format!("{} {year} 年：{value} %，比率不能超过 100 %", place.name));
                }
                if let Some((earlier, last)) = before.filter(|(_, last)| value < last - NOISE) {
                    say(true, format!("{} {year} 年：{value}{unit}，低于 {earlier} 年的 {last}{unit}，应当不低于上年", place.name));
                }
                before = Some((year, value));
            }
        }
        if !self.whole {
            return found;
        }
        for year in years {
            let missing: Vec<&str> = self.places.iter().filter(|p| !p.set.contains_key(&year)).map(|p| p.name.as_str()).collect();
            let goal = self.goals.get(&year);
            if missing.len() == self.places.len() {
                if goal.is_some() {
                    say(false, format!("{year} 年：还没有分解"));
                }
                continue;
            }
            if !missing.is_empty() {
                say(false, format!("{year} 年：{} 还没有目标，暂不能核对合计", missing.join("、")));
                continue;
            }
            let Some(goal) = goal else { continue };
            match self.together(year) {
                None => say(false, format!("{year} 年：各县区没有分母，不能加权核对是否达到全域目标 {goal}{unit}")),
                Some(sum) if sum < goal - NOISE => {
                    say(true, format!("{year} 年：各县区合起来为 {sum:.2}{unit}，低于规划目标 {goal}{unit}，应当不低于"));
                }
                Some(_) => {}
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str, weight: f64, base: f64, set: &[(i32, f64)]) -> Place {
        Place {
            code: name.into(),
            name: name.into(),
            weight: Some(weight),
            base: Some(base),
            set: set.iter().copied().collect(),
            reached: BTreeMap::new(),
        }
    }

    fn matrix(places: Vec<Place>) -> Matrix {
        Matrix {
            rate: true,
            base: Some(87.0),
            base_year: 2020,
            goals: [(2023, 89.0), (2025, 90.0)].into(),
            weighed_by: Some(2020),
            whole: true,
            places,
        }
    }

    #[test]
    fn rq_160_the_parts_must_reach_the_whole_by_weight() {
        let steps = |a: f64, b: f64| [(2023, a), (2025, b)];
        // 甲 counts three times as much: 0.75 × 90 + 0.25 × 86 = 89.
        let good = matrix(vec![place("甲", 300.0, 88.0, &steps(90.0, 91.0)), place("乙", 100.0, 80.0, &steps(86.0, 87.0))]);
        assert_eq!(good.together(2023), Some(89.0));
        assert_eq!(good.findings(2023..=2025), []);
        let short = matrix(vec![place("甲", 100.0, 88.0, &steps(90.0, 91.0)), place("乙", 300.0, 80.0, &steps(86.0, 89.0))]);
        let said: Vec<String> = short.findings(2023..=2025).into_iter().filter(|f| f.wrong).map(|f| f.text).collect();
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].contains("2023 年：各县区合起来为 87.00 %，低于规划目标 89 %"), "{said:?}");
    }

    #[test]
    fn rq_160_targets_do_not_fall_and_do_not_pass_a_hundred() {
        let found = matrix(vec![place("甲", 1.0, 88.0, &[(2021, 90.0), (2022, 89.0), (2023, 101.0)])]).findings(2021..=2023);
        let said: Vec<&str> = found.iter().filter(|f| f.wrong).map(|f| f.text.as_str()).collect();
        assert!(said.iter().any(|t| t.contains("甲 2022 年：89 %，低于 2021 年的 90 %")), "{said:?}");
        assert!(said.iter().any(|t| t.contains("甲 2023 年：101 %")), "{said:?}");
    }

    #[test]
    fn a_county_without_target_or_weight_is_open_not_wrong() {
        let found = matrix(vec![place("甲", 1.0, 88.0, &[(2023, 90.0)]), place("乙", 1.0, 80.0, &[])]).findings(2023..=2025);
        assert!(found.iter().all(|f| !f.wrong), "{found:?}");
        assert!(found[0].text.contains("乙 还没有目标"));
        let weightless = Place { weight: None, ..place("甲", 0.0, 88.0, &[(2023, 90.0)]) };
        assert!(matrix(vec![weightless]).findings(2023..=2023)[0].text.contains("没有分母"));
    }

    #[test]
    fn rq_160_proposals_are_straight_lines_over_the_step_of_2023() {
        let m = matrix(vec![place("甲", 1.0, 80.0, &[])]);
        let proposed = |year: i32| m.proposed(&m.places[0], year);
        assert_eq!([2021, 2022, 2023, 2024, 2025].map(proposed), [83.0, 86.0, 89.0, 89.5, 90.0].map(Some));
        let ahead = matrix(vec![place("乙", 1.0, 95.0, &[])]);
        assert_eq!(ahead.proposed(&ahead.places[0], 2025), Some(95.0), "who is beyond keeps what it has");
        let words = Matrix { goals: BTreeMap::new(), ..m.clone() };
        assert_eq!(words.proposed(&words.places[0], 2023), None, "稳步提升 gives no number");
    }

    #[test]
    fn rq_160_a_plan_without_figures_of_2020_starts_from_its_first_year() {
        let m = Matrix { base: None, base_year: 2023, goals: [(2025, 90.0)].into(), ..matrix(vec![place("甲", 1.0, 80.0, &[])]) };
        let proposed = |year: i32| m.proposed(&m.places[0], year);
        assert_eq!([2021, 2023, 2024, 2025].map(proposed), [None, None, Some(85.0), Some(90.0)]);
        let late = Matrix { base_year: 2023, ..matrix(vec![place("甲", 1.0, 80.0, &[])]) };
        assert_eq!(late.proposed(&late.places[0], 2024), Some(85.0), "the step of 2023 is past");
    }

    #[test]
    fn counts_are_shared_out_as_the_counties_stood() {
        let m = Matrix {
            rate: false,
            goals: [(2025, 600.0)].into(),
            ..matrix(vec![place("甲", 0.0, 400.0, &[(2025, 480.0)]), place("乙", 0.0, 100.0, &[(2025, 110.0)])])
        };
        assert_eq!(m.proposed(&m.places[0], 2025), Some(480.0));
        assert_eq!(m.together(2025), Some(590.0));
        assert!(m.findings(2025..=2025)[0].wrong);
    }
}
