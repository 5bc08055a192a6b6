//! The key ring of a deployment: kept in the database, opened with the master key, followed while others change it.

use crate::clock::{Clock, day_of};
use crate::port::{Action, Commit, Lease, Stamp, Store, StoreError, Trace};
use crate::vault::{Algorithm, KeyProvider, Purpose, Vault, VaultError, WrittenRing};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Setting that holds the ring.
const RING: &str = "keys/ring";
/// Lease of whoever changes the ring.
const LEASE: &str = "keys";
/// How often a process looks whether the ring was changed. A new key is announced longer than this before it writes.
pub const FOLLOWED: Duration = Duration::from_secs(2);

/// Why the ring cannot be opened or changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The keys themselves.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Somebody else changes the ring.
    #[error("另一个进程正在更改密钥，请稍后再试")]
    Busy,
}

/// The ring and the vault that works with it.
pub struct Keyring {
    store: Arc<dyn Store>,
    provider: Arc<dyn KeyProvider>,
    clock: Arc<dyn Clock>,
    /// The vault; the door has the same one.
    pub vault: Arc<Vault>,
    /// The ring as it was read last.
    known: Mutex<WrittenRing>,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyring")
    }
}

impl Keyring {
    /// Opens the ring of a database; an empty database gets one. A database with records and without a ring is refused.
    ///
    /// # Errors
    /// Wrong master key, no ring where there must be one, the provider or the store failed.
    pub async fn open(
        store: Arc<dyn Store>,
        provider: Arc<dyn KeyProvider>,
        clock: Arc<dyn Clock>,
        algorithm: Algorithm,
    ) -> Result<Self, KeyError> {
        let ring = match store.setting(RING).await? {
            Some(text) => WrittenRing::read(&text)?,
            None => first(store.as_ref(), provider.as_ref(), clock.as_ref(), algorithm).await?,
        };
        let vault = Arc::new(Vault::from_ring(&ring, provider.as_ref())?);
        Ok(Self { store, provider, clock, vault, known: Mutex::new(ring) })
    }

    /// The ring as it was read last.
    #[must_use]
    pub fn ring(&self) -> WrittenRing {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the ring again and works with it from now on; says whether it was another.
    ///
    /// # Errors
    /// The store failed, or the master key does not open the new ring.
    pub async fn follow(&self) -> Result<bool, KeyError> {
        let text = self.store.setting(RING).await?.ok_or(VaultError::NoRing)?;
        let ring = WrittenRing::read(&text)?;
        if ring == self.ring() {
            return Ok(false);
        }
        self.vault.renew(&ring, self.provider.as_ref())?;
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = ring;
        Ok(true)
    }

    /// Follows the ring until the process ends.
    pub async fn keep_following(self: Arc<Self>) {
        let mut tick = tokio::time::interval(FOLLOWED);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            match self.follow().await {
                Ok(true) => tracing::info!("the key ring was changed; working with the new one"),
                Ok(false) => {}
                Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "cannot read the key ring"),
            }
        }
    }

    /// Adds a key that writes nothing yet. Other processes know it after [`FOLLOWED`].
    ///
    /// # Errors
    /// Somebody else changes the ring; the provider or the store failed.
    pub async fn add(&self, purpose: Purpose, algorithm: Algorithm, actor: &str) -> Result<u32, KeyError> {
        let now = self.clock.now();
        let mut id = 0;
        self.change(actor, |ring| {
            id = ring.add(self.provider.as_ref(), purpose, algorithm, &day_of(now), now)?;
            Ok(format!("新增{}密钥 {id}（{}）", purpose.word(), algorithm.name()))
        })
        .await?;
        Ok(id)
    }

    /// Makes a key the one that writes.
    ///
    /// # Errors
    /// Unknown key; somebody else changes the ring; the store failed.
    pub async fn activate(&self, id: u32, actor: &str) -> Result<(), KeyError> {
        let now = self.clock.now();
        self.change(actor, |ring| {
            ring.activate(id, now)?;
            Ok(format!("启用密钥 {id}"))
        })
        .await
    }

    /// Destroys a key. The caller has made sure that nothing is sealed with it any more ([`crate::reseal::run`]).
    ///
    /// # Errors
    /// Unknown key, or the one that writes; somebody else changes the ring; the store failed.
    pub async fn retire(&self, id: u32, actor: &str) -> Result<(), KeyError> {
        let now = self.clock.now();
        self.change(actor, |ring| {
            ring.retire(id, now)?;
            Ok(format!("销毁密钥 {id}"))
        })
        .await
    }

    /// Wraps all keys under another master key. Other processes must be started anew with it.
    ///
    /// # Errors
    /// One of the providers or the store failed.
    pub async fn rewrap(&self, to: &dyn KeyProvider, actor: &str) -> Result<(), KeyError> {
        let _lease = self.lease().await?;
        let mut ring = WrittenRing::read(&self.store.setting(RING).await?.ok_or(VaultError::NoRing)?)?;
        ring.rewrap(self.provider.as_ref(), to)?;
        self.note(actor, format!("更换主密钥（{}）", to.place())).await?;
        Ok(self.store.set_setting(RING, &ring.text()).await?)
    }

    async fn change(&self, actor: &str, change: impl FnOnce(&mut WrittenRing) -> Result<String, VaultError>) -> Result<(), KeyError> {
        let _lease = self.lease().await?;
        let mut ring = WrittenRing::read(&self.store.setting(RING).await?.ok_or(VaultError::NoRing)?)?;
        let what = change(&mut ring)?;
        // First the proof, then the change.
        self.note(actor, what).await?;
        self.store.set_setting(RING, &ring.text()).await?;
        self.follow().await?;
        Ok(())
    }

    async fn lease(&self) -> Result<Box<dyn Lease>, KeyError> {
        self.store.lease(LEASE).await?.ok_or(KeyError::Busy)
    }

    async fn note(&self, actor: &str, reason: String) -> Result<(), StoreError> {
        let stamp = Stamp { at: self.clock.now(), actor: actor.to_owned(), reason, source: "console".into(), trace: Trace::default() };
        self.store.append(line(Action::Reseal, stamp), "").await.map(drop)
    }
}

fn line(action: Action, stamp: Stamp) -> Commit {
    Commit { kind: "keys".into(), action, stamp, revisions: Vec::new(), skip_conflicts: false, checkpoint: None, idempotency: None }
}

/// The ring of an empty database. Programs that start together agree on one.
async fn first(store: &dyn Store, provider: &dyn KeyProvider, clock: &dyn Clock, algorithm: Algorithm) -> Result<WrittenRing, KeyError> {
    for _ in 0..100 {
        let Some(_lease) = store.lease(LEASE).await? else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        if let Some(text) = store.setting(RING).await? {
            return Ok(WrittenRing::read(&text)?);
        }
        // A restore that was cut short may have brought records before the ring; it is begun anew.
        if !store.audit(0, 1).await?.is_empty() && !crate::backup::marked(store).await? {
            return Err(VaultError::NoRing.into());
        }
        let now = clock.now();
        let ring = WrittenRing::fresh(provider, algorithm, &day_of(now), now)?;
        store.set_setting(RING, &ring.text()).await?;
        return Ok(ring);
    }
    Err(KeyError::Busy)
}
