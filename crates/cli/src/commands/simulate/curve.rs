//! Days as workplaces have them: shifts, breaks, Sundays and seasons. The shapes are made up for play; they claim nothing about any workplace.

use super::chance::Chance;
use std::f64::consts::TAU;
use time::{OffsetDateTime, Weekday};

/// How a factor follows work and weather.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Level in decibels: follows machines by the logarithm of their number; no season.
    Level,
    /// Heat: afternoon and summer, work adds some.
    Heat,
    /// Dust: follows work; more in the months with closed windows.
    Dust,
    /// Vapour and gas: follows work; more when it is warm.
    Vapour,
}

impl Shape {
    /// Of a code of the list HAZARD.
    pub fn of(factor: &str) -> Self {
        match factor {
            "P002" => Self::Heat,
            _ if factor.starts_with('P') => Self::Level,
            _ if factor.starts_with('D') => Self::Dust,
            _ => Self::Vapour,
        }
    }
}

/// How much is at work, 0 to 1: two shifts (08–12 and 13–17; 17–22 with fewer machines), short breaks, quiet nights and Sundays, slow beginnings and ends.
pub(super) fn work(at: OffsetDateTime) -> f64 {
    if at.weekday() == Weekday::Sunday {
        return 0.05;
    }
    let minute = f64::from(at.hour()) * 60.0 + f64::from(at.minute());
    let pauses = [(600.0, 615.0), (900.0, 915.0), (1170.0, 1185.0)];
    if pauses.iter().any(|(from, to)| (*from..*to).contains(&minute)) {
        return 0.3;
    }
    let stretches = [(480.0, 720.0, 1.0), (780.0, 1020.0, 1.0), (1020.0, 1320.0, 0.6)];
    // A quarter of an hour to begin, and one to end.
    let share = |from: f64, to: f64, most: f64| most * ((minute - from) / 15.0).min((to - minute) / 15.0).clamp(0.0, 1.0);
    stretches.iter().map(|(from, to, most)| share(*from, *to, *most)).fold(0.05, f64::max)
}

/// Warmth of the day of the year, 0 (January) to 1 (July).
fn warmth(at: OffsetDateTime) -> f64 {
    0.5 - 0.5 * ((f64::from(at.ordinal()) - 15.0) / 365.25 * TAU).cos()
}

/// The value at a moment where `normal` is that of full work.
pub(super) fn value(shape: Shape, at: OffsetDateTime, normal: f64, chance: &mut Chance) -> f64 {
    let (load, warm) = (work(at), warmth(at));
    let around = chance.share() - 0.5;
    match shape {
        Shape::Level => normal + 10.0 * load.log10() + around * 3.0,
        Shape::Heat => {
            let afternoon = ((f64::from(at.hour()) + f64::from(at.minute()) / 60.0 - 14.5) / 24.0 * TAU).cos();
            normal - 10.0 * (1.0 - warm) - 3.0 * (1.0 - afternoon) / 2.0 - 2.0 * (1.0 - load) + around
        }
        Shape::Dust => normal * load * (1.1 - 0.2 * warm) * (around * 0.8).exp(),
        Shape::Vapour => normal * load * (0.8 + 0.3 * warm) * around.exp(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn mean(shape: Shape, at: OffsetDateTime) -> f64 {
        let mut chance = Chance::new(1, 0);
        (0..200).map(|_| value(shape, at, 80.0, &mut chance)).sum::<f64>() / 200.0
    }

    #[test]
    fn work_is_heard_and_rest_is_quiet() {
        let morning = datetime!(2026-03-05 09:30 +8);
        let others = [
            (datetime!(2026-03-05 10:05 +8), "break"),
            (datetime!(2026-03-05 12:30 +8), "noon"),
            (datetime!(2026-03-05 19:00 +8), "late shift"),
            (datetime!(2026-03-06 02:00 +8), "night"),
            (datetime!(2026-03-08 09:30 +8), "Sunday"),
        ];
        for (at, what) in others {
            assert!(work(at) < work(morning), "{what}");
            for shape in [Shape::Level, Shape::Dust, Shape::Vapour] {
                assert!(mean(shape, at) < mean(shape, morning), "{what} {shape:?}");
            }
        }
        assert!((mean(Shape::Level, morning) - 80.0).abs() < 1.0, "full work is the normal value");
    }

    #[test]
    fn seasons_are_those_of_the_factor() {
        let (winter, summer) = (datetime!(2026-01-15 14:30 +8), datetime!(2026-07-15 14:30 +8));
        assert!(mean(Shape::Heat, summer) > mean(Shape::Heat, winter) + 5.0);
        assert!(mean(Shape::Dust, winter) > mean(Shape::Dust, summer));
        assert!(mean(Shape::Vapour, summer) > mean(Shape::Vapour, winter));
        assert!((mean(Shape::Level, winter) - mean(Shape::Level, summer)).abs() < 0.1);
        assert!(mean(Shape::Heat, summer) > mean(Shape::Heat, datetime!(2026-07-15 04:00 +8)));
    }
}
