//! Definition ↔ HTML.
