//! What is asked: every indicator by its defaults, and as each plan asks it where the plan has options of its own.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};
use zhijian_kinds::{Catalogue, Plan};
use zhijian_lake::{Evaluator, Lake, Params};

/// The province holds all generated counties.
pub const REGION: &str = "130000";
pub const YEAR: i32 = 2020;

/// One query.
pub struct Question {
    /// `I-02`, or `I-07 wanzhou`.
    pub name: String,
    /// Indicator.
    pub code: String,
    pub params: Params,
    /// One row a unit.
    pub sql: String,
    /// Plans that ask it.
    pub plans: Vec<String>,
}

impl Question {
    pub fn json(&self) -> Value {
        json!({"name": self.name, "indicator": self.code, "plans": self.plans, "sql": self.sql, "region": &REGION[..2]})
    }
}

/// A plan as if it were the province's.
pub fn of_province(plan: &Plan) -> Plan {
    Plan { region: REGION.into(), ..plan.clone() }
}

/// All questions, in the order of the indicators.
pub fn all(lake: &Arc<Lake>, catalogue: &Arc<Catalogue>) -> Vec<Question> {
    let evaluator = Evaluator::new(Arc::clone(lake), Arc::clone(catalogue));
    let mut asked: BTreeMap<String, Vec<Question>> = BTreeMap::new();
    for def in catalogue.indicators.values() {
        let mut ask = |name: String, params: Params, plan: Option<&str>| {
            let sql = evaluator.sql(def, &params).unwrap();
            let known = asked.entry(def.code.clone()).or_default();
            let index = known.iter().position(|q| q.sql == sql).unwrap_or_else(|| {
                known.push(Question { name, code: def.code.clone(), params, sql, plans: Vec::new() });
                known.len() - 1
            });
            known[index].plans.extend(plan.map(str::to_owned));
        };
        ask(def.code.clone(), Params::new(REGION, YEAR), None);
        for (name, plan) in &catalogue.plans {
            let parts = |code: &String| catalogue.indicators.get(code).map(|i| i.parts.clone()).unwrap_or_default();
            let in_plan = plan.targets.iter().any(|t| {
                let own = if t.parts.is_empty() { parts(&t.indicator) } else { t.parts.clone() };
                t.indicator == def.code || own.contains(&def.code)
            });
            if in_plan {
                let mut params = Params::new(REGION, YEAR);
                params.options = plan.options.get(&def.code).cloned().unwrap_or_default();
                ask(format!("{} {name}", def.code), params, Some(name));
            }
        }
    }
    asked.into_values().flatten().collect()
}
