//! The data segment: header and command parameters as texts. Numbers are made of them in the mapping layer, not here.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::Hash;

use super::warning::{Warning, warn};

/// A factor's value: `a34004-Rtd=0.031`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactorValue<'a> {
    /// Before the first hyphen: `a34004`.
    pub code: &'a str,
    /// Behind it: `Rtd`, `Avg`, `Flag`, `SampleTime` …
    pub suffix: &'a str,
    /// As sent.
    pub text: &'a str,
}

/// The command parameters, in the order of the frame; of a key that came twice the last value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters<'a> {
    /// Keys without a hyphen: `DataTime`, `QnRtn`, `RtdInterval` …
    pub fields: Vec<(&'a str, &'a str)>,
    /// Keys with one.
    pub factors: Vec<FactorValue<'a>>,
}

impl<'a> Parameters<'a> {
    /// A field's text; an empty one is missing.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&'a str> {
        find(&self.fields, key)
    }

    /// A factor's text by code and suffix; an empty one is missing.
    #[must_use]
    pub fn factor(&self, code: &str, suffix: &str) -> Option<&'a str> {
        let value = self.factors.iter().find(|value| value.code == code && value.suffix == suffix)?;
        Some(value.text).filter(|text| !text.is_empty())
    }

    /// A factor's data flag. Absent is `None`; what is none of the standard's letters is told as it is.
    ///
    /// # Errors
    /// The text that is no data flag.
    pub fn data_flag(&self, code: &str) -> Result<Option<DataFlag>, &'a str> {
        self.factor(code, "Flag").map(|text| DataFlag::read(text).ok_or(text)).transpose()
    }
}

/// A data segment taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Segment<'a> {
    /// `QN`, `ST`, `CN`, `PW`, `MN`, `Flag`, `PNUM`, `PNO` and whatever else stands before `CP`.
    pub header: Vec<(&'a str, &'a str)>,
    /// `CP=&&…&&`.
    pub cp: Parameters<'a>,
    /// What is not as the standard says.
    pub warnings: Vec<Warning>,
}

/// A frame's data as text. ASCII costs nothing; bytes that are not UTF-8 become U+FFFD, which never hides a separator.
#[must_use]
pub fn text_of(data: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(data)
}

impl<'a> Segment<'a> {
    /// Takes a data segment apart. Never refuses: what cannot be read is left out and warned of.
    ///
    /// # Example
    /// ```
    /// use zhijian_telemetry::hj212::Segment;
    /// let segment = Segment::parse("ST=22;CN=2011;MN=A1;CP=&&DataTime=20231008123340;a34004-Rtd=0.031,a34004-Flag=N&&");
    /// assert_eq!(segment.header("CN"), Some("2011"));
    /// assert_eq!(segment.cp.factor("a34004", "Rtd"), Some("0.031"));
    /// ```
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        let mut segment = Self::default();
        if !text.is_ascii() {
            segment.warnings.push(Warning::NotAscii);
            if text.contains('\u{FFFD}') {
                segment.warnings.push(Warning::Unreadable);
            }
        }
        match segment.read_header(text) {
            Some(parameters) => segment.read_parameters(parameters),
            None => segment.warnings.push(Warning::NoParameters),
        }
        let repeated = keep_last(&mut segment.header, |pair| pair.0)
            | keep_last(&mut segment.cp.fields, |pair| pair.0)
            | keep_last(&mut segment.cp.factors, |value| (value.code, value.suffix));
        if repeated {
            segment.warnings.push(Warning::RepeatedKey);
        }
        segment
    }

    /// A header field's text; an empty one is missing.
    #[must_use]
    pub fn header(&self, key: &str) -> Option<&'a str> {
        find(&self.header, key)
    }

    /// One message of its parts, in order: the first part's header without packet numbers, all fields and factors; of a key in several parts the last.
    #[must_use]
    pub fn merge(parts: &[Self]) -> Self {
        let mut whole = Self::default();
        let mut time = None;
        for (index, part) in parts.iter().enumerate() {
            if index == 0 {
                whole.header = part.header.iter().copied().filter(|(key, _)| !matches!(*key, "PNUM" | "PNO")).collect();
            }
            whole.cp.fields.extend_from_slice(&part.cp.fields);
            whole.cp.factors.extend_from_slice(&part.cp.factors);
            part.warnings.iter().for_each(|warning| warn(&mut whole.warnings, *warning));
            let own = part.cp.field("DataTime");
            if own.is_some() && time.is_some() && own != time {
                warn(&mut whole.warnings, Warning::DifferentTimes);
            }
            time = own.or(time);
        }
        // `DataTime` and the like stand in every part: only a factor that comes twice is odd.
        keep_last(&mut whole.cp.fields, |pair| pair.0);
        if keep_last(&mut whole.cp.factors, |value| (value.code, value.suffix)) {
            warn(&mut whole.warnings, Warning::RepeatedKey);
        }
        whole
    }

    /// Reads up to `CP=` and gives what stands behind it.
    fn read_header(&mut self, text: &'a str) -> Option<&'a str> {
        let mut rest = text;
        loop {
            if let Some(parameters) = rest.strip_prefix("CP=") {
                return Some(parameters);
            }
            let (item, behind) = rest.split_once(';').map_or((rest, None), |(item, behind)| (item, Some(behind)));
            self.pair(item).into_iter().for_each(|pair| self.header.push(pair));
            rest = behind?;
        }
    }

    fn read_parameters(&mut self, text: &'a str) {
        let opened = text.strip_prefix("&&");
        let (inside, behind) = match opened {
            Some(opened) => opened.split_once("&&").map_or((opened, None), |(inside, behind)| (inside, Some(behind))),
            None => (text.trim_end_matches('&'), Some("")),
        };
        if opened.is_none() || behind != Some("") {
            self.warnings.push(Warning::LooseParameters);
        }
        let mut from = 0;
        while from < inside.len() {
            let item = next_item(&inside.as_bytes()[from..]);
            let text = &inside[from..from + item.end];
            from += item.end + 1;
            match (item.equals, item.hyphen) {
                (Some(equals @ 1..), Some(hyphen)) if hyphen < equals => {
                    let (code, suffix, text) = (&text[..hyphen], &text[hyphen + 1..equals], &text[equals + 1..]);
                    self.cp.factors.push(FactorValue { code, suffix, text });
                }
                (Some(equals @ 1..), _) => self.cp.fields.push((&text[..equals], &text[equals + 1..])),
                _ if text.is_empty() => {}
                _ => warn(&mut self.warnings, Warning::NotAPair),
            }
        }
    }

    /// `key=value`; nothing for an empty item, which a trailing `;` leaves.
    fn pair(&mut self, item: &'a str) -> Option<(&'a str, &'a str)> {
        let pair = item.split_once('=').filter(|(key, _)| !key.is_empty());
        if pair.is_none() && !item.is_empty() {
            warn(&mut self.warnings, Warning::NotAPair);
        }
        pair
    }
}

