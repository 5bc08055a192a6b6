//! A QR code as PNG (ISO/IEC 15948): one bit a pixel, stored without compression, which a picture of this size does not need.

/// Pixels a module.
const SCALE: usize = 4;
/// Quiet zone, modules.
const MARGIN: usize = 4;

/// A text as picture; `None` when it is too long for a code.
pub(super) fn of(text: &str) -> Option<Vec<u8>> {
    let (width, dark) = crate::qr::modules(text)?;
    let side = (width + 2 * MARGIN) * SCALE;
    let bytes_a_row = side.div_ceil(8);
    let mut raw = Vec::with_capacity((bytes_a_row + 1) * side);
    for y in 0..side {
        raw.push(0); // no filter
        let mut row = vec![0_u8; bytes_a_row];
        for x in 0..side {
            let module = |at: usize| (at / SCALE).checked_sub(MARGIN).filter(|m| *m < width);
            let is_dark = module(x).zip(module(y)).and_then(|(x, y)| dark.get(y * width + x)).copied().unwrap_or(false);
            if !is_dark && let Some(byte) = row.get_mut(x / 8) {
                *byte |= 0x80 >> (x % 8);
            }
        }
        raw.extend(row);
    }
    let side = u32::try_from(side).ok()?.to_be_bytes();
    let mut head = [side, side].concat();
    head.extend([1, 0, 0, 0, 0]);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut out, b"IHDR", &head)?;
    chunk(&mut out, b"IDAT", &stored(&raw)?)?;
    chunk(&mut out, b"IEND", &[])?;
    Some(out)
}

/// A zlib stream of stored blocks (RFC 1950, RFC 1951).
fn stored(raw: &[u8]) -> Option<Vec<u8>> {
    let mut out = vec![0x78, 0x01];
    let blocks = raw.chunks(0xFFFF).count();
    for (index, block) in raw.chunks(0xFFFF).enumerate() {
        let length = u16::try_from(block.len()).ok()?;
        out.push(u8::from(index + 1 == blocks));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in raw {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    out.extend(((b << 16) | a).to_be_bytes());
    Some(out)
}

fn chunk(out: &mut Vec<u8>, name: &[u8; 4], body: &[u8]) -> Option<()> {
    out.extend(u32::try_from(body.len()).ok()?.to_be_bytes());
    let summed = [name.as_slice(), body].concat();
    let mut crc = u32::MAX;
    for byte in &summed {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
        }
    }
    out.extend(summed);
    out.extend((!crc).to_be_bytes());
    Some(())
}
