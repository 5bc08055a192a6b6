//! What is asked of a list: where, when, with which options, narrowed how.

use super::scope;
use crate::app::App;
use crate::board::Refusal;
use crate::board::figures::When;
use crate::board::place::Territory;
use serde_json::{Value, json};
use zhijian_kinds::NamedList;
use zhijian_kinds::lists::Options;
use zhijian_lake::{LakeError, ListFilter, ListedPage, Params};
use zhijian_records::Caller;
use zhijian_records::access::Wish;

/// A question about a list.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// List.
    pub def: &'a NamedList,
    /// For the evaluator; the scope is that of reading or of exporting.
    pub params: Params,
    /// Narrowed how.
    pub filter: ListFilter,
    /// Title of the plan whose options hold.
    pub plan: Option<&'a str>,
}

/// A list by name, for those who may see it; others learn nothing of it.
///
/// # Errors
/// There is none, or not for the caller.
pub fn find<'a>(app: &'a App, caller: &Caller, name: &str, wish: Wish) -> Result<(&'a NamedList, zhijian_records::port::Scope), Refusal> {
    let def = app.door.catalogue.lists.get(name).ok_or(Refusal::NotFound("没有这份名单"))?;
    let read = scope(app, caller, def, Wish::Read).ok_or(Refusal::NotAllowed("您的角色不能查看这份名单"))?;
    if wish == Wish::Read {
        return Ok((def, read));
    }
    let scope = scope(app, caller, def, wish).ok_or(Refusal::NotAllowed("您的角色不能导出这份名单"))?;
    Ok((def, scope))
}

impl<'a> Question<'a> {
    /// Reads a question; `given` tells the parameters by name.
    ///
    /// # Errors
    /// No such list, not the caller's, a region outside, or a number that is none.
    pub fn new(
        app: &'a App,
        territory: &Territory<'_>,
        caller: &Caller,
        name: &str,
        wish: Wish,
        when: When,
        given: impl Fn(&str) -> String,
    ) -> Result<Self, Refusal> {
        let (def, scope) = find(app, caller, name, wish)?;
        let region = territory.choose(None, &given("region"))?;
        let (mut options, plan) = options(app, def, &region);
        for name in &def.ask {
            let text = given(name);
            if text.is_empty() {
                continue;
            }
            let number: u64 = text.parse().map_err(|_| Refusal::BadRequest("名单的条件应为不小于 0 的整数"))?;
            options.insert(name.clone(), json!(number));
        }
        let columns = def.filters.iter().map(|name| (name.clone(), given(name))).filter(|(_, v)| !v.is_empty()).collect();
        let filter = ListFilter { text: given("q"), town: given("town"), columns };
        let params = Params { as_of: when.as_of, known_at: when.known_at, options, scope, ..Params::new(&region, when.year) };
        Ok(Self { def, params, filter, plan })
    }

    /// The time asked for.
    #[must_use]
    pub fn when(&self) -> When {
        When { year: self.params.year, as_of: self.params.as_of, known_at: self.params.known_at }
    }

    /// An option as it holds.
    #[must_use]
    pub fn option(&self, name: &str) -> &Value {
        self.params.options.get(name).or_else(|| self.def.options.get(name)).unwrap_or(&Value::Null)
    }

    /// Rows.
    ///
    /// # Errors
    /// The lake failed.
    pub async fn rows(&self, app: &App, offset: u64, limit: u64) -> Result<ListedPage, LakeError> {
        app.evaluator.listed(self.def, &self.params, &self.filter, offset, limit).await
    }

    /// How many rows there are.
    ///
    /// # Errors
    /// The lake failed.
    pub async fn total(&self, app: &App) -> Result<u64, LakeError> {
        app.evaluator.listed_total(self.def, &self.params, &self.filter).await
    }

    /// In words, for files and for who approves them.
    #[must_use]
    pub fn words(&self, app: &App) -> String {
        let regions = &app.catalogue().regions;
        let mut words = vec![self.def.title.clone(), regions.full_name(&self.params.region), format!("{}年", self.params.year)];
        words.extend(self.params.as_of.map(|day| format!("截止 {}", zhijian_kinds::dates::iso(day))));
        words.extend(self.def.ask.iter().map(|name| format!("{} {}", self.def.options_help.get(name).unwrap_or(name), self.option(name))));
        if !self.filter.town.is_empty() {
            words.push(regions.name(&self.filter.town).to_owned());
        }
        if !self.filter.text.is_empty() {
            words.push(format!("名称含“{}”", self.filter.text));
        }
        for (name, value) in &self.filter.columns {
            let Some(column) = self.def.columns.get(name) else { continue };
            words.push(format!("{} {}", column.title, super::cell::text(app, column, value)));
        }
        words.join("，")
    }
}

/// The options of the plan in whose region the node lies, where the list follows an indicator; the nearest region's plan counts.
fn options<'a>(app: &'a App, def: &NamedList, node: &str) -> (Options, Option<&'a str>) {
    let Some(code) = &def.follows else { return (Options::new(), None) };
    let catalogue = app.catalogue();
    let mut at = catalogue.regions.get(node);
    while let Some(region) = at {
        let plan = catalogue.plans.values().find(|p| p.region == region.code && p.options.contains_key(code));
        if let Some((plan, set)) = plan.and_then(|plan| Some((plan, plan.options.get(code)?))) {
            let known = set.iter().filter(|(name, _)| def.options.contains_key(*name));
            return (known.map(|(name, value)| (name.clone(), value.clone())).collect(), Some(plan.title.as_str()));
        }
        at = catalogue.regions.get(&region.parent);
    }
    (Options::new(), None)
}
