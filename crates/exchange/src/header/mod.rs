//! Which kind a sheet is, and which column is which field.
//!
//! The header may stand below titles and remarks and may have up to three lines (group over item). Every kind is tried on every
//! line; the one that explains the columns best wins.

mod lines;
mod matcher;
mod units;
pub(crate) mod wording;

use crate::read::{Area, RawRow};
use matcher::{Candidate, Fit, Fits, Matcher};
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;
use wording::Wording;
use zhijian_kinds::intake::{Cell, Place};
use zhijian_kinds::{Catalogue, Kind};

/// Rows with content that are searched for a header.
pub const SEARCHED_ROWS: usize = 30;
/// Most lines of a header.
const DEEPEST: usize = 3;
/// What an unknown column takes off a kind's score.
const UNKNOWN_COLUMN: f64 = 0.4;

/// Columns that offices add for themselves; they are left out without a complaint.
const IGNORED: [&str; 10] = ["序号", "序", "行号", "no", "内部编号", "备注", "附注", "说明", "示例", crate::write::MARK_COLUMN];

/// A recognised sheet.
#[derive(Debug, Clone)]
pub struct Recognised {
    /// The kind.
    pub kind: Arc<Kind>,
    /// Rows of the header, as Excel numbers them (end excluded). Data begin at the end.
    pub header_rows: Range<u32>,
    /// The columns that have a header or a place.
    pub columns: Vec<Column>,
    /// Headers that are known not to matter (序号, 内部编号 …).
    pub ignored: Vec<String>,
    /// Headers that nobody knows; their content is not read.
    pub unknown: Vec<String>,
    /// Titles of fields that must be there and have no column.
    pub missing: Vec<String>,
    /// What the sender should know about the columns (units converted).
    pub notes: Vec<String>,
}

/// One column of a recognised sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// 0-based column.
    pub index: usize,
    /// Header as it stands there (the item, without its group).
    pub header: String,
    /// Where its cells go; `None` for ignored and unknown columns.
    pub place: Option<Place>,
    /// The kind's own header for that place; empty without one.
    pub title: String,
    /// The header names another unit than the one that is kept: numbers are multiplied by this.
    pub factor: Option<f64>,
}

/// A sheet that is no known kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unrecognised {
    /// Headers of the line that looked most like a header; empty when none did.
    pub headers: Vec<String>,
    /// Title of the kind that came closest.
    pub closest: Option<String>,
    /// Columns of it that are missing.
    pub missing: Vec<String>,
}

/// What is known about a sheet besides its rows.
#[derive(Debug, Clone, Default)]
pub struct Hints<'a> {
    /// File name.
    pub file: &'a str,
    /// Sheet name.
    pub sheet: &'a str,
    /// The sender said which kind it is.
    pub kind: Option<&'a str>,
    /// Headers that the operator has mapped by hand; they win over everything.
    pub mapping: &'a [(String, Place)],
}

/// Recognises sheets. Built once for a catalogue.
#[derive(Debug)]
pub struct Recogniser {
    matchers: Vec<Matcher>,
    known: HashSet<String>,
    ignored: HashSet<String>,
}

impl Recogniser {
    /// For all kinds of a catalogue.
    #[must_use]
    pub fn new(catalogue: &Catalogue) -> Self {
        let kinds: Vec<&Arc<Kind>> = catalogue.kinds.values().collect();
        Self::for_kinds(&kinds, catalogue)
    }

    /// For some kinds.
    #[must_use]
    pub fn for_kinds(kinds: &[&Arc<Kind>], catalogue: &Catalogue) -> Self {
        let matchers: Vec<Matcher> = kinds.iter().enumerate().map(|(order, kind)| Matcher::new(kind, order, catalogue)).collect();
        let known = matchers.iter().flat_map(Matcher::words).cloned().collect();
        let ignored = IGNORED.iter().map(|word| Wording::of(word).full).collect();
        Self { matchers, known, ignored }
    }

