//! The policy compiler (访问规则): from `definitions/access/` and a caller to what a query may return.
//!
//! A caller's rows for a kind become **arms**: a [`Scope`] that the database applies, the fields seen inside it, and whether private
//! ones may be revealed. Lists, counts, searches, exports, caches, histories and drill-downs all take their scope from here, and
//! nothing else decides what a caller may see. An arm whose view hides a field does not serve a query that filters, sorts or
//! searches by it, so nothing can be inferred about what is not shown.

mod sight;

pub use sight::Sight;
pub use zhijian_kinds::access::{Reach, View, Wish};

use crate::caller::Caller;
use crate::port::{Held, Scope, Stored};
use crate::prepare::Prepared;
use crate::vault::Vault;
use serde_json::{Map, Value};
use std::sync::Arc;
use zhijian_kinds::access::{Aggregate, Roles, Row, With};
use zhijian_kinds::intake::{get_path, set_path};
use zhijian_kinds::{Kind, Regions, text};

/// What one row of the policy gives a caller.
#[derive(Debug, Clone)]
pub struct Arm {
    /// Records.
    pub scope: Scope,
    /// Fields.
    pub view: Arc<View>,
    /// Private fields may be seen in clear for a stated purpose.
    pub reveal: bool,
    /// Where it comes from: role and reach, for “who can see this and why”.
    pub why: Option<(String, Reach)>,
}

/// What a caller may do with a kind in one respect: the union of the arms.
#[must_use]
pub fn arms(caller: &Caller, kind: &Kind, wish: Wish) -> Vec<Arm> {
    needed(every_arm(caller, kind, wish))
}

/// All arms, also those that others make needless: every reason why somebody sees something.
#[must_use]
pub fn every_arm(caller: &Caller, kind: &Kind, wish: Wish) -> Vec<Arm> {
    if caller.system {
        let scope = Scope { all: true, ..Scope::default() };
        return vec![Arm { scope, view: Arc::new(View::whole()), reveal: true, why: None }];
    }
    let mut arms: Vec<Arm> = Vec::new();
    for allowed in kind.rights.rows(&caller.roles, wish) {
        let scope = reach(caller, kind, &allowed.row);
        if nothing(&scope) {
            continue;
        }
        let role = allowed.row.roles.iter().find(|r| caller.is(r)).cloned().unwrap_or_default();
        arms.push(Arm {
            scope,
            view: Arc::clone(&allowed.view),
            reveal: allowed.row.may.contains(&Wish::Reveal),
            why: Some((role, allowed.row.scope)),
        });
    }
    let emergencies = emergencies(caller, kind);
    if matches!(wish, Wish::Read | Wish::Reveal) && !emergencies.is_empty() {
        let scope = Scope { ids: emergencies, ..Scope::default() };
        arms.push(Arm { scope, view: Arc::new(View::whole()), reveal: true, why: Some((String::new(), Reach::Granted)) });
    }
    arms
}

/// Arms without those that another one makes needless: it reaches all of their records and shows everything of them. Somebody with two
/// roles is then not held to the narrower one.
#[must_use]
pub fn needed(arms: Vec<Arm>) -> Vec<Arm> {
    if arms.len() < 2 {
        return arms;
    }
    let covers = |big: &Arm, small: &Arm| big.view.is_whole() && (big.reveal || !small.reveal) && within(&small.scope, &big.scope);
    let mut kept: Vec<Arm> = Vec::new();
    for arm in arms {
        if kept.iter().any(|k| covers(k, &arm)) {
            continue;
        }
        kept.retain(|k| !covers(&arm, k));
        kept.push(arm);
    }
    kept
}

/// Does the larger scope hold every record of the smaller?
fn within(small: &Scope, large: &Scope) -> bool {
    if large.all {
        return true;
    }
    // A township may lie in a zone with a code of its own, so that its county's prefix need not hold it.
    let region = |prefix: &String| large.regions.iter().any(|l| l == prefix || prefix.len() <= 6 && prefix.starts_with(l.as_str()));
    !small.all
        && small.regions.iter().all(region)
        && small.owners.iter().all(|o| large.owners.contains(o))
        && small.ids.iter().all(|i| large.ids.contains(i))
        && small.fields.iter().all(|f| large.fields.contains(f))
}

/// May the caller do this with any record of the kind?
#[must_use]
pub fn may(caller: &Caller, kind: &Kind, wish: Wish) -> bool {
    caller.system
        || kind.rights.rows(&caller.roles, wish).any(|allowed| !nothing(&reach(caller, kind, &allowed.row)))
        || matches!(wish, Wish::Read | Wish::Reveal) && !emergencies(caller, kind).is_empty()
}

/// Is the field seen in some records of the kind? Lists offer no column or filter that never holds anything.
#[must_use]
pub fn shown(caller: &Caller, kind: &Kind, field: &str) -> bool {
    let source = source_field(kind, field).unwrap_or(field);
    arms(caller, kind, Wish::Read).iter().any(|arm| arm.view.shows(source))
}

