//! Split packets.

use proptest::prelude::*;
use zhijian_telemetry::hj212::{Assembler, Bounds, Header, Incomplete, Segment, Taken, Warning};

fn part(mn: &str, total: u16, number: u16, cp: &str) -> String {
    format!("QN=20231008123340461;ST=22;CN=2011;PW=1;MN={mn};Flag=7;PNUM={total};PNO={number};CP=&&DataTime=20231008123340;{cp}&&")
}

fn take(assembler: &mut Assembler, text: &str, now: u64) -> (Taken, Vec<Incomplete>) {
    let segment = Segment::parse(text);
    let header = Header::read(&segment).unwrap();
    assembler.take(&header, text, now)
}

#[test]
fn parts_make_one_message_with_all_factors() {
    let mut assembler = Assembler::default();
    let second = part("A", 2, 2, "a34002-Rtd=2");
    assert_eq!(take(&mut assembler, &second, 0).0, Taken::Waiting { have: 1, total: 2 });
    assert_eq!(take(&mut assembler, &second, 1).0, Taken::Repeated);
    let other_device = part("B", 2, 1, "a34001-Rtd=9");
    assert_eq!(take(&mut assembler, &other_device, 2).0, Taken::Waiting { have: 1, total: 2 });
    let (Taken::Whole(parts), lost) = take(&mut assembler, &part("A", 2, 1, "a34001-Rtd=1"), 60_000) else { panic!("not whole") };
    assert!(lost.is_empty());
    let whole = Segment::merge(&parts.iter().map(|text| Segment::parse(text)).collect::<Vec<_>>());
    assert_eq!((whole.cp.factor("a34001", "Rtd"), whole.cp.factor("a34002", "Rtd")), (Some("1"), Some("2")));
    assert_eq!(whole.cp.fields, [("DataTime", "20231008123340")]);
    assert_eq!((whole.header("PNO"), whole.header("MN")), (None, Some("A")));
    assert!(whole.warnings.is_empty(), "{:?}", whole.warnings);
}

#[test]
fn a_message_that_is_not_split_passes_through() {
    let text = "ST=22;CN=2011;MN=A;CP=&&&&";
    assert_eq!(take(&mut Assembler::default(), text, 0), (Taken::Whole(vec![text.to_owned()]), vec![]));
    let one_of_one = part("A", 1, 1, "");
    assert_eq!(take(&mut Assembler::default(), &one_of_one, 0).0, Taken::Whole(vec![one_of_one]));
}

#[test]
fn after_sixty_seconds_what_came_is_told() {
    let mut assembler = Assembler::default();
    take(&mut assembler, &part("A", 3, 1, "a34001-Rtd=1"), 1000);
    assert!(assembler.expire(61_000).is_empty());
    let lost = assembler.expire(61_001);
    assert_eq!(lost.iter().map(|one| (one.mn.as_str(), one.total, one.parts.len())).collect::<Vec<_>>(), [("A", 3, 1)]);
    assert_eq!(lost[0].merged().cp.factor("a34001", "Rtd"), Some("1"));
    assert!(assembler.expire(1_000_000).is_empty(), "told once");
}

#[test]
fn the_same_number_with_other_content_begins_anew_and_loses_nothing() {
    let mut assembler = Assembler::default();
    take(&mut assembler, &part("A", 2, 1, "a34001-Rtd=1"), 0);
    let (taken, lost) = take(&mut assembler, &part("A", 2, 1, "a34001-Rtd=7"), 1);
    assert_eq!(taken, Taken::Waiting { have: 1, total: 2 });
    assert_eq!(lost[0].merged().cp.factor("a34001", "Rtd"), Some("1"));
}

#[test]
fn different_times_are_warned_of() {
    let first = part("A", 2, 1, "a34001-Rtd=1");
    let second = part("A", 2, 2, "a34002-Rtd=1").replace("DataTime=20231008123340", "DataTime=20231008123341");
    let whole = Segment::merge(&[Segment::parse(&first), Segment::parse(&second)]);
    assert_eq!(whole.warnings, [Warning::DifferentTimes]);
    assert_eq!(whole.cp.field("DataTime"), Some("20231008123341"));
}

#[test]
fn memory_is_bounded_and_the_oldest_gives_way() {
    let bounds = Bounds { messages: 4, bytes: 2_000, ..Bounds::default() };
    let mut assembler = Assembler::new(bounds);
    let mut told = Vec::new();
    for n in 0..50 {
        told.extend(take(&mut assembler, &part(&format!("M{n:02}"), 9, 1, "a34001-Rtd=1"), n).1);
    }
    assert_eq!(told.len(), 46);
    assert!(told.windows(2).all(|pair| pair[0].mn < pair[1].mn), "oldest first");
    let (taken, lost) = take(&mut assembler, &part("X", 9, 1, &"x".repeat(3_000)), 50);
    assert!(matches!(taken, Taken::Waiting { .. }) && lost.iter().any(|one| one.mn == "X"), "too large to keep: told, not lost");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_with_repeats_gives_the_message_once((total, order) in (2..8u16)
        .prop_flat_map(|total| (Just(total), prop::collection::vec(1..=total, 0..12), Just((1..=total).collect::<Vec<_>>()).prop_shuffle()))
        .prop_map(|(total, extra, all)| (total, [extra, all].concat()))) {
        let mut assembler = Assembler::default();
        let mut whole = Vec::new();
        for number in &order {
            let text = part("A", total, *number, &format!("f{number}-Rtd={number}"));
            let (taken, lost) = take(&mut assembler, &text, 0);
            prop_assert!(lost.is_empty());
            if let Taken::Whole(parts) = taken {
                whole.push(parts);
            }
        }
        prop_assert!(!whole.is_empty());
        for parts in whole {
            let segments: Vec<_> = parts.iter().map(|text| Segment::parse(text)).collect();
            let merged = Segment::merge(&segments);
            prop_assert_eq!(merged.cp.factors.iter().map(|value| value.text.parse::<u16>().unwrap()).collect::<Vec<_>>(), (1..=total).collect::<Vec<_>>());
        }
    }
}
