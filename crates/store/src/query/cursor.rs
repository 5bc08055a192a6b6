//! Positions in a list: the sort value and the id of the last row, and which query it was.

use crate::sql::{Value, bad};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sm3::{Digest, Sm3};
use zhijian_records::audit::hex;
use zhijian_records::port::{Query, StoreError};

/// A position.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Cursor {
    #[serde(rename = "q")]
    query: String,
    #[serde(rename = "v")]
    value: Key,
    /// Id of the last row.
    pub id: String,
}

/// A sort value. Numbers with a fraction are kept as bits: their decimal text need not come back exactly.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Key {
    None,
    Text(String),
    Int(i64),
    Bits(u64),
}

impl Cursor {
    /// The position after a row.
    pub fn after(query: &Query, value: Value, id: &str) -> Self {
        let value = match value {
            Value::Text(text) => Key::Text(text),
            Value::Int(number) => Key::Int(number),
            Value::Real(number) => Key::Bits(number.to_bits()),
            _ => Key::None,
        };
        Self { query: fingerprint(query), value, id: id.to_owned() }
    }

    /// The sort value of the last row, [`Value::Null`] when it had none.
    pub fn value(&self) -> Value {
        match &self.value {
            Key::None => Value::Null,
            Key::Text(text) => Value::Text(text.clone()),
            Key::Int(number) => Value::Int(*number),
            Key::Bits(bits) => Value::Real(f64::from_bits(*bits)),
        }
    }

    /// The opaque text.
    pub fn write(&self) -> Result<String, StoreError> {
        let json = serde_json::to_vec(self).map_err(|error| bad(error.to_string()))?;
        Ok(URL_SAFE_NO_PAD.encode(json))
    }

    /// Reads the opaque text; a text that is broken or comes from another query is refused.
    pub fn read(query: &Query, text: &str) -> Result<Self, StoreError> {
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad("翻页位置无效"))?;
        let cursor: Self = serde_json::from_slice(&json).map_err(|_| bad("翻页位置无效"))?;
        if cursor.query == fingerprint(query) { Ok(cursor) } else { Err(bad("翻页位置属于另一个查询")) }
    }
}

/// What makes two queries the same list: everything but position and page length.
fn fingerprint(query: &Query) -> String {
    let Query { kind, scope, filters, search, sort, descending, as_of, cursor: _, limit: _ } = query;
    let text = format!("{:?}", (kind, scope, filters, search, sort, descending, as_of));
    hex(&Sm3::digest(text.as_bytes()))[..16].to_owned()
}
