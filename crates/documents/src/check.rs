//! Is a copy genuine? Answers whoever holds one, without signing in: number, title, issuer, day, state and digests; nothing of a person.

use crate::KIND;
use crate::content::digest;
use crate::error::PaperError;
use crate::register::text;
use zhijian_records::read::View;
use zhijian_records::{Caller, Door, DoorError};

/// What is told of a document.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Found {
    /// Number.
    pub number: String,
    /// Title.
    pub title: String,
    /// Issuer.
    pub issuer: String,
    /// Day of issue, ISO.
    pub issued_on: String,
    /// It was voided.
    pub voided: bool,
    /// SM3 of the content.
    pub content_digest: String,
    /// SM3 of the PDF at issue.
    pub file_digest: String,
}

impl From<&View> for Found {
    fn from(entry: &View) -> Self {
        let text = |name: &str| text(entry, name).to_owned();
        Self {
            number: text("number"),
            title: text("document_title"),
            issuer: text("issuer"),
            issued_on: text("issued_on"),
            voided: entry.state == "voided" || entry.retracted,
            content_digest: text("content_digest"),
            file_digest: text("file_digest"),
        }
    }
}

/// The document with this verification code, as it may be typed: any case, with or without hyphens; O for 0, I and L for 1.
///
/// # Errors
/// The store failed.
pub async fn by_code(door: &Door, code: &str) -> Result<Option<Found>, PaperError> {
    let Some(code) = written(code) else { return Ok(None) };
    found(door, "code", &code).await
}

/// The document whose PDF this is.
///
/// # Errors
/// The store failed.
pub async fn by_file(door: &Door, file: &[u8]) -> Result<Option<Found>, PaperError> {
    found(door, "file", &digest(file)).await
}

async fn found(door: &Door, way: &str, value: &str) -> Result<Option<Found>, PaperError> {
    let failed = |source| DoorError::Store { kind: KIND.to_owned(), source };
    let key = zhijian_kinds::text::identifier(value);
    let hits = door.store.lookup(KIND, way, &[key]).await.map_err(failed)?;
    let Some(hit) = hits.first() else { return Ok(None) };
    let entry = door.open(&Caller::system("verify"), KIND, &hit.id, None).await?;
    Ok(Some(Found::from(&entry)))
}

/// A code as it is kept; `None` when it cannot be one.
fn written(code: &str) -> Option<String> {
    let letters: Vec<char> = code
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    (letters.len() == 16 && letters.iter().all(char::is_ascii_alphanumeric))
        .then(|| letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn codes_are_read_as_people_type_them() {
        for (why, typed) in
            [("as printed", "7K3M-9QXT-2WHD-5RVB"), ("lower case, no hyphens", "7k3m9qxt2whd5rvb"), ("blanks", " 7K3M 9QXT 2WHD 5RVB ")]
        {
            assert_eq!(written(typed).as_deref(), Some("7K3M-9QXT-2WHD-5RVB"), "{why}");
        }
        assert_eq!(written("OIL0-0000-0000-0000").as_deref(), Some("0110-0000-0000-0000"));
        assert_eq!(written("too short"), None);
        assert_eq!(written("7K3M-9QXT-2WHD-5RV文"), None);
    }
}
