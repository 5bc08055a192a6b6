//! The wordings under which the columns of one kind are known.

use super::units;
use super::wording::Wording;
use crate::columns::{Column, columns, list_of};
use regex::Regex;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use zhijian_kinds::intake::Place;
use zhijian_kinds::{Catalogue, Kind};

/// How closely a header matched; earlier is closer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// The header that exports write, the title, or a synonym, word for word.
    Exact,
    /// An item of the repeated group's code list, word for word.
    Item,
    /// Only the bracket signs differ.
    Joined,
    /// Brackets ignored.
    Loose,
    /// An item of the code list, brackets ignored.
    LooseItem,
    /// The pattern of a repeated group.
    Pattern,
}

impl Fit {
    /// What the match says about the kind.
    pub fn weight(self) -> f64 {
        match self {
            Self::Exact => 1.0,
            Self::Joined => 0.9,
            Self::Item | Self::Loose => 0.8,
            Self::LooseItem => 0.6,
            Self::Pattern => 0.4,
        }
    }
}

/// Words → places, in the order of preference.
#[derive(Debug, Default)]
struct Dictionary {
    full: HashMap<String, Vec<Place>>,
    joined: HashMap<String, Vec<Place>>,
    bare: HashMap<String, Vec<(Wording, Place)>>,
}

impl Dictionary {
    fn add(&mut self, text: &str, place: &Place) {
        let wording = Wording::of(text);
        if wording.is_empty() {
            return;
        }
        let full = self.full.entry(wording.full.clone()).or_default();
        if !full.contains(place) {
            full.push(place.clone());
        }
        let joined = self.joined.entry(wording.joined.clone()).or_default();
        if !joined.contains(place) {
            joined.push(place.clone());
        }
        self.bare.entry(wording.bare.clone()).or_default().push((wording, place.clone()));
    }
}

/// One kind, ready for matching.
#[derive(Debug)]
pub(super) struct Matcher {
    pub kind: Arc<Kind>,
    /// Place in which kinds come when nothing else decides.
    pub order: usize,
    /// The kind's own header of each place.
    headers: HashMap<Place, String>,
    /// The unit in which the numbers of a place are kept.
    units: HashMap<Place, String>,
    own: Dictionary,
    titles: Dictionary,
    synonyms: Dictionary,
    items: Dictionary,
    patterns: Vec<(Regex, String)>,
    /// Places without which a sheet is not this kind, with the wording of the definition.
    pub needed: Vec<(Place, String)>,
}

impl Matcher {
    /// Reads the words of a kind.
    pub fn new(kind: &Arc<Kind>, order: usize, catalogue: &Catalogue) -> Self {
        let mut matcher = Self {
            kind: Arc::clone(kind),
            order,
            headers: HashMap::new(),
            units: HashMap::new(),
            own: Dictionary::default(),
            titles: Dictionary::default(),
            synonyms: Dictionary::default(),
            items: Dictionary::default(),
            patterns: Vec::new(),
            needed: Vec::new(),
        };
        for column in columns(kind, catalogue, &Vec::new()) {
            matcher.own.add(&column.header, &column.place);
            if let Some(unit) = kept_unit(&column, catalogue) {
                matcher.units.insert(column.place.clone(), unit);
            }
            matcher.headers.insert(column.place, column.header);
        }
        for field in &kind.fields {
            let place = Place::Field(field.path.clone());
            matcher.titles.add(&field.title, &place);
            for word in &field.aka {
                matcher.synonyms.add(word, &place);
            }
            let Some(pivot) = &field.pivot else { continue };
            for code in list_of(pivot, catalogue).into_iter().flat_map(|list| &list.codes) {
                let place = Place::Pivot { group: field.path.clone(), key: code.code.clone() };
                for word in std::iter::once(&code.label).chain(&code.synonyms).chain([&code.code]) {
                    matcher.items.add(word, &place);
                }
            }
            if let Some(pattern) = pivot.pattern.as_deref().and_then(|p| Regex::new(p).ok()) {
                matcher.patterns.push((pattern, field.path.clone()));
            }
        }
        let nothing = HashSet::new();
        for word in &kind.workbook.match_ {
            if let Some((place, _)) = matcher.find(&[Candidate::of(word)], &nothing) {
                matcher.needed.push((place, word.clone()));
            }
        }
        matcher
    }

