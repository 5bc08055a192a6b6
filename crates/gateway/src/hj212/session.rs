//! One connection: bytes to frames, frames to uploads, answers when durable.

use super::asking::Asking;
use super::lines::Order;
use super::{IDLE, PATIENCE, upload};
use crate::hub::{Hub, Source, refused};
use crate::register::Admission;
use std::collections::HashMap;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};
use zhijian_telemetry::hj212::{
    Assembler, Bounds, CrcMode, Decoder, Event, Header, Limits, QnRtn, Segment, Taken, data_answer, encode_with, notice_answer,
    refusal_answer, text_of,
};
use zhijian_telemetry::readings::{Batch, Reason, Refused};

/// Bytes read at a time.
const READ: usize = 4096;

/// What a frame or fault comes to.
enum Step {
    /// A segment to look at.
    Segment(String),
    /// Bytes that are none, in words.
    Fault(String),
}

/// How often requests that may be due again are looked at.
const LOOK: Duration = Duration::from_millis(500);

/// Serves a connection until it ends.
pub(super) async fn run<S: AsyncRead + AsyncWrite + Unpin>(stream: S, hub: &Hub) -> io::Result<()> {
    let (number, orders, queue) = hub.lines().new_queue();
    let session = Session {
        hub,
        mode: CrcMode::default(),
        decoder: None,
        first: Vec::new(),
        parts: Assembler::new(Bounds::default()),
        faults: 0,
        asking: Asking::default(),
        systems: HashMap::new(),
        line: (number, orders),
    };
    let ended = converse(stream, session, queue).await;
    hub.lines().leave(number);
    ended
}

async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    mut session: Session<'_>,
    mut queue: mpsc::Receiver<Order>,
) -> io::Result<()> {
    let hub = session.hub;
    let mut buffer = vec![0; READ];
    let mut heard = Instant::now();
    loop {
        let count = tokio::select! {
            read = timeout_at(heard + IDLE, stream.read(&mut buffer)) => match read {
                Ok(read) => read?,
                Err(_) => return Ok(()),
            },
            Some(order) = queue.recv() => {
                if let Some(frame) = session.ask(order) {
                    stream.write_all(&frame).await?;
                }
                continue;
            }
            () = tokio::time::sleep(LOOK), if !session.asking.idle() => {
                for frame in session.due() {
                    stream.write_all(&frame).await?;
                }
                continue;
            }
        };
        heard = Instant::now();
        let steps = if count == 0 { session.end() } else { session.push(buffer.get(..count).unwrap_or_default()) };
        // One commit for all that came together; answers in order.
        let mut batch = Batch::default();
        let mut answers = Vec::new();
        for step in steps {
            session.take(step, &mut batch, &mut answers).await;
        }
        if !(batch.arrivals.is_empty() && batch.refused.is_empty()) && hub.deliver(batch).await.is_err() {
            // Nothing is answered: the logger sends it again.
            return Err(io::Error::other("not durable"));
        }
        session.asking.settle();
        for answer in answers {
            timeout(PATIENCE, stream.write_all(&answer)).await.map_err(|_| io::Error::other("answers are not read"))??;
        }
        if count == 0 {
            return Ok(());
        }
    }
}

struct Session<'a> {
    hub: &'a Hub,
    mode: CrcMode,
    /// Made when the device is known by the first bytes, for its check sum is a setting of the device.
    decoder: Option<Decoder>,
    first: Vec<u8>,
    parts: Assembler,
    faults: u32,
    asking: Asking,
    /// System codes (ST) by the senders that reported through this connection.
    systems: HashMap<String, String>,
    line: (u64, mpsc::Sender<Order>),
}

/// Faults that are written down for one connection; more are only counted by their connection's end.
const FAULTS: u32 = 100;

