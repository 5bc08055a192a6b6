//! The two given frames, and what tests ask again and again.

use zhijian_telemetry::hj212::{Decoder, Event, Fault, Limits, Warning};

/// The standard's own example: set the live interval to 30 s.
pub const SET_INTERVAL: &str =
    "##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&1C80\r\n";
/// Live data: one factor with its sample time.
pub const LIVE: &str = "##0162QN=20231008123340461;ST=22;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20231008123340;w01008-SampleTime=20231008123340,w01008-Rtd=123.456&&F441\r\n";

/// An event that owns what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Frame(Vec<u8>, bool, Vec<Warning>),
    Fault(Fault),
}

/// Everything that comes out of a stream pushed in these pieces and then ended.
pub fn seen(limits: Limits, pieces: &[&[u8]]) -> Vec<Seen> {
    let mut decoder = Decoder::new(limits);
    let mut seen = Vec::new();
    let drain = |decoder: &mut Decoder, seen: &mut Vec<Seen>| {
        while let Some(event) = decoder.next_event() {
            seen.push(match event {
                Event::Frame(frame) => Seen::Frame(frame.data.to_vec(), frame.crc_ok, frame.warnings),
                Event::Fault(fault) => Seen::Fault(fault),
            });
        }
    };
    for piece in pieces {
        decoder.push(piece);
        drain(&mut decoder, &mut seen);
        assert!(decoder.pending() <= limits.max_data + 12, "kept {} bytes", decoder.pending());
    }
    decoder.finish();
    drain(&mut decoder, &mut seen);
    assert_eq!(decoder.pending(), 0, "nothing is left behind at the end");
    seen
}

/// The data of the frames among them.
pub fn frames(seen: &[Seen]) -> Vec<&[u8]> {
    seen.iter().filter_map(|one| if let Seen::Frame(data, ..) = one { Some(data.as_slice()) } else { None }).collect()
}

/// The data segment of a frame written whole.
pub fn data(frame: &str) -> &[u8] {
    &frame.as_bytes()[6..frame.len() - 6]
}
