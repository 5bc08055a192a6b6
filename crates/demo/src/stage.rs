//! The region as the history goes on: everybody and everything that later years come back to.

use crate::days::{day, plus};
use crate::dice::{Dice, hash, unit};
use crate::limits::Limits;
use crate::names::{self, Person};
use crate::plan::{self, LATE};
use crate::trades::Post;
use crate::world::{Badge, Firm, Institution, Patient, World};
use std::collections::{BTreeMap, HashSet};
use time::Date;
use zhijian_kinds::Catalogue;

/// How much, and until when.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The same seed gives the same history.
    pub seed: u64,
    /// 1: some hundred new employers and six thousand examinations a year; what exists in the base year is carried on at any scale.
    pub scale: f64,
    /// Last year.
    pub until: i32,
    /// Last day; nothing is dated later. Papers about a year come in until the spring after.
    pub last: Date,
}

impl Options {
    /// Until a year's end, or until today.
    #[must_use]
    pub fn new(seed: u64, scale: f64, until: Option<i32>, today: Date) -> Self {
        let until = until.unwrap_or(today.year()).min(today.year());
        Self { seed, scale, until, last: day(until + 1, 3, 31).min(today) }
    }
}

/// A worker whose examinations are followed.
#[derive(Debug, Clone)]
pub(crate) struct Worker {
    pub person: Person,
    pub firm: usize,
    pub post: Post,
    pub hazards: Vec<&'static str>,
    /// Start of exposure.
    pub since: Date,
    pub left_on: Option<Date>,
    pub last_exam: Option<Date>,
    pub prejob_exam: Option<Date>,
    /// Ears that suffer more than others.
    pub tender: bool,
    pub suspected: bool,
}

/// A suspected disease that an examination found.
#[derive(Debug, Clone)]
pub(crate) struct Suspicion {
    pub person: Person,
    pub firm: usize,
    pub post: &'static str,
    pub hazard: &'static str,
    pub since: Date,
    pub found_on: Date,
    pub told_on: Date,
    pub card_no: String,
    pub clinic: String,
    /// It is part of a cluster: the diagnosis confirms it.
    pub sure: bool,
}

/// What a periodic test came to: the card of the agency says it again.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    pub number: String,
    pub agency: String,
    pub firm: usize,
    pub sampled_on: Date,
    pub issued_on: Date,
    /// Factor, points tested, points over.
    pub factors: BTreeMap<&'static str, (i64, i64)>,
}

