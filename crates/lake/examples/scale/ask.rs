//! Answers one question a line, each with nothing remembered, and says how long it took.
//!
//! - `question I-02`: numerator, denominator and units of a question by its name;
//! - `plan qinhuangdao`: the whole table of a plan, as `zhijian evaluate` asks for it;
//! - `board health`: every panel of a board at once, as its page asks for them; `warm_ms` is the same again with the answers kept;
//! - `cube exam region month`: an exploration, its rows of totals;
//! - `sql EXPLAIN ANALYZE …`: any statement, its rows as text; `explain I-02`: how a question's totals are worked out;
//! - a word with `+`, `board+ health`: with the answers that are on disk, as after a restart; without it they are forgotten first;
//! - `memory`: the most memory used so far, then counts anew.

use std::{io::BufRead as _, sync::Arc, time::Instant as Clock};

use datafusion::arrow::util::pretty::pretty_format_batches;
use serde_json::{Value, json};
use zhijian_kinds::boards::{By, Source};
use zhijian_kinds::{Board, Catalogue, Indicator};
use zhijian_lake::explore::{Cube, Side, Sum};
use zhijian_lake::{Dimension, Evaluator, Lake, Params};
use zhijian_records::port::Scope;

use super::questions::{Question, REGION, YEAR, of_province};

pub async fn answer_lines(lake: &Arc<Lake>, catalogue: &Arc<Catalogue>, questions: &[Question]) {
    println!("ready");
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let (what, name) = line.split_once(' ').unwrap_or((&line, ""));
        let (what, again) = what.strip_suffix('+').map_or((what, false), |what| (what, true));
        if !again {
            lake.forget_answers();
        }
        let evaluator = Evaluator::new(Arc::clone(lake), Arc::clone(catalogue));
        let started = Clock::now();
        let mut answer = match what {
            "question" => question(&evaluator, catalogue, questions.iter().find(|q| q.name == name).unwrap()).await,
            "plan" => plan(&evaluator, catalogue, name).await,
            "board" => board(&evaluator, catalogue, name).await,
            "cube" => cube(&evaluator, name).await,
            "sql" => sql(lake, name).await,
            "explain" => {
                let sql_text = &questions.iter().find(|q| q.name == name).unwrap().sql;
                sql(
                    lake,
                    &format!("EXPLAIN ANALYZE SELECT COUNT(*), SUM(num), SUM(den) FROM ({sql_text}) AS units WHERE region LIKE '13%'"),
                )
                .await
            }
            _ => memory(),
        };
        answer["ms"] = json!(started.elapsed().as_secs_f64() * 1_000.0);
        println!("{answer}");
    }
}

async fn question(evaluator: &Evaluator, catalogue: &Catalogue, question: &Question) -> Value {
    let answer = evaluator.indicator(&catalogue.indicators[&question.code], &question.params).await.unwrap();
    json!({"units": answer.units, "numerator": answer.numerator.unwrap_or(0.0), "denominator": answer.denominator, "display": answer.display})
}

async fn plan(evaluator: &Evaluator, catalogue: &Catalogue, name: &str) -> Value {
    let (plan, scope) = (of_province(&catalogue.plans[name]), Scope { all: true, ..Scope::default() });
    let rows = evaluator.evaluate_plan(&plan, YEAR, None, None, &scope).await.unwrap();
    json!({"rows": rows.iter().map(|r| json!([r.indicator, r.answer.display])).collect::<Vec<_>>()})
}

async fn board(evaluator: &Evaluator, catalogue: &Catalogue, name: &str) -> Value {
    let board = &catalogue.boards[name];
    let cells = panels(evaluator, catalogue, board).await;
    let again = Clock::now();
    panels(evaluator, catalogue, board).await;
    json!({"panels": board.panels.len(), "cells": cells, "warm_ms": again.elapsed().as_secs_f64() * 1_000.0})
}

/// Asks every panel at once; the number of sums that came.
async fn panels(evaluator: &Evaluator, catalogue: &Catalogue, board: &Board) -> usize {
    let params = &Params::new(REGION, YEAR);
    let asked = board.panels.iter().map(|panel| async move {
        match panel.source(board, &catalogue.tables).unwrap() {
            Source::Table(table) => evaluator.counted(&table, params).await.unwrap().len(),
            Source::Indicators => {
                let planned = catalogue.plans["qinhuangdao"].targets.iter().map(|target| &target.indicator);
                let codes: Vec<&String> = if panel.plan { planned.collect() } else { panel.indicators.iter().collect() };
                let mut found = 0;
                for def in codes.into_iter().filter_map(|code| catalogue.indicators.get(code)) {
                    found += taken_apart(evaluator, def, panel.by).await;
                }
                found
            }
        }
    });
    futures::future::join_all(asked).await.into_iter().sum()
}

/// A figure, or its parts as a panel shows them; the number of sums.
async fn taken_apart(evaluator: &Evaluator, def: &Indicator, by: Option<By>) -> usize {
    let params = &Params::new(REGION, YEAR);
    let by = match by {
        None => return evaluator.indicator(def, params).await.map_or(0, |_| 1),
        Some(By::Years) => {
            let years = (YEAR - 4..=YEAR).map(|year| Params::new(REGION, year));
            let asked = years.map(|params| async move { evaluator.indicator(def, &params).await.map_or(0, |_| 1) });
            return futures::future::join_all(asked).await.into_iter().sum();
        }
        Some(By::Region) => Dimension::Region,
        Some(By::Industry) => Dimension::Industry,
        Some(By::Size) => Dimension::Size,
        Some(By::Hazard) => Dimension::Hazard,
        Some(By::Month) => Dimension::Month,
    };
    evaluator.breakdown(def, params, by).await.unwrap().len()
}

/// `FACT ROWS [COLUMNS] [distinct:COLUMN]`; a side is `year`, `month`, a column, or `reference.fact.column`.
async fn cube(evaluator: &Evaluator, text: &str) -> Value {
    let mut words = text.split_whitespace();
    let mut cube =
        Cube { fact: words.next().unwrap().into(), rows: side(words.next().unwrap()), columns: None, sum: Sum::Rows, only: Vec::new() };
    for word in words {
        match word.strip_prefix("distinct:") {
            Some(column) => cube.sum = Sum::Distinct(column.into()),
            None => cube.columns = Some(side(word)),
        }
    }
    let cells = evaluator.cube(&cube, &Params::new(REGION, YEAR)).await.unwrap();
    json!({"cells": cells.len(), "total": cells.iter().find(|c| c.row.is_none() && c.column.is_none()).and_then(|c| c.value)})
}

fn side(word: &str) -> Side {
    match (word, word.split('.').collect::<Vec<_>>().as_slice()) {
        ("year", _) => Side::Year,
        ("month", _) => Side::Month,
        (_, [reference, fact, column]) => Side::Through { reference: (*reference).into(), fact: (*fact).into(), column: (*column).into() },
        _ => Side::Column(word.into()),
    }
}

async fn sql(lake: &Lake, statement: &str) -> Value {
    let batches = lake.query(statement, None).await.unwrap();
    json!({"text": pretty_format_batches(&batches).unwrap().to_string()})
}

/// Peak of resident memory in MB (Linux).
fn memory() -> Value {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok());
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    json!({"peak_mb": peak.map(|kb| kb >> 10)})
}
