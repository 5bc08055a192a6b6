//! Receiving: every sentence of the protocol summary's section 3 that a decoder can keep.

use crate::support::{LIVE, SET_INTERVAL, Seen, data, frames, seen};
use zhijian_telemetry::hj212::{CrcMode, Fault, Limits, Warning, encode, encode_with};

fn default_seen(bytes: &[u8]) -> Vec<Seen> {
    seen(Limits::default(), &[bytes])
}

#[test]
fn one_byte_at_a_time_gives_both_frames() {
    let bytes = format!("{SET_INTERVAL}{LIVE}");
    let pieces: Vec<&[u8]> = bytes.as_bytes().chunks(1).collect();
    let seen = seen(Limits::default(), &pieces);
    assert_eq!(frames(&seen), [data(SET_INTERVAL), data(LIVE)]);
    assert_eq!(seen.len(), 2, "and nothing else: {seen:?}");
}

#[test]
fn after_garbage_the_frame_is_found() {
    // why, what comes before the frame, faults
    let rows: &[(&str, &str, usize)] = &[
        ("noise", "hello", 1),
        ("a lone hash", "#", 1),
        ("three hashes: one byte is dropped at a time", "#", 1),
        ("a head without digits", "##QN=1", 1),
        ("a head with half its digits", "##01x1", 1),
        ("a length that swallows the frame", "##0900", 2),
        ("a length above the ceiling", "##9999", 2),
        ("an empty frame with a wrong sum", "##0000ABCD\r\n", 2),
        ("the frame's own beginning", &LIVE[..100], 2),
        ("line ends are no garbage", "\r\n\n", 0),
    ];
    for (why, before, faults) in rows {
        let seen = default_seen(format!("{before}{LIVE}").as_bytes());
        assert_eq!(frames(&seen), [data(LIVE)], "{why}: {seen:?}");
        assert_eq!(seen.len(), 1 + faults, "{why}: {seen:?}");
    }
}

#[test]
fn a_broken_length_does_not_swallow_the_next_good_frame() {
    for length in ["0000", "0001", "0161", "0163", "0174", "0175", "0300", "1024", "4096"] {
        let broken = LIVE.replacen("0162", length, 1);
        let seen = default_seen(format!("{broken}{SET_INTERVAL}").as_bytes());
        assert_eq!(frames(&seen), [data(SET_INTERVAL)], "{length}: {seen:?}");
        assert!(seen.iter().any(|one| matches!(one, Seen::Fault(Fault::Crc { .. } | Fault::Incomplete { .. }))), "{length}: {seen:?}");
    }
}

#[test]
fn a_missing_line_end_is_accepted_with_a_warning_when_the_sum_is_right() {
    let cut = LIVE.trim_end();
    for (why, bytes) in [
        ("glued to the next", format!("{cut}{SET_INTERVAL}")),
        ("only CR", format!("{cut}\r{SET_INTERVAL}")),
        ("only LF", format!("{cut}\n{SET_INTERVAL}")),
    ] {
        let seen = default_seen(bytes.as_bytes());
        let expected =
            [Seen::Frame(data(LIVE).to_vec(), true, vec![Warning::NoLineEnd]), Seen::Frame(data(SET_INTERVAL).to_vec(), true, vec![])];
        assert_eq!(seen, expected, "{why}");
    }
    assert_eq!(
        default_seen(cut.as_bytes()),
        [Seen::Frame(data(LIVE).to_vec(), true, vec![Warning::NoLineEnd])],
        "at the end of the stream"
    );
}

#[test]
fn a_frame_that_ends_with_the_stream_is_told() {
    for end in [2, 4, 5, 6, 50, 167, 171] {
        let seen = default_seen(&LIVE.as_bytes()[..end]);
        assert!(matches!(seen.first(), Some(Seen::Fault(Fault::Incomplete { have, .. })) if *have == end), "{end}: {seen:?}");
    }
}

#[test]
fn more_than_1024_bytes_are_accepted_with_a_warning_up_to_the_ceiling() {
    let sized = |bytes: usize| encode(&vec![b'x'; bytes]).unwrap();
    // bytes, warning, accepted
    for (bytes, warned, accepted) in [(0, false, true), (1024, false, true), (1025, true, true), (4096, true, true), (4097, false, false)] {
        let seen = default_seen(&sized(bytes));
        match seen.as_slice() {
            [Seen::Frame(data, true, warnings)] if accepted => {
                assert_eq!(data.len(), bytes);
                assert_eq!(warnings.contains(&Warning::LongerThanStandard), warned, "{bytes}");
            }
            [Seen::Fault(Fault::TooLong { declared, max_data: 4096 }), ..] if !accepted => assert_eq!(*declared, bytes),
            other => panic!("{bytes}: {other:?}"),
        }
    }
    let wide = Limits { max_data: 9999, ..Limits::default() };
    assert_eq!(seen(wide, &[&sized(9999)]).len(), 1, "the ceiling is a setting");
    assert!(encode(&vec![b'x'; 10_000]).is_err(), "four digits hold no more");
}

#[test]
fn a_modbus_sum_is_never_accepted_silently() {
    let frame = encode_with(CrcMode::Modbus, data(LIVE)).unwrap();
    let strict = default_seen(&frame);
    assert!(matches!(strict.first(), Some(Seen::Fault(Fault::Crc { modbus: true, .. }))), "{strict:?}");
    let Some(Seen::Fault(fault)) = strict.first() else { panic!("{strict:?}") };
    assert!(fault.to_string().contains("Modbus"), "{fault}");
    let set = Limits { crc: CrcMode::Modbus, ..Limits::default() };
    assert_eq!(seen(set, &[&frame]), [Seen::Frame(data(LIVE).to_vec(), true, vec![])]);
    assert!(frames(&seen(set, &[LIVE.as_bytes()])).is_empty(), "a device set to Modbus sends Modbus");
}

#[test]
fn an_unchecked_frame_says_so_and_needs_its_line_end() {
    let off = Limits { crc: CrcMode::Off, ..Limits::default() };
    let wrong = LIVE.replace("F441", "0000");
    assert_eq!(seen(off, &[wrong.as_bytes()]), [Seen::Frame(data(LIVE).to_vec(), false, vec![Warning::CrcNotChecked])]);
    let seen = seen(off, &[wrong.trim_end().as_bytes(), b"xx"]);
    assert!(matches!(seen.first(), Some(Seen::Fault(Fault::NoLineEnd { declared: 162 }))), "{seen:?}");
}

#[test]
fn faults_say_what_was_found_and_what_is_expected() {
    let wrong = LIVE.replace("F441", "F4\u{1}1");
    let Some(Seen::Fault(fault)) = default_seen(wrong.as_bytes()).into_iter().next() else { panic!("no fault") };
    assert_eq!(fault.to_string(), "CRC 校验错误：收到“F4\\u{1}1”，应为 F441（数据段 162 字节）");
}

#[test]
fn heads_upon_heads_cost_no_more_than_they_should() {
    // Each pair of bytes looks like a beginning with a long length: the worst a sender can do.
    let bytes = b"##4096".repeat(20_000);
    let clock = std::time::Instant::now();
    let seen = seen(Limits::default(), &[&bytes]);
    assert!(frames(&seen).is_empty());
    assert!(clock.elapsed() < std::time::Duration::from_secs(20), "{:?}", clock.elapsed());
}
