//! What we send: answers to uploads, refusals, results, requests. Data segments; `encode` makes frames of them.

use super::flag::Flag;
use super::header::{Header, QnRtn};

/// `ExeRtn`: how a request was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExeRtn {
    /// 1
    Done,
    /// 2
    Failed,
    /// 3: the conditions are not met.
    BadCondition,
    /// 4
    Timeout,
    /// 5
    Busy,
    /// 6: a fault of the device.
    SystemFault,
    /// 100
    NoData,
}

impl ExeRtn {
    const ALL: [Self; 7] = [Self::Done, Self::Failed, Self::BadCondition, Self::Timeout, Self::Busy, Self::SystemFault, Self::NoData];

    /// The standard's number.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 1,
            Self::Failed => 2,
            Self::BadCondition => 3,
            Self::Timeout => 4,
            Self::Busy => 5,
            Self::SystemFault => 6,
            Self::NoData => 100,
        }
    }

    /// From the standard's number.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let number: u8 = text.parse().ok()?;
        Self::ALL.into_iter().find(|result| result.code() == number)
    }
}

/// A text that would break the segment apart.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key} 的内容 {found:?} 含有分隔符（; , & 或回车换行），不能写入数据段")]
pub struct WriteError {
    /// The key.
    pub key: String,
    /// Its text.
    pub found: String,
}

/// Writes a data segment: header pairs, then `CP=&&…&&` with items separated by `;`.
///
/// # Errors
/// A key or text that holds a separator.
///
/// # Example
/// ```
/// use zhijian_telemetry::hj212::write_segment;
/// let written = write_segment(&[("ST", "32"), ("CN", "1062")], &[("RtdInterval", "30")]).unwrap();
/// assert_eq!(written, "ST=32;CN=1062;CP=&&RtdInterval=30&&");
/// ```
pub fn write_segment(header: &[(&str, &str)], cp: &[(&str, &str)]) -> Result<String, WriteError> {
    let mut out = String::new();
    for (key, text) in header {
        push(&mut out, key, text, &[';', '\r', '\n'])?;
        out.push(';');
    }
    out.push_str("CP=&&");
    for (index, (key, text)) in cp.iter().enumerate() {
        if index > 0 {
            out.push(';');
        }
        push(&mut out, key, text, &[';', ',', '&', '\r', '\n'])?;
    }
    out.push_str("&&");
    Ok(out)
}

fn push(out: &mut String, key: &str, text: &str, breaking: &[char]) -> Result<(), WriteError> {
    if key.is_empty() || key.contains(breaking) || key.contains('=') || text.contains(breaking) {
        return Err(WriteError { key: key.to_owned(), found: text.to_owned() });
    }
    out.push_str(key);
    out.push('=');
    out.push_str(text);
    Ok(())
}

/// The answer to an upload (9014); `None` when none is wanted or the message is itself an answer.
///
/// # Errors
/// A header text that cannot be written back.
pub fn data_answer(to: &Header<'_>) -> Result<Option<String>, WriteError> {
    wanted(to).then(|| answer(to, "9014", &[])).transpose()
}

/// The answer to a notice (9013); `None` as for [`data_answer`].
///
/// # Errors
/// A header text that cannot be written back.
pub fn notice_answer(to: &Header<'_>) -> Result<Option<String>, WriteError> {
    wanted(to).then(|| answer(to, "9013", &[])).transpose()
}

/// The answer to a request (9011) with its result: a refusal when device or password do not fit. `None` as for [`data_answer`].
///
/// # Errors
/// A header text that cannot be written back.
pub fn refusal_answer(to: &Header<'_>, result: QnRtn) -> Result<Option<String>, WriteError> {
    wanted(to).then(|| answer(to, "9011", &[("QnRtn", &result.code().to_string())])).transpose()
}

/// The result of an execution (9012), which follows a 9011: what a simulated device sends.
///
/// # Errors
/// A header text that cannot be written back.
pub fn execution_answer(to: &Header<'_>, result: ExeRtn) -> Result<String, WriteError> {
    answer(to, "9012", &[("ExeRtn", &result.code().to_string())])
}

/// A request of ours, answer wanted (`Flag=5`).
///
/// # Errors
/// A text that holds a separator.
pub fn request(qn: &str, st: &str, cn: &str, pw: &str, mn: &str, cp: &[(&str, &str)]) -> Result<String, WriteError> {
    let flag = Flag::ASKING.number().to_string();
    write_segment(&[("QN", qn), ("ST", st), ("CN", cn), ("PW", pw), ("MN", mn), ("Flag", &flag)], cp)
}

fn wanted(to: &Header<'_>) -> bool {
    to.wants_answer()
}

/// Same request number, device and password; an upload without a request number is answered without one.
fn answer(to: &Header<'_>, cn: &str, cp: &[(&str, &str)]) -> Result<String, WriteError> {
    let flag = Flag::PLAIN.number().to_string();
    let mut header = Vec::with_capacity(6);
    header.extend(to.qn.map(|qn| ("QN", qn)));
    header.extend([("ST", "91"), ("CN", cn), ("PW", to.pw), ("MN", to.mn), ("Flag", &flag)]);
    write_segment(&header, cp)
}
