//! Records that may be one thing, found by what they say. A suggestion, never a decision; identity numbers are compared, not shown.

use super::Merged;
use crate::access::{self, Wish};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Query, RecordId, Stored};
use crate::vault;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use zhijian_kinds::intake::get_path;
use zhijian_kinds::kind::Duplicates;
use zhijian_kinds::{Kind, text};

/// Most records of an organisation kind that are looked at.
const ORGANISATIONS: usize = 50_000;
/// Most entries of a roster that are looked at: their sealed parts are opened.
const PERSONS: usize = 10_000;
/// Most records of one group that are compared pair by pair.
const CROWD: usize = 20;

/// Why two records may be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// Same name, same county.
    Name,
    /// Credit codes that differ in one place or by two neighbours that changed places.
    Code,
    /// Same address or coordinates; only beside another reason.
    Site,
    /// One identity number, two names.
    TwoNames,
    /// Same name, birth date and employer; identity numbers that differ in one place, or an old number of 15 digits and its new form.
    Number,
}

impl Why {
    /// In words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Name => "同县区同名",
            Self::Code => "统一社会信用代码相近",
            Self::Site => "地址或坐标相同",
            Self::TwoNames => "证件号相同、姓名不同",
            Self::Number => "姓名、出生日期、单位相同，证件号相近",
        }
    }
}

/// Two records that may be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The older record.
    pub one: RecordId,
    /// The younger record.
    pub other: RecordId,
    /// Why.
    pub why: Vec<Why>,
}

/// The candidates of a kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Pairs, those with more reasons first.
    pub pairs: Vec<Candidate>,
    /// Records looked at.
    pub looked: usize,
    /// There were more than were looked at.
    pub more: bool,
    /// Merges that were made and can be undone, the newest first: survivor and what went into it.
    pub merged: Vec<(RecordId, Merged)>,
}

type Pairs = BTreeMap<(RecordId, RecordId), BTreeSet<Why>>;

impl Door {
    /// Records of a kind that may be one thing, as far as the caller may merge them.
    ///
    /// # Errors
    /// The kind's records cannot be merged, or not by the caller; the store failed.
    pub async fn duplicates(&self, caller: &Caller, kind: &str) -> Result<Found, DoorError> {
        let kind = self.merging(caller, kind)?;
        let arms = access::arms(caller, &kind, Wish::Retract);
        // Two records are compared by what may be seen in clear only.
        let persons = kind.merge.duplicates == Some(Duplicates::Person);
        if persons && !caller.system && arms.iter().any(|arm| !arm.reveal) {
            return Err(DoorError::NotAllowed { kind: format!("{}·查重", kind.title) });
        }
        let most = if persons { PERSONS } else { ORGANISATIONS };
        let mut query = Query { scope: access::union(arms.iter()), limit: 500, ..Query::everything(&kind.kind, Vec::new()) };
        let mut rows: Vec<Stored> = Vec::new();
        let mut found = Found::default();
        loop {
            let page = self.store.query(&query).await.map_err(Self::store_error(&kind.kind))?;
            rows.extend(page.rows);
            query.cursor = page.next;
            if query.cursor.is_none() {
                break;
            }
            if rows.len() >= most {
                found.more = true;
                break;
            }
        }
        found.looked = rows.len();
        let mut pairs = Pairs::new();
        if persons {
            self.persons(&kind, &rows, &mut pairs)?
        } else {
            organisations(&rows, &mut pairs)
        }
        found.pairs = pairs.into_iter().map(|((one, other), why)| Candidate { one, other, why: why.into_iter().collect() }).collect();
        found.pairs.sort_by_key(|pair| std::cmp::Reverse(pair.why.len()));
        for row in &rows {
            let own = super::merged_of(&row.document()).into_iter().filter(|m| m.with.is_none());
            found.merged.extend(own.map(|m| (row.id.clone(), m)));
        }
        found.merged.sort_by_key(|(_, m)| std::cmp::Reverse(m.at));
        Ok(found)
    }

    fn persons(&self, kind: &Kind, rows: &[Stored], pairs: &mut Pairs) -> Result<(), DoorError> {
        struct Entry<'a> {
            row: &'a Stored,
            name: String,
            birth: String,
            number: String,
        }
        let mut all: Vec<Entry> = Vec::with_capacity(rows.len());
        for row in rows.iter().filter(|row| !vault::is_erased(&row.secret)) {
            let clear = self.clear(row)?;
            let rule = kind.person.as_ref();
            let at = |path: &str| get_path(&clear, path).and_then(Value::as_str).unwrap_or_default().to_owned();
            let number = text::identifier(&rule.map(|r| at(&r.id_no)).unwrap_or_default());
            let birth = rule.and_then(|r| r.birth.as_deref()).map(at).unwrap_or_default();
            all.push(Entry { row, name: text::word_key(&at("person_name")), birth, number });
        }
        let mut by_number: HashMap<&str, Vec<&Entry>> = HashMap::new();
        let mut by_name: HashMap<(&str, &str, &str), Vec<&Entry>> = HashMap::new();
        for entry in &all {
            if !entry.number.is_empty() {
                by_number.entry(&entry.number).or_default().push(entry);
            }
            if !entry.name.is_empty() && !entry.birth.is_empty() {
                by_name.entry((&entry.name, &entry.birth, &entry.row.owner)).or_default().push(entry);
            }
        }
        for same in by_number.values() {
            each_pair(same, |a, b| {
                if a.name != b.name {
                    add(pairs, a.row, b.row, Why::TwoNames)
                }
            });
        }
        for same in by_name.values() {
            each_pair(same, |a, b| {
                if near_number(&a.number, &b.number) {
                    add(pairs, a.row, b.row, Why::Number)
                }
            });
        }
        Ok(())
    }
}