    /// Finds the kind of a sheet by its first rows.
    ///
    /// # Errors
    /// [`Unrecognised`] with the headers found and the kind that came closest.
    pub fn recognise(&self, first_rows: &[RawRow], merged: &[Area], hints: &Hints<'_>) -> Result<Recognised, Unrecognised> {
        let rows = &first_rows[..first_rows.len().min(SEARCHED_ROWS)];
        let top: Vec<Area> = merged.iter().filter(|a| rows.last().is_some_and(|r| a.top < r.number)).copied().collect();
        let mut best: Option<Attempt<'_>> = None;
        let mut closest: Option<Attempt<'_>> = None;
        for (start, lines) in candidates(rows) {
            let stacks = lines::stacks(&rows[lines.clone()], &top);
            if !self.looks_like_header(&stacks, hints) {
                continue;
            }
            let columns: Vec<Vec<Candidate>> = stacks.iter().map(|s| readings(s)).collect();
            for matcher in self.matchers.iter().filter(|m| hints.kind.is_none_or(|k| k == m.kind.kind)) {
                let attempt = self.attempt(matcher, &columns, &stacks, start, lines.len(), hints);
                let fits = attempt.missing.is_empty() && attempt.matched >= 2 && attempt.explains_the_sheet(hints);
                let slot = if fits { &mut best } else { &mut closest };
                if slot.as_ref().is_none_or(|other| attempt.better_than(other)) {
                    *slot = Some(attempt);
                }
            }
        }
        match best {
            Some(attempt) => Ok(self.finish(attempt, first_rows)),
            None => Err(closest.filter(|a| a.matched > 0).map_or_else(Unrecognised::default, |a| Unrecognised {
                headers: a.stacks.iter().filter_map(|s| s.first().cloned()).collect(),
                closest: (a.score > 0.0).then(|| a.matcher.kind.title.clone()),
                missing: a.missing,
            })),
        }
    }

    /// At least two cells and a third of them are known words.
    fn looks_like_header(&self, stacks: &[Vec<String>], hints: &Hints<'_>) -> bool {
        let filled: Vec<&String> = stacks.iter().filter_map(|s| s.first()).collect();
        let known = |text: &String| {
            let wording = Wording::of(text);
            [&wording.full, &wording.joined, &wording.bare].into_iter().any(|w| self.known.contains(w) || self.ignored.contains(w))
                || hints.mapping.iter().any(|(header, _)| header == text)
        };
        let count = filled.iter().filter(|t| known(t)).count();
        count >= 2 && (count * 3 >= filled.len() || hints.kind.is_some() || count >= 6)
    }

