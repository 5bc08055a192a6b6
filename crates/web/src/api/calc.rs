//! Calculators (计算): what there is, how each is used, and one way to run it.

use super::body::Sent;
use super::client::Client;
use super::given::Given;
use super::operation::{Holds, Param};
use super::problem::{Answer, Failure};
use crate::app::App;
use crate::calculators::entered::reason;
use crate::calculators::index::search;
use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};
use zhijian_calc::registry::{self, CalcError, Calculator};
use zhijian_kinds::{Level, Problem};
use zhijian_records::clock;

/// Parameters of the list.
pub const LIST: [Param; 1] = [Param::new("q", Holds::Text, "名称、编号、标准号或关键词")];

fn find(id: &str) -> Answer<&'static Calculator> {
    registry::find(id).ok_or_else(|| Failure::not_found(format!("没有计算器“{id}”")))
}

/// `GET /calc`
pub async fn list(_: Client, given: Given) -> Json<Value> {
    let item = |c: &Calculator| json!({"id": c.id, "title": c.title, "family": c.family(), "source": c.source, "status": c.status, "version": c.version});
    let items: Vec<Value> = search(given.text("q")).into_iter().map(item).collect();
    Json(json!({"items": items, "next": null}))
}

/// `GET /calc/{calculator}`: the same as `zhijian calc explain`.
pub async fn explain(_: Client, Path(id): Path<String>) -> Answer<Json<Value>> {
    Ok(Json(find(&id)?.explained()))
}

/// `POST /calc/{calculator}`
pub async fn run(_: Client, State(app): State<App>, Path(id): Path<String>, mut sent: Sent) -> Answer<Json<Value>> {
    let calculator = find(&id)?;
    let inputs = Value::Object(sent.object("inputs")?);
    sent.finish()?;
    let answer = registry::run(calculator.id, &inputs).map_err(|error| refused(calculator, &inputs, &error))?;
    Ok(Json(json!({
        "calculator": calculator.id,
        "version": calculator.version,
        "source": calculator.source,
        "status": calculator.status,
        "inputs": inputs,
        "outputs": answer.outputs,
        "warnings": answer.warnings,
        "at": clock::shown(app.door.now()),
    })))
}

/// A contract error: its code as the class, its field, and what was expected there.
fn refused(calculator: &Calculator, inputs: &Value, error: &CalcError) -> Failure {
    let field = error.field.clone().unwrap_or_default();
    let form_path: Vec<&str> = field.split('.').filter(|part| part.parse::<usize>().is_err()).collect();
    let form = calculator.form(&form_path.join("."));
    let found = inputs.pointer(&format!("/{}", field.replace('.', "/"))).map(ToString::to_string).unwrap_or_default();
    let why = reason(error.code, calculator, Some(&form));
    let mut problem = Problem::new(Level::Error, error.code.word(), &field, &field, &found, &why);
    problem.message = format!("{field}：{why}");
    Failure::new("invalid", problem.message.clone()).with(vec![problem]).member("code", error.code.word())
}