impl Session<'_> {
    fn push(&mut self, bytes: &[u8]) -> Vec<Step> {
        if self.decoder.is_none() {
            self.first.extend_from_slice(bytes);
            if let Some(number) = sender(&self.first) {
                self.mode = self.hub.register.of_sender(&number).first().map(|device| device.crc).unwrap_or_default();
            } else if self.first.len() < READ && !self.first.windows(2).any(|pair| pair == b"\r\n") {
                return Vec::new();
            }
            let mut decoder = Decoder::new(Limits { crc: self.mode, ..Limits::default() });
            decoder.push(&std::mem::take(&mut self.first));
            self.decoder = Some(decoder);
        } else if let Some(decoder) = &mut self.decoder {
            decoder.push(bytes);
        }
        self.drain()
    }

    fn end(&mut self) -> Vec<Step> {
        let mut decoder = self.decoder.take().unwrap_or_else(|| Decoder::new(Limits::default()));
        decoder.push(&std::mem::take(&mut self.first));
        decoder.finish();
        self.decoder = Some(decoder);
        self.drain()
    }

    fn drain(&mut self) -> Vec<Step> {
        let Some(decoder) = &mut self.decoder else { return Vec::new() };
        let mut steps = Vec::new();
        while let Some(event) = decoder.next_event() {
            steps.push(match event {
                Event::Frame(frame) => Step::Segment(text_of(frame.data).into_owned()),
                Event::Fault(fault) => Step::Fault(fault.to_string()),
            });
        }
        steps
    }

    /// Looks at one step: what is to be kept goes into the batch, what is to be answered behind it.
    async fn take(&mut self, step: Step, batch: &mut Batch, answers: &mut Vec<Vec<u8>>) {
        let now_ms = self.now_ms();
        let text = match step {
            Step::Segment(text) => text,
            Step::Fault(fault) => {
                self.faults += 1;
                if self.faults <= FAULTS {
                    batch.refused.push(self.held("", Reason::Malformed, &fault));
                }
                return;
            }
        };
        let segment = Segment::parse(&text);
        let header = match Header::read(&segment) {
            Ok(header) => header,
            Err(refusal) => {
                // A number that nobody proved and that is nobody's is not written down as a device's.
                let number = segment.header("MN").filter(|number| !self.hub.register.of_sender(number).is_empty()).unwrap_or_default();
                let found = refusal.found.unwrap_or_default();
                batch.refused.push(self.held(
                    number,
                    Reason::Malformed,
                    &format!("{} 为“{found}”，应为{}", refusal.field, refusal.expected),
                ));
                return;
            }
        };
        let devices = match self.hub.register.admit(header.mn, header.pw).await {
            Admission::In(devices) => devices,
            refusal => {
                let (reason, code) = match refusal {
                    Admission::Wrong => (Reason::Secret, QnRtn::Password),
                    _ => (Reason::Unknown, QnRtn::Device),
                };
                batch.refused.push(self.held(header.mn, reason, &format!("ST={};CN={}", header.st, header.cn)));
                self.answer(refusal_answer(&header, code).ok().flatten(), answers);
                return;
            }
        };
        if header.is_answer() {
            self.asking.answered(&header, &segment, u64::try_from(now_ms).unwrap_or_default());
            return;
        }
        self.reports(header.mn, header.st);
        let (taken, lost) = self.parts.take(&header, &text, u64::try_from(now_ms).unwrap_or_default());
        for message in lost {
            batch.refused.push(self.held(
                &message.mn,
                Reason::Malformed,
                &format!("分包不全：{}/{} 包", message.parts.len(), message.total),
            ));
        }
        if let Taken::Whole(parts) = taken {
            let parts: Vec<Segment<'_>> = parts.iter().map(|part| Segment::parse(part)).collect();
            let whole = Segment::merge(&parts);
            let incoming = upload::incoming(&devices, header.cn, &whole);
            let asked = self.asking.asked(header.qn);
            let sort = if self.asking.history(header.qn) { crate::sort_asked } else { crate::sort };
            let sorted = sort(&self.hub.register, header.mn, Source::Hj212, incoming, now_ms);
            if asked {
                self.asking.data(header.qn, &whole, sorted.arrivals.len());
            }
            batch.arrivals.extend(sorted.arrivals);
            batch.refused.extend(sorted.refused);
        }
        let answer = if upload::is_data(header.cn) { data_answer(&header) } else { notice_answer(&header) };
        self.answer(answer.ok().flatten(), answers);
    }

    /// A sender reports through this connection, so it can be asked here.
    fn reports(&mut self, sender: &str, system: &str) {
        if let Some(known) = self.systems.get_mut(sender) {
            if known != system {
                system.clone_into(known);
            }
        } else {
            self.systems.insert(sender.to_owned(), system.to_owned());
            self.hub.lines().enter(sender, self.line.0, self.line.1.clone());
        }
    }

    fn ask(&mut self, order: Order) -> Option<Vec<u8>> {
        let system = self.systems.get(&order.sender).cloned().unwrap_or_default();
        let now_ms = u64::try_from(self.now_ms()).unwrap_or_default();
        self.asking.begin(order, &system, self.mode, now_ms)
    }

    fn due(&mut self) -> Vec<Vec<u8>> {
        let now_ms = u64::try_from(self.now_ms()).unwrap_or_default();
        let frames = self.asking.due(self.mode, now_ms);
        self.asking.settle();
        frames
    }

    fn answer(&self, segment: Option<String>, answers: &mut Vec<Vec<u8>>) {
        let frame = segment.and_then(|segment| encode_with(self.mode, segment.as_bytes()).ok());
        answers.extend(frame);
    }

    fn held(&self, number: &str, reason: Reason, detail: &str) -> Refused {
        refused(number, reason, Source::Hj212, detail, self.now_ms())
    }

    fn now_ms(&self) -> i64 {
        self.hub.register.door().now().div_euclid(1000)
    }
}

/// The device number in bytes that are not decoded yet.
fn sender(bytes: &[u8]) -> Option<String> {
    let text = text_of(bytes);
    let rest = text.split_once(";MN=").or_else(|| text.split_once("MN="))?.1;
    let (number, _) = rest.split_once(';')?;
    Some(number.to_owned())
}
