//! What was accepted although it is not as the standard says. Never silent: each frame carries its warnings.

/// Something odd that does not stop a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Warning {
    /// CR LF is missing behind a right check sum.
    NoLineEnd,
    /// More than 1024 bytes of data (the standard's ceiling).
    LongerThanStandard,
    /// The check sum was not looked at (device setting `off`).
    CrcNotChecked,
    /// The data hold bytes that are not ASCII.
    NotAscii,
    /// The data are not UTF-8: unreadable bytes show as U+FFFD.
    Unreadable,
    /// No `CP=&&…&&`.
    NoParameters,
    /// `CP=` is not enclosed in `&&`, or something follows it.
    LooseParameters,
    /// A key came twice: the last value holds.
    RepeatedKey,
    /// An item that is not `key=value`.
    NotAPair,
    /// `PNUM`/`PNO` without bit D of `Flag`.
    UnannouncedPacket,
    /// Bit D of `Flag` without `PNUM`/`PNO`: taken as whole.
    MissingPacketNumber,
    /// Parts of one message have different `DataTime`s; the last part's holds.
    DifferentTimes,
    /// `MN` is longer than 24 characters.
    LongDevice,
}

impl Warning {
    /// A short word for machines.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoLineEnd => "no_line_end",
            Self::LongerThanStandard => "longer_than_standard",
            Self::CrcNotChecked => "crc_not_checked",
            Self::NotAscii => "not_ascii",
            Self::Unreadable => "unreadable",
            Self::NoParameters => "no_parameters",
            Self::LooseParameters => "loose_parameters",
            Self::RepeatedKey => "repeated_key",
            Self::NotAPair => "not_a_pair",
            Self::UnannouncedPacket => "unannounced_packet",
            Self::MissingPacketNumber => "missing_packet_number",
            Self::DifferentTimes => "different_times",
            Self::LongDevice => "long_device",
        }
    }

    /// A sentence for people: what was found, what is expected.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::NoLineEnd => "帧尾没有完整的回车换行；应以 CR LF 结尾",
            Self::LongerThanStandard => "数据段超过 1024 字节，已接收；标准上限为 1024 字节",
            Self::CrcNotChecked => "该设备设置为不校验 CRC，数据未经校验",
            Self::NotAscii => "数据段含有非 ASCII 字符；标准要求 ASCII 文本",
            Self::Unreadable => "数据段不是 UTF-8 文本，无法识别的字节显示为“\u{FFFD}”",
            Self::NoParameters => "数据段没有 CP=&&…&&",
            Self::LooseParameters => "CP 应写作 CP=&&…&& 并位于数据段末尾",
            Self::RepeatedKey => "同一键出现多次，以最后一次为准",
            Self::NotAPair => "有的项不是“键=值”，已略过",
            Self::UnannouncedPacket => "带有 PNUM、PNO，但 Flag 未声明拆分包，已按拆分包处理",
            Self::MissingPacketNumber => "Flag 声明拆分包，但没有 PNUM、PNO，已按整包处理",
            Self::DifferentTimes => "各拆分包的 DataTime 不一致，以最后一包为准",
            Self::LongDevice => "MN 超过 24 个字符",
        }
    }
}

/// Adds a warning once.
pub(crate) fn warn(list: &mut Vec<Warning>, warning: Warning) {
    if !list.contains(&warning) {
        list.push(warning);
    }
}
