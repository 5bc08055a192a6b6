//! Every order of deeds up to seven: nothing is closed unseen, nothing is told twice.

use zhijian_telemetry::windows::{Care, CareError, CareState, Deadlines, Deed, Level};

const DEEDS: [Deed; 9] = [
    Deed::Push,
    Deed::Acknowledge,
    Deed::Handle,
    Deed::Remove,
    Deed::Close,
    Deed::SignalCleared,
    Deed::SignalReturned,
    Deed::LevelIs(Level::Notice),
    Deed::LevelIs(Level::High),
];

/// Walks all deeds from here; `seen` is whether somebody acknowledged on the way.
fn walk(care: Care, seen: bool, depth: usize, visited: &mut std::collections::HashSet<(Care, bool, usize)>) {
    if depth == 0 || !visited.insert((care, seen, depth)) {
        return;
    }
    for deed in DEEDS {
        let mut next = care;
        let outcome = next.apply(deed);
        let seen = seen || (deed == Deed::Acknowledge && outcome.is_ok());
        match outcome {
            Err(_) => assert_eq!(next, care, "a refused deed changes nothing: {deed:?} on {care:?}"),
            Ok(changed) => {
                assert_eq!(changed, next != care);
                let mut again = next;
                assert_eq!(again.apply(deed), Ok(false), "the same deed again changes nothing: {deed:?} on {care:?}");
            }
        }
        if next.state() >= CareState::Acknowledged {
            assert!(seen, "{next:?}");
        }
        if next.state() >= CareState::Removed {
            assert!(!next.signal_stands(), "{next:?}");
        }
        let back = next.state() < care.state();
        assert!(!back || (deed == Deed::SignalReturned && care.state() == CareState::Removed), "{deed:?} from {care:?} to {next:?}");
        if care.state() == CareState::Closed {
            assert_eq!(next.state(), CareState::Closed, "closed stays closed");
        }
        walk(next, seen, depth - 1, visited);
    }
}

#[test]
fn every_order_of_deeds_keeps_the_rules() {
    let mut visited = std::collections::HashSet::new();
    walk(Care::new(Level::Notice, 0), false, 9, &mut visited);
    assert!(visited.iter().any(|(care, ..)| care.state() == CareState::Closed), "the end is reached");
}

#[test]
fn the_usual_way() {
    let mut care = Care::new(Level::Alarm, 0);
    assert_eq!(care.apply(Deed::Handle), Err(CareError::NotYet { needs: "确认" }));
    for deed in [Deed::Push, Deed::Acknowledge, Deed::Handle] {
        assert_eq!(care.apply(deed), Ok(true), "{deed:?}");
    }
    assert_eq!(care.apply(Deed::Remove), Err(CareError::SignalStands));
    for deed in [Deed::SignalCleared, Deed::Remove, Deed::SignalReturned] {
        assert_eq!(care.apply(deed), Ok(true), "{deed:?}");
    }
    assert_eq!(care.state(), CareState::Handling, "it came back: to be handled again");
    for deed in [Deed::SignalCleared, Deed::Remove, Deed::Close] {
        assert_eq!(care.apply(deed), Ok(true), "{deed:?}");
    }
    assert_eq!(care.apply(Deed::SignalReturned), Err(CareError::Closed), "a new alarm");
}

#[test]
fn nobody_acknowledging_tells_the_county_once() {
    let minutes = |n: i64| n * 60_000;
    let deadlines = Deadlines::default();
    // why, level, deadline in minutes
    for (why, level, limit) in [("预报", Level::Notice, 240), ("警报", Level::Alarm, 30), ("高报", Level::High, 30)] {
        let mut care = Care::new(level, 0);
        assert!(!care.escalates(&deadlines, minutes(limit) - 1), "{why}");
        assert!(care.escalates(&deadlines, minutes(limit)), "{why}");
        assert!(!care.escalates(&deadlines, minutes(limit) + 1) && care.escalated(), "{why}: once");
        let mut seen = Care::new(level, 0);
        assert_eq!(seen.apply(Deed::Acknowledge), Ok(true));
        assert!(!seen.escalates(&deadlines, minutes(10_000)), "{why}: seen");
    }
    let mut cleared = Care::new(Level::Alarm, 0);
    assert_eq!(cleared.apply(Deed::SignalCleared), Ok(true));
    assert!(cleared.escalates(&deadlines, minutes(30)), "a signal that clears by itself still has to be seen");
    let mut rising = Care::new(Level::Notice, 0);
    assert_eq!(rising.apply(Deed::LevelIs(Level::Alarm)), Ok(true));
    assert_eq!(rising.apply(Deed::LevelIs(Level::Notice)), Ok(false));
    assert!(rising.escalates(&deadlines, minutes(30)), "the highest level's deadline");
}
