//! Places in a clinic's half days.
//!
//! A worker of an order names the slot it wants (the intent); the slot's own record lists who has a place (the fact). A slot is one record,
//! saved by optimistic revision, and its kind refuses a revision with more places taken than its capacity: nothing that happens at the same time
//! can overbook it, and a clinic cannot cut its capacity below what is booked. The intent is written first, so a place whose worker names another
//! slot is left over from a break and may be taken by somebody else.

use super::{Line, Met, SLOT, WORKER, acting, drafted, entry, text};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::Stored;
use serde_json::{Map, Value, json};
use zhijian_kinds::exams;
use zhijian_kinds::intake::get_path;

/// Everybody who comes in between has booked something, so this often is enough for any slot.
const TRIES: usize = 1000;

/// `(order number, worker of the order)` of the places taken.
pub(super) fn held(slot: &Stored) -> Vec<(String, String)> {
    let document = slot.document();
    let list = document.get("bookings").and_then(Value::as_array).cloned().unwrap_or_default();
    list.iter().filter_map(Value::as_object).map(|b| (text(b, "order_no").to_owned(), text(b, "worker_id").to_owned())).collect()
}

fn written(held: &[(String, String)]) -> Value {
    if held.is_empty() {
        return json!({ "bookings": null });
    }
    json!({ "bookings": held.iter().map(|(order, worker)| json!({"order_no": order, "worker_id": worker})).collect::<Vec<_>>() })
}

impl Door {
    /// Books workers of an order into a slot, or moves them there: all of them or none.
    ///
    /// # Errors
    /// Not the caller's; the order is not confirmed; the slot is another clinic's, closed, past, without the category, or has not enough places.
    pub async fn book(&self, caller: &Caller, order: &str, lines: &[String], slot: &str) -> Result<(), DoorError> {
        let view = self.order_to_move(caller, order).await?;
        if !matches!(view.state.as_str(), "confirmed" | "scheduled" | "examining") {
            return Err(DoorError::BadRequest("机构确认委托后才能预约".into()));
        }
        let chosen: Vec<Line> = self.lines_of_order(caller, order).await?.rows.into_iter().filter(|l| lines.contains(&l.view.id)).collect();
        if chosen.is_empty() {
            return Err(DoorError::BadRequest("请先勾选要预约的劳动者".into()));
        }
        if chosen.iter().any(|line| matches!(line.met, Met::By { .. })) {
            return Err(DoorError::BadRequest("所选劳动者中有已检查的，不需再约".into()));
        }
        let place = self.newest(SLOT, slot).await?;
        self.fits(&place, &view.data, &chosen)?;
        let hand = acting(caller);
        let order_no = text(&view.data, "order_no");
        let document = place.document();
        let intent = json!({"slot_id": slot, "slot_on": document.get("slot_on"), "slot_half": document.get("half")});
        for line in &chosen {
            self.set_fields(&hand, WORKER, &line.view.id, &intent, "预约").await?;
        }
        let wanted: Vec<(String, String)> = chosen.iter().map(|line| (order_no.to_owned(), line.view.id.clone())).collect();
        if let Err(error) = self.take(&hand, slot, &wanted).await {
            for line in &chosen {
                let was = |name: &str| line.view.data.get(name).cloned().unwrap_or_default();
                let before = json!({"slot_id": was("slot_id"), "slot_on": was("slot_on"), "slot_half": was("slot_half")});
                self.set_fields(&hand, WORKER, &line.view.id, &before, "预约未成").await?;
            }
            return Err(error);
        }
        for line in &chosen {
            let old = text(&line.view.data, "slot_id");
            if !old.is_empty() && old != slot {
                self.leave(&hand, old, std::slice::from_ref(&line.view.id)).await?;
            }
            // Somebody booked the same worker elsewhere at the same time, and later.
            if text(&self.newest(WORKER, &line.view.id).await?.document(), "slot_id") != slot {
                self.leave(&hand, slot, std::slice::from_ref(&line.view.id)).await?;
            }
        }
        Ok(())
    }

    /// Takes workers of an order out of their slots.
    ///
    /// # Errors
    /// Not the caller's.
    pub async fn unbook(&self, caller: &Caller, order: &str, lines: &[String]) -> Result<(), DoorError> {
        self.order_to_move(caller, order).await?;
        let own = self.lines_of_order(caller, order).await?.rows;
        let chosen: Vec<String> = own.into_iter().map(|l| l.view.id).filter(|id| lines.contains(id)).collect();
        self.give_back(&acting(caller), &chosen).await
    }

