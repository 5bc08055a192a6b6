//! Issued documents: those of a record, and copies of one.

use crate::content::{Content, digest};
use crate::error::PaperError;
use crate::fill::{look, sees_all};
use crate::{KIND, pdf};
use serde_json::Value;
use zhijian_records::port::Op;
use zhijian_records::read::{ListRequest, View};
use zhijian_records::{Caller, Door, DoorError};

/// A document that has just been issued.
#[derive(Debug, Clone)]
pub struct Issued {
    /// Its record.
    pub id: String,
    /// Number.
    pub number: String,
    /// Verification code.
    pub code: String,
    /// What stands in it.
    pub content: Content,
    /// The PDF.
    pub file: Vec<u8>,
}

/// A copy of an issued document.
#[derive(Debug, Clone)]
pub struct Reprint {
    /// Its entry in the register.
    pub entry: View,
    /// What stands in it.
    pub content: Content,
}

impl Reprint {
    /// The PDF, and whether it is the same file as at issue: a later edition of the layout program may set the same content differently.
    ///
    /// # Errors
    /// The layout failed.
    pub async fn pdf(&self, door: &Door) -> Result<(Vec<u8>, bool), PaperError> {
        let file = pdf::make(&door.catalogue, &self.printed(), false).await?;
        let same = text(&self.entry, "file_digest") == digest(&file);
        Ok((file, same))
    }

    /// The content as it is printed now: a voided document says so on every page.
    #[must_use]
    pub fn printed(&self) -> Content {
        let mut content = self.content.clone();
        if self.entry.state == "voided" {
            content.mark = "已作废".into();
        }
        content
    }
}

/// A text of an entry.
#[must_use]
pub fn text<'a>(entry: &'a View, name: &str) -> &'a str {
    entry.data.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The documents issued of a record, newest first, as far as the caller sees the register.
///
/// # Errors
/// The record is not the caller's.
pub async fn issued_of(door: &Door, caller: &Caller, kind: &str, id: &str) -> Result<Vec<View>, PaperError> {
    door.open(caller, kind, id, None).await?;
    let request = ListRequest {
        filters: vec![("source_id".into(), Op::Eq, id.to_owned()), ("source_kind".into(), Op::Eq, kind.to_owned())],
        limit: 200,
        ..ListRequest::default()
    };
    match door.list(caller, KIND, &request).await {
        Ok(page) => Ok(page.rows),
        Err(DoorError::NotAllowed { .. }) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// A copy of an issued document: the caller must see the register's entry, the record behind it, and everything that the document shows. Of a document that
/// names a person the look is on record, with its purpose.
///
/// # Errors
/// Not the caller's, or no purpose.
pub async fn open(door: &Door, caller: &Caller, id: &str, purpose: &str, source: &str) -> Result<Reprint, PaperError> {
    let entry = door.open(caller, KIND, id, None).await?;
    let (kind, record) = (text(&entry, "source_kind"), text(&entry, "source_id"));
    let document = door
        .catalogue
        .documents
        .get(text(&entry, "document"))
        .ok_or_else(|| PaperError::NoDocument(text(&entry, "document").to_owned()))?;
    let view = door.open(caller, kind, record, None).await?;
    if !sees_all(door, caller, document, &view).await? {
        return Err(DoorError::NotAllowed { kind: format!("{}·{}", document.title, "下载") }.into());
    }
    if document.identified {
        if purpose.trim().is_empty() {
            return Err(DoorError::BadRequest("该文书含个人信息，请先选择用途".into()).into());
        }
        let reason = format!("下载《{}》{}：{}", document.title, text(&entry, "number"), purpose.trim());
        let kind = door.kind(kind)?;
        look(door, caller, &kind, view, &reason, source).await?;
    }
    let reason = if document.identified { purpose.trim() } else { "下载文书" };
    let platform = Caller { system: true, ..caller.clone() };
    let kept = door.reveal(&platform, KIND, id, reason, source).await?;
    Ok(Reprint { content: Content::read(text(&kept, "content"))?, entry })
}
