#![doc = include_str!("../README.md")]

pub mod api;
pub mod app;
pub mod assets;
pub mod board;
pub mod calculators;
pub mod dossier;
pub mod download;
pub mod duties;
mod error;
pub mod flash;
pub mod forms;
pub mod gate;
pub mod groups;
pub mod health;
pub mod icons;
pub mod jobs;
pub mod layout;
pub mod links;
pub mod metrics;
pub mod pages;
pub mod posted;
pub mod purposes;
pub mod qr;
pub mod router;
pub mod security;
pub mod session;
pub mod sso;
pub mod visit;
mod watermark;
pub mod words;

pub use app::App;
pub use error::PageError;
pub use layout::{Frame, page};
pub use posted::Posted;
pub use router::router;
pub use session::Signed;
