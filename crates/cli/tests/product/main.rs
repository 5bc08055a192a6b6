//! The product as a script uses it: the binary on a fresh folder, without a terminal.

mod drill;
mod failures;
mod heads;
mod history;
mod home;
mod main_job;
mod online;
mod packs;
mod protection;
mod tables;

type Outcome = Result<(), Box<dyn std::error::Error>>;
