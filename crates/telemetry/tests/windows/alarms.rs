//! Levels, hysteresis, durations.

use crate::support::{MINUTE, START, read, rule};
use zhijian_telemetry::windows::{Averaging, Crossing, Episode, Grid, Level, Machine, Rule, SetPoints, SetPointsError, Slot, Watch};

/// Episodes of these minutes (`-1` nothing read), as `since-raised-end highest`, in minutes after the start.
fn episodes(rule: Rule, values: &[f64]) -> Vec<String> {
    let grid = Grid::minutes(Averaging::Mean);
    let mut machine = Machine::new(rule);
    let mut all: Vec<Episode> = Vec::new();
    for (minute, value) in (0..).zip(values) {
        let slot = Slot { start_ms: START + minute * MINUTE, value: (*value >= 0.0).then_some(*value), at_least: false };
        all.extend(machine.step(&grid, &slot));
    }
    all.extend(machine.open().cloned());
    let minute = |at: i64| (at - START) / MINUTE;
    all.iter()
        .map(|one| {
            let end = one.ended_ms().map_or("…".to_owned(), |end| minute(end).to_string());
            format!("{}-{}-{} {:?} {}", minute(one.since_ms), minute(one.raised_ms()), end, one.highest().unwrap(), one.peak)
        })
        .collect()
}

