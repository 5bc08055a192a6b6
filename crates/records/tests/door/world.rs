//! A door over a temporary SQLite store, with definitions as shipped or changed for the test.

use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use zeroize::Zeroizing;
use zhijian_kinds::catalogue::embedded_files;
use zhijian_kinds::intake::Draft;
use zhijian_kinds::{Catalogue, Kind};
use zhijian_records::clock::{FixedClock, start_of};
use zhijian_records::keys::{KeyError, Keyring};
use zhijian_records::read::indexes;
use zhijian_records::submit::Entry;
use zhijian_records::vault::{Algorithm, LocalMaster, Vault};
use zhijian_records::{Caller, Door};
use zhijian_store::TableSpec;

/// The shipped definitions with one file changed: `(path, text, by)`, each text must be there.
pub fn changed(changes: &[(&str, &str, &str)]) -> Arc<Catalogue> {
    let mut files = embedded_files();
    for (path, text, by) in changes {
        let (_, content) = files.iter_mut().find(|(p, _)| p == path).unwrap_or_else(|| panic!("no {path}"));
        assert!(content.contains(text), "{path} has no “{text}”");
        *content = content.replace(text, by);
    }
    let (catalogue, faults) = Catalogue::load(&files);
    assert!(faults.iter().all(|f| !f.fatal), "{faults:?}");
    Arc::new(catalogue)
}

/// A store in a folder that goes with the test.
pub struct World {
    home: tempfile::TempDir,
}

impl World {
    pub fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    /// Where the database lies.
    pub fn file(&self) -> std::path::PathBuf {
        self.home.path().join("test.sqlite")
    }

    /// A door whose keys lie in the store, wrapped under a master key of 32 such bytes.
    pub async fn keyed(&self, master: u8) -> Result<(Door, Arc<Keyring>), KeyError> {
        let door = self.door(Catalogue::embedded()).await;
        let provider = LocalMaster::new("测试", Zeroizing::new(vec![master; 32])).unwrap();
        let keys = Keyring::open(Arc::clone(&door.store), Arc::new(provider), Arc::clone(&door.clock), Algorithm::Sm4Gcm).await?;
        let door = Door { vault: Arc::clone(&keys.vault), ..door };
        Ok((door, Arc::new(keys)))
    }

    /// A door to the one store, under these definitions.
    pub async fn door(&self, catalogue: Arc<Catalogue>) -> Door {
        let url = format!("sqlite://{}", self.file().display());
        let tables: Vec<TableSpec> =
            catalogue.kinds.values().map(|kind| TableSpec { kind: kind.kind.clone(), indexes: indexes(kind) }).collect();
        let store = zhijian_store::open(&url, &tables).await.unwrap();
        let now = start_of("2026-06-30").unwrap() + 9 * 3_600_000_000;
        Door {
            store,
            catalogue,
            vault: Arc::new(Vault::new(&[(1, vec![7; 32])]).unwrap()),
            clock: Arc::new(FixedClock(AtomicI64::new(now))),
        }
    }
}

/// The operator.
pub fn operator() -> Caller {
    Caller { region: "130300".into(), ..Caller::system("test") }
}

/// Files a document and gives its id.
pub async fn file(door: &Door, kind: &str, document: &Value) -> String {
    let definition = door.kind(kind).unwrap();
    let draft = Draft::from_json(&definition, document.as_object().unwrap());
    let saved = door.submit(&operator(), kind, &draft, Entry { reason: "", source: "test", idempotency: None }).await;
    saved.unwrap_or_else(|e| panic!("{kind}: {e}")).id
}

/// The first example of a kind with some fields replaced; null takes a field away.
pub fn example(kind: &Kind, changes: &Value) -> Value {
    let mut document: Map<String, Value> = kind.examples.first().and_then(Value::as_object).cloned().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            document.shift_remove(name);
        } else {
            document.insert(name.clone(), value.clone());
        }
    }
    json!(document)
}
