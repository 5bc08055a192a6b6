//! The product as a script uses it: the binary on a fresh folder, without a terminal.

mod broker;
mod drill;
mod failures;
mod gateways;
mod heads;
mod history;
mod home;
mod keeping;
mod main_job;
mod online;
mod packs;
mod protection;
mod tables;

type Outcome = Result<(), Box<dyn std::error::Error>>;
