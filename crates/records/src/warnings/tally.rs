//! How good each rule is: how many of its warnings were true.

use super::KIND;
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::Op;
use crate::read::ListRequest;
use std::collections::BTreeMap;

/// Numbers of a rule.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Precision {
    /// All its warnings.
    pub all: u64,
    /// Not closed.
    pub open: u64,
    /// Verified as true.
    pub right: u64,
    /// Judged to be false alarms.
    pub wrong: u64,
    /// Verified as true and not closed yet.
    pub right_open: u64,
}

impl Precision {
    /// Not yet verified.
    #[must_use]
    pub const fn unverified(&self) -> u64 {
        self.all.saturating_sub(self.right + self.wrong)
    }

    /// Share of true ones among the verified, percent; `None` when none was verified.
    #[must_use]
    pub fn percent(&self) -> Option<f64> {
        let verified = self.right + self.wrong;
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
        (verified > 0).then(|| 100.0 * self.right as f64 / verified as f64)
    }
}

/// States in which a warning has been verified as true.
const RIGHT: &[&str] = &["confirmed", "handling"];

impl Door {
    /// Numbers by rule, of the warnings that the caller sees.
    ///
    /// # Errors
    /// Not allowed to read warnings; the store failed.
    pub async fn warning_precision(&self, caller: &Caller) -> Result<BTreeMap<String, Precision>, DoorError> {
        let mut all: BTreeMap<String, Precision> = BTreeMap::new();
        let by = |filters: Vec<(String, Op, String)>| ListRequest { filters, limit: 1, ..ListRequest::default() };
        let counted = async |filters| self.count_by(caller, KIND, &by(filters), "rule").await;
        for (rule, n) in counted(Vec::new()).await? {
            all.entry(rule).or_default().all = n;
        }
        for state in ["triggered", "pushed", "acknowledged", "confirmed", "false_alarm", "handling"] {
            for (rule, n) in counted(vec![("state".into(), Op::Eq, state.into())]).await? {
                let numbers = all.entry(rule).or_default();
                numbers.open += n;
                let right = if RIGHT.contains(&state) { n } else { 0 };
                numbers.right += right;
                numbers.right_open += right;
                numbers.wrong += if state == "false_alarm" { n } else { 0 };
            }
        }
        // Closed ones are true unless a reason says that they were not.
        let closed = ("state".to_owned(), Op::Eq, "closed".to_owned());
        for (rule, n) in counted(vec![closed.clone(), ("false_reason".into(), Op::Empty, String::new())]).await? {
            all.entry(rule).or_default().right += n;
        }
        for numbers in all.values_mut() {
            // What is neither open nor right was closed as a false alarm; open false alarms are counted already.
            let open_right = numbers.right_open;
            let closed_right = numbers.right - open_right;
            numbers.wrong += numbers.all.saturating_sub(numbers.open + closed_right);
        }
        Ok(all)
    }
}