/// The region.
pub(crate) struct Stage<'a> {
    pub catalogue: &'a Catalogue,
    pub limits: Limits<'a>,
    pub seed: u64,
    pub scale: f64,
    pub until: i32,
    pub last: Date,
    pub firms: Vec<Firm>,
    pub badges: Vec<Badge>,
    pub patients: Vec<Patient>,
    pub institutions: Vec<Institution>,
    pub stations: Vec<(String, Option<Date>)>,
    pub insured: Vec<(String, i64)>,
    pub workers: Vec<Worker>,
    pub suspicions: Vec<Suspicion>,
    pub reports: Vec<Report>,
    /// Examinations of a year by firm: date of the first, examined, normal, suspected, contraindicated, other.
    pub examined: BTreeMap<usize, [i64; 5]>,
    /// Diagnosis institutions that diagnosed something in a month (`2023-05`).
    pub diagnosed: HashSet<(String, String)>,
    /// Inspections of the year that opened a case: number, firm, day, what was found.
    pub offences: Vec<(String, usize, Date, &'static str)>,
    pub names: HashSet<String>,
    people: u64,
    codes: usize,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(catalogue: &'a Catalogue, mut world: World, options: Options) -> Self {
        world.settle();
        Self {
            catalogue,
            limits: Limits::new(catalogue),
            seed: options.seed,
            scale: options.scale.clamp(0.01, 50.0),
            until: options.until,
            last: options.last,
            names: world.firms.iter().map(|f| f.name.clone()).collect(),
            firms: world.firms,
            badges: world.badges,
            patients: world.patients,
            institutions: world.institutions,
            stations: world.stations,
            insured: world.insured,
            workers: Vec::new(),
            suspicions: Vec::new(),
            reports: Vec::new(),
            examined: BTreeMap::new(),
            diagnosed: HashSet::new(),
            offences: Vec::new(),
            people: 0,
            codes: 0,
        }
    }

    /// Chance for one thing.
    pub(crate) fn dice(&self, label: &str, key: &str) -> Dice {
        Dice::of(self.seed, label, key)
    }

    /// A number in 0..1 that belongs to a thing for good.
    pub(crate) fn unit(&self, label: &str, key: &str) -> f64 {
        unit(self.seed, label, key)
    }

    /// The next person.
    pub(crate) fn person(&mut self, men: f64) -> Person {
        self.people += 1;
        names::person(self.seed, self.people, men)
    }

    /// The next credit code of a county.
    pub(crate) fn credit_code(&mut self, kind: &str, county: &str) -> String {
        self.codes += 1;
        names::credit_code(kind, county, self.codes)
    }

    /// A count at this scale, at least one.
    pub(crate) fn scaled(&self, n: usize) -> usize {
        plan::rounded(self.scale, n).max(1)
    }

    /// A count that grows no further than the base year's records allow.
    pub(crate) fn scaled_down(&self, n: usize) -> usize {
        plan::rounded(self.scale.min(1.0), n).max(1)
    }

    /// A day, when the history has got that far.
    pub(crate) fn reached(&self, date: Date) -> Option<Date> {
        (date <= self.last).then_some(date)
    }

    /// Firms that are known to have hazards and in business on a day.
    pub(crate) fn hazardous(&self, on: Date) -> Vec<usize> {
        (0..self.firms.len()).filter(|i| self.firms[*i].open(on) && self.firms[*i].hazardous()).collect()
    }

    /// Firms in an order that is drawn anew each year.
    pub(crate) fn drawn(&self, label: &str, year: i32, mut firms: Vec<usize>) -> Vec<usize> {
        firms.sort_by_cached_key(|i| hash(self.seed, label, &format!("{year}/{}", self.firms[*i].uscc)));
        firms
    }

    /// Days by which papers of a county are later than those of others.
    pub(crate) fn delay(&self, county: &str, dice: &mut Dice) -> i64 {
        if county == LATE { dice.between(25, 60) } else { 0 }
    }

    /// An institution of a category that is in force, in the county if there is one, else anywhere; by a draw that belongs to `key`.
    pub(crate) fn institution(&self, category: &str, county: &str, on: Date, key: &str) -> Option<&Institution> {
        let all: Vec<&Institution> = self.institutions.iter().filter(|i| i.category == category && i.valid(on)).collect();
        let near: Vec<&Institution> = all.iter().filter(|i| i.county == county).copied().collect();
        let choice = if near.is_empty() { all } else { near };
        let at = hash(self.seed, category, key) % (choice.len().max(1) as u64);
        choice.get(usize::try_from(at).unwrap_or(0)).copied()
    }

    /// The agency that samples for a firm.
    pub(crate) fn agency(&self, firm: &Firm, on: Date) -> String {
        self.institution("service", "", on, &firm.uscc).map(|i| i.name.clone()).unwrap_or_default()
    }

    /// The agency whose reports cannot be relied on: the last by name.
    pub(crate) fn bad_agency(&self) -> String {
        self.institutions.iter().filter(|i| i.category == "service").map(|i| i.name.clone()).max().unwrap_or_default()
    }

    /// A township of a county; zones lend those of the county they lie in.
    pub(crate) fn town(&self, county: &str, dice: &mut Dice) -> Option<(String, String)> {
        let county = match county {
            "130371" | "130300" => "130302",
            "130372" => "130322",
            other => other,
        };
        let towns: Vec<&str> = self.catalogue.regions.towns(county).map(|t| t.code.as_str()).collect();
        (!towns.is_empty()).then(|| (county.to_owned(), dice.one(&towns).to_owned()))
    }

    /// Is this long enough ago that all its papers are done?
    pub(crate) fn done(&self, date: Date, days: i64) -> bool {
        plus(date, days) <= self.last
    }
}
