//! The header's `Flag`: answer wanted, packet number present, protocol version.

/// An 8-bit number: bit 0 (A) answer wanted, bit 1 (D) packet number present, bits 2–7 the version (0 = 2005, 1 = 2017).
///
/// # Example
/// ```
/// use zhijian_telemetry::hj212::Flag;
/// let flag = Flag::new(7);
/// assert!(flag.answer_required() && flag.split());
/// assert_eq!(flag.version(), 1);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Flag(u8);

impl Flag {
    /// Of the 2017 edition, nothing wanted: what answers carry.
    pub const PLAIN: Self = Self(4);
    /// Of the 2017 edition, answer wanted: what requests carry.
    pub const ASKING: Self = Self(5);

    /// From the number.
    #[must_use]
    pub const fn new(number: u8) -> Self {
        Self(number)
    }

    /// From the header's text; absent is 0: the 2005 edition, no answer. `None` for what is no number from 0 to 255.
    #[must_use]
    pub fn read(text: Option<&str>) -> Option<Self> {
        match text {
            None | Some("") => Some(Self(0)),
            Some(text) if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok().map(Self),
            Some(_) => None,
        }
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Bit 0: the sender wants an answer.
    #[must_use]
    pub const fn answer_required(self) -> bool {
        self.0 & 1 == 1
    }

    /// Bit 1: `PNUM` and `PNO` are there.
    #[must_use]
    pub const fn split(self) -> bool {
        self.0 & 2 == 2
    }

    /// Bits 2–7: 0 = 2005, 1 = 2017; higher ones are editions to come.
    #[must_use]
    pub const fn version(self) -> u8 {
        self.0 >> 2
    }
}
