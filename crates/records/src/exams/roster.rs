//! Who is due (应检名单): each worker of an employer's roster with the examination due next.

use super::{Line, Met, text};
use crate::access::{self, Wish};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Op, Stored};
use crate::read::{ListRequest, View};
use serde_json::{Map, Value};
use std::collections::HashMap;
use zhijian_kinds::dates;
use zhijian_kinds::exams::{self, DueExam, Worker};
use zhijian_kinds::intake::get_path;

/// Most workers of one employer.
const MOST: usize = 5000;
/// Longest cycle of the standards is five years; a year more.
const YEARS: i64 = 6;

/// A worker with what is due.
#[derive(Debug, Clone)]
pub struct DueRow {
    /// The roster's record, as the caller sees it.
    pub view: View,
    /// The examination due next, none when the standards ask for none.
    pub due: Option<DueExam>,
    /// Newest examinations that count: by code of list EXAM.
    pub examined: HashMap<String, String>,
    /// The order it is in, open and without a result.
    pub ordered: Option<Line>,
}

/// A roster.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    /// Workers.
    pub rows: Vec<DueRow>,
    /// There are more than are looked at.
    pub more: bool,
    /// Exam cards were compared; otherwise the roster's own dates stand alone.
    pub compared: bool,
}

/// Newest examination by token and type.
type Examined = HashMap<String, HashMap<String, String>>;

impl Door {
    /// The roster of an employer with what is due. Dates of exam cards the platform has count beside those of the roster.
    ///
    /// # Errors
    /// The caller may not read rosters with their dates; the store failed.
    pub async fn exams_due(&self, caller: &Caller, employer: &str) -> Result<Roster, DoorError> {
        let kind = self.kind("exposed_worker")?;
        if !access::shown(caller, &kind, "last_exam_on") {
            return Err(DoorError::NotAllowed { kind: format!("{}·检查日期", kind.title) });
        }
        let arms = access::arms(caller, &kind, Wish::Read);
        let request =
            ListRequest { filters: vec![("owner".into(), Op::Eq, employer.to_owned())], sort: Some("id".into()), ..ListRequest::default() };
        let (stored, more) = self.all(self.narrowed(&kind, &arms, &request, Some("last_exam_on"))?, MOST).await?;
        let examined = self.examined(caller, employer).await?;
        let lines = self.lines_of(caller, employer, None).await.map(|lines| lines.rows).unwrap_or_default();
        let open: HashMap<&str, &Line> =
            lines.iter().rev().filter(|line| line.open && matches!(line.met, Met::Not)).map(|line| (line.token.as_str(), line)).collect();
        let mut rows = Vec::with_capacity(stored.len());
        for stored in &stored {
            let Some(sight) = access::sight_of(&arms, stored) else { continue };
            let document = stored.document();
            let token = text(&document, "id_no");
            let known = examined.as_ref().and_then(|all| all.get(token));
            let worker = worker(&document, known);
            let due = exams::due(&self.catalogue.exams, &worker);
            let newest = [(exams::BEFORE, worker.before_on), (exams::DURING, worker.during_on), (exams::LEAVING, worker.leaving_on)];
            rows.push(DueRow {
                view: self.view(&kind, stored, &sight, false)?,
                due,
                examined: newest.into_iter().filter(|(_, on)| !on.is_empty()).map(|(code, on)| (code.to_owned(), on)).collect(),
                ordered: open.get(token).map(|line| (*line).clone()),
            });
        }
        Ok(Roster { rows, more, compared: examined.is_some() })
    }

    /// Newest exam cards of an employer's workers; `None` where the caller may not tell persons apart in them.
    async fn examined(&self, caller: &Caller, employer: &str) -> Result<Option<Examined>, DoorError> {
        let mut found = Examined::new();
        let from = dates::add_months(&self.today(), -12 * YEARS).unwrap_or_default();
        let Some(cards) = self.cards(caller, employer, &from).await? else { return Ok(None) };
        for card in &cards {
            let document = card.document();
            let newest = found.entry(text(&document, "id_no").to_owned()).or_default();
            let known = newest.entry(text(&document, "exam_type").to_owned()).or_default();
            if known.as_str() < card.event_date.as_str() {
                known.clone_from(&card.event_date);
            }
        }
        Ok(Some(found))
    }

    /// Exam cards of an employer since a day that were not sent back, with tokens for names.
    pub(super) async fn cards(&self, caller: &Caller, employer: &str, from: &str) -> Result<Option<Vec<Stored>>, DoorError> {
        const CARDS: usize = 20_000;
        let kind = self.kind("exam")?;
        if !access::may(caller, &kind, Wish::Read) {
            return Ok(None);
        }
        let arms = access::arms(caller, &kind, Wish::Read);
        let filters = vec![("owner".into(), Op::Eq, employer.to_owned()), ("event_date".into(), Op::Gte, from.to_owned())];
        let request = ListRequest { filters, sort: Some("id".into()), ..ListRequest::default() };
        let query = match self.narrowed(&kind, &arms, &request, Some("id_no")) {
            Ok(query) => query,
            Err(DoorError::BadRequest(_) | DoorError::NotAllowed { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let (rows, _) = self.all(query, CARDS).await?;
        Ok(Some(rows.into_iter().filter(|card| card.state != "returned" && access::sight_of(&arms, card).is_some()).collect()))
    }
}

fn worker(document: &Map<String, Value>, cards: Option<&HashMap<String, String>>) -> Worker {
    let number = |path: &str| get_path(document, path).and_then(|v| v.as_f64().or_else(|| v.as_str().and_then(|t| t.parse().ok())));
    let newest = |path: &str, exam_type: &str| {
        let card = cards.and_then(|all| all.get(exam_type)).map_or("", String::as_str);
        text(document, path).max(card).to_owned()
    };
    Worker {
        hazards: get_path(document, "hazards")
            .and_then(Value::as_array)
            .map(|all| all.iter().filter_map(Value::as_str).map(str::to_owned).collect())
            .unwrap_or_default(),
        dust_grade: number("dust_grade"),
        job_grade: number("other_grade"),
        noise_db: number("noise_db"),
        started_on: text(document, "exposure_started_on").to_owned(),
        left_on: text(document, "left_on").to_owned(),
        before_on: newest("prejob_exam_on", exams::BEFORE),
        during_on: newest("last_exam_on", exams::DURING),
        leaving_on: newest("leaving_exam_on", exams::LEAVING),
    }
}
