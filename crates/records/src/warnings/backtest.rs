//! What a rule would have raised on history, with given thresholds, before it is switched on.
//!
//! Records are taken as they are known today. Queries are asked at each month's end. Nobody deals with anything in a look back, so a warning
//! counts as closed when its signal is gone.

use super::machine::{Episode, Observation, Standing, Step, step};
use super::scribe::dedupe;
use super::{Facts, Signal, of_records, of_row};
use crate::door::Door;
use crate::port::{Filter, Op, Query};
use std::collections::{BTreeMap, HashMap, HashSet};
use zhijian_kinds::dates::{add_days, add_months};
use zhijian_kinds::warning::{Judged, Level, Part, Source, Thresholds, Warning};

/// One month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Month {
    /// `2020-05`.
    pub month: String,
    /// Warnings that would have been raised or gone up, by level: blue, yellow, orange, red.
    pub raised: [u64; 4],
}

/// One that was raised: day, level, subject, evidence (kind and id).
pub type Raised = (String, Level, String, Vec<(String, String)>);

/// The answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backtest {
    /// Months in order.
    pub months: Vec<Month>,
    /// The last ones raised: day, level, subject, evidence.
    pub last: Vec<Raised>,
}

impl Backtest {
    /// Numbers of all months by level: blue, yellow, orange, red.
    #[must_use]
    pub fn totals(&self) -> [u64; 4] {
        self.months.iter().fold([0; 4], |sum, m| std::array::from_fn(|i| sum[i] + m.raised[i]))
    }
}

/// Most months of a look back.
pub const MONTHS: usize = 60;
/// Last ones shown.
const LAST: usize = 50;
/// Most records that are gone through.
const RECORDS: usize = 200_000;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// Rule.
    pub rule: &'a Warning,
    /// Thresholds.
    pub thresholds: &'a Thresholds,
    /// First month, `2018-01`.
    pub from: &'a str,
    /// Last month.
    pub to: &'a str,
    /// Region prefix, or empty for all.
    pub region: &'a str,
}

/// Looks back.
///
/// # Errors
/// In words: the months make no sense, the rule cannot be looked back on, the facts or the store failed.
pub async fn run(door: &Door, facts: &dyn Facts, asked: &Asked<'_>) -> Result<Backtest, String> {
    let months = months(asked.from, asked.to)?;
    let mut past = Past { asked, known: HashMap::new(), answer: Backtest::default() };
    past.answer.months = months.iter().map(|m| Month { month: m.clone(), ..Month::default() }).collect();
    if !asked.rule.ready() {
        return Err(format!("{} 缺数据：{}", asked.rule.warning, asked.rule.lacks.join("、")));
    }
    match &asked.rule.source {
        Source::Duty(_) => return Err("该规则看的是现有的应办事项，事项不留历史状态，不能回测".into()),
        Source::Record(_) => past.records(door).await?,
        Source::Query(_) | Source::Statistic(_) | Source::Forecast(_) => {
            for month in &months {
                let day = last_day(month).ok_or("月份无法识别")?;
                let rows = facts.rows(asked.rule, &day).await?;
                let mut standing = HashSet::new();
                for row in rows.iter().filter(|row| super::text(row, "region").starts_with(asked.region)) {
                    if let Judged::Level(level) = asked.rule.judge(row, asked.thresholds, &day) {
                        let signal = of_row(asked.rule, row, &day, Some(level));
                        standing.insert(dedupe(asked.rule, &signal));
                        past.see(&signal, &day);
                    }
                }
                past.clear(&standing, &day);
            }
        }
    }
    let excess = past.answer.last.len().saturating_sub(LAST);
    past.answer.last.drain(..excess);
    past.answer.last.reverse();
    Ok(past.answer)
}

struct Past<'a> {
    asked: &'a Asked<'a>,
    known: HashMap<String, Episode>,
    answer: Backtest,
}

