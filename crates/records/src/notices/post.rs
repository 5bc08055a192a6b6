//! The post: hands messages to outlets, with patience, and notes what became of them.
//!
//! A message is handed over at least once: a stop between sending and noting sends it again, under the same key, by which receivers that
//! look at it take it once. The text says that there is something and where, and nothing else.

use super::failed;
use super::port::{Choice, Letter, Standing};
use super::wishes::Contact;
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Action, Instant};
use async_trait::async_trait;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Lease of the post.
const LEASE: &str = "letters";
/// Messages taken up in one step.
const STEP: u32 = 200;
const MINUTE: Instant = 60_000_000;
/// Pauses between attempts (design); after the last one the message is given up.
const PAUSES: [Instant; 6] = [MINUTE, 5 * MINUTE, 30 * MINUTE, 120 * MINUTE, 480 * MINUTE, 1440 * MINUTE];

/// What leaves the platform.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Idempotency key: the same message again carries the same one.
    pub key: String,
    /// Account that it is for.
    pub login: String,
    /// Its addresses.
    pub contact: Contact,
    /// A line.
    pub subject: String,
    /// The text; the same for everybody but for numbers and words of the definitions.
    pub text: String,
    /// Where to read on, or empty when the site's address is not known.
    pub link: String,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message").field("key", &self.key).finish_non_exhaustive()
    }
}

/// Why an outlet did not take a message.
#[derive(Debug, thiserror::Error)]
pub enum OutletError {
    /// Worth another attempt.
    #[error("{0}")]
    Passing(String),
    /// It will never take it.
    #[error("{0}")]
    Lasting(String),
}

/// A way out: mail, short message, webhook, file.
#[async_trait]
pub trait Outlet: Send + Sync {
    /// Its name in settings, wishes and commands.
    fn name(&self) -> &'static str;
    /// Its name on pages.
    fn title(&self) -> &'static str;
    /// Sends. The error's words hold neither addresses nor secrets: they are shown and kept.
    async fn send(&self, message: &Message) -> Result<(), OutletError>;
}

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Posted {
    /// Messages that an outlet took.
    pub sent: u64,
    /// To be tried again.
    pub later: u64,
    /// Given up.
    pub failed: u64,
}

/// Hands messages over.
#[derive(Clone)]
pub struct Post {
    door: Door,
    outlets: Vec<Arc<dyn Outlet>>,
    /// Origin of the site, without a slash at its end; empty when it is not known.
    site: String,
}

impl std::fmt::Debug for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Post")
    }
}

impl Post {
    /// For a deployment.
    #[must_use]
    pub fn new(door: Door, outlets: Vec<Arc<dyn Outlet>>, site: &str) -> Self {
        Self { door, outlets, site: site.trim_end_matches('/').to_owned() }
    }

    /// Sends what is due. `None` when another process is at it.
    ///
    /// # Errors
    /// The store failed; what was sent and not noted is sent again under the same key.
    pub async fn deliver(&self) -> Result<Option<Posted>, DoorError> {
        let Some(_lease) = self.door.store.lease(LEASE).await.map_err(failed)? else { return Ok(None) };
        let mut posted = Posted::default();
        loop {
            let due = self.door.store.letters_due(self.door.now(), STEP).await.map_err(failed)?;
            if due.is_empty() {
                return Ok(Some(posted));
            }
            for letters in bundles(due) {
                self.bundle(letters, &mut posted).await?;
            }
        }
    }

    /// Letters that go in one message.
    async fn bundle(&self, mut letters: Vec<Letter>, posted: &mut Posted) -> Result<(), DoorError> {
        let Some(first) = letters.first().cloned() else { return Ok(()) };
        let outcome = match self.outlets.iter().find(|o| o.name() == first.outlet) {
            None => Err(OutletError::Lasting("该渠道未配置".into())),
            Some(outlet) => match self.message(&letters).await? {
                // Read in the meantime, or no longer to be seen: there is nothing to tell.
                None => Ok(false),
                Some(message) => outlet.send(&message).await.map(|()| true),
            },
        };
        let now = self.door.now();
        for letter in &mut letters {
            letter.attempts += 1;
            letter.at = now;
            match &outcome {
                Ok(_) => {
                    letter.standing = Standing::Sent;
                    letter.fault.clear();
                }
                Err(OutletError::Passing(words)) => {
                    letter.fault = words.chars().take(300).collect();
                    match PAUSES.get(letter.attempts as usize - 1) {
                        Some(pause) => letter.due = now + pause,
                        None => letter.standing = Standing::Failed,
                    }
                }
                Err(OutletError::Lasting(words)) => {
                    letter.fault = words.chars().take(300).collect();
                    letter.standing = Standing::Failed;
                }
            }
        }
        let number = letters.len() as u64;
        match letters.first().map(|l| l.standing) {
            Some(Standing::Sent) if matches!(outcome, Ok(true)) => posted.sent += number,
            Some(Standing::Waiting) => posted.later += number,
            Some(Standing::Failed) => {
                posted.failed += number;
                tracing::warn!(outlet = first.outlet.as_str(), letters = number, "gave messages up");
            }
            _ => {}
        }
        self.door.store.put_letters(&letters).await.map_err(failed)
    }

