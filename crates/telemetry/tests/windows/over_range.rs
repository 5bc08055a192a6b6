//! Readings over the range: a bound is a value from below. It raises what it reaches, ends nothing, and is no exposure.

use crate::support::{MINUTE, START, read, rule};
use zhijian_telemetry::windows::{
    Averaging, Crossing, Episode, Grid, Level, Machine, OverRange, Quality, Reading, Readings, Rule, SetPoints, Slot, Span, Watch, span,
};

fn grid(upper: Option<f64>) -> Grid {
    Grid { over_range: OverRange::AtLeast(upper), ..Grid::minutes(Averaging::Mean) }
}

fn over(minute: i64, value: f64) -> Reading {
    Reading { quality: Quality::OverRange, ..read(minute, value) }
}

/// An alarm: its level, its peak, and whether that is a bound.
type Found = (Option<Level>, f64, bool);

/// The alarms of these readings.
fn alarms(rule: Rule, grid: Grid, readings: &[Reading]) -> Vec<Found> {
    let end = START + 60 * MINUTE;
    let mut watch = Watch::new(grid, rule);
    for reading in readings {
        watch.add(*reading, end);
    }
    watch.advance(end);
    watch.episodes().iter().map(|one| (one.highest(), one.peak, one.at_least)).collect()
}

#[test]
fn rq_027_a_reading_over_the_range_alarms_as_high_as_the_range_or_the_value_reaches() {
    // why, upper end in the register, value sent, expected
    let rows: [(&str, Option<f64>, f64, &[Found]); 6] = [
        ("nothing registered: what was sent", None, 12.0, &[(Some(Level::Alarm), 12.0, true)]),
        ("the range reaches further than the value that came with the flag", Some(30.0), 0.0, &[(Some(Level::High), 30.0, true)]),
        ("the value is more than the register knows", Some(4.0), 7.0, &[(Some(Level::Notice), 7.0, true)]),
        ("the range ends at the set point: over it is over the set point", Some(5.0), 5.0, &[(Some(Level::Notice), 5.0, true)]),
        ("neither reaches a level", Some(4.9), 4.9, &[]),
        ("nothing registered, nothing reached", None, 0.0, &[]),
    ];
    for (why, upper, value, expected) in rows {
        assert_eq!(alarms(rule(0, 0), grid(upper), &[over(0, value)]), expected, "{why}");
    }
    // Duration and hysteresis are those of other readings.
    assert_eq!(alarms(rule(3, 0), grid(Some(6.0)), &[over(0, 6.0), over(1, 6.0)]), []);
    assert_eq!(alarms(rule(3, 0), grid(Some(6.0)), &[over(0, 6.0), over(1, 6.0), over(2, 6.0)]).len(), 1);
    let flapping: Vec<Reading> = (0..10).map(|minute| if minute % 2 == 0 { over(minute, 6.0) } else { read(minute, 4.5) }).collect();
    assert_eq!(alarms(rule(0, 0), grid(None), &flapping), [(Some(Level::Notice), 6.0, true)], "one alarm");
}

#[test]
fn noise_over_a_range_that_ends_at_the_set_point_is_above_it() {
    let points = SetPoints::new([Some(85.0), Some(100.0), None], Crossing::Exceeded).unwrap();
    let rule = Rule { points, hysteresis: 0.0, raise_after_ms: 0, clear_after_ms: 0, max_gap_ms: 0 };
    assert_eq!(alarms(rule, grid(Some(100.0)), &[over(0, 100.0)]), [(Some(Level::Alarm), 100.0, true)]);
    assert_eq!(alarms(rule, grid(Some(100.0)), &[read(0, 100.0)]), [(Some(Level::Notice), 100.0, false)], "a value at it is not");
}

#[test]
fn what_is_over_the_range_is_no_exposure() {
    let mut readings = Readings::default();
    for reading in [read(0, 2.0), over(1, 50.0), read(2, 4.0)] {
        readings.add(reading, START);
    }
    let three = Span { start_ms: START, end_ms: START + 3 * MINUTE };
    let window = span(&readings, &Grid::minutes(Averaging::Mean), three, 0.5);
    assert_eq!((window.mean, window.present), (Some(3.0), 2));
}

