//! The check sum of the standard's appendix, and Modbus's, which some vendors send instead.

/// Which check sum a device sends. A setting of the device; anything but [`CrcMode::Ansi`] is told with each frame or seen in the setting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CrcMode {
    /// As the standard says.
    #[default]
    Ansi,
    /// CRC-16/MODBUS, written as a number, high digit first.
    Modbus,
    /// Not checked: length and line end alone tell a frame. Each frame carries a warning.
    Off,
}

/// Eight steps of the polynomial 0xA001 over one byte.
const fn eight_steps(byte: u8) -> u16 {
    let mut register = byte as u16;
    let mut step = 0;
    while step < 8 {
        let kept = register & 1;
        register >>= 1;
        if kept == 1 {
            register ^= 0xA001;
        }
        step += 1;
    }
    register
}

/// The register after one byte `x` that was already joined with the register's high byte.
const STEP: [u16; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = eight_steps(byte as u8);
        byte += 1;
    }
    table
};

/// `AHEAD[k][x]`: the register's high byte after `x` and `k` zero bytes behind it. Only the high byte lives on from byte to byte, and every step is
/// linear, so eight bytes can be looked up side by side.
const AHEAD: [[u8; 256]; 8] = {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        tables[0][byte] = (STEP[byte] >> 8) as u8;
        byte += 1;
    }
    let mut depth = 1;
    while depth < 8 {
        let mut byte = 0;
        while byte < 256 {
            tables[depth][byte] = tables[0][tables[depth - 1][byte] as usize];
            byte += 1;
        }
        depth += 1;
    }
    tables
};

/// “ANSI CRC16” of HJ 212's appendix: start 0xFFFF; for each byte `register = (register >> 8) XOR byte`, then eight shifts with 0xA001.
///
/// The low byte is thrown away at each byte, which is not the usual update: any changed single byte is always noticed, but
/// two changed bytes escape once in 256 cases, because only eight bits live on.
///
/// # Example: the standard's own
/// ```
/// use zhijian_telemetry::hj212::ansi;
/// let data = b"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&";
/// assert_eq!(format!("{:04X}", ansi(data)), "1C80");
/// ```
#[must_use]
pub fn ansi(data: &[u8]) -> u16 {
    let Some((last, before)) = data.split_last() else { return 0xFFFF };
    let mut high = 0xFF_u8;
    let (eights, rest) = before.as_chunks::<8>();
    for &[a, b, c, d, e, f, g, h] in eights {
        high = AHEAD[7][usize::from(high ^ a)]
            ^ AHEAD[6][usize::from(b)]
            ^ AHEAD[5][usize::from(c)]
            ^ AHEAD[4][usize::from(d)]
            ^ AHEAD[3][usize::from(e)]
            ^ AHEAD[2][usize::from(f)]
            ^ AHEAD[1][usize::from(g)]
            ^ AHEAD[0][usize::from(h)];
    }
    for &byte in rest {
        high = AHEAD[0][usize::from(high ^ byte)];
    }
    STEP[usize::from(high ^ last)]
}

/// CRC-16/MODBUS: start 0xFFFF, polynomial 0xA001, the usual update.
#[must_use]
pub fn modbus(data: &[u8]) -> u16 {
    data.iter().fold(0xFFFF, |register, byte| (register >> 8) ^ STEP[usize::from((register ^ u16::from(*byte)) as u8)])
}

impl CrcMode {
    /// The check sum of a data segment; the standard's when none is checked.
    #[must_use]
    pub fn of(self, data: &[u8]) -> u16 {
        match self {
            Self::Ansi | Self::Off => ansi(data),
            Self::Modbus => modbus(data),
        }
    }

    /// The setting's word: `ansi`, `modbus`, `off`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "ansi" => Self::Ansi,
            "modbus" => Self::Modbus,
            "off" => Self::Off,
            _ => return None,
        })
    }
}

/// Four hexadecimal digits, either case.
pub(crate) fn read_hex(digits: [u8; 4]) -> Option<u16> {
    digits.iter().try_fold(0_u16, |number, digit| Some(number << 4 | (*digit as char).to_digit(16)? as u16))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Word by word as the appendix says.
    fn by_the_book(data: &[u8]) -> u16 {
        let mut register = 0xFFFF_u16;
        for byte in data {
            register = (register >> 8) ^ u16::from(*byte);
            for _ in 0..8 {
                let kept = register & 1;
                register >>= 1;
                if kept == 1 {
                    register ^= 0xA001;
                }
            }
        }
        register
    }

    proptest::proptest! {
        #[test]
        fn eight_at_a_time_gives_what_the_book_says(data in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            proptest::prop_assert_eq!(ansi(&data), by_the_book(&data));
        }
    }

    #[test]
    fn modbus_has_its_published_check_value() {
        assert_eq!(modbus(b"123456789"), 0x4B37, "catalogue of CRC algorithms: CRC-16/MODBUS");
        assert_ne!(ansi(b"123456789"), 0x4B37, "the standard's sum is another one");
    }

    #[test]
    fn hexadecimal_is_read_in_either_case() {
        assert_eq!(read_hex(*b"1c8F"), Some(0x1C8F));
        assert_eq!(read_hex(*b"1C8G"), None);
        assert_eq!(read_hex(*b"+C80"), None);
    }
}