    async fn message(&self, letters: &[Letter]) -> Result<Option<Message>, DoorError> {
        let Some(first) = letters.first() else { return Ok(None) };
        let Some(account) = self.door.store.account(&first.login).await.map_err(failed)?.filter(|a| a.active) else { return Ok(None) };
        let caller: Caller = self.door.caller(&account).await?;
        let ids: Vec<String> = letters.iter().map(|l| l.notice.clone()).collect();
        let notices = self.door.still_unread(&caller, &ids).await?;
        let Some(one) = notices.first() else { return Ok(None) };
        let words = |name: &str| self.door.catalogue.notices.get(name).map_or("通知", |n| n.outlet.as_str()).to_owned();
        let (key, subject) = if letters.len() == 1 && !first.digest {
            (first.id.clone(), format!("有一条{}，请登录查看", words(one)))
        } else {
            let mut by_word: BTreeMap<String, u32> = BTreeMap::new();
            for name in &notices {
                *by_word.entry(words(name)).or_default() += 1;
            }
            let parts: Vec<String> = by_word.into_iter().map(|(word, n)| format!("{word}{n}条")).collect();
            (format!("digest-{}", first.id), format!("有{}条通知（{}），请登录查看", notices.len(), parts.join("，")))
        };
        let choice: Option<Choice> = self.door.store.choice(&first.login).await.map_err(failed)?;
        let contact = choice.map(|c| self.door.contact(&c)).transpose()?.unwrap_or_default();
        let link = if self.site.is_empty() { String::new() } else { format!("{}/notices", self.site) };
        let text = if link.is_empty() { format!("职健平台：{subject}。") } else { format!("职健平台：{subject}。\n{link}") };
        Ok(Some(Message { key, login: first.login.clone(), contact, subject: format!("职健平台：{subject}"), text, link }))
    }
}

/// Digests by account and outlet; everything else by itself.
fn bundles(due: Vec<Letter>) -> Vec<Vec<Letter>> {
    let mut out: Vec<Vec<Letter>> = Vec::new();
    let mut digests: HashMap<(String, String), usize> = HashMap::new();
    for letter in due {
        let key = (letter.login.clone(), letter.outlet.clone());
        match digests.get(&key).filter(|_| letter.digest).and_then(|at| out.get_mut(*at)) {
            Some(bundle) => bundle.push(letter),
            None => {
                if letter.digest {
                    digests.insert(key, out.len());
                }
                out.push(vec![letter]);
            }
        }
    }
    out
}

impl Door {
    /// Names of those notices that are unread and may still be seen.
    async fn still_unread(&self, caller: &Caller, ids: &[String]) -> Result<Vec<String>, DoorError> {
        let found = self.store.notices_by_id(ids).await.map_err(failed)?;
        let own = found.into_iter().filter(|n| n.login == caller.login && n.read == 0).collect();
        Ok(self.seen(caller, own).await?.into_iter().map(|n| n.notice).collect())
    }

    /// Messages for administrators, the last changed first.
    ///
    /// # Errors
    /// The caller is no administrator; the store failed.
    pub async fn letters(&self, by: &Caller, standing: Option<Standing>, limit: u32) -> Result<Vec<Letter>, DoorError> {
        if !by.system {
            self.administrator(by)?;
        }
        self.store.letters(standing, limit).await.map_err(failed)
    }

    /// Numbers of messages by outlet and standing, for the machine's figures.
    ///
    /// # Errors
    /// The store failed.
    pub async fn letter_counts(&self) -> Result<Vec<(String, Standing, u64)>, DoorError> {
        self.store.letter_counts().await.map_err(failed)
    }

    /// Lets messages that were given up be tried again, one or all; the number of them.
    ///
    /// # Errors
    /// The caller is no administrator; the store failed.
    pub async fn resend_letters(&self, by: &Caller, id: Option<&str>, source: &str) -> Result<u64, DoorError> {
        let mut again = self.letters(by, Some(Standing::Failed), 10_000).await?;
        again.retain(|letter| id.is_none_or(|id| id == letter.id));
        if again.is_empty() {
            return Ok(0);
        }
        let now = self.now();
        for letter in &mut again {
            letter.standing = Standing::Waiting;
            letter.attempts = 0;
            letter.due = now;
            letter.at = now;
        }
        self.note(by, Action::Administer, "letter", id.unwrap_or_default(), &format!("重发 {} 条未送达的消息", again.len()), source)
            .await?;
        self.store.put_letters(&again).await.map_err(failed)?;
        Ok(again.len() as u64)
    }
}
