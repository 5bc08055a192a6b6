//! The steps between a draft and a record that may be kept: read, place, refer, derive, check, key, seal.
//!
//! Everything here is pure; the store is asked in between ([`crate::refs`]).

use crate::audit::{content_hash, hex};
use crate::port::NewRevision;
use crate::vault::{Vault, VaultError};
use serde_json::{Map, Value};
use zhijian_kinds::intake::{Channel, Draft, Place as CellPlace, Reader, get_path, set_path};
use zhijian_kinds::kind::{Format, PersonRule};
use zhijian_kinds::{Catalogue, FieldType, Kind, Level, Problem, dates, ident, text};

/// A draft on its way to becoming a record.
#[derive(Debug, Clone, Default)]
pub struct Prepared {
    /// The whole document, private fields in clear.
    pub document: Map<String, Value>,
    /// What is wrong or was changed.
    pub problems: Vec<Problem>,
    /// Fields that the draft spoke about (a column that is not there says nothing).
    pub covered: Vec<String>,
    /// Responsible region (6 digits) or empty.
    pub region: String,
    /// Township or empty.
    pub town: String,
    /// Owner id or empty.
    pub owner: String,
}

/// What the steps need to know.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    /// Kind.
    pub kind: &'a Kind,
    /// Definitions.
    pub catalogue: &'a Catalogue,
    /// Entrance.
    pub channel: Channel,
    /// Region of the office that hands in; county names are looked up inside it.
    pub office: &'a str,
    /// Day of the write.
    pub today: &'a str,
}

impl Prepared {
    /// Errors among the problems.
    pub fn errors(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|p| p.level == Level::Error)
    }

    /// May it be kept?
    #[must_use]
    pub fn sound(&self) -> bool {
        self.errors().next().is_none()
    }

    /// Sorts the problems: errors first, in the order in which classes name a refused row.
    pub fn sort(&mut self, kind: &Kind) {
        self.problems.sort_by_key(|p| (std::cmp::Reverse(p.level), kind.class_rank(&p.class).unwrap_or(usize::MAX)));
    }
}

/// Step 1: cells to values, region from the draft's own county and township, identity number against sex and birth date.
#[must_use]
pub fn read(frame: Frame<'_>, draft: &Draft) -> Prepared {
    let reader = Reader { kind: frame.kind, catalogue: frame.catalogue, channel: frame.channel, today: frame.today };
    let (document, problems) = reader.read(draft);
    let mut covered: Vec<String> = Vec::with_capacity(draft.cells.len());
    for (place, _) in &draft.cells {
        let (CellPlace::Field(path) | CellPlace::Pivot { group: path, .. }) = place;
        if covered.last() != Some(path) {
            covered.push(path.clone());
        }
    }
    let mut prepared = Prepared { document, problems, covered, ..Prepared::default() };
    place(frame, &mut prepared);
    if let Some(rule) = &frame.kind.person {
        person(frame, rule, &mut prepared);
    }
    prepared
}

