//! Orders: made of the roster, sent to a clinic, cancelled.

use super::{ORDER, WORKER, acting, drafted, entry, named, text};
use crate::access::Wish;
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::read::View;
use serde_json::{Map, Value, json};

/// What an order is made of.
#[derive(Debug, Clone, Default)]
pub struct Ordering {
    /// Employer.
    pub employer: String,
    /// Records of the roster.
    pub workers: Vec<String>,
    /// Type of examination for all; empty: each the one that is due.
    pub exam_type: String,
    /// Key of the form: the same form sent again makes no second order.
    pub key: String,
}

/// To whom and when.
#[derive(Debug, Clone, Default)]
pub struct Sending {
    /// Clinic.
    pub institution: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
}

/// Fields that a worker of an order takes from the roster.
const COPIES: [&str; 8] = ["person_name", "id_type", "id_no", "sex", "phone", "workshop", "post", "hazards"];

impl Door {
    /// Makes an order with the workers that are due and not in another open order; gives its id.
    ///
    /// # Errors
    /// Nobody can be ordered; not the caller's; the door refused a record.
    pub async fn order_exams(&self, caller: &Caller, ordering: &Ordering) -> Result<String, DoorError> {
        let roster = self.exams_due(caller, &ordering.employer).await?;
        let free = |row: &&super::DueRow| row.ordered.is_none() && (row.due.is_some() || !ordering.exam_type.is_empty());
        let chosen: Vec<&super::DueRow> = roster.rows.iter().filter(|row| ordering.workers.contains(&row.view.id)).filter(free).collect();
        let employer = self.newest("employer", &ordering.employer).await?.document();
        let today = self.today();
        let digits: String = ordering.key.chars().filter(char::is_ascii_alphanumeric).collect();
        let order_no = format!("WT{}-{}", today.replace('-', ""), digits.get(digits.len().saturating_sub(10)..).unwrap_or_default());
        let mut head = named(&employer, ["employer_name", "uscc"]);
        head.insert("order_no".into(), json!(order_no));
        head.insert("ordered_on".into(), json!(today));
        let id = match self.submit(caller, ORDER, &drafted(&*self.kind(ORDER)?, &head), entry("")).await {
            Ok(saved) => saved.id,
            Err(DoorError::Exists { id }) => id,
            Err(error) => return Err(error),
        };
        if chosen.is_empty() && self.lines_of_order(caller, &id).await?.rows.is_empty() {
            return Err(DoorError::BadRequest("所选劳动者都没有应检项目，或已在其他未完成的委托中".into()));
        }
        for row in chosen {
            self.add_line(caller, row, &head, &ordering.exam_type).await?;
        }
        let lines = self.lines_of_order(caller, &id).await?.rows;
        let earliest =
            lines.iter().map(|line| text(&line.view.data, "due_on")).filter(|day| *day > today.as_str()).min().unwrap_or_default();
        let mut fields = Map::from_iter([("headcount".to_owned(), json!(lines.len()))]);
        if !earliest.is_empty() {
            fields.insert("period_from".into(), json!(today));
            fields.insert("period_to".into(), json!(earliest));
        }
        self.set_fields(caller, ORDER, &id, &Value::Object(fields), "").await?;
        Ok(id)
    }

