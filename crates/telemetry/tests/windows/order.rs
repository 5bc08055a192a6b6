//! Duplicated, late and out-of-order readings never change the result; flapping never loses or doubles an alarm.

use crate::support::{MINUTE, Receiver, START, rule};
use proptest::prelude::*;
use zhijian_telemetry::windows::{
    Added, Averaging, Episode, Grid, Level, Machine, OverRange, Quality, Reading, Readings, Rule, Span, Watch, span,
};

fn grid() -> Grid {
    Grid { over_range: OverRange::AtLeast(Some(9.5)), ..Grid::minutes(Averaging::Mean) }
}

/// Readings of an hour, a few of a moment, values around the set-points.
fn reading() -> impl Strategy<Value = Reading> {
    let value = prop_oneof![4 => 3.5..6.0f64, 2 => 9.0..11.0f64, 1 => 18.0..22.0f64, 1 => 0.0..1.0f64];
    let quality =
        prop_oneof![8 => Just(Quality::Ok), 1 => Just(Quality::Suspect), 1 => Just(Quality::Fault), 1 => Just(Quality::OverRange)];
    (0..60i64, 0..2i64, value, quality, 0..3u64).prop_map(|(minute, half, value, quality, seq)| Reading {
        at_ms: START + minute * MINUTE + half * 30_000,
        value,
        quality,
        seq,
    })
}

/// The same readings in two orders, the second with some twice.
fn two_orders() -> impl Strategy<Value = (Vec<Reading>, Vec<Reading>)> {
    prop::collection::vec(reading(), 0..120).prop_flat_map(|all| {
        let twice = prop::sample::subsequence(all.clone(), 0..=all.len());
        let again = all.clone();
        (Just(all), twice.prop_flat_map(move |twice| Just([again.clone(), twice].concat()).prop_shuffle()))
    })
}

fn rules() -> impl Strategy<Value = Rule> {
    (0..4i64, 0..4i64).prop_map(|(raise, clear)| rule(raise, clear))
}

const END: i64 = START + 70 * MINUTE;

fn watched(rule: Rule, readings: &[Reading]) -> (Watch, Receiver) {
    let mut watch = Watch::new(grid(), rule);
    let mut receiver = Receiver::default();
    for reading in readings {
        receiver.hear(watch.add(*reading, END).1);
        assert_eq!(receiver.episodes(), watch.episodes(), "who hears of changes knows what there is");
    }
    receiver.hear(watch.advance(END));
    (watch, receiver)
}