/// The records of the kind that the caller may see: nothing when [`may`] says no.
#[must_use]
pub fn scope(caller: &Caller, kind: &Kind) -> Scope {
    union(arms(caller, kind, Wish::Read).iter())
}

/// Where somebody sees whole records of a kind, for what tells of every field at once: lists, explorations, figures one by one. `None`: nowhere.
#[must_use]
pub fn whole(caller: &Caller, kind: &Kind, wish: Wish) -> Option<Scope> {
    let arms = arms(caller, kind, wish);
    let whole: Vec<&Arm> = arms.iter().filter(|arm| arm.view.is_whole()).collect();
    (!whole.is_empty() && may(caller, kind, Wish::Read)).then(|| union(whole.into_iter()))
}

/// The union of what arms reach.
pub fn union<'a>(arms: impl Iterator<Item = &'a Arm>) -> Scope {
    let mut all = Scope::default();
    for Arm { scope, .. } in arms {
        all.all |= scope.all;
        extend(&mut all.regions, &scope.regions);
        extend(&mut all.owners, &scope.owners);
        extend(&mut all.ids, &scope.ids);
        extend(&mut all.fields, &scope.fields);
    }
    if all.all {
        return Scope { all: true, ..Scope::default() };
    }
    all
}

fn extend<T: Clone + PartialEq>(to: &mut Vec<T>, more: &[T]) {
    for item in more {
        if !to.contains(item) {
            to.push(item.clone());
        }
    }
}

/// The regions whose aggregates (indicators) the caller may see.
#[must_use]
pub fn aggregate_scope(roles: &Roles, caller: &Caller) -> Scope {
    if caller.system || roles.any(&caller.roles, |role| role.aggregate == Aggregate::All) {
        return Scope { all: true, ..Scope::default() };
    }
    let mut scope = Scope::default();
    if roles.any(&caller.roles, |role| role.aggregate == Aggregate::Region) && !caller.region.is_empty() {
        scope.regions.push(Regions::prefix(&caller.region).to_owned());
    }
    scope
}

/// The records that a row of the policy reaches for this caller.
fn reach(caller: &Caller, kind: &Kind, row: &Row) -> Scope {
    let mut scope = Scope::default();
    let nowhere = String::new();
    let field = |path: &str, value: &str, region: &str| Held { path: path.into(), value: value.into(), region: region.into() };
    match row.scope {
        Reach::All => scope.all = true,
        Reach::Region if caller.region.is_empty() => {}
        Reach::Region => scope.regions.push(Regions::prefix(&caller.region).to_owned()),
        Reach::Organisation if caller.organisation.is_empty() => {}
        // The register entry of an organisation is its own record; other records name it as their owner.
        Reach::Organisation if kind.owner.is_none() => scope.ids.push(caller.organisation.clone()),
        Reach::Organisation => scope.owners.push(caller.organisation.clone()),
        Reach::Own => {
            let path = row.by.as_deref().unwrap_or_default();
            let (value, region) = match row.with {
                With::Id => (&caller.organisation, ""),
                With::Name => (&caller.ties.organisation_name, caller.ties.organisation_region.as_str()),
                // An office of a township receives nothing for its county.
                With::County => (if caller.region.len() == 6 { &caller.region } else { &nowhere }, ""),
            };
            if !value.is_empty() {
                scope.fields.push(field(path, value, region));
            }
        }
        Reach::Person if caller.ties.person.is_empty() => {}
        Reach::Person => scope.fields.extend(caller.ties.person.iter().map(|token| field("id_no", token, ""))),
        Reach::Clients if kind.owner.is_none() => scope.ids.clone_from(&caller.ties.clients),
        Reach::Clients => scope.owners.clone_from(&caller.ties.clients),
        Reach::Granted => scope.ids = opened(caller, kind, false),
    }
    scope
}

/// Records that the caller opened in an emergency, while its role still allows that.
fn emergencies(caller: &Caller, kind: &Kind) -> Vec<String> {
    if caller.has_any(&kind.rights.def.break_glass) { opened(caller, kind, true) } else { Vec::new() }
}

/// Records of the kind that were opened to the caller: assigned ones, or emergencies.
fn opened(caller: &Caller, kind: &Kind, emergency: bool) -> Vec<String> {
    caller.ties.grants.iter().filter(|g| g.kind == kind.kind && g.emergency == emergency).map(|g| g.id.clone()).collect()
}

fn nothing(scope: &Scope) -> bool {
    !scope.all && scope.regions.is_empty() && scope.owners.is_empty() && scope.ids.is_empty() && scope.fields.is_empty()
}

