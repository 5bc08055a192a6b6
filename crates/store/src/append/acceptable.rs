//! What no database may be given: one such row would make every later query of its kind fail.

use crate::sql::bad;
use serde::de::IgnoredAny;
use zhijian_records::port::{Commit, NewRevision, StoreError};

/// Refuses documents that are no JSON and texts with a NUL character.
pub(super) fn check(commit: &Commit, record: &str) -> Result<(), StoreError> {
    let stamp = &commit.stamp;
    let head = [&commit.kind, &stamp.actor, &stamp.reason, &stamp.source].map(String::as_str);
    let head = head.into_iter().chain(commit.idempotency.as_deref());
    if head.chain([record]).any(has_nul) {
        return Err(bad("文本中有空字符（NUL）"));
    }
    commit.revisions.iter().try_for_each(check_revision)
}

fn check_revision(new: &NewRevision) -> Result<(), StoreError> {
    let texts = [&new.id, &new.region, &new.town, &new.event_date, &new.owner, &new.state, &new.data, &new.search];
    let lookups = new.lookups.iter().flat_map(|(way, value)| [way, value]);
    if texts.into_iter().chain(lookups).any(|text| has_nul(text)) || has_escaped_nul(&new.data) {
        return Err(bad(format!("记录 {} 的文本中有空字符（NUL）", new.id)));
    }
    serde_json::from_str::<IgnoredAny>(&new.data).map_err(|error| bad(format!("记录 {} 的内容不是 JSON：{error}", new.id)))?;
    Ok(())
}

fn has_nul(text: &str) -> bool {
    text.as_bytes().contains(&0)
}

/// JSON writes the character as `\u0000`; a doubled backslash before `u0000` is a backslash and five letters.
fn has_escaped_nul(json: &str) -> bool {
    json.match_indices("\\u0000").any(|(at, _)| {
        let before = json.as_bytes()[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
        before % 2 == 0
    })
}

#[cfg(test)]
mod tests {
    use super::has_escaped_nul;

    #[test]
    fn only_a_real_escape_is_a_nul() {
        let rows: &[(&str, &str, bool)] = &[
            ("an escape", r#"{"a":"x\u0000"}"#, true),
            ("a backslash, then letters", r#"{"a":"x\\u0000"}"#, false),
            ("a backslash, then an escape", r#"{"a":"x\\\u0000"}"#, true),
            ("another escape", r#"{"a":"\u0001"}"#, false),
        ];
        for (why, json, expected) in rows {
            assert_eq!(has_escaped_nul(json), *expected, "{why}");
        }
    }
}
