//! Workers of orders with their results: an exam card of the same identity number and type in the order's time. Found when looked at, so
//! that nothing has to be kept in step.

use super::{GRACE_DAYS, ORDER, WORKER, text};
use crate::access::{self, Wish};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Op, Stored};
use crate::read::{ListRequest, View};
use std::collections::HashMap;
use zhijian_kinds::dates;

/// Most workers that are looked at together.
const MOST: usize = 5000;

/// Has the examination been made?
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Met {
    /// Not yet.
    Not,
    /// By this card.
    By {
        /// Id of the exam card.
        card: String,
        /// Day of the examination.
        on: String,
        /// Another clinic than the one that was asked.
        elsewhere: bool,
    },
    /// The caller may not tell.
    Unknown,
}

/// A worker of an order.
#[derive(Debug, Clone)]
pub struct Line {
    /// As the caller sees it.
    pub view: View,
    /// The order's state.
    pub state: String,
    /// Id of the order.
    pub order: String,
    /// The order is neither finished nor cancelled.
    pub open: bool,
    /// Day after which the order's examinations are late.
    pub period_to: String,
    /// The result.
    pub met: Met,
    /// It has its place in the slot it names.
    pub booked: bool,
    pub(super) token: String,
}

/// Workers of orders.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    /// Workers.
    pub rows: Vec<Line>,
    /// There are more than are looked at.
    pub more: bool,
}

impl Door {
    /// The workers of one order.
    ///
    /// # Errors
    /// Not found, not the caller's.
    pub async fn lines_of_order(&self, caller: &Caller, order: &str) -> Result<Lines, DoorError> {
        let (_, stored, _) = self.seen_by(caller, ORDER, order).await?;
        self.lines_of(caller, &stored.owner, Some(text(&stored.document(), "order_no"))).await
    }

    /// The workers of all orders of an employer that are not cancelled, or of one order.
    ///
    /// # Errors
    /// Not allowed; the store failed.
    pub async fn lines_of(&self, caller: &Caller, employer: &str, order_no: Option<&str>) -> Result<Lines, DoorError> {
        let kind = self.kind(WORKER)?;
        let arms = access::arms(caller, &kind, Wish::Read);
        let mut filters = vec![("owner".to_owned(), Op::Eq, employer.to_owned())];
        filters.extend(order_no.map(|no| ("order_no".to_owned(), Op::Eq, no.to_owned())));
        let request = ListRequest { filters: filters.clone(), sort: Some("id".into()), ..ListRequest::default() };
        let (stored, more) = self.all(self.narrowed(&kind, &arms, &request, Some("id_no"))?, MOST).await?;
        let orders = self.orders(caller, filters).await?;
        let from = stored.iter().map(|s| s.event_date.clone()).min().unwrap_or_default();
        let cards = if stored.is_empty() { Some(Vec::new()) } else { self.cards(caller, employer, &from).await? };
        let by_token = cards.as_ref().map(|cards| by_token(cards));
        let places = self.places(&stored).await?;
        let mut rows = Vec::with_capacity(stored.len());
        for line in &stored {
            let Some(sight) = access::sight_of(&arms, line) else { continue };
            let document = line.document();
            let Some(order) = orders.get(text(&document, "order_no")).filter(|o| order_no.is_some() || o.state != "cancelled") else {
                continue;
            };
            let about = order.document();
            rows.push(Line {
                view: self.view(&kind, line, &sight, false)?,
                state: order.state.clone(),
                order: order.id.clone(),
                open: !matches!(order.state.as_str(), "done" | "cancelled"),
                period_to: text(&about, "period_to").to_owned(),
                met: by_token.as_ref().map_or(Met::Unknown, |all| met(line, text(&about, "period_to"), all)),
                booked: places.get(text(&document, "slot_id")).is_some_and(|held| held.contains(&line.id)),
                token: text(&document, "id_no").to_owned(),
            });
        }
        Ok(Lines { rows, more })
    }

    /// Orders by number.
    async fn orders(&self, caller: &Caller, filters: Vec<(String, Op, String)>) -> Result<HashMap<String, Stored>, DoorError> {
        let kind = self.kind(ORDER)?;
        let request = ListRequest { filters, sort: Some("id".into()), ..ListRequest::default() };
        let (orders, _) = self.all(self.query(caller, &kind, &request)?, MOST).await?;
        Ok(orders.into_iter().map(|order| (text(&order.document(), "order_no").to_owned(), order)).collect())
    }

    /// Who has a place in the slots that lines name.
    async fn places(&self, lines: &[Stored]) -> Result<HashMap<String, Vec<String>>, DoorError> {
        let mut named: Vec<String> =
            lines.iter().map(|line| text(&line.document(), "slot_id").to_owned()).filter(|id| !id.is_empty()).collect();
        named.sort();
        named.dedup();
        let mut places = HashMap::new();
        for id in named {
            if let Ok(slot) = self.newest(super::SLOT, &id).await {
                places.insert(id, super::booking::held(&slot).into_iter().map(|(_, worker)| worker).collect());
            }
        }
        Ok(places)
    }
}

fn by_token(cards: &[Stored]) -> HashMap<String, Vec<(String, String, String, String)>> {
    let mut all: HashMap<String, Vec<(String, String, String, String)>> = HashMap::new();
    for card in cards {
        let document = card.document();
        let found = (
            text(&document, "exam_type").to_owned(),
            card.event_date.clone(),
            card.id.clone(),
            text(&document, "institution_id").to_owned(),
        );
        all.entry(text(&document, "id_no").to_owned()).or_default().push(found);
    }
    all
}

/// The first card of the same person and type from the day of the order to the end of its period and a little after it.
fn met(line: &Stored, period_to: &str, cards: &HashMap<String, Vec<(String, String, String, String)>>) -> Met {
    let document = line.document();
    let last = dates::add_days(period_to, GRACE_DAYS).unwrap_or_default();
    let wanted = text(&document, "exam_type");
    let mut fitting: Vec<&(String, String, String, String)> = cards
        .get(text(&document, "id_no"))
        .into_iter()
        .flatten()
        .filter(|(exam_type, on, ..)| exam_type == wanted && *on >= line.event_date && (last.is_empty() || *on <= last))
        .collect();
    fitting.sort_by(|a, b| (&a.1, &a.2).cmp(&(&b.1, &b.2)));
    fitting.first().map_or(Met::Not, |(_, on, card, institution)| {
        let asked = text(&document, "institution_id");
        Met::By { card: card.clone(), on: on.clone(), elsewhere: !asked.is_empty() && !institution.is_empty() && asked != institution }
    })
}
