//! Slots, rolling means, shifts and days.

use crate::support::{MINUTE, START, read};
use time::{Time, UtcOffset, macros::date};
use zhijian_telemetry::windows::{
    Added, Averaging, Grid, Quality, Reading, Readings, Span, VALID_DAY, day, highest, lex_8h, rolling, shift, span, twa8,
};

fn readings(all: impl IntoIterator<Item = Reading>) -> Readings {
    let mut readings = Readings::default();
    for reading in all {
        readings.add(reading, reading.at_ms);
    }
    readings
}

#[test]
fn a_minute_is_the_mean_of_what_counts_in_it() {
    let bad = Reading { quality: Quality::Calibration, ..read(0, 900.0) };
    let suspect = Reading { at_ms: START + 30_000, quality: Quality::Suspect, value: 5.0, seq: 0 };
    let kept = readings([
        Reading { at_ms: START + 1, ..bad },
        read(0, 1.0),
        Reading { at_ms: START + 59_999, ..read(0, 2.0) },
        suspect,
        read(2, 7.0),
    ]);
    let grid = Grid::minutes(Averaging::Mean);
    let values = |grid: Grid| grid.slots(&kept, START, START + 3 * MINUTE).iter().map(|slot| slot.value).collect::<Vec<_>>();
    assert_eq!(values(grid), [Some(1.5), None, Some(7.0)], "calibration and suspect values do not count");
    assert_eq!(values(Grid { suspect_counts: true, ..grid }), [Some(8.0 / 3.0), None, Some(7.0)]);
}

#[test]
fn sound_is_averaged_by_energy() {
    let kept = readings([read(0, 80.0), read(1, 90.0)]);
    let window = span(&kept, &Grid::minutes(Averaging::Energy), Span { start_ms: START, end_ms: START + 2 * MINUTE }, VALID_DAY);
    assert_eq!(format!("{:.2}", window.mean.unwrap()), "87.40", "10·lg((10^8 + 10^9)/2)");
}

#[test]
fn fifteen_minutes_roll_and_too_few_say_nothing() {
    let kept =
        readings((0..30).filter(|minute| !(5..15).contains(minute)).map(|minute| read(minute, f64::from(u8::try_from(minute).unwrap()))));
    let slots = Grid::minutes(Averaging::Mean).slots(&kept, START, START + 30 * MINUTE);
    let means = rolling(&slots, 15, Averaging::Mean, 0.75);
    assert_eq!(means[14].value, None, "five of fifteen");
    assert_eq!(means[25].value, None, "eleven of fifteen are 73 %");
    assert_eq!(means[26].value, Some(20.5), "twelve of fifteen: minutes 15 to 26");
    assert_eq!(means[29].value, Some(22.0), "all of them: minutes 15 to 29");
    assert_eq!(rolling(&slots, 15, Averaging::Mean, 1.0)[28].value, None);
}

#[test]
fn a_shift_of_three_quarters_is_valid_and_less_is_not() {
    let eight_hours = Span { start_ms: START, end_ms: START + 480 * MINUTE };
    for (minutes, valid) in [(480, true), (360, true), (359, false), (0, false)] {
        let kept = readings((0..minutes).map(|minute| read(minute, 85.0)));
        let window = span(&kept, &Grid::minutes(Averaging::Energy), eight_hours, VALID_DAY);
        assert_eq!((window.present, window.required, window.valid), (u32::try_from(minutes).unwrap(), 480, valid));
        let level = lex_8h(&window).unwrap();
        assert_eq!(level.map(|level| format!("{:.2}", level.0)), valid.then(|| "85.00".to_owned()), "{minutes}");
    }
}

#[test]
fn half_a_shift_costs_three_decibels_and_half_the_concentration() {
    let kept = readings((0..240).map(|minute| read(minute, 88.0)));
    let four_hours = Span { start_ms: START, end_ms: START + 240 * MINUTE };
    let noise = span(&kept, &Grid::minutes(Averaging::Energy), four_hours, VALID_DAY);
    assert_eq!(format!("{:.1}", lex_8h(&noise).unwrap().unwrap().0), "85.0");
    let dust = span(&kept, &Grid::minutes(Averaging::Mean), four_hours, VALID_DAY);
    assert_eq!(twa8(&dust).unwrap().unwrap().0, 44.0);
}

