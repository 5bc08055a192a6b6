//! Values to and from PostgreSQL.

use super::fault;
use crate::row::Row;
use crate::sql::{Sql, Value};
use sqlx::postgres::{PgArguments, PgRow, PgValueRef, Postgres};
use sqlx::{Arguments, AssertSqlSafe, Decode, Error, Row as _, Transaction, TypeInfo as _, ValueRef as _};
use zhijian_records::port::StoreError;

/// Rows of a query within a transaction.
pub(super) async fn fetch(transaction: &mut Transaction<'static, Postgres>, sql: Sql) -> Result<Vec<Row>, StoreError> {
    let doing = sql.doing;
    let fault = |error| fault::translate(doing, error);
    let arguments = arguments(sql.values).map_err(fault)?;
    let rows = sqlx::query_with(AssertSqlSafe(sql.text), arguments).fetch_all(&mut **transaction).await.map_err(fault)?;
    rows.iter().map(row).collect::<Result<_, _>>().map_err(fault)
}

/// Values in the order of the placeholders.
pub(super) fn arguments(values: Vec<Value>) -> Result<PgArguments, Error> {
    let mut arguments = PgArguments::default();
    Arguments::reserve(&mut arguments, values.len(), 0);
    for value in values {
        add(&mut arguments, value)?;
    }
    Ok(arguments)
}

fn add(arguments: &mut PgArguments, value: Value) -> Result<(), Error> {
    match value {
        Value::Null => Arguments::add(arguments, None::<i64>),
        Value::Text(text) => Arguments::add(arguments, text),
        Value::Int(number) => Arguments::add(arguments, number),
        Value::Real(number) => Arguments::add(arguments, number),
        Value::Blob(bytes) => Arguments::add(arguments, bytes),
        Value::Texts(texts) => Arguments::add(arguments, texts),
        Value::Ints(numbers) => Arguments::add(arguments, numbers),
        Value::Blobs(blobs) => Arguments::add(arguments, blobs),
    }
    .map_err(Error::Encode)
}

/// All values of a row.
pub(super) fn row(row: &PgRow) -> Result<Row, Error> {
    (0..row.len()).map(|column| read(row.try_get_raw(column)?)).collect::<Result<_, _>>().map(Row)
}

fn read(raw: PgValueRef<'_>) -> Result<Value, Error> {
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let name = raw.type_info().name().to_owned();
    let value = match name.as_str() {
        "INT8" => Decode::<Postgres>::decode(raw).map(Value::Int),
        "INT4" => <i32 as Decode<Postgres>>::decode(raw).map(|number| Value::Int(number.into())),
        "FLOAT8" => Decode::<Postgres>::decode(raw).map(Value::Real),
        "BYTEA" => Decode::<Postgres>::decode(raw).map(Value::Blob),
        // JSON is sent as its text.
        _ => raw.as_str().map(|text| Value::Text(text.to_owned())),
    };
    value.map_err(Error::Decode)
}
