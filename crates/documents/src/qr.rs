//! QR codes as SVG: one path.

use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write as _;

/// Quiet zone, modules (ISO/IEC 18004).
const MARGIN: usize = 4;

/// Which modules of the code are dark, row by row; `None` when the text is too long for a code.
#[must_use]
pub fn modules(text: &str) -> Option<(usize, Vec<bool>)> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    Some((code.width(), code.to_colors().into_iter().map(|c| c == Color::Dark).collect()))
}

/// A text as an SVG picture; empty when it is too long for a code.
#[must_use]
pub fn svg(text: &str) -> String {
    let Some((width, dark)) = modules(text) else { return String::new() };
    let side = width + 2 * MARGIN;
    let mut out = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side}" height="{side}"><path fill="#000" d=""##
    );
    for (at, _) in dark.iter().enumerate().filter(|(_, dark)| **dark) {
        let _ = write!(out, "M{} {}h1v1h-1z", at % width + MARGIN, at / width + MARGIN);
    }
    out.push_str(r#""/></svg>"#);
    out
}
