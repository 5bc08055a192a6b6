//! Content becomes a PDF: the same content gives the same bytes.

use crate::content::Content;
use crate::error::PaperError;
use crate::qr;
use crate::world::Sheet;
use serde_json::{Value, json};
use std::sync::Arc;
use typst::diag::SourceDiagnostic;
use typst::foundations::Smart;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandards};
use zhijian_kinds::Catalogue;

/// Layout of documents that have none of their own.
const BASE: &str = "base.typ";
/// Stack of the layout thread, bytes: the layout program recurses deeply, the more so unoptimised.
const STACK: usize = 64 << 20;
/// Compilations after which what the layout program remembers and has not used again is forgotten.
const REMEMBERED: usize = 8;

/// Makes the file, on a thread of its own.
///
/// # Errors
/// No font, or the layout is wrong.
pub async fn make(catalogue: &Arc<Catalogue>, content: &Content, preview: bool) -> Result<Vec<u8>, PaperError> {
    let (catalogue, content) = (Arc::clone(catalogue), content.clone());
    let name = content.document.clone();
    on_thread(&name, move || made(&catalogue, &content, preview)).await
}

/// Runs a layout on a thread with a stack for it.
///
/// # Errors
/// The layout's own, or its thread came to grief.
pub(crate) async fn on_thread<F>(name: &str, layout: F) -> Result<Vec<u8>, PaperError>
where
    F: FnOnce() -> Result<Vec<u8>, PaperError> + Send + 'static,
{
    let (done, result) = tokio::sync::oneshot::channel();
    let started = std::thread::Builder::new().name("layout".into()).stack_size(STACK).spawn(move || {
        let _ = done.send(layout());
    });
    let failed = |message: &str| PaperError::Layout { document: name.to_owned(), message: message.to_owned() };
    started.map_err(|e| failed(&e.to_string()))?;
    // A dropped sender: the thread came to grief.
    result.await.map_err(|_| failed("排版程序意外中止"))?
}

/// Makes the file here and now.
///
/// # Errors
/// As [`make`].
pub fn made(catalogue: &Catalogue, content: &Content, preview: bool) -> Result<Vec<u8>, PaperError> {
    let own = format!("{}.typ", content.document);
    let main = if catalogue.layouts.contains_key(&own) { own } else { BASE.to_owned() };
    let layouts = catalogue.layouts.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    set(layouts, &main, content, preview)
}

fn set<'a>(layouts: impl Iterator<Item = (&'a str, &'a str)>, main: &str, content: &Content, preview: bool) -> Result<Vec<u8>, PaperError> {
    let ident = format!("zhijian/{}/{}", content.document, content.code);
    compiled(layouts, main, data(content, preview).to_string(), &content.document, ident)
}

/// Lays out data with a layout; the same data gives the same bytes. `name` is for messages.
pub(crate) fn compiled<'a>(
    layouts: impl Iterator<Item = (&'a str, &'a str)>,
    main: &str,
    data: String,
    name: &str,
    ident: String,
) -> Result<Vec<u8>, PaperError> {
    let sheet = Sheet::new(layouts, main, data)?;
    let said = |diagnostics: &[SourceDiagnostic]| PaperError::Layout {
        document: name.to_owned(),
        message: diagnostics.first().map(|d| d.message.to_string()).unwrap_or_default(),
    };
    let document = typst::compile::<PagedDocument>(&sheet).output.map_err(|d| said(&d))?;
    let options = PdfOptions {
        ident: Smart::Custom(ident),
        creator: Smart::Custom(Some("Zhijian".into())),
        timestamp: None,
        page_ranges: None,
        standards: PdfStandards::default(),
        tagged: true,
        pretty: false,
    };
    let file = typst_pdf::pdf(&document, &options).map_err(|d| said(&d))?;
    typst::comemo::evict(REMEMBERED);
    Ok(file)
}

/// What the layout reads.
fn data(content: &Content, preview: bool) -> Value {
    let mut data = serde_json::to_value(content).unwrap_or_default();
    if let Value::Object(members) = &mut data {
        members.insert("preview".into(), json!(preview));
        members.insert("qr".into(), json!(if content.code.is_empty() { String::new() } else { qr::svg(&content.check_at) }));
        if preview {
            members.insert("mark".into(), json!("预  览"));
        }
    }
    data
}

#[cfg(test)]
pub(crate) mod tests;
