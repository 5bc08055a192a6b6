//! Exploration through the API: what may be asked, and the answer of a question, under the same rules as the page.

use super::client::Client;
use super::given::Given;
use super::operation::{Holds, Param};
use super::problem::Answer;
use crate::app::App;
use crate::board::asked::Asked;
use crate::board::place::Territory;
use crate::explore::fact::{self, Fact};
use crate::explore::fill::{self, Cell};
use crate::explore::question::{ONLY, Question};
use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};
use zhijian_records::Caller;
use zhijian_records::clock::shown;

/// Parameters of a question.
pub const CUBE: [Param; 11] = [
    Param::new("rows", Holds::Text, "行：sides 中的一个，默认第一个"),
    Param::new("columns", Holds::Text, "列：sides 中的一个，可不给"),
    Param::new("measure", Holds::Text, "度量：measures 中的一个，默认第一个"),
    Param::new("only", Holds::Text, "条件，如 region:130302,130303;state:valid；空值写作 -"),
    Param::new("from", Holds::Day, "发生日期自"),
    Param::new("to", Holds::Day, "发生日期至"),
    Param::new("number", Holds::Text, "限定范围的数值列"),
    Param::new("least", Holds::Text, "不小于"),
    Param::new("most", Holds::Text, "不大于"),
    Param::new("region", Holds::Text, "区划代码：自己的区划或其下级"),
    Param::new("share", Holds::OneOf(&["row", "column", "all"]), "给出占比而不是数值"),
];

/// `GET /explore`
pub async fn list(client: Client, State(app): State<App>) -> Answer<Json<Value>> {
    let territory = Territory::of(&app, &client.caller)?;
    let facts = fact::all(&app, &client.caller, &territory);
    let items: Vec<Value> = facts.iter().map(|fact| head(&app, &client.caller, fact)).collect();
    Ok(Json(json!({"items": items, "next": null})))
}

fn head(app: &App, caller: &Caller, fact: &Fact<'_>) -> Value {
    let side = |s: fact::Named<'_>| json!({"id": s.id, "title": s.title});
    json!({
        "fact": fact.def.name,
        "title": fact.title,
        "aggregates_only": fact.closed,
        "sides": fact.sides(app, caller).into_iter().map(side).collect::<Vec<_>>(),
        "measures": fact.measures().into_iter().map(|m| json!({"id": m.id, "title": m.title, "adds": m.adds})).collect::<Vec<_>>(),
    })
}

/// `GET /explore/{fact}`
pub async fn read(client: Client, State(app): State<App>, Path(name): Path<String>, given: Given) -> Answer<Json<Value>> {
    let territory = Territory::of(&app, &client.caller)?;
    let plain = CUBE.iter().filter(|p| p.name != "only").map(|p| (p.name.to_owned(), given.text(p.name).to_owned()));
    let asked = Asked::of(plain.chain(conditions(given.text("only"))));
    let question = Question::read(&app, &territory, &client.caller, &name, &asked)?;
    let filled = fill::fill(&app, &question).await?;
    let told = |cell: &Cell, row: Option<usize>, column: Option<usize>| {
        let value = if cell.withheld { None } else { filled.shown(question.share, cell, row, column) };
        json!({"value": value, "withheld": cell.withheld})
    };
    let keys = |keys: &[fill::Key]| keys.iter().map(|k| json!({"key": k.key, "label": k.label})).collect::<Vec<_>>();
    let lines = filled.cells.iter().enumerate();
    let cells: Vec<Value> =
        lines.map(|(row, cells)| cells.iter().enumerate().map(|(column, cell)| told(cell, Some(row), Some(column))).collect()).collect();
    Ok(Json(json!({
        "fact": name,
        "title": question.words(&app),
        "region": question.params.region,
        "stand": shown(app.lake.stand()),
        "rows": keys(&filled.rows),
        "columns": keys(&filled.columns),
        "cells": cells,
        "row_totals": filled.row_totals.iter().enumerate().map(|(at, cell)| told(cell, Some(at), None)).collect::<Vec<_>>(),
        "column_totals": filled.column_totals.iter().enumerate().map(|(at, cell)| told(cell, None, Some(at))).collect::<Vec<_>>(),
        "total": told(&filled.total, None, None),
    })))
}

/// `side:a,b;other:c` as the pairs of a page's address.
fn conditions(text: &str) -> Vec<(String, String)> {
    let parts = text.split(';').filter_map(|part| part.split_once(':'));
    parts.flat_map(|(side, values)| values.split(',').map(move |v| (format!("{ONLY}{}", side.trim()), v.trim().to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use super::conditions;

    #[test]
    fn conditions_become_pairs() {
        let found = conditions("region:130302,130303;state:-");
        let expected = [("is.region", "130302"), ("is.region", "130303"), ("is.state", "-")];
        assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
        assert!(conditions("").is_empty());
    }
}
