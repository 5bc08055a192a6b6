//! Whom a notice reaches: accounts with a role, of an organisation, or one person, of those who may read the record.

use super::failed;
use super::wishes::Wishes;
use crate::access::{self, Coordinates};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Account, Scope};
use std::collections::{HashMap, HashSet};
use zhijian_kinds::notice::Reach;
use zhijian_kinds::{Kind, Regions};

/// Digits of a county's prefix.
const COUNTY: usize = 6;

/// The accounts as they were when a run first asked for them.
pub(super) struct People<'a> {
    door: &'a Door,
    accounts: Vec<Account>,
    callers: HashMap<String, Caller>,
    scopes: HashMap<(String, String), Scope>,
    wishes: HashMap<String, Wishes>,
}

/// Whom to look for.
#[derive(Debug, Clone, Default)]
pub(super) struct Whom {
    /// Accounts with one of these roles.
    pub roles: Vec<String>,
    /// Accounts of this organisation.
    pub organisation: String,
    /// This account.
    pub login: String,
    /// Which of several.
    pub reach: Reach,
}

impl<'a> People<'a> {
    pub async fn of(door: &'a Door) -> Result<Self, DoorError> {
        let mut accounts = door.store.accounts().await.map_err(failed)?;
        accounts.retain(|account| account.active);
        let choices = door.store.choices().await.map_err(failed)?;
        let wishes = choices.iter().map(|choice| (choice.login.clone(), Wishes::read(choice))).collect();
        Ok(Self { door, accounts, callers: HashMap::new(), scopes: HashMap::new(), wishes })
    }

    pub fn wishes(&self, login: &str) -> Wishes {
        self.wishes.get(login).cloned().unwrap_or_default()
    }

    /// Those that may read a record, in order of login.
    pub async fn for_record(&mut self, whom: &Whom, kind: &Kind, at: Coordinates<'_>) -> Result<Vec<String>, DoorError> {
        let mut found: Vec<Account> = Vec::new();
        for account in self.matching(whom) {
            // Cheap and never wrong: who holds no role of the kind reads nothing of it.
            if access::inside(&self.scope(&account, kind).await?, at) {
                found.push(account);
            }
        }
        Ok(chosen(found, whom))
    }

    /// Those whose territory holds a county, where there is no record to be read.
    pub fn for_region(&self, whom: &Whom, region: &str) -> Vec<String> {
        let holds = |a: &Account| {
            let prefix = Regions::prefix(&a.region);
            !a.region.is_empty() && region.starts_with(prefix)
                || !whom.login.is_empty() && a.login == whom.login
                || by_organisation(a, whom)
        };
        chosen(self.matching(whom).into_iter().filter(holds).collect(), whom)
    }

    fn matching(&self, whom: &Whom) -> Vec<Account> {
        let matches = |a: &&Account| {
            a.roles.iter().any(|r| whom.roles.contains(r)) || by_organisation(a, whom) || !whom.login.is_empty() && a.login == whom.login
        };
        self.accounts.iter().filter(matches).cloned().collect()
    }

    async fn scope(&mut self, account: &Account, kind: &Kind) -> Result<Scope, DoorError> {
        let key = (account.login.clone(), kind.kind.clone());
        if let Some(scope) = self.scopes.get(&key) {
            return Ok(scope.clone());
        }
        if !self.callers.contains_key(&account.login) {
            let caller = self.door.caller(account).await?;
            self.callers.insert(account.login.clone(), caller);
        }
        let scope = self.callers.get(&account.login).map(|caller| access::scope(caller, kind)).unwrap_or_default();
        self.scopes.insert(key, scope.clone());
        Ok(scope)
    }
}

fn by_organisation(account: &Account, whom: &Whom) -> bool {
    !whom.organisation.is_empty() && account.organisation == whom.organisation
}

/// Of those with a region of duty the ones that the reach names; everybody else stays.
fn chosen(found: Vec<Account>, whom: &Whom) -> Vec<String> {
    let width = |a: &Account| Regions::prefix(&a.region).len();
    let by_region = |a: &Account| a.organisation.is_empty() && !a.region.is_empty() && a.login != whom.login;
    let near = found.iter().filter(|a| by_region(a) && (whom.reach != Reach::Above || width(a) < COUNTY)).map(width).max();
    let stays = |a: &Account| match whom.reach {
        Reach::All => true,
        Reach::Nearest | Reach::Above => !by_region(a) || Some(width(a)) == near,
    };
    let mut logins: Vec<String> = found.into_iter().filter(stays).map(|a| a.login).collect();
    let mut seen = HashSet::new();
    logins.retain(|login| seen.insert(login.clone()));
    logins.sort();
    logins
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logins(reach: Reach, regions: &[(&str, &str, &str)]) -> Vec<String> {
        let accounts =
            regions.iter().map(|(login, region, organisation)| Account::new(login, login, &["R03"], region, organisation)).collect();
        chosen(accounts, &Whom { reach, ..Whom::default() })
    }

    #[test]
    fn the_nearest_office_is_told_and_the_one_above_when_it_is_asked_for() {
        let all =
            [("county", "130302", ""), ("county2", "130302", ""), ("city", "130300", ""), ("province", "130000", ""), ("firm", "", "o1")];
        assert_eq!(logins(Reach::Nearest, &all), ["county", "county2", "firm"]);
        assert_eq!(logins(Reach::Above, &all), ["city", "firm"]);
        assert_eq!(logins(Reach::All, &all).len(), 5);
        assert_eq!(logins(Reach::Nearest, &all[2..4]), ["city"], "without a county office the city's");
        assert_eq!(logins(Reach::Above, &all[..2]), [] as [&str; 0]);
    }
}
