//! What a chunk of rows meets: records under the same keys, those merged into others, values that are taken, other records that checks look at.

use super::Bulk;
use crate::around::{self, Subject};
use crate::door::{Door, DoorError};
use crate::port::{KeyHash, Stored};
use crate::prepare::{self, Prepared};
use std::collections::HashMap;
use zhijian_kinds::Kind;
use zhijian_kinds::intake::{get_path, set_path};

impl Bulk {
    /// Checks that look at other records, of rows that have passed all others; says how many questions they asked.
    pub(super) async fn look_around(
        &self,
        kind: &Kind,
        today: &str,
        prepared: &mut [Prepared],
        keys: &[KeyHash],
        existing: &HashMap<KeyHash, Stored>,
    ) -> Result<u64, DoorError> {
        let mut subjects: Vec<Subject<'_>> = prepared
            .iter_mut()
            .zip(keys)
            .filter(|(row, _)| row.sound())
            .map(|(row, key)| Subject { row, id: existing.get(key).map(|stored| stored.id.as_str()) })
            .collect();
        let door = &self.reader.door;
        around::check(door, kind, today, &mut subjects).await.map_err(Door::store_error(&kind.kind))
    }

    /// A row under the key of a record that was merged into another speaks of that one, which keeps its own code and name.
    pub(super) fn stand_for(&self, kind: &Kind, row: &mut Prepared, survivor: &Stored) -> Result<(), DoorError> {
        let document = self.reader.door.clear(survivor)?;
        for path in crate::merge::key_fields(kind) {
            if let Some(value) = get_path(&document, path).filter(|_| get_path(&row.document, path).is_some()) {
                set_path(&mut row.document, path, value.clone());
            }
        }
        Ok(())
    }

    /// Records with the natural keys of the sound rows; and, of those that were merged into others, the survivors under the keys asked for.
    pub(super) async fn existing(
        &self,
        kind: &Kind,
        prepared: &[Prepared],
        keys: &[KeyHash],
    ) -> Result<(HashMap<KeyHash, Stored>, HashMap<KeyHash, Stored>), DoorError> {
        let mut wanted: Vec<KeyHash> = prepared.iter().zip(keys).filter(|(p, _)| p.sound()).map(|(_, k)| *k).collect();
        // While keys are changed a record may still stand under the old one.
        let vault = &self.reader.door.vault;
        let mut written: HashMap<KeyHash, KeyHash> = HashMap::new();
        if vault.blind_keys().len() > 1 {
            for (row, key) in prepared.iter().zip(keys).filter(|(p, _)| p.sound()) {
                let all = prepare::natural_keys(kind, vault, &row.document, &row.region);
                written.extend(all.iter().filter(|other| *other != key).map(|other| (*other, *key)));
                wanted.extend(all);
            }
        }
        wanted.sort_unstable();
        wanted.dedup();
        let (mut found, mut merged) = (HashMap::new(), HashMap::new());
        for chunk in wanted.chunks(1_000) {
            for row in self.reader.door.store.find_by_keys(&kind.kind, chunk).await.map_err(Door::store_error(&kind.kind))? {
                let key = written.get(&row.key).copied().unwrap_or(row.key);
                let own = row.id.clone();
                let stored = self.reader.door.followed(row).await?;
                if stored.id == own { &mut found } else { &mut merged }.insert(key, stored);
            }
        }
        Ok((found, merged))
    }

    /// Values of uniqueness rules that records have already: rule and value → record id.
    pub(super) async fn taken(&self, kind: &Kind, prepared: &[Prepared]) -> Result<HashMap<(usize, String), String>, DoorError> {
        let mut taken = HashMap::new();
        for (index, rule) in kind.unique_by.iter().enumerate() {
            let mut values: Vec<String> = Vec::new();
            let mut written: HashMap<String, String> = HashMap::new();
            for row in prepared {
                let forms = prepare::unique_values(kind, &self.reader.door.vault, &row.document, &rule.fields);
                if let [first, rest @ ..] = forms.as_slice() {
                    written.extend(rest.iter().map(|older| (older.clone(), first.clone())));
                }
                values.extend(forms);
            }
            for chunk in values.chunks(500) {
                for hit in self
                    .reader
                    .door
                    .store
                    .lookup(&kind.kind, &format!("unique:{index}"), chunk)
                    .await
                    .map_err(Door::store_error(&kind.kind))?
                {
                    taken.insert((index, written.get(&hit.value).cloned().unwrap_or(hit.value)), hit.id);
                }
            }
        }
        Ok(taken)
    }
}
