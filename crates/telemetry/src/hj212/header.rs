//! The header in types, or the refusal it deserves.

use super::flag::Flag;
use super::segment::Segment;
use super::warning::{Warning, warn};

/// `QnRtn`: how a request is received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QnRtn {
    /// 1: will be done.
    Ready,
    /// 2: refused.
    Refused,
    /// 3: the password is wrong.
    Password,
    /// 4: the device is unknown.
    Device,
    /// 5: the system code is wrong.
    System,
    /// 6: the flag is wrong.
    Flag,
    /// 7: the request number is wrong.
    Request,
    /// 8: the command is wrong.
    Command,
    /// 9: the check sum is wrong.
    Crc,
    /// 100, and any number that no table knows.
    Unknown,
}

impl QnRtn {
    const ALL: [Self; 10] = [
        Self::Ready,
        Self::Refused,
        Self::Password,
        Self::Device,
        Self::System,
        Self::Flag,
        Self::Request,
        Self::Command,
        Self::Crc,
        Self::Unknown,
    ];

    /// The standard's number.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Ready => 1,
            Self::Refused => 2,
            Self::Password => 3,
            Self::Device => 4,
            Self::System => 5,
            Self::Flag => 6,
            Self::Request => 7,
            Self::Command => 8,
            Self::Crc => 9,
            Self::Unknown => 100,
        }
    }

    /// From the standard's number.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let number: u8 = text.parse().ok()?;
        Self::ALL.into_iter().find(|result| result.code() == number)
    }
}

/// A header that cannot be taken, with the code to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field} 为 {found:?}，应为{expected}（QnRtn={}）", .code.code())]
pub struct Refusal<'a> {
    /// What to answer, if an answer was wanted.
    pub code: QnRtn,
    /// The field at fault.
    pub field: &'static str,
    /// What it holds.
    pub found: Option<&'a str>,
    /// What it should hold.
    pub expected: &'static str,
}

/// `PNUM` and `PNO`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet {
    /// How many parts.
    pub total: u16,
    /// Which one this is, from 1.
    pub number: u16,
}

/// The header in types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header<'a> {
    /// Request number, `YYYYMMDDhhmmsszzz`; old devices leave it out.
    pub qn: Option<&'a str>,
    /// System code, two digits.
    pub st: &'a str,
    /// Command, four digits.
    pub cn: &'a str,
    /// Password; may be empty. Never logged.
    pub pw: &'a str,
    /// Device.
    pub mn: &'a str,
    /// Flag.
    pub flag: Flag,
    /// The part's number, if it is one.
    pub packet: Option<Packet>,
    /// What was taken although it is not as the standard says.
    pub warnings: Vec<Warning>,
}

impl<'a> Header<'a> {
    /// Reads the header of a segment. Whether the device is known and the password right is the register's matter.
    ///
    /// # Errors
    /// The first field that cannot be taken, with its `QnRtn`.
    pub fn read(segment: &Segment<'a>) -> Result<Self, Refusal<'a>> {
        let fault = |code, field, expected| Refusal { code, field, found: segment.header(field), expected };
        let digits = |field: &str, count: usize| {
            segment.header(field).filter(|text| text.len() == count && text.bytes().all(|b| b.is_ascii_digit()))
        };
        let qn = segment.header("QN");
        if qn.is_some() && digits("QN", 17).is_none() {
            return Err(fault(QnRtn::Request, "QN", " 17 位数字 YYYYMMDDhhmmsszzz"));
        }
        let st = digits("ST", 2).ok_or(fault(QnRtn::System, "ST", " 2 位系统编码"))?;
        let cn = digits("CN", 4).ok_or(fault(QnRtn::Command, "CN", " 4 位命令编码"))?;
        let mn = segment.header("MN").ok_or(fault(QnRtn::Device, "MN", "设备唯一标识"))?;
        let flag = Flag::read(segment.header("Flag")).ok_or(fault(QnRtn::Flag, "Flag", " 0～255 的整数"))?;
        let mut warnings = Vec::new();
        if mn.chars().count() > 24 {
            warnings.push(Warning::LongDevice);
        }
        let packet = packet(segment)?;
        match packet {
            Some(_) if !flag.split() => warn(&mut warnings, Warning::UnannouncedPacket),
            None if flag.split() => warn(&mut warnings, Warning::MissingPacketNumber),
            _ => {}
        }
        Ok(Self { qn, st, cn, pw: segment.header("PW").unwrap_or_default(), mn, flag, packet, warnings })
    }

    /// It answers something (9011 … 9014): never to be answered.
    #[must_use]
    pub fn is_answer(&self) -> bool {
        matches!(self.cn, "9011" | "9012" | "9013" | "9014")
    }

    /// It wants an answer, and may have one.
    #[must_use]
    pub fn wants_answer(&self) -> bool {
        self.flag.answer_required() && !self.is_answer()
    }
}

fn packet<'a>(segment: &Segment<'a>) -> Result<Option<Packet>, Refusal<'a>> {
    let number = |field: &'static str| {
        let found = segment.header(field);
        let refusal = Refusal { code: QnRtn::Unknown, field, found, expected: "从 1 开始的包号，PNO 不大于 PNUM" };
        match found {
            None => Ok(None),
            Some(text) if text.bytes().all(|b| b.is_ascii_digit()) => match text.parse::<u16>() {
                Ok(0) | Err(_) => Err(refusal),
                Ok(number) => Ok(Some(number)),
            },
            Some(_) => Err(refusal),
        }
    };
    match (number("PNUM")?, number("PNO")?) {
        (Some(total), Some(number)) if number <= total => Ok(Some(Packet { total, number })),
        (Some(_), Some(_)) => {
            Err(Refusal { code: QnRtn::Unknown, field: "PNO", found: segment.header("PNO"), expected: "不大于 PNUM 的包号" })
        }
        _ => Ok(None),
    }
}
