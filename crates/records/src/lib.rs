//! The door: submit, amend, advance, retract, read, list for a caller.
