//! Compiled checks: JSON Schema and CEL rules with a static cost bound.
//!
//! Binding a whole record into CEL costs more than all rules together, so variables are resolved when a rule names them.
//! The only loops of CEL are comprehensions; their length is bounded by `maxItems`, which the schema enforces before any rule
//! runs. So the static bound is also the budget at run time.

mod checks;
mod cost;
mod functions;
mod quick;
mod tables;
mod values;
mod variables;

use crate::kind::{CheckRule, Field, KEPT, Kind, KindDef, NOTES};
use crate::yaml::{Document, YamlError};
use crate::{Level, Problem};
use cel::common::ast::IdedExpr;
use serde_json::{Map, Value};
use std::fmt;
use variables::{Keyed, Variables};

pub use cost::LIMIT as COST_LIMIT;

/// A compiled expression.
pub struct Expression {
    expr: IdedExpr,
    /// Top-level fields it reads.
    names: Vec<String>,
    /// Groups that it asks for by key.
    keyed: Vec<Keyed>,
    source: String,
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

/// A check and the fields without which it says nothing.
#[derive(Debug)]
struct Check {
    expression: Expression,
    needed: Vec<String>,
    /// Says what was found.
    found: Option<Expression>,
    /// It names something that comes from other records.
    around: bool,
}

/// What a kind needs at run time.
#[derive(Debug)]
pub struct Compiled {
    schema: jsonschema::Validator,
    checks: Vec<Check>,
    derive: Vec<(Option<Expression>, Option<Expression>)>,
    /// CEL arguments of derived values, by rule.
    arguments: Vec<Vec<Expression>>,
    transitions: Vec<Option<Expression>>,
    /// Conditions under which other records are asked for, by rule.
    around: Vec<Option<Expression>>,
}

impl Compiled {
    pub(crate) fn new(def: &KindDef, fields: &[Field], schema: &Value, document: &Document) -> Result<Self, YamlError> {
        let schema = jsonschema::draft202012::new(schema).map_err(|e| YamlError { line: 1, message: format!("JSON Schema：{e}") })?;
        let compile = |source: &str, at: String| {
            Expression::compile(source, fields, def)
                .map_err(|message| YamlError { line: document.line(&at), message: format!("{at}：{message}") })
        };
        let optional = |source: &Option<String>, at: String| source.as_deref().map(|s| compile(s, at)).transpose();
        let check = |(i, rule): (usize, &CheckRule)| {
            let expression = compile(&rule.rule, format!("checks.{i}.rule"))?;
            let needed = expression.names.iter().filter(|name| !is_optional(name, &rule.optional)).cloned().collect();
            let found = optional(&rule.found, format!("checks.{i}.found"))?;
            let around = expression.names.iter().any(|name| def.around.contains_key(name));
            Ok(Check { expression, needed, found, around })
        };
        let checks = def.checks.iter().enumerate().map(check).collect::<Result<_, YamlError>>()?;
        let mut derive = Vec::new();
        let mut arguments = Vec::new();
        for (i, rule) in def.derive.iter().enumerate() {
            let at = |name: &str| format!("derive.{i}.with.{name}");
            let written = rule.with.iter().flat_map(|(name, a)| a.formulas().into_iter().map(move |f| (name, f)));
            arguments.push(written.map(|(name, formula)| compile(formula, at(name))).collect::<Result<Vec<_>, _>>()?);
            derive.push((optional(&rule.when, format!("derive.{i}.when"))?, optional(&rule.cel, format!("derive.{i}.cel"))?));
        }
        let transitions = def
            .transitions
            .iter()
            .enumerate()
            .map(|(i, t)| optional(&t.when, format!("transitions.{i}.when")))
            .collect::<Result<_, _>>()?;
        let around = def.around.iter().map(|(name, rule)| optional(&rule.when, format!("around.{name}.when"))).collect::<Result<_, _>>()?;
        Ok(Self { schema, checks, derive, arguments, transitions, around })
    }
}

impl Expression {
    /// Compiles CEL and bounds its cost.
    ///
    /// # Errors
    /// Syntax errors, unknown names and functions, cost above the bound, in Chinese.
    fn compile(source: &str, fields: &[Field], def: &KindDef) -> Result<Self, String> {
        let further = |name: &str| def.refs.contains_key(name) || def.around.contains_key(name) || NOTES.contains(&name);
        Self::read(source, fields, further, &def.around)
    }

