//! Purposes of looking at private fields: the list, and what was stated in a session for a record.
//!
//! What was stated is kept in memory only, for as long as a session can last; after a restart the question is asked again.

use crate::app::App;
use crate::session::Signed;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use zhijian_records::port::Instant;

/// Code list of the purposes.
const LIST: &str = "PURPOSE";
/// A purpose is remembered as long as a session can last.
const LASTS: Instant = 12 * 3_600_000_000;
/// Most purposes kept; beyond that the oldest go.
const MOST: usize = 10_000;

/// The purposes to choose from.
#[must_use]
pub fn all(app: &App) -> Vec<&str> {
    app.catalogue().list(LIST).map(|list| list.codes.iter().map(|code| code.label.as_str()).collect()).unwrap_or_default()
}

/// Session, kind, record.
type Key = (String, String, String);

/// A purpose with its remark, and when it was stated.
#[derive(Debug, Clone)]
struct Stated {
    at: Instant,
    purpose: String,
    remark: String,
}

/// What was stated.
#[derive(Debug, Default)]
pub struct Purposes {
    stated: Mutex<HashMap<Key, Stated>>,
}

impl Purposes {
    /// Remembers a purpose for the session and the record.
    pub fn remember(&self, signed: &Signed, kind: &str, id: &str, at: Instant, purpose: &str, remark: &str) {
        let mut stated = self.stated.lock().unwrap_or_else(PoisonError::into_inner);
        if stated.len() >= MOST {
            stated.retain(|_, s| at - s.at < LASTS);
            let mut times: Vec<Instant> = stated.values().map(|s| s.at).collect();
            times.sort_unstable();
            let half = times.get(MOST / 2).copied();
            stated.retain(|_, s| half.is_none_or(|half| s.at > half));
        }
        stated.insert(key(signed, kind, id), Stated { at, purpose: purpose.into(), remark: remark.chars().take(200).collect() });
    }

    /// Purpose and remark that were stated in this session for the record.
    #[must_use]
    pub fn stated(&self, signed: &Signed, kind: &str, id: &str, now: Instant) -> Option<(String, String)> {
        let stated = self.stated.lock().unwrap_or_else(PoisonError::into_inner);
        let found = stated.get(&key(signed, kind, id)).filter(|s| now - s.at < LASTS)?;
        Some((found.purpose.clone(), found.remark.clone()))
    }
}

fn key(signed: &Signed, kind: &str, id: &str) -> Key {
    (signed.csrf.clone(), kind.to_owned(), id.to_owned())
}
