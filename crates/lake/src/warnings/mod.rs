//! Rows of early-warning rules over facts: the rule's query as of a day, and the methods of `calc` over its rows.

mod plans;
mod series;

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::{
    array::{Array, AsArray, RecordBatch},
    compute::cast,
    datatypes::{DataType, Float64Type},
};
use serde_json::{Map, Value, json};
use zhijian_kinds::warning::{Method, Source, Statistic, Warning};
use zhijian_records::{
    port::Instant,
    warnings::{Facts, Row},
};

use crate::{
    Evaluator,
    error::{LakeError, Result},
    evaluate::literal::{literal, replaced},
};

/// Asks the lake for warning rules.
#[derive(Debug, Clone)]
pub struct Rules {
    evaluator: Arc<Evaluator>,
}

impl Rules {
    /// Over the lake of an evaluator; plans are forecast by it too.
    #[must_use]
    pub fn new(evaluator: Arc<Evaluator>) -> Self {
        Self { evaluator }
    }

    /// The SQL of a rule as of a day.
    ///
    /// # Errors
    /// In words: the query names a parameter that it does not have.
    pub fn sql(rule: &Warning, today: &str) -> std::result::Result<String, String> {
        let Some(query) = rule.query() else { return Err(format!("{} 不是按查询判断的规则", rule.warning)) };
        let value = |name: &str| match name {
            "today" => Some(format!("DATE {}", literal(&json!(today))?)),
            name => literal(query.options.get(name)?),
        };
        replaced(&query.sql, value).map_err(|name| format!("{}：查询里的“{{{name}}}”没有在 options 中写明", rule.warning))
    }

    async fn query(&self, rule: &Warning, today: &str) -> std::result::Result<Vec<Row>, String> {
        let sql = Self::sql(rule, today)?;
        let batches = self.evaluator.lake().query(&sql, None).await.map_err(|e| chain(&e))?;
        let mut rows = Vec::new();
        for batch in &batches {
            rows.extend(read(batch).map_err(|e| chain(&e))?);
        }
        Ok(rows)
    }
}

#[async_trait]
impl Facts for Rules {
    async fn rows(&self, rule: &Warning, today: &str) -> std::result::Result<Vec<Row>, String> {
        if let Source::Forecast(of) = &rule.source {
            return plans::rows(&self.evaluator, of, today).await.map_err(|e| chain(&e));
        }
        let rows = self.query(rule, today).await?;
        match &rule.source {
            Source::Statistic(statistic) => Ok(judged(statistic, rows, today)),
            _ => Ok(rows),
        }
    }

    fn stand(&self) -> Instant {
        self.evaluator.lake().stand()
    }
}

/// Rows with what the methods make of them; a method that cannot (too few data) leaves its columns out.
fn judged(statistic: &Statistic, rows: Vec<Row>, today: &str) -> Vec<Row> {
    let mut rows = match statistic.periods {
        Some(periods) => series::fold(rows, periods, today),
        None => rows,
    };
    for row in &mut rows {
        for method in &statistic.methods {
            let found = answer(method, row);
            row.extend(found);
        }
    }
    rows
}

fn answer(method: &Method, row: &Row) -> Map<String, Value> {
    let mut inputs = Map::new();
    for (name, given) in &method.with {
        let value = match given {
            Value::String(column) => row.get(column).cloned().unwrap_or(Value::Null),
            Value::Object(text) => text.get("text").cloned().unwrap_or(Value::Null),
            other => other.clone(),
        };
        inputs.insert(name.clone(), value);
    }
    match zhijian_calc::registry::run(&method.calc, &Value::Object(inputs)) {
        Ok(found) => method.take.iter().filter_map(|(output, column)| Some((column.clone(), found.outputs.get(output)?.clone()))).collect(),
        Err(_) => Map::new(),
    }
}

fn read(batch: &RecordBatch) -> Result<Vec<Row>> {
    let mut rows: Vec<Row> = (0..batch.num_rows()).map(|_| Row::new()).collect();
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        let failed = |e| LakeError::engine("读取查询结果", e);
        let number = field.data_type().is_numeric();
        let truth = field.data_type() == &DataType::Boolean;
        let target = if number { DataType::Float64 } else { DataType::Utf8 };
        if truth {
            for (row, value) in rows.iter_mut().zip(column.as_boolean().iter()) {
                row.insert(field.name().clone(), json!(value));
            }
            continue;
        }
        let column = cast(column, &target).map_err(failed)?;
        for (at, row) in rows.iter_mut().enumerate() {
            let value = if column.is_null(at) {
                Value::Null
            } else if number {
                json!(column.as_primitive::<Float64Type>().value(at))
            } else {
                json!(column.as_string::<i32>().value(at))
            };
            row.insert(field.name().clone(), value);
        }
    }
    Ok(rows)
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!("：{error}"));
        cause = error.source();
    }
    text
}
