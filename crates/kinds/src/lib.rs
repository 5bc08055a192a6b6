//! Definitions as data: kinds, code lists, rule sets; a draft becomes a checked record.
