//! A report as PDF.

use super::Report;
use crate::error::PaperError;
use crate::pdf::{compiled, on_thread};
use std::sync::Arc;
use zhijian_kinds::Catalogue;

/// Layout of reports.
const LAYOUT: &str = "report.typ";

/// Makes the file, on a thread of its own; the same report gives the same bytes.
///
/// # Errors
/// No font, or the layout is wrong.
pub async fn make(catalogue: &Arc<Catalogue>, report: Report) -> Result<Vec<u8>, PaperError> {
    let catalogue = Arc::clone(catalogue);
    on_thread("report", move || made(&catalogue, &report)).await
}

/// Makes the file here and now.
///
/// # Errors
/// As [`make`].
pub fn made(catalogue: &Catalogue, report: &Report) -> Result<Vec<u8>, PaperError> {
    let layouts = catalogue.layouts.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let data = serde_json::to_string(report).map_err(|e| PaperError::Content(e.to_string()))?;
    compiled(layouts, LAYOUT, data, &report.title, format!("zhijian/report/{}", report.ident))
}
