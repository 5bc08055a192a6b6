//! Whose figures somebody may see: the own node of the region tree and everything below it.

use super::Refusal;
use crate::app::App;
use zhijian_kinds::{Indicator, Kind, Plan, Regions, regions::Region};
use zhijian_records::Caller;
use zhijian_records::access::{self, Wish};
use zhijian_records::port::Scope;

/// The part of the region tree whose aggregates a caller sees.
#[derive(Debug, Clone)]
pub struct Territory<'a> {
    app: &'a App,
    caller: Caller,
    regions: &'a Regions,
    /// Goes into every query and into the key of every kept answer.
    pub scope: Scope,
    /// Own node: the region of duty, or the deployment's when the whole tree is open.
    pub home: String,
}

impl<'a> Territory<'a> {
    /// The territory of a caller.
    ///
    /// # Errors
    /// The caller has no region of duty (accounts of organisations).
    pub fn of(app: &'a App, caller: &Caller) -> Result<Self, Refusal> {
        let scope = access::aggregate_scope(&app.catalogue().roles, caller);
        let regions = &app.catalogue().regions;
        if !scope.all && scope.regions.is_empty() {
            return Err(Refusal::NotAllowed("规划指标供行政管理、监督、疾控人员和领导小组使用"));
        }
        let home = if scope.all { app.region.clone() } else { caller.region.clone() };
        Ok(Self { app, caller: caller.clone(), regions, scope, home })
    }

    /// Must small numbers of an indicator be withheld? They count persons by their health, and the caller may not see these one by one
    /// in the whole territory.
    #[must_use]
    pub fn withholds(&self, def: &Indicator) -> bool {
        let catalogue = self.app.catalogue();
        let persons = unit_kinds(self.app, def).iter().any(|kind| kind.field("id_no").is_some());
        let health = def.facts.iter().filter_map(|fact| catalogue.kind(fact)).any(|kind| kind.rights.health());
        if !persons || !health {
            return false;
        }
        let one_by_one = unit_scope(self.app, &self.caller, def, Wish::Read);
        !one_by_one.is_some_and(|scope| scope.all || !self.scope.all && self.scope.regions.iter().all(|r| scope.regions.contains(r)))
    }

    /// Must small numbers of persons of these kinds be withheld? The caller may not see them one by one in the whole territory.
    #[must_use]
    pub fn withholds_persons(&self, kinds: &[&Kind]) -> bool {
        let one_by_one = |kind: &Kind| {
            access::whole(&self.caller, kind, Wish::Read)
                .is_some_and(|scope| scope.all || !self.scope.all && self.scope.regions.iter().all(|r| scope.regions.contains(r)))
        };
        kinds.iter().any(|kind| kind.rights.health() && kind.field("id_no").is_some() && !one_by_one(kind))
    }

    /// May the figures of this node be shown?
    #[must_use]
    pub fn sees(&self, code: &str) -> bool {
        self.scope.all || self.scope.regions.iter().any(|prefix| code.starts_with(prefix.as_str()))
    }

    /// The node at which a plan is reckoned: the plan's own region when it may be seen, else the caller's part of it.
    #[must_use]
    pub fn node_of(&self, plan: &Plan) -> Option<String> {
        if self.sees(&plan.region) {
            return Some(plan.region.clone());
        }
        self.below(&self.home, &plan.region).then(|| self.home.clone())
    }

    /// The node asked for, inside the plan and the territory.
    ///
    /// # Errors
    /// It is outside, or there is no such node; the two look the same.
    pub fn choose(&self, plan: Option<&Plan>, asked: &str) -> Result<String, Refusal> {
        let own = match plan {
            Some(plan) => self.node_of(plan).ok_or(Refusal::OUTSIDE)?,
            None => self.home.clone(),
        };
        if asked.is_empty() {
            return Ok(own);
        }
        let inside = plan.is_none_or(|plan| self.below(asked, &plan.region));
        if inside && self.sees(asked) && self.regions.get(asked).is_some() { Ok(asked.to_owned()) } else { Err(Refusal::OUTSIDE) }
    }

    /// Is `code` the node `top` or below it?
    #[must_use]
    pub fn below(&self, code: &str, top: &str) -> bool {
        let mut at = self.regions.get(code);
        while let Some(region) = at {
            if region.code == top {
                return true;
            }
            at = self.regions.get(&region.parent);
        }
        false
    }

    /// The way from the plan's node (or the own one) down to a node.
    #[must_use]
    pub fn way(&self, code: &str, top: &str) -> Vec<&'a Region> {
        let mut way = Vec::new();
        let mut at = self.regions.get(code);
        while let Some(region) = at {
            way.push(region);
            if region.code == top {
                break;
            }
            at = self.regions.get(&region.parent);
        }
        way.reverse();
        way
    }

    /// Nodes directly below one.
    #[must_use]
    pub fn children(&self, code: &str) -> Vec<&'a Region> {
        self.regions.all().iter().filter(|region| region.parent == code).collect()
    }
}

/// Kinds of the records that stand behind the units of an indicator, read from its query (`'employer' AS kind`).
#[must_use]
pub fn unit_kinds<'a>(app: &'a App, def: &Indicator) -> Vec<&'a Kind> {
    let named = |kind: &&Kind| def.sql.contains(&format!("'{}' AS kind", kind.kind));
    app.catalogue().kinds.values().map(AsRef::as_ref).filter(named).collect()
}

/// The scope in which a caller sees the units of an indicator one by one, or nothing: whoever sees aggregates only gets no list,
/// and a list that mixes kinds is for those who may read all of them.
#[must_use]
pub fn unit_scope(app: &App, caller: &Caller, def: &Indicator, wish: Wish) -> Option<Scope> {
    let mut kinds = unit_kinds(app, def);
    if kinds.is_empty() {
        kinds = def.facts.iter().filter_map(|fact| app.catalogue().kind(fact)).map(AsRef::as_ref).collect();
    }
    // A list tells of every field that the indicator counts: only arms that show the whole record serve it.
    let mut scopes = kinds.iter().map(|kind| access::whole(caller, kind, wish));
    let first = scopes.next()??;
    scopes.all(|scope| scope.as_ref() == Some(&first)).then_some(first)
}

/// The scope in which a caller reads whole records of a kind that stand behind a number, or nothing.
#[must_use]
pub fn kind_scope(caller: &Caller, kind: &Kind, wish: Wish) -> Option<Scope> {
    // What the lake cannot tell (the institution that made a record, the person it is about) gives no list.
    access::whole(caller, kind, wish).filter(|scope| scope.all || !scope.regions.is_empty() || !scope.owners.is_empty())
}