    pub(super) async fn give_back(&self, hand: &Caller, lines: &[String]) -> Result<(), DoorError> {
        for id in lines {
            let slot = text(&self.newest(WORKER, id).await?.document(), "slot_id").to_owned();
            if slot.is_empty() {
                continue;
            }
            let none = json!({"slot_id": null, "slot_on": null, "slot_half": null});
            self.set_fields(hand, WORKER, id, &none, "取消预约").await?;
            self.leave(hand, &slot, std::slice::from_ref(id)).await?;
        }
        Ok(())
    }

    fn fits(&self, slot: &Stored, order: &Map<String, Value>, lines: &[Line]) -> Result<(), DoorError> {
        let document = slot.document();
        let refuse = |text: String| Err(DoorError::BadRequest(text));
        if text(&document, "institution_id") != text(order, "institution_id") {
            return refuse("号源不是受委托机构的".into());
        }
        if slot.state != "open" {
            return refuse("该号源已停止预约".into());
        }
        if slot.event_date < self.today() {
            return refuse(format!("号源日期 {} 已过", slot.event_date));
        }
        let offered: Vec<&str> =
            get_path(&document, "categories").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        for line in lines.iter().filter(|_| !offered.is_empty()) {
            let mut hazards =
                get_path(&line.view.data, "hazards").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
            if let Some(hazard) = hazards.find(|hazard| !offered.contains(&exams::category(hazard))) {
                let label = self.catalogue.list("EXCAT").map_or("", |list| list.label(exams::category(hazard)));
                return refuse(format!("该号源不做“{label}”类检查，所选名单中有人需要"));
            }
        }
        Ok(())
    }

    /// Takes places for workers who do not have them.
    async fn take(&self, hand: &Caller, slot: &str, wanted: &[(String, String)]) -> Result<(), DoorError> {
        let kind = self.kind(SLOT)?;
        for _ in 0..TRIES {
            let stored = self.newest(SLOT, slot).await?;
            let mut taken = held(&stored);
            let missing: Vec<(String, String)> = wanted.iter().filter(|w| !taken.iter().any(|t| t.1 == w.1)).cloned().collect();
            if missing.is_empty() {
                return Ok(());
            }
            let capacity =
                usize::try_from(stored.document().get("capacity").and_then(Value::as_u64).unwrap_or_default()).unwrap_or_default();
            if taken.len() + missing.len() > capacity {
                taken = self.still_wanted(slot, taken).await?;
            }
            if taken.len() + missing.len() > capacity {
                let left = capacity.saturating_sub(taken.len());
                return Err(DoorError::BadRequest(format!("该号源余 {left} 个，要约 {} 人，请换一个半天或分批预约", missing.len())));
            }
            taken.extend(missing);
            let fields = written(&taken).as_object().cloned().unwrap_or_default();
            match self.amend(hand, SLOT, slot, stored.rev, &drafted(&kind, &fields), entry("预约")).await {
                Err(DoorError::Stale { .. }) => {}
                other => return other.map(|_| ()),
            }
        }
        Err(DoorError::BadRequest("预约的人太多，请稍后再试".into()))
    }

    /// Places whose worker still names the slot.
    async fn still_wanted(&self, slot: &str, taken: Vec<(String, String)>) -> Result<Vec<(String, String)>, DoorError> {
        let mut kept = Vec::new();
        for place in taken {
            match self.newest(WORKER, &place.1).await {
                Ok(line) if text(&line.document(), "slot_id") == slot => kept.push(place),
                Ok(_) | Err(DoorError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(kept)
    }

    /// Frees the places of workers.
    async fn leave(&self, hand: &Caller, slot: &str, lines: &[String]) -> Result<(), DoorError> {
        let kind = self.kind(SLOT)?;
        for _ in 0..TRIES {
            let stored = match self.newest(SLOT, slot).await {
                Ok(stored) => stored,
                Err(DoorError::NotFound) => return Ok(()),
                Err(error) => return Err(error),
            };
            let taken = held(&stored);
            let kept: Vec<(String, String)> = taken.iter().filter(|(_, worker)| !lines.contains(worker)).cloned().collect();
            if kept.len() == taken.len() {
                return Ok(());
            }
            let fields = written(&kept).as_object().cloned().unwrap_or_default();
            match self.amend(hand, SLOT, slot, stored.rev, &drafted(&kind, &fields), entry("取消预约")).await {
                Err(DoorError::Stale { .. }) => {}
                other => return other.map(|_| ()),
            }
        }
        Err(DoorError::BadRequest("预约的人太多，请稍后再试".into()))
    }
}
