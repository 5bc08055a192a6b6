//! What the lake asks of a store. Tests and the example `scale` give it records of their own; all else must not be asked.

use zhijian_records::port::*;

/// A revision without a past, in no township.
pub fn stored(kind: &str, id: &str, region: &str, event_date: &str, data: String) -> Stored {
    Stored {
        kind: kind.into(),
        id: id.into(),
        rev: 1,
        region: region.into(),
        town: String::new(),
        year: event_date.get(..4).and_then(|y| y.parse().ok()).unwrap_or(0),
        event_date: event_date.into(),
        owner: String::new(),
        state: String::new(),
        key: [0; 16],
        data,
        secret: Vec::new(),
        retracted: false,
        recorded_from: 0,
        recorded_to: None,
        commit: 0,
    }
}

pub struct Held;
impl Lease for Held {}

pub fn not_here<T>() -> Result<T, StoreError> {
    Err(StoreError::BadQuery("the lake does not ask this".into()))
}

/// Implements [`RecordStore`] by `partitions`, `scan`, `events`, `position` and `set_position` alone.
macro_rules! only_read_by_the_lake {
    ($store:ty { $($asked:tt)* }) => {
        #[async_trait::async_trait]
        impl RecordStore for $store {
            $($asked)*
            async fn lease(&self, _: &str) -> Result<Option<Box<dyn Lease>>, StoreError> {
                Ok(Some(Box::new(reading::Held)))
            }
            async fn append(&self, _: Commit, _: &str) -> Result<Committed, StoreError> {
                reading::not_here()
            }
            async fn append_all(&self, _: Vec<(Commit, String)>) -> Result<Vec<Committed>, StoreError> {
                reading::not_here()
            }
            async fn rewrite(&self, _: Rewriting) -> Result<u64, StoreError> {
                reading::not_here()
            }
            async fn find(&self, _: &str, _: &str) -> Result<Option<Stored>, StoreError> {
                reading::not_here()
            }
            async fn history(&self, _: &str, _: &str) -> Result<Vec<Stored>, StoreError> {
                reading::not_here()
            }
            async fn find_by_keys(&self, _: &str, _: &[KeyHash]) -> Result<Vec<Stored>, StoreError> {
                reading::not_here()
            }
            async fn lookup(&self, _: &str, _: &str, _: &[String]) -> Result<Vec<LookupHit>, StoreError> {
                reading::not_here()
            }
            async fn query(&self, _: &Query) -> Result<Page, StoreError> {
                reading::not_here()
            }
            async fn count(&self, _: &Query, _: u64) -> Result<u64, StoreError> {
                reading::not_here()
            }
            async fn count_by(&self, _: &Query, _: &Column) -> Result<Vec<(String, u64)>, StoreError> {
                reading::not_here()
            }
            async fn audit(&self, _: i64, _: u32) -> Result<Vec<AuditLine>, StoreError> {
                reading::not_here()
            }
            async fn of_commit(&self, _: &str, _: i64) -> Result<Vec<Stored>, StoreError> {
                reading::not_here()
            }
            async fn setting(&self, _: &str) -> Result<Option<String>, StoreError> {
                reading::not_here()
            }
            async fn settings(&self, _: &str) -> Result<Vec<(String, String)>, StoreError> {
                Ok(Vec::new())
            }
            async fn set_setting(&self, _: &str, _: &str) -> Result<(), StoreError> {
                reading::not_here()
            }
        }
    };
}
