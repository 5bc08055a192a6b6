//! Bytes to drafts and back: workbooks, CSV, JSON.