#[test]
fn an_alarm_is_raised_and_ended_as_the_rule_says() {
    // why, minutes to raise, minutes to clear, values, episodes
    type Row<'a> = (&'a str, i64, i64, &'a [f64], &'a [&'a str]);
    let rows: &[Row<'_>] = &[
        ("below", 0, 0, &[4.9, 4.9], &[]),
        ("at the set-point, at once", 0, 0, &[4.9, 5.0, 4.5], &["1-2-… Notice 5"]),
        ("within the hysteresis it lasts", 0, 0, &[5.0, 4.0, 4.0, 3.9], &["0-1-4 Notice 5"]),
        ("flapping around the set-point is one alarm", 0, 0, &[5.0, 4.9, 5.1, 4.2, 5.0, 4.8], &["0-1-… Notice 5.1"]),
        ("three minutes to raise: two are none", 3, 0, &[6.0, 6.0, 1.0, 6.0, 6.0], &[]),
        ("three are one, since the first", 3, 0, &[1.0, 6.0, 6.0, 6.0, 1.0], &["1-4-5 Notice 6"]),
        ("a dip starts the duration anew", 3, 0, &[6.0, 6.0, 4.9, 6.0, 6.0, 6.0], &["3-6-… Notice 6"]),
        ("two minutes to clear: one is not enough", 0, 2, &[6.0, 1.0, 6.0, 1.0, 1.0, 6.0], &["0-1-5 Notice 6", "5-6-… Notice 6"]),
        ("through all levels and back", 0, 0, &[6.0, 12.0, 25.0, 12.0, 6.0, 1.0], &["0-1-6 High 25"]),
        ("straight to the highest", 0, 0, &[25.0, 1.0], &["0-1-2 High 25"]),
        ("the higher level needs its own duration", 2, 0, &[6.0, 12.0, 6.0, 6.0], &["0-2-… Notice 12"]),
        ("silence ends nothing", 0, 0, &[6.0, -1.0, -1.0, -1.0, -1.0, -1.0], &["0-1-… Notice 6"]),
        ("silence raises nothing", 3, 0, &[6.0, -1.0, -1.0, -1.0, -1.0], &[]),
        ("a short gap does not break a duration off", 3, 0, &[6.0, -1.0, 6.0], &["0-3-… Notice 6"]),
        ("short gaps do not add up", 6, 0, &[6.0, -1.0, -1.0, 6.0, -1.0, 6.0], &["0-6-… Notice 6"]),
        ("a long one does", 3, 0, &[6.0, -1.0, -1.0, -1.0, 6.0, 6.0], &[]),
        ("nor does a long gap clear", 0, 5, &[6.0, 1.0, -1.0, -1.0, -1.0, 1.0, 1.0], &["0-1-… Notice 6"]),
    ];
    for (why, raise, clear, values, expected) in rows {
        assert_eq!(episodes(rule(*raise, *clear), values), *expected, "{why}");
    }
}

#[test]
fn steps_tell_each_level_in_order() {
    let grid = Grid::minutes(Averaging::Mean);
    let mut machine = Machine::new(rule(0, 0));
    let mut ended = None;
    for (minute, value) in (0..).zip([6.0, 12.0, 9.5, 8.9, 25.0, 0.0]) {
        ended = machine.step(&grid, &Slot { start_ms: START + minute * MINUTE, value: Some(value), at_least: false });
    }
    let steps: Vec<_> = ended.unwrap().steps.iter().map(|step| ((step.at_ms - START) / MINUTE, step.level)).collect();
    let expected = [(1, Some(Level::Notice)), (2, Some(Level::Alarm)), (4, Some(Level::Notice)), (5, Some(Level::High)), (6, None)];
    assert_eq!(steps, expected);
}

#[test]
fn a_copy_of_the_machine_goes_on_in_the_middle_of_a_duration() {
    let grid = Grid::minutes(Averaging::Mean);
    let slots: Vec<Slot> = (0..)
        .zip([6.0, 6.0, 6.0, 12.0, 1.0, 1.0, 6.0, 1.0])
        .map(|(m, v)| Slot { start_ms: START + m * MINUTE, value: Some(v), at_least: false })
        .collect();
    for cut in 0..slots.len() {
        let mut whole = Machine::new(rule(3, 2));
        let mut first = Machine::new(rule(3, 2));
        slots[..cut].iter().for_each(|slot| drop(first.step(&grid, slot)));
        let mut second = first.clone();
        slots.iter().for_each(|slot| drop(whole.step(&grid, slot)));
        slots[cut..].iter().for_each(|slot| drop(second.step(&grid, slot)));
        assert_eq!(second, whole, "cut at {cut}");
    }
}

#[test]
fn gas_set_points_come_from_the_limits() {
    // why, MAC, PC-STEL, PC-TWA, 高报, expected 预报, 警报
    let rows = [
        ("MAC", Some(10.0), None, None, Some(15.0), 5.0, 10.0),
        ("PC-STEL", None, Some(30.0), Some(20.0), None, 15.0, 30.0),
        ("three times PC-TWA", None, None, Some(20.0), None, 30.0, 60.0),
    ];
    for (why, mac, stel, twa, high, notice, alarm) in rows {
        let points = SetPoints::gas(mac, stel, twa, high).unwrap();
        assert_eq!((points.at(Level::Notice), points.at(Level::Alarm), points.at(Level::High)), (Some(notice), Some(alarm), high), "{why}");
    }
    assert_eq!(SetPoints::gas(None, None, None, None), Err(SetPointsError::NoLimit));
    assert!(matches!(SetPoints::gas(Some(10.0), None, None, Some(10.0)), Err(SetPointsError::NotAscending { .. })));
    assert_eq!(SetPoints::new([None, Some(1.0), None], Crossing::Reached), Err(SetPointsError::TooFew { set: 1 }));
    assert!(SetPoints::new([Some(f64::NAN), Some(1.0), None], Crossing::Reached).is_err());
}

#[test]
fn noise_alarms_above_its_set_point_and_not_at_it() {
    let points = SetPoints::new([Some(85.0), Some(100.0), None], Crossing::Exceeded).unwrap();
    let rule = Rule { points, hysteresis: 0.0, raise_after_ms: 0, clear_after_ms: 0, max_gap_ms: 0 };
    assert_eq!(episodes(rule, &[85.0, 85.1, 85.0]), ["1-2-3 Notice 85.1"]);
}

#[test]
fn a_rule_that_cannot_be_names_its_field() {
    assert!(rule(1, 1).checked().is_ok());
    let error = Rule { clear_after_ms: -1, ..rule(0, 0) }.checked().unwrap_err();
    assert_eq!(error.field, "clear_after_ms");
    assert!(Rule { hysteresis: f64::NAN, ..rule(0, 0) }.checked().is_err());
}

#[test]
fn a_minute_is_judged_when_it_is_over() {
    let mut watch = Watch::new(Grid::minutes(Averaging::Mean), rule(0, 0));
    assert!(watch.add(read(0, 30.0), START).1.is_empty(), "more readings of the minute may come");
    assert_eq!(watch.advance(START + MINUTE).len(), 1);
    assert!(watch.advance(START + MINUTE).is_empty(), "told once");
    assert!(watch.advance(START).is_empty(), "time does not go back");
}