/// What the machine says of the final readings in order.
fn judged(rule: Rule, readings: &Readings) -> Vec<Episode> {
    let mut machine = Machine::new(rule);
    let start = readings.oldest().map_or(END, |oldest| grid().floor(oldest));
    let mut all: Vec<Episode> = grid().slots(readings, start, END).iter().filter_map(|slot| machine.step(&grid(), slot)).collect();
    all.extend(machine.open().cloned());
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_and_repeats_change_nothing((rule, (first, second)) in (rules(), two_orders())) {
        let (one, heard_one) = watched(rule, &first);
        let (other, heard_other) = watched(rule, &second);
        prop_assert_eq!(one.readings(), other.readings());
        prop_assert_eq!(one.episodes(), other.episodes());
        prop_assert_eq!(heard_one.episodes(), heard_other.episodes());
        prop_assert_eq!(one.episodes(), judged(rule, one.readings()));
        let hour = Span { start_ms: START, end_ms: START + 60 * MINUTE };
        prop_assert_eq!(span(one.readings(), &grid(), hour, 0.75), span(other.readings(), &grid(), hour, 0.75));
    }

    #[test]
    fn a_reading_sent_again_tells_nothing((rule, readings) in (rules(), prop::collection::vec(reading(), 1..60))) {
        let (mut watch, _) = watched(rule, &readings);
        let before = watch.episodes().to_vec();
        for reading in &readings {
            let (added, changes) = watch.add(*reading, END);
            prop_assert!(matches!(added, Added::Duplicate | Added::Superseded | Added::Contradicts), "{:?}", added);
            prop_assert!(changes.is_empty());
        }
        prop_assert_eq!(watch.episodes(), before);
    }

    #[test]
    fn alarms_follow_one_another_and_their_levels_alternate((rule, readings) in (rules(), prop::collection::vec(reading(), 0..120))) {
        let (watch, _) = watched(rule, &readings);
        for episode in watch.episodes() {
            prop_assert!(episode.raised_ms() - episode.since_ms >= rule.raise_after_ms.max(1));
            prop_assert!(episode.steps.windows(2).all(|pair| pair[0].at_ms < pair[1].at_ms && pair[0].level != pair[1].level));
            prop_assert!(episode.steps.iter().rev().skip(1).all(|step| step.level.is_some()), "over once, at the end");
            let lowest = rule.points.at(episode.highest().unwrap_or(Level::Notice));
            prop_assert!(lowest.is_some_and(|point| episode.peak >= point));
        }
        for pair in watch.episodes().windows(2) {
            prop_assert!(pair[0].ended_ms().is_some_and(|end| end <= pair[1].since_ms), "never two at a time");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    /// Three days pass while readings still come: letting go of old ones gives the same alarms.
    #[test]
    fn forgetting_changes_nothing((rule, values) in (rules(), prop::collection::vec(prop_oneof![3.0..6.0f64, 9.0..11.0f64], 1..60))) {
        let hour = 60 * MINUTE;
        let readings: Vec<Reading> = (0..).zip(&values)
            .flat_map(|(step, value)| (0..2).map(move |minute| Reading { at_ms: START + step * 3 * hour + minute * MINUTE, value: *value, quality: Quality::Ok, seq: 0 }))
            .collect();
        let rule = Rule { max_gap_ms: 12 * hour, ..rule };
        let (mut keeps, mut forgets) = (Watch::new(grid(), rule), Watch::new(grid(), rule));
        let mut handed_over = Vec::new();
        for reading in &readings {
            keeps.add(*reading, reading.at_ms);
            forgets.add(*reading, reading.at_ms);
            handed_over.extend(forgets.forget(reading.at_ms));
            prop_assert!(forgets.readings().len() <= 2 * 25);
        }
        handed_over.extend(forgets.episodes().to_vec());
        prop_assert_eq!(handed_over, keeps.episodes());
    }
}

#[test]
fn what_was_let_go_of_takes_no_more_readings() {
    let at = |at_ms: i64| Reading { at_ms, value: 6.0, quality: Quality::Ok, seq: 0 };
    let mut watch = Watch::new(grid(), rule(0, 0));
    watch.add(at(START), START);
    watch.advance(START + Readings::HORIZON_MS + MINUTE);
    watch.forget(START + Readings::HORIZON_MS + MINUTE);
    assert!(watch.readings().is_empty());
    assert_eq!(watch.episodes().len(), 1, "it lasts, although its readings are gone");
    assert_eq!(watch.add(at(START + 1), START + 1).0, Added::TooLate, "whatever a clock says that went back");
    assert_eq!(watch.add(at(START + MINUTE), START + MINUTE).0, Added::New);
}

#[test]
fn a_late_reading_joins_two_alarms_and_a_correction_withdraws_one() {
    let at = |minute: i64, value: f64, seq: u64| Reading { at_ms: START + minute * MINUTE, value, quality: Quality::Ok, seq };
    let mut watch = Watch::new(grid(), rule(0, 0));
    let mut receiver = Receiver::default();
    for reading in [at(0, 6.0, 0), at(1, 1.0, 0), at(2, 7.0, 0), at(3, 1.0, 0)] {
        receiver.hear(watch.add(reading, END).1);
    }
    receiver.hear(watch.advance(END));
    assert_eq!(receiver.known.len(), 2);
    receiver.hear(watch.add(at(1, 6.5, 1), END).1);
    assert_eq!(receiver.known.keys().copied().collect::<Vec<_>>(), [START], "the dip was wrong: it was one alarm, under its first name");
    for minute in 0..3 {
        receiver.hear(watch.add(at(minute, 1.0, 2), END).1);
    }
    assert!(receiver.known.is_empty(), "none of it was true, and everybody was told");
}
