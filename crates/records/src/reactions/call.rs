//! What a record calls for.

/// What is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Makes {
    /// A task for a reason of list TASK.
    Task(&'static str),
    /// A draft of a report card of list CARD.
    Card(&'static str),
    /// An aid case of a type of list AID.
    Aid(&'static str),
    /// A patient file.
    Patient,
}

impl Makes {
    /// Kind of what is made.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Task(_) => "task",
            Self::Card(_) => "case_report",
            Self::Aid(_) => "aid_case",
            Self::Patient => "patient",
        }
    }
}

/// A call for something that must exist because of a record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    /// What.
    pub makes: Makes,
    /// Tells several of one record apart; `0` when there is one.
    pub item: String,
    /// It is about the employer, not about this one record: another record that calls for the same finds it there.
    pub of_employer: bool,
    /// Day of the cause, ISO.
    pub on: String,
    /// Day from which the deadline counts, when it has begun.
    pub since: Option<String>,
    /// In words, public: no health information about a person.
    pub title: String,
    /// Particulars that may be health information.
    pub detail: String,
    /// Hazard it is about.
    pub hazard: Option<String>,
}

impl Call {
    /// A call for one thing.
    pub fn new(makes: Makes, on: &str, title: &str) -> Self {
        Self {
            makes,
            item: "0".into(),
            of_employer: false,
            on: on.into(),
            since: None,
            title: title.into(),
            detail: String::new(),
            hazard: None,
        }
    }

    /// Is it the same thing?
    pub fn same(&self, other: &Self) -> bool {
        self.makes == other.makes && self.item == other.item
    }
}