impl Past<'_> {
    fn see(&mut self, signal: &Signal, day: &str) {
        let key = dedupe(self.asked.rule, signal);
        let seen =
            Observation { source: signal.source.clone(), on: signal.on.clone(), level: signal.level, value: signal.value, late: false };
        match step(self.known.get(&key), &seen, day, self.asked.rule.quiet_days) {
            Step::Nothing => {}
            Step::Open(episode) => {
                self.count(signal, episode.level, day);
                self.known.insert(key, episode);
            }
            Step::Update(mut episode) => {
                if episode.changes.last().is_some_and(|c| c.what == "raised") {
                    self.count(signal, episode.level, day);
                }
                if episode.standing == Standing::Cleared && episode.closed_on.is_none() {
                    episode.closed_on = Some(day.to_owned());
                }
                self.known.insert(key, episode);
            }
        }
    }

    fn clear(&mut self, standing: &HashSet<String>, day: &str) {
        for (_, episode) in self.known.iter_mut().filter(|(key, e)| e.closed_on.is_none() && !standing.contains(*key)) {
            episode.closed_on = Some(day.to_owned());
        }
    }

    fn count(&mut self, signal: &Signal, level: Level, day: &str) {
        let month = day.get(..7).unwrap_or_default();
        if let Some(place) = self.answer.months.iter_mut().find(|m| m.month == month) {
            place.raised[usize::from(u8::from(level)) - 1] += 1;
            self.answer.last.push((day.to_owned(), level, signal.subject.clone(), signal.evidence.clone()));
        }
    }

    async fn records(&mut self, door: &Door) -> Result<(), String> {
        let mut by_day: BTreeMap<(String, String), Signal> = BTreeMap::new();
        for part in self.asked.rule.parts() {
            self.gather(door, &part, &mut by_day).await?;
        }
        for ((day, _), signal) in by_day {
            self.see(&signal, &day);
        }
        Ok(())
    }

    async fn gather(&self, door: &Door, part: &Part<'_>, by_day: &mut BTreeMap<(String, String), Signal>) -> Result<(), String> {
        let to = last_day(self.asked.to).ok_or("月份无法识别")?;
        let filters = vec![
            Filter::system("event_date", Op::Gte, &format!("{}-01", self.asked.from)),
            Filter::system("event_date", Op::Lte, &to),
            Filter::system("region", Op::Prefix, self.asked.region),
        ];
        let mut query = Query { limit: 500, ..Query::everything(&part.source.kind, filters) };
        loop {
            let page = door.store.query(&query).await.map_err(|e| e.to_string())?;
            for stored in page.rows {
                if let Some(signal) = of_records::signal(door, part, &stored, self.asked.thresholds, &to) {
                    by_day.insert((signal.on.clone(), signal.source.clone()), signal);
                }
            }
            query.cursor = page.next;
            if by_day.len() > RECORDS {
                return Err(format!("这段时间的记录超过 {RECORDS} 条，请缩短时间"));
            }
            if query.cursor.is_none() {
                return Ok(());
            }
        }
    }
}

fn months(from: &str, to: &str) -> Result<Vec<String>, String> {
    let bad = || format!("月份应写作 2018-01，从“{from}”到“{to}”无法识别");
    let mut day = zhijian_kinds::dates::parse_iso(&format!("{from}-01")).map(zhijian_kinds::dates::iso).ok_or_else(bad)?;
    zhijian_kinds::dates::parse_iso(&format!("{to}-01")).ok_or_else(bad)?;
    let mut all = Vec::new();
    while day.get(..7).is_some_and(|month| month <= to) {
        all.push(day[..7].to_owned());
        if all.len() > MONTHS {
            return Err(format!("一次最多回测 {MONTHS} 个月"));
        }
        day = add_months(&day, 1).ok_or_else(bad)?;
    }
    if all.is_empty() { Err(bad()) } else { Ok(all) }
}

fn last_day(month: &str) -> Option<String> {
    add_days(&add_months(&format!("{month}-01"), 1)?, -1)
}
