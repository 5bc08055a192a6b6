//! Stopping an escalation for some time: by those who watch the duty, with a reason, on record.

use super::failed;
use super::port::Hold;
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::duties::{Ask, DutyRow};
use crate::port::Action;
use zhijian_kinds::dates;

/// Longest time, days (design).
pub const LONGEST: i64 = 90;
/// Shortest reason, characters (design).
const REASON: usize = 5;

impl Door {
    /// May the caller's roles stop escalations of the duty at all?
    #[must_use]
    pub fn may_hold_escalation(&self, caller: &Caller, duty: &str) -> bool {
        self.catalogue.duties.get(duty).is_some_and(|d| caller.system || caller.has_any(&d.watch))
    }

    /// A duty of the caller's share.
    ///
    /// # Errors
    /// [`DoorError::NotFound`] when it is not open or not the caller's.
    pub async fn own_duty(&self, caller: &Caller, kind: &str, id: &str, duty: &str) -> Result<DutyRow, DoorError> {
        let ask = Ask { duty: Some(duty.into()), record: Some((kind.into(), id.into())), limit: 1, ..Ask::default() };
        self.duties(caller, ask).await?.into_iter().next().ok_or(DoorError::NotFound)
    }

    /// Nobody is told of the overdue duty up to and including a day.
    ///
    /// # Errors
    /// The duty is not the caller's to watch; no reason; the day is past or too far off; the store failed.
    pub async fn hold_escalation(
        &self,
        caller: &Caller,
        kind: &str,
        id: &str,
        duty: &str,
        until: &str,
        reason: &str,
    ) -> Result<(), DoorError> {
        self.watched(caller, kind, id, duty).await?;
        let today = self.today();
        let days = dates::days_between(&today, until).filter(|_| dates::parse_iso(until).is_some());
        if !days.is_some_and(|days| (0..=LONGEST).contains(&days)) {
            return Err(DoorError::BadRequest(format!("暂停督办至“{until}”：应为今天起 {LONGEST} 天以内的日期，如 {today}")));
        }
        if reason.trim().chars().count() < REASON {
            return Err(DoorError::BadRequest(format!("请写明暂停督办的理由（至少 {REASON} 个字）")));
        }
        let reason: String = reason.trim().chars().take(500).collect();
        self.keep(caller, kind, id, duty, until, &reason, &format!("暂停督办至 {until}：{reason}")).await
    }

    /// Escalation goes on.
    ///
    /// # Errors
    /// As [`Door::hold_escalation`].
    pub async fn lift_escalation(&self, caller: &Caller, kind: &str, id: &str, duty: &str) -> Result<(), DoorError> {
        self.watched(caller, kind, id, duty).await?;
        self.keep(caller, kind, id, duty, "", "", "恢复督办").await
    }

    /// Stopped escalations of duties that the caller was given: whoever sees the duty sees them.
    ///
    /// # Errors
    /// The store failed.
    pub async fn escalation_holds(&self, rows: &[DutyRow]) -> Result<Vec<Hold>, DoorError> {
        let ids: Vec<String> = rows.iter().map(|r| r.id.clone()).collect();
        let today = self.today();
        let mut holds = self.store.holds(&ids).await.map_err(failed)?;
        holds.retain(|h| *h.until >= *today && rows.iter().any(|r| r.id == h.id && r.duty == h.duty));
        Ok(holds)
    }

    async fn watched(&self, caller: &Caller, kind: &str, id: &str, duty: &str) -> Result<(), DoorError> {
        // Another unit's duty reads as not found, whatever the role.
        self.own_duty(caller, kind, id, duty).await?;
        if self.may_hold_escalation(caller, duty) {
            return Ok(());
        }
        let title = self.catalogue.duties.get(duty).map_or(duty, |d| d.title.as_str());
        Err(DoorError::NotAllowed { kind: format!("{title}·督办") })
    }

    #[expect(clippy::too_many_arguments, reason = "a hold is named by three and says three")]
    async fn keep(
        &self,
        caller: &Caller,
        kind: &str,
        id: &str,
        duty: &str,
        until: &str,
        reason: &str,
        told: &str,
    ) -> Result<(), DoorError> {
        let stored = self.store.find(kind, id).await.map_err(failed)?.ok_or(DoorError::NotFound)?;
        let title = self.catalogue.duties.get(duty).map_or(duty, |d| d.title.as_str());
        // First the proof.
        self.note_about(caller, Action::Administer, &stored, &format!("{title}：{told}"), "web").await?;
        let hold = Hold {
            kind: kind.into(),
            id: id.into(),
            duty: duty.into(),
            until: until.into(),
            reason: reason.into(),
            by: caller.login.clone(),
            at: self.now(),
        };
        self.store.put_hold(&hold).await.map_err(failed)
    }
}
