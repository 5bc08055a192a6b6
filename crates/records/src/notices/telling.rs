//! From a notice and its readers to what is written: one mark, a notice for each reader, its messages.

use super::people::People;
use super::port::{Mark, NewLetter, NewNotice, Telling};
use super::timing::Timing;
use super::wishes::Wish;
use crate::port::Instant;
use serde_json::{Map, Value};
use zhijian_kinds::notice::{Delivery, Notice};

/// What is told, without its readers.
#[derive(Debug, Clone, Default)]
pub(super) struct Matter {
    /// Kind of the record, or empty.
    pub kind: String,
    /// Record, or empty.
    pub record: String,
    /// What the text is filled with besides the record; nothing private.
    pub params: Vec<(&'static str, String)>,
}

/// Composes tellings at one moment.
pub(super) struct Composer<'a> {
    pub outlets: &'a [String],
    pub timing: &'a Timing,
    pub now: Instant,
}

impl Composer<'_> {
    /// A telling under a mark. Readers who muted the notice are left out unless it is statutory.
    pub fn telling(&self, people: &People<'_>, notice: &Notice, mark: Mark, matter: &Matter, readers: Vec<String>) -> Telling {
        let params: Map<String, Value> =
            matter.params.iter().map(|(name, value)| ((*name).to_owned(), Value::String(value.clone()))).collect();
        let params = Value::Object(params).to_string();
        let mut notices = Vec::new();
        for login in readers {
            let wishes = people.wishes(&login);
            if !notice.statutory && wishes.muted.contains(&notice.notice) {
                continue;
            }
            let letters = self.outlets.iter().filter_map(|outlet| {
                let delivery = match wishes.outlets.get(outlet)? {
                    Wish::On => notice.delivery,
                    Wish::Daily => Delivery::Daily,
                };
                let (due, digest) = self.timing.due(self.now, delivery);
                Some(NewLetter { outlet: outlet.clone(), digest, due })
            });
            notices.push(NewNotice {
                id: uuid::Uuid::now_v7().simple().to_string(),
                letters: letters.collect(),
                login,
                notice: notice.notice.clone(),
                level: notice.level.word().into(),
                kind: matter.kind.clone(),
                record: matter.record.clone(),
                params: params.clone(),
            });
        }
        Telling { mark: Mark { at: self.now, ..mark }, notices, ends: false }
    }
}
