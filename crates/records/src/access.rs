//! Access rules (domain A.2): role × kind × action × scope, in one place. Rows, counts, searches, exports, caches and
//! drill-downs all go through [`scope`]; nothing else decides what a caller may see.

use crate::caller::Caller;
use crate::port::Scope;
use zhijian_kinds::{Kind, Regions};

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Read records.
    Read,
    /// Create or amend.
    File,
    /// Move on in the workflow.
    Review,
    /// Take data out of the platform.
    Export,
}

/// Roles whose duty is a region (administration, supervision, CDC, township, liaison, leadership).
const REGIONAL: [&str; 9] = ["R02", "R03", "R04", "R05", "R06", "R07", "R17", "R18", "R19"];
/// Roles whose duty is their own organisation.
const EMPLOYER: [&str; 2] = ["R08", "R09"];
/// Roles that see aggregates only.
const AGGREGATE: [&str; 2] = ["R19", "R22"];

/// May the caller do this with records of the kind at all?
#[must_use]
pub fn may(caller: &Caller, kind: &Kind, wish: Wish) -> bool {
    if caller.system {
        return true;
    }
    if wish == Wish::Read && caller.roles.iter().all(|r| AGGREGATE.contains(&r.as_str())) {
        return false;
    }
    let roles = match wish {
        Wish::Read => &kind.roles.read,
        Wish::File => &kind.roles.file,
        Wish::Review => &kind.roles.review,
        Wish::Export if kind.roles.export.is_empty() => &kind.roles.read,
        Wish::Export => &kind.roles.export,
    };
    caller.has_any(roles)
}

/// The records of the kind that the caller may see: nothing when [`may`] says no.
#[must_use]
pub fn scope(caller: &Caller, kind: &Kind) -> Scope {
    if caller.system {
        return Scope { all: true, ..Scope::default() };
    }
    if !may(caller, kind, Wish::Read) {
        return Scope::default();
    }
    territory(caller, Some(kind))
}

/// The regions whose aggregates (indicators) the caller may see.
#[must_use]
pub fn aggregate_scope(caller: &Caller) -> Scope {
    if caller.system || caller.is("R01") {
        return Scope { all: true, ..Scope::default() };
    }
    territory(caller, None)
}

fn territory(caller: &Caller, kind: Option<&Kind>) -> Scope {
    let mut scope = Scope::default();
    let roles_here =
        |group: &[&str]| caller.roles.iter().any(|r| group.contains(&r.as_str()) && kind.is_none_or(|k| k.roles.read.contains(r)));
    if roles_here(&REGIONAL) && !caller.region.is_empty() {
        scope.regions.push(Regions::prefix(&caller.region).to_owned());
    }
    if roles_here(&EMPLOYER) && !caller.organisation.is_empty() {
        scope.owners.push(caller.organisation.clone());
        if kind.is_some_and(|k| k.kind == "employer") {
            scope.ids.push(caller.organisation.clone());
        }
    }
    scope
}

/// Is a record with these coordinates inside the scope? The same rule as the stores apply in SQL.
#[must_use]
pub fn inside(scope: &Scope, id: &str, region: &str, town: &str, owner: &str) -> bool {
    scope.all
        || scope
            .regions
            .iter()
            .any(|prefix| if prefix.len() > 6 { town.starts_with(prefix.as_str()) } else { region.starts_with(prefix.as_str()) })
        || (!owner.is_empty() && scope.owners.iter().any(|o| o == owner))
        || scope.ids.iter().any(|i| i == id)
}

/// May the caller write a record with these coordinates? Asked for the record as it was and as it will be.
#[must_use]
pub fn may_write(caller: &Caller, kind: &Kind, wish: Wish, id: &str, region: &str, town: &str, owner: &str) -> bool {
    may(caller, kind, wish) && (caller.system || inside(&territory(caller, None), id, region, town, owner))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(role: &str, region: &str, organisation: &str) -> Caller {
        Caller {
            login: "a".into(),
            name: "a".into(),
            roles: vec![role.into()],
            region: region.into(),
            organisation: organisation.into(),
            system: false,
        }
    }

    #[test]
    fn a_city_officer_sees_the_city_and_nothing_else() {
        let scope = territory(&caller("R03", "130300", ""), None);
        assert!(inside(&scope, "x", "130322", "", ""));
        assert!(inside(&scope, "x", "130371", "", ""));
        assert!(!inside(&scope, "x", "130202", "", ""));
    }

    #[test]
    fn a_township_helper_sees_the_township() {
        let scope = territory(&caller("R17", "130302105", ""), None);
        assert!(inside(&scope, "x", "130302", "130302105", ""));
        assert!(!inside(&scope, "x", "130302", "130302106", ""));
        assert!(!inside(&scope, "x", "130302", "", ""));
    }

    #[test]
    fn an_employer_sees_its_own() {
        let scope = territory(&caller("R09", "", "e1"), None);
        assert!(inside(&scope, "x", "130302", "", "e1"));
        assert!(!inside(&scope, "x", "130302", "", "e2"));
        assert!(!inside(&scope, "x", "130302", "", ""));
    }

    #[test]
    fn leadership_reads_no_records() {
        let text = include_str!("../../../definitions/kinds/inspection.v1.yaml");
        let kind = Kind::parse(text).unwrap();
        assert!(!may(&caller("R19", "130300", ""), &kind, Wish::Read));
        assert_eq!(scope(&caller("R22", "130300", ""), &kind), Scope::default());
    }
}
