//! Readings watched; alarms written through the door.
