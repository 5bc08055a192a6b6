//! HJ 212-2017 (污染物在线监控（监测）系统数据传输标准) as pure functions: bytes in, frames, answers and faults out.
//!
//! - [`Decoder`]: a byte stream in any pieces becomes frames; finds its way back after garbage.
//! - [`Segment`]: the data segment's header and command parameters, as texts.
//! - [`Header`]: the header in types, or the refusal (`QnRtn`) it deserves.
//! - [`answer`], [`Exchanges`]: what is to be answered, and requests of ours with their answers.
//! - [`Assembler`]: split packets become one message.
//! - [`lines`]: the contract for scripts, `zhijian hj212`.
//!
//! HJ/T 212-2005 differs in the version bits and codes only as far as this module is concerned. Code tables are data (`tables/`).

mod answer;
mod ask;
mod codes;
mod crc;
mod exchange;
mod flag;
mod frame;
mod header;
pub mod lines;
mod moment;
mod segment;
mod split;
mod stream;
mod warning;

pub use answer::{ExeRtn, WriteError, data_answer, execution_answer, notice_answer, refusal_answer, request, write_segment};
pub use ask::{Ask, AskError, Asks, Given, time_text};
pub use codes::{Table, label, tables};
pub use crc::{CrcMode, ansi, modbus};
pub use exchange::{Due, Exchanges, Progress, Settings};
pub use flag::Flag;
pub use frame::{Dissected, FrameError, MAX_DECLARED, STANDARD_DATA, dissect, encode, encode_with};
pub use header::{Header, Packet, QnRtn, Refusal};
pub use moment::{data_time, is_skewed, request_time};
pub use segment::{DataFlag, FactorValue, Parameters, Segment, text_of};
pub use split::{Assembler, Bounds, Incomplete, Taken};
pub use stream::{Decoder, Event, Fault, Frame, Limits};
pub use warning::Warning;