    async fn add_line(&self, caller: &Caller, row: &super::DueRow, head: &Map<String, Value>, exam_type: &str) -> Result<(), DoorError> {
        let stored = self.newest("exposed_worker", &row.view.id).await?;
        let clear = self.clear(&stored)?;
        let mut line = head.clone();
        for field in COPIES {
            if let Some(value) = clear.get(field).filter(|v| !v.is_null()) {
                line.insert(field.into(), value.clone());
            }
        }
        let due = row.due.as_ref();
        let exam_type = if exam_type.is_empty() { due.map_or("", |due| due.exam_type) } else { exam_type };
        line.insert("exam_type".into(), json!(exam_type));
        match due.filter(|due| due.exam_type == exam_type) {
            Some(due) => {
                line.insert("items".into(), json!(due.items));
                line.insert("due_on".into(), json!(due.due_on));
                line.insert("basis".into(), json!(due.hazards.first().map_or("", |h| h.basis.as_str())));
            }
            None => {
                let hazards: Vec<String> = line.get("hazards").and_then(|v| serde_json::from_value(v.clone()).ok()).unwrap_or_default();
                line.insert("items".into(), json!(self.catalogue.exams.required(&hazards, exam_type, &self.today())));
            }
        }
        line.retain(|_, value| value.as_array().is_none_or(|items| !items.is_empty()));
        match self.submit(caller, WORKER, &drafted(&*self.kind(WORKER)?, &line), entry("")).await {
            Ok(_) | Err(DoorError::Exists { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// An order that the caller may move on.
    pub(super) async fn order_to_move(&self, caller: &Caller, id: &str) -> Result<View, DoorError> {
        let view = self.open(caller, ORDER, id, None).await?;
        if view.may.contains(&Wish::Advance) { Ok(view) } else { Err(DoorError::NotAllowed { kind: "体检委托·办理".into() }) }
    }

    /// Hands the list to a clinic and sends the order. Sent again after a break, it goes on where it stopped.
    ///
    /// # Errors
    /// Not the caller's step now; no such clinic; nobody in the list.
    pub async fn send_order(&self, caller: &Caller, id: &str, sending: &Sending) -> Result<(), DoorError> {
        let view = self.order_to_move(caller, id).await?;
        if !caller.has_any(&["R08".to_owned(), "R09".to_owned()]) && !caller.system {
            return Err(DoorError::NotAllowed { kind: "体检委托·发给机构".into() });
        }
        if !matches!(view.state.as_str(), "draft" | "returned") {
            return Err(DoorError::BadRequest("委托已经发出".into()));
        }
        if sending.institution.is_empty() {
            return Err(DoorError::BadRequest("请选择体检机构".into()));
        }
        let clinic = self.open(caller, "institution", &sending.institution, None).await?.data;
        if text(&clinic, "category") != "exam" {
            return Err(DoorError::BadRequest(format!("“{}”不是职业健康检查机构", text(&clinic, "name"))));
        }
        let lines = self.lines_of_order(caller, id).await?.rows;
        if lines.is_empty() {
            return Err(DoorError::BadRequest("名单是空的，请先从应检名单选人".into()));
        }
        let hand = acting(caller);
        let at = named(&clinic, ["institution", "institution_uscc"]);
        for line in &lines {
            self.set_fields(&hand, WORKER, &line.view.id, &Value::Object(at.clone()), "委托发给机构").await?;
        }
        let mut given = at;
        for (name, value) in [("period_from", &sending.from), ("period_to", &sending.to), ("sent_on", &self.today())] {
            given.insert(name.into(), json!(value));
        }
        given.insert("headcount".into(), json!(lines.len()));
        let rev = self.newest(ORDER, id).await?.rev;
        self.advance(&hand, ORDER, id, rev, "send", &drafted(&*self.kind(ORDER)?, &given), entry("")).await?;
        Ok(())
    }

    /// Gives back the places of an order and cancels it.
    ///
    /// # Errors
    /// Not the caller's step now; no reason.
    pub async fn cancel_order(&self, caller: &Caller, id: &str, reason: &str) -> Result<(), DoorError> {
        let view = self.order_to_move(caller, id).await?;
        if !caller.has_any(&["R08".to_owned(), "R09".to_owned()]) && !caller.system {
            return Err(DoorError::NotAllowed { kind: "体检委托·取消".into() });
        }
        if reason.trim().is_empty() {
            return Err(DoorError::BadRequest("请填写取消理由".into()));
        }
        let lines: Vec<String> = self.lines_of_order(caller, id).await?.rows.into_iter().map(|line| line.view.id).collect();
        let hand = acting(caller);
        self.give_back(&hand, &lines).await?;
        let given = Map::from_iter([("cancel_reason".to_owned(), json!(reason.trim()))]);
        self.advance(&hand, ORDER, id, view.rev, "cancel", &drafted(&*self.kind(ORDER)?, &given), entry(reason)).await?;
        Ok(())
    }
}