    /// Compiles a condition over fields and further named values.
    ///
    /// # Errors
    /// What is wrong with it, in Chinese.
    pub fn over(source: &str, fields: &[Field], names: &[String]) -> Result<Self, String> {
        Self::read(source, fields, |name| names.iter().any(|n| n == name), &indexmap::IndexMap::new())
    }

    fn read(
        source: &str,
        fields: &[Field],
        further: impl Fn(&str) -> bool,
        around: &indexmap::IndexMap<String, crate::kind::AroundRule>,
    ) -> Result<Self, String> {
        let program = functions::environment().compile(source).map_err(|e| format!("CEL 语法错误：{e}"))?;
        let references = program.references();
        for function in references.functions() {
            if !functions::known(function) {
                return Err(format!("CEL 中没有函数“{function}”"));
            }
        }
        let mut names: Vec<String> = Vec::new();
        let mut keyed: Vec<Keyed> = Vec::new();
        for name in references.variables() {
            let field = fields.iter().any(|f| f.path == name || f.path.starts_with(&format!("{name}.")));
            let known = field || further(name) || name == "today";
            if let Some(group) = keyed_group(fields, name) {
                names.push(group.group.clone());
                keyed.push(group);
                continue;
            }
            if !known && !cost::bound_in(program.expression(), name) && !name.starts_with('@') {
                return Err(format!("CEL 中的“{name}”不是该表单的字段"));
            }
            if known && name != "today" {
                names.push(name.to_owned());
            }
        }
        let mut expr = program.expression().clone();
        cost::check(&expr, fields, around)?;
        cost::floats(&mut expr);
        Ok(Self { expr, names, keyed, source: source.to_owned() })
    }

    /// Evaluates; `None` when it fails (a type error in the data).
    fn evaluate(&self, document: &Map<String, Value>, today: &str) -> Result<cel::Value, String> {
        self.interpret(&self.variables(document, today))
    }

    /// The truth of a condition.
    fn truth(&self, document: &Map<String, Value>, today: &str) -> Result<cel::Value, String> {
        self.decided(&self.variables(document, today))
    }

    /// Does the condition hold? One that fails on the data does not.
    #[must_use]
    pub fn holds(&self, document: &Map<String, Value>, today: &str) -> bool {
        matches!(self.truth(document, today), Ok(cel::Value::Bool(true)))
    }

    /// As [`Self::holds`], with further values beside the document.
    #[must_use]
    pub fn holds_beside(&self, document: &Map<String, Value>, beside: &Map<String, Value>, today: &str) -> bool {
        matches!(self.decided(&self.among(document, beside, today)), Ok(cel::Value::Bool(true)))
    }

    fn variables<'a>(&'a self, document: &'a Map<String, Value>, today: &'a str) -> Variables<'a> {
        self.among(document, nothing(), today)
    }

    /// The record with what was found around it.
    fn among<'a>(&'a self, document: &'a Map<String, Value>, around: &'a Map<String, Value>, today: &'a str) -> Variables<'a> {
        Variables { document, around, today, names: &self.names, keyed: &self.keyed }
    }

    fn decided(&self, variables: &Variables<'_>) -> Result<cel::Value, String> {
        quick::decide(&self.expr, variables).map_or_else(|| self.interpret(variables), |truth| Ok(cel::Value::Bool(truth)))
    }

    fn interpret(&self, variables: &Variables<'_>) -> Result<cel::Value, String> {
        functions::with_root(|root| {
            let mut context = root.new_inner_scope();
            context.set_variable_resolver(variables);
            cel::Value::resolve(&self.expr, &context).map_err(|e| e.to_string())
        })
    }
}

fn is_optional(name: &str, optional: &[String]) -> bool {
    optional.iter().any(|o| o == name || o.starts_with(&format!("{name}.")))
}

/// The group that a variable `<group>_by` stands for: one that workbooks spread over columns, by its key.
fn keyed_group(fields: &[Field], variable: &str) -> Option<Keyed> {
    let group = variable.strip_suffix("_by")?;
    let key = &fields.iter().find(|f| f.path == group)?.pivot.as_ref()?.key;
    Some(Keyed { variable: variable.to_owned(), group: group.to_owned(), key: key.clone() })
}

