//! The devices of the register with their secrets, kept in memory: a gateway asks for every message.

mod defaults;
mod device;
mod points;

pub use device::Device;
pub use points::Points;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq as _;
use tokio::sync::Mutex;
use zeroize::Zeroizing;
use zhijian_kinds::CodeList;
use zhijian_records::port::Query;
use zhijian_records::{Door, DoorError};

/// How often it is read again at least.
const AGE: Duration = Duration::from_secs(20);
/// How often it is read again at most, when somebody unknown calls.
const PAUSE: Duration = Duration::from_secs(2);

/// What is known at a moment.
#[derive(Default)]
struct Known {
    by_number: HashMap<String, Arc<Device>>,
    /// Devices by the number under which their messages come: their own, or their logger's.
    by_sender: HashMap<String, Vec<Arc<Device>>>,
    secrets: HashMap<String, Zeroizing<String>>,
}

/// The register.
pub struct Register {
    door: Door,
    known: RwLock<Arc<Known>>,
    read: Mutex<Option<Instant>>,
}

impl std::fmt::Debug for Register {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Register")
    }
}

impl Register {
    /// Reads the register.
    ///
    /// # Errors
    /// The store or the vault failed.
    pub async fn open(door: Door) -> Result<Arc<Self>, DoorError> {
        let register = Arc::new(Self { door, known: RwLock::default(), read: Mutex::new(None) });
        register.renew(Duration::ZERO).await?;
        Ok(register)
    }

    /// The door.
    #[must_use]
    pub const fn door(&self) -> &Door {
        &self.door
    }

    /// Reads it again unless it is younger than `age`.
    ///
    /// # Errors
    /// The store or the vault failed; what was known stays.
    pub async fn renew(&self, age: Duration) -> Result<(), DoorError> {
        let mut read = self.read.lock().await;
        if read.is_some_and(|at| at.elapsed() < age) {
            return Ok(());
        }
        let mut known = Known { secrets: self.door.device_secrets().await?, ..Known::default() };
        let mut doubles = HashSet::new();
        let all = self.door.store.all(Query::everything("device", Vec::new())).await.map_err(Door::store_error("device"))?;
        for stored in &all {
            let device = Arc::new(Device::read(&self.door, stored));
            // Numbers are unique within a city; one that two cities gave can belong to the first only.
            if known.by_number.contains_key(&device.no) {
                doubles.insert(device.no.clone());
                continue;
            }
            known.by_sender.entry(device.sender().to_owned()).or_default().push(Arc::clone(&device));
            known.by_number.insert(device.no.clone(), device);
        }
        if !doubles.is_empty() {
            tracing::warn!(?doubles, "device numbers that stand twice in the register: the first holds");
        }
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
        *read = Some(Instant::now());
        Ok(())
    }

    /// Keeps it fresh until the task is ended.
    pub async fn keep(self: Arc<Self>) {
        loop {
            tokio::time::sleep(AGE).await;
            self.tried(AGE).await;
        }
    }

    async fn tried(&self, age: Duration) {
        if let Err(error) = self.renew(age).await {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot read the register of devices");
        }
    }

    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A device.
    #[must_use]
    pub fn device(&self, number: &str) -> Option<Arc<Device>> {
        self.known().by_number.get(number).cloned()
    }

    /// All devices.
    #[must_use]
    pub fn devices(&self) -> Vec<Arc<Device>> {
        self.known().by_number.values().cloned().collect()
    }

    /// The devices whose messages come under a number.
    #[must_use]
    pub fn of_sender(&self, sender: &str) -> Vec<Arc<Device>> {
        self.known().by_sender.get(sender).cloned().unwrap_or_default()
    }

    /// The secret under which a sender reports; requests to it carry it.
    #[must_use]
    pub fn secret(&self, sender: &str) -> Option<Zeroizing<String>> {
        self.known().secrets.get(sender).cloned()
    }

    /// Who a sender is and whether the secret is its own. The register is read again when it is not, for it may just have been entered.
    pub async fn admit(&self, sender: &str, secret: &str) -> Admission {
        let first = self.admission(sender, secret);
        if matches!(first, Admission::In(_)) {
            return first;
        }
        self.tried(PAUSE).await;
        self.admission(sender, secret)
    }

    fn admission(&self, sender: &str, secret: &str) -> Admission {
        let known = self.known();
        let devices = known.by_sender.get(sender).cloned().unwrap_or_default();
        // Compared all the same where nobody is known, so that time tells nothing.
        let expected = known.secrets.get(sender).map_or("", |secret| secret.as_str());
        let same = bool::from(expected.as_bytes().ct_eq(secret.as_bytes())) && !expected.is_empty();
        if devices.iter().all(|device| device.stopped) {
            Admission::Unknown
        } else if same {
            Admission::In(devices)
        } else {
            Admission::Wrong
        }
    }

    /// Whether a text names a unit.
    #[must_use]
    pub fn same_unit(&self, text: &str, unit: &str) -> bool {
        text == unit || self.unit(text).is_some_and(|code| code == unit)
    }

    fn unit(&self, text: &str) -> Option<&str> {
        let list: &CodeList = self.door.catalogue.list("UNIT")?;
        list.resolve(text, "").map(|code| code.code.as_str())
    }
}

/// Whether a sender may deliver.
#[derive(Debug, Clone)]
pub enum Admission {
    /// Yes, for these devices.
    In(Vec<Arc<Device>>),
    /// Nobody of that number, or out of use.
    Unknown,
    /// The secret is another.
    Wrong,
}
