//! Frames of HJ 212 out of a byte stream, one core, beside the least that any decoder must do with the same bytes: look at each once and sum the data.

use std::hint::black_box;
use std::time::Instant;
use zhijian_telemetry::hj212::{Decoder, Event, Header, Limits, Segment, ansi, encode, text_of};

/// What a socket gives at a time.
const READ: usize = 8 << 10;
/// Runs of each, in turns; the median counts.
const TURNS: usize = 7;

/// Prints frames a second and the ratio to the raw limit: frames found, and frames taken apart down to the header in types.
pub fn run(frames: usize) -> anyhow::Result<()> {
    let bytes = stream(frames)?;
    let mut raw = Vec::new();
    let mut found = Vec::new();
    let mut parsed = Vec::new();
    for _ in 0..TURNS {
        raw.push(timed(|| scan(&bytes), frames)?);
        found.push(timed(|| decode(&bytes, |_| true), frames)?);
        parsed.push(timed(|| decode(&bytes, parse), frames)?);
    }
    let (raw, found, parsed) = (median(raw), median(found), median(parsed));
    let rate = |seconds: f64| format!("{:.0} frames/s, {:.0} MB/s", frames as f64 / seconds, bytes.len() as f64 / seconds / 1e6);
    println!("HJ 212, {frames} frames, {} bytes, one core, median of {TURNS}", bytes.len());
    println!("raw scan and sum:            {}", rate(raw));
    println!("frames found:                {}; ratio {:.2}", rate(found), raw / found);
    println!("found, read into parameters: {}; ratio {:.2}", rate(parsed), raw / parsed);
    Ok(())
}

/// Live data of one to eight factors, as loggers send them.
fn stream(frames: usize) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for n in 0..frames {
        let time = format!("202310081{:05}", n % 40_000);
        let factors: String = (0..=n % 8)
            .map(|factor| format!(";a340{factor:02}-SampleTime={time},a340{factor:02}-Rtd={}.{},a340{factor:02}-Flag=N", n % 900, factor))
            .collect();
        let data =
            format!("QN={time}461;ST=22;CN=2011;PW=123456;MN=010000A8900016F0{:08};Flag=5;CP=&&DataTime={time}{factors}&&", n % 10_000);
        bytes.extend(encode(data.as_bytes())?);
    }
    Ok(bytes)
}

/// The raw limit: the frames' places are taken from their lengths as they are, each byte is looked at once for a head, and the data are summed.
fn scan(bytes: &[u8]) -> usize {
    let heads = bytes.iter().filter(|byte| **byte == b'#').count();
    let mut at = 0;
    let mut sums = 0_u64;
    let mut frames = 0;
    while let Some(digits) = bytes.get(at + 2..at + 6) {
        let length = digits.iter().fold(0, |number, digit| number * 10 + usize::from(digit.wrapping_sub(b'0')));
        let Some(data) = bytes.get(at + 6..at + 6 + length) else { break };
        sums += u64::from(ansi(data));
        frames += 1;
        at += length + 12;
    }
    black_box((heads, sums));
    frames
}

fn decode(bytes: &[u8], mut good: impl FnMut(&[u8]) -> bool) -> usize {
    let mut decoder = Decoder::new(Limits::default());
    let mut frames = 0;
    for piece in bytes.chunks(READ) {
        decoder.push(piece);
        while let Some(event) = decoder.next_event() {
            if let Event::Frame(frame) = event {
                frames += usize::from(good(frame.data));
            }
        }
    }
    frames
}

fn parse(data: &[u8]) -> bool {
    let text = text_of(data);
    let segment = Segment::parse(&text);
    let good = Header::read(&segment).is_ok_and(|header| header.wants_answer());
    black_box(segment);
    good
}

fn timed(work: impl FnOnce() -> usize, frames: usize) -> anyhow::Result<f64> {
    let clock = Instant::now();
    let seen = black_box(work());
    let seconds = clock.elapsed().as_secs_f64();
    anyhow::ensure!(seen == frames, "{seen} frames of {frames}");
    Ok(seconds)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
