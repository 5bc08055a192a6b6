//! The product as a script uses it: the binary on a fresh folder, without a terminal.

mod failures;
mod home;
mod main_job;
mod packs;
mod protection;
mod tables;

type Outcome = Result<(), Box<dyn std::error::Error>>;