    fn attempt<'m>(
        &'m self,
        matcher: &'m Matcher,
        columns: &[Vec<Candidate>],
        stacks: &[Vec<String>],
        start: usize,
        depth: usize,
        hints: &Hints<'_>,
    ) -> Attempt<'m> {
        let mut taken = HashSet::new();
        let mut places: HashMap<usize, Place> = HashMap::new();
        let mut score = 0.0;
        for (index, stack) in stacks.iter().enumerate() {
            let mapped = stack.first().and_then(|text| hints.mapping.iter().find(|(header, _)| header == text));
            if let Some((_, place)) = mapped
                && taken.insert(place.clone())
            {
                places.insert(index, place.clone());
                score += Fit::Exact.weight();
            }
        }
        let by_item = items_that_count(matcher, columns);
        for (index, place) in by_item {
            if !places.contains_key(&index) && taken.insert(place.clone()) {
                places.insert(index, place);
                score += Fit::Exact.weight();
            }
        }
        for fit in Fits::all() {
            for (index, readings) in columns.iter().enumerate() {
                if places.contains_key(&index) {
                    continue;
                }
                if let Some(place) = readings.iter().find_map(|c| matcher.find_by(c, fit, &taken)) {
                    score += fit.weight();
                    taken.insert(place.clone());
                    places.insert(index, place);
                }
            }
        }
        let unknown =
            columns.iter().enumerate().filter(|(index, c)| !c.is_empty() && !places.contains_key(index) && !self.is_ignored(c)).count();
        score -= UNKNOWN_COLUMN * unknown as f64;
        score += name_bonus(&matcher.kind, hints);
        let missing = matcher.needed.iter().filter(|(place, _)| !taken.contains(place)).map(|(_, word)| word.clone()).collect();
        Attempt { matcher, score, matched: places.len(), unknown, places, missing, stacks: stacks.to_vec(), start, depth }
    }

    fn is_ignored(&self, readings: &[Candidate]) -> bool {
        readings.last().is_some_and(|c| [&c.wording.full, &c.wording.joined, &c.wording.bare].into_iter().any(|w| self.ignored.contains(w)))
    }

    fn finish(&self, attempt: Attempt<'_>, rows: &[RawRow]) -> Recognised {
        let mut recognised = Recognised {
            kind: Arc::clone(&attempt.matcher.kind),
            header_rows: rows[attempt.start].number..rows[attempt.start + attempt.depth - 1].number + 1,
            columns: Vec::new(),
            ignored: Vec::new(),
            unknown: Vec::new(),
            missing: Vec::new(),
            notes: Vec::new(),
        };
        for (index, stack) in attempt.stacks.iter().enumerate() {
            let Some(header) = stack.first().cloned() else { continue };
            let place = attempt.places.get(&index).cloned();
            if place.is_none() {
                let list = if self.is_ignored(&readings(stack)) { &mut recognised.ignored } else { &mut recognised.unknown };
                list.push(header.clone());
            }
            let title = place.as_ref().map(|p| attempt.matcher.title(p)).unwrap_or_default();
            let kept = place.as_ref().and_then(|p| attempt.matcher.unit(p));
            let factor = kept.and_then(|kept| units::factor(&Wording::of(&header).last, kept));
            if let (Some(kept), Some(_)) = (kept, factor) {
                recognised.notes.push(format!("“{header}”的数值已由表头所写单位换算为 {kept}"));
            }
            recognised.columns.push(Column { index, header, place, title, factor });
        }
        let data = &rows[attempt.start + attempt.depth..];
        recognised.unknown.extend(without_header(&attempt.stacks, data));
        let placed: HashSet<&Place> = attempt.places.values().collect();
        let absent = |field: &&zhijian_kinds::Field| {
            field.required && !field.read_only && field.default.is_none() && !placed.contains(&Place::Field(field.path.clone()))
        };
        recognised.missing = attempt.matcher.kind.fields.iter().filter(absent).map(|f| f.title.clone()).collect();
        recognised
    }
}

impl Recognised {
    /// The column of a place.
    #[must_use]
    pub fn column_of(&self, place: &Place) -> Option<&Column> {
        self.columns.iter().find(|c| c.place.as_ref() == Some(place))
    }

    /// The column that a problem is about. Problems of an item name the whole group and begin with the item's title.
    #[must_use]
    pub fn column_for(&self, problem: &zhijian_kinds::Problem) -> Option<&Column> {
        let named = self.column_of(&Place::Field(problem.field.clone()));
        let item = || {
            let title = Wording::of(problem.message.split('：').next()?);
            let of_group = |c: &&Column| matches!(&c.place, Some(Place::Pivot { group, .. }) if *group == problem.field);
            self.columns.iter().filter(of_group).find(|c| Wording::of(&c.title).loosely_same(&title))
        };
        match self.kind.field(&problem.field).is_some_and(|f| f.pivot.is_some()) {
            true => item().or(named),
            false => named,
        }
    }

    /// The row is the header again, as in files pasted together page by page.
    #[must_use]
    pub fn is_header_again(&self, row: &RawRow) -> bool {
        let mut same = 0;
        let mut different = 0;
        for column in self.columns.iter().filter(|c| c.place.is_some()) {
            match row.cells.get(column.index) {
                Some(Cell::Text(text)) if Wording::of(text) == Wording::of(&column.header) => same += 1,
                Some(Cell::Empty) | None => (),
                // The first difference decides for almost every row.
                Some(_) if same == 0 => return false,
                Some(_) => different += 1,
            }
        }
        same >= 2 && same > different * 3
    }
}

/// One kind tried on one header.
struct Attempt<'m> {
    matcher: &'m Matcher,
    score: f64,
    matched: usize,
    unknown: usize,
    places: HashMap<usize, Place>,
    missing: Vec<String>,
    stacks: Vec<Vec<String>>,
    start: usize,
    depth: usize,
}

