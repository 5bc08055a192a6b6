//! What notices need from a store.

use crate::port::{Instant, RecordId, StoreError};
use async_trait::async_trait;
use std::collections::HashSet;

/// That something was told: what is marked is never told again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mark {
    /// What was told of what, unique.
    pub key: String,
    /// Kind of the record whose duty it is about; empty when it is not about a duty whose end is to be told.
    pub kind: String,
    /// Record.
    pub id: RecordId,
    /// Duty.
    pub duty: String,
    /// Its last day.
    pub due_on: String,
    /// When.
    pub at: Instant,
}

/// One notice for one reader, as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewNotice {
    /// Id; ids grow with time.
    pub id: String,
    /// Reader.
    pub login: String,
    /// Notice, by definition.
    pub notice: String,
    /// Its level's word.
    pub level: String,
    /// Kind of the record that it is about, or empty.
    pub kind: String,
    /// Record, or empty.
    pub record: RecordId,
    /// What its text is filled with besides the record, JSON; nothing private.
    pub params: String,
    /// What leaves the platform.
    pub letters: Vec<NewLetter>,
}

/// A message to be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewLetter {
    /// Outlet.
    pub outlet: String,
    /// With others in one message.
    pub digest: bool,
    /// Not before.
    pub due: Instant,
}

/// A mark with its notices; one transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Telling {
    /// The mark.
    pub mark: Mark,
    /// The notices.
    pub notices: Vec<NewNotice>,
    /// The duty has come to its end: it is no longer waited for.
    pub ends: bool,
}

/// A notice as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// See [`NewNotice`].
    pub id: String,
    /// See [`NewNotice`].
    pub login: String,
    /// See [`NewNotice`].
    pub notice: String,
    /// See [`NewNotice`].
    pub level: String,
    /// See [`NewNotice`].
    pub kind: String,
    /// See [`NewNotice`].
    pub record: RecordId,
    /// See [`NewNotice`].
    pub params: String,
    /// When.
    pub at: Instant,
    /// When it was read, 0 when it was not.
    pub read: Instant,
}

/// Which notices of a reader, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AskNotices {
    /// Reader.
    pub login: String,
    /// Unread ones only.
    pub unread: bool,
    /// Of this level only.
    pub level: Option<String>,
    /// Of this notice only.
    pub notice: Option<String>,
    /// Older than this one.
    pub before: Option<String>,
    /// Most.
    pub limit: u32,
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// To be sent.
    Waiting,
    /// Sent.
    Sent,
    /// Given up.
    Failed,
}

impl Standing {
    /// Its word in the store and in commands.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    /// The standing of a word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Waiting, Self::Sent, Self::Failed].into_iter().find(|s| s.word() == word)
    }
}

/// A message that leaves the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Id, and its idempotency key: notice and outlet.
    pub id: String,
    /// The notice it tells.
    pub notice: String,
    /// Whom.
    pub login: String,
    /// Outlet.
    pub outlet: String,
    /// With others in one message.
    pub digest: bool,
    /// Standing.
    pub standing: Standing,
    /// Attempts so far.
    pub attempts: u32,
    /// Not before.
    pub due: Instant,
    /// What went wrong last, in words without addresses.
    pub fault: String,
    /// When it was last tried or changed.
    pub at: Instant,
}

/// An account's own wishes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// Account.
    pub login: String,
    /// Wishes, JSON.
    pub wishes: String,
    /// Addresses, sealed.
    pub contact: Vec<u8>,
}

/// An escalation that was stopped for some time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hold {
    /// Kind.
    pub kind: String,
    /// Record.
    pub id: RecordId,
    /// Duty.
    pub duty: String,
    /// Last day on which nobody is told; empty when it was lifted.
    pub until: String,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: Instant,
}

/// Keeps notices.
#[async_trait]
pub trait NoticeStore: Send + Sync {
    /// Which of these marks there are.
    async fn marked(&self, keys: &[String]) -> Result<HashSet<String>, StoreError>;
    /// In one transaction: the mark, its notices, their messages. `false`, and nothing is written, when the mark is there already.
    async fn tell(&self, telling: &Telling) -> Result<bool, StoreError>;
    /// Duties whose end is waited for, in order of key, after a key: one mark for each step that was told.
    async fn awaited(&self, after: &str, limit: u32) -> Result<Vec<Mark>, StoreError>;
    /// No longer waits for the end of a duty that was due on a day, without telling anybody.
    async fn forget_duty(&self, mark: &Mark) -> Result<(), StoreError>;
    /// Who was told under these marks of a duty: the readers of its awaited steps.
    async fn readers_of(&self, mark: &Mark) -> Result<Vec<String>, StoreError>;
    /// Notices of a reader, newest first.
    async fn notices(&self, ask: &AskNotices) -> Result<Vec<Kept>, StoreError>;
    /// One notice of a reader.
    async fn notice(&self, login: &str, id: &str) -> Result<Option<Kept>, StoreError>;
    /// Marks notices of a reader as read at an instant (0: as unread); the number that changed.
    async fn set_read(&self, login: &str, ids: &[String], at: Instant) -> Result<u64, StoreError>;
    /// Takes a reading back: what was marked at this instant is unread again.
    async fn unread_again(&self, login: &str, at: Instant) -> Result<u64, StoreError>;
    /// Notice and reader by notice id, whoever's it is: for the messages about it.
    async fn notices_by_id(&self, ids: &[String]) -> Result<Vec<Kept>, StoreError>;
    /// Messages that are due, oldest first.
    async fn letters_due(&self, now: Instant, limit: u32) -> Result<Vec<Letter>, StoreError>;
    /// Messages of a standing, the last changed first; all when not said.
    async fn letters(&self, standing: Option<Standing>, limit: u32) -> Result<Vec<Letter>, StoreError>;
    /// Notes what became of messages.
    async fn put_letters(&self, letters: &[Letter]) -> Result<(), StoreError>;
    /// Numbers of messages by outlet and standing.
    async fn letter_counts(&self) -> Result<Vec<(String, Standing, u64)>, StoreError>;
    /// An account's wishes.
    async fn choice(&self, login: &str) -> Result<Option<Choice>, StoreError>;
    /// Everybody's wishes.
    async fn choices(&self) -> Result<Vec<Choice>, StoreError>;
    /// Writes an account's wishes.
    async fn put_choice(&self, choice: &Choice) -> Result<(), StoreError>;
    /// Stopped escalations of records.
    async fn holds(&self, ids: &[RecordId]) -> Result<Vec<Hold>, StoreError>;
    /// Stops an escalation, or lifts that.
    async fn put_hold(&self, hold: &Hold) -> Result<(), StoreError>;
    /// Forgets notices that were read, and what was sent, before an instant; the number of notices.
    async fn sweep_notices(&self, before: Instant) -> Result<u64, StoreError>;
}
