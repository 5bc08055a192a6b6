//! Who is asking.

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
        }
    }
}