    /// The kind's own header of a place; for pattern columns their key.
    pub fn title(&self, place: &Place) -> String {
        match (self.headers.get(place), place) {
            (Some(header), _) => header.clone(),
            (None, Place::Field(path)) => path.clone(),
            (None, Place::Pivot { key, .. }) => key.clone(),
        }
    }

    /// The unit in which the numbers of a place are kept; `None` for other things and where a sibling column names the unit.
    pub fn unit(&self, place: &Place) -> Option<&str> {
        self.units.get(place).map(String::as_str)
    }

    /// Every word, in all its forms: to see quickly whether a line could be a header.
    pub fn words(&self) -> impl Iterator<Item = &String> {
        [&self.own, &self.titles, &self.synonyms, &self.items]
            .into_iter()
            .flat_map(|d| d.full.keys().chain(d.joined.keys()).chain(d.bare.keys()))
    }

    /// The place of a column with these wordings (the longer ones first), as long as no other column has taken it.
    pub fn find(&self, candidates: &[Candidate], taken: &HashSet<Place>) -> Option<(Place, Fit)> {
        Fits::all().into_iter().find_map(|fit| candidates.iter().find_map(|c| self.find_by(c, fit, taken)).map(|place| (place, fit)))
    }

    /// The place of a wording with exactly this closeness.
    pub fn find_by(&self, candidate: &Candidate, fit: Fit, taken: &HashSet<Place>) -> Option<Place> {
        let wording = &candidate.wording;
        let free = |places: &Vec<Place>| places.iter().find(|p| !taken.contains(*p)).cloned();
        let names = [&self.own, &self.titles, &self.synonyms];
        // Brackets may name another unit of the same family: the numbers are converted then.
        let same = |w: &Wording, p: &Place| {
            w.loosely_same(wording)
                || (w.bare == wording.bare && self.unit(p).is_some_and(|unit| units::factor(&wording.last, unit).is_some()))
        };
        let loose = |d: &Dictionary| {
            let known = d.bare.get(&wording.bare)?;
            known.iter().find(|(w, p)| same(w, p) && !taken.contains(p)).map(|(_, p)| p.clone())
        };
        match fit {
            Fit::Exact => names.iter().find_map(|d| d.full.get(&wording.full).and_then(free)),
            Fit::Item => self.items.full.get(&wording.full).and_then(free),
            Fit::Joined => names.iter().copied().chain([&self.items]).find_map(|d| d.joined.get(&wording.joined).and_then(free)),
            Fit::Loose => names.iter().find_map(|d| loose(d)),
            Fit::LooseItem => loose(&self.items),
            Fit::Pattern => self.patterns.iter().find(|(pattern, _)| pattern.is_match(&candidate.plain)).and_then(|(_, group)| {
                let place = Place::Pivot { group: group.clone(), key: candidate.plain.clone() };
                (!taken.contains(&place)).then_some(place)
            }),
        }
    }
}

fn kept_unit(column: &Column<'_>, catalogue: &Catalogue) -> Option<String> {
    match &column.place {
        Place::Field(_) if column.field.unit_from.is_some() || !column.field.ty.is_numeric() => None,
        Place::Field(_) => column.field.unit.clone(),
        Place::Pivot { key, .. } => {
            let list = list_of(column.field.pivot.as_ref()?, catalogue)?;
            list.column(key, "unit").map(str::to_owned)
        }
    }
    .filter(|unit| !unit.is_empty())
}

/// The degrees of closeness in order.
pub(super) struct Fits;

impl Fits {
    /// All of them, the closest first.
    pub fn all() -> [Fit; 6] {
        [Fit::Exact, Fit::Item, Fit::Joined, Fit::Loose, Fit::LooseItem, Fit::Pattern]
    }
}

/// One way of reading a column's header.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub wording: Wording,
    /// The text itself, half-width and without outer blanks: the key of pattern columns.
    pub plain: String,
}

impl Candidate {
    /// From a header text.
    pub fn of(text: &str) -> Self {
        Self { wording: Wording::of(text), plain: zhijian_kinds::text::nfkc(text) }
    }
}