#[test]
fn of_contradicting_readings_that_over_the_range_holds() {
    for pair in [[read(0, 1.0), over(0, 1.0)], [over(0, 1.0), read(0, 9.0)]] {
        let mut readings = Readings::default();
        for reading in pair {
            readings.add(reading, START);
        }
        assert!(readings.between(START, START + MINUTE).all(|kept| kept.quality == Quality::OverRange), "whichever came first");
    }
}

/// A minute of a story: nothing, a value, or at least a value.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Told {
    Nothing,
    Value(f64),
    Least(f64),
}

const ALPHABET: [Told; 8] = [
    Told::Nothing,
    Told::Value(1.0),
    Told::Value(4.5),
    Told::Value(6.0),
    Told::Value(12.0),
    Told::Least(1.0),
    Told::Least(4.5),
    Told::Least(6.0),
];

/// After each minute the level that holds, and the alarms.
fn played(rule: Rule, story: &[Told]) -> (Vec<Option<Level>>, Vec<Episode>) {
    let grid = grid(None);
    let mut machine = Machine::new(rule);
    let (mut levels, mut over) = (Vec::new(), Vec::new());
    for (minute, told) in (0..).zip(story) {
        let (value, at_least) = match told {
            Told::Nothing => (None, false),
            Told::Value(value) => (Some(*value), false),
            Told::Least(value) => (Some(*value), true),
        };
        over.extend(machine.step(&grid, &Slot { start_ms: START + minute * MINUTE, value, at_least }));
        levels.push(machine.open().and_then(Episode::level));
    }
    over.extend(machine.open().cloned());
    (levels, over)
}

/// Every story of five minutes over the alphabet, with each rule.
#[test]
fn rq_027_every_story_with_bounds_misses_nothing_and_invents_nothing() {
    for (raise, clear) in [(0, 0), (2, 0), (0, 2), (2, 2)] {
        let rule = rule(raise, clear);
        for number in 0..ALPHABET.len().pow(5) {
            let story: Vec<Told> = (0..5).map(|place| ALPHABET[number / ALPHABET.len().pow(place) % ALPHABET.len()]).collect();
            let with = |least: fn(f64) -> Told| -> Vec<Told> {
                story.iter().map(|told| if let Told::Least(bound) = told { least(*bound) } else { *told }).collect()
            };
            let (levels, episodes) = played(rule, &story);
            // Bounds taken for values, and bounds left out: both alarm at most as much.
            for other in [with(Told::Value), with(|_| Told::Nothing)] {
                let (less, _) = played(rule, &other);
                assert!(less.iter().zip(&levels).all(|(less, level)| less <= level), "{rule:?} {story:?} {less:?} {levels:?}");
            }
            for (minute, pair) in levels.windows(2).enumerate() {
                let told = story[minute + 1];
                // A level rises only with a minute that reaches it, and falls only with a value below it.
                if pair[1] > pair[0] {
                    let point = rule.points.at(pair[1].unwrap()).unwrap();
                    assert!(matches!(told, Told::Value(v) | Told::Least(v) if v >= point), "{story:?} {levels:?}");
                }
                if pair[1] < pair[0] {
                    let point = rule.points.at(pair[0].unwrap()).unwrap();
                    assert!(matches!(told, Told::Value(v) if v < point - rule.hysteresis), "{story:?} {levels:?}");
                }
            }
            for episode in episodes {
                let place = |at_ms: i64| usize::try_from((at_ms - START) / MINUTE).unwrap();
                let until = episode.ended_ms().map_or(story.len(), place);
                let bounds = story[place(episode.since_ms)..until].iter().any(|told| matches!(told, Told::Least(_)));
                assert_eq!(episode.at_least, bounds, "{story:?} {episode:?}");
            }
        }
    }
}