fn find<'a>(pairs: &[(&'a str, &'a str)], key: &str) -> Option<&'a str> {
    pairs.iter().find(|pair| pair.0 == key).map(|pair| pair.1).filter(|text| !text.is_empty())
}

/// Where an item ends, and its first `=` and `-`.
struct Item {
    end: usize,
    equals: Option<usize>,
    hyphen: Option<usize>,
}

/// The item up to the next `;` or `,`, in one pass: parameters are most of a frame.
fn next_item(bytes: &[u8]) -> Item {
    let mut item = Item { end: bytes.len(), equals: None, hyphen: None };
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b';' | b',' => {
                item.end = at;
                break;
            }
            b'=' if item.equals.is_none() => item.equals = Some(at),
            b'-' if item.hyphen.is_none() => item.hyphen = Some(at),
            _ => {}
        }
    }
    item
}

/// Of items with the same key the last stays, in the first one's place. True when there were such.
fn keep_last<T: Copy, K: Eq + Hash + Fingerprint>(items: &mut Vec<T>, key: impl Fn(&T) -> K) -> bool {
    // Equal keys have equal fingerprints, and hardly any others do: most segments need no more than this.
    let mut prints: Vec<u64> = items.iter().map(|item| key(item).fingerprint()).collect();
    prints.sort_unstable();
    if prints.windows(2).all(|pair| pair[0] != pair[1]) {
        return false;
    }
    let mut seen = HashMap::with_capacity(items.len());
    let twice = items.iter().any(|item| seen.insert(key(item), ()).is_some());
    if twice {
        let mut places = HashMap::with_capacity(items.len());
        let mut kept: Vec<T> = Vec::with_capacity(items.len());
        for item in items.iter() {
            let place = *places.entry(key(item)).or_insert(kept.len());
            match kept.get_mut(place) {
                Some(earlier) => *earlier = *item,
                None => kept.push(*item),
            }
        }
        *items = kept;
    }
    twice
}

/// A quick number of a key.
trait Fingerprint {
    fn fingerprint(&self) -> u64;
}

impl Fingerprint for &str {
    fn fingerprint(&self) -> u64 {
        let mix = |print: u64, word: u64| (print.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let (eights, rest) = self.as_bytes().as_chunks::<8>();
        let print = eights.iter().fold(self.len() as u64, |print, eight| mix(print, u64::from_le_bytes(*eight)));
        mix(print, rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)))
    }
}

impl Fingerprint for (&str, &str) {
    fn fingerprint(&self) -> u64 {
        self.0.fingerprint().rotate_left(17) ^ self.1.fingerprint()
    }
}

/// What a value is worth, as the device says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DataFlag {
    /// `N`
    Normal,
    /// `F`
    Stopped,
    /// `M`
    Maintenance,
    /// `S`: by hand, a set value.
    Set,
    /// `D`
    Fault,
    /// `C`
    Calibration,
    /// `T`: above the upper range.
    OverRange,
    /// `B`
    Communication,
}

impl DataFlag {
    /// From the standard's letter.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Some(match text {
            "N" => Self::Normal,
            "F" => Self::Stopped,
            "M" => Self::Maintenance,
            "S" => Self::Set,
            "D" => Self::Fault,
            "C" => Self::Calibration,
            "T" => Self::OverRange,
            "B" => Self::Communication,
            _ => return None,
        })
    }

    /// Whether the value enters exposure statistics: `N` only, and `S` where the device's setting says so. The others are stored and shown.
    #[must_use]
    pub const fn counts(self, set_values_count: bool) -> bool {
        match self {
            Self::Normal => true,
            Self::Set => set_values_count,
            _ => false,
        }
    }
}
