//! Reads the columns of query results.

use datafusion::arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch},
    compute::cast,
    datatypes::{DataType, Float64Type},
};

use crate::error::{LakeError, Result};

/// Texts of a column; null is empty.
pub(crate) fn texts(batch: &RecordBatch, name: &str) -> Result<Vec<String>> {
    let column = as_type(batch, name, &DataType::Utf8)?;
    let column = column.as_string::<i32>();
    Ok((0..column.len()).map(|i| if column.is_null(i) { String::new() } else { column.value(i).to_owned() }).collect())
}

/// Numbers of a column.
pub(crate) fn numbers(batch: &RecordBatch, name: &str) -> Result<Vec<Option<f64>>> {
    let column = as_type(batch, name, &DataType::Float64)?;
    Ok(column.as_primitive::<Float64Type>().iter().collect())
}

fn as_type(batch: &RecordBatch, name: &str, ty: &DataType) -> Result<ArrayRef> {
    let column = batch.column_by_name(name).ok_or_else(|| LakeError::MissingColumn(name.into()))?;
    cast(column, ty).map_err(|e| LakeError::engine("读取查询结果", e))
}
