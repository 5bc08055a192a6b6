//! Who is asking.

use crate::port::{Instant, RecordId};
use serde::{Deserialize, Serialize};

/// The person or system on whose behalf something is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Account id.
    pub login: String,
    /// Display name.
    pub name: String,
    /// Role codes of domain A.2.
    pub roles: Vec<String>,
    /// Region of duty (division or township code), empty for organisation accounts.
    pub region: String,
    /// Record id of the own employer or institution, or empty.
    pub organisation: String,
    /// A task of the system itself or the operator at the machine's console.
    pub system: bool,
    /// What else ties the account to records.
    pub ties: Ties,
    /// From where it asks.
    pub origin: Origin,
}

/// From where somebody asks; goes into every audit line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// First digits of the session's token hash.
    pub session: String,
    /// Network address.
    pub address: String,
}

impl Origin {
    /// Of a session: enough digits of its token's hash to tell sessions apart.
    #[must_use]
    pub fn new(token_hash: &str, address: &str) -> Self {
        const DIGITS: usize = 12;
        Self { session: token_hash.chars().take(DIGITS).collect(), address: address.to_owned() }
    }
}

/// What ties an account to records besides region and organisation; found by [`crate::Door::caller`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ties {
    /// Tokens of the identity number of the person whose account it is, under all keys of the blind index; empty when nobody is tied to it.
    pub person: Vec<String>,
    /// Registered name of the organisation, or empty.
    pub organisation_name: String,
    /// Region of the organisation as a prefix (its county, or its city when it serves one), or empty.
    pub organisation_region: String,
    /// Employers that the organisation serves.
    pub clients: Vec<RecordId>,
    /// Single records that were opened to the account.
    pub grants: Vec<Grant>,
}

/// A record opened to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Kind.
    pub kind: String,
    /// Record.
    pub id: RecordId,
    /// Until when.
    pub until: Instant,
    /// Why, in words.
    pub reason: String,
    /// Who opened it.
    pub by: String,
    /// When.
    pub at: Instant,
    /// Opened by the account itself in an emergency.
    pub emergency: bool,
}

impl Caller {
    /// The operator at the console and the platform's own tasks.
    #[must_use]
    pub fn system(task: &str) -> Self {
        Self {
            login: format!("system:{task}"),
            name: "系统".into(),
            roles: Vec::new(),
            region: String::new(),
            organisation: String::new(),
            system: true,
            ties: Ties::default(),
            origin: Origin::default(),
        }
    }

    /// Somebody with a role, tied to records by region and organisation only.
    #[must_use]
    pub fn of(login: &str, roles: &[&str], region: &str, organisation: &str) -> Self {
        Self {
            login: login.into(),
            name: login.into(),
            roles: roles.iter().map(|r| (*r).to_owned()).collect(),
            region: region.into(),
            organisation: organisation.into(),
            system: false,
            ties: Ties::default(),
            origin: Origin::default(),
        }
    }

    /// Has one of these roles.
    #[must_use]
    pub fn has_any(&self, roles: &[String]) -> bool {
        self.roles.iter().any(|r| roles.contains(r))
    }

    /// Has this role.
    #[must_use]
    pub fn is(&self, role: &str) -> bool {
        self.roles.iter().any(|r| r == role)
    }
}

impl From<&crate::port::Account> for Caller {
    fn from(account: &crate::port::Account) -> Self {
        Self {
            login: account.login.clone(),
            name: account.name.clone(),
            roles: account.roles.clone(),
            region: account.region.clone(),
            organisation: account.organisation.clone(),
            system: false,
            ties: Ties::default(),
            origin: Origin::default(),
        }
    }
}