fn each_pair<T>(same: &[T], mut look: impl FnMut(&T, &T)) {
    let same = &same[..same.len().min(CROWD)];
    for (at, a) in same.iter().enumerate() {
        same[at + 1..].iter().for_each(|b| look(a, b));
    }
}

fn add(pairs: &mut Pairs, a: &Stored, b: &Stored, why: Why) {
    let (one, other) = if a.id < b.id { (a, b) } else { (b, a) };
    pairs.entry((one.id.clone(), other.id.clone())).or_default().insert(why);
}

fn organisations(rows: &[Stored], pairs: &mut Pairs) {
    let documents: Vec<Map<String, Value>> = rows.iter().map(Stored::document).collect();
    let at = |document: &Map<String, Value>, path: &str| get_path(document, path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut by: HashMap<(Why, String), Vec<usize>> = HashMap::new();
    for (index, (row, document)) in rows.iter().zip(&documents).enumerate() {
        let name = text::word_key(&text::org_name(&at(document, "name")));
        if !name.is_empty() {
            by.entry((Why::Name, format!("{}{name}", row.region))).or_default().push(index);
        }
        let code = text::identifier(&at(document, "uscc"));
        for form in blurred(&code) {
            by.entry((Why::Code, form)).or_default().push(index);
        }
        for site in sites(document) {
            by.entry((Why::Site, format!("{}{site}", row.region))).or_default().push(index);
        }
    }
    for ((why, _), same) in by {
        each_pair(&same, |&a, &b| {
            let codes = || [a, b].map(|i| text::identifier(&at(&documents[i], "uscc")));
            if a != b && (why != Why::Code || near(&codes()[0], &codes()[1])) {
                add(pairs, &rows[a], &rows[b], why);
            }
        });
    }
    // Many share a yard: one place says something only beside a name or a code (domain B1).
    pairs.retain(|_, why| why.iter().any(|why| *why != Why::Site));
}

/// The code with each character left out in turn: codes that differ in one place share such a form, and so do most with neighbours exchanged.
fn blurred(code: &str) -> Vec<String> {
    let letters: Vec<char> = code.chars().collect();
    if letters.len() != 18 {
        return Vec::new();
    }
    let mut forms: Vec<String> =
        (0..letters.len()).map(|gone| letters.iter().enumerate().filter(|(i, _)| *i != gone).map(|(_, c)| *c).collect()).collect();
    forms.dedup();
    forms
}

/// Addresses and coordinates of an organisation.
fn sites(document: &Map<String, Value>) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let mut address = |value: Option<&Value>| {
        let key = text::word_key(value.and_then(Value::as_str).unwrap_or_default());
        // A village alone is no address.
        if key.chars().count() >= 8 {
            out.insert(key);
        }
    };
    address(document.get("address"));
    let sites = document.get("sites").and_then(Value::as_array);
    for site in sites.into_iter().flatten() {
        address(site.get("site_address"));
    }
    for site in sites.into_iter().flatten() {
        if let (Some(lon), Some(lat)) = (site.get("site_lon").and_then(Value::as_f64), site.get("site_lat").and_then(Value::as_f64)) {
            out.insert(format!("{lon:.4},{lat:.4}"));
        }
    }
    out
}

/// Differ in one place, or by two neighbours that changed places.
fn near(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len() != b.len() {
        return false;
    }
    let apart: Vec<usize> = (0..a.len()).filter(|i| a[*i] != b[*i]).collect();
    match apart.as_slice() {
        [_] => true,
        [i, j] => j - i == 1 && a[*i] == b[*j] && a[*j] == b[*i],
        _ => false,
    }
}

/// Near, or an old number of 15 digits and its form of 18 (GB 11643: 19 before the year, a check digit at the end). The check digit follows
/// from the others, so a number that was written wrongly in one place may differ there too when somebody computed it anew.
fn near_number(a: &str, b: &str) -> bool {
    let old_and_new = |old: &str, new: &str| {
        old.len() == 15 && new.len() == 18 && old.is_ascii() && new.is_ascii() && old[..6] == new[..6] && old[6..] == new[8..17]
    };
    near(a, b)
        || old_and_new(a, b)
        || old_and_new(b, a)
        || (a.len() == 18 && b.len() == 18 && a.is_ascii() && b.is_ascii() && near(&a[..17], &b[..17]))
}

#[cfg(test)]
mod tests {
    use super::{near, near_number};

    #[test]
    fn near_means_one_slip() {
        let rows = [
            ("one digit", "91130302TE5T05JB25", "91130302TE5T05JB26", true),
            ("neighbours exchanged", "91130302TE5T05JB25", "91130320TE5T05JB25", true),
            ("two digits", "91130302TE5T05JB25", "91130303TE5T05JB26", false),
            ("the same", "91130302TE5T05JB25", "91130302TE5T05JB25", false),
            ("other length", "91130302", "9113030", false),
        ];
        for (why, a, b, expected) in rows {
            assert_eq!(near(a, b), expected, "{why}");
        }
        let numbers = [
            ("15 and 18 digits of one person", "130302800101001", "130302198001010014", true),
            ("15 and 18 digits of two", "130302800101001", "130302198001010022", false),
            ("one digit and the check digit that follows from it", "130302198001010014", "130302198001010023", true),
            ("an empty one", "", "130302198001010014", false),
        ];
        for (why, a, b, expected) in numbers {
            assert_eq!(near_number(a, b), expected, "{why}");
            assert_eq!(near_number(b, a), expected, "{why}, turned");
        }
    }
}