#[test]
fn days_and_shifts_are_local() {
    let offset = UtcOffset::from_hms(8, 0, 0).unwrap();
    let monday = day(date!(2020 - 03 - 02), offset);
    assert_eq!((START - monday.start_ms, monday.hours().0), (8 * 60 * MINUTE, 24.0));
    let night = shift(date!(2020 - 03 - 02), Time::from_hms(22, 0, 0).unwrap(), 8 * 60, offset);
    assert_eq!((night.start_ms - START, night.end_ms - monday.end_ms), (14 * 60 * MINUTE, 6 * 60 * MINUTE), "over midnight");
}

#[test]
fn what_cannot_be_kept_is_told() {
    let mut kept = Readings::default();
    let now = START + Readings::HORIZON_MS;
    let with = |value: f64, seq: u64| Reading { seq, ..read(0, value) };
    // why, reading, what becomes of it, value that holds
    let rows = [
        ("first", with(2.0, 1), Added::New, 2.0),
        ("again", with(2.0, 1), Added::Duplicate, 2.0),
        ("another of the same count: the higher holds", with(3.0, 1), Added::Contradicts, 3.0),
        ("and the lower does not come back", with(2.0, 1), Added::Contradicts, 3.0),
        ("an older one", with(9.0, 0), Added::Superseded, 3.0),
        ("a newer one", with(1.0, 2), Added::Corrected, 1.0),
        ("no number", with(f64::NAN, 3), Added::NotANumber, 1.0),
        ("a moment more than 72 h late", Reading { at_ms: START - 1, ..with(1.0, 9) }, Added::TooLate, 1.0),
        ("more than ten minutes ahead", Reading { at_ms: now + Readings::AHEAD_MS + 1, ..with(1.0, 9) }, Added::Ahead, 1.0),
    ];
    for (why, reading, added, holds) in rows {
        assert_eq!(kept.add(reading, now), added, "{why}");
        assert_eq!(kept.between(START, START + 1).map(|reading| reading.value).collect::<Vec<_>>(), [holds], "{why}");
    }
    assert_eq!(kept.len(), 1);
}

#[test]
fn rq_026_the_highest_quarter_of_an_hour_lies_wholly_in_its_span() {
    // 60 minutes of 1, with fifteen of 9 from minute 20 on, and a peak that ends before the span begins.
    let value = |minute: i64| if (20..35).contains(&minute) { 9.0 } else { 1.0 };
    let kept = readings((-10..60).map(|minute| read(minute, if minute < 0 { 100.0 } else { value(minute) })));
    let hour = Span { start_ms: START, end_ms: START + 60 * MINUTE };
    let grid = Grid::minutes(Averaging::Mean);
    let found = highest(&kept, &grid, hour, 15, 0.75).unwrap();
    assert_eq!((found.start_ms - START, found.mean), (20 * MINUTE, 9.0));
    // Of equal ones the first.
    let level = readings((0..60).map(|minute| read(minute, 1.0)));
    assert_eq!(highest(&level, &grid, hour, 15, 0.75).map(|found| found.start_ms), Some(START));
    // Nothing where the span is shorter, the slots are longer, or too little was read.
    let short = Span { end_ms: START + 14 * MINUTE, ..hour };
    assert_eq!(highest(&kept, &grid, short, 15, 0.75), None);
    assert_eq!(highest(&kept, &Grid { step_ms: 30 * MINUTE, ..grid }, hour, 15, 0.75), None);
    let sparse = readings((0..60).step_by(2).map(|minute| read(minute, 5.0)));
    assert_eq!(highest(&sparse, &grid, hour, 15, 0.75), None, "half of the minutes");
    assert!(highest(&sparse, &grid, hour, 15, 0.5).is_some());
}