/// Region and township by the kind's own fields.
fn place(frame: Frame<'_>, prepared: &mut Prepared) {
    let rule = &frame.kind.region;
    let fallback = rule.fallback.as_deref() == Some("scope");
    let Some(county_field) = &rule.county else {
        // A kind that names no place belongs to the office that hands it in.
        if fallback && rule.from.is_none() {
            prepared.region = frame.office.to_owned();
        }
        return;
    };
    let text_at = |doc: &Map<String, Value>, path: &str| get_path(doc, path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let county = text_at(&prepared.document, county_field);
    let town = rule.town.as_ref().map(|t| text_at(&prepared.document, t)).unwrap_or_default();
    let title = |path: &str| frame.kind.field(path).map_or(path, |f| f.title.as_str()).to_owned();
    if county.is_empty() && (town.is_empty() || !fallback) {
        if fallback {
            prepared.region = frame.office.to_owned();
        } else if !prepared.problems.iter().any(|p| p.field == *county_field && p.level == Level::Error) {
            let class = rule.class.as_deref().unwrap_or("E_REGION");
            prepared.problems.push(Problem::new(Level::Error, class, county_field, &title(county_field), "", "县区名称、简称或六位代码"));
        }
        return;
    }
    match frame.catalogue.regions.resolve(frame.office, &county, &town) {
        None => {
            let class = rule.class.as_deref().unwrap_or("E_REGION");
            let office = frame.catalogue.regions.name(frame.office);
            prepared.problems.push(Problem::new(
                Level::Error,
                class,
                county_field,
                &title(county_field),
                &county,
                &format!("{office}范围内的县区"),
            ));
        }
        Some(found) => {
            prepared.region.clone_from(&found.region);
            prepared.town.clone_from(&found.town);
            set_path(&mut prepared.document, county_field, Value::String(found.region.clone()));
            let Some(town_field) = &rule.town else { return };
            if !found.town.is_empty() {
                set_path(&mut prepared.document, town_field, Value::String(found.town));
            } else if found.town_unknown {
                let level = if rule.town_class.is_some() { Level::Error } else { Level::Warning };
                let class = rule.town_class.as_deref().unwrap_or("W_TOWN");
                let expected = format!("{}的乡镇（街道）", frame.catalogue.regions.name(&found.region));
                prepared.problems.push(Problem::new(level, class, town_field, &title(town_field), &town, &expected));
            }
        }
    }
}

/// Sex and birth date as the identity number tells them.
fn person(frame: Frame<'_>, rule: &PersonRule, prepared: &mut Prepared) {
    let text_at = |path: &str| get_path(&prepared.document, path).and_then(Value::as_str).map(str::to_owned);
    let Some(number) = text_at(&rule.id_no) else { return };
    let Ok(id) = ident::id_no(&number, frame.today) else { return };
    let mut found = Vec::new();
    if let Some((path, sex)) = rule.sex.as_ref().and_then(|p| Some((p, text_at(p)?)))
        && matches!(sex.as_str(), "1" | "2")
        && sex != id.sex
    {
        found.push((path.clone(), frame.catalogue.list("SEX").map_or(sex.clone(), |l| l.label(&sex).to_owned()), "与身份证号一致的性别"));
    }
    if let Some((path, birth)) = rule.birth.as_ref().and_then(|p| Some((p, text_at(p)?)))
        && birth != id.birth
    {
        found.push((path.clone(), birth, "与身份证号一致的出生日期"));
    }
    for (path, shown, expected) in found {
        let field = frame.kind.field(&path);
        let shown = if field.is_some_and(|f| f.private.is_some()) { text::mask(&shown) } else { shown };
        let level = if rule.class.is_some() { Level::Error } else { Level::Warning };
        let class = rule.class.as_deref().unwrap_or("W_ID_MISMATCH");
        prepared.problems.push(Problem::new(level, class, &path, field.map_or(path.as_str(), |f| f.title.as_str()), &shown, expected));
    }
}

/// Step 3 (after the references were resolved): derived fields, schema, cross-field checks.
pub fn complete(frame: Frame<'_>, prepared: &mut Prepared) {
    crate::derive::fill(frame.kind, frame.catalogue, &mut prepared.document, frame.today);
    for problem in frame.kind.check_schema(&mut prepared.document) {
        if frame.channel == Channel::Bulk && set_aside(frame.kind, prepared, &problem) {
            continue;
        }
        // A field that is missing or unreadable has been reported in better words.
        if !prepared.problems.iter().any(|p| p.level == Level::Error && (p.field == problem.field || problem.field.is_empty())) {
            prepared.problems.push(problem);
        }
    }
    prepared.problems.extend(frame.kind.check_rules(&prepared.document, frame.today));
    if frame.channel == Channel::Form {
        unfinished(frame.kind, prepared);
    }
    prepared.sort(frame.kind);
}

/// A form that is not finished may lack required fields; what is said of fields that hold something stands.
fn unfinished(kind: &Kind, prepared: &mut Prepared) {
    let Some(states) = kind.states.as_ref().filter(|states| !states.incomplete.is_empty()) else { return };
    let state = get_path(&prepared.document, &states.field).and_then(Value::as_str).unwrap_or_default();
    if !states.incomplete.iter().any(|s| s == state) {
        return;
    }
    let document = &prepared.document;
    let keys = |path: &str| kind.natural_key.iter().any(|key| key == path) || kind.event_date.as_deref() == Some(path);
    let missing =
        |p: &Problem| p.found.is_empty() && kind.field(&p.field).is_some_and(|f| f.required) && get_path(document, &p.field).is_none();
    for problem in prepared.problems.iter_mut().filter(|p| p.level == Level::Error && missing(p) && !keys(&p.field)) {
        problem.level = Level::Warning;
    }
}

/// In a workbook only fields with a reject class refuse the row; a value that breaks the definition of another field (too long, say) is
/// set aside as text with a warning.
fn set_aside(kind: &Kind, prepared: &mut Prepared, problem: &Problem) -> bool {
    let Some(field) = kind.field(&problem.field).filter(|f| f.class.is_none() && !f.required) else { return false };
    let Some(value) = get_path(&prepared.document, &field.path).cloned() else { return false };
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let text = if field.private.is_some() { text::mask(&text) } else { text };
    remove_path(&mut prepared.document, &field.path);
    let unread = prepared.document.entry("_unread").or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(unread) = unread {
        unread.insert(field.path.clone(), Value::String(text));
    }
    let mut warning = Problem { level: Level::Warning, class: "W_SCHEMA".into(), ..problem.clone() };
    warning.message.push_str("；原文已保留待核");
    prepared.problems.push(warning);
    true
}

/// Natural key of a document. When a part is missing the whole document stands for itself, so that re-importing the same row finds it.
#[must_use]
pub fn natural_key(kind: &Kind, vault: &Vault, document: &Map<String, Value>, region: &str) -> [u8; 16] {
    natural_keys(kind, vault, document, region).into_iter().next().unwrap_or_default()
}

/// The natural key under all keys of the blind index, the one that is written first: while keys are changed, a record has the one or the other.
#[must_use]
pub fn natural_keys(kind: &Kind, vault: &Vault, document: &Map<String, Value>, region: &str) -> Vec<[u8; 16]> {
    let parts: Option<Vec<String>> =
        kind.natural_key.iter().map(|path| get_path(document, path).filter(|v| !v.is_null()).map(key_text)).collect();
    // Numbers are given by offices: the same inspection number of two cities is two inspections. Only a key that is unique in the whole
    // country stands without the city.
    let city = if kind.natural_key == ["uscc"] { String::new() } else { region.get(..4).unwrap_or_default().to_owned() };
    let parts = parts.map(|mut parts| {
        parts.push(city.clone());
        parts
    });
    match parts {
        Some(parts) => vault.key_hashes(&kind.kind, &parts),
        None => {
            let mut entries: Vec<(&String, &Value)> = document.iter().filter(|(k, _)| !k.starts_with('_')).collect();
            entries.sort_by_key(|(k, _)| k.as_str());
            let whole = serde_json::to_string(&entries).unwrap_or_default();
            vault.key_hashes(&kind.kind, &["*".into(), whole, city])
        }
    }
}

fn key_text(value: &Value) -> String {
    match value {
        Value::String(text) => text::identifier(text),
        other => other.to_string(),
    }
}

/// Splits a document into its public part (blind fields as tokens) and its private part.
#[must_use]
pub fn split(kind: &Kind, vault: &Vault, mut document: Map<String, Value>) -> (Map<String, Value>, Map<String, Value>) {
    let mut private = Map::new();
    for field in kind.private_fields() {
        let token = match get_path(&document, &field.path) {
            None => continue,
            Some(value) => value.as_str().filter(|_| field.blind).map(|text| Value::String(vault.token(field, text))),
        };
        let value = match token {
            Some(token) => replace_path(&mut document, &field.path, token),
            None => remove_path(&mut document, &field.path),
        };
        if let Some(value) = value {
            private.insert(field.path.clone(), value);
        }
    }
    crate::derive::hide_basis(kind, &mut document, &mut private);
    (document, private)
}

/// Joins the parts again.
pub fn join(public: &mut Map<String, Value>, private: Map<String, Value>) {
    for (path, value) in private {
        set_path(public, &path, value);
    }
}

fn remove_path(document: &mut Map<String, Value>, path: &str) -> Option<Value> {
    match path.split_once('.') {
        None => document.shift_remove(path),
        Some((head, rest)) => match document.get_mut(head) {
            Some(Value::Object(inner)) => remove_path(inner, rest),
            _ => None,
        },
    }
}

/// Puts another value in the place of one that is there.
fn replace_path(document: &mut Map<String, Value>, path: &str, value: Value) -> Option<Value> {
    match path.split_once('.') {
        None => document.get_mut(path).map(|old| std::mem::replace(old, value)),
        Some((head, rest)) => match document.get_mut(head) {
            Some(Value::Object(inner)) => replace_path(inner, rest, value),
            _ => None,
        },
    }
}

/// Step 5: the revision to write.
///
/// # Errors
/// No random numbers for sealing.
pub fn revision(kind: &Kind, vault: &Vault, prepared: Prepared, id: String, seen: Option<u32>) -> Result<NewRevision, VaultError> {
    let Prepared { document, region, town, owner, .. } = prepared;
    let text_at = |path: &str| get_path(&document, path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let event_date = kind.event_date.as_deref().map(text_at).unwrap_or_default();
    let state = kind.states.as_ref().map(|s| text_at(&s.field)).unwrap_or_default();
    let key = natural_key(kind, vault, &document, &region);
    let search = search_text(kind, vault, &document);
    let lookups = lookups(kind, vault, &document);
    let (public, private) = split(kind, vault, document);
    let secret = vault.seal(&kind.kind, &id, &private)?;
    let data = serde_json::to_string(&public).unwrap_or_default();
    Ok(NewRevision {
        id,
        seen,
        hash: content_hash(&region, &state, &data, &secret),
        region,
        town,
        year: event_date.get(..4).and_then(|y| y.parse().ok()).unwrap_or(0),
        event_date,
        owner,
        state,
        key,
        search,
        lookups,
        data,
        secret,
        retracted: false,
    })
}

/// Normalised public texts and hashed fragments of private ones.
pub(crate) fn search_text(kind: &Kind, vault: &Vault, document: &Map<String, Value>) -> String {
    let mut words: Vec<String> = Vec::new();
    for path in &kind.search {
        let Some(field) = kind.field(path) else { continue };
        let texts: Vec<&str> = match get_path(document, path) {
            Some(Value::String(text)) => vec![text],
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
            _ => continue,
        };
        for value in texts {
            if field.private.is_some() {
                if field.format != Some(Format::IdNo) {
                    words.extend(vault.fragments(value));
                }
                words.push(vault.token(field, value));
            } else {
                words.push(text::word_key(value));
                if matches!(field.ty, FieldType::Text) && field.format == Some(Format::OrgName) {
                    words.push(text::pinyin_initials(value));
                }
            }
        }
    }
    words.join(" ")
}

/// Keys under which references and uniqueness rules find the record.
pub(crate) fn lookups(kind: &Kind, vault: &Vault, document: &Map<String, Value>) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for (way, paths) in &kind.lookup {
        for path in paths {
            for value in lookup_values(kind, vault, document, path) {
                if !out.iter().any(|(w, v)| w == way && *v == value) {
                    out.push((way.clone(), value));
                }
            }
        }
    }
    for (index, rule) in kind.unique_by.iter().enumerate() {
        if let Some(value) = unique_value(kind, vault, document, &rule.fields) {
            out.push((format!("unique:{index}"), value));
        }
    }
    out
}

/// Lookup values of one field: private ones as tokens.
#[must_use]
pub fn lookup_values(kind: &Kind, vault: &Vault, document: &Map<String, Value>, path: &str) -> Vec<String> {
    lookup_alternatives(kind, vault, document, path).into_iter().filter_map(|all| all.into_iter().next()).collect()
}

/// Lookup values of one field, each with its forms under all keys of the blind index, the one that is written first.
#[must_use]
pub fn lookup_alternatives(kind: &Kind, vault: &Vault, document: &Map<String, Value>, path: &str) -> Vec<Vec<String>> {
    let field = kind.field(path);
    let shape = |t: &str| match field {
        Some(f) if f.private.is_some() => vault.tokens(f, t),
        _ => vec![text::identifier(t)],
    };
    match get_path(document, path) {
        Some(Value::String(text)) => vec![shape(text)],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(shape).collect(),
        _ => Vec::new(),
    }
}

/// Value of a uniqueness rule; `None` when a part is missing.
#[must_use]
pub fn unique_value(kind: &Kind, vault: &Vault, document: &Map<String, Value>, fields: &[String]) -> Option<String> {
    unique_values(kind, vault, document, fields).into_iter().next()
}

/// Value of a uniqueness rule under all keys of the blind index, the one that is written first; none when a part is missing.
#[must_use]
pub fn unique_values(kind: &Kind, vault: &Vault, document: &Map<String, Value>, fields: &[String]) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::Array(items) => items.first().map(key_text),
        Value::Null => None,
        other => Some(key_text(other)),
    };
    let parts: Option<Vec<String>> = fields.iter().map(|f| get_path(document, f).and_then(text)).collect();
    parts.map(|parts| vault.key_hashes(&kind.kind, &parts).iter().map(|hash| hex(hash)).collect()).unwrap_or_default()
}

/// Day of the event of a document, or empty.
#[must_use]
pub fn event_day(kind: &Kind, document: &Map<String, Value>) -> String {
    kind.event_date
        .as_deref()
        .and_then(|p| get_path(document, p))
        .and_then(Value::as_str)
        .filter(|d| dates::parse_iso(d).is_some())
        .unwrap_or_default()
        .to_owned()
}