/// What a scope is held against: the coordinates of a record and its public document.
#[derive(Debug, Clone, Copy)]
pub struct Coordinates<'a> {
    /// Id, or empty for a record that does not exist yet.
    pub id: &'a str,
    /// County.
    pub region: &'a str,
    /// Township.
    pub town: &'a str,
    /// Owner.
    pub owner: &'a str,
    /// Public document; blind fields hold their token.
    pub data: &'a Map<String, Value>,
}

impl<'a> Coordinates<'a> {
    /// Those of a stored revision.
    #[must_use]
    pub fn of(stored: &'a Stored, data: &'a Map<String, Value>) -> Self {
        Self { id: &stored.id, region: &stored.region, town: &stored.town, owner: &stored.owner, data }
    }
}

/// The caller's region of duty as a scope, for what is about regions and not about a kind.
#[must_use]
pub fn territory(caller: &Caller) -> Scope {
    if caller.system {
        return Scope { all: true, ..Scope::default() };
    }
    let prefix = Regions::prefix(&caller.region).to_owned();
    Scope { regions: if prefix.is_empty() { Vec::new() } else { vec![prefix] }, ..Scope::default() }
}

/// Is a record with these coordinates inside the scope? The same rule as the stores apply in SQL.
#[must_use]
pub fn inside(scope: &Scope, at: Coordinates<'_>) -> bool {
    let within =
        |prefix: &str| !prefix.is_empty() && if prefix.len() > 6 { at.town.starts_with(prefix) } else { at.region.starts_with(prefix) };
    scope.all
        || scope.regions.iter().any(|prefix| within(prefix))
        || (!at.owner.is_empty() && scope.owners.iter().any(|o| o == at.owner))
        || (!at.id.is_empty() && scope.ids.iter().any(|i| i == at.id))
        || scope.fields.iter().any(|held| {
            !held.value.is_empty()
                && get_path(at.data, &held.path).and_then(Value::as_str) == Some(held.value.as_str())
                && (held.region.is_empty() || within(&held.region))
        })
}

/// May the caller write a record with these coordinates? Asked for the record as it was and as it will be.
#[must_use]
pub fn may_write(caller: &Caller, kind: &Kind, wish: Wish, at: Coordinates<'_>) -> bool {
    caller.system || arms(caller, kind, wish).iter().any(|arm| inside(&arm.scope, at))
}

/// Do the arms reach a record as it will be written?
#[must_use]
pub fn reach_new(arms: &[Arm], kind: &Kind, vault: &Vault, id: &str, prepared: &Prepared) -> bool {
    if arms.iter().any(|arm| arm.scope.all) {
        return true;
    }
    let public = public(kind, vault, &prepared.document, arms);
    let at = Coordinates { id, region: &prepared.region, town: &prepared.town, owner: &prepared.owner, data: &public };
    arms.iter().any(|arm| inside(&arm.scope, at))
}

/// What a caller with these arms sees of a stored revision; `None` when no arm reaches it.
#[must_use]
pub fn sight_of(arms: &[Arm], stored: &Stored) -> Option<Sight> {
    // Only a scope over fields needs the document.
    let data: Map<String, Value> = if arms.iter().any(|arm| !arm.scope.fields.is_empty()) {
        serde_json::from_str(&stored.data).unwrap_or_default()
    } else {
        Map::new()
    };
    sight(arms, Coordinates::of(stored, &data))
}

/// The part of a document that arms look at, as it will stand in the public document: blind fields as tokens.
fn public(kind: &Kind, vault: &Vault, document: &Map<String, Value>, arms: &[Arm]) -> Map<String, Value> {
    let mut out = Map::new();
    for held in arms.iter().flat_map(|arm| &arm.scope.fields) {
        let Some(value) = get_path(document, &held.path).and_then(Value::as_str) else { continue };
        let shown = match kind.field(&held.path).filter(|f| f.blind) {
            Some(field) => vault.token(field, &text::identifier(value)),
            None => value.to_owned(),
        };
        set_path(&mut out, &held.path, Value::String(shown));
    }
    out
}

/// What a caller sees of a record: the union of the arms that reach it; `None` when none does.
#[must_use]
pub fn sight(arms: &[Arm], at: Coordinates<'_>) -> Option<Sight> {
    let here: Vec<&Arm> = arms.iter().filter(|arm| inside(&arm.scope, at)).collect();
    (!here.is_empty()).then(|| Sight::new(here.iter().map(|arm| (&arm.view, arm.reveal))))
}

/// The field whose value a column of the record table repeats, if it is a field.
#[must_use]
pub fn source_field<'a>(kind: &'a Kind, column: &'a str) -> Option<&'a str> {
    match column {
        "event_date" | "year" => kind.event_date.as_deref(),
        "state" => kind.states.as_ref().map(|s| s.field.as_str()),
        "region" => kind.region.county.as_deref(),
        "town" => kind.region.town.as_deref(),
        "owner" => kind.owner.as_deref(),
        "id" | "recorded_from" => None,
        other => Some(other),
    }
}

#[cfg(test)]
mod tests;
