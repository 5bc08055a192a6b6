//! QR codes as inline SVG: one path, no script, nothing sent anywhere.

use maud::{Markup, html};
use qrcode::{Color, EcLevel, QrCode};

/// Quiet zone around the code, modules (ISO/IEC 18004).
const MARGIN: usize = 4;

/// A text as QR code; nothing when it is too long for one.
#[must_use]
pub fn code(text: &str, title: &str) -> Markup {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else { return Markup::default() };
    let width = code.width();
    let mut path = String::new();
    for (at, colour) in code.to_colors().into_iter().enumerate() {
        if colour == Color::Dark {
            path.push_str(&format!("M{} {}h1v1h-1z", at % width + MARGIN, at / width + MARGIN));
        }
    }
    let side = width + 2 * MARGIN;
    html! {
        svg.qr viewBox={"0 0 " (side) " " (side)} width="220" height="220" role="img" aria-label=(title) shape-rendering="crispEdges" {
            rect width=(side) height=(side) fill="#fff" {}
            path d=(path) fill="#000" {}
        }
    }
}
