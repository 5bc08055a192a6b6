//! XML events with bounds: no event longer than [`limits::XML_RUN`], no nesting deeper than [`limits::XML_DEPTH`].

use crate::{FileError, limits};
use quick_xml::events::{BytesCData, BytesRef, BytesStart, BytesText, Event};
use std::borrow::Cow;
use std::io::{self, BufReader, Read};
use std::sync::Arc;

/// A bounded XML reader. Empty elements come as a start and an end.
pub(super) struct Xml<R: Read> {
    reader: quick_xml::Reader<BufReader<Guard<R>>>,
    buffer: Vec<u8>,
    depth: usize,
    part: &'static str,
}

/// One event, as far as workbooks need it.
pub(super) enum Step<'a> {
    /// An element begins.
    Start(BytesStart<'a>),
    /// An element ends.
    End(Tag),
    /// A piece of text.
    Text(Piece<'a>),
    /// A comment, declaration or processing instruction.
    Skip,
    /// The end of the part.
    Finished,
}

/// Elements whose end matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// `<c>`
    Cell,
    /// `<v>`
    Value,
    /// `<row>`
    Row,
    /// `<sheetData>`
    SheetData,
    /// `<t>`
    Text,
    /// `<rPh>`
    Phonetic,
    /// `<is>`
    Inline,
    /// `<si>`
    Shared,
    /// `<cellXfs>`
    CellStyles,
    /// `<mergeCells>`
    Merges,
    /// Any other.
    Other,
}

impl Tag {
    /// The tag of a local name.
    pub fn of(local_name: &str) -> Self {
        match local_name {
            "c" => Self::Cell,
            "v" => Self::Value,
            "row" => Self::Row,
            "sheetData" => Self::SheetData,
            "t" => Self::Text,
            "rPh" => Self::Phonetic,
            "is" => Self::Inline,
            "si" => Self::Shared,
            "cellXfs" => Self::CellStyles,
            "mergeCells" => Self::Merges,
            _ => Self::Other,
        }
    }
}

/// A piece of text: plain, verbatim or an entity.
pub(super) enum Piece<'a> {
    Plain(BytesText<'a>),
    Verbatim(BytesCData<'a>),
    Entity(BytesRef<'a>),
}

impl Piece<'_> {
    /// Appends the text that is meant.
    pub fn push_to(&self, into: &mut String) {
        match self {
            Self::Plain(text) => into.push_str(&text.xml10_content()),
            Self::Verbatim(text) => into.push_str(&text.xml10_content()),
            Self::Entity(reference) => match reference.resolve_char_ref() {
                Ok(Some(character)) => into.push(character),
                _ => match &**reference {
                    "lt" => into.push('<'),
                    "gt" => into.push('>'),
                    "amp" => into.push('&'),
                    "quot" => into.push('"'),
                    "apos" => into.push('\''),
                    // Entities of a document type are never expanded.
                    other => {
                        into.push('&');
                        into.push_str(other);
                        into.push(';');
                    }
                },
            },
        }
    }
}

impl<R: Read> Xml<R> {
    /// A reader over a part with this Chinese name (for messages).
    pub fn new(source: R, part: &'static str) -> Self {
        let guard = Guard { inner: source, since_event: 0 };
        let mut reader = quick_xml::Reader::from_reader(BufReader::with_capacity(64 << 10, guard));
        let config = reader.config_mut();
        config.check_end_names = false;
        config.expand_empty_elements = true;
        config.allow_dangling_amp = true;
        Self { reader, buffer: Vec::new(), depth: 0, part }
    }

    /// The next step.
    pub fn step(&mut self) -> Result<Step<'_>, FileError> {
        self.reader.get_mut().get_mut().since_event = 0;
        self.buffer.clear();
        let event = self.reader.read_event_into(&mut self.buffer).map_err(|error| xml_error(error, self.part))?;
        Ok(match event {
            Event::Start(start) => {
                self.depth += 1;
                if self.depth > limits::XML_DEPTH {
                    return Err(FileError::broken(self.part, "元素嵌套过深"));
                }
                Step::Start(start)
            }
            Event::End(end) => {
                self.depth = self.depth.saturating_sub(1);
                Step::End(Tag::of(end.local_name().as_ref()))
            }
            Event::Text(text) => Step::Text(Piece::Plain(text)),
            Event::CData(text) => Step::Text(Piece::Verbatim(text)),
            Event::GeneralRef(reference) => Step::Text(Piece::Entity(reference)),
            Event::Eof => Step::Finished,
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => Step::Skip,
        })
    }
}

fn xml_error(error: quick_xml::Error, part: &'static str) -> FileError {
    match error {
        quick_xml::Error::Io(error) => match Arc::try_unwrap(error) {
            Ok(error) => error.into(),
            Err(shared) => FileError::broken(part, shared.to_string()),
        },
        other => FileError::broken(part, other.to_string()),
    }
}

/// The value of an attribute, namespace prefix ignored, entities resolved.
pub(super) fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = start.attributes().with_checks(false).flatten().find(|a| a.key.local_name().as_ref() == name)?;
    Some(quick_xml::escape::unescape(&found.value).map_or_else(|_| found.value.to_string(), Cow::into_owned))
}

/// Counts the bytes that one event swallows.
#[derive(Debug)]
struct Guard<R> {
    inner: R,
    since_event: u64,
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.since_event > limits::XML_RUN {
            return Err(FileError::Bomb(format!("一段内容超过 {} MB", limits::XML_RUN >> 20)).into());
        }
        let read = self.inner.read(buffer)?;
        self.since_event += read as u64;
        Ok(read)
    }
}
