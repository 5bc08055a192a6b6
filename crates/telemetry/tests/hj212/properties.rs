//! What holds for any bytes.

use crate::support::{LIVE, SET_INTERVAL, Seen, data, frames, seen};
use proptest::prelude::*;
use zhijian_telemetry::hj212::{CrcMode, Header, Limits, Segment, Warning, dissect, encode, encode_with, text_of};

fn mode() -> impl Strategy<Value = CrcMode> {
    prop::sample::select(vec![CrcMode::Ansi, CrcMode::Modbus, CrcMode::Off])
}

/// Bytes that are likely to look like frames.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => prop::collection::vec(any::<u8>(), 0..12),
        4 => prop::sample::select(vec!["#", "##", "##0", "##0003", "##0012", "##0101", "##4096", "##4097", "\r", "\n", "\r\n", "1C80", "&&", "CP=&&"])
            .prop_map(|text| text.as_bytes().to_vec()),
        2 => prop::sample::select(vec![LIVE, SET_INTERVAL]).prop_map(|frame| frame.as_bytes().to_vec()),
        2 => (prop::sample::select(vec![LIVE, SET_INTERVAL]), 0..100usize).prop_map(|(frame, end)| frame.as_bytes()[..end].to_vec()),
        2 => prop::collection::vec(any::<u8>(), 0..40).prop_map(|data| encode(&data).unwrap()),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Bytes that hold no head, nor half of one at the end.
fn plain_noise() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>().prop_filter("no hash", |b| *b != b'#'), 0..60)
}

/// Cuts bytes at these places.
fn cut<'a>(bytes: &'a [u8], places: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut at: Vec<usize> = places.iter().map(|place| place.index(bytes.len() + 1)).collect();
    at.sort_unstable();
    let mut pieces = Vec::new();
    let mut from = 0;
    for end in at {
        pieces.push(&bytes[from..end]);
        from = end;
    }
    pieces.push(&bytes[from..]);
    pieces
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back((mode, data) in (mode(), prop::collection::vec(any::<u8>(), 0..1500))) {
        let frame = encode_with(mode, &data).unwrap();
        let parts = dissect(mode, &frame).unwrap();
        prop_assert!(parts.len_ok() && parts.crc_ok());
        prop_assert_eq!(parts.data, &data[..]);
        let limits = Limits { crc: mode, ..Limits::default() };
        let seen = seen(limits, &[&frame]);
        prop_assert_eq!(seen.len(), 1);
        prop_assert_eq!(frames(&seen), vec![&data[..]]);
    }

    #[test]
    fn cutting_a_stream_changes_nothing((mode, bytes, places) in (mode(), noise(), prop::collection::vec(any::<prop::sample::Index>(), 0..30))) {
        let limits = Limits { crc: mode, max_data: 4096 };
        let whole = seen(limits, &[&bytes]);
        prop_assert_eq!(&seen(limits, &cut(&bytes, &places)), &whole);
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        prop_assert_eq!(&seen(limits, &single), &whole);
    }

    #[test]
    fn a_good_frame_behind_plain_garbage_is_never_lost((before, between, first, second) in
        (plain_noise(), plain_noise(), prop::collection::vec(any::<u8>(), 0..200), prop::collection::vec(any::<u8>(), 0..200))) {
        let bytes = [&before[..], &encode(&first).unwrap(), &between, &encode(&second).unwrap()].concat();
        let seen = seen(Limits::default(), &[&bytes]);
        prop_assert_eq!(frames(&seen), vec![&first[..], &second[..]]);
    }

    /// Any garbage, heads with lengths included: lost only if the garbage and the frame together happen to make another frame with a right sum, which must then be there.
    #[test]
    fn a_good_frame_behind_any_garbage_is_found_or_is_inside_another((before, inner) in (noise(), prop::collection::vec(any::<u8>(), 0..200))) {
        let frame = encode(&inner).unwrap();
        let bytes = [&before[..], &frame].concat();
        let seen = seen(Limits::default(), &[&bytes]);
        let found = frames(&seen);
        let straddles = |data: &[u8]| bytes.windows(data.len().max(1)).enumerate().any(|(at, part)| {
            part == data && at < before.len() + frame.len() && at + data.len() + 4 > before.len()
        });
        prop_assert!(found.contains(&&inner[..]) || found.iter().any(|data| straddles(data)), "{:?}", seen);
    }

    #[test]
    fn any_bytes_are_taken_apart_without_panic(bytes in noise()) {
        if let Ok(parts) = dissect(CrcMode::Ansi, &bytes) {
            let text = text_of(parts.data);
            let segment = Segment::parse(&text);
            let _ = Header::read(&segment);
        }
        let text = text_of(&bytes);
        let segment = Segment::parse(&text);
        let _ = Header::read(&segment);
        let _ = Segment::merge(&[segment.clone(), segment]);
    }

    #[test]
    fn a_flipped_bit_of_the_data_is_always_noticed((data, place, bit) in
        (prop::collection::vec(any::<u8>(), 1..1500), any::<prop::sample::Index>(), 0..8u8)) {
        let mut frame = encode(&data).unwrap();
        let at = 6 + place.index(data.len());
        frame[at] ^= 1 << bit;
        prop_assert!(!dissect(CrcMode::Ansi, &frame).unwrap().crc_ok());
    }

    #[test]
    fn pairs_written_are_pairs_read(pairs in prop::collection::vec(("[A-Za-z0-9]{1,8}(-[A-Za-z]{1,6})?", "[ -%'-+\\--:<-~]{0,12}"), 0..60)) {
        let borrowed: Vec<(&str, &str)> = pairs.iter().map(|(key, text)| (key.as_str(), text.as_str())).collect();
        let written = zhijian_telemetry::hj212::write_segment(&[("ST", "22")], &borrowed).unwrap();
        let segment = Segment::parse(&written);
        for (key, _) in &pairs {
            let last = pairs.iter().rev().find(|pair| pair.0 == *key).map(|pair| pair.1.as_str()).filter(|text| !text.is_empty());
            let read = match key.split_once('-') {
                Some((code, suffix)) => segment.cp.factor(code, suffix),
                None => segment.cp.field(key),
            };
            prop_assert_eq!(read, last, "{} of {}", key, written);
        }
        let distinct: std::collections::HashSet<_> = pairs.iter().map(|pair| &pair.0).collect();
        prop_assert_eq!(segment.cp.fields.len() + segment.cp.factors.len(), distinct.len());
        prop_assert_eq!(segment.warnings.contains(&Warning::RepeatedKey), distinct.len() < pairs.len());
    }
}