impl Attempt<'_> {
    /// A sheet of another kind shares a few columns (name, number, employer); a sheet of this kind has mostly its own.
    fn explains_the_sheet(&self, hints: &Hints<'_>) -> bool {
        hints.kind.is_some() || self.matched > self.unknown || self.matched >= 12
    }

    /// Higher score; with equal scores fewer lines, then the higher line, then the order of kinds.
    fn better_than(&self, other: &Self) -> bool {
        let key = |a: &Self| (a.depth, a.start, a.matcher.order);
        match self.score.total_cmp(&other.score) {
            std::cmp::Ordering::Greater => true,
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Equal => key(self) < key(other),
        }
    }
}

/// Columns that hold data and have no header: nobody can say what they are, so they are named by their letters.
fn without_header(stacks: &[Vec<String>], data: &[RawRow]) -> Vec<String> {
    let wide: Vec<&RawRow> = data.iter().filter(|r| r.cells.iter().filter(|c| !c.is_blank()).count() > 2).collect();
    let width = wide.iter().map(|r| r.cells.len()).max().unwrap_or(0);
    (0..width)
        .filter(|column| stacks.get(*column).is_none_or(Vec::is_empty))
        .filter(|column| wide.iter().filter(|r| r.cells.get(*column).is_some_and(|c| !c.is_blank())).count() >= 2)
        .map(|column| format!("{}列（没有表头）", letters(column)))
        .collect()
}

/// `27` → `AB`.
fn letters(column: usize) -> String {
    let mut name = String::new();
    let mut rest = column + 1;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
        name.insert(0, char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    name
}

/// Possible headers: each run of one to three neighbouring rows.
fn candidates(rows: &[RawRow]) -> Vec<(usize, Range<usize>)> {
    let mut found = Vec::new();
    for start in 0..rows.len() {
        for depth in 1..=DEEPEST {
            let Some(last) = rows.get(start + depth - 1) else { break };
            if last.number - rows[start].number != depth as u32 - 1 {
                break;
            }
            found.push((start, start..start + depth));
        }
    }
    found
}

/// Columns whose item alone says something else than group and item run together: 检测 over 单位 is the unit of the result, not the
/// 检测单位. The item counts unless another column means the same.
fn items_that_count(matcher: &Matcher, columns: &[Vec<Candidate>]) -> Vec<(usize, Place)> {
    let nothing = HashSet::new();
    let exact = |c: &Candidate| matcher.find_by(c, Fit::Exact, &nothing);
    let meant: Vec<Vec<Option<Place>>> = columns.iter().map(|readings| readings.iter().map(exact).collect()).collect();
    let claimed = |but: usize, place: &Place| meant.iter().enumerate().any(|(i, m)| i != but && m.iter().flatten().any(|p| p == place));
    let item = |(index, places): (usize, &Vec<Option<Place>>)| match places.as_slice() {
        [Some(together), Some(alone)] if together != alone && !claimed(index, alone) => Some((index, alone.clone())),
        _ => None,
    };
    meant.iter().enumerate().filter_map(item).collect()
}

/// The ways of reading a column's header: group and item together, then the item alone.
fn readings(stack: &[String]) -> Vec<Candidate> {
    match stack {
        [] => Vec::new(),
        [item] => vec![Candidate::of(item)],
        [item, groups @ ..] => {
            let group: String = groups.iter().rev().map(String::as_str).collect();
            vec![Candidate::of(&format!("{group}{item}")), Candidate::of(item)]
        }
    }
}

/// Sheet and file names decide between kinds that fit equally.
fn name_bonus(kind: &Kind, hints: &Hints<'_>) -> f64 {
    let words = [kind.workbook.sheet.as_str(), kind.title.as_str(), kind.workbook.title.as_str()];
    let names = |text: &str| {
        let text = Wording::of(text).joined;
        words.iter().filter(|w| !w.is_empty()).any(|w| text.contains(&Wording::of(w).joined))
    };
    let mut bonus = 0.0;
    if names(hints.sheet) {
        bonus += 0.5;
    }
    if names(hints.file) {
        bonus += 0.3;
    }
    bonus
}
