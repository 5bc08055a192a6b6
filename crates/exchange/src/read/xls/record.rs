//! BIFF records and the strings inside them ([MS-XLS] 2.4, 2.5).

use super::cfb::u16_at;
use encoding_rs::Encoding;

/// One record with its bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'a> {
    pub kind: u16,
    pub data: &'a [u8],
}

/// Records of a stream from a position on; ends at the end of the bytes, a cut record left out.
pub(super) struct Records<'a> {
    stream: &'a [u8],
    at: usize,
}

impl<'a> Records<'a> {
    pub fn new(stream: &'a [u8], at: usize) -> Self {
        Self { stream, at }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let head = self.stream.get(self.at..self.at.checked_add(4)?)?;
        let start = self.at + 4;
        let data = self.stream.get(start..start + usize::from(u16_at(head, 2)))?;
        self.at = start + data.len();
        Some(Record { kind: u16_at(head, 0), data })
    }
}

/// The bytes of a record and of the `CONTINUE` records behind it, read as one, because strings cross the border in their own way.
pub(super) struct Pieces<'a> {
    pieces: Vec<&'a [u8]>,
    piece: usize,
    at: usize,
}

impl<'a> Pieces<'a> {
    pub fn new(pieces: Vec<&'a [u8]>) -> Self {
        Self { pieces, piece: 0, at: 0 }
    }

    fn left_in_piece(&self) -> usize {
        self.pieces.get(self.piece).map_or(0, |p| p.len() - self.at)
    }

    fn next_piece(&mut self) -> Option<()> {
        self.piece += 1;
        self.at = 0;
        (self.piece < self.pieces.len()).then_some(())
    }

    fn byte(&mut self) -> Option<u8> {
        while self.left_in_piece() == 0 {
            self.next_piece()?;
        }
        let byte = self.pieces[self.piece][self.at];
        self.at += 1;
        Some(byte)
    }

    pub fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    pub fn u32(&mut self) -> Option<u32> {
        Some(u32::from(self.u16()?) | u32::from(self.u16()?) << 16)
    }

    fn skip(&mut self, mut count: usize) -> Option<()> {
        while count > 0 {
            let here = self.left_in_piece().min(count);
            self.at += here;
            count -= here;
            if count > 0 {
                self.next_piece()?;
            }
        }
        Some(())
    }

    /// A string with a two-byte length, flags, and perhaps formatting runs and phonetic data behind it.
    pub fn rich_string(&mut self, into: &mut String) -> Option<()> {
        let count = usize::from(self.u16()?);
        let flags = self.byte()?;
        let runs = if flags & 0x08 != 0 { usize::from(self.u16()?) } else { 0 };
        let extra = if flags & 0x04 != 0 { self.u32()? as usize } else { 0 };
        self.characters(count, flags & 1 == 1, into)?;
        self.skip(runs * 4)?;
        self.skip(extra)
    }

    /// Characters; at the border of two records a new flag byte says whether the rest is wide.
    fn characters(&mut self, mut count: usize, mut wide: bool, into: &mut String) -> Option<()> {
        let mut units = Vec::with_capacity(count.min(4096));
        while count > 0 {
            if self.left_in_piece() == 0 {
                self.next_piece()?;
                wide = self.byte()? & 1 == 1;
            }
            let size = if wide { 2 } else { 1 };
            let here = (self.left_in_piece() / size).min(count);
            if here == 0 {
                return None;
            }
            let bytes = &self.pieces[self.piece][self.at..self.at + here * size];
            if wide {
                units.extend(bytes.chunks_exact(2).map(|b| u16_at(b, 0)));
            } else {
                units.extend(bytes.iter().map(|b| u16::from(*b)));
            }
            self.at += here * size;
            count -= here;
        }
        into.extend(char::decode_utf16(units).map(|c| c.unwrap_or('\u{FFFD}')));
        Some(())
    }
}

/// A string of a cell or format record: in BIFF8 with flags, before that bytes in the workbook's code page.
pub(super) fn string(data: &[u8], wide_length: bool, biff8: bool, encoding: &'static Encoding) -> String {
    let (count, rest) = match (wide_length, data) {
        (true, [low, high, rest @ ..]) => (usize::from(u16::from_le_bytes([*low, *high])), rest),
        (false, [count, rest @ ..]) => (usize::from(*count), rest),
        _ => return String::new(),
    };
    if !biff8 {
        return encoding.decode_without_bom_handling(&rest[..count.min(rest.len())]).0.into_owned();
    }
    let Some((flags, rest)) = rest.split_first() else { return String::new() };
    let runs = if flags & 0x08 != 0 { 2 } else { 0 } + if flags & 0x04 != 0 { 4 } else { 0 };
    let rest = rest.get(runs..).unwrap_or_default();
    let units: Vec<u16> = if flags & 1 == 1 {
        rest.chunks_exact(2).take(count).map(|b| u16_at(b, 0)).collect()
    } else {
        rest.iter().take(count).map(|b| u16::from(*b)).collect()
    };
    String::from_utf16_lossy(&units)
}

/// The packed number of `RK` records.
pub(super) fn rk(bits: u32) -> f64 {
    let number = if bits & 2 != 0 { f64::from((bits as i32) >> 2) } else { f64::from_bits(u64::from(bits & !3) << 32) };
    if bits & 1 != 0 { number / 100.0 } else { number }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_numbers() {
        assert_eq!(rk(0x3FF0_0000), 1.0);
        assert_eq!(rk((1234 << 2) | 3), 12.34);
        assert_eq!(rk(((-5i32 << 2) as u32) | 2), -5.0);
    }

    #[test]
    fn a_string_may_change_its_width_at_the_border_of_two_records() {
        let first = [5u8, 0, 0, b'a', b'b'];
        let second = [1u8, 0x4E, 0x77, b'c', 0, 0x4E, 0x00];
        let mut text = String::new();
        assert!(Pieces::new(vec![&first, &second]).rich_string(&mut text).is_some());
        assert_eq!(text, "ab\u{774E}c\u{004E}");
        assert!(Pieces::new(vec![&first]).rich_string(&mut String::new()).is_none(), "a cut string is noticed");
    }
}
