//! Requests of ours and their answers: 9011, data, 9012; sent again when nothing comes. Time is passed in.

use super::answer::ExeRtn;
use super::header::{Header, QnRtn};
use super::segment::Segment;

/// When a request is sent again and when it is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How long 9011 is waited for, milliseconds.
    pub timeout_ms: u64,
    /// How often a request is sent again.
    pub resends: u32,
    /// How long 9012 is waited for after 9011, milliseconds. The protocol names no figure: `None` waits until the connection ends.
    pub execution_ms: Option<u64>,
}

impl Default for Settings {
    /// 5 s and 3 times as the protocol summary says.
    fn default() -> Self {
        Self { timeout_ms: 5_000, resends: 3, execution_ms: None }
    }
}

/// What an answer did to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// 9011 with 1: data or a result follow.
    Accepted,
    /// 9011 with anything else: the request is over.
    Refused(QnRtn),
    /// 9012: the request is over. `None` for a number that no table knows.
    Done(Option<ExeRtn>),
    /// 9013 to a notice: the device has it, and the request is over.
    Noticed,
    /// 9011 once more.
    Repeated,
    /// Not an answer to a request that is open: told, not counted.
    Unasked,
}

/// What is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// To be sent again.
    Resend {
        /// Request number.
        qn: String,
        /// The segment, the same as before.
        segment: String,
    },
    /// Given up: no answer, or no result.
    Failed {
        /// Request number.
        qn: String,
        /// It had been accepted.
        accepted: bool,
    },
}

#[derive(Debug)]
struct Open {
    qn: String,
    mn: String,
    segment: String,
    since_ms: u64,
    resent: u32,
    accepted: bool,
    notice: bool,
}

/// The open requests of a connection.
#[derive(Debug, Default)]
pub struct Exchanges {
    settings: Settings,
    open: Vec<Open>,
}

impl Exchanges {
    /// None open.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, open: Vec::new() }
    }

    /// How many are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// Notes a request that is being sent; `notice`: 9013 ends it. False when one with this number is open for the device: request numbers pair answers, so nothing is sent.
    pub fn sent(&mut self, mn: &str, qn: &str, segment: &str, notice: bool, now_ms: u64) -> bool {
        let fresh = self.place(mn, qn).is_none();
        if fresh {
            let (qn, mn, segment) = (qn.to_owned(), mn.to_owned(), segment.to_owned());
            self.open.push(Open { qn, mn, segment, since_ms: now_ms, resent: 0, accepted: false, notice });
        }
        fresh
    }

    /// Takes a 9011, 9012 or 9013.
    pub fn received(&mut self, header: &Header<'_>, segment: &Segment<'_>, now_ms: u64) -> Progress {
        let Some(place) = header.qn.and_then(|qn| self.place(header.mn, qn)) else { return Progress::Unasked };
        match header.cn {
            "9011" => match segment.cp.field("QnRtn").and_then(QnRtn::read).unwrap_or(QnRtn::Unknown) {
                QnRtn::Ready if self.open[place].accepted => Progress::Repeated,
                QnRtn::Ready => {
                    self.open[place].accepted = true;
                    self.open[place].since_ms = now_ms;
                    Progress::Accepted
                }
                result => {
                    self.open.remove(place);
                    Progress::Refused(result)
                }
            },
            "9012" => {
                self.open.remove(place);
                Progress::Done(segment.cp.field("ExeRtn").and_then(ExeRtn::read))
            }
            "9013" if self.open[place].notice => {
                self.open.remove(place);
                Progress::Noticed
            }
            _ => Progress::Unasked,
        }
    }

    /// What is due at `now_ms`.
    pub fn due(&mut self, now_ms: u64) -> Vec<Due> {
        let settings = self.settings;
        let mut due = Vec::new();
        self.open.retain_mut(|open| {
            let waited = now_ms.saturating_sub(open.since_ms);
            let over = if open.accepted {
                settings.execution_ms.is_some_and(|limit| waited >= limit)
            } else {
                waited >= settings.timeout_ms && open.resent >= settings.resends
            };
            if over {
                due.push(Due::Failed { qn: open.qn.clone(), accepted: open.accepted });
            } else if !open.accepted && waited >= settings.timeout_ms {
                open.resent += 1;
                open.since_ms = now_ms;
                due.push(Due::Resend { qn: open.qn.clone(), segment: open.segment.clone() });
            }
            !over
        });
        due
    }

    fn place(&self, mn: &str, qn: &str) -> Option<usize> {
        self.open.iter().position(|open| open.mn == mn && open.qn == qn)
    }
}
