#![doc = include_str!("../README.md")]

mod address;
mod file;
mod http;
mod mac;
mod settings;
mod sms;
mod smtp;
mod webhook;

pub use address::is_public;
pub use file::FileOutlet;
pub use mac::Mac;
pub use settings::{SettingError, Settings};
pub use sms::SmsGateway;
pub use smtp::Smtp;
pub use webhook::Webhook;