impl Kind {
    /// Compiles a condition over the fields of the kind.
    ///
    /// # Errors
    /// What is wrong with it, in Chinese.
    pub fn condition(&self, source: &str) -> Result<Expression, String> {
        Expression::compile(source, &self.fields, &self.def)
    }

    /// Schema problems of a document, which is as it was afterwards.
    #[must_use]
    pub fn check_schema(&self, document: &mut Map<String, Value>) -> Vec<Problem> {
        // The validator wants a Value; moving the map in and out avoids a copy of the whole record.
        let kept: Vec<(&str, Value)> = KEPT.into_iter().filter_map(|name| Some((name, document.shift_remove(name)?))).collect();
        let value = Value::Object(std::mem::take(document));
        let problems = if self.compiled.schema.is_valid(&value) { Vec::new() } else { self.schema_problems(&value) };
        if let Value::Object(map) = value {
            *document = map;
        }
        document.extend(kept.into_iter().map(|(name, value)| (name.to_owned(), value)));
        problems
    }

    fn schema_problems(&self, document: &Value) -> Vec<Problem> {
        self.compiled
            .schema
            .iter_errors(document)
            .map(|error| {
                let path = error.instance_path().to_string().trim_start_matches('/').replace('/', ".");
                let field = self.field(&path);
                let title = field.map_or(path.as_str(), |f| f.title.as_str());
                let class = field.and_then(|f| f.class.clone()).unwrap_or_else(|| "E_SCHEMA".into());
                let found = if field.is_some_and(|f| f.private.is_some()) {
                    "（已隐去）".to_owned()
                } else {
                    shorten(&error.instance().to_string())
                };
                let mut problem = Problem::new(Level::Error, &class, &path, title, &found, "定义允许的值");
                problem.message = format!("{title}：“{found}”不符合定义（{}）", error.masked());
                problem
            })
            .collect()
    }

    /// Evaluates the CEL of a derived value; `None` when its condition is false or inputs are missing.
    #[must_use]
    pub fn derive_cel(&self, index: usize, document: &Map<String, Value>, today: &str) -> Option<Value> {
        let (when, cel) = self.compiled.derive.get(index)?;
        if !Self::holds(when.as_ref(), document, today) {
            return None;
        }
        let cel = cel.as_ref()?;
        cel.evaluate(document, today).ok()?.json().ok()
    }

    /// Evaluates a CEL argument of a derived value: its value and the fields it reads; `None` when it is null or cannot be evaluated.
    #[must_use]
    pub fn argument_cel(&self, index: usize, source: &str, document: &Map<String, Value>, today: &str) -> Option<(Value, &[String])> {
        let expression = self.compiled.arguments.get(index)?.iter().find(|e| e.source == source)?;
        let value = expression.evaluate(document, today).ok()?.json().ok().filter(|v| !v.is_null())?;
        Some((value, &expression.names))
    }

    /// Fields that a derived value's formula or condition reads.
    #[must_use]
    pub fn derive_reads(&self, index: usize) -> Vec<&str> {
        let compiled = self.compiled.derive.get(index).into_iter().flat_map(|(when, cel)| when.iter().chain(cel));
        let mut names: Vec<&str> = compiled.flat_map(|e| e.names.iter().map(String::as_str)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Is the condition of a derived value true?
    #[must_use]
    pub fn derive_applies(&self, index: usize, document: &Map<String, Value>, today: &str) -> bool {
        self.compiled.derive.get(index).is_some_and(|(when, _)| Self::holds(when.as_ref(), document, today))
    }

    /// Is the condition of a transition true?
    #[must_use]
    pub fn transition_applies(&self, index: usize, document: &Map<String, Value>, today: &str) -> bool {
        self.compiled.transitions.get(index).is_some_and(|when| Self::holds(when.as_ref(), document, today))
    }

    fn holds(when: Option<&Expression>, document: &Map<String, Value>, today: &str) -> bool {
        when.is_none_or(|w| w.truth(document, today) == Ok(cel::Value::Bool(true)))
    }
}

/// A record around which nothing was looked for.
fn nothing() -> &'static Map<String, Value> {
    static NOTHING: std::sync::OnceLock<Map<String, Value>> = std::sync::OnceLock::new();
    NOTHING.get_or_init(Map::new)
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= 60 { text.to_owned() } else { text.chars().take(60).chain(['…']).collect() }
}