/// Every byte of both frames, changed to every other value: caught by head, length or sum, or one of the differences that the protocol allows.
#[test]
fn every_changed_byte_is_caught_or_explained() {
    for original in [SET_INTERVAL, LIVE] {
        let bytes = original.as_bytes();
        for at in 0..bytes.len() {
            for value in 0..=255 {
                if value == bytes[at] {
                    continue;
                }
                let mut changed = bytes.to_vec();
                changed[at] = value;
                let in_sum = (bytes.len() - 6..bytes.len() - 2).contains(&at);
                let other_case = in_sum && value.eq_ignore_ascii_case(&bytes[at]);
                let in_tail = at >= bytes.len() - 2;
                let alone = dissect(CrcMode::Ansi, &changed);
                let seen = seen(Limits::default(), &[&changed]);
                if other_case {
                    assert!(alone.unwrap().crc_ok(), "either case is the same number");
                    assert_eq!(seen, [Seen::Frame(data(original).to_vec(), true, vec![])]);
                } else if in_tail {
                    assert!(alone.unwrap().warnings.contains(&Warning::NoLineEnd), "{at} {value}");
                    assert!(
                        matches!(&seen[0], Seen::Frame(data, true, warnings) if data == self::data(original) && *warnings == [Warning::NoLineEnd])
                    );
                } else {
                    assert!(alone.is_err() || alone.is_ok_and(|parts| !(parts.len_ok() && parts.crc_ok())), "{at} {value}");
                    assert!(frames(&seen).is_empty(), "{at} {value}");
                }
            }
        }
    }
}
