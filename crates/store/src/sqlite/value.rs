//! Values to and from SQLite.

use crate::row::Row;
use crate::sql::Value;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteRow};
use sqlx::{Arguments, Decode, Error, Row as _, TypeInfo as _, ValueRef as _};

/// Values in the order of the placeholders.
pub(super) fn arguments(values: Vec<Value>) -> Result<SqliteArguments, Error> {
    let mut arguments = SqliteArguments::default();
    Arguments::reserve(&mut arguments, values.len(), 0);
    for value in values {
        add(&mut arguments, value)?;
    }
    Ok(arguments)
}

fn add(arguments: &mut SqliteArguments, value: Value) -> Result<(), Error> {
    match value {
        Value::Null => Arguments::add(arguments, None::<i64>),
        Value::Text(text) => Arguments::add(arguments, text),
        Value::Int(number) => Arguments::add(arguments, number),
        Value::Real(number) => Arguments::add(arguments, number),
        Value::Blob(bytes) => Arguments::add(arguments, bytes),
        Value::Texts(_) | Value::Ints(_) | Value::Blobs(_) => Err("SQLite has no arrays".into()),
    }
    .map_err(Error::Encode)
}

/// All values of a row; SQLite says the type of each value, not of each column.
pub(super) fn row(row: &SqliteRow) -> Result<Row, Error> {
    (0..row.len()).map(|column| read(row, column)).collect::<Result<_, _>>().map(Row)
}

fn read(row: &SqliteRow, column: usize) -> Result<Value, Error> {
    let raw = row.try_get_raw(column)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let name = raw.type_info().name().to_owned();
    let value = match name.as_str() {
        "INTEGER" => Decode::<Sqlite>::decode(raw).map(Value::Int),
        "REAL" => Decode::<Sqlite>::decode(raw).map(Value::Real),
        "BLOB" => Decode::<Sqlite>::decode(raw).map(Value::Blob),
        _ => Decode::<Sqlite>::decode(raw).map(Value::Text),
    };
    value.map_err(Error::Decode)
}
