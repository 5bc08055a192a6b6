//! Domain arithmetic on unit types: one file a method family; no I/O, no clock.
